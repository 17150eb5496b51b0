"""Credentials in commands: of curl (`-u user:password`, headers that carry a key) and of SQL (`IDENTIFIED BY`)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate
from prodify.inventory.secrets.lazy import lazy, wordset
from prodify.inventory.secrets.rule import BASIC_AUTH, PASSWORD, TOKEN
from prodify.inventory.secrets.urls import GENERIC_PASSWORDS, GENERIC_USERS
from prodify.inventory.secrets.values import (
    ENV_NAME,
    UUID,
    is_human,
    is_monotonous,
    is_placeholder,
    is_random,
    is_reference,
    is_weak,
    is_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = lazy(rb"""(?:"[^"\n]{0,200}"|'[^'\n]{0,200}'|[^\s"'|;<>]{1,200}){1,4}""")
_NEXT_COMMAND = lazy(rb"(?<!\\)(?<!\\\r)\n(?![ \t#]*-)|&&")
_SQL_QUOTED = lazy(rb"""[^"'\\\n]{3,128}(?=\\?["'])""")
_SQL_BARE = lazy(rb"""[^\s"'`;,()\\]{6,128}(?=[\s;])""")
_SQL_WORDS = wordset("password values externally globally null random true false must default with required expire never")
_QUOTES = lazy(r"""["']""")
_HEADER = lazy(
    rb"""(?P<quote>["'])(?P<name>[\w-]{1,40}):[ ]{0,4}(?:(?P<scheme>[A-Za-z][\w-]{2,20})[ ]+)?(?P<value>[^\s"']{8,2048})(?P=quote)"""
)
_NAME = lazy(rb"(?i)^authorization$|api-?key|token$|secret|auth-key|access-key")


def sql(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the password at `at`, of `CREATE USER ... IDENTIFIED BY`, `... PASSWORD` or `ConvertTo-SecureString`."""
    quoted = data[at - 1 : at] in (b"'", b'"')
    found = (_SQL_QUOTED if quoted else _SQL_BARE).match(data, at, at + 200)
    if found is None or (not quoted and kind is FileKind.CODE):
        return None
    value = found.group().decode("utf-8", "replace")
    if len(value) < 3 or is_reference(value) or is_placeholder(value) or value.lower() in _SQL_WORDS or value.startswith("*"):
        return None
    weak = is_weak(value) or is_words(value)
    quiet = kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE, FileKind.MARKUP) and (weak or not (quoted or is_human(value)))
    if quiet and not quoted and not any(c.isdigit() or c.isupper() for c in value[1:]):  # prose about SQL
        return None
    random = is_random(value, 12)
    return Candidate(at, found.end(), "sql-password", "Password in SQL", PASSWORD, None, value, 48, weak=weak, random=random, quiet=quiet)


def curl(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the argument of `-u` or `-H` whose first character stands before `at`."""
    start = at - 1
    command = data.rfind(b"curl", max(0, start - 330), start)
    if command < 0 or _NEXT_COMMAND.search(data, command, start):
        return
    word = _WORD.match(data, start, min(len(data), start + 900))
    if word is None:
        return
    if data[:start].rstrip(b" =").endswith((b"-H", b"--header")):
        candidate = _header(data, start)
    else:
        candidate = _user(word.group().decode("utf-8", "replace"), word.start(), word.end(), kind)
    if candidate:
        yield candidate


_WRITTEN = lazy(rb"""[^\s"'`;|,<>)\]]{3,128}""")
_FLAG = lazy(rb"""(?:-[pa]|requirepass)["',]{0,2}\s{0,3}["']?$""")
_PROSE = (FileKind.DOCS, FileKind.ENV_TEMPLATE, FileKind.MARKUP)


_ACCOUNTS = lazy(
    rb"""echo\s+(?:-\w\s)?["']?[\w.-]+:(?=[^\s"'$<`|]+["']?\s*\|[^\n]*\bchpasswd)"""
    rb"""|htpasswd\s+-\w*b\w*\s+(?:-\w+\s+)*(?:(?!-)[^\s"'|;&]+\s+){1,2}?["']?(?=[^\s"'$<`|;&]+["']?\s*(?:$|[\n|;&>]))"""
)
"""A password that a script gives an account of the machine or of a web server."""


def _account(data: bytes, at: int) -> int | None:
    """Where the password begins, in the command on the line of `at` that sets it; None where no such command stands before it."""
    start = data.rfind(b"\n", max(0, at - 300), at) + 1
    found = _ACCOUNTS.search(data, start, at + 64)
    return found.end() if found is not None and found.end() <= at + 1 else None


def password(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the password that a client is given on its command line; its first character stands at `at`."""
    if (account := _account(data, at)) is not None:
        at = account
    found = _WRITTEN.match(data, at, at + 128)
    line = data.rfind(b"\n", max(0, at - 300), at) + 1
    if found is None or not (account or _FLAG.search(data, max(line, at - 24), at)) or data[line:at].lstrip()[:1] == b"#":
        return
    value = found.group().decode("utf-8", "replace").rstrip("\\")
    named = data[at - 2 : at] == b"-p" and value.lower().startswith(("assw", "rint", "rogress", "ager", "rotocol", "ort"))
    if len(value) < 3 or named or is_reference(value) or is_placeholder(value) or "$" in value or ENV_NAME.match(value):
        return
    weak = is_weak(value) or is_words(value)
    quiet = kind in _PROSE and (weak or not is_human(value))
    if quiet and value.lower() in GENERIC_PASSWORDS:
        return
    random = is_random(value, 12)
    rule, title = "command-password", "Password on a command line"
    yield Candidate(at, at + len(value.encode()), rule, title, PASSWORD, None, value, 46, weak=weak, random=random, quiet=quiet)


def _user(word: str, start: int, end: int, kind: FileKind) -> Candidate | None:
    """The password behind the first colon; a token may stand on either side with nothing on the other."""
    user, colon, value = _QUOTES.sub("", word).partition(":")
    user, value = (part[1:-1] if part[:1] == "{" and is_random(part[1:-1], 12) else part for part in (user, value))
    if colon and not value and is_random(user, 10):
        user, value = "", user
    if not colon or len(value) < 3 or any(is_reference(part) or part.startswith("$") or "${" in part for part in (user, value)):
        return None
    if is_placeholder(value) or is_monotonous(value) or ENV_NAME.match(value):
        return None
    if user.lower() in GENERIC_USERS and value.lower() in GENERIC_PASSWORDS:
        return None
    weak = is_weak(value) or value.lower() in GENERIC_PASSWORDS or value == user
    quiet = weak and (kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE) or value == user)
    at = start + word.rfind(value) if value in word else start
    random = is_random(value, 12)
    rule, title = "curl-password", "Password on a command line"
    return Candidate(at, end, rule, title, BASIC_AUTH, None, value, 45, weak=weak, random=random, quiet=quiet)


def _header(data: bytes, start: int) -> Candidate | None:
    found = _HEADER.match(data, start, min(len(data), start + 2200))
    if found is None or not _NAME.search(found["name"]):
        return None
    value, scheme = found["value"].decode("utf-8", "replace"), (found["scheme"] or b"").lower()
    if is_reference(value) or is_placeholder(value) or "$" in value or is_words(value) or is_monotonous(value):
        return None
    if not (any(c.isdigit() for c in value) or scheme == b"basic") or not any(c.isalpha() for c in value):
        return None
    if scheme == b"basic" and not (_is_pair(value) or is_random(value, 24)):
        return None
    name = found["name"].decode("ascii")
    sure = is_random(value, 12) or bool(UUID.match(value))
    return Candidate(*found.span("value"), "curl-header", "Credentials on a command line", TOKEN, name, value, 46, random=sure)


def _is_pair(value: str) -> bool:
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    user, _, password = text.partition(":")
    return ":" in text and text.isprintable() and not is_weak(password or user) and not is_placeholder(password)
