"""What the repository itself holds and says: copied dependencies, blind downloads, a contact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import (
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Role,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_TREES = frozenset(("node_modules", "bower_components", "site-packages", "venv", ".venv", "virtualenv", "__pypackages__", "jspm_packages"))
_NO_PRODUCT = frozenset(("test", "tests", "__tests__", "fixtures", "testdata", "examples", "spec", "benchmarks"))
_PIPED = lazy(
    r"\b(curl|wget|iwr|invoke-webrequest)\b[^|;&\n]*\|\s*(sudo\s+(-\w+\s+)*)?(env\s+)?(ba|z|da|k)?sh\b|\b(ba|z)?sh\s+(-c\s+)?[\"']?(<\(|\$\()\s*(curl|wget)",
    re.IGNORECASE,
)
_DOWNLOAD = lazy(r"\b(curl|wget)\s+\S")
_SECURITY_FILE = lazy(r"(^|/)(SECURITY(\.(md|rst|txt|adoc))?|security\.txt|SECURITY-INSIGHTS\.ya?ml)$", re.IGNORECASE)


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1104, 1357),
    hint="Take the directory out of git (git rm -r --cached DIRECTORY), name it in .gitignore, and install from the lock file instead.",
)
def no_dependency_tree_is_committed(repo: Inventory, profile: Profile) -> Verdict:
    """Installed dependencies are not committed.

    Why:
        A committed virtualenv or node_modules is never updated, runs on one system only, and hides changed code among thousands of files.

    Fails:
        ```javascript title="node_modules/left/index.js"
        module.exports = (text) => text;
        ```
        ```javascript title="index.js"
        require("left");
        ```

    Passes:
        ```javascript title="index.js"
        require("left");
        ```
    """
    if not repo.files.paths:
        return not_applicable("an empty repository")
    trees: dict[str, tuple[str, int]] = {}
    for path, entry in repo.files.entries.items():
        if entry.role is not Role.VENDORED or not (entry.tracked or repo.files.git is None):
            continue
        parts = path.split("/")[:-1]
        depth = next((number for number, part in enumerate(parts, 1) if part.lower() in _TREES), None)
        if depth is not None and not _NO_PRODUCT & {part.lower() for part in parts[: depth - 1]}:
            directory = "/".join(parts[:depth])
            first, count = trees.get(directory, (path, 0))
            trees[directory] = (first, count + 1)
    if trees:
        places = [Note(Location(first), f"{count} files below {directory}/") for directory, (first, count) in sorted(trees.items())]
        return failed("installed dependencies are committed", *places)
    return passed("no installed dependencies are committed")


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.HOURS,
    cwe=(494, 829),
    hint="Download to a file, compare its SHA-256 with the one that you wrote down, and run it then; or install a pinned package.",
)
def downloads_are_verified(repo: Inventory, profile: Profile) -> Verdict:
    """No script runs what it just downloaded unseen.

    Why:
        Whoever controls that page for an hour, or the connection to it, runs commands in the build with all its keys.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM debian:trixie-slim
        RUN curl -sSL https://get.example.org/install.sh | bash
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM debian:trixie-slim
        RUN curl -sSLo /tmp/tool https://get.example.org/tool-1.2.3 && echo "$SHA256  /tmp/tool" | sha256sum --check
        ```
    """
    scripts = list(_script_lines(repo))
    piped = [Note(place, "a download is piped into a shell") for place, line in scripts if _PIPED.search(line)]
    loads = [place for place, line in scripts if _DOWNLOAD.search(line)]
    if piped:
        return failed("a script runs what it just downloaded", *piped)
    return passed("no download is piped into a shell", *loads[:5]) if loads else not_applicable("nothing is downloaded by a script")


def _script_lines(repo: Inventory) -> Iterator[tuple[Location, str]]:
    """Lines of shell that builds and pipelines run, continued lines joined, with their places."""
    paths = [
        *(d.path for d in repo.dockerfiles),
        *(p.path for p in repo.pipelines),
        *repo.files.select("*.sh", "Makefile", roles=(Role.PRODUCTION,)),
    ]
    for path in dict.fromkeys(paths):
        start, joined = 1, ""
        for number, line in enumerate(repo.files.lines(path), 1):
            if not joined:
                start = number
            if line.lstrip().startswith("#"):
                continue
            joined += line[:500].rstrip()
            if joined.endswith("\\") and len(joined) < 4000:
                joined = joined[:-1] + " "
                continue
            yield Location(path, start), joined
            joined = ""


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=1,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    cwe=(1059,),
    fixed_by="security-policy",
    hint="Say in SECURITY.md where to report a weakness, in private, and when an answer comes.",
)
def security_contact_exists(repo: Inventory, profile: Profile) -> Verdict:
    """Whoever finds a weakness knows whom to tell.

    Why:
        Without an address the finder writes it where everybody reads it, or gives up and keeps it to themselves.

    Fails:
        ```markdown title="README.md"
        # My app
        ```
        ```yaml title="prodify.yaml"
        service: {name: app, owner: "@example/team"}
        ```

    Passes:
        ```markdown title="SECURITY.md"
        # Security

        Report weaknesses to security@example.org; an answer comes within two days.
        ```
    """
    if not repo.files.paths:
        return not_applicable("an empty repository")
    found = [
        Location(p)
        for p in repo.files.paths
        if p.count("/") <= 2 and _SECURITY_FILE.search(p) and repo.files.entries[p].role is not Role.VENDORED
    ]
    return passed("weaknesses have an address", *found) if found else failed("nothing says where to report a weakness")
