"""Connection strings and URLs that carry a password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.secrets.faint import is_entry
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.rule import BASIC_AUTH, CONNECTION, PASSWORD, TOKEN
from prodify.inventory.secrets.values import DEFAULTISH, PLACEHOLDER, WEAK, is_human, is_placeholder, is_random, is_reference, is_weak

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL = lazy(
    rb"""(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{1,30})://(?P<user>[^\s:/?\#@"'`<>\\]{0,64}):(?P<password>[^\s@"'`<>/]{1,100})@(?P<host>\[[0-9a-fA-F:]+\]|[\w.\-]+)""",
    re.VERBOSE,
)
_NAME = lazy(rb"""([\w.\-]{1,60})["'\]]{0,2}[ \t]{0,4}(?:=>|:=|[=:,]|\|\||\?\?|or)[ \t]{0,4}(?:[brfu]{0,2}["'`])?$""")
_FALLBACK = lazy(rb"""(?:,|\|\||\?\?|\bor|default\s?=|:-)[ \t]{0,4}(?:[brfu]{0,2}["'`])?$""")
GENERIC_USERS = frozenset(
    ("user", "username", "usr", "myuser", "my_user", "postgres_user", "login", "name", "foo", "u", "<user>", "dbuser", "db_user")
)
GENERIC_PASSWORDS = frozenset(
    (
        "pass",
        "password",
        "passwd",
        "pwd",
        "pw",
        "p",
        "secret",
        "bar",
        "p4ss",
        "tiger",
        "token",
        "dbpass",
        "db_password",
        "mypass",
        "mypassword",
        "my_password",
        "xxx",
        "pass123",
        "password123",
    )
)
_GENERIC_HOSTS = lazy(
    r"(?i)^(?:host(?:name)?|server|your[-_.]|my[-_.]?host|db[-_.]?host|foo|bar|hostaddr|ip|address|endpoint|url)|example|\.(?:test|invalid)$"
)
_LOCAL = lazy(r"(?i)^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|host\.docker\.internal|.*\.local|.*\.localhost)$")
_WEB = frozenset(("http", "https", "ws", "wss", "ftp", "ftps", "sftp", "ssh", "git", "git+https", "proxy", "socks5", "socks5h"))


def url(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the URL whose host begins just before `at`."""
    for found in _URL.finditer(data, max(0, at - 220), min(len(data), at + 255)):
        if not found.start("host") < at <= found.end("host"):
            continue
        candidate = _judge_url(data, found, kind)
        if candidate:
            yield candidate


def _judge_url(data: bytes, found: re.Match[bytes], kind: FileKind) -> Candidate | None:
    scheme, user, password, host = (found[g].decode("utf-8", "replace") for g in ("scheme", "user", "password", "host"))
    if "%" in password:
        from urllib.parse import unquote

        password = unquote(password)
    scheme = scheme.lower()
    if (
        is_reference(password)
        or (is_reference(user) and (scheme in _WEB or "{" in user))
        or "${" in user
        or "{" in password
        or password.startswith((":", "$", "%"))
        or "*" in password
    ):
        return None
    prose = kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE, FileKind.MARKUP, FileKind.OPAQUE)
    generic = password.lower() in GENERIC_PASSWORDS
    if _GENERIC_HOSTS.search(host) or len(password) < 2 or (generic and user.lower() in GENERIC_USERS):
        return None
    defaultish = bool(DEFAULTISH.search(password)) or password.lower() in WEAK
    quiet = (
        (generic and (prose or scheme in _WEB))
        or (password.isdigit() and scheme in _WEB)
        or (is_placeholder(password) and (prose or not (defaultish or password.isdigit())))
        or (prose and (is_weak(password) or not (is_random(password, 8) or is_human(password))))
    )
    if quiet and (kind is FileKind.OPAQUE or not user or len(password) < 4 or _is_said(user, password)):
        return None
    if quiet and password == user and _LOCAL.match(host):  # `admin:admin@localhost` in a document: how to try it
        return None
    weak = is_weak(password) or password == user or generic
    local = bool(_LOCAL.match(host)) or "." not in host
    category = BASIC_AUTH if scheme in _WEB else CONNECTION
    title = "Password in a URL" if category == BASIC_AUTH else "Connection string with a password"
    left = data[max(0, found.start() - 80) : found.start()]
    name = _NAME.search(left)
    rule = "basic-auth-url" if category == BASIC_AUTH else "connection-string"
    start, end = found.start("password"), found.end("password")
    label = name[1].decode("ascii", "replace") if name else None
    fallback = bool(_FALLBACK.search(left)) and not left.rstrip(b"\"' ").endswith(b"=")
    random = is_random(password, 12)
    return Candidate(start, end, rule, title, category, label, password, 30, fallback, weak, random, local, quiet=quiet)


def _is_said(user: str, password: str) -> bool:
    """Whether the password of a URL says itself that it is none, or is one that every example has."""
    low = password.lower()
    generic = low in GENERIC_PASSWORDS or user.lower() in GENERIC_USERS
    return generic or bool(PLACEHOLDER.search(password)) or len(set(low)) < 3 or "#" in password


_DSN = lazy(rb"""(?i)(?P<name>password|pwd|accountkey|sharedaccesskey)\s?=\s?(?P<value>[^\s;"'`{}$%<>&]{3,256})""")
_HOSTS = lazy(rb"(?i)(?:server|host|data source|hostname|addr|address)\s?=\s?(?:tcp:)?([\w.\-]+)")


def dsn(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge `Server=...;Password=...;` (ADO.NET, ODBC, Azure) and `host=... password=...` (libpq)."""
    for found in _DSN.finditer(data, max(0, at - 60), min(len(data), at + 300)):
        if not found.start("value") < at <= found.end("value") + 1:
            continue
        line = data.rfind(b"\n", max(0, found.start() - 300), found.start()) + 1 or max(0, found.start() - 300)
        stop = data.find(b"\n", found.end(), found.end() + 300)
        around = data[line : stop if stop > 0 else found.end() + 300]
        host = _HOSTS.search(around)
        in_dsn = re.search(
            rb"(?i)(?:user(?:name| id)?|uid|dbname|database|initial catalog|accountname|endpoint|data source|server)\s?=", around
        )
        if not in_dsn or not (host or b"ccount" in around or b"dbname" in around or b"ndpoint" in around or b"atabase" in around):
            continue
        written = found["value"].decode("utf-8", "replace")
        value = written.rstrip("\\,)")
        if kind is FileKind.CODE and value.isidentifier() and written != value:
            continue  # an argument of a call: connect(dbname=DB, password=PASSWORD,
        defaultish = bool(DEFAULTISH.search(value)) or value.lower() in WEAK
        if (
            is_reference(value)
            or (is_placeholder(value) and not defaultish)
            or (kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE) and (defaultish or not is_random(value, 8)))
        ):
            continue
        server = host[1].decode("ascii", "replace") if host else ""
        if _GENERIC_HOSTS.search(server):
            continue
        local = bool(host) and (bool(_LOCAL.match(server)) or "." not in server)
        yield Candidate(
            found.start("value"), found.end("value"), "connection-string", "Connection string with a password", CONNECTION,
            None, value, 35, False, is_weak(value), is_random(value, 12), local,
        )  # fmt: skip


_GO_DSN = lazy(rb"(?P<user>[\w.\-]{1,40}):(?P<value>[^\s:@\"'`/]{2,64})@(?:(?:tcp|unix)\((?P<host>[\w.\-]*)|/\w{1,40}[\"`?])")


def go_dsn(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge `user:password@tcp(host:port)/db`, the form of Go's MySQL driver."""
    for found in _GO_DSN.finditer(data, max(0, at - 130), min(len(data), at + 100)):
        value = found["value"].decode("utf-8", "replace")
        prose = kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE)
        if (
            is_reference(value)
            or value.startswith("%")
            or (prose and not is_random(value, 8))
            or (is_placeholder(value) and not is_weak(value))
        ):
            continue
        if value.lower() in GENERIC_PASSWORDS and found["user"].decode("ascii", "replace").lower() in GENERIC_USERS:
            continue
        host = (found["host"] or b"").decode("ascii", "replace")
        local = bool(_LOCAL.match(host)) or "." not in host
        yield Candidate(
            found.start("value"), found.end("value"), "connection-string", "Connection string with a password", CONNECTION,
            None, value, 30, False, is_weak(value) or value.lower() in GENERIC_PASSWORDS, is_random(value, 12), local,
        )  # fmt: skip


_QUERY = lazy(rb"[?&](?P<name>[\w-]{2,20})=(?P<value>[A-Za-z0-9_\-.]{12,256})")


def query(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge a key in the query of a URL; in prose it stands for the reader's."""
    for found in _QUERY.finditer(data, max(0, at - 60), min(len(data), at + 256)):
        value = found["value"].decode("ascii")
        if not found.start("value") < at <= found.end("value") or is_placeholder(value) or not is_random(value, 12):
            continue
        if kind is not FileKind.OPAQUE:
            name = found["name"].decode("ascii")
            yield Candidate(*found.span("value"), "key-in-url", "Key in a URL", TOKEN, name, value, 45, random=True)


_FORM = lazy(
    rb"""[?&#"'](?P<name>[\w.\-]{2,60})=(?P<value>[A-Za-z0-9][A-Za-z0-9+/_\-.%|~]{4}[A-Za-z0-9+/_\-.%|~=]{0,251})"""
    rb"""(?=[&"'\\\s<)]|$)"""
)


def form(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge `name=value` in the text of a form, a query or a setting that code holds as a string; never more than a note."""
    for found in _FORM.finditer(data, max(0, at - 80), min(len(data), at + 260)):
        if not found.start("value") < at <= found.end("value"):
            continue
        name, value = found["name"].decode("utf-8", "replace"), found["value"].decode("ascii")
        category = is_entry(name, value) if kind is not FileKind.OPAQUE else None
        if category:
            rule, title = ("password-faint", "Possible password") if category == PASSWORD else ("token-faint", "Possible token")
            yield Candidate(*found.span("value"), rule, title, category, name, value, 61, quiet=True)
