"""The switches do what is said of them, and fall back to the proven way whatever goes wrong.

Written by prodify (recipe feature-flags); yours to edit, upgrades merge.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]{= source_suffix =}))

from openfeature import api  # noqa: E402 - the path above comes first

{= import_line =}  # noqa: E402

ON_OFF = feature_flags.Flag("on-off", False, "for these tests")
TEXT = feature_flags.Flag("text", "old", "for these tests")
NUMBER = feature_flags.Flag("number", 3, "for these tests")
SHARE = feature_flags.Flag("share", 0.5, "for these tests")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of switches, empty at first."""
    monkeypatch.setattr(feature_flags.Settings, "LOOK_AGAIN", 0.0)
    path = tmp_path / "flags.json"
    path.write_text("{}")
    api.set_provider(feature_flags.Settings(str(path)))
    yield path
    api.set_provider(feature_flags.Settings(""))


def test_every_switch_says_what_it_is_for_and_has_a_name_of_its_own() -> None:
    assert all(flag.about for flag in feature_flags.FLAGS)
    assert len({flag.key for flag in feature_flags.FLAGS}) == len(feature_flags.FLAGS)


def test_no_switch_outlived_its_day() -> None:
    today = dt.datetime.now(dt.timezone.utc).date()
    for flag in feature_flags.FLAGS:
        if flag.until and dt.date.fromisoformat(flag.until) < today:
            warnings.warn(f"the switch {flag.key} was to be gone by {flag.until}", stacklevel=1)


def test_every_switch_is_in_its_proven_position_when_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for flag in feature_flags.FLAGS:
        monkeypatch.delenv("FLAG_" + flag.key.upper().replace("-", "_"), raising=False)
        assert feature_flags.value(flag) == flag.default


def test_the_file_switches_and_is_read_again(file: Path) -> None:
    assert feature_flags.is_on(ON_OFF) is False
    file.write_text(json.dumps({"on-off": True, "text": "new", "number": 7, "share": 0.25}))
    assert feature_flags.is_on(ON_OFF) is True
    assert (feature_flags.value(TEXT), feature_flags.value(NUMBER), feature_flags.value(SHARE)) == ("new", 7, 0.25)
    file.write_text(json.dumps({"on-off": False}))
    assert feature_flags.is_on(ON_OFF) is False


def test_the_environment_comes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(json.dumps({"on-off": True, "number": 7}))
    monkeypatch.setenv("FLAG_ON_OFF", "false")
    monkeypatch.setenv("FLAG_NUMBER", "9")
    assert (feature_flags.is_on(ON_OFF), feature_flags.value(NUMBER)) == (False, 9)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"on-off": "maybe"}', '{"on-off": 1}', '{"on-off": {"percent": 200}}', '{"on-off": null}'])
def test_whatever_is_wrong_the_proven_way_is_taken(file: Path, content: str, caplog: pytest.LogCaptureFixture) -> None:
    feature_flags._said.clear()
    file.write_text(content)
    assert feature_flags.is_on(ON_OFF, who="ann") is False
    assert [record for record in caplog.records if record.name.endswith("feature_flags")], "nobody is told"


def test_a_file_that_breaks_leaves_the_switches_as_they_were(file: Path) -> None:
    file.write_text(json.dumps({"on-off": True}))
    assert feature_flags.is_on(ON_OFF) is True
    file.write_text("{")
    assert feature_flags.is_on(ON_OFF) is True
    file.unlink()
    assert feature_flags.is_on(ON_OFF) is True


def test_a_switch_is_on_for_a_share_of_the_users_always_the_same(file: Path) -> None:
    people = [f"user-{number}" for number in range(2000)]

    def those_at(percent: float) -> set[str]:
        file.write_text(json.dumps({"on-off": {"percent": percent}}))
        return {who for who in people if feature_flags.is_on(ON_OFF, who)}

    fifth = those_at(20)
    assert 300 < len(fifth) < 500
    assert those_at(20) == fifth
    assert fifth < those_at(30), "who had it keeps it"
    assert (those_at(0), those_at(100)) == (set(), set(people))
    assert feature_flags.is_on(ON_OFF) is False, "for nobody in particular it is the default"
