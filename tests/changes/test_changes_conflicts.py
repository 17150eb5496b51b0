"""A conflict stands where people look for it: in the file with three labelled sides, in `git status`, and in `prodify status`."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.api import Edit, File
from prodify.changes import Action, ConflictPolicy, FileState, Lock, apply, status, undo
from prodify.edits import gitignore
from prodify.errors import ConflictError

from .conftest import applied, commit, git, planned, tree, wants

ONE, TWO, THREE = (f"a: 1\n\nb: 2\n\nc: {number}\n" for number in (3, 4, 5))
MINE = ONE.replace("c: 3", "c: 99")


@pytest.fixture
def collided(repo: Path) -> Path:
    """A committed file that the user edited, and an update of the same line, applied."""
    applied(repo, wants(File("deploy/f.yaml", ONE)))
    (repo / "deploy/f.yaml").write_text(MINE)
    commit(repo)
    applied(repo, wants(File("deploy/f.yaml", TWO), File("g.yaml", ONE)))
    return repo


def test_git_shows_it_as_changed_on_both_sides(collided: Path) -> None:
    assert git(collided, "status", "--porcelain", "deploy") == "UU deploy/f.yaml\n"
    assert "both modified:   deploy/f.yaml" in git(collided, "status")
    sides = [git(collided, "show", f":{stage}:deploy/f.yaml") for stage in (1, 2, 3)]
    assert sides == [ONE, MINE, TWO]
    assert (collided / "deploy/f.yaml").read_text().endswith("<<<<<<< yours\nc: 99\n||||||| base\nc: 3\n=======\nc: 4\n>>>>>>> prodify\n")
    git(collided, "checkout", "--theirs", "deploy/f.yaml")
    assert (collided / "deploy/f.yaml").read_text() == TWO


def test_git_refuses_to_commit_before_it_is_settled_and_add_settles_it(collided: Path) -> None:
    with pytest.raises(AssertionError, match="unmerged"):
        git(collided, "commit", "-m", "x")
    (collided / "deploy/f.yaml").write_text(TWO.replace("c: 4", "c: 100"))
    git(collided, "add", "deploy/f.yaml")
    commit(collided)
    assert planned(collided, wants(File("deploy/f.yaml", TWO))).empty
    made = applied(collided, wants(File("deploy/f.yaml", "new: 1\n\n" + TWO)))
    assert made.changes[0].action is Action.MERGE
    assert (collided / "deploy/f.yaml").read_text() == "new: 1\n\n" + TWO.replace("c: 4", "c: 100")


def test_status_says_conflict_and_a_second_upgrade_leaves_the_file_alone(collided: Path) -> None:
    marked = (collided / "deploy/f.yaml").read_text()
    assert status(collided, Lock.load(collided))[0].state is FileState.CONFLICT
    made = applied(collided, wants(File("deploy/f.yaml", THREE), File("g.yaml", TWO)), allow_dirty=True)
    assert made.changes[0].action is Action.UNRESOLVED and "git add deploy/f.yaml" in made.changes[0].note
    assert made.unsettled == (made.changes[0],)
    assert (collided / "deploy/f.yaml").read_text() == marked and (collided / "g.yaml").read_text() == TWO
    with pytest.raises(ConflictError, match=r"deploy/f\.yaml"):
        apply(collided, planned(collided, wants(File("deploy/f.yaml", THREE)), ConflictPolicy.ABORT))


def test_undo_brings_file_and_index_back(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(MINE)
    commit(repo)
    before, index = tree(repo), git(repo, "ls-files", "--stage")
    applied(repo, wants(File("f.yaml", TWO)))
    assert "f.yaml" in git(repo, "ls-files", "--unmerged")
    undo(repo)
    assert (tree(repo), git(repo, "ls-files", "--stage"), git(repo, "status", "--porcelain")) == (before, index, "")


def test_undo_leaves_an_index_alone_in_which_the_conflict_was_settled(collided: Path) -> None:
    (collided / "deploy/f.yaml").write_text(TWO)
    git(collided, "add", "deploy/f.yaml")
    index = git(collided, "ls-files", "--stage", "deploy")
    assert undo(collided).kept == ("deploy/f.yaml",)
    assert git(collided, "ls-files", "--stage", "deploy") == index


def test_a_file_that_git_does_not_track_stays_untracked(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(MINE)
    applied(repo, wants(File("f.yaml", TWO)))
    assert "<<<<<<< yours" in (repo / "f.yaml").read_text()
    assert "f.yaml" not in git(repo, "ls-files", "--unmerged") and "?? f.yaml" in git(repo, "status", "--porcelain")


def test_in_a_folder_of_a_repository(repo: Path) -> None:
    root = repo / "services/one"
    root.mkdir(parents=True)
    applied(root, wants(File("f.yaml", ONE)))
    (root / "f.yaml").write_text(MINE)
    commit(repo)
    applied(root, wants(File("f.yaml", TWO)))
    assert git(repo, "status", "--porcelain", "services/one/f.yaml") == "UU services/one/f.yaml\n"
    undo(root)
    assert git(repo, "status", "--porcelain", "services") == ""


def test_skip_and_abort_touch_neither_file_nor_index(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(MINE)
    commit(repo)
    apply(repo, planned(repo, wants(File("f.yaml", TWO)), ConflictPolicy.SKIP))
    with pytest.raises(ConflictError, match="Nothing was written"):
        apply(repo, planned(repo, wants(File("f.yaml", TWO)), ConflictPolicy.ABORT))
    assert git(repo, "status", "--porcelain") == ""


def test_without_the_base_git_shows_two_sides(repo: Path, tmp_path: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text("mine: 1\n" + ONE)
    commit(repo)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", f"file://{repo}", str(clone))
    made = applied(clone, wants(File("f.yaml", TWO)))
    assert made.conflicts[0].base is None
    assert git(clone, "status", "--porcelain") == "M  .prodify.lock.json\nAA f.yaml\n".replace("M  .p", " M .p")


def test_a_committed_file_finds_its_base_in_a_fresh_clone(repo: Path, tmp_path: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    commit(repo)
    (repo / "f.yaml").write_text("mine: 1\n\n" + ONE)
    commit(repo)
    git(tmp_path, "clone", "-q", f"file://{repo}", str(tmp_path / "clone"))
    assert applied(tmp_path / "clone", wants(File("f.yaml", TWO))).changes[0].action is Action.MERGE


def test_edits_on_top_of_a_file_find_their_base_in_a_fresh_clone(repo: Path, tmp_path: Path) -> None:
    """What was rendered is in no commit then, but what was written is."""
    edit = Edit("f.ignore", gitignore.add(".env"), "why")
    applied(repo, wants(File("f.ignore", "# one\n\n# two\n"), edit))
    commit(repo)
    (repo / "f.ignore").write_text("mine\n\n# one\n\n# two\n.env\n")
    commit(repo)
    git(tmp_path, "clone", "-q", f"file://{repo}", str(tmp_path / "clone"))
    made = applied(tmp_path / "clone", wants(File("f.ignore", "# one\n\n# 2\n"), edit))
    assert made.changes[0].action is Action.MERGE
    assert (tmp_path / "clone/f.ignore").read_text() == "mine\n\n# one\n\n# 2\n.env\n"
