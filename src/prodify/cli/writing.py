"""What the writing commands share: showing a plan, asking, writing it, saying what stands now, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.changes import Action, Applied, ConflictPolicy, Plan, apply, diff, recover, stoppable
from prodify.cli.session import emit, say
from prodify.cli.showing import asked_and_agreed, has_terminal, listing, say_what_a_patch_cannot, sizes
from prodify.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_MOST_NAMES = 5


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


@dataclass(slots=True)
class Watch:
    """What to say when somebody interrupts: which tree stands."""

    stands: str = "Nothing was written."


@contextmanager
def watching() -> Iterator[Watch]:
    """Within, Ctrl-C and a polite kill end the command with the sentence that says which tree stands."""
    watch = Watch()
    with stoppable():
        try:
            yield watch
        except KeyboardInterrupt as stop:
            raise Interrupted(*(stop.args or (watch.stands,))) from None


def finish_interrupted(root: Path, mode: Mode) -> None:
    """Complete an apply that was killed, before a command that writes."""
    if mode.writes and (said := recover(root)):
        say(said)


def carry_out(root: Path, plan: Plan, mode: Mode, watch: Watch) -> tuple[int, Applied | None]:
    """Show the plan and write it unless the mode or the user forbids; returns the exit code, and what was written."""
    show(plan, mode)
    if not mode.writes:
        return (1 if mode.check and not plan.empty else 0), None
    if plan.empty:
        if not mode.quiet:
            say("nothing to change" + ("; the files above wait for you" if plan.unsettled else ""))
        return (1 if plan.unsettled else 0), None
    if not mode.yes and not _may_write(plan):
        say("nothing was written")
        return 0, None
    done = apply(root, plan, allow_dirty=mode.allow_dirty)
    watch.stands = "What was planned is written."
    if not mode.quiet:
        _say_done(plan, done)
    return (1 if plan.unsettled else 0), done


def show(plan: Plan, mode: Mode) -> None:
    """Print the patch or the list of changes: data on stdout where it is what was asked for, else a message."""
    if mode.show_diff:
        emit(diff(plan))
        if not mode.quiet:
            say_what_a_patch_cannot(plan)
    elif mode.dry_run or mode.check:
        emit(listing(plan))
    elif not mode.quiet:
        sys.stderr.write(listing(plan))
    if not mode.quiet:
        for line in (*sizes(plan), *plan.notes):
            say(line)


def _may_write(plan: Plan) -> bool:
    """Ask at a terminal. Without one, new files are written and what exists is left alone.

    Raises:
        UsageError: without a terminal, when files that exist would change.
    """
    if has_terminal():
        return asked_and_agreed(plan, "prodify: write these changes?")
    changed = [c.path for c in (*plan.writes, *plan.untracks) if c.recipes and (c.before is not None or c.action is Action.UNTRACK)]
    if not changed:
        return True
    names = ", ".join(changed[:_MOST_NAMES]) + (f" and {len(changed) - _MOST_NAMES} more" if len(changed) > _MOST_NAMES else "")
    raise UsageError(
        f"files that exist would change, and there is no terminal to ask at: {names}",
        "Nothing was written. Look at it with --diff, then run again with --yes.",
    )


def _say_done(plan: Plan, done: Applied) -> None:
    for note in done.notes:
        say(note)
    gone = f", untracked {len(done.untracked)}" if done.untracked else ""
    say(f"wrote {len(done.written)} file{'' if len(done.written) == 1 else 's'}{gone}; prodify undo takes it back")
    marked = [change.path for change in plan.conflicts if change.writes]
    if marked:
        shown = " git status lists them as unmerged;" if done.unmerged else ""
        add = f" then git add {' '.join(marked)};" if done.unmerged else ""
        say(f"conflicts are marked in {', '.join(marked)}:{shown} keep what is right and take the markers out,{add} or prodify undo")
