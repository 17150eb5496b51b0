"""YAML and JSON trees: lines, values, and files that try to do harm."""

from __future__ import annotations

import time

import pytest

from prodify.inventory.yamlview import load_all, load_json

TEXT = """\
on: [push]
base: &base {image: x, yes: no}
job:
  <<: *base
  image: y
  script: |
    first
    second
  ref: !reference [a, b]
---
- 1
- "2"
"""


def test_keys_are_text_and_values_follow_the_core_schema() -> None:
    first, second = load_all(TEXT, "a.yml")
    assert first.root is not None
    assert second.root is not None
    assert first.root.keys() == ("on", "base", "job")
    assert first.root.get("base", "yes") is not None
    assert first.root.string("base", "yes") == "no"
    assert second.root.value == [1, "2"]


def test_lines_are_those_of_the_keys() -> None:
    root = load_all(TEXT, "a.yml")[0].root
    assert root is not None
    script = root.get("job", "script")
    assert script is not None
    assert (script.line, script.content_line, script.end_line) == (6, 7, 8)
    assert root.get("job").location.line == 3  # type: ignore[union-attr]
    assert load_all(TEXT, "a.yml")[1].line == 11


def test_merge_keys_are_followed_and_overridden() -> None:
    root = load_all(TEXT, "a.yml")[0].root
    assert root is not None
    job = root.get("job")
    assert job is not None
    assert job.string("image") == "y"
    assert job.string("yes") == "no"
    assert set(job.keys()) == {"image", "script", "ref", "yes"}
    assert job.get("ref").tag == "!reference"  # type: ignore[union-attr]


def test_what_precedes_a_syntax_error_is_kept() -> None:
    docs = load_all("a: 1\n---\nb: [\n", "a.yml")
    assert docs[0].root is not None
    assert docs[0].root.value == {"a": 1}
    assert docs[1].root is None
    assert docs[1].problem is not None
    assert "no valid YAML" in docs[1].problem


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(12)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [("[" * 100_000, "deeper"), ("- " * 100_000, "deeper"), ("{a: " * 5_000, "deeper"), (BOMB, "aliases"), ("a: \x01", "characters")],
    ids=["brackets", "dashes", "braces", "laughs", "control"],
)
def test_hostile_yaml_is_a_problem_at_once(text: str, why: str) -> None:
    start = time.perf_counter()
    docs = load_all(text, "a.yml")
    assert time.perf_counter() - start < 1
    assert docs[-1].problem is not None
    assert why in docs[-1].problem


def test_an_alias_inside_its_own_anchor_ends() -> None:
    root = load_all("&a [1, *a]", "a.yml")[0].root
    assert root is not None
    assert root.value == [1, None]


def test_json_keeps_lines_and_reads_surrogates() -> None:
    doc = load_json('{\n\t"a": [1,\n {"b": "\\ud83d\\ude00"}], // note\n "c": null,\n}', "a.json")
    assert doc.root is not None
    assert doc.root.value == {"a": [1, {"b": "\U0001f600"}], "c": None}
    assert doc.root.get("a", 1, "b").line == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ['{"a":', "[]]", "{a: 1}", "[" * 50_000, "", '{"a": "x'])
def test_broken_json_is_a_problem(text: str) -> None:
    doc = load_json(text, "a.json")
    assert doc.root is None
    assert doc.problem


def test_a_tree_never_shows_values() -> None:
    secret = "hunter" + "2"
    root = load_all(f"password: {secret}", "a.yml")[0].root
    assert secret not in repr(root)
    assert secret not in repr(load_all(f"password: {secret}", "a.yml"))
