"""What the inventory can answer of step 1's questions, so that a newcomer need not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.lazyre import lazy
from prodify.profile import is_one_line
from prodify.profile_file import Loaded, load
from prodify.recipes.shared.layout import dns_label, main_component

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component

_OWNER = lazy(r"^\s*\*\s+(\S+)", re.MULTILINE)


def load_profile(repo: Inventory, settings: Sequence[str] = (), config: Path | None = None) -> Loaded:
    """The profile of a repository with what can be inferred filled in below what is stated."""
    return load(repo.files, settings, inferred_basics(repo), config)


def inferred_basics(repo: Inventory) -> dict[str, object]:
    """Values that are facts rather than goals: the service's name and, where CODEOWNERS says so, its owner."""
    found: dict[str, object] = {}
    component = main_component(repo)
    if component is not None:
        found["service.name"] = service_name(repo, component)
    owner = code_owner(repo)
    if owner is not None:
        found["service.owner"] = owner
    return found


def inferred_goals(repo: Inventory) -> dict[str, object]:
    """Proposals for `prodify init`: data classes from field names, and a runtime from the deployment files that are there."""
    found = inferred_basics(repo)
    from prodify.inventory.personal import data_classes

    classes = data_classes(repo)
    if classes:
        found["data.classes"] = [note.note for note in classes]
        found["data.sensitivity"] = "personal"
    if repo.kubernetes:
        found["platform.runtime"] = "kubernetes"
    elif repo.compose_files and not repo.terraform:
        found["platform.runtime"] = "compose"
    return found


_GENERIC = frozenset(("app", "main", "server", "api", "web", "service", "backend", "src", "project", "application", "run", "wsgi", "index"))
_LONGEST_TITLE = 3
"""A README title of more words is a sentence, not a name."""


def service_name(repo: Inventory, component: Component) -> str:
    """A DNS label: the component's name, or the README's title where that name says nothing (app, main ...)."""
    name = dns_label(component.name)
    if name not in _GENERIC or component.path != ".":
        return name
    for path in ("README.md", "readme.md", "Readme.md", "README.rst"):
        for line in repo.files.lines(path)[:20] if path in repo.files else ():
            title = line.lstrip("# ").strip()
            if line.startswith("# ") and 0 < len(re.findall(r"\w+", title)) <= _LONGEST_TITLE:
                return dns_label(title)
    return name


def code_owner(repo: Inventory) -> str | None:
    """The owner of everything, as a CODEOWNERS file names it."""
    for path in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"):
        text = repo.files.text(path) if path in repo.files else None
        match = _OWNER.search(text or "")
        if match and is_one_line(match[1]):
            return match[1]
    return None


def has_production_code(repo: Inventory) -> bool:
    """Whether there is any source file that runs in production."""
    return any(
        repo.files.entries[path].role is Role.PRODUCTION for paths in repo.syntax.by_language.values() for path in paths
    )
