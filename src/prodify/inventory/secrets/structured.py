"""Whole structures: env files, Kubernetes Secret manifests, Terraform variables, HTTP headers and calls with a literal secret."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from prodify.inventory.secrets.context import last_match, read_quoted
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate, Literal, judge, secret_shaped
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.names import account_password, classify
from prodify.inventory.secrets.rule import FRAMEWORK, PASSWORD, PRIVATE_KEY, TOKEN
from prodify.inventory.secrets.values import (
    CODEISH,
    DEFAULTISH,
    NON_VALUES,
    URLISH,
    is_app_password,
    is_human,
    is_placeholder,
    is_random,
    is_reference,
    is_weak,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = lazy(
    rb"""^[ \t]*(?:export[ \t]+|set[ \t]+)?(?P<name>[A-Za-z_\x80-\xff][\w.\-\x80-\xff]{0,100})[ \t]*[=:][ \t]*"""
    rb"""(?:"(?P<dq>[^"\n]{0,4096})"|'(?P<sq>[^'\n]{0,4096})'|(?P<bare>[^\s#'"][^\n\r]{0,4096}))""",
    re.M,
)


_ENV_HEAD = lazy(rb"(?:[ \t]{0,20}+(?:#[^\n]{0,400}+)?+\r?+\n){0,80}+[ \t]{0,20}+(?:export[ \t]++)?+[A-Za-z_]\w{0,80}+=")
"""Possessive throughout: a line of CR and LF could end in two ways, and eighty of them in more than anybody waits for."""


def looks_like_env(data: bytes) -> bool:
    """Whether a text whose name is not known can be an env file: small, and its first line that says anything is `NAME=`."""
    return len(data) < 1 << 14 and _ENV_HEAD.match(data) is not None


def env_file(data: bytes) -> Iterator[Candidate]:
    """Judge every entry of an env file: by its name, and by its shape where the name says nothing."""
    for found in _ENTRY.finditer(data, 0, 1 << 20):
        group = "dq" if found["dq"] is not None else "sq" if found["sq"] is not None else "bare"
        raw = found[group]
        if group == "bare":
            raw = re.split(rb"\s#", raw, maxsplit=1)[0].rstrip(b" \t\r;")
        value = raw.decode("utf-8", "replace").strip()
        start = found.start(group)
        literal = Literal(found["name"].decode("utf-8", "replace"), value, start, start + len(raw), "=", group != "bare")
        account = None if classify(literal.name) else account_password(literal.name)
        if account is not None:
            literal = Literal(account, value, start, start + len(raw), "=", group != "bare")
        candidate = judge(literal, FileKind.ENV) if account or classify(literal.name) else secret_shaped(literal)
        if candidate:
            yield candidate


_VARIABLE = lazy(rb"""(?i)variable\s{1,4}"(?P<name>[\w\-]{1,80})"\s{0,4}\{(?P<body>[^{}]{0,600})""")
_DEFAULT = lazy(rb"""(?m)^\s*default\s*=\s*(?P<quote>")""")


def terraform_variable(data: bytes, at: int) -> Candidate | None:
    """Judge the default of a secret-named Terraform variable whose opening brace ends at `at`."""
    for found in _VARIABLE.finditer(data, max(0, at - 120), min(len(data), at + 640)):
        if found.start() >= at:
            break
        default = _DEFAULT.search(data, found.start("body"), found.end("body"))
        read = read_quoted(data, default.start("quote")) if default else None
        if default and read:
            literal = Literal(found["name"].decode("ascii"), read[0], default.start("quote") + 1, read[1], "=", True, True)
            return judge(literal, FileKind.TERRAFORM)
    return None


_HEADER = lazy(rb"(?i)(?P<scheme>bearer|basic|token|apikey)[ +](?P<value>[A-Za-z0-9+/_\-.=]{11,2048})")


def header(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the credentials of an Authorization header."""
    for found in _HEADER.finditer(data, max(0, at - 40), min(len(data), at + 2048)):
        if not found.start("value") < at <= found.end("value"):
            continue
        value = found["value"].decode("ascii")
        basic = found["scheme"].lower() in (b"basic", b"apikey")
        sure = not is_placeholder(value) and is_random(value, 20) and not (basic and (not _is_basic(value) or kind is FileKind.DOCS))
        if not sure and not (basic and _is_basic(value, weak=True)):
            return None
        return Candidate(
            *found.span("value"),
            "authorization-header",
            "Credentials in an Authorization header",
            TOKEN,
            "Authorization",
            value,
            45,
            random=sure,
            quiet=not sure,
        )
    return None


def _is_basic(value: str, *, weak: bool = False) -> bool:
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    password = text.partition(":")[2]
    return bool(password) and text.isprintable() and (weak or not (is_placeholder(password) or is_weak(password)))


_JSON_LEAF = lazy(rb"""\\["']\s{0,2}:\s{0,2}\\["'](?P<value>[A-Za-z0-9+/=_\-.]{16,512})\\["']""")
_NAME_BEFORE = lazy(rb"""([\w.\-]{1,60})["']\s{0,2}:\s{0,2}["']\{\\["']$""")


def json_in_string(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the first drawn value of a JSON object that is written as a string under a secret's name; its first key begins at `at`."""
    name = _NAME_BEFORE.search(data, max(0, at - 120), at)
    stop = data.find(b"}", at, at + 600)
    if name is None or stop < 0 or classify(name[1].decode("ascii", "replace")) is None:
        return None
    for found in _JSON_LEAF.finditer(data, at, stop):
        value = found["value"].decode("ascii")
        if is_random(value, 16) and not is_placeholder(value):
            label = name[1].decode("ascii", "replace")
            markup = kind is FileKind.MARKUP
            return Candidate(*found.span("value"), "token", "Access token", TOKEN, label, value, 50, random=True, quiet=markup)
    return None


_WEB_KEY = lazy(rb"""["'{,\s](?P<name>[dk])\\?["']?\s{0,3}[:=]\s{0,3}\\?["'](?P<value>[A-Za-z0-9_\-]{16,1400})\\?["']""")


def web_key(data: bytes, at: int) -> Candidate | None:
    """Judge the JSON web key whose `kty` ends at `at`: `d` makes it a private one, `k` a shared one."""
    start = data.rfind(b"{", max(0, at - 3000), at)
    stop = data.find(b"}", at, at + 4000)
    if start < 0 or stop < 0:
        return None
    found = _WEB_KEY.search(data, start, stop)
    if found is None or is_placeholder(found["value"].decode("ascii")):
        return None
    value = found["value"].decode("ascii")
    return Candidate(*found.span("value"), "json-web-key", "Private JSON web key", PRIVATE_KEY, None, value, 30, random=True)


_ARGUMENT = lazy(rb"""["'`](?P<value>[^"'`\n]{0,200})["'`]""")
_SUBSCRIPT = lazy(rb"\[[^\[\]]{0,60}\]")
_JWT_CALL = lazy(rb"(?i)^(?:jwt\.(?:sign|verify|encode|decode)|createHmac|hmac\.new|cookieParser)")
_HASH_CALL = lazy(
    rb"(?i)^(?:generate_password_hash|check_password_hash|make_password|hash_?password|bcrypt\.\w+|set_?password|password_?encoder)"
)
_NAME_OF_CALL = lazy(
    rb"(?i)(?:jwt\.\w+|createHmac|hmac\.new|cookieParser|passwordencoder(?:\(\d{0,2}\))?\.encode|PlainAuth|NewDialer|NetworkCredential"
    rb"|basic_auth|Credentials\.basic|[\w.()]*\.auth|[\w.()]*auth\(\)(?:\.preemptive\(\))?\.basic|[\w.]*UserPassword|UsernamePasswordCredentials?"
    rb"|PasswordAuthentication|DBI->connect|\w*password\w*|bcrypt\.\w+|create_(?:super)?user|CreateAsync|AddPasswordAsync|[\w.]*\.login|HTTPBasicAuth|BasicAuth|mysqli?\w*|(?:pymysql|MySQLdb)\.connect|PDO|[\w.]*getConnection|auth=)\s?\("
)


def call(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the literal arguments of a call that takes a password or a signing key by position; its first quote ends at `at`."""
    if kind not in (FileKind.CODE, FileKind.NOTEBOOK):
        return None
    start = max(0, at - 130)
    last = last_match(_NAME_OF_CALL, data, start, at)
    stop = data.find(b"\n", at, at + 300)
    stop = min(len(data), at + 300) if stop < 0 else stop
    if last is None:
        return None
    text = last.group()
    close = data.find(b")", at, stop)
    arguments = list(_ARGUMENT.finditer(data, last.end(), stop if close < 0 else max(close, at)))
    if not arguments:
        return None
    if _JWT_CALL.match(text):
        return _signing(data, last, arguments)
    return _positional(data, last, arguments, hashed=bool(_HASH_CALL.match(text)))


def _signing(data: bytes, found: re.Match[bytes], arguments: list[re.Match[bytes]]) -> Candidate | None:
    """The key is the second argument (the first of cookieParser)."""
    text = found.group().lower()
    wanted = 0 if text.startswith((b"cookieparser", b"hmac.new")) else 1
    argument = next((a for a in arguments if data[found.end() : a.start()].count(b",") == wanted), None)
    if argument is None or (b"{" in data[found.end() : argument.start()] and b"}" not in data[found.end() : argument.start()]):
        return None
    if data[argument.start() - 1 : argument.start()] == b"[" or (data[argument.start() - 1 : argument.start()] in (b"(", b".") and wanted):
        return None
    value = argument["value"].decode("utf-8", "replace")
    if is_reference(value) or len(value) < 3 or URLISH.match(value) or value.upper() in ("HS256", "HS384", "HS512", "RS256", "ES256"):
        return None
    strong = is_random(value)
    rule = "framework-key" if strong else "framework-key-weak"
    title = "Signing key in the code" if strong else "Well-known or guessable signing key"
    return Candidate(
        *argument.span("value"), rule, title, FRAMEWORK, found.group().rstrip(b"( ").decode(), value, 48, weak=not strong, random=strong
    )


_PLACES = ((b"plainauth", 2), (b"networkcredential", 1), (b"dbi->connect", 2))
"""Calls whose password is followed by a host or a domain: how many arguments stand before it."""


def _positional(data: bytes, found: re.Match[bytes], arguments: list[re.Match[bytes]], *, hashed: bool) -> Candidate | None:
    """The password is the last literal; before it stand only names and literals."""
    called = found.group().lower()
    wanted = next((place for name, place in _PLACES if called.startswith(name)), None)
    last = arguments[2] if len(arguments) > 2 and b"mysql" in called else arguments[-1]
    argument = last if wanted is None else next((a for a in arguments if data[found.end() : a.start()].count(b",") == wanted), None)
    if argument is None:
        return None
    between = _SUBSCRIPT.sub(b"", _ARGUMENT.sub(b"", data[found.end() : argument.start()]))
    between = between.replace(b"Some(", b"")
    if b"=" in between or b"[" in between or b"(" in between or b"{" in between or (not hashed and b"," not in between):
        return None
    if data[argument.end() : argument.end() + 1] not in (b")", b",") and not data.startswith(b".toCharArray()", argument.end()):
        return None
    if b"set_password" in found.group() and data[argument.end() : argument.end() + 1] == b",":  # a keyring's: whose password it is
        return None
    value = argument["value"].decode("utf-8", "replace")
    if len(value) < 3 or is_reference(value) or CODEISH.search(value) or URLISH.match(value) or value.lower() in NON_VALUES:
        return None
    drawn = is_app_password(value)
    if " " in value and not drawn:
        return None
    beside_login = len(arguments) > 1 and b"@" in arguments[-2]["value"]
    defaultish = is_weak(value) or bool(DEFAULTISH.search(value)) or beside_login
    if (is_placeholder(value) and not defaultish) or (value.isidentifier() and "_" in value and value.islower()):
        return None
    if not defaultish and not any(c.isdigit() or not c.isalnum() for c in value):
        return None
    name = found.group().rstrip(b"( ").decode("ascii", "replace")
    rule, title = ("password-weak", "Well-known password") if defaultish else ("password", "Password")
    if drawn:
        rule, title, defaultish = "password", "Password", False
    random = drawn or is_random(value, 12)
    return Candidate(*argument.span("value"), rule, title, PASSWORD, name, value, 49, weak=defaultish, random=random)


_BEFORE_PASSWORD = lazy(rb"""["'](?P<user>[^"'\n]{2,64})["'](?:,\s{1,40}["']?[Pp]ass\w{0,4}["']?\s{0,4}(?:=>|:=|[:=])|:)\s{0,4}$""")
_OWN_NAMES = lazy(rb"""\b(\w{3,24})\s?[=:]\s?["']\1["'],\s{1,40}(\w{4,24})\s?[=:]\s?["']\2["']$""")
"""`def login(user="user", passwd="passwd")`: both only say what belongs there."""
_ADMINS = frozenset("admin administrator root sa superuser superadmin postgres guest demo test user".split())


def account(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge a password that stands beside its user; its quote stands at `at`. There even `password` is one."""
    before = _BEFORE_PASSWORD.search(data, max(0, at - 160), at)
    read = read_quoted(data, at)
    if before is None or read is None or kind not in (FileKind.CODE, FileKind.CONFIG):
        return None
    user, value = before["user"].decode("utf-8", "replace"), read[0]
    if len(value) < 3 or " " in value or is_reference(value) or is_placeholder(value) or CODEISH.search(value):
        return None
    if _OWN_NAMES.search(data, max(0, at - 160), at + len(value) + 2):
        return None
    weak, random = is_weak(value), is_random(value, 12)
    if not (weak or random or is_human(value)):
        return None
    if b"ass" in data[before.end("user") : at] and user.lower() not in _ADMINS:
        return None
    rule, title = ("account-weak", "Well-known password of an account") if weak else ("password", "Password")
    return Candidate(at + 1, read[1], rule, title, PASSWORD, "password", value, 52, weak=weak, random=random)


_MASTER_KEY = lazy(rb"\s*(?P<value>[0-9a-f]{32})\s*")
_PGPASS = lazy(rb"^(?!#)(?P<host>[^:\s]+):(?:\d+|\*):[^:\n]+:[^:\n]+:(?P<value>[^\s:]{3,200})[ \t]*$", re.M)

_NETRC = lazy(rb"\bpassword[ \t\r\n]{1,40}(?P<value>[^\s]{3,200})")


def whole_file(path: str, data: bytes) -> Iterator[Candidate]:
    """Judge files that are a secret by their name: Rails' master key, curl's and PostgreSQL's password files."""
    name = path.rsplit("/", 1)[-1]
    if name == "master.key" or path.endswith("config/credentials/production.key"):
        found = _MASTER_KEY.fullmatch(data[:200])
        if found:
            value = found["value"].decode("ascii")
            yield Candidate(*found.span("value"), "rails-master-key", "Rails master key", FRAMEWORK, None, value, 40, random=True)
    elif name in (".netrc", "_netrc"):
        for found in _NETRC.finditer(data, 0, 1 << 16):
            value = found["value"].decode("utf-8", "replace")
            if not (is_reference(value) or is_placeholder(value)):
                title = "Password of a remote machine"
                yield Candidate(*found.span("value"), "netrc", title, PASSWORD, None, value, 40, random=is_random(value, 12))
    elif name in (".pgpass", "pgpass.conf"):
        for found in _PGPASS.finditer(data, 0, 1 << 16):
            value = found["value"].decode("utf-8", "replace")
            if not is_reference(value):
                weak = is_weak(value)
                yield Candidate(
                    *found.span("value"),
                    "pgpass",
                    "PostgreSQL password file",
                    PASSWORD,
                    None,
                    value,
                    40,
                    weak=weak,
                    random=is_random(value, 12),
                )
