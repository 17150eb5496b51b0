"""Which fields Python code reads from what other services answer: the half of a contract that stands in the code.

Followed by name within one file: through assignments, loops, parameters and return values, from the call to each `["field"]`,
`.get("field")` or, with a model's SDK, `.field`. What leaves the file is not followed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prodify.inventory.facts import AnswerRead
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_HOST = lazy(r"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_NAME = lazy(r"[A-Za-z_]\w*")
_ROUNDS = 4
"""How many calls deep a value is followed."""
_VERBS = frozenset(("get", "post", "put", "patch", "request", "delete"))
_PASSED_ON = frozenset(("list", "sorted", "tuple", "reversed", "filter"))
_LARGEST = 400_000

_Lines = dict[int, tuple[str, str]]
"""Line of a call to the model provider (empty for plain HTTP) and the call's name."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Value:
    """Something that came from a call: the whole response (`path` None), or the place in its JSON. `sdk`: fields are attributes."""

    origin: int
    path: str | None
    sdk: bool = False

    def at(self, name: str) -> _Value:
        return _Value(self.origin, f"{self.path}.{name}" if self.path else name, self.sdk)

    def item(self) -> _Value:
        return _Value(self.origin, f"{self.path}[]", self.sdk)


def find_answer_reads(repo: Inventory) -> tuple[AnswerRead, ...]:
    """What the code reads of each kind of answer, by path, function and provider; calls whose fields are not known are left out."""
    calls: dict[str, _Lines] = {}
    for call in repo.outbound_calls:
        calls.setdefault(call.location.path, {})[call.location.line or 0] = ("", call.name)
    for model in repo.model_calls:
        calls.setdefault(model.location.path, {})[model.location.line or 0] = (model.provider, model.name)
    found = [read for path in sorted(calls) if path.endswith(".py") for read in _of_file(repo, path, calls[path])]
    return tuple(sorted(found, key=lambda read: (read.location.path, read.function or "", read.provider)))


def _of_file(repo: Inventory, path: str, lines: _Lines) -> Iterator[AnswerRead]:
    text, module = repo.files.text(path) or "", repo.python.module(path)
    if module is None or len(text) > _LARGEST:
        return
    try:
        reader = _Reader(ast.parse(text), lines)
        reader.read()
    except (SyntaxError, ValueError, RecursionError):
        return
    merged: dict[tuple[str | None, str, str], dict[str, bool]] = {}
    places: dict[tuple[str | None, str, str], int] = {}
    for line, (provider, name) in sorted(lines.items()):
        fields = {path: optional for (origin, path), optional in reader.fields.items() if origin == line}
        address = name if provider else _address(module, line, name)
        host = _HOST.search(address)
        if not fields or not (provider or host):
            continue
        function = next((c.function for c in module.calls if c.location.line == line), None)
        key = (function, provider or (host[1] if host else ""), address)
        places.setdefault(key, line)
        for field_path, optional in fields.items():
            merged.setdefault(key, {})[field_path] = merged.get(key, {}).get(field_path, True) and optional
    for (function, provider, address), fields in merged.items():
        line = places[function, provider, address]
        yield AnswerRead(provider, Location(path, line), function, tuple(sorted(fields.items())), address)


def _address(module: PyModule, line: int, name: str) -> str:
    """The texts that a call's address is made of: as written, then what its names stand for, two steps deep."""
    call = next((c for c in module.calls if c.location.line == line and c.name == name), None)
    if call is None:
        return ""
    given = call.arg("url", 1 if call.name.endswith(".request") else 0)
    texts = [given.text if given is not None else ""]
    for _ in range(2):
        names = set(_NAME.findall(texts[-1]))
        texts.append("\n".join(a.text for a in module.assignments if a.target in names and a.function in (call.function, None)))
    return "\n".join(texts)


@dataclass
class _Reader:
    """Follows values through the functions of one file, a few rounds, and notes the fields: (line of the call, path) to optional."""

    tree: ast.Module
    lines: _Lines
    fields: dict[tuple[int, str], bool] = field(default_factory=dict)
    given: dict[str, dict[str, _Value]] = field(default_factory=dict)
    returned: dict[str, _Value] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    known: dict[str, _Value] = field(default_factory=dict)
    inside: str = ""

    def read(self) -> None:
        nested = (node for node in ast.walk(self.tree) if isinstance(node, Function))
        self.functions = {node.name: node for node in nested}
        for _ in range(_ROUNDS):
            for name, function in self.functions.items():
                self.inside, self.known = name, dict(self.given.get(name, {}))
                for statement in function.body:
                    self.statement(statement)

    def statement(self, node: ast.AST) -> None:
        """One statement and what is in it, in order: names get values before they are used."""
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            return
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            value = self.value(node.value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.name(target, value)
                # What another call returned is no answer any more; `data = []` where the call failed is a stand-in for one.
                called = node.value.value if isinstance(node.value, ast.Await) else node.value
                if value is None and isinstance(called, ast.Call) and isinstance(target, ast.Name):
                    self.known.pop(target.id, None)
            return
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self.loop(node.target, node.iter)
        if isinstance(node, ast.withitem) and node.optional_vars is not None:
            self.name(node.optional_vars, self.value(node.context_expr))
        if isinstance(node, ast.Return) and node.value is not None:
            value = self.value(node.value)
            if value is not None:
                self.returned.setdefault(self.inside, value)
            return
        if isinstance(node, ast.expr):
            self.value(node)
            return
        for child in ast.iter_child_nodes(node):
            self.statement(child)

    def name(self, target: ast.expr, value: _Value | None) -> None:
        if isinstance(target, ast.Name):
            if value is not None:
                self.known[target.id] = value
        else:
            self.value(target)

    def loop(self, target: ast.expr, over: ast.expr) -> None:
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "enumerate" and over.args:
            over, target = over.args[0], target.elts[-1] if isinstance(target, ast.Tuple) and target.elts else target
        value = self.value(over)
        if value is not None and value.path is not None:
            self.name(target, value.item())

    def value(self, node: ast.expr) -> _Value | None:
        """What an expression is, its parts looked through on the way."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.Await | ast.Starred):
            return self.value(node.value)
        if isinstance(node, ast.Subscript):
            return self.subscript(node)
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if owner is not None and owner.sdk:
                return self.note(owner.at(node.attr))
            return owner if owner is not None and owner.path is None and node.attr in ("text", "content", "data") else None
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in node.generators:
                self.statement(generator)
        values = [self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if isinstance(node, ast.BoolOp | ast.IfExp | ast.NamedExpr):
            found = next((value for value in values if value is not None), None)
            if isinstance(node, ast.NamedExpr):
                self.name(node.target, found)
            return found
        return None

    def subscript(self, node: ast.Subscript) -> _Value | None:
        owner = self.value(node.value)
        self.value(node.slice)
        if owner is None or owner.path is None:
            return None
        if isinstance(node.slice, ast.Slice):
            return owner
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return self.note(owner.at(key)) if isinstance(key, str) and not owner.sdk else owner.item() if isinstance(key, int) else None

    def call(self, node: ast.Call) -> _Value | None:
        arguments = [self.value(argument) for argument in node.args]
        named = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        owner = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if owner is not None and isinstance(node.func, ast.Attribute):
            return self.method(owner, node.func.attr, node.args, node.lineno)
        name = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        first = arguments[0] if arguments else None
        if name in ("json.loads", "json.load") and first is not None and first.path is None:
            return _Value(first.origin, "")
        if name in _PASSED_ON:
            return next((value for value in arguments if value is not None), None)
        if node.lineno in self.lines and name not in self.functions:
            provider, _ = self.lines[node.lineno]
            return _Value(node.lineno, "" if provider else None, sdk=bool(provider))
        if name in self.functions:
            self.hand_over(name, arguments, named)
            return self.returned.get(name)
        return None

    def method(self, owner: _Value, name: str, args: list[ast.expr], line: int) -> _Value | None:
        if owner.path is None and name in _VERBS and line in self.lines:
            return _Value(line, None)  # the owner is a client: making one counts as a call where it switches time-outs off
        if owner.path is None:
            return _Value(owner.origin, "") if name == "json" else owner if name in ("read", "decode", "text") else None
        key = args[0].value if name == "get" and args and isinstance(args[0], ast.Constant) else None
        return self.note(owner.at(key), optional=True) if isinstance(key, str) else None

    def hand_over(self, name: str, arguments: list[_Value | None], named: dict[str, _Value | None]) -> None:
        """A value that is given to a function of this file is known there under the parameter's name."""
        parameters = [argument.arg for argument in self.functions[name].args.args]
        for parameter, value in [*zip(parameters, arguments, strict=False), *named.items()]:
            if value is not None:
                self.given.setdefault(name, {}).setdefault(parameter, value)

    def note(self, value: _Value, *, optional: bool = False) -> _Value:
        key = (value.origin, value.path or "")
        self.fields[key] = self.fields.get(key, True) and optional
        return value
