"""All combinations of the matrix, where test_matrix.py takes as many as cover every pair: `make matrix`, or with EVERY=4 each fourth.

The real tools run there; here everything runs that needs no program of its own: what holds between files, schemas, syntax, policies.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.matrix.combinations import FACTORS, possible
from tests.e2e.matrix.proving import Prover
from tests.e2e.matrix.whole import cheap, laid_out

EVERY = int(os.environ.get("PRODIFY_MATRIX") or 0)
ROWS = possible()[:: EVERY or 1]
GROUPS = [(stack, secrets) for stack in FACTORS["stack"] for secrets in FACTORS["secrets"]]


@pytest.fixture(scope="module")
def prover() -> Prover:
    """One for all, so that a file that many combinations share is proven once."""
    return Prover(cheap())


@pytest.mark.skipif(not EVERY, reason="a quarter of an hour: make matrix")
@pytest.mark.parametrize(("stack", "secrets"), GROUPS, ids=lambda value: str(value))
def test_every_combination_holds(stack: str, secrets: str | None, prover: Prover, tmp_path: Path) -> None:
    wrong = []
    rows = [row for row in ROWS if row[:2] == (stack, secrets)]
    assert rows
    for row in rows:
        root = tmp_path / "service"
        found, _ = prover.prove(laid_out(row, root))
        wrong += [f"{'-'.join(map(str, row))}: {one}" for one in found]
        shutil.rmtree(root)
    assert not wrong, "\n".join(wrong)
    assert not [name for name in prover.lacking if name not in ("custom-resources", "openslo")]


def test_what_is_cheap_is_known() -> None:
    names = {one.name for one in cheap()}
    assert names >= {"environment-everywhere", "kubernetes-references", "markdown-links", "one-number", "runbook-per-alert"}
    assert not names & {"hadolint", "mypy", "promtool-rules", "schema-compose-spec", "ruff"}
