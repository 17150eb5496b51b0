"""The example file of settings: complete, without real values, and gentle to one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.ci.planned import names_read

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
APP = 'import os\na = os.environ["A_KEY"]\nb = os.getenv("B_LEVEL", "1")\nc = os.environ["C_URL"]\n'


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("env-example/example", render_tree(["env-example"], example_repo, Profile()))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("env-example/flask", render_tree(["env-example"], flask_repo, Profile()))


def test_every_variable_stands_there_and_no_real_value(example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["env-example"], example_repo, Profile())[".env.example"]
    names = {line.lstrip("# ").partition("=")[0] for line in text.splitlines()}
    assert {variable.name for variable in Inventory(example_repo).environment} <= names
    real = [line.partition("=")[2] for line in (example_repo / ".env").read_text().splitlines() if "=" in line]
    assert not [value for value in real if len(value) > 8 and value in text]
    assert "BACKUP_PLACES_KEY=\n" in text, "the literal in the code becomes a setting"


def test_a_line_without_a_value_would_not_overrule_a_default(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    text = render_tree(["env-example"], make_repo({"app.py": APP}), Profile())[".env.example"]
    assert "\n# B_LEVEL=\n" in text
    assert "\nA_KEY=\n" in text
    assert "\nC_URL=https://api.example.com\n" in text


@pytest.mark.parametrize("name", [".env.example", ".env.sample", "example.env"])
def test_what_is_there_is_kept_and_completed(name: str, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    mine = "# mine\r\nA_KEY=from-the-vault\r\n"
    root = make_repo({"app.py": APP})
    (root / name).write_bytes(mine.encode())
    tree = render_tree(["env-example"], root, Profile())
    assert list(tree) == [name]
    assert tree[name].startswith("# mine\nA_KEY=from-the-vault\n")
    assert "C_URL=https://api.example.com" in tree[name]
    assert tree[name].count("A_KEY=") == 1


def test_nothing_where_code_reads_no_settings(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["env-example"], make_repo({"lib.py": "x = 1\n"}), Profile()) == {}


def test_a_second_run_adds_nothing(example_repo: Path, render_tree: RenderTree) -> None:
    for path, text in render_tree(["env-example"], example_repo, Profile()).items():
        (example_repo / path).write_text(text)
    assert render_tree(["env-example"], example_repo, Profile()) == {}


@pytest.mark.parametrize("source", ["import (", "x = 1", "", "os.getenv(name)", "\0"])
def test_source_without_names_has_none(source: str) -> None:
    assert not list(names_read(source))
