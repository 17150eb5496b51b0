"""The recipe `scanning`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import File, Inventory, Profile, Role, Step, recipe
from prodify.data import action
from prodify.data.images import image
from prodify.escape import Code
from prodify.recipes.ci.hosting import GITLAB_SECURITY, has_gitlab_pipeline, on_gitlab
from prodify.recipes.scaling.service import deployable
from prodify.recipes.shared.layout import naming
from prodify.render import render

PATH = ".github/workflows/security.yml"
CI = ".github/workflows/ci.yml"
"""The workflow of the recipe `ci`, which scans the image of every change and nothing else."""

_CODEQL = (("javascript", "javascript-typescript"), ("typescript", "javascript-typescript"), ("python", "python"), ("ruby", "ruby"))
"""Languages that CodeQL reads without building."""
_FILE_SCANNERS = frozenset(("trivy", "osv-scanner", "grype", "snyk"))


@dataclass(frozen=True, slots=True)
class ScanningContext:
    """What `security/security.yml` names: pins of actions, empty where a job is left out."""

    minute: int
    checkout: str
    dependency_review: str
    trivy: str
    image: bool
    context: str
    codeql: bool
    codeql_init: str
    codeql_analyze: str
    languages: Code
    zizmor: str


@dataclass(frozen=True, slots=True)
class GitlabScanningContext:
    """What `security/gitlab-security.yml` names."""

    minute: int
    trivy: str


@recipe(step=Step.SECURITY, fixes=("dependencies-are-scanned", "image-is-scanned"))
def scanning(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A workflow that looks for weaknesses on every change and every night: dependencies, secrets, image, code (CodeQL), workflows.

    What another workflow scans already is left out. On GitLab a part of the pipeline that the recipe `ci` writes: dependencies, secrets
    and settings, with the image's own scan for the nightly run; beside another pipeline there nothing is written.
    """
    if repo.services and has_gitlab_pipeline(repo, profile):
        part = GitlabScanningContext(_minute(repo, profile), image("trivy").reference)
        yield File(GITLAB_SECURITY, render("security/gitlab-security.yml", part))
        return
    others = [p for p in repo.pipelines if p.path != PATH]
    if not repo.services or on_gitlab(repo, profile) or (others and not any(p.path.startswith(".github/") for p in others)):
        return
    used = {use.name for p in others if p.path != CI for use in p.uses_all}
    tools = {note.note.partition(" ")[0].lower() for p in others if p.path != CI for note in p.scans}
    service = deployable(repo, profile)
    context = ScanningContext(
        minute=_minute(repo, profile),
        checkout=action("actions/checkout"),
        dependency_review="" if "actions/dependency-review-action" in used else action("actions/dependency-review-action"),
        trivy="" if "aquasecurity/trivy-action" in used or tools & _FILE_SCANNERS else action("aquasecurity/trivy-action"),
        image=service is not None or any(d.path == "Dockerfile" for d in repo.dockerfiles),
        context=service.directory if service is not None else ".",
        codeql=bool(_languages(repo)) and not any(name.startswith("github/codeql-action/analyze") for name in used),
        codeql_init=action("github/codeql-action/init"),
        codeql_analyze=action("github/codeql-action/analyze"),
        languages=Code("[" + ", ".join(_languages(repo)) + "]"),
        zizmor="" if "zizmorcore/zizmor-action" in used or "zizmor" in tools else action("zizmorcore/zizmor-action"),
    )
    if context.trivy or context.codeql or context.dependency_review or context.zizmor:
        yield File(PATH, render("security/security.yml", context))


def _minute(repo: Inventory, profile: Profile) -> int:
    """Spread over the hour, but always the same for a service: the full hour is when everybody's jobs wait."""
    return zlib.crc32(naming(repo, profile).service.encode()) % 50 + 5


def _languages(repo: Inventory) -> tuple[str, ...]:
    """CodeQL's names of the languages of production code."""
    found = set()
    for language, name in _CODEQL:
        paths = repo.syntax.by_language.get(language, ())
        if any(repo.files.entries[path].role is Role.PRODUCTION for path in paths):
            found.add(name)
    return tuple(sorted(found))
