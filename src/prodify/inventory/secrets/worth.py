"""Which candidates are worth telling, by where they stand: illustrations and well-known values in tests are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.secrets import urls
from prodify.inventory.secrets.faint import is_default, is_plain_token, is_telling
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.prose import in_comment, in_docstring
from prodify.inventory.secrets.rule import BASIC_AUTH, CONNECTION, FRAMEWORK, PASSWORD
from prodify.inventory.secrets.values import is_trivial

if TYPE_CHECKING:
    from prodify.inventory.secrets.judge import Candidate

_SETTINGS = frozenset((FileKind.CONFIG, FileKind.COMPOSE, FileKind.DOCKER, FileKind.SHELL, FileKind.TERRAFORM))


def only_shown(found: Candidate, path: str, data: bytes, kind: FileKind) -> bool:
    """Whether this is a well-known value in a comment or docstring, an illustration, or a key that is commented out and signs nothing."""
    shown = found.weak or (found.rule == "framework-key" and kind is FileKind.CODE)
    return shown and (in_comment(data, found.start) or (found.weak and in_docstring(path, data, found.start)))


def belongs(found: Candidate, role: Role) -> bool:
    """Whether this is a well-known value in a test, where it is no secret but the right thing."""
    if not found.weak or role is not Role.TEST or found.category in (CONNECTION, BASIC_AUTH):
        return False
    return found.category == FRAMEWORK or is_trivial(found.value)


def counts(found: Candidate, kind: FileKind, *, weak: bool) -> bool:
    """Whether a candidate becomes a hit. `weak`: so do well-known defaults, and what is only worth a note, outside env files."""
    if kind is FileKind.ENV:
        return not found.quiet
    return not (found.weak or found.quiet) or (weak and not _says_nothing(found, kind))


def _says_nothing(found: Candidate, kind: FileKind) -> bool:
    """Whether a well-known value is not even worth a note: `user:password` in a comment, `test` as a password in a test."""
    if not (found.quiet and found.weak) or found.category == CONNECTION:
        return False
    if found.rule == "sql-password" and found.value.lower() not in urls.GENERIC_PASSWORDS:
        return False
    if kind in _SETTINGS and found.category == PASSWORD and is_default(found.value):
        return False
    if found.rule == "account-weak":  # where a test logs in, the password is as good as any
        return True
    if found.category in (BASIC_AUTH, FRAMEWORK):
        return found.value.lower() in urls.GENERIC_PASSWORDS if found.category == BASIC_AUTH else not is_plain_token(found.value)
    return is_trivial(found.value) and not is_telling(found.value)
