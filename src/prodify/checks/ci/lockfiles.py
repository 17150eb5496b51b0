"""Whether lock files say what the manifests ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.dependencies.model import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.facts import ManifestFile

_PAIRS = {
    "uv.lock": "pyproject.toml", "poetry.lock": "pyproject.toml", "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile", "package-lock.json": "package.json", "npm-shrinkwrap.json": "package.json",
    "yarn.lock": "package.json", "pnpm-lock.yaml": "package.json",
}  # fmt: skip
"""Lock files and the manifest beside them that they are made from."""


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1357,),
    hint="Run the package manager's lock command (uv lock, poetry lock, npm install) and commit the lock file with the manifest.",
)
def lockfile_matches_manifest(repo: Inventory, profile: Profile) -> Verdict:
    """The lock file holds everything that the manifest asks for.

    Why:
        A lock file from before the last change either stops the build or is thrown away by it, and then nothing is locked.

    Fails:
        ```json title="package.json"
        {"name": "app", "version": "1.0.0", "dependencies": {"express": "^5.1.0", "zod": "^4.0.0"}}
        ```
        ```json title="package-lock.json"
        {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
          "": {"name": "app", "version": "1.0.0", "dependencies": {"express": "^5.1.0"}},
          "node_modules/express": {"version": "5.1.0"}}}
        ```

    Passes:
        ```json title="package.json"
        {"name": "app", "version": "1.0.0", "dependencies": {"express": "^5.1.0"}}
        ```
        ```json title="package-lock.json"
        {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
          "": {"name": "app", "version": "1.0.0", "dependencies": {"express": "^5.1.0"}},
          "node_modules/express": {"version": "5.1.0"}}}
        ```
    """
    pairs = list(_pairs(repo))
    if not pairs:
        return not_applicable("no manifest with a lock file beside it")
    bad = []
    for manifest, lock in pairs:
        locked = {normalised(d.name) for d in lock.dependencies}
        missing = [d for d in manifest.dependencies if not d.dev and normalised(d.name) not in locked]
        bad += [Note(d.location, f"{d.name} is not in {lock.path}") for d in missing if not _is_local(d.specifier)]
    return (
        failed("a lock file lacks what the manifest asks for", *bad)
        if bad
        else passed("lock files hold what the manifests ask for", *(Location(k.path) for _, k in pairs))
    )


def _pairs(repo: Inventory) -> Iterator[tuple[ManifestFile, ManifestFile]]:
    """Manifests with the lock file beside them; a lock file of which nothing could be read says nothing."""
    manifests = {m.path: m for m in repo.manifests if not m.lock}
    for lock in (m for m in repo.manifests if m.lock and m.dependencies):
        directory, slash, name = lock.path.rpartition("/")
        manifest = manifests.get(f"{directory}{slash}{_PAIRS.get(name, '')}")
        if manifest is not None:
            yield manifest, lock


def _is_local(specifier: str) -> bool:
    """Whether a dependency comes from the repository itself or a link, which lock files write in other ways."""
    return any(word in specifier for word in ("workspace:", "file:", "link:", "portal:", "path", "git", "://", "npm:", "@"))
