"""Which functions only fetch something by their arguments, and the decorator that keeps what they fetched.

Told from the text alone, so everything that could make two callers' answers differ, or do more than read, rules a function out.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.edits.pycalls import imported_names, resolved
from prodify.edits.pysource import Source, add_import_last, checked, parse
from prodify.edits.text import CannotEdit, Editor, preserving

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef

PERSONAL = r"user|session|token|auth|cookie|request|email|account|customer|member|profile"
"""Parameters that tell one person's answer from another's."""
_PERSONAL = re.compile(PERSONAL, re.IGNORECASE)
_FETCHES = frozenset(("requests.get", "httpx.get"))
_CLIENTS = frozenset(("requests.Session", "httpx.Client", "httpx.AsyncClient"))
_PLAIN = frozenset((
    "os.getenv", "os.environ.get", "str", "int", "float", "round", "len", "dict", "urllib.parse.quote", "urllib.parse.urlencode",
))  # fmt: skip
_METHODS = frozenset("get json raise_for_status lower upper strip format join replace encode".split())
_KNOWS_WHO = frozenset(("cookies", "auth"))
_NOT_PLAIN = (
    ast.Yield, ast.YieldFrom, ast.Lambda, ast.Global, ast.Nonlocal, ast.Delete, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
_BUILTINS = frozenset("str int float round len dict Exception ValueError KeyError".split())


def keep_answers(names: frozenset[str], module: str, import_line: str) -> Editor:
    """Put `@module.cached` over the functions of those names that only fetch; nothing else moves, and twice is as once.

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, or none of the functions is there.
    """

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        found = [f for f in _functions(source, module) if f.name in names]
        if not found:
            raise CannotEdit("no function here only fetches something", f"Put @{module}.cached over the function by hand.")
        after = text
        for function in sorted((f for f in found if not f.decorator_list), key=lambda f: f.lineno, reverse=True):
            after = parse(after).insert_lines(function.lineno, [f"@{module}.cached"])
        return checked(text, add_import_last(after, import_line))

    return edit


def fetching(text: str, module: str) -> tuple[str, ...]:
    """The functions at the top of a module whose result may be kept: it hangs on the arguments and settings alone.

    >>> fetching("import requests\\ndef a(city):\\n    return requests.get(URL, params={'q': city}).json()['all']\\n", "answer_cache")
    ('a',)
    >>> fetching("import requests\\ndef a(user):\\n    return requests.get(URL, params={'q': user}).json()['all']\\n", "answer_cache")
    ()
    """
    try:
        source = parse(text)
    except CannotEdit:
        return ()
    return tuple(function.name for function in _functions(source, module))


def _functions(source: Source, module: str) -> Iterator[Function]:
    imports = imported_names(source)
    for node in source.tree.body:
        if not isinstance(node, Function) or any(ast.unparse(d) != f"{module}.cached" for d in node.decorator_list):
            continue
        if _only_fetches(node, imports):
            yield node


def _only_fetches(function: Function, imports: dict[str, str]) -> bool:
    """Whether a function reads another server's answer and nothing else, and every caller with the same arguments gets the same."""
    given = function.args
    parameters = {a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]}
    inside = [node for statement in function.body for node in ast.walk(statement)]
    if given.vararg or given.kwarg or any(_PERSONAL.search(name) for name in parameters) or any(isinstance(n, _NOT_PLAIN) for n in inside):
        return False
    clients = {
        item.optional_vars.id
        for node in inside
        if isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name) and _is_call_of(item.context_expr, _CLIENTS, imports)
    }
    calls = [node for node in inside if isinstance(node, ast.Call)]
    fetches = [call for call in calls if _is_fetch(call, clients, imports)]
    return (
        bool(fetches)
        and all(_is_harmless(call, imports) for call in calls)
        and not any(_tells_who(call, parameters) for call in calls)
        and _reads_only(inside, parameters, imports)
        and _returns_json(inside)
    )


def _is_call_of(node: ast.expr, names: frozenset[str], imports: dict[str, str]) -> bool:
    return isinstance(node, ast.Call) and resolved(node.func, imports) in names


def _is_fetch(call: ast.Call, clients: set[str], imports: dict[str, str]) -> bool:
    function = call.func
    by_client = isinstance(function, ast.Attribute) and function.attr == "get" and ast.unparse(function.value) in clients
    return by_client or resolved(function, imports) in _FETCHES


def _is_harmless(call: ast.Call, imports: dict[str, str]) -> bool:
    name = resolved(call.func, imports)
    if name in _FETCHES | _CLIENTS | _PLAIN or name.removeprefix("?.") in _PLAIN:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return False
    # A module's function that is called get is not a method of a value.
    owner = call.func.value
    return not (isinstance(owner, ast.Name) and owner.id in imports)


def _tells_who(call: ast.Call, parameters: set[str]) -> bool:
    """Whether a request names who asks: cookies, a login, or headers that are made of what the caller gave."""
    for keyword in call.keywords:
        used = {node.id for node in ast.walk(keyword.value) if isinstance(node, ast.Name)}
        if keyword.arg in _KNOWS_WHO or keyword.arg is None or (keyword.arg == "headers" and used & parameters):
            return True
    return False


def _reads_only(inside: list[ast.AST], parameters: set[str], imports: dict[str, str]) -> bool:
    """Whether nothing outside is changed, and nothing but arguments, imports and constants of the module is looked at."""
    names = [node for node in inside if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    known = parameters | own | set(imports) | _BUILTINS
    stored = [node for node in inside if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)]
    return not stored and all(node.id in known or node.id.isupper() for node in names)


def _returns_json(inside: list[ast.AST]) -> bool:
    """Whether all that is returned is a part of an answer's JSON, or nothing; the whole only where an error status raises first."""
    raises = any(isinstance(node, ast.Attribute) and node.attr == "raise_for_status" for node in inside)
    assigned = {
        node.targets[0].id: node.value
        for node in inside
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    returned = [node.value for node in inside if isinstance(node, ast.Return)]
    values = [value for value in returned if value is not None and not (isinstance(value, ast.Constant) and value.value is None)]
    return bool(values) and all(_is_json(value, assigned, taken=raises) for value in values)


def _is_json(value: ast.expr, assigned: dict[str, ast.expr], *, taken: bool) -> bool:
    for _ in range(20):
        if isinstance(value, ast.Subscript):
            value, taken = value.value, True
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "get":
            value, taken = value.func.value, True
        elif isinstance(value, ast.Name) and value.id in assigned:
            value = assigned[value.id]
        else:
            break
    return taken and isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "json"
