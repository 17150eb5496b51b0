"""What the writing commands share: showing a plan, asking, writing it, and the exit code."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from prodify.changes import Action, ConflictPolicy, apply, diff, difference, recover
from prodify.cli.session import emit, say

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.changes import Change, Plan

_WORDS = {
    Action.CREATE: "create", Action.UPDATE: "update", Action.EDIT: "edit", Action.MERGE: "merge", Action.CONFLICT: "conflict",
    Action.FOREIGN: "left alone", Action.KEEP: "kept", Action.DELETED: "stays deleted", Action.UNTRACK: "untrack", Action.ADOPTED: "adopt",
}  # fmt: skip
_MOST_FOREIGN_LINES = 40


@dataclass(frozen=True, slots=True)
class Mode:
    """How a plan is carried out."""

    dry_run: bool = False
    show_diff: bool = False
    check: bool = False
    yes: bool = False
    allow_dirty: bool = False
    quiet: bool = False
    policy: ConflictPolicy = ConflictPolicy.MARKERS

    @property
    def writes(self) -> bool:
        """Whether anything may be written at all."""
        return not (self.dry_run or self.show_diff or self.check)


def finish_interrupted(root: Path, mode: Mode) -> None:
    """Complete an apply that was killed, before a command that writes."""
    if mode.writes:
        for path in recover(root):
            say(f"finished an interrupted apply: {path}")


def carry_out(root: Path, plan: Plan, mode: Mode) -> int:
    """Show the plan, write it unless the mode forbids, and return the exit code."""
    if mode.show_diff:
        emit(diff(plan))
        _say_notes(plan, mode)
    elif mode.dry_run or mode.check:
        emit(listing(plan))
    elif not mode.quiet:
        sys.stderr.write(listing(plan))
    if not mode.writes:
        return 1 if mode.check and not plan.empty else 0
    if plan.empty:
        if not mode.quiet:
            say("nothing to change")
        return 0
    if not mode.yes and sys.stdin.isatty() and sys.stderr.isatty() and not typer.confirm("Write these changes?", default=True, err=True):
        say("nothing was written")
        return 0
    done = apply(root, plan, allow_dirty=mode.allow_dirty)
    if not mode.quiet:
        for note in done.notes:
            say(note)
        say(
            f"wrote {len(done.written)} files"
            + (f", untracked {len(done.untracked)}" if done.untracked else "")
            + "; prodify undo takes it back"
        )
    return 1 if plan.conflicts else 0


def listing(plan: Plan) -> str:
    """One line a file: what happens to it, for which recipe, and why."""
    lines = []
    for change in plan.changes:
        if change.action in _WORDS and change.recipes:
            note = f"  {change.note}" if change.note else ""
            lines.append(f"{_WORDS[change.action]:<13} {change.path}  ({change.recipe}){note}\n")
    return "".join(lines)


def _say_notes(plan: Plan, mode: Mode) -> None:
    """What a patch cannot say: untracked files, and files of the user's that stand in the way, with their difference."""
    if mode.quiet:
        return
    for change in plan.untracks:
        say(f"would take {change.path} out of git's index (it stays on disk)")
    for change in plan.changes:
        if change.action is Action.FOREIGN:
            _say_foreign(change)


def _say_foreign(change: Change) -> None:
    say(f"{change.path} is yours and is left alone; prodify would write:")
    lines = difference(change).splitlines()
    sys.stderr.writelines(f"    {line}\n" for line in lines[:_MOST_FOREIGN_LINES])
    if len(lines) > _MOST_FOREIGN_LINES:
        sys.stderr.write(f"    ... {len(lines) - _MOST_FOREIGN_LINES} more lines\n")
