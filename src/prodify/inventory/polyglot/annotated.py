"""Routes that annotations and attributes declare: Spring, Micronaut, JAX-RS (Quarkus) and ASP.NET."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.nodes import arguments, first_string, line_of, named
from prodify.inventory.pyroutes import join
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_JAVA_WORDS = ("Mapping", "@Get", "@Post", "@Put", "@Patch", "@Delete", "@Path")
CLASSES = (
    query("java", {"any": [{"kind": "class_declaration"}, {"kind": "interface_declaration"}, {"kind": "record_declaration"}]},
          keywords=_JAVA_WORDS),
    query("kotlin", {"kind": "class_declaration"}, keywords=_JAVA_WORDS),
    query("csharp", {"kind": "class_declaration"}, keywords=("[Http", ", Http", "[Route")),
)  # fmt: skip
"""Declarations whose annotations are read; those of their methods follow from them."""
_VERB = lazy(r"^(?:Http)?(Get|Post|Put|Patch|Delete|Head|Options)(?:Mapping)?$|^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$")
_METHOD = lazy(r"GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE")
_PREFIX = frozenset(("RequestMapping", "Path", "Controller", "Route", "RoutePrefix", "FeignClient"))
_METHODS = frozenset(("method_declaration", "function_declaration"))
_PAIRS = frozenset(("element_value_pair", "value_argument", "attribute_argument"))
_NAMES = frozenset(("identifier", "simple_identifier", "name_colon", "name_equals"))
_PATH_KEYS = frozenset(("value", "path", "uri", "uris", "template"))


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route of every annotated class, under the prefix that the class carries."""
    for row in CLASSES:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                yield from _class(path, row.language, node)


def _class(path: str, language: str, node: SgNode) -> Iterator[Route]:
    own = dict(_annotations(node))
    if "FeignClient" in own or "RegisterRestClient" in own:
        return
    name = node.field("name")
    bare = (name.text() if name is not None else "").removesuffix("Controller")
    prefix = next((_value(own[key]) or "" for key in own if key in _PREFIX), "").replace("[controller]", bare.lower())
    framework = _framework(language, own)
    for member in _members(node):
        found = dict(_annotations(member))
        for verb, where, at in _verbs(found):
            full = "/" + join(prefix, where).lstrip("/")
            handler = member.field("name") or next((c for c in named(member) if c.kind() == "simple_identifier"), None)
            yield Route((verb,), full, Location(path, line_of(at)), handler.text() if handler else None, ".", framework, path)


def _framework(language: str, own: Mapping[str, SgNode]) -> str:
    if language == "csharp":
        return "aspnetcore"
    if "Path" in own:
        return "quarkus"
    return "micronaut" if "Controller" in own and _value(own["Controller"]) is not None else "spring-boot"


def _verbs(found: Mapping[str, SgNode]) -> Iterator[tuple[str, str, SgNode]]:
    """Method, path and annotation of one member. JAX-RS splits the two; Spring's RequestMapping and ASP.NET's Route may name both."""
    beside = next((_value(found[key]) or "" for key in ("Path", "Route") if key in found), "")
    for name, node in found.items():
        verb = _VERB.match(name)
        if verb is not None:
            yield (verb[1] or verb[2]).upper(), _value(node) or beside, found.get("Path", node) if verb[2] else node
        elif name == "RequestMapping":
            for method in _methods(node) or ["ANY"]:
                yield method, _value(node) or "", node


def _members(node: SgNode) -> Iterator[SgNode]:
    """Methods directly inside a class."""
    for child in named(node):
        if child.kind() in ("class_body", "interface_body", "declaration_list"):
            yield from (member for member in named(child) if member.kind() in _METHODS)


def _annotations(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """Name and node of the annotations or attributes of a declaration."""
    for child in named(node):
        if child.kind() == "modifiers":
            for one in named(child):
                if one.kind() in ("annotation", "marker_annotation"):
                    yield _name(one), one
        elif child.kind() == "attribute_list":
            for one in named(child):
                yield _name(one), one


def _name(annotation: SgNode) -> str:
    """The simple name of an annotation."""
    return re.split(r"[(\s]", annotation.text().lstrip("@["), maxsplit=1)[0].rpartition(".")[2].removesuffix("Attribute")


def _methods(annotation: SgNode) -> list[str]:
    """The verbs that Spring's RequestMapping names: `method = RequestMethod.GET`, one of an import's own names, or a list of those."""
    for argument in arguments(_constructed(annotation)):
        key, *rest = named(argument) if argument.kind() in _PAIRS else [argument]
        if key.text() != "method":
            continue
        return [name for part in rest for name in _names(part) if _METHOD.fullmatch(name)]
    return []


def _names(node: SgNode) -> Iterator[str]:
    """The names at and below a node; what a text says is none."""
    if node.kind() in ("identifier", "simple_identifier"):
        yield node.text()
    for child in named(node):
        yield from _names(child)


def _constructed(annotation: SgNode) -> SgNode:
    """The node that holds an annotation's arguments."""
    return next((child for child in named(annotation) if child.kind() == "constructor_invocation"), annotation)


def _value(annotation: SgNode) -> str | None:
    """The path that an annotation gives, unnamed or under a name that means one."""
    for argument in arguments(_constructed(annotation)):
        key = next(iter(named(argument)), argument) if argument.kind() in _PAIRS else argument
        if key.kind() in _NAMES and key.text().strip(" :=") not in _PATH_KEYS:
            continue
        if (found := first_string(argument)) is not None:
            return found
    return None
