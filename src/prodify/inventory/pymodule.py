"""One Python file as facts: imports, calls with resolved names, assignments and functions, all from one parse.

Works on the tree-sitter tree, so that syntax newer than the running interpreter and half-written files still yield what they hold.
"""

from __future__ import annotations

import ast
import warnings
from functools import cached_property
from typing import TYPE_CHECKING

from prodify.inventory.facts import Argument, Assignment, Call, Function, Note
from prodify.inventory.syntax import NESTED_TEXT, location_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ast_grep_py import SgNode

    from prodify.model import Location

_LOOPS = frozenset(
    ("for_statement", "while_statement", "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression")
)
_SCOPES = frozenset(("function_definition", "lambda", "class_definition", "module"))
_LITERALS = frozenset((
    "string", "concatenated_string", "integer", "float", "true", "false", "none", "list", "tuple", "dictionary", "set", "unary_operator",
    "parenthesized_expression",
))  # fmt: skip
_CONSTANTS: dict[str, object] = {"True": True, "False": False, "None": None, "0": 0, "1": 1}
_MAX_TEXT = 2000
_IMPORTS: dict[str, object] = {"rule": {"any": [{"kind": "import_statement"}, {"kind": "import_from_statement"}]}}
_MOST_CLIMBED = 2_000_000
"""Nodes above calls that are looked at in one file."""


class PyModule:
    """What one file says, each kind of fact taken from the tree when it is first asked for."""

    def __init__(self, path: str, root: SgNode) -> None:
        self.path = path
        self._root = root
        self.climbed = 0

    @cached_property
    def _imports(self) -> tuple[dict[str, str], list[Note], dict[Note, list[str]]]:
        return _imports(self.path, self._root)

    @property
    def imports(self) -> dict[str, str]:
        """Local names to the dotted names that they stand for."""
        return self._imports[0]

    @property
    def imported(self) -> list[Note]:
        """Imported modules with their places."""
        return self._imports[1]

    @property
    def imported_parts(self) -> dict[Note, list[str]]:
        """Of each `from` import the dotted names of what it takes from the module, `*` for all of it."""
        return self._imports[2]

    def resolve(self, name: str) -> str:
        """A written dotted name with its first part replaced by what the file imported it from."""
        head, dot, rest = name.partition(".")
        return self.imports.get(head, head) + dot + rest

    @cached_property
    def _called(self) -> tuple[tuple[str, SgNode], ...]:
        """Resolved name and node of every call; most calls are told apart by the name alone."""
        found = []
        room = NESTED_TEXT * (self._root.range().end.index + 1)
        for node in self._root.find_all(kind="call"):
            function = node.field("function")
            text = function.text() if function is not None else ""
            room -= len(text)
            if room < 0:
                break
            found.append((_name(self, text), node))
        return tuple(found)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where in `_called` each name stands: far fewer names than calls."""
        found: dict[str, list[int]] = {}
        for number, (name, _) in enumerate(self._called):
            found.setdefault(name, []).append(number)
        return found

    @cached_property
    def _calls(self) -> dict[int, Call]:
        return {}

    def calls_where(self, wanted: Callable[[str], object]) -> Iterator[Call]:
        """The calls whose resolved name is wanted, in the order of the tree."""
        for number in sorted(number for name, numbers in self._places.items() if wanted(name) for number in numbers):
            known = self._calls.get(number)
            if known is None:
                known = self._calls[number] = _call(self, self._called[number][1], self._called[number][0])
            yield known

    def call_nodes(self, wanted: Callable[[str], object]) -> Iterator[tuple[Call, SgNode]]:
        """What `calls_where` finds, each call with its node."""
        numbers = sorted(number for name, numbers in self._places.items() if wanted(name) for number in numbers)
        return zip(self.calls_where(wanted), (self._called[number][1] for number in numbers), strict=True)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call, with its resolved name."""
        return tuple(self.calls_where(lambda _name: True))

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Every assignment."""
        found = []
        room = NESTED_TEXT * (self._root.range().end.index + 1)
        for node in self._root.find_all(kind="assignment"):
            left, right = node.field("left"), node.field("right")
            if left is None or right is None:
                continue
            text = right.text()
            room -= len(text)
            if room < 0:
                break
            value, known = literal(right)
            found.append(Assignment(left.text(), text[:_MAX_TEXT], location_of(self.path, node), value, known, _context(self, node)[0]))
        return tuple(found)

    @cached_property
    def additions(self) -> tuple[Assignment, ...]:
        """Every `name += value`, with the value as written."""
        found = []
        for node in self._root.find_all(kind="augmented_assignment"):
            left, right = node.field("left"), node.field("right")
            if left is not None and right is not None and "+=" in (child.text() for child in node.children()):
                text = right.text()[:_MAX_TEXT]
                found.append(Assignment(left.text(), text, location_of(self.path, node), function=_context(self, node)[0]))
        return tuple(found)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method, with its decorators."""
        return tuple(_function(self, node) for node in self._root.find_all(kind="function_definition"))

    @cached_property
    def function_nodes(self) -> dict[int, SgNode]:
        """The node of every function and method by its first line."""
        return {node.range().start.line + 1: node for node in self._root.find_all(kind="function_definition")}

    @cached_property
    def defined(self) -> tuple[tuple[str, Location], ...]:
        """Name and place of every function and method: what is known of it without a look at what stands around it."""
        return tuple((_name_of(node), location_of(self.path, node)) for node in self._root.find_all(kind="function_definition"))

    @cached_property
    def with_names(self) -> dict[str, list[str]]:
        """Text of the value in `with value as name` to the names given to it."""
        found: dict[str, list[str]] = {}
        for node in self._root.find_all(kind="as_pattern"):
            value, alias = node.child(0), node.field("alias")
            if value is not None and alias is not None:
                found.setdefault(value.text()[:_MAX_TEXT], []).append(alias.text())
        return found


def read_module(path: str, root: SgNode) -> PyModule:
    """The facts of one parsed Python file."""
    return PyModule(path, root)


def _imports(path: str, root: SgNode) -> tuple[dict[str, str], list[Note], dict[Note, list[str]]]:
    """Local names with what they stand for, and the modules that are imported: `import` statements first, then `from` ones.

    Of the latter also what each of them takes from its module.
    """
    names: dict[str, str] = {}
    places: list[Note] = []
    whole: list[SgNode] = []
    parts: list[SgNode] = []
    parts_of: dict[Note, list[str]] = {}
    for node in root.find_all(_IMPORTS):  # type: ignore[call-overload]
        (whole if node.kind() == "import_statement" else parts).append(node)
    for node in whole:
        for child in node.children():
            if child.kind() == "dotted_name":
                dotted = child.text()
                names.setdefault(dotted.split(".")[0], dotted.split(".")[0])
                places.append(Note(location_of(path, node), dotted))
            elif child.kind() == "aliased_import":
                name, alias = child.field("name"), child.field("alias")
                if name is not None and alias is not None:
                    names[alias.text()] = name.text()
                    places.append(Note(location_of(path, node), name.text()))
    for node in parts:
        origin = node.field("module_name")
        if origin is None:
            continue
        source = origin.text()
        prefix = source if source.endswith(".") else source + "."
        places.append(Note(location_of(path, node), source))
        taken = parts_of.setdefault(places[-1], [])
        for child in node.children()[2:]:
            if child.kind() == "dotted_name" and child.range().start.index != origin.range().start.index:
                names[child.text()] = prefix + child.text()
                taken.append(prefix + child.text())
            elif child.kind() == "aliased_import":
                name, alias = child.field("name"), child.field("alias")
                if name is not None and alias is not None:
                    names[alias.text()] = prefix + name.text()
                    taken.append(prefix + name.text())
            elif child.kind() == "wildcard_import":
                taken.append(prefix + "*")
    return names, places, parts_of


def _name(module: PyModule, function: str) -> str:
    return module.resolve("".join(function.split()))


def _call(module: PyModule, node: SgNode, name: str) -> Call:
    arguments, star = _arguments(node.field("arguments"))
    enclosing, in_loop = _context(module, node)
    return Call(name, location_of(module.path, node), arguments, node.text()[:_MAX_TEXT], enclosing, in_loop, star)


def _arguments(node: SgNode | None) -> tuple[tuple[Argument, ...], bool]:
    found, star = [], False
    if node is not None and node.kind() == "argument_list":
        for child in node.children():
            kind = child.kind()
            if kind in ("(", ")", ",", "comment"):
                continue
            if kind in ("list_splat", "dictionary_splat"):
                star = True
            elif kind == "keyword_argument":
                name, value = child.field("name"), child.field("value")
                if name is not None and value is not None:
                    found.append(Argument(name.text(), value.text()[:_MAX_TEXT], *literal(value)))
            else:
                found.append(Argument(None, child.text()[:_MAX_TEXT], *literal(child)))
    return tuple(found), star


def literal(node: SgNode) -> tuple[object, bool]:
    """The value of a literal node and True, or (None, False). F-strings and names are no literals."""
    if node.kind() not in _LITERALS:
        return None, False
    text = node.text()
    if len(text) > _MAX_TEXT * 4:
        return None, False
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and "\\" not in text and text.count(text[0]) == 2 and "\n" not in text:
        return text[1:-1], True  # nine literals in ten; the general way is ten times slower
    if text in _CONSTANTS:
        return _CONSTANTS[text], True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text), True
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, False


def _context(module: PyModule, node: SgNode) -> tuple[str | None, bool]:
    """The enclosing function's name, and whether a loop stands between the node and it; neither in a tree made to be climbed for ever."""
    in_loop = False
    if module.climbed > _MOST_CLIMBED:
        return None, False
    ancestors = node.ancestors()
    module.climbed += len(ancestors)
    for ancestor in ancestors:
        kind = ancestor.kind()
        if kind in _LOOPS:
            in_loop = in_loop or not _is_loop_source(ancestor, node)
        elif kind == "function_definition":
            name = ancestor.field("name")
            return (name.text() if name is not None else None), in_loop
        elif kind == "class_definition":
            return None, in_loop
    return None, in_loop


def _is_loop_source(loop: SgNode, node: SgNode) -> bool:
    """Whether `node` is what a loop iterates over: evaluated once, not once a turn."""
    source = loop.field("right") if loop.kind() == "for_statement" else None
    if source is None and loop.kind().endswith(("comprehension", "expression")):
        clause = loop.find(kind="for_in_clause")
        source = clause.field("right") if clause is not None else None
    if source is None:
        return False
    inner, outer = node.range(), source.range()
    return outer.start.index <= inner.start.index and inner.end.index <= outer.end.index


def _name_of(node: SgNode) -> str:
    name = node.field("name")
    return name.text() if name is not None else ""


def _function(module: PyModule, node: SgNode) -> Function:
    parameters = node.field("parameters")
    ancestors = node.ancestors() if module.climbed <= _MOST_CLIMBED else []
    module.climbed += len(ancestors)
    parent = ancestors[0] if ancestors else None
    decorators = []
    if parent is not None and parent.kind() == "decorated_definition":
        decorators = [_decorator(module, d) for d in parent.children() if d.kind() == "decorator"]
    owner = next((a for a in ancestors if a.kind() in _SCOPES), None)
    cls = owner.field("name") if owner is not None else None
    in_class = owner is not None and owner.kind() == "class_definition"
    first = node.child(0)
    return Function(
        _name_of(node),
        location_of(module.path, node),
        tuple(decorators),
        tuple(_parameters(parameters)),
        cls.text() if in_class and cls is not None else None,
        first is not None and first.text() == "async",
    )


def _parameters(node: SgNode | None) -> list[str]:
    names = []
    for child in node.children() if node is not None else ():
        if child.kind() == "identifier":
            names.append(child.text())
        elif child.kind() in ("typed_parameter", "default_parameter", "typed_default_parameter"):
            inner = child.field("name") or child.find(kind="identifier")
            if inner is not None:
                names.append(inner.text())
    return names


def _decorator(module: PyModule, node: SgNode) -> Call:
    call = node.child(1)
    if call is not None and call.kind() == "call":
        function = call.field("function")
        return _call(module, call, _name(module, function.text() if function is not None else ""))
    text = "".join(call.text().split()) if call is not None else ""
    return Call(module.resolve(text), location_of(module.path, node), (), text)
