"""Everything that can go wrong, in words for the person who reads it; each class owns its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ProdifyError(Exception):
    """An expected failure: what was found, what was expected, and what to do about it.

    `message` says what was found and what was expected, `hint` what to do. Neither ever holds file content.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(ProdifyError):
    """Wrong words on the command line: exit code 2."""


class ConfigError(ProdifyError):
    """A profile, lock file or baseline that cannot be used: exit code 2."""


class AmbiguousError(ProdifyError):
    """A decision is needed between equals and nobody can be asked: exit code 2."""


class ConflictError(ProdifyError):
    """The tree moved, is dirty, or a merge cannot be made without a person: exit code 2, nothing written."""


class NothingEvaluatedError(ProdifyError):
    """There was nothing to judge: exit code 3 and no score."""

    exit_code = 3


class InternalError(ProdifyError):
    """A fault of prodify's own: exit code 4."""

    exit_code = 4


class Interrupted(BaseException):
    """A command was interrupted; the argument says which tree stands. It derives from what click and typer let through."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a suggestion for a misspelt word, or the empty string.

    >>> did_you_mean("securty", ["security", "scaling"])
    'did you mean "security"?'
    """
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""
