"""Keys that Python code hands to libraries for tokens, signed data and encryption as literals, by the resolved name of what is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Argument, Call
    from prodify.model import Location

_SIGNERS = ("Serializer", "JSONWebSignatureSerializer", "TimedJSONWebSignatureSerializer", "URLSafeSerializer", "URLSafeTimedSerializer",
            "TimedSerializer", "Signer", "TimestampSigner")  # fmt: skip
_KEYS: Mapping[str, tuple[str, int]] = {
    **{f"{module}.{name}": ("key", 1) for module in ("jwt", "jose.jwt", "jose.jws", "jwt.api_jwt") for name in ("encode", "decode")},
    **{f"jose.jws.{name}": ("key", 1) for name in ("sign", "verify")},
    "authlib.jose.jwt.encode": ("key", 2),
    "authlib.jose.jwt.decode": ("key", 1),
    **{f"itsdangerous.{name}": ("secret_key", 0) for name in _SIGNERS},
    "cryptography.fernet.Fernet": ("key", 0),
    "hmac.new": ("key", 0),
    "hmac.digest": ("key", 0),
}
"""What is called, and the name and place of the key among its arguments."""
_SESSION_KEYS = ("secret_key", "*.secret_key", "SECRET_KEY", "*.SECRET_KEY", "*?SECRET_KEY??")
"""Where Flask and its like keep the key of sessions; bytes with escapes, as `os.urandom` prints them, are no text that a scanner reads."""
_FEWEST = 3
_UNTYPED = 3


def written_keys(repo: Inventory) -> Iterator[Note]:
    """Literals that sign or encrypt, at the literal: in the call, or in the constant of the same file that the call names."""
    for call in repo.python.calls(*_KEYS, roles=(Role.PRODUCTION,)):
        name, place = _KEYS[call.name]
        argument = call.arg(name, place)
        if argument is not None and (where := _written(repo, call, argument)) is not None:
            yield Note(where, "a signing key is written down here")
    for bound in repo.python.assignments(*_SESSION_KEYS, roles=(Role.PRODUCTION,)):
        if bound.literal and _is_bytes(bound.value):
            yield Note(bound.location, "a signing key is written down here")


def _is_bytes(value: object) -> bool:
    """Whether a literal is a key in bytes, or the same pasted without its `b`: text with characters that no keyboard has."""
    if isinstance(value, str):
        return len(value) >= _FEWEST and sum(not c.isprintable() and not c.isspace() for c in value) >= _UNTYPED
    return isinstance(value, bytes) and len(value) >= _FEWEST


def _written(repo: Inventory, call: Call, argument: Argument) -> Location | None:
    value, known = repo.python.value_of(argument, call)
    if not known or not isinstance(value, str | bytes) or len(value) < _FEWEST:
        return None
    module = repo.python.module(call.location.path)
    if argument.literal or module is None:
        return call.location
    return next((a.location for a in module.assignments if a.target == argument.text and a.literal), call.location)
