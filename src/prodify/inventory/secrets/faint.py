"""The second look, at literals that the strict judge leaves: what may well be a secret, although such a guess errs now and then.

What is found here is never more than a note: no check fails by it and history is not searched for it. What did not help: plain words as
passwords in documents (13 true, 29 false on CredData's even half), and URLs there with such a word behind a name (3 true, 10 false).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.names import NameKind, classify, words_of
from prodify.inventory.secrets.redact import entropy
from prodify.inventory.secrets.rule import PASSWORD, TOKEN
from prodify.inventory.secrets.values import (
    CODEISH,
    DEFAULTISH,
    ENV_NAME,
    LABEL,
    NO_PASSWORD,
    NON_VALUES,
    PATHISH,
    PLACEHOLDER,
    TRIVIAL,
    URLISH,
    UUID,
    WEAK,
    has_sequence,
    is_monotonous,
    is_placeholder,
    is_random,
    is_reference,
    is_trivial,
    is_validation,
    is_weak,
    is_words,
)

if TYPE_CHECKING:
    from prodify.inventory.secrets.judge import Literal

_DOTTED = lazy(r"^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+$")
_TOKEN = lazy(r"^[A-Za-z0-9+/=_\-.~:!@$&*|,]+$")
_ENCODED = lazy(r"^[A-Za-z0-9+/_\-]+={0,2}$")
_NO_SECRET_NAME = lazy(
    r"(?i)name|label|title|type|file|path|url|host|prefix|header|field|param|event|error|message|template|sort|hash|digest|index|bucket|^aws"
)
_CODE = lazy(r"[(){<>]|\[[^\]]*\]|\.\*|^\^|\$$|&&|\|\||::|=>|->")
_AROUND = lazy(r"[%{}$<>=]|[:;,]$")
_SAID = frozenset(("password", "passwd", "passphrase", "pwd"))
_BEARERS = (["access"], ["auth"], ["refresh"], ["api"])
"""What stands before `token` in names of tokens that open something."""
_LONGEST = 128
_ACCOUNTS = frozenset(("admin", "root", "guest", "mysql", "mongo", "redis", "postgres"))
"""Accounts that services are delivered with, whose names are their passwords."""
_LATIN = 0x17F
"""Letters of languages with a Latin alphabet end here."""
_WITH_DIGIT = lazy(r"\d")
_STANDS_FOR = lazy(r"(?i)^(?:test|example|demo|user|foo|bar|sample|dummy|fake|abc|some|any|my|your|the|new|old|wrong|invalid)")
"""How values begin that stand for another, or for any."""


def is_faint(literal: Literal, name_kind: NameKind, kind: FileKind) -> bool:
    """Whether a literal that is no sure secret may still be one: a word as a password, a short or plain token."""
    value = literal.value
    if kind in (FileKind.ENV, FileKind.OPAQUE) or not 4 <= len(value) <= _LONGEST or "\\" in value:
        return False
    if name_kind is NameKind.PASSWORD and NO_PASSWORD.match(value):
        return False
    if name_kind is NameKind.PASSWORD and kind is FileKind.ENV_TEMPLATE:
        return _is_copied(value)
    if name_kind is NameKind.PASSWORD and literal.quoted and (_is_two_words(value) or _is_international(value)):
        return True
    if " " in value or PATHISH.match(value) or URLISH.match(value) or _DOTTED.match(value) or ENV_NAME.match(value):
        return False
    plain = value.rstrip("$") if _WITH_DIGIT.search(value) else value  # in a pattern a dollar is the end, behind a digit a habit
    if CODEISH.search(plain) and not (name_kind is NameKind.PASSWORD and _is_mixed(value)):
        return False
    if value.lower() in NON_VALUES or PLACEHOLDER.search(value) or len(set(value)) < 2:
        return False
    prose = kind in (FileKind.DOCS, FileKind.ENV_TEMPLATE, FileKind.MARKUP)
    settings = kind in (FileKind.CONFIG, FileKind.COMPOSE) and not literal.quoted
    return _password(literal, prose=prose, settings=settings) if name_kind is NameKind.PASSWORD else _token(literal, name_kind, prose=prose)


def _is_two_words(value: str) -> bool:
    if value.count(" ") != 1 or value.strip(" .:") != value:
        return False
    return not (LABEL.search(value) or CODEISH.search(value) or _AROUND.search(value))


def _is_mixed(value: str) -> bool:
    """Whether brackets stand in a drawn password, not in code: all four classes of characters, and no round or curly pair."""
    return (
        8 <= len(value) <= 40
        and not _CODE.search(value)
        and any(c.islower() for c in value)
        and any(c.isupper() for c in value)
        and sum(c.isdigit() for c in value) > 1
        and entropy(value) >= 3
    )


def _is_shown(value: str) -> bool:
    """Whether a plain word in a document is what one logs in with, not what a test is called: with a number, or the same twice.

    >>> _is_shown("admin1"), _is_shown("rootroot"), _is_shown("test123"), _is_shown("admin")
    (True, True, False, False)
    """
    if len(value) < 6 or not any(c.isalpha() for c in value) or _STANDS_FOR.match(value):
        return False
    return any(c.isdigit() for c in value) or (len(set(value)) > 1 and is_monotonous(value))


def _is_copied(value: str) -> bool:
    """Whether a password in the template of an env file is one: who copies the template and goes on runs with it.

    >>> _is_copied("orders-db"), _is_copied("postgres"), _is_copied("your-password"), _is_copied("<password>"), _is_copied("DB_PASSWORD")
    (True, False, False, False, False)
    """
    if value.lower() in WEAK | TRIVIAL or value.lower() in NON_VALUES:
        return False
    if is_reference(value) or PLACEHOLDER.search(value) or DEFAULTISH.search(value) or ENV_NAME.match(value) or " " in value:
        return False
    return len(set(value)) > 1 and not (CODEISH.search(value) or PATHISH.match(value) or URLISH.match(value))


def _is_international(value: str) -> bool:
    """Whether letters of two alphabets, or letters and pictures, stand in one word: nothing but the test of a password has them.

    >>> _is_international("harbour\N{SNOWMAN}"), _is_international("contrase\N{LATIN SMALL LETTER N WITH TILDE}a")
    (True, False)
    """
    return " " not in value and any(c.isascii() and c.isalpha() for c in value) and any(ord(c) > _LATIN for c in value)


def _password(literal: Literal, *, prose: bool, settings: bool) -> bool:
    value = literal.value
    if "*" in value or is_validation(value) or (has_sequence(value) and value.isalnum()) or not any(c.isalnum() for c in value):
        return False
    if prose and is_trivial(value) and not (is_telling(value) or _is_shown(value)):
        return False
    if any(c.isdigit() for c in value):
        return True
    if settings and len(words_of(value)) > 2 and not _STANDS_FOR.match(value):  # `password: gateway-db-password` is read as it stands
        return True
    if not is_words(value) or (prose and len(words_of(value)) > 1 and not value.isalpha()):
        return False
    # `new_password`, `some-password`: words that repeat the name say what belongs there; `t.pass("Closed")` is no password at all.
    return literal.sep != "(" and not set(words_of(value)) & _SAID


def _token(literal: Literal, name_kind: NameKind, *, prose: bool) -> bool:
    value = literal.value
    if UUID.match(value):
        return name_kind is NameKind.TOKEN and (not prose or words_of(literal.name)[-2:-1] in _BEARERS)
    if _NO_SECRET_NAME.search(literal.name) or not _TOKEN.match(value):
        return False
    if is_placeholder(value):
        return False
    if name_kind is NameKind.KEY:
        alone = len(words_of(literal.name)) == 1
        return is_random(value, 20 if alone else 16) or (value.isdigit() and len(value) >= 16)
    if is_random(value, 12) or (value.isdigit() and len(value) in (16, 24, 32)):
        return True
    if name_kind is NameKind.FRAMEWORK or is_weak(value) or DEFAULTISH.search(value):
        return False
    return is_plain_token(value)


def is_plain_token(value: str) -> bool:
    """Whether a value of eight characters or more mixes letters and digits as no word does, or is long and no word."""
    digits, letters = sum(c.isdigit() for c in value), sum(c.isalpha() for c in value)
    if len(value) >= 8 and digits >= 2 and letters >= 2 and _TOKEN.match(value) and not is_words(value):
        return True
    return len(value) >= 16 and _ENCODED.match(value) is not None and _is_typed(value)


def is_default(value: str) -> bool:
    """Whether a plain value in the settings of a test is what a service is set up with, not merely any.

    >>> is_default("guest"), is_default("Password!"), is_default("test"), is_default("password"), is_default("123456")
    (True, True, False, False, False)
    """
    low = value.lower()
    return len(value) >= 4 and low.rstrip("!@#$.") in WEAK and (low in _ACCOUNTS or low not in TRIVIAL)


def is_telling(value: str) -> bool:
    """Whether a plain value in a test is a password that somebody uses: a well-known default in full, digits, a short word."""
    low = value.lower()
    if low in WEAK:
        return len(value) >= 8
    if value.isdigit():
        return len(value) >= 6 and len(set(value)) > 1 and not has_sequence(value) and not value.startswith(("123", "111", "000"))
    return 4 <= len(value) <= 5 and value.isalnum() and low.strip("0123456789") not in WEAK | TRIVIAL | {""}


def _is_typed(value: str) -> bool:
    """Whether letters alone make no word: one run that mixes no case."""
    return len(words_of(value)) == 1 and len(set(value.lower())) >= 8 and not any(w in value.lower() for w in ("secret", "token", "key"))


def is_entry(name: str, value: str) -> str | None:
    """The category of an entry of a form, None when it is no secret."""
    words = words_of(name)
    if is_reference(value) or value.lower() in NON_VALUES or PLACEHOLDER.search(value) or "%s" in value or "%d" in value:
        return None
    kind = NameKind.TOKEN if words[-1:] == ["verifier"] else classify(name)
    if kind is NameKind.PASSWORD:
        said = _DOTTED.match(value) or ENV_NAME.match(value) or set(words_of(value)) & _SAID or is_trivial(value)
        return None if said else PASSWORD
    return TOKEN if kind is not None and is_plain_token(value) else None
