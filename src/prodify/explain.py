"""The text of `prodify explain` and of the documentation pages, from the docstrings of checks and recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import section
from prodify.checks import all_checks
from prodify.errors import UsageError, did_you_mean
from prodify.fixes import FOR_PYTHON, step_of
from prodify.model import MATURITY_NAMES
from prodify.recipes import all_recipes

if TYPE_CHECKING:
    from prodify.api import Check, Recipe


def explain(identifier: str) -> str:
    """Markdown about a check or recipe.

    Raises:
        UsageError: for an id that neither has, with a suggestion.
    """
    for check in all_checks():
        if check.id == identifier:
            return check_text(check)
    for recipe in all_recipes():
        if recipe.id == identifier:
            return recipe_text(recipe)
    known = [c.id for c in all_checks()] + [r.id for r in all_recipes()]
    raise UsageError(f'there is no check or recipe "{identifier}"', did_you_mean(identifier, known) or "See prodify list checks.")


def check_text(check: Check) -> str:
    """What a check claims, why, what fails and passes, and what to do."""
    cwe = ", ".join(f"CWE-{number}" for number in check.cwe)
    facts = [
        f"step {check.step.number} {check.step.slug}", check.level.value, f"level {check.maturity} {MATURITY_NAMES[check.maturity]}",
        *([cwe] if cwe else []), *(["preview"] if check.status == "preview" else []),
        *([f"for {', '.join(a.value for a in check.audiences)}"] if len(check.audiences) < 3 else []),
    ]  # fmt: skip
    parts = [f"# {check.id}", "", check.title, "", f"({'; '.join(facts)})", "", "## Why", "", section(check.doc, "Why")]
    for name in ("Fails", "Passes"):
        parts += ["", f"## {name}", "", section(check.doc, name)]
    parts += ["", "## Fix", ""]
    if check.fixed_by:
        only = "  # for a service in Python" if check.fixed_by in FOR_PYTHON else ""
        parts.append(f"    prodify apply --step {step_of(check)} --recipe {check.fixed_by}{only}")
    if check.hint:
        parts += [*([""] if check.fixed_by else []), check.hint]
    return "\n".join(parts) + "\n"


def recipe_text(recipe: Recipe) -> str:
    """What a recipe writes, which checks it settles, and the command."""
    title, _, body = recipe.doc.partition("\n")
    parts = [f"# {recipe.id}", "", title, "", f"(recipe of step {recipe.step.number} {recipe.step.slug}; review: {recipe.review.value})"]
    if body.strip():
        parts += ["", body.strip()]
    if recipe.fixes:
        parts += ["", "## Makes these checks pass", "", *[f"- {name}" for name in recipe.fixes]]
    if not recipe.default:
        parts += ["", "Applied only when it is named: it is not part of `--step` and `--all`."]
    parts += ["", "## Apply", "", f"    prodify apply --step {recipe.step.slug} --recipe {recipe.id}"]
    return "\n".join(parts) + "\n"
