"""The loop is closed: what a check names as its fix makes it pass on its own failing example."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.api import Check, section
from prodify.audit import run_check
from prodify.changes import apply
from prodify.checks import all_checks
from prodify.examples import example_files
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Kind
from prodify.proposal import Proposal
from prodify.recipes import all_recipes
from tests.checks.conftest import lay_out

FIXABLE = [c for c in all_checks() if c.fixed_by is not None]
FLASK = {
    "requirements.txt": "flask==3.1.0\n",
    "app.py": 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route("/")\ndef home():\n    return "hi"\n',
}
"""What an example is completed with, where it shows one file of a service only."""


@pytest.mark.parametrize("check", FIXABLE, ids=lambda c: c.id)
def test_recipe_settles_its_check(check: Check, tmp_path: Path) -> None:
    recipe = next(r for r in all_recipes() if r.id == check.fixed_by)
    assert check.id in recipe.fixes, f"{recipe.id} does not say that it fixes {check.id}"
    files = {f.path: f.text for f in example_files(section(check.doc, "Fails"))}
    lay_out(tmp_path, files if "requirements.txt" in files or "app.py" in files else {**FLASK, **files})
    before = Inventory(tmp_path)
    profile = load_profile(before).profile
    found = run_check(check, before, profile)
    assert found.kind is Kind.FAIL
    if found.fix.recipe is None:
        assert found.fix.command == check.hint, "where the user's own file is in the way, the way out is said in words"
        return
    proposal = Proposal(before.files.root, profile)
    apply(before.files.root, proposal.plan(proposal.wishes((recipe,))))
    after = Inventory(tmp_path)
    finding = run_check(check, after, load_profile(after).profile)
    assert finding.kind is Kind.PASS, f"{finding.message}: {[str(e) for e in finding.evidence]}"


def test_every_claimed_fix_is_claimed_by_its_check() -> None:
    by_id = {c.id: c for c in all_checks()}
    for recipe in all_recipes():
        for name in recipe.fixes:
            assert name in by_id, f"{recipe.id} fixes {name}, which is no check"
