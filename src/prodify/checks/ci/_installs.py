"""What image builds install by name, beside the lists of dependencies."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from prodify.api import Inventory, Note, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOOLS = frozenset("pip setuptools wheel uv poetry pipenv pdm hatch virtualenv npm pnpm yarn corepack build".split())
"""Installers: they build the image and are not part of what runs in it."""
_WITH_VALUE = frozenset(
    "-i --index-url --index-strategy --python -p --extra-index-url --prefix --target -t --find-links -f --trusted-host --registry --cache "
    "-c --constraint".split()
)
_FROM_A_LIST = frozenset(("-r", "--requirement", "--requirements", "--group", "-e", "--editable", "--require-hashes"))


def loose_installs(repo: Inventory) -> Iterator[Note]:
    """Packages that a Dockerfile installs by pip, npm or yarn without a version.

    Images of tests count: a suite that turns red, or green, without a change is what a lock is against.
    """
    for dockerfile in (*(d for d in repo.dockerfiles if d.role is Role.PRODUCTION), *repo.test_images):
        for instruction in dockerfile.instructions:
            if instruction.keyword != "RUN":
                continue
            for part in instruction.value.replace("&&", ";").replace("||", ";").split(";"):
                for name in _unversioned(part):
                    yield Note(instruction.location, f"{name} has no fixed version")


def _unversioned(command: str) -> list[str]:
    """Names without a version in `pip install a b==1` or `npm install -g c`; none when the command installs from a list or a path."""
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    if words[:3] in (["python", "-m", "pip"], ["python3", "-m", "pip"]):
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    by_pip = words[:1] in (["pip"], ["pip3"]) and words[1:2] == ["install"]
    by_npm = words[:1] == ["npm"] and words[1:2] in (["install"], ["i"]) and bool({"-g", "--global"} & set(words))
    by_yarn = words[:3] == ["yarn", "global", "add"]
    if by_yarn:
        words = words[1:]
    if not (by_pip or by_npm or by_yarn) or _FROM_A_LIST & set(words):
        return []
    names, skip = [], False
    for word in words[2:]:
        if skip or word.startswith("-"):
            skip = word in _WITH_VALUE
            continue
        plain = word.split("[")[0]
        fixed = (
            any(sign in word[1:] for sign in ("==", "@", "~=", "<", ">")) or "$" in word or "/" in word.lstrip("@") or word.startswith(".")
        )
        if not fixed and plain.lower() not in _TOOLS:
            names.append(plain)
    return names
