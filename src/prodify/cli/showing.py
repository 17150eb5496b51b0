"""How a plan is shown before it is carried out: one line a file, how much each step brings, and the patch a key away."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from prodify.changes import LOCK_PATH, Action, diff, difference, size
from prodify.cli.session import say

if TYPE_CHECKING:
    from prodify.changes import Change, Plan

_WORDS = {
    Action.CREATE: "create", Action.UPDATE: "update", Action.EDIT: "edit", Action.MERGE: "merge", Action.CONFLICT: "conflict",
    Action.FOREIGN: "left alone", Action.KEEP: "kept", Action.DELETED: "stays deleted", Action.UNTRACK: "untrack", Action.ADOPTED: "adopt",
    Action.REMOVE: "remove", Action.LEFTOVER: "left over", Action.UNRESOLVED: "unresolved", Action.REFUSED: "refused",
    Action.RELEASED: "released", Action.RESTORE: "restore",
}  # fmt: skip
_MOST_FOREIGN_LINES = 40
_NO_STEP = (99, "beside the steps")
_COLOURS = {"+": "32", "-": "31", "@": "36", "d": "1"}


def listing(plan: Plan) -> str:
    """One line a file: what happens to it, for which recipe, and why."""
    lines = []
    for change in plan.changes:
        word = _WORDS.get(change.action) or ("record" if change.writes and change.path != LOCK_PATH else "")
        if word and change.path != LOCK_PATH:
            recipes = f"  ({change.recipe})" if change.recipes else ""
            lines.append(f"{word:<13} {change.path}{recipes}{'  ' + change.note if change.note else ''}\n")
    return "".join(lines)


def sizes(plan: Plan) -> list[str]:
    """How many files and lines each step brings, and all of them together; a file of several steps counts for the first."""
    from prodify.recipes import all_recipes

    steps = {recipe.id: recipe.step for recipe in all_recipes()}
    counted: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for change in (*plan.writes, *plan.untracks):
        if change.path == LOCK_PATH:
            continue
        step = next((steps[name] for name in change.recipes if name in steps), None)
        counted.setdefault((step.number, f"step {step.number} {step.slug}") if step else _NO_STEP, []).append(size(change))
    rows = [f"{name}: {_amount(found)}" for (_, name), found in sorted(counted.items())]
    total = _amount([pair for found in counted.values() for pair in found])
    if len(rows) == 1 and counted.keys() == {_NO_STEP}:
        return [total]
    return [*rows, f"together: {total}"] if len(rows) > 1 else rows


def _amount(rows: list[tuple[int, int]]) -> str:
    files = "1 file" if len(rows) == 1 else f"{len(rows)} files"
    return f"{files}, +{sum(added for added, _ in rows)} -{sum(gone for _, gone in rows)} lines"


def say_what_a_patch_cannot(plan: Plan) -> None:
    """Untracked files, files that need a person, and files of the user's that stand in the way, with their difference."""
    for change in plan.untracks:
        say(f"would take {change.path} out of git's index (it stays on disk)")
    for change in plan.changes:
        if change.action is Action.FOREIGN:
            _say_foreign(change)
        elif change.action in (Action.CONFLICT, Action.UNRESOLVED, Action.REFUSED, Action.LEFTOVER):
            say(f"{_WORDS[change.action]}: {change.path}: {change.note}")


def _say_foreign(change: Change) -> None:
    say(f"{change.path} is yours and is left alone; prodify would write:")
    lines = difference(change).splitlines()
    sys.stderr.writelines(f"    {line}\n" for line in lines[:_MOST_FOREIGN_LINES])
    if len(lines) > _MOST_FOREIGN_LINES:
        sys.stderr.write(f"    ... {len(lines) - _MOST_FOREIGN_LINES} more lines\n")


def has_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked_and_agreed(plan: Plan, question: str) -> bool:
    """Ask once, with the patch a key away; anything but yes is no."""
    while True:
        sys.stderr.write(f"{question} [y]es, [n]o, [d]iff (n): ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip().lower()
        if answer in ("d", "diff"):
            _page(diff(plan))
            continue
        return answer in ("y", "yes")


def _page(patch: str) -> None:
    """Show a patch in a pager where it does not fit the screen, coloured where colours are wanted."""
    coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in (None, "", "dumb")
    text = "".join(_painted(line) for line in patch.splitlines(keepends=True)) if coloured else patch
    if sys.stdout.isatty() and text.count("\n") > shutil.get_terminal_size().lines:
        import click

        # As git does: colours are shown, and what fits one screen needs no key.
        os.environ.setdefault("LESS", "FRX")
        click.echo_via_pager(text, color=coloured)
    else:
        sys.stderr.write(text)


def _painted(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    return f"\x1b[{colour}m{line.rstrip(chr(10))}\x1b[0m\n" if colour else line
