"""Recipe: limits and a configurable name for the model calls that are there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prodify.api import Edit, Inventory, Profile, Review, Step, recipe
from prodify.edits.pycalls import append, editor, put
from prodify.escape import string_double
from prodify.inventory.data.model_names import SUCCESSORS, retired_models

if TYPE_CHECKING:
    from prodify.api import Wish
    from prodify.edits.pycalls import Splice
    from prodify.edits.pysource import Source
    from prodify.edits.text import Editor

LIMITS = {
    "chat.completions.create": "max_completion_tokens",
    "responses.create": "max_output_tokens",
    "messages.create": "max_tokens",
    "ChatCompletion.create": "max_tokens",
}
"""The end of a call's name, and the argument that limits its answer there."""
_GIVEN = frozenset(("max_tokens", "max_completion_tokens", "max_output_tokens"))
_CALLS = tuple(f"*.{name}" for name in LIMITS)


@recipe(
    step=Step.PORTABILITY,
    fixes=("model-tokens-are-bounded", "model-is-not-retired", "model-name-is-configurable"),
    review=Review.CAREFUL,
)
def model_limits(repo: Inventory, profile: Profile) -> Iterator[Wish]:
    """Model calls that are there get a limit of tokens and take the model's name from LLM_MODEL; a retired name gets a successor.

    Calls that already limit their answer, or are given their arguments as a dictionary, stay as they are.
    """
    provider = next((t.name for t in repo.llm_providers if t.name in SUCCESSORS), None)
    for path in sorted({call.location.path for call in repo.python.calls(*_CALLS)}):
        if provider is not None:
            yield Edit(
                path, bounded(profile.llm.max_output_tokens, SUCCESSORS[provider]), why="a limit for every answer, and a model that exists"
            )


def bounded(limit: int, successor: str) -> Editor:
    """Add the limit where none is given, and read the model's name from the environment; `successor` replaces a retired one.

    >>> print(bounded(300, "new")('client.chat.completions.create(model="gpt-4", messages=[])').strip())
    import os
    <BLANKLINE>
    client.chat.completions.create(model=os.environ.get("LLM_MODEL", "new"), messages=[], max_completion_tokens=300)
    """

    def find(source: Source, _: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            argument = _limit_of(node)
            if argument is None or not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords):
                continue
            given = {k.arg: k.value for k in node.keywords}
            if not _GIVEN & set(given):
                yield append(source, node, f"{argument}={limit}")
            model = given.get("model")
            if isinstance(model, ast.Constant) and isinstance(model.value, str):
                name = successor if model.value in retired_models() else model.value
                yield put(source, model, f'os.environ.get("LLM_MODEL", "{string_double(name)}")')

    return editor(find)


def _limit_of(node: ast.AST) -> str | None:
    """The argument that limits a call's answer, None for anything but a model call."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    written = ast.unparse(node.func)
    return next((argument for name, argument in LIMITS.items() if written.endswith(f".{name}")), None)
