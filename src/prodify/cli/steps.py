"""Applying recipes all at once, or step by step with a commit after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.cli.session import say
from prodify.cli.writing import Mode, Watch, carry_out
from prodify.model import Step
from prodify.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prodify.api import Recipe
    from prodify.profile import Profile


def apply_groups(
    root: Path, profile: Profile, service: str | None, recipes: Sequence[Recipe], mode: Mode, watch: Watch, *, commits: bool
) -> int:
    """Apply the recipes; with `commits` one step after the other, each in a commit of its own. Returns the exit code.

    A step that leaves a conflict is not committed and ends the run: the next one would build on it.

    Raises:
        UsageError, ConflictError: when the commits cannot be made cleanly; nothing is written by then.
    """
    from prodify.cli import commits as git

    stepwise = commits and mode.writes
    if stepwise:
        git.require_clean_start(root, allow_dirty=mode.allow_dirty)
    groups = [found for s in Step if (found := [r for r in recipes if r.step is s])] if stepwise else [list(recipes)]
    code = 0
    for group in groups:
        proposal = Proposal(root, profile, service)
        proposal.require_component()
        wishes = proposal.wishes(group)
        plan = proposal.plan(wishes, mode.policy)
        reasons = git.reasons(proposal.repo, profile, wishes.recipes, plan) if stepwise and not plan.empty else ()
        result, done = carry_out(root, plan, mode, watch)
        code = max(code, result)
        if not mode.quiet and not wishes.wanted:
            say(f"nothing to write here for: {', '.join(r.id for r in wishes.silent)}")
        if stepwise and plan.unsettled:
            say(f"step {group[0].step.number} is not committed and the later steps are not applied: settle the files above first")
            return code
        if stepwise and done is not None:
            git.commit_step(root, group[0].step, plan, reasons)
    return code
