"""What an expression of JavaScript stands for: literals behind names, fallbacks of settings, options of a call, also of another file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.nodes import arguments, enclosing, named, string_of
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_BINDERS = {"rule": {"any": [{"kind": kind} for kind in (
    "variable_declarator", "assignment_expression", "assignment_pattern", "object_assignment_pattern")]}}  # fmt: skip
_TYPED = {"rule": {"any": [*_BINDERS["rule"]["any"], *({"kind": kind} for kind in (
    "required_parameter", "optional_parameter", "public_field_definition", "enum_assignment"))]}}  # fmt: skip
_PLAIN = {"rule": {"any": [*_BINDERS["rule"]["any"], {"kind": "field_definition"}]}}
"""What gives a name its value, in each dialect."""
_THROUGH = ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression")
_ENVIRONMENTS = ("process.env", "import.meta.env", "Bun.env")
_MADE = ("new_expression", "call_expression")
_FUNCTIONS = ("function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function_declaration")
_FIELDS = ("public_field_definition", "field_definition", "enum_assignment")
"""What is known in the whole file, wherever it stands."""
_MOST_SCOPES = 50
_SETTING = lazy(r"^[A-Z][A-Z0-9_]*$")
_MOST = 5
"""Names that are followed from an expression to its literal: a parameter, its default, what a file imports, what that exports."""


class _Bound(NamedTuple):
    """What gives a name a value, and that value; `configured`: the default of a setting."""

    binder: SgNode
    value: SgNode
    configured: bool


class Value(NamedTuple):
    """An expression and the file in which it stands; `configured`: it stands in for a setting that is not there."""

    path: str
    node: SgNode
    configured: bool = False


class Text(NamedTuple):
    """What an expression says, and whether a setting can say something else."""

    said: str
    configured: bool


class Values:
    """Values of names, each file's read once."""

    def __init__(self, repo: Inventory) -> None:
        self._repo = repo
        self._bound: dict[str, Mapping[str, list[_Bound]]] = {}

    def of(self, path: str, name: str, at: SgNode | None = None) -> Value | None:
        """The value of a name: of the innermost part of the file that holds `at`, else of the file that the name is imported from."""
        given = self._names(path).get(name)
        if given:
            bound = given[0] if at is None or len(given) == 1 else _nearest(given, at.range().start.index)
            return Value(path, bound.value, bound.configured)
        imports = self._repo.scripts.imports(path)
        home = self._repo.scripts.home(path, imports.names[name]) if name in imports.names else None
        if home is None or home == path:
            return None
        return self._exported(home, imports.exported.get(name, name), _MOST)

    def _exported(self, path: str, name: str, left: int) -> Value | None:
        """The value that a file exports under a name, its own or one that it passes on."""
        given = self._names(path).get(name)
        if given:
            return Value(path, given[0].value, given[0].configured)
        passed = self._repo.scripts.imports(path).passed_on
        source = passed.get(name) or passed.get("*")
        home = self._repo.scripts.home(path, source) if source is not None else None
        return self._exported(home, name, left - 1) if home is not None and left else None

    def literal(self, path: str, node: SgNode | None) -> str | None:
        """The text that an expression stands for."""
        found = self.text(path, node)
        return found.said if found is not None else None

    def text(self, path: str, node: SgNode | None, left: int = _MOST) -> Text | None:
        """The text that an expression stands for: written there, the fallback of a setting, or behind names."""
        node = unwrapped(node)
        if node is None or not left:
            return None
        kind = node.kind()
        if kind in ("string", "template_string"):
            plain = string_of(node) if next(iter(node.find_all(kind="template_substitution")), None) is None else None
            return Text(plain, configured=False) if plain else None
        if kind == "ternary_expression":
            return self.text(path, node.field("consequence"), left - 1) or self.text(path, node.field("alternative"), left - 1)
        if kind == "binary_expression":
            first, second = node.field("left"), node.field("right")
            either = any(child.text() in ("||", "??") for child in node.children() if not child.is_named())
            found = (self.text(path, first, left - 1) or self.text(path, second, left - 1)) if either else None
            return Text(found.said, found.configured or _is_setting(first)) if found is not None else None
        if kind == "call_expression":  # `openai("gpt-5.4-mini")`; what asks for a setting gives its name, which is no value
            found = self.text(path, next(iter(arguments(node)), None), left - 1)
            return None if found is None or _SETTING.match(found.said) else found
        value = self.meant(path, node)
        found = self.text(value.path, value.node, left - 1) if value is not None else None
        return Text(found.said, found.configured or value.configured) if found is not None and value is not None else None

    def meant(self, path: str, node: SgNode) -> Value | None:
        """What a name, a member of an object or a field stands for."""
        if node.kind() in ("identifier", "shorthand_property_identifier"):
            return self.of(path, node.text(), node)
        owner, member = node.field("object"), node.field("property")
        if owner is None or member is None or _is_setting(node):
            return None
        whole = self.of(path, owner.text(), node) if owner.kind() == "identifier" else None
        inside = unwrapped(whole.node) if whole is not None else None
        if whole is not None and inside is not None and inside.kind() == "object":
            pair = next(pairs_of(inside, (member.text(),)), None)
            return Value(whole.path, pair) if pair is not None else None
        return self._of_module(path, owner.text(), member.text()) or self.of(path, member.text(), node)

    def _of_module(self, path: str, owner: str, member: str) -> Value | None:
        """A member of what a file of the repository exports as a whole."""
        imports = self._repo.scripts.imports(path)
        home = self._repo.scripts.home(path, imports.names[owner]) if owner in imports.names else None
        root = self._repo.syntax.tree(home, language_of(home)) if home is not None else None
        if home is None or root is None:
            return None
        return self._exported(home, member, _MOST) or next((Value(home, value) for value in pairs_of(root, (member,))), None)

    def options(self, path: str, call: SgNode) -> Iterator[Value]:
        """The objects that a call is given: written there, behind names, spread into one another, or of what another call made."""
        waiting, seen = [(path, argument, _MOST) for argument in arguments(call)], set[tuple[str, int]]()
        while waiting:
            home, node, left = waiting.pop(0)
            inner = unwrapped(node)
            if inner is None or not left or (home, inner.range().start.index) in seen:
                continue
            seen.add((home, inner.range().start.index))
            if inner.kind() == "object":
                yield Value(home, inner)
                spread = (part for part in named(inner) if part.kind() == "spread_element")
                waiting += [(home, part, left - 1) for one in spread for part in named(one)]
            elif inner.kind() in ("identifier", "member_expression"):
                value = self.meant(home, inner)
                if value is not None:
                    waiting.append((value.path, value.node, left - 1))
            elif inner.kind() in _MADE:
                waiting += [(home, argument, left - 1) for argument in arguments(inner)]

    def _names(self, path: str) -> Mapping[str, list[_Bound]]:
        known = self._bound.get(path)
        if known is None:
            language = language_of(path)
            root = self._repo.syntax.tree(path, language)
            rule = _PLAIN if language == "javascript" else _TYPED
            known = self._bound[path] = _bindings(root.find_all(rule) if root is not None else ())  # type: ignore[call-overload]
        return known


def _is_setting(node: SgNode | None) -> bool:
    """Whether an expression reads a variable of the environment."""
    inner = unwrapped(node)
    owner = inner.field("object") if inner is not None else None
    return owner is not None and owner.text() in _ENVIRONMENTS


def _nearest(given: list[_Bound], at: int) -> _Bound:
    """The value that a name has at a place: that of the innermost part of the file around it, and of several there the last one before."""
    known = []
    for bound in given[:_MOST_SCOPES]:
        around = enclosing(bound.binder, *_FUNCTIONS) if bound.binder.kind() not in _FIELDS else None
        span = around.range() if around is not None else None
        first, last = (span.start.index, span.end.index) if span is not None else (0, 1 << 62)
        start = bound.binder.range().start.index
        if first <= at < last:
            known.append((last - first, start > at, abs(at - start), bound))
    return min(known, key=lambda row: row[:3])[3] if known else given[0]


def _bindings(binders: Iterable[SgNode]) -> Mapping[str, list[_Bound]]:
    found: dict[str, list[_Bound]] = {}
    for node in binders:
        target = next((t for f in ("name", "left", "pattern", "property") if (t := node.field(f)) is not None), None)
        value = node.field("value") or node.field("right")
        if target is None or value is None:
            continue
        member = target.field("property") if target.kind() == "member_expression" else None
        pattern = node.parent() if node.kind() == "object_assignment_pattern" else None
        whole = pattern.parent() if pattern is not None else None  # `const { MODEL = "x" } = process.env`
        read = whole.field("value") if whole is not None and whole.kind() == "variable_declarator" else None
        configured = read is not None and read.text() in _ENVIRONMENTS
        found.setdefault((member or target).text(), []).append(_Bound(node, value, configured))
    return found


def unwrapped(node: SgNode | None) -> SgNode | None:
    """An expression without parentheses, types and `await` around it."""
    while node is not None and node.kind() in _THROUGH:
        node = next(iter(named(node)), None)
    return node


def key_of(part: SgNode) -> str:
    """The key of a part of an object, empty for one that is computed."""
    key = part.field("key")
    if key is not None:
        return string_of(key) or key.text()
    return part.text() if part.kind() == "shorthand_property_identifier" else ""


def pairs_of(inside: SgNode, keys: Iterable[str]) -> Iterator[SgNode]:
    """What stands under these keys in an object, its own pairs before those that nest deeper; a name alone stands for itself."""
    wanted, own = frozenset(keys), {part.range().start.index for part in named(inside)}
    rule = {"rule": {"any": [{"kind": "pair"}, {"kind": "shorthand_property_identifier"}]}}
    found = [part for part in inside.find_all(rule) if key_of(part) in wanted]  # type: ignore[call-overload]
    for part in sorted(found, key=lambda part: part.range().start.index not in own):
        yield part.field("value") or part
