"""The engine for platforms without hyperscan finds every match, at every offset that hyperscan reports."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodify.inventory.secrets.engine import WindowEngine, make_engine
from prodify.inventory.secrets.plan import TRIGGER_BASE, make_plan
from prodify.inventory.secrets.triggers import BEGIN_WITH_NAME, KEYS, NAME_WORDS, Trigger

pytest.importorskip("hyperscan")
PLAN = make_plan()
BOTH = make_engine(PLAN), WindowEngine(PLAN)
KEY_NAMES = ("api_key", "subscription.key", "apikey", "encryption-key", "Secret Key", "signingkey", "monkey", "key")
WORDS = (*NAME_WORDS, *KEY_NAMES, "PASSWORD", "Token", "get", "setdefault(", "os.environ[", "config", "user", "x", "1")
JOINTS = (
    *(" = ", "=", ": ", ":=", " => ", ", ", ",", "(", "[", "_", ".", '"', "'", '",\n  "', "': '", " || ", "??", "\n", " ", '{\\"'),
    *("default=", "-"),
)
VALUES = (
    *("'hunter2'", '"Zq7Lw2Xv9Nc4Rt6Yb1Mh8Kd3"', "Kr7x-9QwLmT4pZ2c", "b'abc'", '\\"abcdef\\"', "`xyz`", "String::from('abc')"),
    *("true", "%s"),
)


def made(seed: int, pieces: int) -> bytes:
    rnd = random.Random(seed)
    return "".join(rnd.choice(rnd.choice((WORDS, WORDS, JOINTS, JOINTS, VALUES))) for _ in range(pieces)).encode()


@pytest.mark.parametrize("seed", range(40))
def test_both_engines_report_the_same_offsets_in_made_texts(seed: int) -> None:
    text = made(seed, 400)
    fast, slow = (set(engine.search(text)) for engine in BOTH)
    assert slow == fast


def test_the_made_texts_hold_what_begins_with_a_name_and_arguments() -> None:
    seen = {identifier for seed in range(40) for identifier, _ in BOTH[0].search(made(seed, 400))}
    assert {TRIGGER_BASE + trigger for trigger in (*BEGIN_WITH_NAME, Trigger.ARGUMENT)} <= seen


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[3].glob("src/prodify/inventory/secrets/*.py")), ids=lambda path: path.name)
def test_both_engines_report_the_same_offsets_in_code(path: Path) -> None:
    text = path.read_bytes()
    fast, slow = (set(engine.search(text)) for engine in BOTH)
    assert slow == fast


def test_what_begins_with_a_name_is_tried_at_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work follows the number of names, not the length of the text: what took most of the time."""
    engine, at_name = WindowEngine(PLAN), WindowEngine._at_name
    tried: list[int] = []

    def counted(self: WindowEngine, data: bytes, at: int) -> Iterator[tuple[int, int]]:
        tried.append(at)
        return at_name(self, data, at)

    monkeypatch.setattr(WindowEngine, "_at_name", counted)
    engine.search(b"x = 1\n" * 5000 + b"subscription_key = 'abc'\n" + b"passport\n" * 3)
    assert len(tried) == 2 + 3, "the key, where its name begins and where its word stands, and three times pass"


def test_no_name_begins_earlier_than_the_engine_looks() -> None:
    longest = max(re.findall(r"[a-z]+", KEYS.split("[_.", maxsplit=1)[0].removeprefix("(?i)")), key=len)
    text = f"{longest}_key = 'abcdef'".encode()
    assert {end for i, end in BOTH[1].search(text) if i == TRIGGER_BASE + Trigger.QUOTED} == {
        end for i, end in BOTH[0].search(text) if i == TRIGGER_BASE + Trigger.QUOTED
    } != set()
