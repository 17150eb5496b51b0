"""Recipe: tests of a model that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code, string_double
from prodify.recipes.ci.project import runner
from prodify.recipes.portability.llm_adapter import MODULE, asynchronous, wanted
from prodify.render import render

if TYPE_CHECKING:
    from prodify.api import Wish


@dataclass(frozen=True, slots=True)
class ModelFailuresContext:
    """Values of testing/test_llm_adapter.py: how the test finds the module."""

    import_line: Code
    levels_up: int
    source_suffix: Code
    asynchronous: bool


@recipe(step=Step.TESTING, fixes=("model-failures-are-tested",), review=Review.CURSORY, after=("llm-adapter",))
def model_failures(repo: Inventory, _: Profile) -> Iterator[Wish]:
    """Tests of every way in which a language model fails, against a local server: the adapter of step 10 has to answer in time."""
    place = wanted(repo)
    if place is None:
        return
    base = "" if place.root == "." else f"{place.root}/"
    suffix = Code(f' / "{string_double(place.source_root)}"' if place.source_root else "")
    yield File(
        f"{base}tests/test_llm_adapter.py",
        render("testing/test_llm_adapter.py", ModelFailuresContext(Code(place.import_line(MODULE)), 1, suffix, asynchronous(repo))),
    )
    yield from runner(repo, place.root or ".")
