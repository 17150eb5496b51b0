"""Where a secret stands in source, as the detector describes it: what the editors of every language share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from prodify.edits.text import CannotEdit

NEAR = 40
"""How many lines below its old place a literal may stand: other edits may have moved it down meanwhile."""

_SHAPE = re.compile(r"(?P<lead>.{0,4}?)(?:\*{2,}|\u2026|\.{3})\D*(?P<length>\d+)\D*")
_PASSWORD = re.compile(r"://[^:/@\s]*:([^@\s]+)@")


@dataclass(frozen=True, slots=True)
class Target:
    """A secret's place: line (from 1), redacted form as the detector shows it (`sk-p*** (51 characters)`), and the name bound to it.

    `is_it` recognises the secret itself, e.g. by its fingerprint; then all its places in the file are meant. Without it the first literal
    of that shape and name at the line or below is: several targets of one file are then to be run in the order of their lines.
    """

    line: int
    redacted: str
    name: str | None = None
    is_it: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a secret is known: its leading characters and its length in characters."""

    lead: str
    length: int

    def fits(self, secrets: Iterable[str]) -> bool:
        """Whether one of the texts can be the secret."""
        return any(len(secret) == self.length and secret.startswith(self.lead) for secret in secrets)


def shape_of(target: Target) -> Shape:
    """Read the redacted form.

    Raises:
        ValueError: when it does not end in the length.
    """
    shape = _SHAPE.fullmatch(target.redacted)
    if shape is None:
        raise ValueError("the redacted form must end in the length of the secret")
    return Shape(shape["lead"], int(shape["length"]))


def environment_name(name: str) -> str:
    """Return the name of an environment variable.

    Raises:
        ValueError: when it is none.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(f"{name!r} is not an environment variable's name")
    return name


def secrets_in(value: str) -> list[str]:
    """Return what may be the secret in a literal: all of it, or the password in an address."""
    return [value, *_PASSWORD.findall(value)]


def names_match(wanted: str | None, known: frozenset[str]) -> bool:
    """Whether the name that the detector gave is one of those bound to a literal (in lower case); unknown names match."""
    if wanted is None or not known:
        return True
    name = wanted.casefold()
    return any(name == other or name.endswith((f".{other}", f"_{other}")) or other.endswith((f".{name}", f"_{name}")) for other in known)


class Literal(Protocol):
    """A literal of any language that is a value: its line (from 1), what in it may be the secret, the names bound to it in lower case."""

    @property
    def line(self) -> int: ...
    @property
    def secrets(self) -> list[str]: ...
    @property
    def names(self) -> frozenset[str]: ...


Found = TypeVar("Found", bound=Literal)


def choose(
    literals: Sequence[Found], target: Target, shape: Shape, lines: Sequence[str], is_reading: Callable[[str], object]
) -> list[Found]:
    """Return the literals that were meant; none when they are replaced already, which `is_reading` tells of a line.

    Raises:
        CannotEdit: when several fit equally.
    """
    if target.is_it is not None:
        return [item for item in literals if any(target.is_it(secret) for secret in item.secrets)]
    near = range(target.line, target.line + NEAR + 1)
    found = [item for item in literals if item.line in near and shape.fits(item.secrets) and names_match(target.name, item.names)]
    # A reading at or below the place may be the edit's own work; what looks like the secret is then a twin that moved into its place.
    if not found or any(is_reading(line) for line in lines[target.line - 1 : target.line + NEAR]):
        return []
    exact = [item for item in found if item.line == target.line]
    if len(exact or found) > 1:
        raise CannotEdit(f"several literals at or below line {target.line} look like the secret", "Edit it by hand.")
    return exact or found
