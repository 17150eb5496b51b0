"""How loud a hit is: the file's role, where it leads, and how well known the value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.secrets.filekind import FileKind, is_sample
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.prose import in_docstring
from prodify.inventory.secrets.rule import CONNECTION, FRAMEWORK, PASSWORD
from prodify.inventory.secrets.structures import jwt_ended, jwt_lifetime
from prodify.inventory.secrets.values import WEAK
from prodify.model import Level

if TYPE_CHECKING:
    from prodify.inventory.secrets.judge import Candidate

_BROWSER_NAME = lazy(r"^(?:VITE|NEXT_PUBLIC|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|PUBLIC|VUE_APP)_")
_BROWSER_FILE = lazy(
    r"(?i)\.(?:jsx|tsx|vue|svelte|html?|ftl|ejs|hbs|astro|cshtml|jsp|erb|swift|kt|plist)$|(?:^|/)google-services\.json$|GoogleService-Info"
)
_PRODUCTION_STACK = lazy(r"(?i)prod|stack|swarm")
_DEVELOPMENT_STACK = lazy(r"(?i)[._-](?:dev|devel|development|local|test|tests|testing|ci|override)[._-][^/]*$")
_JDBC = lazy(rb"(?i)jdbc:(?P<memory>h2:mem|hsqldb:mem|derby:memory)?")
_EXAMPLE = lazy(rb"""(?<![\w$.])["']?examples?["']?\s{0,3}[:=]\s{0,40}[\[(]?\s{0,40}["'`]$""")
"""What the description of an interface shows: the value of `example:` or `example=`, which may stand on the next line."""
_SPECIFIC = 20
_SHORT_LIVED = 400 * 24 * 3600
"""Seconds: a token that a document shows as an example ends by itself; a key that is a token, such as Supabase's, lives for years."""


def level_of(found: Candidate, path: str, role: Role, kind: FileKind, data: bytes) -> str:
    """Return error, warning or note.

    Live-looking tokens, passwords and remote connection strings are errors; what everybody knows is a warning; what leads to this
    machine, or stands in tests, examples, docs and other people's code, is a note. Env files and tokens in a root document keep theirs.
    """
    if found.quiet:
        return Level.NOTE
    if found.name and found.name.lower() in ("example", "examples", "sample"):
        return Level.NOTE
    if _EXAMPLE.search(data, max(0, found.start - 120), found.start):
        return Level.NOTE
    level = _base(found, path, kind, data)
    if level != Level.NOTE and found.category == PASSWORD and _in_memory(found, data):
        return Level.NOTE
    if kind is FileKind.ENV:
        return level
    if kind is FileKind.DOCS and (0 < jwt_lifetime(found.value) <= _SHORT_LIVED or jwt_ended(found.value)):
        return Level.NOTE
    if found.priority < _SPECIFIC and kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE) and "/" not in path:
        return level
    if found.priority > _SPECIFIC and in_docstring(path, data, found.start):
        return Level.NOTE
    if role is not Role.PRODUCTION or kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE) or is_sample(path):
        return Level.NOTE
    return level


def _base(found: Candidate, path: str, kind: FileKind, data: bytes) -> str:
    if found.browser:
        return _browser_key(found, path, data)
    if found.local and kind is FileKind.COMPOSE and _DEVELOPMENT_STACK.search(path):
        return Level.NOTE
    if found.local and found.weak:
        if kind is FileKind.CODE and found.category == CONNECTION and not found.fallback and found.value.lower() not in WEAK:
            return Level.WARNING  # somebody chose it, and no setting replaces it: it opens the database wherever the program runs
        here = kind is FileKind.COMPOSE and not _PRODUCTION_STACK.search(path)
        return Level.NOTE if here or _on_this_machine(found, data) else Level.WARNING
    if found.weak and found.category == FRAMEWORK and kind is FileKind.COMPOSE and not _DEVELOPMENT_STACK.search(path):
        return Level.WARNING  # the password of a database opens a network of containers, the key of the tokens opens the service
    if found.weak:
        return Level.NOTE if kind is FileKind.COMPOSE and not _PRODUCTION_STACK.search(path) else Level.WARNING
    return Level.WARNING if found.local else Level.ERROR


def _in_memory(found: Candidate, data: bytes) -> bool:
    """Whether the password is of a database that lives in the memory of the process: the nearest JDBC address says so."""
    nearest = min(
        _JDBC.finditer(data, max(0, found.start - 400), found.end + 400),
        key=lambda m: max(m.start() - found.end, found.start - m.end()),
        default=None,
    )
    return nearest is not None and nearest["memory"] is not None


def _on_this_machine(found: Candidate, data: bytes) -> bool:
    around = data[max(0, found.start - 200) : found.end + 120].lower()
    return any(host in around for host in (b"localhost", b"127.0.0.1", b"0.0.0.0", b"[::1]", b"host.docker.internal"))


def _browser_key(found: Candidate, path: str, data: bytes) -> str:
    """A key made for the browser is restricted by referrer, not by being hidden; on a server the same key is a secret."""
    around = data[max(0, found.start - 400) : found.end + 400]
    if b"authDomain" in around or b"messagingSenderId" in around or (found.name and _BROWSER_NAME.match(found.name)):
        return Level.NOTE
    return Level.WARNING if _BROWSER_FILE.search(path) else Level.ERROR
