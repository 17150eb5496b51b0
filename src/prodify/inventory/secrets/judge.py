"""Name and value together: is this literal a secret, and how sure is that?"""

from __future__ import annotations

from prodify.inventory.secrets.faint import is_faint
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.names import NameKind, classify, is_glued_key, is_repeated, means_more, words_of
from prodify.inventory.secrets.redact import entropy
from prodify.inventory.secrets.rule import FRAMEWORK, PASSWORD, TOKEN
from prodify.inventory.secrets.values import (
    CODEISH,
    DEFAULTISH,
    ENV_NAME,
    HASHED,
    LABEL,
    NON_VALUES,
    PATHISH,
    PLACEHOLDER,
    URLISH,
    UUID,
    WEAK,
    echoes,
    has_sequence,
    is_app_password,
    is_human,
    is_no_value,
    is_placeholder,
    is_random,
    is_reference,
    is_short_key,
    is_short_token,
    is_strong_text,
    is_trivial,
    is_typed_row,
    is_validation,
    is_weak,
    is_words,
)
from prodify.lazydata import dataclass

_PUBLIC_NAME = lazy(
    r"^(?:VITE|NEXT_PUBLIC|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|NUXT_ENV|GATSBY|PUBLIC|VUE_APP|STORYBOOK|NG_APP)_|(?i:publish|public|anon_?key|site_?key|client_?id)"
)
_PUBLIC_VALUE = lazy(
    r"^(?:pk_(?:test|live)_|rzp_(?:test|live)_|price_|prod_|acct_|cus_|plan_|G-|UA-|GTM-|AW-|ca-pub-|sha\d+-|pub-c|client_|sb_publishable_|phc_|0x[0-9a-fA-F]{40}$)"
)
_NOT_SECRET_SHAPED = lazy(
    r"(?i)hash|sha\d*$|digest|version|commit|revision|build|address|contract|account|project|bucket|region|zone|cluster|integrity|checksum|etag|_ids?$|^id$|host|url|uri|domain|email|arn|image|tag|path|dsn|tracking|measurement|uuid|guid|fingerprint|cert|nonce|charset|alphabet|chars"
)
_HOST = lazy(r"^(?:[\w-]+\.)+[a-z]{2,12}(?::\d+)?(?:/.*)?$")
_REAL_SYMBOLS = lazy(r"[!@#$%^&*]{2,}")
_DOTTED = lazy(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$")
_YOURS = lazy(r"(?i)^your\b|^your[-_]|[-_ ]here$")
_CHANGE_ME = lazy(r"(?i)change|insecure|\breplace[ _-](?:it|this|me)\b")
_MESSAGE = lazy(r"(?i)\b(?:invalid|required|missing|incorrect|please|enter|must|cannot|failed|expired|token|unknown|error|should)\b")
_ACCOUNT_PASSWORD = lazy(
    r"(?i)(?:admin|root|postgres|mysql|mongo|redis|rabbit|rabbitmq|guest|super)(?:[-_]?user)?[-_]?(?:pass|passwd|password|pwd)\d*$"
)
"""What people set when they have to set something; in a file that is read it is the password, not an example."""
NAMED_KEY = lazy(
    r"(?i)^(?!.*(?:your|enter|insert|replace|put|set|example|sample|dummy|fake|here))[a-z]{3,}[-_ ]?(?:secret|signing)[-_ ]?key\d*$"
)
_PADDED = 24
_CALLS_ITSELF = lazy(r"(?i)(?:secret|sign(?:ing)?|jwt|private|security|auth)[-_]?(?:key|token)|super[-_]?secret|(?:key|token)[-_]?secret")
_API_KEY = lazy(r"(?i)(?:api|access)_?key$")
_AWS_SECRET = lazy(r"(?i)^aws_?secret_?(?:access_?)?key$")
_KEY_OF_32_BYTES = lazy(r"^[A-Za-z0-9+/_\-]{43}=$")
"""Fernet's form and that of every other key of 256 bits in base 64."""
_KEY_NAMES = (["session", "key"], ["cookie", "key"], ["app", "key"], ["jwt", "key"], ["encryption", "key"], ["token", "secret"])
_JUDGED: dict[tuple[str, str, str, bool, bool, bool, FileKind], Candidate | None] = {}
"""What literals were judged to be."""
_MOST_REMEMBERED = 4096
_SHORT = 64
_LONGEST = 2048
_LONGEST_PROSE = 128
_SENTENCE = 40
"""From here on a sentence that asks to be replaced is a default of the settings; shorter ones are notes for the reader."""
_PROSE = (FileKind.DOCS, FileKind.ENV_TEMPLATE, FileKind.MARKUP)
_SETTINGS = (FileKind.CONFIG, FileKind.ENV, FileKind.COMPOSE, FileKind.TERRAFORM, FileKind.DOCKER, FileKind.SHELL)


@dataclass(slots=True)
class Candidate:
    """A span of a file that may be a secret. `value` never leaves the detector. `start`/`end`: byte offsets of the value.

    `priority`: of two overlapping candidates the lower number wins. `fallback`: the literal steps in for an environment variable.
    `weak`: a default that everybody knows. `random`: looks drawn from an alphabet. `local`: leads to this machine or a compose service.
    `quiet`: worth a note at most.
    """

    start: int
    end: int
    rule: str
    title: str
    category: str
    name: str | None
    value: str
    priority: int
    fallback: bool = False
    weak: bool = False
    random: bool = False
    local: bool = False
    prefix: bool = False
    browser: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal with the name it is bound to. `sep`: how it is bound (`=`, `:`, `,`, `(` ...); `quoted`: whether quotes stand around it.

    `fallback`: the literal steps in for a missing environment variable. `signs`: sessions, cookies or web tokens are near.
    """

    name: str
    value: str
    start: int
    end: int
    sep: str
    quoted: bool
    fallback: bool = False
    signs: bool = False


def judge(literal: Literal, kind: FileKind) -> Candidate | None:
    """Return a candidate when the literal is a secret of the kind that its name speaks of, None otherwise."""
    key = (literal.name, literal.value, literal.sep, literal.quoted, literal.fallback, literal.signs, kind)
    if key in _JUDGED:  # machine-made files say the same ten thousand times, and a history all that it says
        known = _JUDGED[key]
        return None if known is None else _moved(known, literal)
    found = _judged(literal, kind)
    if len(literal.value) < _SHORT and len(_JUDGED) < _MOST_REMEMBERED:
        _JUDGED[key] = None if found is None else _moved(found, literal)  # the caller may change what it gets
    return found


def _moved(known: Candidate, literal: Literal) -> Candidate:
    """What was found once, at another place. `dataclasses.replace` takes five times as long."""
    return Candidate(
        literal.start, literal.end, known.rule, known.title, known.category, known.name, known.value, known.priority, known.fallback,
        known.weak, known.random, known.local, known.prefix, known.browser, known.quiet,
    )  # fmt: skip


def _judged(literal: Literal, kind: FileKind) -> Candidate | None:
    name_kind = classify(literal.name)
    value = literal.value
    if len(value) > _LONGEST or (len(value) > _LONGEST_PROSE and " " in value):
        return None
    if name_kind is None or len(value) < 3 or _is_hopeless(literal, name_kind, kind):
        return None
    if is_reference(value, quoted=literal.quoted) or HASHED.match(value) or _PUBLIC_VALUE.match(value) or _is_variables_name(literal):
        return None
    if _PUBLIC_NAME.search(literal.name):
        return None
    if name_kind is NameKind.PASSWORD and means_more(literal.name) and not (is_human(value) or is_random(value, 12)):
        return None
    judged = {NameKind.PASSWORD: _password, NameKind.FRAMEWORK: _framework}.get(name_kind)
    found = judged(literal, kind) if judged else _token(literal, kind, name_kind)
    if found is not None and is_repeated(literal.name):  # the same password stands beside it
        found.quiet = True
    return found or _faint(literal, kind, name_kind)


def _is_variables_name(literal: Literal) -> bool:
    """Whether a constant keeps the name of a variable that its own ends or begins with: `ENV_JWT_SECRET = "JWT_SECRET"`."""
    if not literal.quoted or not ENV_NAME.match(literal.value):
        return False
    own, told = words_of(literal.name), words_of(literal.value)
    return len(own) > len(told) and told in (own[-len(told) :], own[: len(told)])


def _is_hopeless(literal: Literal, name_kind: NameKind, kind: FileKind) -> bool:
    """Whether neither look finds anything, which the shape of the value alone tells: most of what machines write under such names."""
    if name_kind is NameKind.KEY:
        return not (literal.value.isdigit() or is_random(literal.value))
    if kind is FileKind.ENV or name_kind is not NameKind.TOKEN:
        return False
    return len(literal.value) < 16 and not literal.fallback and is_words(literal.value)


def _faint(literal: Literal, kind: FileKind, name_kind: NameKind) -> Candidate | None:
    if not is_faint(literal, name_kind, kind):
        return None
    password = name_kind is NameKind.PASSWORD
    rule, title, category = ("password-faint", "Possible password", PASSWORD) if password else ("token-faint", "Possible token", TOKEN)
    return Candidate(literal.start, literal.end, rule, title, category, literal.name, literal.value, 60, literal.fallback, quiet=True)


def _make(literal: Literal, rule: str, title: str, category: str, *, weak: bool = False) -> Candidate:
    sure = not weak and is_random(literal.value, 12)
    return Candidate(literal.start, literal.end, rule, title, category, literal.name, literal.value, 50, literal.fallback, weak, sure)


def _password(literal: Literal, kind: FileKind) -> Candidate | None:
    name, value = literal.name, literal.value
    if PATHISH.match(value) or URLISH.match(value) or (_HOST.match(value) and "_" not in value):
        return None
    if _DOTTED.match(value) and not is_random(value, 12):
        return None
    if is_app_password(value):
        return _make(literal, "password", "Password", PASSWORD)
    if (" " in value and not (_REAL_SYMBOLS.search(value) and len(value) >= 12)) or is_validation(value):
        return None
    if kind in _PROSE:
        shown = is_random(value, 12) or (kind is FileKind.DOCS and (is_human(value) or _is_default(literal)))
        return _make(literal, "password", "Password", PASSWORD) if shown and not is_placeholder(value) else None
    plain_name = len(words_of(name)) == 1 and not name.isupper()
    low = value.lower()
    settings = kind in _SETTINGS or name.isupper()
    if echoes(name, value) or low in NON_VALUES:
        weak_anyway = low.rstrip("!@#$.") in WEAK and not (plain_name and (kind is FileKind.CODE or (value.istitle() and value.isalpha())))
        return _make(literal, "password-weak", "Well-known password", PASSWORD, weak=True) if weak_anyway else None
    if low in WEAK or DEFAULTISH.search(value) or ((settings or literal.fallback) and is_typed_row(value)):
        return _make(literal, "password-weak", "Well-known password", PASSWORD, weak=True)
    if is_placeholder(value) or (CODEISH.search(value) and not literal.fallback and not _REAL_SYMBOLS.search(value)):
        return None
    if kind is FileKind.ENV and _ACCOUNT_PASSWORD.match(value):
        return _make(literal, "password-weak", "Well-known password", PASSWORD, weak=True)
    if is_words(value) and not any(c.isdigit() for c in value):
        many = len(words_of(value)) > 1 or not value.islower()
        if many or (not settings and not literal.fallback and len(value) < 4 and literal.sep == ":"):
            return None
        return _make(literal, "password-weak", "Well-known password", PASSWORD, weak=True)
    if not value.isascii() and not any(c.isdigit() for c in value):
        return None
    weak = is_weak(value) or (is_words(value) and len(value) < 8)
    return _make(literal, "password-weak" if weak else "password", "Well-known password" if weak else "Password", PASSWORD, weak=weak)


def _is_default(literal: Literal) -> bool:
    """Whether a document sets a password that is no mere example: `ADMIN_PASSWORD=Welcome1`."""
    mixed = any(c.isdigit() for c in literal.value) and any(c.isalpha() for c in literal.value)
    return mixed and literal.sep == "=" and len(literal.value) > 7 and not is_trivial(literal.value)


def _is_named_key(literal: Literal) -> bool:
    """Whether a value only calls itself a key, `superSecretKey`: what says so and no more is used as one."""
    return bool(NAMED_KEY.match(literal.value)) and not echoes(literal.name, literal.value)


def _is_padded(value: str) -> bool:
    """Whether a key calls itself one and is filled up by counting, to the length that the algorithm asks for: it is used as it stands."""
    return len(value) >= _PADDED and " " not in value and _CALLS_ITSELF.search(value) is not None and not PLACEHOLDER.search(value)


def _framework(literal: Literal, kind: FileKind) -> Candidate | None:
    value, name = literal.value, literal.name
    if (
        PATHISH.match(value)
        or (URLISH.match(value) and "@" not in value)
        or value.lower() in ("string", "str", "text", "required", "none", "null", "true", "false", "hidden", "undefined")
    ):
        return None
    if (is_random(value) or is_strong_text(value)) and not is_placeholder(value):
        return _make(literal, "framework-key", "Signing key in the code", FRAMEWORK)
    if kind in _PROSE or kind is FileKind.NOTEBOOK:
        return None
    asks = bool(_CHANGE_ME.search(value)) and (" " not in value or len(value) >= _SENTENCE)
    padded = _is_padded(value)
    if len(value) >= 16 and has_sequence(value) and kind not in _SETTINGS and not padded:
        return None
    if value.startswith("django-insecure-") and len(value) > 30:
        return _make(literal, "framework-key", "Signing key in the code", FRAMEWORK)
    settings = kind in _SETTINGS
    filled = is_placeholder(value) and not is_typed_row(value)
    if settings and not literal.fallback and filled and not (asks or padded or _is_named_key(literal)):
        return None
    generic = words_of(name) in (["secret"], ["token", "secret"])
    phrase = bool(_YOURS.search(value)) or (is_words(value) and len(words_of(value)) > 1 and not DEFAULTISH.search(value))
    loose = generic and not literal.fallback and not literal.signs
    if loose and not (asks and " " in value) and (settings or phrase or echoes(name, value)):
        return None
    if " " in value and not asks and (_MESSAGE.search(value) or settings):
        return None
    if (CODEISH.search(value) and not _REAL_SYMBOLS.search(value)) or "\\" in value:
        return None
    if is_words(value) and generic and value.endswith("_secret"):  # the name of a parameter
        return None
    if is_words(value) and " " not in value and not literal.fallback and words_of(name)[-2:] in _KEY_NAMES and not DEFAULTISH.search(value):
        return None
    names_itself = is_words(value) and "_" in value and "".join(words_of(name)).endswith("".join(words_of(value)))
    if names_itself and literal.sep == ":":
        return None
    return _make(literal, "framework-key-weak", "Well-known or guessable signing key", FRAMEWORK, weak=True)


def _token(literal: Literal, kind: FileKind, name_kind: NameKind) -> Candidate | None:
    value = literal.value
    if kind is FileKind.ENV and name_kind is NameKind.TOKEN and _is_named_key(literal):
        return _make(literal, "token-weak", "Well-known token", TOKEN, weak=True)
    if is_no_value(value) or UUID.match(value) or is_placeholder(value) or " " in value or _HOST.match(value):
        return None
    if value.lower().startswith(("bearer", "basic ")) or (len(value) != 40 and _AWS_SECRET.search(literal.name)):
        return None
    if name_kind is NameKind.KEY:
        if (
            is_glued_key(literal.name)
            or (
                len(words_of(literal.name)) == 1
                and not literal.signs
                and not (literal.quoted and (literal.name == "KEY" or _KEY_OF_32_BYTES.match(value)))
            )
            or not is_random(value, 20)
            or entropy(value) < 3.4
            or (_NOT_SECRET_SHAPED.search(literal.name) and words_of(literal.name)[-2:] != ["token", "id"])
        ):
            return None
        return _make(literal, "key", "Key", TOKEN)
    short = is_short_token(value) or (is_short_key(value) and _API_KEY.search(literal.name) is not None)
    if literal.quoted and short and kind not in _PROSE:
        return _make(literal, "token", "Access token", TOKEN)
    lenient = kind is FileKind.ENV or literal.name.isupper()
    if is_random(value, 12 if lenient else 16):
        return _make(literal, "token", "Access token", TOKEN)
    if kind in _PROSE or LABEL.search(value) or CODEISH.search(value):
        return None
    if literal.fallback and (is_weak(value) or DEFAULTISH.search(value)) and not echoes(literal.name, value):
        return _make(literal, "token-weak", "Well-known token as a default", TOKEN, weak=True)
    if kind is FileKind.ENV and len(value) >= 8 and any(c.isdigit() for c in value) and not is_weak(value) and not is_words(value):
        return _make(literal, "token", "Access token", TOKEN)
    return None


def secret_shaped(literal: Literal) -> Candidate | None:
    """Judge an entry of an env file whose name says nothing: a long random value is a secret there."""
    name, value = literal.name, literal.value
    if _PUBLIC_NAME.search(name) or _NOT_SECRET_SHAPED.search(name) or _PUBLIC_VALUE.match(value):
        return None
    if is_reference(value) or is_no_value(value) or is_placeholder(value) or _HOST.match(value) or not is_random(value, 24):
        return None
    return _make(literal, "env-value", "Secret-shaped value", TOKEN)
