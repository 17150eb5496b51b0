"""What looks for known weaknesses: in dependencies, in images, in what is shipped with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prodify.inventory.workflows.model import Pipeline

_DEPENDENCIES = (
    "trivy fs,trivy filesystem,trivy repo,trivy repository,trivy rootfs,grype,snyk test,snyk monitor,pip-audit,safety,osv-scanner,"
    "npm audit,yarn audit,yarn npm,pnpm audit,bun audit,cargo audit,cargo deny,bundle audit,bundler-audit,govulncheck,composer audit,"
    "dependency-check,nancy,uv audit,poetry audit,retire,auditjs,dotnet list"
).split(",")
_DEPENDENCY_ACTIONS = lazy(
    r"dependency-review|gh-action-pip-audit|osv-scanner|govulncheck|audit-check|cargo-deny|dependency-check|gemnasium|fossa|snyk/actions"
    r"|Dependency-Scanning|template:security|Jobs/Dependency",
    re.IGNORECASE,
)
_IMAGES = ("trivy image", "docker scout", "snyk container", "grype", "dockle", "clair", "anchore-cli", "trivy i")
_IMAGE_ACTIONS = lazy(
    r"docker/scout-action|anchore/scan-action|snyk/actions/docker|dockle|Container-Scanning|template:security", re.IGNORECASE
)
_SBOMS = (
    "syft",
    "cyclonedx-py",
    "cyclonedx-npm",
    "cdxgen",
    "docker sbom",
    "docker scout sbom",
    "bom generate",
    "ko build --sbom",
    "spdx-sbom-generator",
)
_SBOM_ACTIONS = lazy(r"anchore/sbom-action|attest-sbom|cyclonedx|kubernetes-sigs/bom|advanced-security/.*sbom", re.IGNORECASE)
_SIGNERS = ("cosign sign", "cosign attest", "gh attestation", "notation sign", "witness", "in-toto-run")
_SIGNER_ACTIONS = lazy(
    r"^actions/attest|slsa-framework/slsa-github-generator|sigstore/gh-action|notaryproject/notation-action", re.IGNORECASE
)


def _live(repo: Inventory) -> tuple[Pipeline, ...]:
    return tuple(p for p in repo.pipelines if p.problem is None)


def _is_directory(text: str) -> bool:
    return "dir:" in text or re.search(r"grype\s+(\.|--?\w*\s*\.)", text) is not None


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(1104, 1395),
    fixed_by="scanning",
    hint="Run pip-audit, osv-scanner, npm audit or Trivy in CI, and fail on what is severe and has a fix.",
)
def dependencies_are_scanned(repo: Inventory, profile: Profile) -> Verdict:
    """Dependencies are searched for known weaknesses.

    Why:
        Most of a service's code was written by others; when one of them announces a hole, robots look for services that still have it.

    Fails:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pip-audit -r requirements.txt
        ```
    """
    if not any(m.dependencies for m in repo.manifests):
        return not_applicable("no dependency is declared")
    found: list[Note] = []
    for pipeline in _live(repo):
        commands = (c for c in pipeline.runs(*_DEPENDENCIES) if c.program != "grype" or _is_directory(c.text))
        found += [Note(c.location, c.note) for c in commands]
        for use in pipeline.uses:
            trivy = use.name.lower() == "aquasecurity/trivy-action" and (use.input("scan-type") or "image") != "image"
            if trivy or (_DEPENDENCY_ACTIONS.search(use.name) and use.name.lower() != "snyk/actions/docker"):
                found.append(Note(use.location, use.note))
    if found:
        return passed("dependencies are scanned", *found[:5])
    return failed("nothing searches the dependencies for known weaknesses", *(Location(m.path) for m in repo.manifests if not m.lock))


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(1104, 1395),
    fixed_by="ci",
    hint="Scan the image that CI built with Trivy or Grype before it is pushed.",
)
def image_is_scanned(repo: Inventory, profile: Profile) -> Verdict:
    """The image is searched for known weaknesses.

    Why:
        The base image brings a whole operating system along; its holes are not in any list of the code's dependencies.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - run: docker build -t app .
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - run: docker build -t app .
              - run: trivy image --exit-code 1 --severity HIGH,CRITICAL app
        ```
    """
    if not repo.dockerfiles:
        return not_applicable("no image is built")
    found: list[Note] = []
    for pipeline in _live(repo):
        found += [Note(c.location, c.note) for c in pipeline.runs(*_IMAGES) if not (c.program == "grype" and _is_directory(c.text))]
        for use in pipeline.uses:
            trivy = use.name.lower() == "aquasecurity/trivy-action" and (use.input("scan-type") or "image") == "image"
            if trivy or _IMAGE_ACTIONS.search(use.name):
                found.append(Note(use.location, use.note))
    if found:
        return passed("the image is scanned", *found[:5])
    return failed("nothing searches the image for known weaknesses", *(d.location for d in repo.dockerfiles))


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.MINUTES,
    cwe=(1104,),
    fixed_by="ci",
    hint="Let the image build write a list of what is in it (sbom: true, or Syft), and keep it beside the image.",
)
def sbom_is_generated(repo: Inventory, profile: Profile) -> Verdict:
    """A list of everything in the image is made with it.

    Why:
        On the day a library turns out to be broken, the list answers within a minute which releases hold it.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - uses: docker/build-push-action@v7
                with: {push: true, tags: "ghcr.io/o/app:main", sbom: true}
        ```
    """
    if not repo.dockerfiles:
        return not_applicable("no image is built")
    found = list(
        _made_with(
            repo,
            _SBOMS,
            _SBOM_ACTIONS,
            "sbom",
            lambda text: "--sbom" in text or re.search(r"--format[= ]\S*(cyclonedx|spdx)", text) is not None,
        )
    )
    return (
        passed("a list of the image's parts is made", *found[:5])
        if found
        else failed("nothing lists what is in the image", *(d.location for d in repo.dockerfiles))
    )


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    cwe=(345, 494),
    fixed_by="ci",
    hint="Attest where the image comes from with actions/attest-build-provenance or cosign, and verify that before the deployment.",
)
def artefacts_are_attested(repo: Inventory, profile: Profile) -> Verdict:
    """What is released carries a signed statement of where it comes from.

    Why:
        Whoever can write to the registry can put an image of their own there; a signature of the pipeline tells it from the real one.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/attest-build-provenance@v4
                with: {subject-name: ghcr.io/o/app, subject-digest: "${{ needs.build.outputs.digest }}"}
        ```
    """
    if not repo.dockerfiles:
        return not_applicable("no image is built")
    found = list(_made_with(repo, _SIGNERS, _SIGNER_ACTIONS, "provenance", lambda text: "--provenance=mode" in text or "--attest" in text))
    return (
        passed("releases are attested", *found[:5])
        if found
        else failed("nothing says, signed, where the image comes from", *(d.location for d in repo.dockerfiles))
    )


def _made_with(
    repo: Inventory, programs: tuple[str, ...], actions: re.Pattern[str], option: str, is_asked: Callable[[str], bool]
) -> Iterator[Note]:
    """Steps that run a program, use an action, or ask an image build for it by an input or an option."""
    for pipeline in _live(repo):
        for command in pipeline.commands:
            if command.runs(*programs) or is_asked(command.text):
                yield Note(command.location, command.note)
        for use in pipeline.uses:
            wanted = use.name.lower().startswith("docker/b") and (use.input(option) or "false").lower() != "false"
            listed = (
                option == "sbom"
                and use.name.lower() == "aquasecurity/trivy-action"
                and bool(re.search("cyclonedx|spdx", use.input("format") or ""))
            )
            if wanted or listed or actions.search(use.name):
                yield Note(use.location, use.note)
