"""Two branches that applied different steps merge into a lock that works."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from prodify.api import File
from prodify.changes import Action, FileState, Lock, Wanted, apply, status
from prodify.errors import ConfigError

from .conftest import applied, commit, git, planned, wants

LEFT = wants(File("deploy/a.yaml", "a: 1\n"), File("docs/m.md", "m\n"), File("z.yaml", "z: 1\n"), recipe="left")
RIGHT = wants(File("deploy/b.yaml", "b: 1\n"), File("docs/n.md", "n\n"), File("zz.yaml", "z: 2\n"), recipe="right")
COMMON = wants(File("common.yaml", "c: 1\n"), recipe="common")


def branches(repo: Path, left: list[Wanted], right: list[Wanted]) -> None:
    git(repo, "checkout", "-q", "-b", "left")
    applied(repo, left)
    commit(repo)
    git(repo, "checkout", "-q", "-b", "right", "HEAD~1")
    applied(repo, right)
    commit(repo)


def whole(repo: Path) -> None:
    lock = Lock.load(repo)
    assert set(lock.entries) >= {w.item.path for w in (*LEFT, *RIGHT)}
    assert {s.state for s in status(repo, lock, LEFT + RIGHT)} == {FileState.CLEAN}
    apply(repo, planned(repo, LEFT + RIGHT))
    text = (repo / ".prodify.lock.json").read_text()
    assert list(json.loads(text)["files"]) == sorted(lock.entries) and text == Lock.load(repo).text()
    assert planned(repo, LEFT + RIGHT).empty


def test_git_merges_first_applies_of_two_branches_by_itself(repo: Path) -> None:
    branches(repo, LEFT, RIGHT)
    git(repo, "merge", "-q", "--no-edit", "left")
    assert git(repo, "status", "--porcelain") == ""
    whole(repo)


def test_git_merges_later_applies_of_two_branches_by_itself(repo: Path) -> None:
    applied(repo, COMMON)
    commit(repo)
    branches(repo, LEFT, RIGHT)
    git(repo, "merge", "-q", "--no-edit", "left")
    whole(repo)


def test_git_rebases_one_branch_on_the_other(repo: Path) -> None:
    branches(repo, LEFT, RIGHT)
    git(repo, "rebase", "-q", "left")
    whole(repo)


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_a_lock_that_was_merged_without_the_attribute_is_understood(repo: Path, style: str) -> None:
    """As on a server that does not know `merge=union`, or where the user took the line out."""
    (repo / ".gitattributes").write_text(".prodify.lock.json merge\n")
    applied(repo, COMMON)
    commit(repo)
    branches(repo, LEFT, RIGHT)
    git(repo, "config", "merge.conflictStyle", style)
    with pytest.raises(AssertionError):
        git(repo, "merge", "-q", "--no-edit", "left")
    text = (repo / ".prodify.lock.json").read_text()
    assert "<<<<<<<" in text and Lock.load(repo).merged
    git(repo, "add", "-A")
    whole(repo)


def test_the_attribute_is_set_once_and_the_users_choice_stays(repo: Path) -> None:
    (repo / ".gitattributes").write_text("* text=auto\n")
    commit(repo)
    applied(repo, COMMON)
    assert (repo / ".gitattributes").read_text() == "* text=auto\n.prodify.lock.json merge=union\n"
    (repo / ".gitattributes").write_text("* text=auto\n")
    applied(repo, LEFT)
    assert (repo / ".gitattributes").read_text() == "* text=auto\n"


def test_a_path_of_both_sides_keeps_the_recipes_of_both() -> None:
    blob = "a" * 40
    lines = [f'    "f": {{"blob": "{blob}", "kind": "file", "recipes": ["{name}"]}}\n' for name in ("one", "two")]
    joined = Lock.parse('{\n  "schema": "prodify.lock/1",\n  "files": {\n' + "".join(lines) + "  }\n}\n")
    assert joined.merged and joined.entries["f"].recipes == ("one", "two") and joined.entries["f"].blob == blob
    owned = lines[0].replace('"kind"', '"owned": true, "kind"')
    assert Lock.parse('{\n  "schema": "prodify.lock/1",\n  "files": {\n' + owned + lines[1] + "  }\n}\n").entries["f"].owned


@pytest.mark.parametrize("more", ["surprise\n", '    "f": {"kind": "file"\n', '  "schema": "prodify.lock/2",\n', "import os\n"])
def test_what_is_not_a_merged_lock_is_refused(more: str) -> None:
    with pytest.raises(ConfigError):
        Lock.parse('{\n  "schema": "prodify.lock/1",\n  "files": {\n    "a": {"kind": "edit", "recipes": []}\n' + more + "  }\n}\n")


@pytest.mark.parametrize(
    "files",
    [
        {"a\ud800.py": {"kind": "edit", "recipes": ["ci"]}},
        {"a.py": {"kind": "edit", "recipes": ["c\udc00i"]}},
        {"a.py": {"kind": "edit", "recipes": ["ci"], "\ud800": 1}},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_half_of_a_surrogate_pair_is_refused_where_it_is_read(files: object, indent: int | None) -> None:
    """JSON can say it, no file name and no file can hold it: found by the lock's fuzz target."""
    text = json.dumps({"schema": "prodify.lock/1", "files": files}, indent=indent)
    with pytest.raises(ConfigError, match="half of a surrogate pair"):
        Lock.parse(text)


def test_a_lock_written_with_one_key_a_line_is_read(repo: Path) -> None:
    applied(repo, LEFT)
    lock = Lock.load(repo)
    pretty = json.dumps(json.loads((repo / ".prodify.lock.json").read_text()), indent=2)
    assert Lock.parse(pretty) == lock
    (repo / ".prodify.lock.json").write_text(pretty)
    assert planned(repo, LEFT).empty


def both_change_a_page(repo: Path, *, mine: str = "") -> list[Wanted]:
    """A page about all that was applied, which both branches bring up to date in the same place."""
    applied(repo, wants(File("page.md", "head\n\nend\n"), recipe="page"))
    commit(repo)
    pages = {side: wants(File("page.md", f"head\n{side}\nend\n"), recipe="page") for side in ("a\nb", "b", "a")}
    branches(repo, LEFT + pages["a"], RIGHT + pages["b"])
    with pytest.raises(AssertionError):
        git(repo, "merge", "-q", "--no-edit", "left")
    (repo / "page.md").write_text((repo / "page.md").read_text() + mine)
    return LEFT + RIGHT + pages["a\nb"]


def test_a_page_that_both_branches_changed_is_made_anew(repo: Path) -> None:
    wanted = both_change_a_page(repo)
    applied(repo, wanted)
    assert (repo / "page.md").read_text() == "head\na\nb\nend\n"
    git(repo, "add", "page.md", ".prodify.lock.json")
    commit(repo)
    assert planned(repo, wanted).empty


def test_a_page_that_both_branches_changed_and_the_user_too_is_left(repo: Path) -> None:
    made = planned(repo, both_change_a_page(repo, mine="my line\n"))
    assert next(change for change in made.changes if change.path == "page.md").action is Action.UNRESOLVED


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_either_side_of_a_page_is_brought_up_to_date(repo: Path, side: str) -> None:
    wanted = both_change_a_page(repo)
    git(repo, "checkout", side, "page.md")
    git(repo, "add", "page.md")
    applied(repo, wanted, allow_dirty=True)
    assert (repo / "page.md").read_text() == "head\na\nb\nend\n"


def test_git_sees_one_line_a_file(repo: Path) -> None:
    applied(repo, COMMON)
    commit(repo)
    applied(repo, LEFT)
    shown = subprocess.run(["git", "diff", "--numstat", ".prodify.lock.json"], cwd=repo, capture_output=True, text=True, check=True).stdout
    assert shown.split()[:2] == ["4", "1"]
