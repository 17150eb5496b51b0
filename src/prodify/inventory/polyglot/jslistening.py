"""The port that JavaScript listens on: the argument of what listens, followed to a literal through variables and fallbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.numbers import port_number
from prodify.inventory.placed import PlacedInt
from prodify.inventory.polyglot.javascript import LANGUAGES, resolve
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_CALLED = {"any": [
    {"has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": "^listen$"}}},
    {"has": {"field": "function", "regex": r"^((Bun|Deno)\.)?serve$"}},
]}  # fmt: skip
LISTENS = {language: query(language, {"kind": "call_expression", **_CALLED}, keywords=(".listen(", "serve(")) for language in LANGUAGES}
"""Calls that make a server listen."""
OPTIONS = {
    language: query(
        language,
        {"kind": "pair", "has": {"field": "key", "regex": "^port$"}, "not": {"inside": {"kind": "object", "has": {
            "kind": "pair", "has": {"field": "key", "regex": "^(user|username|password|pass|database|auth|secure|dialect|db|type)$"}}}}},
        keywords=("port",),
    )
    for language in LANGUAGES
}  # fmt: skip
"""A `port` among options that are not those of a database or a mail server."""
FALLBACKS = {
    language: query(
        language,
        {"kind": "binary_expression", "has": {"field": "left", "regex": r"(?i)\bport\b"}, "regex": r"\|\||\?\?"},
        keywords=("port", "PORT"),
    )
    for language in LANGUAGES
}
_NAME = lazy(r"[\w$]+")
_DIGITS = lazy(r"^\d{2,5}$")
_WRAPPERS = frozenset(("parenthesized_expression", "as_expression", "non_null_expression", "await_expression", "unary_expression",
                       "satisfies_expression"))  # fmt: skip
_MAX_DEPTH = 8


def listening_port(repo: Inventory, paths: tuple[str, ...]) -> int | None:
    """The first port that a file says it listens on, file by file; then the fallback of a PORT variable in any of them."""
    for path in paths:
        language = language_of(path)
        for row in (LISTENS, OPTIONS):
            for _, node in repo.syntax.nodes(row[language], path):
                given = arguments(node)[:1] if node.kind() == "call_expression" else [node.field("value")]
                for value in given:
                    if (port := _value(repo, path, value, 0)) is not None:
                        return port
    for path in paths:
        for _, node in repo.syntax.nodes(FALLBACKS[language_of(path)], path):
            if (port := _value(repo, path, node.field("right"), 0)) is not None:
                return port
    return None


def _value(repo: Inventory, path: str, node: SgNode | None, depth: int) -> int | None:
    """The number behind an expression."""
    if node is None or depth > _MAX_DEPTH:
        return None
    kind = node.kind()
    literal = node.text() if kind == "number" else string_of(node)
    if literal is not None:
        number = port_number(literal) if _DIGITS.match(literal) else None
        return PlacedInt(number, Location(path, line_of(node))) if number is not None else None
    for inner in _inner(repo, path, node, kind):
        found = _value(repo, inner[0], inner[1], depth + 1)
        if found is not None:
            return found
    return None


def _inner(repo: Inventory, path: str, node: SgNode, kind: str) -> Iterator[tuple[str, SgNode]]:
    """What an expression gets its value from, in the order in which a literal counts."""
    if kind in _WRAPPERS:
        yield from ((path, child) for child in named(node))
    elif kind == "binary_expression" and (right := node.field("right")) is not None:
        yield path, right
        if (left := node.field("left")) is not None:
            yield path, left
    elif kind == "ternary_expression":
        yield from ((path, branch) for name in ("alternative", "consequence") if (branch := node.field(name)) is not None)
    elif kind in ("call_expression", "new_expression"):
        given = arguments(node)[:1]
        yield from ((path, argument) for argument in given)
        key = string_of(given[0]) if given else None
        if key is not None and not _DIGITS.match(key) and "PORT" not in key:  # `config.get("server.port")`
            yield from _configured(repo, path, key)
    elif kind == "object":
        yield from ((path, value) for value in _members(node, "port"))
    elif kind == "identifier":
        yield from ((path, value) for value in _declared(repo, path, node.text()))
        yield from _imported(repo, path, node.text(), 0)
        yield from _required(repo, path, node.text())
    elif kind == "member_expression":
        yield from _member(repo, path, node)


_CONFIGURATION = tuple(
    f"{stem}{end}"
    for stem in ("config/default", "config/index", "config/config", "config/configuration", "config/app.config", "config", "settings")
    for end in (".js", ".cjs", ".mjs", ".ts", ".json")
)
"""Where libraries of settings (config, @nestjs/config, nconf, convict) keep what stands in no environment variable."""


def _configured(repo: Inventory, path: str, key: str) -> Iterator[tuple[str, SgNode]]:
    """The value of a key that a library reads from the files of settings beside or above a file."""
    directory = path.rpartition("/")[0]
    homes = [directory, *(directory.rsplit("/", n)[0] for n in range(1, directory.count("/") + 1)), ""]
    name = key.replace(":", ".").rpartition(".")[2]
    for file in dict.fromkeys(f"{home}/{each}" if home else each for home in homes for each in _CONFIGURATION):
        root = repo.syntax.tree(file, "json" if file.endswith(".json") else language_of(file)) if file in repo.files else None
        if root is not None:
            yield from ((file, value) for value in _members(root, name, shorthand=not file.endswith(".json")))


def _members(node: SgNode, name: str, *, shorthand: bool = True) -> Iterator[SgNode]:
    """Values of an object's member, nested ones as well (`{listen: {port: 4000}}`)."""
    for pair in node.find_all(kind="pair"):
        key, value = pair.field("key"), pair.field("value")
        if key is not None and value is not None and key.text().strip("\"'") == name:
            yield value
    for short in node.find_all(kind="shorthand_property_identifier") if shorthand else ():
        if short.text() == name:
            root = short.get_root().root()
            yield from _bound(root, name)


def _declared(repo: Inventory, path: str, name: str) -> Iterator[SgNode]:
    root = repo.syntax.tree(path, language_of(path))
    if root is not None:
        yield from _bound(root, name)


def _imported(repo: Inventory, path: str, name: str, depth: int) -> Iterator[tuple[str, SgNode]]:
    """Values of a name that a file imports or passes on: `import { PORT } from "./settings"`, `export * from "./app"`."""
    root = repo.syntax.tree(path, language_of(path))
    rule = {"rule": {"any": [{"kind": "import_statement"}, *([{"kind": "export_statement"}] if depth else [])]}}
    for statement in root.find_all(rule) if root is not None and depth < _MAX_DEPTH else ():  # type: ignore[call-overload]
        source = string_of(statement.field("source"))
        clause = [child.text() for child in named(statement) if child.kind() in ("import_clause", "export_clause")]
        if source is None or not source.startswith(".") or (clause and name not in _NAME.findall(clause[0])):
            continue
        file = resolve(repo, path, source)
        if file is not None and not file.endswith(".json"):
            yield from ((file, value) for value in _declared(repo, file, name))
            yield from _imported(repo, file, name, depth + 1)


def _required(repo: Inventory, path: str, name: str) -> Iterator[tuple[str, SgNode]]:
    """Values of a name that a file takes out of another: `const { port } = require("./config")`."""
    root = repo.syntax.tree(path, language_of(path))
    for declarator in root.find_all(kind="variable_declarator") if root is not None else ():
        pattern, value = declarator.field("name"), declarator.field("value")
        if pattern is None or value is None or pattern.kind() != "object_pattern" or value.kind() != "call_expression":
            continue
        target = string_of(given[0]) if value.text().startswith("require(") and (given := arguments(value)) else None
        if target is not None and target.startswith(".") and any(part.text() == name for part in named(pattern)):
            yield from _elsewhere(repo, path, target, name)


def _bound(root: SgNode, name: str) -> Iterator[SgNode]:
    """Values that a name is bound to in a file, and the default that a pattern gives it."""
    for declarator in root.find_all(kind="variable_declarator"):
        target, value = declarator.field("name"), declarator.field("value")
        if target is not None and value is not None and target.text() == name:
            yield value
    for pattern in root.find_all({"rule": {"any": [{"kind": "object_assignment_pattern"}, {"kind": "assignment_pattern"}]}}):
        left, right = pattern.field("left"), pattern.field("right")
        if left is not None and right is not None and left.text().rpartition(":")[2].strip() == name:
            yield right


def _member(repo: Inventory, path: str, node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The member of a settings object of this file or of a file beside it: `config.port`."""
    owner, field = node.field("object"), node.field("property")
    if owner is None or field is None or owner.text() in ("process.env", "import.meta.env"):
        return
    head = owner.text().partition(".")[0]
    for value in _declared(repo, path, head):
        call = value if value.kind() == "call_expression" else None
        given = arguments(call) if call is not None else []
        target = string_of(given[0]) if given else None
        if value.kind() == "object":
            yield from ((path, inner) for inner in _members(value, field.text()))
        elif target is not None and target.startswith("."):
            yield from _elsewhere(repo, path, target, field.text())
    root = repo.syntax.tree(path, language_of(path))
    for statement in root.find_all(kind="import_statement") if root is not None else ():
        source = string_of(statement.field("source"))
        clause = next((c for c in named(statement) if c.kind() == "import_clause"), None)
        if source is not None and source.startswith(".") and clause is not None and head in clause.text():
            yield from _elsewhere(repo, path, source, field.text())


def _elsewhere(repo: Inventory, path: str, target: str, name: str) -> Iterator[tuple[str, SgNode]]:
    file = resolve(repo, path, target)
    root = repo.syntax.tree(file, language_of(file)) if file is not None and not file.endswith(".json") else None
    if root is not None and file is not None:
        yield from ((file, value) for value in _members(root, name))
