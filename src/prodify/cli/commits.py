"""One git commit a step, for a history that can be reviewed step by step."""

from __future__ import annotations

import subprocess
from textwrap import fill
from typing import TYPE_CHECKING

from prodify.cli.session import say
from prodify.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prodify.api import Recipe
    from prodify.changes import Change, Plan
    from prodify.inventory import Inventory
    from prodify.model import Step
    from prodify.profile import Profile

_MOST_REASONS = 12


def _git(root: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the user's git as they would: their identity, hooks and signing apply."""
    try:
        return subprocess.run(
            ["git", *arguments], cwd=root, input=stdin, capture_output=True, text=True, errors="replace", check=False
        )  # fmt: skip
    except OSError:
        raise UsageError("--commit-per-step needs git, which is not installed", "Nothing was written.") from None


def require_clean_start(root: Path, *, allow_dirty: bool) -> None:
    """Refuse where a commit could hold anything but the step: other staged changes, a merge under way, or touched files with edits.

    Raises:
        UsageError: outside a repository, and together with --allow-dirty.
        ConflictError: when git's index holds changes already.
    """
    if allow_dirty:
        raise UsageError("--commit-per-step and --allow-dirty exclude each other", "Your own changes would end up in the steps' commits.")
    if _git(root, "rev-parse", "--is-inside-work-tree").stdout.strip() != "true":
        raise UsageError("--commit-per-step needs a git repository", "Nothing was written. Run git init first.")
    staged = _git(root, "diff", "--cached", "--name-only", "--no-ext-diff").stdout.split("\n")
    names = [name for name in dict.fromkeys(staged) if name]
    if names and _git(root, "rev-parse", "--verify", "-q", "HEAD").returncode == 0:
        shown = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
        raise ConflictError(f"changes of yours are staged: {shown}", "Nothing was written. Commit or unstage them first.")


def reasons(repo: Inventory, profile: Profile, recipes: Sequence[Recipe], plan: Plan) -> tuple[str, ...]:
    """Return what was found wrong before, in words, of what the recipes that change something put right."""
    from prodify.audit import run_check
    from prodify.checks import all_checks
    from prodify.model import Kind

    writing = {name for change in (*plan.writes, *plan.untracks) for name in change.recipes}
    named = {check for recipe in recipes if recipe.id in writing for check in recipe.fixes}
    found = [run_check(check, repo, profile) for check in all_checks() if check.id in named]
    return tuple(f"{finding.message} ({finding.check})" for finding in found if finding.kind is Kind.FAIL)


def commit_step(root: Path, step: Step, plan: Plan, why: Sequence[str]) -> None:
    """Commit what a plan wrote, and nothing else.

    Raises:
        ConflictError: when git or a hook refuses; git's index is as it was, and the files are written.
    """
    before = _git(root, "write-tree").stdout.strip()
    paths = [change.path for change in plan.writes]
    asked = _git(root, "check-ignore", "-z", "--stdin", stdin="".join(f"{path}\0" for path in paths))
    ignored = [path for path in asked.stdout.split("\0") if path]
    if ignored:
        say(f"ignored by git, so not committed: {', '.join(ignored)}")
    added = _git(root, "add", "--", *(path for path in paths if path not in ignored))
    if added.returncode == 0:
        if _git(root, "diff", "--cached", "--quiet").returncode == 0:
            return
        added = _git(root, "commit", "-q", "--file=-", stdin=message(step, plan, why))
    if added.returncode != 0:
        if before:
            _git(root, "read-tree", before)
            _git(root, "update-index", "-q", "--refresh")
        first = (added.stderr.strip() or added.stdout.strip() or "no message").splitlines()[0]
        hint = "Its files are written and not staged; commit them yourself, or take them back with `prodify undo`. Earlier steps stand."
        raise ConflictError(f"git could not commit step {step.number} ({first})", hint)
    say(f"committed step {step.number} {step.slug}")


def message(step: Step, plan: Plan, why: Sequence[str]) -> str:
    """The commit message: what, why, and how to undo it."""
    what: dict[str, list[str]] = {}
    for change in (*plan.writes, *plan.untracks):
        if change.recipes:
            what.setdefault(change.recipe, []).append(_short(change))
    lines = [f"Add step {step.number}: {step.title.lower()}", "", "What:"]
    lines += [f"- {recipe}: {', '.join(found)}" for recipe, found in what.items()]
    if why:
        more = [f"- and {len(why) - _MOST_REASONS} more"] if len(why) > _MOST_REASONS else []
        lines += ["", "Why, as prodify audit found before:", *(f"- {reason}" for reason in why[:_MOST_REASONS]), *more]
    lines += ["", "Undo: git revert this commit; while it is the last apply, prodify undo brings the files back too."]
    return "\n".join(fill(line, 72, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) for line in lines) + "\n"


def _short(change: Change) -> str:
    from prodify.changes import Action

    if change.action is Action.UNTRACK:
        return f"{change.path} (no longer tracked)"
    return f"{change.path} (removed)" if change.action is Action.REMOVE else change.path
