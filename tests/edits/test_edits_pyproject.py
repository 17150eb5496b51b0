"""What a project depends on, added where it says so."""

from __future__ import annotations

import tomllib

import pytest

from prodify.edits import CannotEdit, pyproject

ADD = pyproject.add("gunicorn==27.0.1", "Flask-Limiter[redis]==4.1.1", "flask==3.1.3")
STANDARD = {
    "lines": '[project]\nname = "x"\ndependencies = [\n    "Flask>=3",\n    "redis>=5", # why\n]\n\n[tool.x]\na = 1\n',
    "no last comma": '[project]\nname = "x"\ndependencies = [\n  "flask",\n  "redis>=5"\n]\n',
    "one line": '[project]\nname = "x"\ndependencies = ["flask[async]", "redis>=5"]\n',
    "a comment at the end": '[project]\ndependencies = [\n    "flask",\n    "redis>=5",\n    # the rest\n]\n',
    "windows": '[project]\r\nname = "x"\r\ndependencies = [\r\n    "flask",\r\n    "redis>=5",\r\n]\r\n',
}


@pytest.mark.parametrize("kind", STANDARD)
def test_the_standard_array_grows_and_keeps_its_form(kind: str) -> None:
    before = STANDARD[kind]
    after = ADD(before)
    listed = tomllib.loads(after)["project"]["dependencies"]
    assert listed == [*tomllib.loads(before)["project"]["dependencies"], "gunicorn==27.0.1", "Flask-Limiter[redis]==4.1.1"]
    assert ADD(after) == after
    assert all(line.rstrip("\r\n],").rstrip() in after for line in before.split("\n")), "no other line is touched"
    assert after.count("\r\n") == (after.count("\n") if kind == "windows" else 0)


@pytest.mark.parametrize("text", ['[project]\nname = "x"\n', '[project]\ndependencies = []\n', "[project]\ndependencies = [\n]\n"])
def test_an_empty_list_is_filled(text: str) -> None:
    assert len(tomllib.loads(ADD(text))["project"]["dependencies"]) == 3
    assert ADD(ADD(text)) == ADD(text)


def test_poetry_lists_names_and_versions() -> None:
    text = '[tool.poetry.dependencies]\npython = "^3.12"\nFlask = "^3"\n\n[tool.other]\n'
    after = ADD(text)
    assert tomllib.loads(after)["tool"]["poetry"]["dependencies"] == {
        "python": "^3.12", "Flask": "^3", "gunicorn": "27.0.1", "Flask-Limiter": {"version": "4.1.1", "extras": ["redis"]},
    }  # fmt: skip
    assert ADD(after) == after


@pytest.mark.parametrize("text", ["[tool.ruff]\n", '[project]\ndynamic = ["dependencies"]\n', "[project\n", "", 'project = "x"\n'])
def test_what_is_declared_elsewhere_is_not_guessed(text: str) -> None:
    with pytest.raises(CannotEdit):
        ADD(text)


def test_only_pins_are_added() -> None:
    with pytest.raises(ValueError, match="pinned"):
        pyproject.add("flask>=3")
