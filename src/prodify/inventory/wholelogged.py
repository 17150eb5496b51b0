"""What Python code writes to its log as a whole, although a credential or a person's data is part of it.

Mappings that a credential was put into, rows of a table of people, the environment, the headers of a request.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.pyexpr import parsed, written
from prodify.lazyre import Words, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment, Call
    from prodify.inventory.pymodule import PyModule

_CREDENTIAL = lazy(
    r"(?!.*(?:hash|crypt|mask|redact|confirm|csrf|xsrf|max_|min_|num_))(?:\w+_)?"
    r"(?:password|passwd|pwd|secret|secret_?key|api_?key|app_?key|app_?id_?key|access_?key|private_?key|client_?secret"
    r"|(?:access|auth|bearer|refresh|session|bot|api|id)_?token)|(?:jwt|token)",
    re.IGNORECASE,
)
_HOLDERS = r"(?:x-)?(?:authorization|api[-_]?key|access[-_]?token|auth[-_]?token|appid|password|passwd|secret|client_secret|cookie)"
_HOLDER = lazy(_HOLDERS, re.IGNORECASE)
_PERSON = r"(?:user|account|member|customer|client|employee|patient|admin|usuario)"
_PEOPLE = rf"(?:tbl_?)?{_PERSON}s?(?:_\w+)?"
_OF_PEOPLE = lazy(rf"(?is)\bselect\s+(?:\*|[^;]*\b(?:password|passwd|email)\b[^;]*?)\s+from\s+[`\"\[]?(?:\w+\.)?{_PEOPLE}\b")
_COLLECTION = lazy(rf"(?i)(?:^|[.\[\"'_]){_PEOPLE}(?:[\"'\]]|_?col(?:lection)?)*\.(?:find|find_one)$")
_ROWS = frozenset(("fetchone", "fetchall", "fetchmany"))
_COPIES = frozenset(("list", "dict", "tuple"))
_EVERYTHING = lazy(r"(?:dict\()?(?:os\.environ(?:\.copy\(\))?|(?:self\.)?request\.headers)\)?")
_WHOLE = lazy(r"(?<!\{)\{([A-Za-z_]\w*)(?:![rs]|=)?\}(?!\})")
_WRAPPED = lazy(r"(?:str|repr|dict|list|json\.dumps|pformat|pprint\.pformat)\(([A-Za-z_]\w*)(?:,\s*\w+=\w+)*\)")
_WORDS = ("print", "log", "pprint")
_MAY_LOG = Words("print( log. logger. logging.")
_MAY_HOLD = lazy(
    r"os\.environ\s*(?:[),}]|\.copy)|request\.headers\s*[),}]|fetch(?:one|all|many)\b"
    rf"|[\"']{_HOLDERS}[\"']\s*[:\]]"
    rf"|{_PERSON}[^\n]{{0,20}}\.find"
    r"|(?:[\"'][\w-]{1,40}[\"']\s*(?::|\]\s*=)|\bdict\()[^\n]{0,400}(?:passw|pwd|secret|token|key)",
)
"""What a line holds, in lower case, in a file that logs such a whole; files without one are not parsed."""
_WITH_SUCH = ("environ", "headers", "fetch", ".find", "authorization", "appid", "cookie", "passw", "pwd", "secret", "token", "key")
"""What each of those lines holds: to look for a word is far faster than to try a pattern of many branches at every character."""
_LOGS = lazy(
    r"^(?:print|pprint(?:\.pprint)?|logging\.\w+)$|(?:^|\.)_?log(?:ger)?\.(?:debug|info|warning|warn|error|exception|critical|log)$",
    re.IGNORECASE,
)
_Holders = dict[tuple[str | None, str], str]


def logged_wholes(repo: Inventory) -> Iterator[Note]:
    """Every log call of such a whole, with what is in it."""
    for path in repo.syntax.sources("python", _WORDS, (Role.PRODUCTION,)):
        text = repo.syntax.text(path)
        module = repo.python.module(path) if _MAY_LOG.search(text) and _may_hold(text) else None
        calls = list(module.calls_where(_LOGS.search)) if module is not None else []
        if module is None or not calls:
            continue
        holders = _holders(repo, module)
        for call in calls:
            told = _told(call, holders)
            if told is not None:
                yield Note(call.location, f"{call.name} of {told}")


def _may_hold(text: str) -> bool:
    folded = text.lower()
    if not any(word in folded for word in _WITH_SUCH):
        return False
    lines = (line for line in folded.splitlines() if any(word in line for word in _WITH_SUCH))
    return any(_MAY_HOLD.search(line) for line in lines)


def _told(call: Call, holders: _Holders) -> str | None:
    for argument in call.args:
        if argument.literal:
            continue
        if _EVERYTHING.fullmatch(argument.text):
            return "the whole environment" if "environ" in argument.text else "all headers of a request"
        wrapped = _WRAPPED.fullmatch(argument.text)
        names = {argument.text, *([wrapped[1]] if wrapped else ())}
        if argument.text.lower().startswith(("f'", 'f"')):
            names.update(_WHOLE.findall(argument.text))
        for name in sorted(names):
            reason = holders.get((call.function, name)) or holders.get((None, name))
            if reason is not None:
                return f"{name}, {reason}"
    return None


def _holders(repo: Inventory, module: PyModule) -> _Holders:
    """Variables that hold a credential or people's rows, by function and name."""
    found: _Holders = {}
    people = {call.function for call in module.calls_where(lambda name: name.endswith("execute")) if _asks_for_people(module, call)}
    for bound in module.assignments:
        head, bracket, _ = bound.target.partition("[")
        if bracket and head.isidentifier() and _entry_holds(bound):
            found[bound.function, head] = "which a credential was put into"
        elif bound.target.isidentifier() and (reason := _reason(bound, people) or _passed_on(bound, found)) is not None:
            found[bound.function, bound.target] = reason
    for loop in _loops(repo, module) if found else ():
        for (function, name), reason in list(found.items()):
            if loop[1] == name and reason.startswith("rows"):
                found[function, loop[0]] = reason
    return found


def _asks_for_people(module: PyModule, call: Call) -> bool:
    """Whether a query takes whole rows, or passwords and addresses, from a table of people."""
    text = call.args[0].text if call.args else ""
    if text.isidentifier():
        text = next((a.text for a in module.assignments if a.target == text and a.function in (call.function, None)), "")
    return _OF_PEOPLE.search(text) is not None


def _reason(bound: Assignment, people: set[str | None]) -> str | None:
    value = parsed(bound.text.removeprefix("await "))
    if isinstance(value, ast.Dict) and any(_holds(key, inner) for key, inner in zip(value.keys, value.values, strict=True)):
        return "which a credential was put into"
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        named = ((ast.Constant(k.arg), k.value) for k in value.keywords if k.arg)
        return "which a credential was put into" if any(_holds(key, inner) for key, inner in named) else None
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _COPIES and len(value.args) == 1:
        value = value.args[0]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in _ROWS and bound.function in people:
            return "rows of a table of people"
        if _COLLECTION.search(written(value.func)):
            return "rows of a table of people"
    return None


def _passed_on(bound: Assignment, found: _Holders) -> str | None:
    """What a name holds that is made of another one by `dict(zip(columns, row))` and the like."""
    value = parsed(bound.text)
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _COPIES):
        return None
    names = (node.id for node in ast.walk(value) if isinstance(node, ast.Name))
    return next((reason for name in names if (reason := found.get((bound.function, name))) is not None), None)


def _entry_holds(bound: Assignment) -> bool:
    key = parsed(bound.target)
    value = parsed(bound.text)
    return isinstance(key, ast.Subscript) and value is not None and _holds(key.slice, value)


def _holds(key: ast.expr | None, value: ast.expr) -> bool:
    """Whether an entry is a credential: its value is a variable or a setting of such a name, or it has such a name and no fixed value."""
    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if isinstance(value, ast.Constant):
        return False
    if isinstance(value, ast.JoinedStr) or _HOLDER.fullmatch(name):
        return _HOLDER.fullmatch(name) is not None
    return _CREDENTIAL.fullmatch(_last(value)) is not None


def _last(value: ast.expr) -> str:
    """The name that an expression ends in: of a variable, an attribute, a key, or the setting that a call reads."""
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute):
        return value.attr
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return str(value.slice.value)
    if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Constant):
        return str(value.args[0].value) if written(value.func).endswith(("getenv", ".get")) else ""
    return ""


def _loops(repo: Inventory, module: PyModule) -> Iterator[tuple[str, str]]:
    """Variable and source of every plain loop."""
    root = repo.syntax.tree(module.path, "python")
    for node in root.find_all(kind="for_statement") if root is not None else ():
        left, right = node.field("left"), node.field("right")
        if left is not None and right is not None:
            yield left.text(), right.text()
