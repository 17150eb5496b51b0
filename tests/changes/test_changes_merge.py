"""Merging: nothing of the user's is lost, and what fits is joined."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.changes import Merged, merge3
from prodify.changes.merge import merge_without_base
from prodify.changes.pins import bumped, only_bumps
from prodify.edits.text import canonical, lines_of

LINE = st.sampled_from(["a", "b", "c", "d", "", "e: 1", "=======", "<<<<<<< yours", ">>>>>>> prodify", "\x0c", "f\u2028g"])
TEXT = st.builds(lambda lines, end: "\n".join(lines) + ("\n" if end and lines else ""), st.lists(LINE, max_size=12), st.booleans())
STYLED = st.builds(
    lambda text, crlf, mark: ("\ufeff" if mark else "") + (text.replace("\n", "\r\n") if crlf else text), TEXT, st.booleans(), st.booleans()
)
WITH_GIT = pytest.mark.parametrize("use_git", [False, True], ids=["difflib", "git"])


def count(text: str) -> Counter[str]:
    return Counter(line.rstrip("\r\n") for line in lines_of(text.removeprefix("\ufeff")))


@given(base=TEXT, yours=STYLED, theirs=TEXT)
@settings(max_examples=100, deadline=None)
def test_no_line_that_the_user_added_is_lost(base: str, yours: str, theirs: str) -> None:
    merged = merge3(base, yours, theirs, use_git=False)
    added = count(yours) - count(base)
    assert not added - count(merged.text)


@given(base=TEXT, yours=TEXT, theirs=TEXT)
@settings(max_examples=25, deadline=None)
def test_no_line_that_the_user_added_is_lost_with_git(base: str, yours: str, theirs: str) -> None:
    assert not (count(yours) - count(base)) - count(merge3(base, yours, theirs).text)


@given(base=TEXT, text=STYLED)
@settings(max_examples=100, deadline=None)
def test_identical_sides_are_the_result(base: str, text: str) -> None:
    assert merge3(base, text, canonical(text), use_git=False) == Merged(text, 0)


@given(base=TEXT, yours=STYLED)
@settings(max_examples=100, deadline=None)
def test_without_news_the_users_text_stays_to_the_byte(base: str, yours: str) -> None:
    assert merge3(base, yours, base, use_git=False) == Merged(yours, 0)


@given(base=TEXT, theirs=TEXT)
@settings(max_examples=100, deadline=None)
def test_without_edits_the_new_text_comes_out(base: str, theirs: str) -> None:
    assert merge3(base, base, theirs, use_git=False) == Merged(theirs, 0)


@given(base=TEXT, yours=TEXT, theirs=TEXT)
@settings(max_examples=100, deadline=None)
def test_both_sides_agree_on_what_collides(base: str, yours: str, theirs: str) -> None:
    one, other = merge3(base, yours, theirs, use_git=False), merge3(base, theirs, yours, use_git=False)
    assert one.conflicts == other.conflicts
    assert one.conflicts or one.text == other.text


@given(yours=STYLED, theirs=TEXT)
@settings(max_examples=100, deadline=None)
def test_without_a_base_both_texts_are_contained(yours: str, theirs: str) -> None:
    merged = merge_without_base(yours, theirs)
    assert not count(yours) - count(merged.text) and not count(theirs) - count(merged.text)


@WITH_GIT
def test_separate_edits_are_joined_in_the_users_style(use_git: bool) -> None:
    base, theirs = "a\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n"
    assert merge3(base, "\ufeffA\r\nb\r\nc\r\nd\r\ne\r\n", theirs, use_git=use_git) == Merged("\ufeffA\r\nb\r\nc\r\nd\r\nE\r\n", 0)


@WITH_GIT
def test_a_final_newline_is_merged_like_any_other_edit(use_git: bool) -> None:
    assert merge3("a\nb\nc\n", "A\nb\nc", "a\nb\nc\n", use_git=use_git).text == "A\nb\nc"
    assert merge3("a\nb\nc", "A\nb\nc", "a\nb\nc\n", use_git=use_git).text == "A\nb\nc\n"


@WITH_GIT
def test_a_collision_shows_all_three_sides(use_git: bool) -> None:
    merged = merge3("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", use_git=use_git)
    assert merged == Merged("a\n<<<<<<< yours\nX\n||||||| base\nb\n=======\nY\n>>>>>>> prodify\nc\n", 1)


@WITH_GIT
def test_markers_grow_beyond_what_the_text_holds(use_git: bool) -> None:
    merged = merge3("=======\nb\n", "=======\nX\n", "=======\nY\n", use_git=use_git)
    assert "<<<<<<<< yours\nX\n" in merged.text and "\n========\nY\n" in merged.text


def test_pins_bumped_on_both_sides_stay_as_the_user_has_them() -> None:
    old, robot, ours = (f"FROM python:3.{n}-slim@sha256:{c * 64}\nUSER 1\n" for n, c in ((13, "a"), (14, "b"), (15, "c")))
    assert merge3(old, robot, ours, use_git=False) == Merged(robot, 0)
    assert merge3(old, robot.replace("python", "pypy"), ours, use_git=False).conflicts == 1


PINS = [
    ("      - uses: a/b@" + "a" * 40 + " # v1.2.3\n", "      - uses: a/b@" + "b" * 40 + " # v2\n", True),
    ("      - uses: a/b@v1\n", "      - uses: a/c@v1\n", False),
    ("      - uses: a/b@v1\n", "      - uses: a/b@main\n", False),
    ("    image: ghcr.io/a/b:1.2\n", "    image: ghcr.io/a/b:1.3\n", True),
    ("    image: ghcr.io/a/b:1.2\n", "    image: ghcr.io/a/c:1.2\n", False),
    ("    rev: v1.0\n", "    rev: v2.0\n", True),
    ("flask==3.0.1\n", "flask==3.1.0\n", True),
    ("flask==3.0.1\n", "Flask-Evil==3.0.1\n", False),
    ("    --hash=sha256:" + "a" * 64 + " \\\n", "    --hash=sha256:" + "b" * 64 + " \\\n", True),
    ('      version = "~> 5.0"\n', '      version = "~> 6.1"\n', True),
    ("      - uses: a/b@" + "a" * 40 + " # tag=v1.2.3\n", "      - uses: a/b@" + "b" * 40 + " # tag=v2.0.0\n", True),
    ("      - uses: a/b/.github/workflows/c.yml@v1\n", "      - uses: a/b/.github/workflows/c.yml@v2.1.0\n", True),
    ("      - uses: a/b@" + "a" * 40 + " # v1\n", "      - uses: a/b@" + "b" * 40 + " # zizmor: ignore[x]\n", False),
    ("FROM python:3.14-slim@sha256:" + "a" * 64 + " AS build\n", "FROM python:3.15-slim@sha256:" + "b" * 64 + " AS build\n", True),
    ("FROM python:3.14-slim AS build\n", "FROM python:3.14-slim AS final\n", False),
    ("ARG PYTHON_VERSION=3.14\n", "ARG PYTHON_VERSION=3.15.1\n", True),
    ("ARG USER_ID=1000\n", "ARG USER_ID=0\n", False),
    ("    rev: " + "a" * 40 + "  # frozen: v1\n", "    rev: " + "b" * 40 + "  # frozen: v2\n", True),
    ("          - ruff==0.14.0\n", "          - ruff==0.15.1\n", True),
    ("flask==3.0.1 \\\n", "flask==3.1.0 \\\n", True),
    ("flask==3.0.1 ; python_version > '3'\n", "flask==3.1.0\n", False),
    ("flask>=3.0\n", "flask>=2.0\n", False),
    ('  required_version = ">= 1.11"\n', '  required_version = ">= 1.13"\n', True),
    ('  source = "hashicorp/google"\n', '  source = "evil/google"\n', False),
    ('          python-version: "3.14"\n', '          python-version: "3.15"\n', True),
    ('          python-version: "3.14"\n', '          node-version: "3.14"\n', False),
    ("    newTag: 1.2.3\n", "    newTag: 1.3.0\n", True),
    ("    newTag: 1.2.3\n", "    newTag: latest\n", False),
    ("    digest: sha256:" + "a" * 64 + "\n", "    digest: sha256:" + "b" * 64 + "\n", True),
    ('    "express": "^4.18.0",\n', '    "express": "^5.0.0",\n', False),  # prodify writes no package.json: such a line is a setting
    ("replicas: 2\n", "replicas: 3\n", False),
    ("expr: errors >= 0.5\n", "expr: errors >= 0.9\n", False),
    ("threshold: 300 # 300\n", "threshold: 900 # 900\n", False),
    ("timeout: 1.5\n", "timeout: 2.5\n", False),
]


def test_another_version_brings_another_number_of_hashes() -> None:
    def locked(version: str, hashes: str) -> list[str]:
        ends = [*[" \\\n"] * (len(hashes) - 1), "\n"]
        lines = [f"    --hash=sha256:{letter * 64}{end}" for letter, end in zip(hashes, ends, strict=False)]
        return [f"flask=={version} \\\n", *lines, "jinja2==3.1 \\\n", "    --hash=sha256:" + "0" * 64 + "\n"]

    assert bumped(locked("3.0", "abc"), locked("3.1", "de"))
    assert not bumped(locked("3.0", "abc"), locked("3.1", ""))


@pytest.mark.parametrize(("old", "new", "pin"), PINS)
def test_what_counts_as_a_bumped_pin(old: str, new: str, pin: bool) -> None:
    assert only_bumps([old], [new]) is pin
    assert bumped(["x\n", old, "y\n"], ["x\n", new, "y\n"]) is pin
    assert not bumped(["x\n", old], ["x\n", new, "extra\n"])
