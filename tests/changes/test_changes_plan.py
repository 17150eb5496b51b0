"""The table of the design, row by row."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prodify.api import Edit, File, Untrack
from prodify.changes import Action, ConflictPolicy, Lock, Plan, apply, own, plan
from prodify.edits import CannotEdit, gitignore
from prodify.errors import ConflictError, InternalError, UsageError

from .conftest import applied, commit, git, ignoring, planned, tree, wants

ONE = "a: 1\n\nb: 2\n\nc: 3\n"
TWO = "a: 1\n\nb: 2\n\nc: 4\n"


def action(made: Plan, path: str = "f.yaml") -> Action:
    return next(change.action for change in made.changes if change.path == path)


def test_an_absent_file_is_created_and_recorded(root: Path) -> None:
    made = applied(root, wants(File("deploy/f.yaml", ONE)))
    assert action(made, "deploy/f.yaml") is Action.CREATE
    assert (root / "deploy/f.yaml").read_text() == ONE
    assert Lock.load(root).entries["deploy/f.yaml"].recipes == ("r",)


def test_the_same_text_is_adopted(root: Path) -> None:
    (root / "f.yaml").write_text(ONE)
    made = applied(root, wants(File("f.yaml", ONE)))
    assert action(made) is Action.ADOPTED
    assert "f.yaml" in Lock.load(root).entries


def test_another_text_is_foreign_and_never_written(root: Path) -> None:
    (root / "f.yaml").write_text("mine\n")
    made = applied(root, wants(File("f.yaml", ONE)))
    assert action(made) is Action.FOREIGN
    assert (root / "f.yaml").read_text() == "mine\n"
    assert "f.yaml" not in Lock.load(root).entries


def test_a_file_as_written_is_updated(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    assert action(applied(root, wants(File("f.yaml", TWO)))) is Action.UPDATE
    assert (root / "f.yaml").read_text() == TWO


def test_an_edited_file_is_kept_when_nothing_new_is_wanted(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    (root / "f.yaml").write_text(ONE + "mine: 1\n")
    made = applied(root, wants(File("f.yaml", ONE)))
    assert action(made) is Action.KEEP
    assert made.empty


def test_an_edited_file_is_merged(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text("mine: 1\n" + ONE)
    assert action(applied(repo, wants(File("f.yaml", TWO)))) is Action.MERGE
    assert (repo / "f.yaml").read_text() == "mine: 1\n" + TWO
    assert applied(repo, wants(File("f.yaml", TWO))).empty


def test_a_collision_is_marked_once_and_then_left_alone(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(ONE.replace("c: 3", "c: 99"))
    made = applied(repo, wants(File("f.yaml", TWO)))
    assert action(made) is Action.CONFLICT
    marked = (repo / "f.yaml").read_text()
    assert marked == "a: 1\n\nb: 2\n\n<<<<<<< yours\nc: 99\n||||||| base\nc: 3\n=======\nc: 4\n>>>>>>> prodify\n"
    assert action(applied(repo, wants(File("f.yaml", TWO)))) is Action.UNRESOLVED
    assert action(applied(repo, wants(File("f.yaml", ONE)))) is Action.UNRESOLVED
    assert (repo / "f.yaml").read_text() == marked


def test_without_the_base_both_texts_stand_between_markers(tmp_path: Path) -> None:
    applied(tmp_path, wants(File("f.yaml", ONE)))
    (tmp_path / "f.yaml").write_text("mine: 1\n" + ONE)
    made = applied(tmp_path, wants(File("f.yaml", TWO)))
    assert action(made) is Action.CONFLICT
    text = (tmp_path / "f.yaml").read_text()
    assert "mine: 1\n" in text and "c: 3\n" in text and "c: 4\n" in text and "base" not in text


def test_policy_skip_leaves_the_file_and_asks_again_next_time(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(ONE.replace("c: 3", "c: 99"))
    for _ in range(2):
        made = planned(repo, wants(File("f.yaml", TWO)), ConflictPolicy.SKIP)
        assert action(made) is Action.CONFLICT
        apply(repo, made)
        assert (repo / "f.yaml").read_text() == ONE.replace("c: 3", "c: 99")


def test_policy_abort_writes_nothing_at_all(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_text(ONE.replace("c: 3", "c: 99"))
    before = tree(repo)
    made = planned(repo, wants(File("f.yaml", TWO), File("g.yaml", ONE)), ConflictPolicy.ABORT)
    with pytest.raises(ConflictError, match=r"f\.yaml"):
        apply(repo, made)
    assert tree(repo) == before


def test_a_deleted_file_stays_deleted(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    (root / "f.yaml").unlink()
    assert action(applied(root, wants(File("f.yaml", TWO)))) is Action.DELETED
    assert not (root / "f.yaml").exists()


def test_an_owned_file_is_never_touched_again(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    own(root, "f.yaml")
    assert action(applied(root, wants(File("f.yaml", TWO)))) is Action.KEEP
    (root / "f.yaml").unlink()
    assert action(applied(root, wants(File("f.yaml", TWO)))) is Action.KEEP
    assert not (root / "f.yaml").exists()


def test_own_refuses_what_is_not_managed(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    with pytest.raises(UsageError, match=r"f\.yaml"):
        own(root, "f.yml")


def test_two_recipes_cannot_want_two_texts_of_one_file(root: Path) -> None:
    with pytest.raises(InternalError, match=r"one and two want different texts of f\.yaml"):
        planned(root, wants(File("f.yaml", ONE), recipe="one") + wants(File("f.yaml", TWO), recipe="two"))


def test_two_recipes_may_want_the_same_text(root: Path) -> None:
    made = planned(root, wants(File("f.yaml", ONE), recipe="one") + wants(File("f.yaml", ONE), recipe="two"))
    assert made.changes[0].recipes == ("one", "two")


def test_edits_of_several_recipes_make_one_change(root: Path) -> None:
    made = applied(root, wants(ignoring(".env"), recipe="one") + wants(ignoring("*.db"), recipe="two"))
    change = made.changes[0]
    assert (change.action, change.recipes, change.note) == (Action.EDIT, ("one", "two"), "keeps secrets out of git")
    assert (root / ".gitignore").read_text() == "venv/\n.env\n*.db\n"
    assert planned(root, wants(ignoring(".env"), recipe="one") + wants(ignoring("*.db"), recipe="two")).empty


def test_an_edit_creates_a_file_only_when_asked(root: Path) -> None:
    edit = Edit("x/.gitignore", gitignore.add("a"), "why")
    made = planned(root, wants(edit))
    assert made.empty and "no such file" in made.changes[0].note
    applied(root, wants(Edit("x/.gitignore", gitignore.add("a"), "why", create=True)))
    assert (root / "x/.gitignore").read_text() == "a\n"


def test_an_edit_finds_the_file_that_a_later_one_creates(root: Path) -> None:
    wanted = wants(Edit("x.ignore", gitignore.add("a"), "why"), Edit("x.ignore", gitignore.add("b"), "why", create=True))
    applied(root, wanted)
    assert (root / "x.ignore").read_text() == "b\na\n"
    assert planned(root, wanted).empty


def test_a_file_that_an_edit_created_and_the_user_deleted_stays_deleted(root: Path) -> None:
    wanted = wants(Edit("x.ignore", gitignore.add("a"), "why", create=True))
    applied(root, wanted)
    (root / "x.ignore").unlink()
    assert action(applied(root, wanted), "x.ignore") is Action.DELETED
    assert not (root / "x.ignore").exists()


def test_an_edit_that_is_satisfied_leaves_no_trace(root: Path) -> None:
    assert planned(root, wants(ignoring("venv/"))).empty


def test_what_cannot_be_edited_is_said_and_left(root: Path) -> None:
    def refuse(text: str) -> str:
        raise CannotEdit("the moon is full", "Wait.")

    made = planned(
        root, wants(Edit("app.py", refuse, "why"), recipe="moon") + wants(Edit("app.py", lambda text: text + "b = 2\n", "adds b"))
    )
    assert made.changes[0].after == "app = 1\nb = 2\n"
    assert "moon could not edit it: the moon is full. Wait." in made.changes[0].note


def test_edits_on_top_of_an_owned_file_stay_clean_and_survive_updates(repo: Path) -> None:
    file, edit = File("f.ignore", "# one\n"), Edit("f.ignore", gitignore.add(".env"), "why")
    applied(repo, wants(file, recipe="whole") + wants(edit, recipe="line"))
    assert (repo / "f.ignore").read_text() == "# one\n.env\n"
    assert planned(repo, wants(file, recipe="whole") + wants(edit, recipe="line")).empty
    assert planned(repo, wants(file, recipe="whole")).empty
    applied(repo, wants(File("f.ignore", "# zero\n\n# one\n"), recipe="whole"))
    assert (repo / "f.ignore").read_text() == "# zero\n\n# one\n.env\n"


def test_a_lost_lock_is_rebuilt_from_the_same_texts(root: Path) -> None:
    wanted = wants(File("f.ignore", "# one\n")) + wants(Edit("f.ignore", gitignore.add(".env"), "why"))
    applied(root, wanted)
    lock = (root / ".prodify.lock.json").read_bytes()
    (root / ".prodify.lock.json").unlink()
    assert action(applied(root, wanted), "f.ignore") is Action.ADOPTED
    assert (root / ".prodify.lock.json").read_bytes() == lock


def test_a_foreign_file_can_still_be_edited(root: Path) -> None:
    made = planned(root, wants(File(".gitignore", "all of it\n"), recipe="whole") + wants(ignoring(".env"), recipe="line"))
    assert [change.action for change in made.changes[:2]] == [Action.FOREIGN, Action.EDIT]
    apply(root, made)
    assert (root / ".gitignore").read_text() == "venv/\n.env\n"


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../x", ".git/hooks/x", ".GIT/x", "a\\b", "a\nb", "", ".", "C:x", "./x", "a//b"])
def test_a_path_outside_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UsageError):
        planned(root, wants(File(path, ONE)))


def test_nothing_goes_through_a_symbolic_link(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("x")
    os.symlink(outside, root / "link")
    os.symlink(outside / "f", root / "file")
    os.symlink("/nowhere", root / "dangling")
    wanted = wants(File("link/g", ONE), File("file", ONE), File("dangling", ONE), Edit("link/f", lambda t: t + "y", "", create=True))
    made = applied(root, wanted)
    assert all("symbolic link" in change.note for change in made.changes[:-1])
    assert made.empty
    assert sorted(os.listdir(outside)) == ["f"] and (outside / "f").read_text() == "x"


def test_files_that_are_no_text_are_left(root: Path) -> None:
    (root / "bin").write_bytes(b"\xff\xfe\x00")
    (root / "nul").write_bytes(b"a\x00b")
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    edits = [Edit(name, lambda text: text + "x", "why") for name in ("bin", "nul", "folder", "pipe")]
    made = planned(root, wants(*edits))
    assert made.empty
    no_text = "is neither UTF-8 text nor UTF-16 with a byte order mark"
    reasons = [no_text, "is not a regular file", "is a binary file", "is not a regular file"]
    assert [change.note for change in made.changes[:-1]] == [f"not edited: {reason}" for reason in reasons]


def test_a_file_in_the_way_of_a_folder_is_said(root: Path) -> None:
    made = planned(root, wants(File("app.py/x", ONE)))
    assert made.changes[0].note == "cannot exist: app.py is not a folder"


def test_crlf_and_byte_order_mark_survive_an_update(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE)))
    (repo / "f.yaml").write_bytes(b"\xef\xbb\xbf" + ONE.replace("\n", "\r\n").encode())
    assert action(planned(repo, wants(File("f.yaml", ONE)))) is Action.UNCHANGED
    applied(repo, wants(File("f.yaml", TWO)))
    assert (repo / "f.yaml").read_bytes() == b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode()


def test_untrack_takes_a_file_out_of_the_index_alone(repo: Path) -> None:
    (repo / ".env").write_text("A=1\n")
    commit(repo)
    wanted = wants(Untrack(".env", "secrets stay out of git"))
    made = applied(repo, wanted)
    assert made.untracks[0].note == "secrets stay out of git"
    assert git(repo, "ls-files") == ".gitignore\napp.py\n"
    assert (repo / ".env").read_text() == "A=1\n"
    assert planned(repo, wanted).empty


def test_untrack_without_git_does_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    assert planned(tmp_path, wants(Untrack(".env", "why"))).empty


def test_user_text_is_in_no_repr(root: Path) -> None:
    (root / "f.yaml").write_text("hunter2\n")
    made = planned(root, wants(File("f.yaml", "rendered-text\n")))
    assert "hunter2" not in repr(made) and "rendered-text" not in repr(made)


def test_planning_writes_nothing(root: Path) -> None:
    def everything() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}

    before = everything()
    plan(root, wants(File("f.yaml", ONE), ignoring(".env"), Untrack("app.py", "why")), Lock())
    assert everything() == before
