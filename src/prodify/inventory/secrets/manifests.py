"""Kubernetes Secret manifests: `data` in base 64 and `stringData`, also as block scalars."""

from __future__ import annotations

import base64
import binascii
import re
from itertools import islice
from typing import TYPE_CHECKING

from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate, Literal, judge
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.names import classify, words_of
from prodify.inventory.secrets.redact import entropy
from prodify.inventory.secrets.rule import TOKEN
from prodify.inventory.secrets.values import NON_VALUES, URLISH, is_placeholder, is_random, is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = lazy(
    rb"""^(?P<indent>[ \t]+)["']?(?P<name>[\w.\-]{1,100})["']?:[ \t]+"""
    rb"""(?:[|>][+-]?[ \t]*\r?\n[ \t]+)?["']?(?P<value>[^\s"'#|>{][^\s"'#]{1,4096})""",
    re.M,
)
_COMMENTS = lazy(rb"(?:[ \t]*+(?:#[^\n]{0,400}+)?+\r?+\n){0,40}+")
_LOOK = 1 << 14
"""Bytes of a manifest that are read to either side of its kind."""
_SECTION = lazy(rb"^[ \t]*(?P<key>data|stringData):[ \t]*$", re.M)
_REGISTRY = frozenset((".dockercfg", ".dockerconfigjson"))
_NOT_SECRET = frozenset(
    "user username login host hostname port url uri endpoint name namespace database db dbname email region bucket scheme type ca crt "
    "cert certificate pub public id server csrf htpasswd htaccess".split()
)
"""Last words of names whose values a manifest merely keeps beside the secret."""


def _sections(data: bytes, at: int) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield `data:` and `stringData:` of the Secret whose `kind` ends at `at`, each with the end of the document."""
    if data[at : at + 1].isalnum():  # SecretStore, SecretProviderClass
        return
    low, high = max(0, at - _LOOK), min(len(data), at + _LOOK)
    first = max(low, data.rfind(b"\n---", low, at) + 1)
    last = data.find(b"\n---", at, high)
    last = high if last < 0 else last
    for section in islice(_SECTION.finditer(data, first, last), 4):
        yield section, last


def is_encoded(data: bytes, at: int, start: int) -> bool:
    """Whether `start` stands in the base-64 half of the Secret whose `kind` ends at `at`."""
    inside = None
    for section, last in _sections(data, at):
        if section.end() <= start < last:
            inside = section["key"]
    return inside == b"data"


def kubernetes_secret(data: bytes, at: int) -> Iterator[Candidate]:
    """Judge `data` (base 64) and `stringData` of the Secret whose `kind` ends at `at`."""
    for section, last in _sections(data, at):
        position = section.end() + 1
        while True:
            comments = _COMMENTS.match(data, position, last)
            entry = _ENTRY.match(data, comments.end() if comments else position, last)
            if not entry:
                break
            candidate = _judged(entry, encoded=section["key"] == b"data")
            if candidate:
                candidate.priority = 40
                yield candidate
            following = data.find(b"\n", entry.end(), last)
            if following < 0:
                break
            position = following + 1


def _judged(entry: re.Match[bytes], *, encoded: bool) -> Candidate | None:
    value, name = entry["value"].decode("utf-8", "replace"), entry["name"].decode("ascii", "replace")
    start, end = entry.span("value")
    if is_reference(value):
        return None
    if encoded:
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return None
        try:
            value = raw.decode("utf-8").strip()
        except UnicodeDecodeError:  # bytes that somebody drew
            drawn = classify(name) is not None and len(raw) >= 16 and entropy(value) > 4
            return _candidate(start, end, name, value, weak=False) if drawn else None
    if name in _REGISTRY and '"auth' in value:
        return _candidate(start, end, name, value, weak=False)
    found = judge(Literal(name, value, start, end, ":", True), FileKind.ENV)
    if found is not None or is_placeholder(value) or is_reference(value):
        return found
    if is_random(value):
        return _candidate(start, end, name, value, weak=False)
    words = words_of(name)
    plain = words and words[-1] not in _NOT_SECRET and words[0] not in _NOT_SECRET
    return _candidate(start, end, name, value, weak=True) if encoded and plain and _is_text(value) else None


def _is_text(value: str) -> bool:
    """Whether a value that nothing else speaks for can be a secret: one word that is no address, number or setting."""
    return (
        7 < len(value) < 128
        and value.isprintable()
        and " " not in value
        and value.lower() not in NON_VALUES
        and not URLISH.match(value)
        and not value.isdigit()
    )


def _candidate(start: int, end: int, name: str, value: str, *, weak: bool) -> Candidate:
    return Candidate(start, end, "manifest-secret", "Value in a Secret manifest", TOKEN, name, value, 50, weak=weak, random=not weak)
