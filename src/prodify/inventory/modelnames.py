"""Models that code names away from the call: in the body of a request that is sent elsewhere, or in the constructor of a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.polyglot.javascript import LANGUAGES, server_side
from prodify.inventory.polyglot.nodes import line_of, named, string_of
from prodify.inventory.query import query
from prodify.lazyre import Words
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_BODY = r"^['\"]?(messages|prompt|contents|input)['\"]?$"
_MODEL = r"^['\"]?model(Name|_name)?['\"]?$"
_CHAINS = r"^(Azure)?(Chat)?(OpenAI|Anthropic|GoogleGenerativeAI|Groq|MistralAI|VertexAI)$"
_FAMILIES = Words("gpt- claude- gemini- davinci curie babbage bison mixtral- llama gemma deepseek o1- o3-")
"""What the names of models begin with or hold: a file without any of them is not looked at."""


def _has(key: str, value: Mapping[str, object]) -> dict[str, object]:
    return {"has": {"kind": "pair", "all": [{"has": {"field": "key", "regex": key}}, {"has": {"field": "value", **value}}]}}


_NAMED = {"kind": "string"}
_QUERIES = (
    query(
        "python",
        {"kind": "dictionary", "all": [_has(_MODEL, _NAMED), _has(_BODY, {"regex": "."})]},
        keywords=("\"model\"", "'model'"),
        where=_FAMILIES,
    ),
    *(
        query(
            language,
            {"any": [
                {"kind": "object", "all": [
                    _has(_MODEL, _NAMED),
                    {"any": [_has(_BODY, {"regex": "."}), {"has": {"kind": "shorthand_property_identifier", "regex": _BODY}}]},
                ]},
                {"kind": "object", **_has(_MODEL, _NAMED), "inside": {"kind": "arguments", "inside": {
                    "kind": "new_expression", "has": {"field": "constructor", "regex": _CHAINS}}}},
            ]},
            keywords=("model",),
            where=_FAMILIES,
        )
        for language in LANGUAGES
    ),
)  # fmt: skip


def named_models(repo: Inventory) -> Iterator[Note]:
    """Bodies of requests for a model, and models of chains, that name theirs by a literal: the name, at its line."""
    for row in _QUERIES:
        for path in repo.syntax.sources(row.language, row.keywords, (Role.PRODUCTION,)):
            if row.language != "python" and not server_side(repo, path):
                continue
            for _, node in repo.syntax.nodes(row, path):
                yield from _names(path, node)


def _names(path: str, node: SgNode) -> Iterator[Note]:
    for pair in named(node):
        key, value = pair.field("key"), pair.field("value")
        if key is not None and value is not None and key.text().strip("'\"") in ("model", "modelName", "model_name"):
            name = string_of(value)
            if name is not None:
                yield Note(Location(path, line_of(pair)), name)
