"""Paths that Windows or macOS cannot hold, or cannot tell apart, are refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.api import Edit, File
from prodify.changes import Action
from prodify.changes.names import unportable
from prodify.errors import ConflictError

from .conftest import applied, planned, tree, wants

DEVICES = ["CON", "nul", "Aux.txt", "deploy/com1.yaml", "LPT9", "COM\u00b9"]
FORBIDDEN = [*DEVICES, "a./b", "b ", "a/b.", "<x>", 'a"b', "ab:c", "a|b", "what?", "*.yaml"]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_what_windows_forbids_is_not_created_and_the_rest_is(root: Path, path: str) -> None:
    made = applied(root, wants(File(path, "a: 1\n"), File("good.yaml", "a: 1\n")))
    change = next(change for change in made.changes if change.path == path)
    assert change.action is Action.REFUSED and "Windows" in change.note
    assert made.unsettled == (change,)
    assert set(tree(root)) >= {"good.yaml"} and not (root / path).exists()


@pytest.mark.parametrize("path", ["console.py", "null", "com10", "auxiliary/x", ".env", "a.b.c", "a b", "caf\u00e9.md", "lpt.txt"])
def test_what_only_looks_like_it_is_fine(path: str) -> None:
    assert unportable(path) == ""


def test_a_file_of_the_users_with_such_a_name_can_be_edited(root: Path) -> None:
    (root / "aux.py").write_text("a = 1\n")
    made = applied(root, wants(Edit("aux.py", lambda text: text + "b = 2\n" * ("b" not in text), "why")))
    assert made.changes[0].action is Action.EDIT


@pytest.mark.parametrize("there", ["readme.md", "Readme.MD"])
def test_a_file_that_differs_in_case_only_is_in_the_way(root: Path, there: str) -> None:
    (root / there).write_text("mine\n")
    made = applied(root, wants(File("README.md", "ours\n"), File("docs/x.md", "x\n")))
    assert made.changes[0].action is Action.REFUSED and there in made.changes[0].note
    assert (root / there).read_text() == "mine\n" and not (root / "README.md").exists() and (root / "docs/x.md").exists()


def test_the_same_one_folder_down(root: Path) -> None:
    (root / "Docs").mkdir()
    (root / "Docs/Guide.md").write_text("mine\n")
    made = planned(root, wants(File("docs/guide.md", "ours\n"), File("docs/other.md", "ours\n")))
    assert [change.action for change in made.changes[:2]] == [Action.REFUSED, Action.CREATE]


CLASHES = [("README.md", "readme.md"), ("caf\u00e9.md", "cafe\u0301.md"), ("a/B", "A/b"), ("deploy", "deploy/x")]


@pytest.mark.parametrize(("one", "other"), CLASHES)
def test_two_wanted_files_that_clash_stop_everything(root: Path, one: str, other: str) -> None:
    with pytest.raises(ConflictError, match="Nothing was written"):
        planned(root, wants(File(one, "a\n"), File(other, "b\n")))
