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
from prodify.inventory.secrets.crowd import MOST_READ
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate, Literal, judge
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
    long = piece * (LENGTH // len(piece))
    start = time.process_time()
    list(structured.env_file(long))
    structured.looks_like_env(long)
    list(structured.whole_file("a/.pgpass", long))
    scanner.scan("app.py", long)
    scanner.suspicious(long)
    assert time.process_time() - start < 10


CROWDS = (b"token=", b"key=token=a1&secret=", b"-e PASSWORD=a,b_token=", b"token=\n", b"secret: token: ")


@pytest.mark.parametrize("piece", CROWDS)
@pytest.mark.parametrize("name", ["a.yml", "run.sh", "README.md", None])
def test_values_that_run_into_one_another_are_not_read_for_every_name_in_them(
    piece: bytes, name: str | None, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts the bytes that are judged, by name and as history does: the same few for every byte of the text, however long that is."""
    judged_bytes = 0

    def counting(literal: Literal, kind: FileKind) -> Candidate | None:
        nonlocal judged_bytes
        judged_bytes += len(literal.value)
        return judge(literal, kind)

    monkeypatch.setattr(context, "judge", counting)
    for size in (LENGTH // 8, LENGTH // 4):
        judged_bytes = 0
        text = piece * (size // len(piece))
        scanner.suspicious(text) if name is None else scanner.scan(name, text)
        assert judged_bytes <= MOST_READ * size


def test_settings_in_one_run_of_characters_are_all_read(scanner: Scanner) -> None:
    assert scanner.scan("run.sh", b"helm upgrade --set a.token=x,b.secret=y,db.password=Kr7x-9QwLmT4\n")[0]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()
