"""Structure of tokens whose format can be checked offline. Each function takes the value and says whether it can be real."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(width, "0")


def crc62(body: str) -> str:
    """Return the six check characters that follow the random part of a GitHub or npm token: CRC-32 in base 62.

    Source: GitHub's engineering blog, "Behind GitHub's new authentication token formats" (2021).
    """
    return _base62(zlib.crc32(body.encode()), 6)


def github(value: str) -> bool:
    """Whether the last six characters are the checksum of the rest of the random part."""
    body = value.split("_", 1)[1]
    return crc62(body[:-6]) == body[-6:]


def aws_access_key(value: str) -> bool:
    """Whether the identifier decodes to a 12-digit account: base 32, so no 0, 1, 8 or 9 after the prefix."""
    return len(value) == 20 and not set(value[4:]) & set("0189")


_WRITTEN = 1767225600
"""The begin of 2026 in seconds since 1970."""


def jwt_parts(value: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Decode header and payload of a JSON web token, None when either is no JSON object."""
    parts = []
    for piece in value.split(".")[:2]:
        try:
            part = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
        except (binascii.Error, ValueError, RecursionError):
            return None
        if not isinstance(part, dict):
            return None
        parts.append(part)
    return (parts[0], parts[1]) if len(parts) == 2 else None


def jwt_lifetime(value: str) -> float:
    """The seconds from a web token's issue to its end, 0 for one without an end and for anything else."""
    parts = jwt_parts(value)
    issued, ends = (parts[1].get(name) for name in ("iat", "exp")) if parts is not None else (None, None)
    return ends - issued if isinstance(issued, int | float) and isinstance(ends, int | float) else 0


def jwt_ended(value: str) -> bool:
    """Whether a web token ended long before this program was written; no clock is read, so that a report stays the same."""
    parts = jwt_parts(value)
    ends = parts[1].get("exp") if parts is not None else None
    return isinstance(ends, int | float) and 0 < ends < _WRITTEN


def jwt(value: str) -> bool:
    """Whether the value is a signed JSON web token that is not the one of the documentation and not a public (anon) key."""
    parts = jwt_parts(value)
    if parts is None or "alg" not in parts[0]:
        return False
    payload = parts[1]
    return payload.get("role") != "anon" and payload.get("sub") != "1234567890" and payload.get("name") != "John Doe"


def supabase_service(value: str) -> bool:
    """Whether the token is Supabase's service-role key, which passes every row-level rule."""
    parts = jwt_parts(value)
    return parts is not None and parts[1].get("role") == "service_role"


def telegram(value: str) -> bool:
    """Whether the part before the colon can be a bot's number."""
    return not value.startswith("0")


def discord(value: str) -> bool:
    """Whether the first part decodes to a snowflake: 17 to 20 decimal digits."""
    first = value.split(".", 1)[0]
    try:
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4))
    except (binascii.Error, ValueError):
        return False
    return number.isdigit() and 16 <= len(number) <= 21


def mixed(value: str) -> bool:
    """Whether letters and digits both occur, or upper and lower case change as often as chance has them: no word, no number."""
    if any(c.isdigit() for c in value):
        return any(c.isalpha() for c in value)
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return changes >= len(value) // 3


def basic_auth(value: str) -> bool:
    """Whether the value is the base-64 form of user and password."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    user, colon, password = text.partition(":")
    return bool(user and colon and len(password) > 2) and text.isprintable()


def nkey(value: str) -> bool:
    """Whether the base-32 text ends with the checksum of the rest, as NATS keys do: CRC-16 of XMODEM, low byte first."""
    try:
        raw = base64.b32decode(value + "=" * (-len(value) % 8))
    except binascii.Error:
        return False
    return binascii.crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")


def cased(value: str) -> bool:
    """Whether lower case, upper case and digits all occur: drawn from all of base 62, no hexadecimal text."""
    return any(c.islower() for c in value) and any(c.isupper() for c in value) and any(c.isdigit() for c in value)


CHECKS: dict[str, Callable[[str], bool]] = {
    "github": github,
    "aws-access-key": aws_access_key,
    "jwt": jwt,
    "supabase-service": supabase_service,
    "telegram": telegram,
    "discord": discord,
    "mixed": mixed,
    "basic-auth": basic_auth,
    "nkey": nkey,
    "cased": cased,
}
"""Structure checks by the name that rules use."""
