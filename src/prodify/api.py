"""All that the author of a check or recipe imports, built in or third party.

A check is a function from facts to a verdict; a recipe a function from facts to wanted files and edits. The decorators here
only describe them: discovery walks the packages `prodify.checks` and `prodify.recipes`, there is no registry to edit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence

from prodify.inventory import Inventory
from prodify.inventory.facts import Call, Dependency, Match, ModelCall, Note, OutboundCall, Role, Route, SecretHit
from prodify.inventory.query import Query, query
from prodify.inventory.roles import FileEntry
from prodify.lazydata import dataclass
from prodify.model import Audience, Effort, Evidence, Kind, Level, Located, Location, Review, Step, Verdict
from prodify.profile import Profile

__all__ = [
    "Audience",
    "Call",
    "Check",
    "Dependency",
    "Edit",
    "Effort",
    "Evidence",
    "File",
    "FileEntry",
    "Inventory",
    "Level",
    "Located",
    "Location",
    "Match",
    "ModelCall",
    "Note",
    "OutboundCall",
    "Overview",
    "Placed",
    "Profile",
    "Query",
    "Recipe",
    "Review",
    "Role",
    "Route",
    "SecretHit",
    "Step",
    "Untrack",
    "Verdict",
    "check",
    "failed",
    "not_applicable",
    "passed",
    "query",
    "recipe",
    "undecided",
]

ALL_AUDIENCES = (Audience.CREATOR, Audience.TEAM, Audience.PUBLIC)
TEAM_AND_PUBLIC = (Audience.TEAM, Audience.PUBLIC)

CheckFunction = Callable[[Inventory, Profile], Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """A check's description; the id is the function's name in kebab-case, a claim that is true or false."""

    id: str
    step: Step
    level: Level
    maturity: int
    audiences: tuple[Audience, ...]
    effort: Effort
    status: str
    cwe: tuple[int, ...]
    fixed_by: str | None
    hint: str
    doc: str
    run: CheckFunction
    module: str

    @property
    def title(self) -> str:
        """The claim in one sentence: the first line of the docstring."""
        return self.doc.split("\n", 1)[0].strip()

    @property
    def why(self) -> str:
        """The docstring's `Why:` paragraph, on one line."""
        return " ".join(word for line in _section_lines(self.doc, "Why") for word in line.split())


@dataclass(frozen=True, slots=True)
class File:
    """A whole file that prodify owns: relative POSIX path and text."""

    path: str
    text: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A pure, idempotent change of the text of a user's file; `create` makes the file where it is missing."""

    path: str
    apply: Callable[[str], str]
    why: str = ""
    create: bool = False


@dataclass(frozen=True, slots=True)
class Untrack:
    """Take a file out of git's index and leave it on disk."""

    path: str
    why: str = ""


Wish = File | Edit | Untrack


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that a recipe writes (with its text, empty when it is not written anew) or edits (None: the file is the user's)."""

    recipe: Recipe
    path: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A whole file about all that is written: its text is made of what every other recipe wrote that was applied or is about to be.

    Of other such files only the places are given, with an empty text.
    """

    path: str
    text_of: Callable[[Sequence[Placed]], str]


RecipeFunction = Callable[[Inventory, Profile], Iterator[Wish | Overview]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe's description; `fixes` names the checks that pass once it is applied."""

    id: str
    step: Step
    fixes: tuple[str, ...]
    review: Review
    after: tuple[str, ...]
    default: bool
    audiences: tuple[Audience, ...]
    overview: bool
    doc: str
    run: RecipeFunction
    module: str

    @property
    def title(self) -> str:
        """What it writes, in one sentence: the first line of the docstring."""
        return self.doc.split("\n", 1)[0].strip()


def check(
    *,
    step: Step,
    level: Level,
    maturity: int,
    audiences: Iterable[Audience] = ALL_AUDIENCES,
    effort: Effort = Effort.HOURS,
    status: str = "stable",
    cwe: Iterable[int] = (),
    fixed_by: str | None = None,
    hint: str = "",
) -> Callable[[CheckFunction], Check]:
    """Make a check of a function `(repo: Inventory, profile: Profile) -> Verdict`.

    `fixed_by` names the recipe that makes it pass; `hint` says in one imperative sentence what to do by hand.
    The docstring holds the title line, then `Why:`, `Fails:` and `Passes:` (fenced blocks with a file name as title).
    """

    def describe(function: CheckFunction) -> Check:
        doc = _dedented(function.__doc__ or "")
        name = function.__name__.replace("_", "-")
        return Check(
            name, step, level, maturity, tuple(audiences), effort, status, tuple(cwe), fixed_by, hint, doc, function, function.__module__
        )

    return describe


def recipe(
    *,
    step: Step,
    fixes: Iterable[str] = (),
    review: Review = Review.CURSORY,
    after: Iterable[str] = (),
    default: bool = True,
    audiences: Iterable[Audience] = ALL_AUDIENCES,
    overview: bool = False,
) -> Callable[[RecipeFunction], Recipe]:
    """Make a recipe of a generator function `(repo, profile) -> Iterator[File | Edit | Untrack | Overview]`.

    `after` names recipes whose output this one builds on; `default` False keeps it out of `--step` and `--all`
    (it is then applied by name). A recipe that does not suit a repository yields nothing. One that yields an `Overview` says so with
    `overview`: it is brought up to date whenever another recipe is applied.
    """

    def describe(function: RecipeFunction) -> Recipe:
        doc = inspect.cleandoc(function.__doc__ or "")
        name = function.__name__.replace("_", "-")
        return Recipe(
            name, step, tuple(fixes), review, tuple(after), default, tuple(audiences), overview, doc, function, function.__module__
        )

    return describe


def section(doc: str, name: str) -> str:
    """The text under `Name:` of a docstring, dedented; empty when there is none.

    >>> section("Title.\\n\\nWhy:\\n    Because.\\n\\nFails:\\n    x", "Why")
    'Because.'
    """
    lines = _section_lines(doc, name)
    return inspect.cleandoc("\n".join(lines)) if any(lines) else ""


def _section_lines(doc: str, name: str) -> list[str]:
    lines, inside = [], False
    for line in doc.splitlines():
        if line and not line.startswith(" "):
            inside = line.rstrip() == f"{name}:"
            continue
        if inside:
            lines.append(line)
    return lines


def _dedented(doc: str) -> str:
    """What `inspect.cleandoc` returns, for the usual docstring of a function at module level without its line by line work."""
    if "\n    Why:\n" in doc and "\t" not in doc and doc[:1].strip():
        return doc.replace("\n    ", "\n").rstrip("\n ")
    return inspect.cleandoc(doc)


def passed(message: str, *where: Located | Evidence | Location) -> Verdict:
    """The claim is true; `where` shows it."""
    return Verdict(Kind.PASS, message, _evidence(where))


def failed(message: str, *where: Located | Evidence | Location) -> Verdict:
    """The claim is false; `where` shows it."""
    return Verdict(Kind.FAIL, message, _evidence(where))


def not_applicable(reason: str) -> Verdict:
    """The claim has no meaning here."""
    return Verdict(Kind.NOT_APPLICABLE, reason)


def undecided(reason: str, *where: Located | Evidence | Location) -> Verdict:
    """The claim could not be judged; never counts as a pass."""
    return Verdict(Kind.OPEN, reason, _evidence(where))


def _evidence(where: Iterable[Located | Evidence | Location]) -> tuple[Evidence, ...]:
    found = []
    for item in where:
        if isinstance(item, Evidence):
            found.append(item)
            continue
        place = item if isinstance(item, Location) else item.location
        found.append(Evidence(place.path, place.line, place.end_line, getattr(item, "note", "") or ""))
    return tuple(dict.fromkeys(found))
