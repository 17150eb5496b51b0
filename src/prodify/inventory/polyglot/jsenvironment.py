"""Environment variables of JavaScript: reads, patterns, SvelteKit's modules, and schemas that process.env is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.environment import variable
from prodify.inventory.polyglot.javascript import everywhere
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import EnvVar

READS = everywhere(
    {"any": [
        {"kind": "member_expression", "has": {"field": "object", "regex": r"^(process\.env|import\.meta\.env|Bun\.env)$"}},
        {"kind": "subscript_expression", "has": {"field": "object", "regex": r"^process\.env$"}},
        {"kind": "call_expression", "has": {"field": "function", "regex": r"^Deno\.env\.get$"}},
    ]},
    ("process.env", "import.meta.env", "Bun.env", "Deno.env"),
)  # fmt: skip
PATTERNS = everywhere(
    {"kind": "variable_declarator", "has": {"field": "value", "regex": r"^process\.env$"},
     "all": [{"has": {"field": "name", "kind": "object_pattern"}}]},
    ("process.env",),
)  # fmt: skip
"""`const { NAME, OTHER = "x" } = process.env`."""
KIT_STATIC = everywhere(
    {
        "kind": "identifier", "regex": r"^[A-Z][A-Z0-9_]*$",
        "inside": {"kind": "import_specifier", "field": "name", "inside": {
            "kind": "import_statement", "stopBy": "end", "has": {"field": "source", "regex": r"^.\$env/static/"}}},
    },
    ("$env/static/",),
)  # fmt: skip
"""SvelteKit's variables of the build, imported by name."""
KIT_DYNAMIC = everywhere(
    {"kind": "member_expression", "has": {"field": "object", "regex": "^env$"}, "all": [
        {"has": {"field": "property", "regex": r"^[A-Z][A-Z0-9_]*$"}}]},
    ("$env/dynamic/",),
)  # fmt: skip
_ENV_GIVEN = {"has": {"field": "arguments", "has": {"nthChild": 1, "regex": r"^process\.env$"}}}
SCHEMAS = everywhere(
    {"kind": "call_expression", "any": [
        {"all": [_ENV_GIVEN, {"has": {"field": "function", "kind": "member_expression", "has": {
            "field": "property", "regex": "^(safeParse|parse|validateSync|validate)$"}}}]},
        {"all": [_ENV_GIVEN, {"has": {"field": "function", "regex": "^cleanEnv$"}}]},
        {"has": {"field": "function", "regex": "^createEnv$"}},
    ]},
    ("process.env",),
)  # fmt: skip
"""zod, yup and joi hold it against a schema of the file, envalid and t3-env against one that they are given."""
_SET_BY_BUILD = frozenset(("MODE", "DEV", "PROD", "SSR", "BASE_URL"))
_NAME = lazy(r"^[A-Za-z_]\w*$")
_UPPER = lazy(r"^[A-Z_][A-Z0-9_]*$")
_THROUGH = frozenset(("parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression"))
_COMPARES = frozenset(("===", "!==", "==", "!=", "&&"))
_EITHER = frozenset(("||", "??"))
_NOTHING = lazy(r"^(undefined|null)$|^process\.exit\b")
_OPTIONAL = frozenset(("default", "optional", "nullish"))


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Variables read through process.env and its relatives; what only the build sets (MODE, DEV, PROD) is left out."""
    for row in READS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                if (read := _read(path, node)) is not None:
                    yield read
    for row in PATTERNS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for match, node in repo.syntax.nodes(row, path):
                pattern = node.field("name")
                for name, default in _bound(pattern) if pattern is not None else ():
                    yield variable(name, match.location, has_default=default)
    for match in repo.find(*KIT_STATIC):
        yield variable(match.text, match.location, has_default=False)
    for match in repo.find(*KIT_DYNAMIC):
        if "$env/dynamic/" in repo.syntax.text(match.location.path):
            yield variable(match.text.partition(".")[2], match.location, has_default=False)
    yield from _schemas(repo)


def _read(path: str, node: SgNode) -> EnvVar | None:
    inside = node.field("property") or node.field("index")
    given = arguments(node) if node.kind() == "call_expression" else []
    if given or node.kind() == "subscript_expression":
        text = string_of(given[0] if given else inside)
    else:
        text = inside.text() if inside is not None else None
    if text is None or not _NAME.match(text) or (text in _SET_BY_BUILD and node.text().startswith("import.meta")):
        return None
    inner, around = _up(node)
    if around is not None and around.kind() == "assignment_expression" and _is(around.field("left"), inner):
        return None
    asked = _is_asked(inner, around)
    return variable(text, location_of(path, node), has_default=_has_fallback(inner, around), required=False if asked else None)


def _up(node: SgNode) -> tuple[SgNode, SgNode | None]:
    """The widest node that only wraps this one, and what stands around it."""
    parent = node.parent()
    while parent is not None and parent.kind() in _THROUGH:
        node, parent = parent, parent.parent()
    return node, parent


def _is(one: SgNode | None, other: SgNode) -> bool:
    return one is not None and one.range().start.index == other.range().start.index and one.range().end.index == other.range().end.index


def _operator(node: SgNode) -> str:
    return next((child.text() for child in node.children() if not child.is_named()), "")


def _has_fallback(inner: SgNode, around: SgNode | None) -> bool:
    """Whether something else is taken where the variable is not set; leaving the program is nothing else."""
    while around is not None and around.kind() == "binary_expression" and _operator(around) in _EITHER:
        right = around.field("right")
        if right is not None and not _is(right, inner):
            stops = _NOTHING.match(right.text()) is not None or any(True for _ in right.find_all(kind="throw_statement"))
            return not stops
        inner, around = _up(around)
    return False


def _is_asked(inner: SgNode, around: SgNode | None) -> bool:
    """Whether the read is compared, negated, or a condition by itself."""
    if around is None:
        return False
    kind = around.kind()
    if kind == "binary_expression":
        return _operator(around) in _COMPARES and (_operator(around) != "&&" or _is(around.field("left"), inner))
    if kind == "unary_expression":
        return _operator(around) == "!"
    if kind == "ternary_expression":
        condition = around.field("condition")  # `A ? A : null` asks for A twice
        return condition is not None and inner.text() in condition.text()
    return kind in ("if_statement", "while_statement")


def _bound(pattern: SgNode) -> Iterator[tuple[str, bool]]:
    """Names of a pattern, and whether each has a default."""
    for part in named(pattern):
        kind = part.kind()
        key = part.field("key") if kind == "pair_pattern" else part.field("left") if kind == "object_assignment_pattern" else part
        value = part.field("value")
        if key is not None and _UPPER.match(key.text()):
            yield key.text(), kind == "object_assignment_pattern" or (value is not None and value.kind() == "assignment_pattern")


def _schemas(repo: Inventory) -> Iterator[EnvVar]:
    """Keys of the schemas."""
    for row in SCHEMAS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, call in repo.syntax.nodes(row, path):
                for pair in _declared(call):
                    key, value = pair.field("key"), pair.field("value")
                    name = key.text().strip("\"'") if key is not None else ""
                    if value is not None and _UPPER.match(name) and not value.text().startswith("process.env"):
                        yield variable(name, Location(path, line_of(pair)), has_default=_is_optional(value))


def _declared(call: SgNode) -> Iterator[SgNode]:
    """The pairs of the schema that a call uses."""
    function = call.field("function")
    owner = function.field("object") if function is not None else None
    if owner is None:
        homes = [argument for argument in arguments(call) if argument.kind() == "object"]
    elif owner.kind() == "identifier":
        root = call.get_root().root()
        bound = (d for d in root.find_all(kind="variable_declarator") if (n := d.field("name")) is not None and n.text() == owner.text())
        homes = [value for declarator in bound if (value := declarator.field("value")) is not None]
    else:
        homes = [owner]
    for home in homes:
        yield from home.find_all(kind="pair")


def _is_optional(value: SgNode) -> bool:
    """Whether a schema's value gives a default or may be missing."""
    methods = (call.field("property") for call in (value, *value.find_all(kind="member_expression")))
    keys = (pair.field("key") for pair in value.find_all(kind="pair"))
    return any(m is not None and m.text() in _OPTIONAL for m in methods) or any(k is not None and k.text() == "default" for k in keys)
