"""Everything that is generated, over what repositories are like: nine kinds of programs, stores, calls, layouts, manifests, files beside.

As many combinations as cover every pair of values. What matters is that generated files are right for a repository that nobody looked at
when the templates were written: each is parsed, linted and held against its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from prodify.changes import difference
from tests.e2e.matrix import shapes
from tests.e2e.matrix.combinations import Combination, pairs, pairwise
from tests.e2e.matrix.proving import Applied, Prover, applied_to, proposal

WHOLE = pairwise(shapes.possible()[::7])
"""Chosen among every seventh row, which hold every pair as well: choosing takes a fraction of a second."""
EVERY = "PRODIFY_WHOLE_MATRIX" in os.environ
CHOSEN = WHOLE if EVERY else WHOLE[::4] if os.environ.get("PRODIFY_SLOW_TESTS") == "1" else WHOLE[:3]
"""Three rows, every fourth, or all of them, which take about five minutes of one core."""

Tree = Callable[[Combination], Applied]


def name(row: Combination) -> str:
    return f"{WHOLE.index(row) + 1:02}of{len(WHOLE)}-" + "-".join(map(str, row))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """`tree(combination)`: the applied repository, made once."""
    made: dict[Combination, Applied] = {}

    def make(row: Combination) -> Applied:
        if row not in made:
            made[row] = applied_to(shapes.files(row), tmp_path_factory.mktemp("shop"))
        return made[row]

    return make


@pytest.fixture(scope="module")
def prover() -> Iterator[Prover]:
    yield Prover()


def test_every_pair_of_values_is_tried() -> None:
    rows = shapes.possible()
    assert {pair for row in WHOLE for pair in pairs(row)} == {pair for row in rows for pair in pairs(row)}


@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_a_second_apply_has_nothing_to_do(row: Combination, tree: Tree) -> None:
    made = tree(row)
    again = proposal(made.root, made.profile)
    assert again.empty, "\n".join(difference(change) for change in again.writes if change.path != ".prodify.lock.json")


@pytest.mark.tools
@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_every_validator_accepts_every_file(row: Combination, tree: Tree, prover: Prover) -> None:
    wrong, _ = prover.prove(tree(row))
    assert not wrong, "\n".join(wrong)
    if "yamllint" in prover.lacking:
        pytest.skip("the validators are not installed; make validators installs them")
