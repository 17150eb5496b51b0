"""Editors of structured files: the result means what is wanted, and every old line stays."""

from __future__ import annotations

import json as stdlib_json
import tomllib
from itertools import pairwise
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.edits import CannotEdit, json, toml, yaml
from prodify.edits.json import _merged as merged_json

from .conftest import hold, styled

KEY = st.sampled_from(["a", "b", "c-d", "on", "e f", "1"])
SCALAR = st.one_of(
    st.integers(-3, 99), st.booleans(), st.sampled_from(["", "x", "y: z", "# no", "'q'", '"', "é", "null", "1.0", "a\nb\n", "{", "- x"])
)
DATA = st.recursive(SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)), max_leaves=8)
OBJECT = st.dictionaries(KEY, DATA, max_size=4)


def fill(have: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The specification of a merge: what is there wins, mappings are joined."""
    result = dict(have)
    for key, value in wanted.items():
        if key not in result:
            result[key] = value
        elif isinstance(value, dict) and isinstance(result[key], dict):
            result[key] = fill(result[key], value)
    return result


@given(have=OBJECT, wanted=OBJECT, indent=st.sampled_from([None, 2, 4, "\t"]))
@settings(max_examples=100, deadline=None)
def test_json_merge(have: dict[str, Any], wanted: dict[str, Any], indent: int | str | None) -> None:
    text = stdlib_json.dumps(have, indent=indent, ensure_ascii=False)
    result = hold(json.merge(wanted), text + "\n", may_change=2 * len(text))
    if result is not None:
        assert stdlib_json.loads(result) == fill(have, wanted)


@given(have=OBJECT, wanted=OBJECT)
@settings(max_examples=100, deadline=None)
def test_json_overwrite(have: dict[str, Any], wanted: dict[str, Any]) -> None:
    text = stdlib_json.dumps(have, indent=2)
    result = hold(json.merge(wanted, overwrite=True), text + "\n", may_change=len(text))
    assert result is not None
    assert stdlib_json.loads(result) == merged_json(have, wanted, True)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('{"x": 1}', '{"x": 1, "a": {"b": 1}}'),
        ('{\n\t"x": [1,\n2]\n}\n', '{\n\t"x": [1,\n2],\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'),
        ('{\n  "x": 1 // why\n}\n', '{\n  "x": 1, // why\n  "a": {\n    "b": 1\n  }\n}\n'),
        ('{\n  "x": 1, /* y */ // why\n  /* end */\n}\n', '{\n  "x": 1, /* y */ // why\n  "a": {\n    "b": 1\n  },\n  /* end */\n}\n'),
        ('{\n    "a": {}\n}\n', '{\n    "a": {\n        "b": 1\n    }\n}\n'),
        ("{}", '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
    ],
)  # fmt: skip
def test_json_keeps_its_layout(text: str, result: str) -> None:
    assert hold(json.merge({"a": {"b": 1}}), text, may_change=1) == result


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"x"',
        "{",
        '{"a": [}',
        '{"a" 1}',
        '{"a": 1} x',
        '{"a": 3}',
        "{'a': 1}",
        "[" * 5000,
        '{"a":' * 5000,
        '{"a": tru}',
        '{"a": 1.2.3}',
    ],
)
def test_json_that_is_no_object_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(CannotEdit) as caught:
        json.merge({"a": {"b": 1}})(text)
    assert text not in str(caught.value) or len(text) < 5


TOML_LINE = [
    "[a]",
    "[b]",
    "[a.b]",
    "[[on]]",
    "x = 1",
    'y = "s" # c',
    "# comment",
    "",
    "a.z = 2",
    "c-d = {q = 1}",
    'm = """\n[a]\n"""',
    "l = [\n  1, # one\n  2,\n]",
    "  [b.c]",
    "  k = 1",
]
TOML_VALUE = st.one_of(st.integers(0, 9), st.sampled_from(["s", "é", 'q"']), st.lists(st.integers(0, 3), max_size=2))
TOML_DATA = st.dictionaries(
    st.sampled_from(["a", "b", "c-d", "x"]),
    st.one_of(TOML_VALUE, st.dictionaries(st.sampled_from(["z", "b", "q r"]), TOML_VALUE, max_size=2)),
    max_size=3,
)


@given(text=styled(st.lists(st.sampled_from(TOML_LINE), max_size=8).map("\n".join)), wanted=TOML_DATA)
@settings(max_examples=100, deadline=None)
def test_toml_merge(text: str, wanted: dict[str, Any]) -> None:
    body = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        have = tomllib.loads(body)
    except tomllib.TOMLDecodeError:
        with pytest.raises(CannotEdit, match="valid TOML"):
            toml.merge(wanted)(text)
        return
    result = hold(toml.merge(wanted), text, may_change=3)
    if result is not None:
        assert tomllib.loads(result.removeprefix("\ufeff").replace("\r\n", "\n")) == fill(have, wanted)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("[tool.ruff]\nfix = true\n\n# next\n[x]\na=1\n", "[tool.ruff]\nfix = true\nline-length = 100\n\n# next\n[x]\na=1\n"),
        ("[tool.ruff]\nline-length = 80 # wide\n", "[tool.ruff]\nline-length = 100 # wide\n"),
        ("[project]\nname='x' # c", "[project]\nname='x' # c\n\n[tool.ruff]\nline-length = 100"),
        ('s = """\n[tool.ruff]\n"""\n', 's = """\n[tool.ruff]\n"""\n\n[tool.ruff]\nline-length = 100\n'),
        ("tool.ruff = {fix = true}\n", "tool.ruff = {fix = true,line-length = 100}\n"),
        ("", "[tool.ruff]\nline-length = 100\n"),
    ],
)  # fmt: skip
def test_toml_keeps_its_layout(text: str, result: str) -> None:
    assert hold(toml.set_table("tool.ruff", {"line-length": 100}), text, may_change=1) == result


@pytest.mark.parametrize("text", ["a = ", "[tool]\nruff = 1\n", "tool = 'hunter2'\n", "a = hunter2\n", "a=" + "[" * 5000])
def test_toml_that_cannot_be_edited_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(CannotEdit) as caught:
        toml.set_table("tool.ruff", {"line-length": 100})(text)
    assert "hunter2" not in str(caught.value)


@given(have=OBJECT, wanted=OBJECT, flow=st.sampled_from([None, False, True]), width=st.sampled_from([2, 4]))
@settings(max_examples=100, deadline=None)
def test_yaml_merge(have: dict[str, Any], wanted: dict[str, Any], flow: bool | None, width: int) -> None:
    text = pyyaml.safe_dump(have, default_flow_style=flow, indent=width, allow_unicode=True, sort_keys=False)
    result = hold(yaml.merge(wanted), text, may_change=text.count("\n") if "{" in text or "[" in text else 0)
    if result is not None:
        assert pyyaml.safe_load(result) == fill(have, wanted)


YAML_LINE = [
    "a:",
    "  b: 1",
    "  # note",
    "    c: x",
    "on: [push]",
    "- x",
    "  - y",
    "# top",
    "",
    "b: {q: 1}",
    "c-d: |",
    "    # text",
    "  >-",
    "e f: &x 1",
    "x: *x",
    "1: 'q'",
    "---",
    "\tz: 1",
    "a: 2",
]


@given(text=styled(st.lists(st.sampled_from(YAML_LINE), max_size=8).map("\n".join)), wanted=OBJECT)
@settings(max_examples=100, deadline=None)
def test_yaml_merge_into_anything(text: str, wanted: dict[str, Any]) -> None:
    result = hold(yaml.merge(wanted), text, may_change=3)
    if result is not None:
        pyyaml.compose(result)


@given(text=styled(st.lists(st.sampled_from(YAML_LINE), max_size=8).map("\n".join)), item=DATA, path=st.lists(KEY, min_size=1, max_size=2))
@settings(max_examples=100, deadline=None)
def test_yaml_list_item_into_anything(text: str, item: Any, path: list[str]) -> None:
    hold(yaml.ensure_list_item(path, item), text, may_change=3)


HOOK = {"repo": "https://x.test/h", "rev": "v1", "hooks": [{"id": "h"}]}


NEW = "- repo: https://x.test/h\n  rev: v1\n  hooks:\n    - id: h\n"
ADDED = "- repo: https://x.test/h\n{0}  rev: v1\n{0}  hooks:\n{0}    - id: h\n"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("repos:\n- repo: local\n  hooks:\n  - id: z\n# end\n", "repos:\n- repo: local\n  hooks:\n  - id: z\n" + NEW + "# end\n"),
        ("repos:\n    -   repo: local # us\n\nci: {}\n", "repos:\n    -   repo: local # us\n    " + ADDED.format("    ") + "\nci: {}\n"),
        ("repos: []\n", "repos: [{repo: 'https://x.test/h', rev: v1, hooks: [{id: h}]}]\n"),
        ("repos:\n", "repos:\n  - repo: https://x.test/h\n    rev: v1\n    hooks:\n      - id: h\n"),
        ("# ours\nfail_fast: true", "# ours\nfail_fast: true\nrepos:\n  - repo: https://x.test/h\n    rev: v1\n    hooks:\n      - id: h"),
        ("repos:\n- repo: 'https://x.test/h'\n  rev: v0\n", "repos:\n- repo: 'https://x.test/h'\n  rev: v0\n"),
    ],
)  # fmt: skip
def test_yaml_list_item_by_key(text: str, result: str) -> None:
    assert hold(yaml.ensure_list_item(["repos"], HOOK, key="repo"), text, may_change=1) == result


def test_yaml_below_a_deeper_block_that_a_shallower_key_follows() -> None:
    text = "services:\n  web:\n    deploy:\n      limits: {cpus: '1'}\n    build: .\n  db:\n    image: x\n"
    result = hold(yaml.merge({"services": {"web": {"deploy": {"replicas": 2}, "restart": "always"}}}), text)
    assert result == text.replace("'1'}\n", "'1'}\n      replicas: 2\n").replace("build: .\n", "build: .\n    restart: always\n")


def test_yaml_keeps_comments_and_block_scalars() -> None:
    text = (
        "jobs:\n    test: # ours\n        run: |\n            # no comment\n            make\n\n    # about what follows\n# root\nname: x\n"
    )
    result = hold(yaml.merge({"jobs": {"build": {"needs": ["test"]}}}), text)
    assert result == text.replace("make\n", "make\n    build:\n        needs:\n            - test\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 1\n",
        "a: [",
        "x: &x {y: 1}\na: *x\n",
        "a: 1\n",
        "- a\n",
        "{{ helm }}\n  x\n",
        "\ta: 1\n",
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "[" * 3000,
        "a: " + "{a: " * 3000,
    ],
)
def test_yaml_that_cannot_be_edited_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        yaml.merge({"a": {"b": 1}})(text)


def test_a_yaml_alias_bomb_is_no_work() -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    bomb = "a: &a [x, x]\n" + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names))
    assert hold(yaml.merge({"new": {"k": 1}}), bomb) == bomb + "new:\n  k: 1\n"


def test_yaml_tags_are_never_constructed() -> None:
    text = "a: !!python/object/apply:os.system [exit 1]\nb: !Ref x\n"
    assert hold(yaml.merge({"c": 1}), text) == text + "c: 1\n"


def test_wrong_arguments_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="string"):
        yaml.merge({1: 2})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="path"):
        yaml.ensure_list_item([], 1)
