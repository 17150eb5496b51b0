"""Literals that a library takes as the key of tokens, sessions or cookies, in the calls of many languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.context import last_match, read_quoted
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import NAMED_KEY, Candidate
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.rule import FRAMEWORK
from prodify.inventory.secrets.values import (
    DEFAULTISH,
    ENV_NAME,
    HEADER,
    PLACEHOLDER,
    URLISH,
    is_random,
    is_reference,
    is_strong_text,
    is_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALL = lazy(
    rb"""(?P<name>SymmetricSecurityKey|HMAC(?:256|384|512)|HMACSHA(?:256|384|512)|hmacShaKeyFor|SecretKeySpec|createSecretKey"""
    rb"""|from_secret|SignedString"""
    rb"""|NewCookieStore|NewStore|setSigningKey|signWith|hmac\.New|JWT(?:::|\.)(?:en|de)code|\bkeys\s?[:=]|[kK]ey\w{0,8}\s{0,3}:?="""
    rb"""|interface\{\},\s?error\)\s?\{\s{1,12}return|any,\s?error\)\s?\{\s{1,12}return|["'](?:jwt|JWT|Jwt)["']\s{0,2}:|["'](?:Key|Token|Secret|(?:Signing|Security|Secret)Key)["']\s{0,2}:)"""
)
_SECTION = lazy(
    rb"""(?i)["']?(?:(?P<jwt>jwt\w{0,12}|tokens?(?:settings|options?|config\w{0,7})?|authsettings|authentication)|appsettings)["']?"""
    rb"""\s{0,3}:\s{0,3}\{[^{}]{0,400}$"""
)
"""The object of a settings file that an entry stands in."""
_LEAD = lazy(
    rb"""(?:\(|\[(?!\]))?+(?:[\w.$]{1,40}+,)?+(?:(?:new|&|\*|\[\]byte|bytes|str|Buffer\.from|String::from|[A-Za-z0-9.]{0,24}GetBytes|[A-Za-z0-9.]{0,24}(?:[hH]ex|HEX|[fF]romHex(?:String)?|unhexlify|decodeHex)"""
    rb"""|[A-Za-z0-9.]{0,24}[dD]ecode(?:rs?)?(?:\(\)\.decode|\.[A-Za-z0-9.]{1,24})?)\(?+|\()*+[brf@$]{0,2}"""
)
"""What may stand between the call and the literal, blanks left out: brackets, another argument, conversions to bytes."""
_BLANKS = lazy(rb"\s+")
_ALONE = lazy(rb"\s*[)\]};,.]|\s*\n|\s*$")
_CRYPTO = lazy(rb"(?i)jwt|symmetricsecuritykey|hmac|signedstring|cookiestore|session")
_COOKIES = lazy(rb"(?i)session|koa|app\.keys")
_ALGORITHM = lazy(
    r"(?i)^(?:[hrep]s|hmac-?(?:sha-?)?|sha-?|aes-?)\d{1,3}\w*$|^aes(?:/\w+)*$|^(?:bearer|basic|jwt|header|cookie|session|none)$"
)
_AROUND = 3000


def signing_key(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the literal whose quote stands before `at` as the key that the call before it is given."""
    quote = at - 1
    call = last_match(_CALL, data, max(0, quote - 160), quote)
    lead = b"" if call is None else _BLANKS.sub(b"", data[call.end() : quote])
    if call is None or not _LEAD.fullmatch(lead):
        return
    read = read_quoted(data, quote)
    if read is None or not _ALONE.match(data, read[1] + 1, read[1] + 40):
        return
    name, value = call["name"].decode("ascii"), read[0]
    entry = name.endswith(":") and name[0] in "\"'"
    if kind not in ((FileKind.CODE, FileKind.CONFIG) if entry else (FileKind.CODE, FileKind.NOTEBOOK)):
        return
    if not _is_key(value) or not _fits(data, call.start(), name, lead, value):
        return
    strong = is_random(value) or is_strong_text(value)
    rule = "framework-key" if strong else "framework-key-weak"
    title = "Signing key in the code" if strong else "Well-known or guessable signing key"
    label = name.strip("\"': =([{")
    yield Candidate(quote + 1, read[1], rule, title, FRAMEWORK, label, value, 47, weak=not strong, random=strong)


def _is_key(value: str) -> bool:
    return (
        len(value) > 2 and not is_reference(value) and not URLISH.match(value) and not _ALGORITHM.match(value) and not HEADER.match(value)
    )


def _fits(data: bytes, start: int, name: str, lead: bytes, value: str) -> bool:
    """Whether the call takes a key there: some need what stands around them to say so."""
    if name.startswith("keys"):
        return b"[" in lead and _COOKIES.search(data, max(0, start - 120), start + 8) is not None
    if name.startswith(("key", "Key")):
        return b"(" in lead and not ENV_NAME.match(value) and _CRYPTO.search(data, max(0, start - _AROUND), start + _AROUND) is not None
    if name.endswith("return"):
        return b"byte" in lead and b"jwt" in data[max(0, start - _AROUND) : start]
    if name == "NewStore":
        return b"cookie" in data[max(0, start - 12) : start] and b"byte" in lead
    if name[0] in "\"'":
        return _entry(data, start, name, value)
    second = name in ("signWith", "hmac.New") or name.startswith("JWT")
    return not (second and b"," not in lead) and not (name == "SecretKeySpec" and b"," in lead)


def _entry(data: bytes, start: int, name: str, value: str) -> bool:
    """Whether an entry of a settings file is a signing key, by the object that it stands in, or `"Jwt": "..."` by the value itself."""
    if name[1:4].lower() == "jwt":
        drawn = is_random(value) or bool(DEFAULTISH.search(value))
        return len(value) >= 12 and (drawn or (is_words(value) and value.lower().endswith("key")))
    section = _SECTION.search(data, max(0, start - 480), start)
    if section is None or (section["jwt"] is None and name[1] != "T"):
        return False
    return len(value) >= 6 and (not PLACEHOLDER.search(value) or bool(NAMED_KEY.match(value)))
