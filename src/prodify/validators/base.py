"""What every validator has in common: how it chooses files, what it may use while it runs, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from prodify.validators.process import Completed
    from prodify.validators.sources import Sources


class Status(StrEnum):
    """How a validator's run ended."""

    PASSED = "passed"
    FAILED = "failed"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that a tool rejects: relative POSIX path, line counted from 1 (None: the whole file), the tool's own words.

    `breaks` is for validators of taste: this one keeps the file from working, whoever wrote it.
    """

    path: str
    line: int | None
    message: str
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader should know and that is no failure, such as a part that could not be proven."""

    message: str


class UnavailableError(Exception):
    """Raised by a validator that finds out while running that it lacks something; the text says what and how to get it."""


class ToolError(Exception):
    """Raised when a tool did not do its work: it timed out, crashed, or its answer cannot be read."""


@dataclass(frozen=True, slots=True)
class Validator:
    """One real tool, or one rule of ours that no tool knows.

    `select` gets all texts that are to be proven and returns the paths that concern this validator. `run` yields what it finds; it
    reports through `Problem` and `Note` only, and raises ToolError or UnavailableError for everything else. Every entry of
    `executables` has to be found (one of several for "kubectl|kustomize") and every name in `modules` importable, else the validator
    counts as missing, with `install` as the remedy. Where it is one of `taste`, most of what it rejects works all the same: in a file
    that is the user's own, and that prodify only edits, that is a note.
    """

    name: str
    title: str
    select: Callable[[Sources], Sequence[str]]
    run: Callable[[Job], Iterable[Problem | Note]]
    install: str = "part of prodify"
    executables: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    taste: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What a validator works with: private copies of the files, never the repository itself.

    `stage` holds a copy of every file to be proven under its relative path and is the working directory of `call`; `files` are the
    selected paths, `tools` the executables found, by name. `root` is the repository, for reading what a file refers to.
    """

    root: Path
    stage: Path
    sources: Sources
    files: tuple[str, ...]
    tools: Mapping[str, str]
    call: Callable[..., Completed]
    scratch: Callable[[], Path]

    @property
    def arguments(self) -> list[str]:
        """The files as arguments; one whose name starts with a dash must not be taken for an option."""
        return [f"./{path}" if path.startswith("-") else path for path in self.files]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one validator said. `reason` explains missing, error and not-applicable; `notes` accompany any status."""

    validator: str
    title: str
    status: Status
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of `verify`: one outcome a validator in order of name, and the paths that could not be read, with the reason."""

    outcomes: tuple[Outcome, ...]
    skipped: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether no validator said no and none broke; a missing tool proves nothing and fails nothing."""
        return not any(outcome.status in (Status.FAILED, Status.ERROR) for outcome in self.outcomes)

    @property
    def proven(self) -> frozenset[str]:
        """The paths that at least one validator looked at and passed."""
        return frozenset(path for outcome in self.outcomes if outcome.status is Status.PASSED for path in outcome.files)

    def with_status(self, status: Status) -> tuple[Outcome, ...]:
        """Return the outcomes of one status."""
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)
