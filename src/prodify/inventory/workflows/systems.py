"""Which files are pipelines of which CI system, and the reader of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.targets import Targets
from prodify.inventory.workflows.circleci import read_circleci
from prodify.inventory.workflows.github import Source, read_github
from prodify.inventory.workflows.gitlab import read_gitlab
from prodify.inventory.workflows.hosted import read_azure, read_bitbucket, read_travis
from prodify.inventory.workflows.jenkins import read_jenkins
from prodify.inventory.workflows.scripted import read_scripted

if TYPE_CHECKING:
    from collections.abc import Callable

    from prodify.inventory.files import FileIndex
    from prodify.inventory.workflows.model import Pipeline

Reader = "Callable[[str, Source], Pipeline]"
_YAML = (".yml", ".yaml")


def read_pipelines(files: FileIndex) -> tuple[Pipeline, ...]:
    """Every pipeline of a repository, by path. Only files where their system looks for them count."""
    source = Source(files, Targets(files))
    found = []
    for path in files.entries:
        if files.entries[path].role in (Role.VENDORED, Role.GENERATED):
            continue
        reader = reader_of(path)
        if reader is not None and files.text(path) is not None:
            found.append(reader(path, source))
    return tuple(found)


def reader_of(path: str) -> Callable[[str, Source], Pipeline] | None:
    """The reader of a file by its path, None for files that are no pipeline."""
    directory, _, name = path.rpartition("/")
    if name.endswith(_YAML):
        if directory == ".github/workflows":
            return read_github
        if directory in (".forgejo/workflows", ".gitea/workflows"):
            return lambda path, source: read_github(path, source, "forgejo")
        if directory == ".woodpecker":
            return lambda path, source: read_scripted(path, source, "woodpecker")
        stem = name.rpartition(".")[0]
        known = _BY_NAME.get(f"{directory}/{stem}" if directory.startswith(".") else stem if not directory else "")
        if known is not None:
            return known
        if stem.startswith("azure-pipelines"):
            return read_azure
        if stem.startswith("cloudbuild"):
            return lambda path, source: read_scripted(path, source, "cloudbuild")
        if stem == "buildspec" or stem.startswith(("buildspec-", "buildspec_", "buildspec.")):
            return lambda path, source: read_scripted(path, source, "codebuild")
    if name == "Jenkinsfile" or name.startswith("Jenkinsfile.") or name.endswith(".jenkinsfile"):
        return read_jenkins
    return None


def _scripted(system: str) -> Callable[[str, Source], Pipeline]:
    return lambda path, source: read_scripted(path, source, system)


_BY_NAME: dict[str, Callable[[str, Source], Pipeline]] = {
    ".gitlab-ci": read_gitlab,
    ".circleci/config": read_circleci,
    ".travis": read_travis,
    "bitbucket-pipelines": read_bitbucket,
    ".drone": _scripted("drone"),
    ".woodpecker": _scripted("woodpecker"),
    "appveyor": _scripted("appveyor"),
    ".appveyor": _scripted("appveyor"),
    ".buildkite/pipeline": _scripted("buildkite"),
    ".semaphore/semaphore": _scripted("semaphore"),
    ".cirrus": _scripted("cirrus"),
}
