"""Django settings as production sees them: which module is used there, and what a setting's last word is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.unset import UNKNOWN, when_unset
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment

_MODULE = lazy(r"""DJANGO_SETTINGS_MODULE["']?\s*[,=:\]]\s*\(?["']?\s*([\w.]+)""")
_NOT_PRODUCTION = lazy(r"(^|[_.])(dev|develop|development|local|test|tests|testing|debug|ci)$")
_SOURCES = ("wsgi.py", "asgi.py", "manage.py", "Dockerfile*", "Procfile", "*.yml", "*.yaml", "*.toml", "*.ini", "*.sh", "celery.py")
_DEPTH = 5


def settings_chain(repo: Inventory) -> tuple[str, ...]:
    """Settings files in the order in which production reads them: bases first, the production module last; empty without Django."""
    module = _production_module(repo)
    if module is None:
        return ()
    chain: list[str] = []
    _follow(repo, module, chain, 0)
    return tuple(chain)


def setting(repo: Inventory, name: str) -> Assignment | None:
    """The assignment of a setting that counts in production, None when it is not set."""
    for path in reversed(settings_chain(repo)):
        facts = repo.python.module(path)
        found = [a for a in facts.assignments if a.target.split(":")[0].strip() == name and a.function is None] if facts else []
        if len(found) > 1 or (found and found[0].literal):
            skipped = _skipped_lines(repo, path, name)
            found = [a for a in found if a.location.line not in skipped]
        if found:
            return found[-1]
    return None


def _skipped_lines(repo: Inventory, path: str, name: str) -> frozenset[int]:
    """Lines of assignments in branches that an empty environment does not take: `if os.environ.get("DEBUG"): DEBUG = True`."""
    root = repo.syntax.tree(path, "python")
    rule = {"rule": {"kind": "assignment", "has": {"field": "left", "regex": f"^{name}$"}, "inside": {
        "kind": "if_statement", "stopBy": "end"}}}  # fmt: skip
    nodes = root.find_all(rule) if root is not None else ()  # type: ignore[call-overload]
    return frozenset(node.range().start.line + 1 for node in nodes if _is_skipped(node))


def _is_skipped(node: SgNode) -> bool:
    """Whether a condition around a node, or one before its `else`, is decided by the environment against it."""
    below = node
    for ancestor in node.ancestors():
        condition = ancestor.field("condition") if ancestor.kind() in ("if_statement", "elif_clause") else None
        value = when_unset(condition.text()) if condition is not None else UNKNOWN
        if value is not UNKNOWN:
            taken = below.kind() == "block"
            if bool(value) is not taken:
                return True
        below = ancestor
    return False


def named_settings(text: str) -> str | None:
    """The settings module that the text of an entry file names first.

    >>> named_settings('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")')
    'shop.settings'
    """
    found = _MODULE.search(text)
    return found[1] if found else None


def _production_module(repo: Inventory) -> str | None:
    """The settings file of production: a module named for it beside the one that the server's entry names, else that one."""
    if not any(repo.python.imports_in(path, "django") for path in repo.python.importing("django")):
        return None
    named = [path for module in _named_modules(repo) if (path := _file_of(repo, module)) is not None]
    settings = repo.files.select("settings.py", "*/settings/*.py", "settings/*.py", "*/config/*.py", roles=(Role.PRODUCTION,))
    production = [p for p in settings if re.search(r"(^|[_/])(prod|production|live|heroku)\.py$|settings_prod\w*\.py$", p)]
    if production:
        return production[0]
    real = [p for p in named if not _NOT_PRODUCTION.search(p.removesuffix(".py").replace("/", "."))]
    candidates = real or named or [p for p in settings if p.endswith("settings.py")] or [p for p in settings if p.endswith("__init__.py")]
    return candidates[0] if candidates else None


def _named_modules(repo: Inventory) -> Iterator[str]:
    """Settings modules that entry files name, servers' entries before manage.py."""
    for pattern in _SOURCES:
        for path in repo.files.select(pattern, roles=(Role.PRODUCTION,)):
            text = repo.files.text(path) or ""
            if "DJANGO_SETTINGS_MODULE" in text:
                yield from _MODULE.findall(text)


def _file_of(repo: Inventory, module: str) -> str | None:
    stem = module.replace(".", "/")
    for candidate in (f"{stem}.py", f"{stem}/__init__.py"):
        matches = [candidate] if candidate in repo.files else list(repo.files.select(f"*/{candidate}", roles=(Role.PRODUCTION,)))
        if matches:
            return matches[0]
    return None


def _follow(repo: Inventory, path: str, chain: list[str], depth: int) -> None:
    """Add the files that a settings file imports with *, then the file itself."""
    if path in chain or depth > _DEPTH:
        return
    directory = path.rpartition("/")[0]
    module = repo.python.module(path)
    sources = [n.note for n, taken in (module.imported_parts if module is not None else {}).items() if any(t.endswith("*") for t in taken)]
    for source in sources:
        name = source.lstrip(".")
        dots = source[: len(source) - len(name)]
        base = directory
        for _ in dots[1:]:
            base = base.rpartition("/")[0]
        target = "/".join(part for part in (base if dots else "", *name.split(".")) if part)
        file = next((c for c in (f"{target}.py", f"{target}/__init__.py") if c in repo.files), None) or (
            None if dots else _file_of(repo, name)
        )
        if file is not None and not _NOT_PRODUCTION.search(file.removesuffix(".py").replace("/", ".")):
            _follow(repo, file, chain, depth + 1)
    chain.append(path)
