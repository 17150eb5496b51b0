"""Every reader and editor of text from outside, on texts that are generated: only documented exceptions, soon over, twice the same.

`make fuzz SECONDS=600` looks longer, and with atheris where that is installed. What it finds becomes a test beside the reader.
"""

from __future__ import annotations

import os
import time
from random import Random

import pytest

from tests.hostile import fuzz
from tests.hostile.targets import GROUPS, TARGETS, Target, check
from tests.hostile.trees import slow

EXAMPLES = int(os.environ.get("PRODIFY_FUZZ_EXAMPLES", "30"))
MOST_SECONDS = 5.0


@pytest.mark.parametrize("name", [pytest.param(name, marks=slow) if target.slow else name for name, target in TARGETS.items()])
def test_targets(name: str) -> None:
    """The same texts every time: a change that breaks a reader fails at once, not some day."""
    random = Random(name)
    for _ in range(EXAMPLES):
        text = TARGETS[name].given(random)
        start = time.process_time()
        check(TARGETS[name], text)
        assert time.process_time() - start < MOST_SECONDS, text


def test_a_failure_is_told_and_not_taken_for_success(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def raises(text: str) -> object:
        if "a" in text:
            raise LookupError("found it")
        return text

    def hangs(text: str) -> object:
        while True:
            time.sleep(0.1)

    monkeypatch.setattr(fuzz, "PATIENCE", 0.5)
    monkeypatch.setattr(fuzz, "ATHERIS", "no_such_module")
    monkeypatch.setattr(fuzz, "TARGETS", {"raises": Target("x", raises), "hangs": Target("x", hangs), "fine": Target("x", len)})
    assert fuzz.main(["1"]) == 1
    told = capfd.readouterr().out
    assert "3 targets, 2 failed\n  raises\n  hangs\n" in told
    assert "LookupError: found it" in told and "still busy" in told and "skipped" in told
    monkeypatch.setattr(fuzz, "TARGETS", {"fine": Target("x", len)})
    assert fuzz.main(["0.3"]) == 0
    assert fuzz.main(["0.3", "nothing of that name"]) == 2


def test_every_group_has_targets() -> None:
    assert set(GROUPS) == {"markup", "code", "own", "merge", "edits", "files"}
