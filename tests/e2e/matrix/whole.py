"""The whole product of the factors: what is proposed for each combination, laid out without git, proven by what runs in this process."""

from __future__ import annotations

from pathlib import Path

from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.profile_text import profile_text
from prodify.proposal import Proposal
from prodify.validators import Validator, discover
from prodify.wishes import choose
from tests.e2e.matrix.combinations import Combination, profile_of
from tests.e2e.matrix.proving import Applied
from tests.e2e.matrix.services import SERVICES

PROGRAMS = frozenset({"mypy", "pre-commit", "check-jsonschema"})
"""Modules that are run as programs of their own, and take a second or more."""


def cheap() -> tuple[Validator, ...]:
    """The validators that start no program."""
    return tuple(one for one in discover() if not one.executables and one.name not in PROGRAMS)


def laid_out(row: Combination, root: Path) -> Applied:
    """A service with everything that `apply --all` would write; no commit is made, so that hundreds take minutes."""
    for path, text in SERVICES[str(row[0])].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / "prodify.yaml").write_text(profile_text(profile_of(row)), encoding="utf-8")
    repo = Inventory(root, history=False)
    profile = load_profile(repo).profile
    proposed = Proposal(root, profile, None)
    plan = proposed.plan(proposed.wishes(choose((), (), everything=True, profile=profile)))
    written = {change.path: change.after for change in plan.changes if change.after is not None}
    for path, after in written.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(after, encoding="utf-8")
    return Applied(root, profile, tuple(path for path in written if not path.endswith(".lock.json")))
