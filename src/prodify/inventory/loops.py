"""Shapes of Python code that go wrong under load: endless retries, dropped errors, dictionaries that only grow, sessions left open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.pynodes import SCOPES, binds, dotted, function_around, method, names, own
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_NOTHING = {"any": [
    {"kind": "pass_statement"}, {"kind": "continue_statement"}, {"kind": "comment"},
    {"kind": "expression_statement", "has": {"any": [{"kind": "ellipsis"}, {"kind": "string"}]}},
]}  # fmt: skip
_CAUGHT = ("identifier", "attribute", "tuple", "list", "as_pattern", "parenthesized_expression", "call", "subscript", "binary_operator",
           "list_splat", "conditional_expression")  # fmt: skip
_EMPTY_HANDLER = query(
    "python",
    {
        "kind": "except_clause",
        "all": [
            {"has": {"kind": "block", "not": {"has": {"not": _NOTHING}}}},
            {"any": [
                {"not": {"has": {"any": [{"kind": kind} for kind in _CAUGHT]}}},
                {"has": {"any": [{"kind": "identifier", "regex": "^(Base)?Exception$"}], "stopBy": {"kind": "block"}}},
            ]},
        ],
    },
    keywords=("except",),
    where=lazy(r"except\b(?:\s*:|[^:]{0,200}\b(?:Base)?Exception\b)"),
)  # fmt: skip
"""A handler of everything (nothing named, or all exceptions among what is) with a block that does nothing."""
_ENDLESS = query(
    "python",
    {
        "kind": "while_statement",
        "all": [
            {"has": {"field": "condition", "regex": r"^[(\s]*(True|1)[)\s]*$"}},
            {"has": {"kind": "except_clause", "stopBy": "end"}},
        ],
    },
    keywords=("while",),
    where=lazy(r"while[\s(]*(?:True|1)\b"),
)
_CLIENTS = frozenset("requests httpx urllib urllib3 aiohttp openai anthropic client session".split())
"""Libraries of clients, and what their clients are called where they are made elsewhere."""
_FED = lazy(r"(^|\.)(input|prompt|receive\w*|recv\w*|readline|b[lr]pop\w*|get_nowait|poll|accept)$|queue\w*\.get$", re.IGNORECASE)
"""Calls that bring something new each turn: such a loop does not try the same again."""
_LEAVES = ("raise_statement", "break_statement", "return_statement")
_ENDS = frozenset(("sys.exit", "exit", "quit", "os._exit"))
_COUNTER = lazy(r"attempt|retries|(^|_)tries($|_)|(^|_)count(er|s)?($|_)|[a-z]Count", re.IGNORECASE)
_INNER = SCOPES | {"for_statement", "while_statement"}
_CACHE_NAME = lazy(r"cache|memo|seen|results|sessions|store|history", re.IGNORECASE)
_KEPT_BY_KEY = frozenset(("defaultdict", "collections.defaultdict"))
_SESSION_MAKERS = ("sessionmaker", "async_sessionmaker")


def swallowed_errors(repo: Inventory) -> tuple[Note, ...]:
    """Handlers that catch everything and do nothing."""
    return tuple(Note(m.location, m.text.splitlines()[0].strip()) for m in repo.find(_EMPTY_HANDLER))


def endless_retries(repo: Inventory) -> tuple[Note, ...]:
    """`while True` loops that call something over the network and catch its errors, without a counter or a way out of the handler."""
    found = []
    for path in repo.syntax.sources(_ENDLESS.language, _ENDLESS.keywords):
        for match, node in repo.syntax.nodes(_ENDLESS, path):
            module = repo.python.module(path)
            if module is not None and _is_endless(module, node):
                found.append(Note(match.location, "while True around a call"))
    return tuple(found)


def _is_endless(module: PyModule, loop: SgNode) -> bool:
    tries = [node for node in own(loop, "try_statement", without=_INNER) if _asks_a_server(module, node)]
    if not tries or any(_FED.search(name) for name in _called(module, own(loop, "call"))):
        return False
    handlers = [part for node in tries for part in node.children() if part.kind() in ("except_clause", "except_group_clause")]
    left = any(True for handler in handlers for _ in own(handler, *_LEAVES))
    ended = any(name in _ENDS for handler in handlers for name in _called(module, own(handler, "call")))
    return bool(handlers) and not (left or ended) and not _counts(loop)


def _called(module: PyModule, calls: Iterator[SgNode]) -> Iterator[str]:
    return (module.resolve(dotted(call.field("function"))) for call in calls)


def _asks_a_server(module: PyModule, attempt: SgNode) -> bool:
    """Whether a server is called where the errors of it are caught."""
    body = attempt.field("body")
    for name in _called(module, own(body, "call")) if body is not None else ():
        parts = name.split(".")
        if (_CLIENTS & set(parts) and "parse" not in parts) or (len(parts) > 1 and parts[-1] == "create"):
            return True
    return False


def _counts(loop: SgNode) -> bool:
    """Whether the turns are counted: a name says so, or what is added to is compared with something."""
    if any(_COUNTER.search(name) for name in names(loop)):
        return True
    counted = {left.text() for node in own(loop, "augmented_assignment") if (left := node.field("left")) is not None}
    return any(counted & names(node) for node in own(loop, "comparison_operator"))


def growing_dictionaries(repo: Inventory) -> tuple[Note, ...]:
    """Dictionaries of a module that functions fill under computed keys and that nothing ever empties."""
    found = []
    for module in repo.python.modules(("= {}", "={}", "= dict(", "=dict(", "defaultdict(", ": dict")):
        root = repo.syntax.tree(module.path, "python")
        for assignment in module.assignments if root is not None else ():
            name = assignment.target
            if assignment.function is not None or not name.isidentifier() or not _CACHE_NAME.search(name):
                continue
            by_key = module.resolve("".join(assignment.text.partition("(")[0].split())) in _KEPT_BY_KEY
            if not (by_key or assignment.text in ("{}", "dict()")) or root is None:
                continue
            if _is_filled(root, name, by_key=by_key) and not _is_emptied(root, name):
                found.append(Note(assignment.location, name))
    return tuple(found)


_IN_A_FUNCTION = {"inside": {"kind": "function_definition", "stopBy": "end"}}
_COMPUTED = {"not": {"any": [{"kind": "integer"}, {"kind": "string", "not": {"has": {"kind": "interpolation"}}}]}}
"""A key that is not written down as it is."""


def _is_filled(root: SgNode, name: str, *, by_key: bool) -> bool:
    """Whether a function puts something into the module's dictionary; a `defaultdict` is filled by every look into it."""
    entry = {"kind": "subscript", "all": [{"has": {"field": "value", "regex": f"^{name}$"}}, {"has": {"field": "subscript", **_COMPUTED}}]}
    put = {"any": [{"kind": "assignment"}, {"kind": "augmented_assignment"}],
           "has": {"field": "left", "any": [entry, {"kind": "pattern_list", "has": entry}]}}  # fmt: skip
    kept = {"kind": "call", "all": [{"has": method(name, "setdefault")},
                                    {"has": {"field": "arguments", "has": {"nthChild": 1, **_COMPUTED}}}]}  # fmt: skip
    rule = {"rule": {"any": [entry if by_key else put, kept], **_IN_A_FUNCTION}}
    for node in root.find_all(rule):  # type: ignore[call-overload]
        function = function_around(node)
        if function is not None and not binds(function, name):
            return True
    return False


def _is_emptied(root: SgNode, name: str) -> bool:
    """Whether something is taken out of the dictionary, its size is looked at, or a function puts a new one in its place."""
    itself = {"kind": "identifier", "regex": f"^{name}$"}
    entry = {"kind": "subscript", "has": {"field": "value", "regex": f"^{name}$"}}
    rule = {"rule": {"any": [
        {"kind": "call", "has": method(name, "clear|pop|popitem")},
        {"kind": "call", "all": [{"has": {"field": "function", "regex": "^len$"}}, {"has": {"field": "arguments", "has": itself}}]},
        {"kind": "delete_statement", "has": {"any": [itself, entry], "stopBy": "end"}},
    ]}}  # fmt: skip
    if root.find(rule) is not None:  # type: ignore[call-overload]
        return True
    anew = {"rule": {"kind": "assignment", "has": {"field": "left", **itself}, **_IN_A_FUNCTION}}
    functions = (function_around(node) for node in root.find_all(anew))  # type: ignore[call-overload]
    return any(function is not None and not binds(function, name) for function in functions)


def unclosed_sessions(repo: Inventory) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """Sessions that functions open from a factory of the repository, and those of them that are never closed."""
    factories = frozenset(_session_factories(repo))
    opened, left = [], []
    forms = [form for name in sorted(factories) for form in (name, f"*.{name}")]
    for call, node in repo.python.call_nodes(*forms) if forms else ():
        if call.args or call.name.rpartition(".")[2] not in factories or call.function is None:
            continue
        note = Note(call.location, f"{call.name}()")
        opened.append(note)
        if not _is_closed(repo, node):
            left.append(note)
    return tuple(opened), tuple(left)


def _session_factories(repo: Inventory) -> Iterator[str]:
    """Names that SQLAlchemy's factory is assigned to; one session for each thread (`scoped_session`) is closed by other means."""
    for module in repo.python.modules(("sessionmaker(", "sessionmaker[", "sessionmaker (")):
        for _, node in module.call_nodes(lambda name: name.partition("[")[0].rpartition(".")[2] in _SESSION_MAKERS):
            parent = node.parent()
            left = parent.field("left") if parent is not None and parent.kind() == "assignment" else None
            if left is not None:
                yield left.text()


_ALIKE = frozenset(("parenthesized_expression", "conditional_expression", "boolean_operator", "await"))
"""What a session goes through unchanged."""
_HANDED_OVER = frozenset(("return_statement", "yield", "lambda", "with_item"))
_CLOSERS = r"(^|\.)(a?closing|enter_context|enter_async_context)$"


def _is_closed(repo: Inventory, node: SgNode) -> bool:
    """Whether a session is closed where it is opened or handed to who closes it, else by a teardown of the application."""
    holder = node.parent()
    while holder is not None and holder.kind() in (*_ALIKE, "as_pattern"):
        holder = holder.parent()
    if holder is None or holder.kind() in _HANDED_OVER:
        return True
    if holder.kind() == "argument_list" and re.search(_CLOSERS, dotted((call := holder.parent()) and call.field("function"))):
        return True
    left = holder.field("left") if holder.kind() == "assignment" else holder.field("name") if holder.kind() == "named_expression" else None
    if left is not None and _is_closed_later(node, left.text()):
        return True
    return bool(repo.python.functions("*.teardown_appcontext", "*.teardown_request"))


def _is_closed_later(node: SgNode, name: str) -> bool:
    """Whether the function closes the session of that name or hands it over; what an object keeps may be closed anywhere in the file."""
    itself = {"any": [{"kind": "identifier"}, {"kind": "attribute"}], "regex": f"^{re.escape(name)}$"}
    rule = {"rule": {"any": [
        {"kind": "call", "has": method(name, "a?close")},
        {"kind": "call", "all": [{"has": {"field": "function", "regex": _CLOSERS}}, {"has": {"field": "arguments", "has": itself}}]},
        {"any": [{"kind": "yield"}, {"kind": "return_statement"}], "has": {"any": [itself, {"kind": "expression_list", "has": itself}]}},
        {"kind": "with_item", "has": {"any": [itself, {"kind": "as_pattern", "has": itself}]}},
    ]}}  # fmt: skip
    scope = function_around(node) if name.isidentifier() else node.get_root().root()
    return scope is None or scope.find(rule) is not None  # type: ignore[call-overload]
