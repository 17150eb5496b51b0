"""The pruned walk, for directories that git does not know: nested .gitignore files and a built-in list decide what is left out."""

from __future__ import annotations

import os
import re
from dataclasses import field
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

PRUNED = frozenset(
    ".git .hg .svn node_modules __pycache__ .venv venv .tox .nox .mypy_cache .pytest_cache .ruff_cache .terraform .next .nuxt .gradle "
    ".svelte-kit .idea .cache".split()
)
MAX_FILES = 200_000
"""A tree with more files is read up to this many."""
MAX_DEPTH = 64
_MAX_IGNORE_FILE = 256 * 1024


@dataclass(slots=True)
class Walk:
    """Relative POSIX paths of regular files, and how many entries were left out as symbolic links or as ignored."""

    paths: list[str] = field(default_factory=list)
    symlinks: int = 0
    ignored: int = 0


def walk(root: Path) -> Walk:
    """List the files under `root` in sorted order; never follows a link."""
    found = Walk()
    _visit(str(root), "", [], found, 0)
    return found


def _visit(root: str, prefix: str, specs: list[tuple[str, GitIgnoreSpec]], found: Walk, depth: int) -> None:
    try:
        entries = sorted(os.scandir(os.path.join(root, prefix)), key=lambda e: e.name)  # noqa: PTH118 - hot path
    except OSError:
        return
    if any(entry.name == ".gitignore" for entry in entries) and (spec := _spec(root, prefix)) is not None:
        specs = [*specs, (prefix, spec)]
    for entry in entries:
        path = prefix + entry.name
        if entry.is_symlink():
            found.symlinks += 1
        elif entry.is_dir(follow_symlinks=False):
            virtualenv = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - hot path
            if entry.name in PRUNED or virtualenv or depth >= MAX_DEPTH or _ignored(path + "/", specs):
                found.ignored += 1
            else:
                _visit(root, path + "/", specs, found, depth + 1)
        elif _ignored(path, specs) or len(found.paths) >= MAX_FILES:
            found.ignored += 1
        elif entry.is_file(follow_symlinks=False):
            found.paths.append(path)


def _spec(root: str, prefix: str) -> GitIgnoreSpec | None:
    from prodify.inventory.content import Content

    data = Content(root).read(prefix + ".gitignore", _MAX_IGNORE_FILE)
    if data is None:
        return None
    lines = data.decode("utf-8", "replace").splitlines()
    from pathspec import GitIgnoreSpec

    # git passes over a pattern with a range such as [t--]; the library does not.
    for patterns in (lines, [line for line in lines if "[" not in line]):
        try:
            # The "best" backend compiles a database per file, which takes longer than most walks.
            return GitIgnoreSpec.from_lines(patterns, backend="simple")
        except re.error:
            continue
        except ValueError:
            break
    return None


def _ignored(path: str, specs: list[tuple[str, GitIgnoreSpec]]) -> bool:
    """Whether the innermost .gitignore that says anything of the path ignores it."""
    for prefix, spec in reversed(specs):
        verdict = spec.check_file(path[len(prefix) :]).include
        if verdict is not None:
            return bool(verdict)
    return False
