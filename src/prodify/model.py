"""The plain values that flow from the inventory to the report. No input or output happens here."""

from __future__ import annotations

from dataclasses import field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

from prodify.errors import UsageError, did_you_mean
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(Enum):
    """The ten steps, in the order in which a prototype takes them."""

    GOALS = (1, "goals", "Goals and profile")
    CI = (2, "ci", "Continuous integration and delivery")
    TESTING = (3, "testing", "Testing")
    OBSERVABILITY = (4, "observability", "Observability")
    SLO = (5, "slo", "Service level objectives")
    SECURITY = (6, "security", "Security and secrets")
    SCALING = (7, "scaling", "Scaling and releases")
    COST = (8, "cost", "Cost")
    RUNBOOKS = (9, "runbooks", "Runbooks and on-call")
    PORTABILITY = (10, "portability", "Portability")

    def __init__(self, number: int, slug: str, title: str) -> None:
        self.number = number
        self.slug = slug
        self.title = title

    @classmethod
    def parse(cls, text: str) -> Step:
        """Return the step of a slug or number.

        Raises:
            UsageError: for any other word, with a suggestion.

        >>> Step.parse("ci") is Step.parse("2")
        True
        """
        for step in cls:
            if text.strip().lower() in (step.slug, str(step.number)):
                return step
        known = ", ".join(f"{step.number} {step.slug}" for step in cls)
        raise UsageError(f'there is no step "{text}"', f"{did_you_mean(text, [s.slug for s in cls])} Steps: {known}.".strip())


class Level(StrEnum):
    """SARIF level of a rule."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """Weight in a step's score: error 3, warning 2, note 1."""
        return {"error": 3, "warning": 2, "note": 1}[self.value]


class Kind(StrEnum):
    """SARIF kind of a result."""

    PASS = "pass"  # noqa: S105 - SARIF's word, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "notApplicable"
    OPEN = "open"


class Audience(StrEnum):
    """Who the service is for; decides which checks apply."""

    CREATOR = "creator"
    TEAM = "team"
    PUBLIC = "public"


class Effort(StrEnum):
    """How much work the fix is."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class Review(StrEnum):
    """How closely a person should read what a recipe writes."""

    CURSORY = "cursory"
    CAREFUL = "careful"


MATURITY_NAMES = ("prototype", "repeatable", "observable", "scalable", "supported")
"""Names of the maturity levels 0 to 4."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in the repository: relative POSIX path, lines counted from 1."""

    path: str
    line: int | None = None
    end_line: int | None = None


class Located(Protocol):
    """Anything that knows where it stands."""

    @property
    def location(self) -> Location:
        """Where it stands."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A place with what is to be seen there. `snippet` is one redacted line of at most 160 characters."""

    path: str
    line: int | None = None
    end_line: int | None = None
    note: str = ""
    snippet: str | None = None

    @property
    def location(self) -> Location:
        """The place without its note."""
        return Location(self.path, self.line, self.end_line)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of a repository: a SARIF kind, one sentence, and the places that show it."""

    kind: Kind
    message: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a failing result does not count: where that is written, the reason, and until when (ISO date)."""

    source: str
    reason: str
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """The recipe that makes a check pass, and the command that applies it."""

    recipe: str | None
    command: str


@dataclass(frozen=True, slots=True)
class Source:
    """The other scanner that reported an imported finding: its name, version if it says one, and the id of its rule."""

    tool: str
    version: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result as every report shows it; `source` is None for prodify's own."""

    check: str
    step: Step
    kind: Kind
    level: Level
    maturity: int
    status: str
    title: str
    message: str
    why: str
    evidence: tuple[Evidence, ...]
    fingerprint: str
    cwe: tuple[int, ...]
    effort: Effort
    fix: Fix
    suppressed: Suppression | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class StepScore:
    """A step's share (0 to 100) and how many of its checks went which way; `score` is None when nothing applied."""

    step: Step
    score: int | None
    passed: int
    failed: int
    open: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Score:
    """The mean of the steps' scores (0 to 100) and the maturity level (0 to 4); None when nothing was evaluated.

    A library has a score and no level: the levels say how far a service is that somebody operates.
    """

    overall: int | None
    level: int | None
    steps: tuple[StepScore, ...]

    @property
    def level_name(self) -> str | None:
        """The maturity level's name."""
        return None if self.level is None else MATURITY_NAMES[self.level]


@dataclass(frozen=True, slots=True)
class Target:
    """What was audited: always path ".", the commit if there is one, and whether the tree differs from it."""

    commit: str | None
    dirty: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an audit found, in a fixed order; reports only choose how to show it."""

    version: str
    ruleset: str
    target: Target
    profile: Mapping[str, object]
    inventory: Mapping[str, object]
    score: Score
    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = field(default=())
