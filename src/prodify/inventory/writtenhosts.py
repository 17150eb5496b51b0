"""Addresses and directories of one machine that code of Python, JavaScript and TypeScript holds in its strings, and what they are for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.pynodes import dotted
from prodify.inventory.query import query
from prodify.inventory.roles import beside_the_service
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_HOST = (
    r"""["'](?:https?://|postgres(?:ql)?://[^"'@]*@?|redis://|mongodb://)?(localhost|127\.0\.0\.1|192\.168\.\d+\.\d+|10\.\d+\.\d+\.\d+)"""
    r"""(:\d+)?[/"']"""
)
_HOME = r"""["'](/home/\w+|/Users/\w+|[A-Z]:\\\\?Users\\)"""
_FOUND = lazy(f"^[rbfuRBFU]*(?:{_HOST}|{_HOME})")
_LANGUAGES = ("python", "javascript", "typescript")
_STRINGS = tuple(query(language, {"kind": "string"}, keywords=(), where=lazy(f"{_HOST}|{_HOME}")) for language in _LANGUAGES)
_ENDS = frozenset(("block", "statement_block", "module", "program", "class_body"))
"""What is not looked beyond: there stands what is done one after the other."""
_LISTS = frozenset("list tuple set array parenthesized_expression expression_list concatenated_string".split())
_EQUALS = frozenset(("==", "===", "!=", "!=="))
_NAMED = {
    "keyword_argument": "name", "default_parameter": "name", "typed_default_parameter": "name", "assignment": "left", "pair": "key",
    "assignment_expression": "left", "variable_declarator": "name", "public_field_definition": "name", "field_definition": "property",
    "named_expression": "name", "assignment_pattern": "left",
}  # fmt: skip
"""Nodes that give what stands in them a name, and where."""
_ARGUMENTS = frozenset(("arguments", "argument_list"))
_CALLED = {"call": "function", "call_expression": "function", "new_expression": "constructor"}
_CHOOSING = frozenset(("boolean_operator", "binary_expression", "conditional_expression", "ternary_expression"))
_FITTING = lazy(
    r"environ|getenv|process\.env|\bconfig\(|\bhost =127|allowed|allow_?(origins|hosts)|origins?\b|\brun\(|listen\(|proxy"
    r"|console\.\w+\(|\bprint\(",
    re.IGNORECASE,
)
"""Names around an address that make it a default, a place to bind to, a list of who may call, or something that is only shown."""
_MOST = 200
_WIDEST = 500
"""Columns; what stands further to the right was written by a tool."""
_IMAGE_USERS = frozenset("node vscode coder app appuser runner jovyan gitpod sandbox agent user".split())
"""Users of public images and sandboxes; no person's account on a laptop is called so."""
_DEVELOPMENT_FILES = frozenset("proxy.conf.js proxy.conf.mjs setupProxy.js setupProxy.ts karma.conf.js protractor.conf.js".split())
"""Configuration of development servers and test runners; no production build reads it."""


def written_hosts(repo: Inventory, words: tuple[str, ...]) -> Iterator[Note]:
    """Every such string of production code, once a line; a file without one of the words holds none."""
    seen: set[tuple[str, int]] = set()
    for row in _STRINGS:
        for path in repo.syntax.sources(row.language, words):
            if beside_the_service(path) or _is_for_development(repo, path):
                continue
            for match, node in repo.syntax.nodes(row, path):
                found, place = _FOUND.match(match.text), (path, match.location.line or 1)
                if found is None or place in seen or node.range().start.column > _WIDEST:
                    continue
                if _is_of_an_image(repo, found[0]) or _is_fitting(node, found[0]):
                    continue
                seen.add(place)
                yield Note(Location(*place), found[0].lstrip("rbfuRBFU").strip("\"'")[:60])


def _is_fitting(node: SgNode, found: str) -> bool:
    """Whether a string stands alone, is only compared, or is named as what fits: see `_FITTING`."""
    below, names = node, list[str]()
    for around in node.ancestors():
        kind = around.kind()
        if kind in _ENDS:
            return _is_of_settings(around) or _FITTING.search(" ".join(names)) is not None
        if kind in _LISTS:
            below = around
            continue
        if below.kind() in _LISTS | {"string"} and (kind in ("expression_statement", "comparison_operator") or _is_equation(around)):
            return True
        if kind in _NAMED:
            name = around.field(_NAMED[kind])
            names.append(f"{name.text()[:_MOST]} =" if name is not None else "")
            names[-1] += found.strip("\"'")[:3] if below is node else ""
        elif kind in _CALLED and below.kind() in _ARGUMENTS:
            names.append(dotted(around.field(_CALLED[kind]))[-_MOST:] + "(")
            if names[-1].endswith("get(") and _is_later_argument(node):
                return True
        elif kind in _CHOOSING:
            names += _others(around, below)
        below = around
    return _FITTING.search(" ".join(names)) is not None


def _others(choice: SgNode, below: SgNode) -> list[str]:
    """What is taken instead: the other branch of a condition, which itself says nothing of the value; the other sides of an `or`."""
    parts = [part for part in choice.children() if part.is_named()]
    if choice.kind() in ("conditional_expression", "ternary_expression") and len(parts) == 3:
        parts = [parts[0], parts[2]] if choice.kind() == "conditional_expression" else parts[1:]
    return [part.text()[:_MOST] for part in parts if part.range().start.index != below.range().start.index]


def _is_equation(node: SgNode) -> bool:
    return node.kind() == "binary_expression" and any(child.kind() in _EQUALS for child in node.children())


def _is_later_argument(node: SgNode) -> bool:
    """Whether a string is what a look-up answers for what is not there: its second argument."""
    around = node.parent()
    if around is None or around.kind() not in ("argument_list", "arguments", "keyword_argument"):
        return False
    return around.kind() == "keyword_argument" or any(part.kind() == "," for part in node.prev_all())


def _is_of_settings(block: SgNode) -> bool:
    """Whether a block is the body of a class whose fields are read from the environment first: `class Settings(BaseSettings)`."""
    owner = block.parent()
    bases = owner.field("superclasses") if owner is not None and owner.kind() == "class_definition" else None
    return bases is not None and any(dotted(base).endswith("Settings") for base in bases.children())


def _is_of_an_image(repo: Inventory, found: str) -> bool:
    """Whether a home directory is that of a user whom a container image makes, this repository's or a well-known one."""
    home = re.search(r"[\"']/home/(\w+)", found)
    if home is None or home[1] in _IMAGE_USERS:
        return home is not None
    makes = re.compile(rf"/home/{home[1]}\b|\b(useradd|adduser)\b.*\b{home[1]}\b")
    return any(makes.search(repo.files.text(d.path) or "") for d in repo.dockerfiles)


def _is_for_development(repo: Inventory, path: str) -> bool:
    """Whether a file configures a development server, or is one of Angular's environments that a production build replaces."""
    directory, _, name = path.rpartition("/")
    if name in _DEVELOPMENT_FILES:
        return True
    if not directory.endswith(("environments", "environment")) or not name.startswith("environment."):
        return False
    replaced = any(f"{directory}/environment.{stage}.ts" in repo.files for stage in ("prod", "production"))
    return name in ("environment.dev.ts", "environment.development.ts", "environment.local.ts") or (name == "environment.ts" and replaced)
