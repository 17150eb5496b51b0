"""Histogram boundaries that code or configuration declares, in seconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.nodes import line_of
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_NUMBERS = lazy(r"\d+(?:\.\d+)?|\.\d+")
_MOST = 1e300
"""No boundary is larger; an integer that is cannot become a float."""
_NAME = lazy(r"buckets?|boundaries", re.IGNORECASE)
_NAMED = {"regex": r"(?i-u)(buckets?|boundaries)\w*[\"'\]]*$"}
"""What a list of boundaries is called; in code the name stands in front of it, in a string where it is a key."""
_WORDS = ("oundaries", "OUNDARIES", "ucket", "UCKET")
_LISTED = lazy(r"(?:oundaries|OUNDARIES|uckets?|UCKETS?)\w*[\"'\]]*\s*(?::[^=\n]*)?[=:]\s*[\[({]")
_PYTHON = {"any": [{"kind": "list"}, {"kind": "tuple"}, {"kind": "set"}], "inside": {"any": [
    {"kind": "assignment", "has": {"field": "left", **_NAMED}},
    {"kind": "pair", "has": {"field": "key", **_NAMED}},
    *({"kind": kind, "has": {"field": "name", **_NAMED}} for kind in ("keyword_argument", "default_parameter", "typed_default_parameter")),
]}}  # fmt: skip
_FIELDS = {"assignment_expression": "left", "pair": "key", "variable_declarator": "name"}


def _script(kind: str, name: str) -> dict[str, object]:
    """An array with a name in front of it; `kind` and `name` say what the language calls a field of a class, and its name."""
    return {"kind": "array", "inside": {"any": [
        {"kind": one, "has": {"field": field, **_NAMED}} for one, field in {**_FIELDS, kind: name}.items()]}}  # fmt: skip


_GO = {"kind": "literal_value", "inside": {"kind": "composite_literal", "has": {"field": "type", "kind": "slice_type"}, "inside": {
    "kind": "literal_element", "inside": {"kind": "keyed_element", "has": {"kind": "literal_element", "nthChild": 1, **_NAMED}}}}}
_LISTS = (
    query("python", _PYTHON, keywords=_WORDS, where=_LISTED),
    query("javascript", _script("field_definition", "property"), keywords=_WORDS, where=_LISTED),
    query("typescript", _script("public_field_definition", "name"), keywords=_WORDS, where=_LISTED),
    query("go", _GO, keywords=_WORDS, where=_LISTED),
)
_OF_TASKS = lazy(r"(messaging|queue|task|job|celery)[._]")
"""What histograms are called that tell of background tasks: how long those take is no latency of requests."""
_CONSTRUCTORS = (
    "*.ExplicitBucketHistogramAggregation",
    "ExplicitBucketHistogramAggregation",
    "prometheus_client.Histogram",
    "*.Histogram",
    "*.create_histogram",
)


def declared_boundaries(repo: Inventory) -> tuple[tuple[Note, tuple[float, ...]], ...]:
    """Every declared list of histogram boundaries with its place."""
    return tuple(_declared(repo))


def _declared(repo: Inventory) -> Iterator[tuple[Note, tuple[float, ...]]]:
    for call in repo.python.calls(*_CONSTRUCTORS):
        first = call.arg("name", 0)
        if first is not None and isinstance(first.value, str) and _OF_TASKS.match(first.value):
            continue
        for argument in call.args:
            named = argument.name is None or _NAME.search(argument.name)
            value, known = repo.python.value_of(argument, call)
            listed = isinstance(value, list | tuple) and value and all(isinstance(v, int | float) and abs(v) < _MOST for v in value)
            if named and known and listed and isinstance(value, list | tuple):
                yield Note(call.location, call.name.rpartition(".")[2]), tuple(float(v) for v in value)
    for row in _LISTS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                found = _floats(node)
                if len(found) > 2:
                    place = node.parent() or node
                    yield Note(Location(path, line_of(place)), "histogram boundaries"), found
    for path in repo.files.select("*.yaml", "*.yml"):
        text = repo.files.text(path) or ""
        if "oundaries" not in text and "ucket" not in text:
            continue
        for match in re.finditer(r"(?i)(?:buckets?|boundaries)\w*\s*(?::[^=\n]*)?[=:]\s*[\[({]([\d\s.,]+)[\])}]", text):
            numbers = tuple(float(n) for n in _NUMBERS.findall(match[1]))
            if len(numbers) > 2:
                yield Note(Location(path, text.count("\n", 0, match.start()) + 1), "histogram boundaries"), numbers


def _floats(node: SgNode) -> tuple[float, ...]:
    """The numbers that a list consists of, none where something else is among them."""
    texts = [child.text().replace("_", "") for child in node.children() if child.is_named() and child.kind() != "comment"]
    return tuple(float(text) for text in texts) if all(_NUMBERS.fullmatch(text) for text in texts) else ()
