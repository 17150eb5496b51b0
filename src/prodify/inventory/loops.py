"""Shapes of Python code that go wrong under load: endless retries, dropped errors, dictionaries that only grow, sessions left open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Call, Note
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory import Inventory

_BROAD = lazy(r"except\s*(:|(\(?\s*(Base)?Exception\b))")
_EMPTY_HANDLER = query(
    "python",
    {"kind": "except_clause", "has": {"kind": "block", "all": [{"regex": r"^\s*(pass|\.\.\.|continue)\s*$"}]}},
    keywords=("except",),
    where=_BROAD,
)
_ENDLESS = query(
    "python",
    {"kind": "while_statement", "has": {"field": "condition", "regex": "^(True|1)$"}},
    keywords=("while True", "while 1"),
)
_NETWORK = lazy(r"\b(requests|httpx|urllib|aiohttp|client|session|openai|anthropic)\b[\w.]*\(|\.create\(")
_CACHE_NAME = lazy(r"cache|memo|seen|results|sessions|store|history", re.IGNORECASE)
_SHRINKS = ("{name}.clear(", "{name}.pop(", "{name}.popitem(", "del {name}[", "len({name})")
_FACTORIES = lazy(r"sessionmaker\(|scoped_session\(|async_sessionmaker\(")


def swallowed_errors(repo: Inventory) -> tuple[Note, ...]:
    """Handlers that catch everything and do nothing."""
    return tuple(Note(m.location, m.text.splitlines()[0].strip()) for m in repo.find(_EMPTY_HANDLER) if _BROAD.match(m.text))


def endless_retries(repo: Inventory) -> tuple[Note, ...]:
    """`while True` loops that call something over the network and catch its errors, without a counter or a way out of the handler."""
    found = []
    for match in repo.find(_ENDLESS):
        if "except" not in match.text or not _NETWORK.search(match.text):
            continue
        handler = match.text[match.text.index("except") :]
        if not re.search(r"\b(raise|break|return)\b", handler) and not re.search(r"attempt|retries|tries|count", match.text):
            found.append(Note(match.location, "while True around a call"))
    return tuple(found)


def growing_dictionaries(repo: Inventory) -> tuple[Note, ...]:
    """Dictionaries of a module that functions fill under computed keys and that nothing ever empties."""
    found = []
    for module in repo.python.modules(("= {}", "= dict(", "defaultdict(", ": dict")):
        text = repo.files.text(module.path) or ""
        for assignment in module.assignments:
            name = assignment.target.split(":")[0].strip()
            empty = assignment.text in ("{}", "dict()") or assignment.text.startswith("defaultdict(")
            if not (empty and assignment.function is None and name.isidentifier() and _CACHE_NAME.search(name)):
                continue
            filled = re.search(rf"^\s+{name}\[[^\]\"']*[A-Za-z_(][^\]]*\]\s*=", text, re.MULTILINE)
            if filled and not any(shrink.format(name=name) in text for shrink in _SHRINKS):
                found.append(Note(assignment.location, name))
    return tuple(found)


def unclosed_sessions(repo: Inventory) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """Sessions that functions open from a factory of the repository, and those of them that are never closed."""
    factories = (
        {a.target for a in repo.python.assignments("*") if _FACTORIES.search(a.text) and "scoped_session(" not in a.text}
        if _any_factory(repo)
        else set()
    )
    opened, left = [], []
    for call in repo.python.calls(*(form for name in sorted(factories) for form in (name, f"*.{name}"))) if factories else ():
        if call.args or call.name.rpartition(".")[2] not in factories or call.function is None:
            continue
        note = Note(call.location, f"{call.name}()")
        opened.append(note)
        if not _is_closed(repo, call):
            left.append(note)
    return tuple(opened), tuple(left)


def _any_factory(repo: Inventory) -> bool:
    return any(True for _ in repo.syntax.sources("python", ("sessionmaker(",)))


def _is_closed(repo: Inventory, call: Call) -> bool:
    """Whether the function closes the session: a with statement, close(), yield (a dependency), or a teardown of the application."""
    lines = repo.files.lines(call.location.path)
    line = lines[(call.location.line or 1) - 1]
    if re.search(r"\bwith\b", line):
        return True
    module = repo.python.module(call.location.path)
    owner = (
        next(
            (f for f in module.functions if f.name == call.function and _inside(f.location.line, call.location.line, f.location.end_line)),
            None,
        )
        if module
        else None
    )
    body = "\n".join(lines[(owner.location.line or 1) - 1 : owner.location.end_line]) if owner else "\n".join(lines)
    match = re.match(r"\s*([\w.]+)\s*[:=]", line)
    name = match[1] if match else ""
    closed = bool(name) and (
        f"{name}.close()" in body or f"yield {name}" in body or f"return {name}\n" in body + "\n" or f"closing({name})" in body
    )
    return closed or bool(repo.python.functions("*.teardown_appcontext", "*.teardown_request"))


def _inside(first: int | None, line: int | None, last: int | None) -> bool:
    return first is not None and line is not None and last is not None and first <= line <= last
