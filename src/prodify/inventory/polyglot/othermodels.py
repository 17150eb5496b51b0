"""Calls of language models in Go, PHP, Ruby, Java, Kotlin and Rust: the model that a request's body names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import ModelCall
from prodify.inventory.polyglot.nodes import named, string_of
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_WORDS = ("model", "Model")
_KEY = r"^[\"':]?[mM]odel[\"':]?$"
BODIES = (
    query("go", {"kind": "keyed_element", "has": {"kind": "literal_element", "regex": _KEY}}, keywords=_WORDS),
    query("php", {"kind": "array_element_initializer", "has": {"regex": _KEY}}, keywords=_WORDS),
    query("ruby", {"kind": "pair", "has": {"field": "key", "regex": _KEY}}, keywords=_WORDS),
    query("java", {"kind": "argument_list", "inside": {"kind": "method_invocation", "has": {
        "field": "name", "regex": "^(model|modelName)$"}}}, keywords=(".model(", ".modelName(")),
    query("java", {"kind": "argument_list", "has": {"kind": "string_literal", "regex": '^"model"$'}, "inside": {
        "kind": "method_invocation", "has": {"field": "name", "regex": "^(put|of|entry|add|addProperty)$"}}}, keywords=('"model"',)),
    query("rust", {"kind": "string_literal", "follows": {"kind": "string_literal", "regex": '^"model"$'}, "inside": {"kind": "token_tree"}},
          keywords=('"model"',)),
)  # fmt: skip
"""Places in a request's body that name its model."""
_LIMITS = {"rule": {"regex": r"(?i)^[\"':.]?(with)?max_?(completion_?|output_?)?tokens[\"':]?$"}}
"""A key, a field or a method by that name; what a comment says limits nothing."""
_LIMITED = lazy(r"(?i)max_?(completion_?|output_?)?tokens")
_PROVIDERS = (("anthropic", "anthropic"), ("generativelanguage", "google"), ("groq", "groq"), ("mistral", "mistral"), ("openai", "openai"))


def model_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Models named in files that speak of a provider, by its host or its SDK; limits count for the whole file, which builds the body."""
    for row in BODIES:
        for path in repo.syntax.sources(row.language, row.keywords):
            text = repo.syntax.text(path)
            provider = next((name for word, name in _PROVIDERS if word in text.lower()), None)
            if provider is None:
                continue
            root = repo.syntax.tree(path, row.language) if _LIMITED.search(text) else None
            limited = root is not None and root.find(_LIMITS) is not None  # type: ignore[call-overload]
            for match, node in repo.syntax.nodes(row, path):
                model = _model(node)
                if model is not None:
                    yield ModelCall(provider, "request", match.location, model, limited, timeout=True)


def _model(node: SgNode) -> str | None:
    """The last string below a node, when it could name a model: one word, and not the key itself."""
    strings = [text for text in _strings(node) if text.lower() != "model"]
    value = strings[-1] if strings else None
    return value if value and " " not in value and len(value) < 80 and any(c.isdigit() or c == "-" for c in value) else None


def _strings(node: SgNode) -> Iterator[str]:
    own = string_of(node)
    if own is not None:
        yield own
        return
    for child in named(node):
        yield from _strings(child)
