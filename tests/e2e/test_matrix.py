"""Everything that is generated, over six kinds of services, three runtimes, four clouds, five secret stores and three audiences.

As many combinations as cover every pair of values. For each: everything is applied to a small service, every validator accepts every
file, each file is looked at by one, a second apply has nothing to do, and the audit finds no fault with what was written but what only
people can decide.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from prodify.audit import audit
from prodify.changes import difference
from prodify.validators import discover
from prodify.validators.sources import Sources
from tests.e2e.matrix.combinations import Combination, pairs, pairwise, possible
from tests.e2e.matrix.proving import Applied, Prover, applied, proposal

WHOLE = pairwise(possible())
SLOW = os.environ.get("PRODIFY_SLOW_TESTS") == "1"
CHOSEN = WHOLE if SLOW else tuple(WHOLE[number] for number in (0, 1, 3))
"""All, or one combination of each runtime."""

FOR_PEOPLE = {
    "estimate-fits-budget": "a decision about money: cheaper, or a larger budget",
    "sizes-follow-measurements": "weeks of measurements; recipe rightsizing, by name, compares sizes with them",
    "load-baseline-is-recorded": "a run against a real environment",
    "infrastructure-is-planned-on-pull-requests": "CI needs an account of the cloud for a plan",
}
"""What the audit may say of generated files, with the reason why no file settles it."""

ON_CLOUD_RUN = {
    "workers-scale-on-queue": "Cloud Run's worker pools do not follow a queue by themselves: a person sets their number",
    "staging-scales-to-zero": "nor do they sleep by themselves; services there do",
}
"""What it may say besides, of workers that run there, and nowhere else."""

Tree = Callable[[Combination], Applied]


def has_worker_pools(made: Applied) -> bool:
    """Whether workers go to Cloud Run, which is said by its own kind of manifest."""
    texts = ((made.root / path).read_text(encoding="utf-8") for path in made.ours if path.startswith("deploy/cloud-run/"))
    return any("kind: WorkerPool" in text for text in texts)


def name(row: Combination) -> str:
    return f"{WHOLE.index(row) + 1:02}of{len(WHOLE)}-" + "-".join(str(value) for value in row)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """`tree(combination)`: the applied service, made once."""
    made: dict[Combination, Applied] = {}

    def make(row: Combination) -> Applied:
        if row not in made:
            made[row] = applied(row, tmp_path_factory.mktemp("service"))
        return made[row]

    return make


@pytest.fixture(scope="module")
def prover() -> Iterator[Prover]:
    """One prover for all, so that a file that many combinations share is proven once; says at the end what ran and what could not."""
    one = Prover()
    yield one
    ran = ", ".join(sorted(one.ran))
    lines = [f"{len(CHOSEN)} of {len(WHOLE)} combinations, {one.seconds:.0f} s in {len(one.ran)} validators: {ran}"]
    lines += [f"not proven by {validator}: {reason}" for validator, reason in sorted(one.lacking.items())]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def test_every_pair_of_values_is_tried() -> None:
    rows = possible()
    assert {pair for row in WHOLE for pair in pairs(row)} == {pair for row in rows for pair in pairs(row)}
    assert len(rows) == 810 and len(WHOLE) <= 36, "more than a good cover of the two largest factors needs"


@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_a_second_apply_has_nothing_to_do(row: Combination, tree: Tree) -> None:
    made = tree(row)
    again = proposal(made.root, made.profile)
    assert again.empty, "\n".join(difference(change) for change in again.writes if change.path != ".prodify.lock.json")


@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_the_audit_finds_no_fault_with_what_was_written(row: Combination, tree: Tree) -> None:
    made = tree(row)
    report = audit(made.repo, made.profile, today=date(2026, 11, 28))
    excused = FOR_PEOPLE | (ON_CLOUD_RUN if has_worker_pools(made) else {})
    blamed = {
        (found.check, place.path, found.message)
        for found in report.findings
        if found.kind.value == "fail" and found.check not in excused
        for place in found.evidence
        if place.path in made.ours
    }
    assert not blamed


@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_every_page_and_module_says_who_wrote_it(row: Combination, tree: Tree) -> None:
    """Style is judged in files that say so: one that does not would slip past markdownlint, mypy, bandit and ruff."""
    made = tree(row)
    ours = {path: (made.root / path).read_text(encoding="utf-8") for path in made.ours if path.endswith((".md", ".py"))}
    assert set(Sources(ours).ours("*")) == set(ours)


@pytest.mark.tools
@pytest.mark.parametrize("row", CHOSEN, ids=name)
def test_every_validator_accepts_every_file(row: Combination, tree: Tree, prover: Prover) -> None:
    made = tree(row)
    wrong, seen = prover.prove(made)
    assert not wrong, "\n".join(wrong)
    if "yamllint" in prover.lacking:
        pytest.skip("the validators are not installed; make validators installs them")
    unseen = set(made.written) - seen
    assert not unseen, "no validator looks at these"


@pytest.mark.tools
@pytest.mark.skipif(not SLOW, reason="the whole matrix only: PRODIFY_SLOW_TESTS=1")
def test_every_validator_of_generated_kinds_ran(tree: Tree, prover: Prover) -> None:
    """A validator that never has anything to do over the whole matrix proves nothing here: each such one is listed."""
    for row in CHOSEN:
        prover.prove(tree(row))
    idle = {validator.name for validator in discover()} - prover.ran - set(prover.lacking)
    assert idle == NOTHING_GENERATED


NOTHING_GENERATED = {
    "crossplane-references", "hcl", "nomad-jobs", "promtool-config", "pulumi-settings", "schema-github-actions", "schema-gitlab-ci",
    "schema-renovate",
}  # fmt: skip
"""Formats that users may have, or get by name only, and that these recipes do not write."""
