"""What confirms a match looks at a bounded window: in texts of 100,000 characters made to mislead it, every look stays short."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.secrets import Scanner, context, structured
from prodify.inventory.secrets.allow import is_allowed
from prodify.inventory.secrets.confirm import confirm
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.plan import TRIGGER_BASE, make_plan
from prodify.inventory.secrets.prose import in_comment, in_docstring
from prodify.inventory.secrets.triggers import Trigger

LENGTH = 100_000
MOST = 0.1
"""Seconds of processor time that one look may take. Nearly all take less than a millisecond; a quadratic one would take minutes."""
PIECES = (
    *(bytes((byte,)) for byte in b"a_ \t\n'\"\\=,([{-.+/"),
    *(b"A1", b"\r\n", b"\\n", b"\\\\", b": ", b"<a ", b"${a:", b"password", b"secret_key", b"token=", b"key: ", b'"key": "', b"'a' + "),
    *(b'"a"\n', b"://a:", b"a@tcp(", b"&key=", b"Bearer ", b"-----BEGIN RSA PRIVATE KEY-----", b"MIIE", b"Proc-Type:", b"curl -H "),
    *(b"#define KEY ", b"jwt.sign(", b"identified by ", b"name: A value: ", b"<password>", b'variable "token" {', b"kty", b'{\\"', b'"""'),
    *(b"kind: Secret\ndata:\n  a: b\n", b"x" * 40 + b"-", b"sk_live_", b"eyJ", b"=0a"),
)
KINDS = (FileKind.CODE, FileKind.CONFIG, FileKind.DOCS, FileKind.ENV)


def looks(scanner: Scanner) -> list[Callable[[bytes, int], object]]:
    """Everything that is asked at one offset."""
    found: list[Callable[[bytes, int], object]] = [is_allowed, in_comment, partial(in_docstring, "a.py"), context.read_quoted]
    found += [partial(confirm, rule) for rule in make_plan().rules]
    found += [partial(judged, scanner, kind, TRIGGER_BASE + trigger) for kind in KINDS for trigger in Trigger]
    return found


def judged(scanner: Scanner, kind: FileKind, event: int, data: bytes, at: int) -> object:
    """What a contextual pattern whose match ends at `at` leads to."""
    return scanner._candidates(data, [(event, at)], kind, Role.VENDORED)


@pytest.mark.parametrize("piece", PIECES)
def test_every_look_around_a_match_is_short_in_a_long_text(piece: bytes, scanner: Scanner) -> None:
    data = piece * (LENGTH // len(piece))
    for look in looks(scanner):
        for at in (LENGTH // 2, len(data) - 1):
            start = time.process_time()
            look(data, at)
            assert time.process_time() - start < MOST, (piece, look)


@pytest.mark.parametrize("piece", PIECES)
def test_what_reads_a_whole_text_takes_time_in_proportion(piece: bytes, scanner: Scanner) -> None:
    """History judges each of up to 3,000 bare values anew, here a kilobyte long each: that is bounded, but takes seconds."""
    long, short = (piece * (size // len(piece)) for size in (LENGTH, LENGTH // 20 if piece == b"token=" else LENGTH))
    start = time.process_time()
    list(structured.env_file(long))
    structured.looks_like_env(long)
    list(structured.whole_file("a/.pgpass", long))
    scanner.scan("app.py", long)
    scanner.suspicious(short)
    assert time.process_time() - start < 10


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()
