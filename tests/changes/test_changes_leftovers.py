"""What prodify no longer makes is offered for deletion as long as nobody edited it, and never by a step that did not make it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from prodify.api import Edit, File
from prodify.changes import Action, FileState, Lock, Plan, Wanted, apply, diff, own, plan, status, undo
from prodify.edits import gitignore

from .conftest import applied, commit, planned, tree, wants

ONE = "a: 1\n"


def asked(root: Path, wanted: list[Wanted], *recipes: str, gone: tuple[str, ...] = ()) -> Plan:
    return plan(root, wanted, Lock.load(root), asked=recipes, gone=gone)


def actions(made: Plan) -> dict[str, Action]:
    return {change.path: change.action for change in made.changes if change.action is not Action.RECORD}


def test_an_unedited_file_goes_with_its_folder_and_undo_brings_it_back(root: Path) -> None:
    applied(root, wants(File("deploy/old/f.sh", ONE, executable=True), File("g.yaml", ONE)))
    before = tree(root)
    made = asked(root, wants(File("g.yaml", ONE)), "r")
    assert actions(made) == {"deploy/old/f.sh": Action.REMOVE, "g.yaml": Action.UNCHANGED}
    apply(root, made)
    assert not (root / "deploy").exists() and "deploy/old/f.sh" not in Lock.load(root).entries
    assert asked(root, wants(File("g.yaml", ONE)), "r").empty
    undo(root)
    assert tree(root) == before


def test_the_patch_of_a_removal_is_one_that_git_applies(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", ONE), File("empty", ""), File("run.sh", "x", executable=True)))
    commit(repo)
    made = asked(repo, [], "r")
    patch = diff(made)
    assert patch.count("deleted file mode 100644\n") == 2 and "deleted file mode 100755\n" in patch
    apply(repo, made)
    after = tree(repo)
    undo(repo)
    subprocess.run(["git", "apply", "-"], cwd=repo, input=patch.encode(), check=True, capture_output=True)
    assert tree(repo) == after


def test_an_edited_file_stays_and_own_ends_the_matter(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    (root / "f.yaml").write_text("mine: 1\n" + ONE)
    made = asked(root, [], "r")
    assert actions(made) == {"f.yaml": Action.LEFTOVER} and made.empty
    assert "prodify own f.yaml" in made.changes[0].note
    assert status(root, Lock.load(root), asked=["r"])[0].state is FileState.LEFTOVER
    own(root, "f.yaml")
    assert actions(asked(root, [], "r")) == {}
    assert status(root, Lock.load(root), asked=["r"])[0].state is FileState.OWNED


def test_another_step_removes_nothing(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE), recipe="one"))
    assert actions(asked(root, wants(File("g.yaml", ONE), recipe="two"), "two")) == {"g.yaml": Action.CREATE}
    applied(root, wants(File("f.yaml", ONE), recipe="one") + wants(Edit("f.yaml", gitignore.add("x"), "why"), recipe="two"))
    assert actions(asked(root, [], "two")) == {}
    assert actions(asked(root, [], "one", "two")) == {"f.yaml": Action.REMOVE}


def test_a_recipe_that_prodify_no_longer_has(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE), Edit(".gitignore", gitignore.add("x"), "why"), recipe="old"))
    assert actions(asked(root, [], "new")) == {}
    made = asked(root, [], "new", gone=("old",))
    assert actions(made) == {".gitignore": Action.RELEASED, "f.yaml": Action.REMOVE}
    apply(root, made)
    assert (root / ".gitignore").read_text() == "venv/\nx\n"
    assert not Lock.load(root).entries


def test_an_edit_that_holds_is_not_left_over(root: Path) -> None:
    """A recipe that finds its edit done wants nothing more, and that is no reason to forget it."""
    applied(root, wants(Edit(".gitignore", gitignore.add("x"), "why")))
    assert actions(asked(root, [], "r")) == {} and asked(root, [], "r").empty


def test_a_file_that_the_user_deleted_leaves_the_lock(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE), File("g.yaml", ONE)))
    (root / "f.yaml").unlink()
    made = asked(root, wants(File("g.yaml", ONE)), "r")
    assert actions(made)["f.yaml"] is Action.RELEASED
    apply(root, made)
    assert set(Lock.load(root).entries) == {"g.yaml"}


def test_without_being_asked_nothing_is_left_over(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    assert actions(planned(root, [])) == {}
