"""The text of a profile loads back to the same profile, says what every key means, and is valid YAML for other readers."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Budget, Data, Ignore, Llm, OnCall, Platform, Profile, Scaling, Service, Slo, Traffic, is_one_line, is_path_word
from prodify.profile_file import known_keys, load, validate
from prodify.profile_text import profile_text

ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
LINES = ANY.filter(is_one_line)
WORDS = st.from_regex(r"[A-Za-z0-9._/:-]{0,20}", fullmatch=True).filter(is_path_word)
NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
PROFILES = st.builds(
    Profile,
    service=st.builds(Service, name=NAMES, owner=LINES, description=LINES, repository=WORDS),
    audience=st.sampled_from(Audience),
    data=st.builds(
        Data, classes=st.lists(st.sampled_from(["none", "email", "health"])).map(tuple), sensitivity=st.sampled_from([None, "special"])
    ),
    traffic=st.builds(Traffic, monthly_users=st.integers(1, 10**9), baseline_rps=st.floats(1e-9, 1e9), peak_rps=st.just(1e9)),
    slo=st.builds(Slo, window_days=st.sampled_from([7, 28, 30]), availability_percent=st.floats(1e-6, 100, exclude_max=True)),
    budget=st.builds(Budget, monthly_usd=st.floats(0.01, 1e15), alert_percents=st.lists(st.integers(1, 200)).map(tuple)),
    scaling=st.builds(Scaling, max_replicas=st.none() | st.integers(2, 1000)),
    platform=st.builds(
        Platform, runtime=st.sampled_from(["kubernetes", "compose"]), project=WORDS, secret_store=st.sampled_from([None, "vault"])
    ),
    on_call=st.builds(OnCall, primary=LINES, hours=LINES),
    llm=st.builds(Llm, fallbacks=st.lists(WORDS).map(tuple)),
    ignore=st.lists(st.builds(Ignore, check=ANY, reason=ANY, path=st.none() | ANY, expires=st.none() | ANY), max_size=3).map(tuple),
)


@given(PROFILES)
@settings(max_examples=60, deadline=None)
def test_the_text_holds_the_profile(profile: Profile) -> None:
    assert validate(yaml.safe_load(profile_text(profile)), "prodify.yaml") == profile


def test_the_file_is_found_and_loaded_as_stated(tmp_path: Path) -> None:
    profile = Profile(service=Service(name="where2eat", owner="@ada"))
    (tmp_path / "prodify.yaml").write_text(profile_text(profile))
    loaded = load(Inventory(tmp_path).files)
    assert dataclasses.replace(loaded.profile, origin=()) == profile
    assert loaded.profile.source("service.owner") == "stated"


def test_every_key_stands_in_the_file_with_a_comment_above() -> None:
    lines = profile_text(Profile()).splitlines()
    leaves = {key.rpartition(".")[2] for key in known_keys()}
    pairs = [(before, line) for before, line in pairwise(lines) if ":" in line and "# " not in line[:8]]
    written = {line.strip().partition(":")[0]: before for before, line in pairs}
    assert leaves <= set(written)
    assert not [key for key, before in written.items() if not before.strip().startswith("# ")]


TRICKY = ["yes", "No", "null", "~", "1e3", "0x1f", "12:30", "2027-01-31", "- a", "a: b", "#x", "*a", "&a", "!x", "", " a ", 'a\\b"c']


@pytest.mark.parametrize("word", [*TRICKY, "\x85\u2028\U0001f35c\x00"])
def test_words_that_yaml_reads_as_something_else_stay_words(word: str) -> None:
    text = profile_text(Profile(service=Service(description=word)))
    assert yaml.safe_load(text)["service"]["description"] == word


def test_choices_and_units_are_named() -> None:
    text = profile_text(Profile())
    assert "One of: kubernetes, cloud-run, compose." in text
    assert "  # Share of requests that succeed. In percent.\n  availability_percent: 99.9\n" in text
    assert max(map(len, text.splitlines())) <= 120
