"""Writing, refusing to write, and taking back."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from prodify.api import Edit, File, Untrack
from prodify.changes import FileState, Lock, apply, recover, status, undo
from prodify.errors import ConfigError, ConflictError, UsageError

from .conftest import applied, attributes, commit, git, ignoring, planned, tree, wants

ONE, TWO = "a: 1\n", "a: 2\n"


def test_nothing_is_written_when_a_file_moved_since_the_plan(root: Path) -> None:
    todo = planned(root, wants(File("f.yaml", ONE), ignoring(".env")))
    (root / ".gitignore").write_text("venv/\nmine/\n")
    before = tree(root)
    with pytest.raises(ConflictError, match=r"\.gitignore has changed"):
        apply(root, todo)
    assert tree(root) == before


def test_nothing_is_written_when_a_file_appeared_since_the_plan(root: Path) -> None:
    todo = planned(root, wants(File("f.yaml", ONE), File("g.yaml", ONE)))
    (root / "g.yaml").write_text("mine\n")
    with pytest.raises(ConflictError, match=r"g\.yaml has changed"):
        apply(root, todo)
    assert not (root / "f.yaml").exists() and (root / "g.yaml").read_text() == "mine\n"


def test_nothing_is_written_through_a_link_that_appeared_since_the_plan(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    todo = planned(root, wants(File("deploy/f.yaml", ONE)))
    os.symlink(tmp_path / "outside", root / "deploy")
    with pytest.raises(ConflictError, match="symbolic link"):
        apply(root, todo)
    assert not list((tmp_path / "outside").iterdir())


def test_uncommitted_changes_of_a_touched_file_stop_everything(repo: Path) -> None:
    (repo / ".gitignore").write_text("venv/\nmine/\n")
    todo = planned(repo, wants(ignoring(".env"), File("f.yaml", ONE)))
    with pytest.raises(ConflictError, match=r"uncommitted changes in \.gitignore"):
        apply(repo, todo)
    assert not (repo / "f.yaml").exists()
    git(repo, "add", "-A")
    with pytest.raises(ConflictError, match="uncommitted"):
        apply(repo, todo)
    apply(repo, todo, allow_dirty=True)
    assert (repo / ".gitignore").read_text() == "venv/\nmine/\n.env\n"


def test_uncommitted_changes_elsewhere_do_not_matter(repo: Path) -> None:
    (repo / "app.py").write_text("app = 2\n")
    (repo / "other.py").write_text("x\n")
    applied(repo, wants(ignoring(".env")))


def test_what_prodify_wrote_itself_is_not_uncommitted_work(repo: Path) -> None:
    applied(repo, wants(ignoring(".env")))
    applied(repo, wants(ignoring("*.db")))
    git(repo, "add", "-A")
    applied(repo, wants(ignoring("*.pem")))
    undo(repo)
    applied(repo, wants(ignoring("*.key")))
    (repo / ".gitignore").write_text("mine\n")
    with pytest.raises(ConflictError, match="uncommitted"):
        applied(repo, wants(ignoring("*.p12")))


def test_a_checkout_with_crlf_is_not_dirty(repo: Path) -> None:
    (repo / ".gitignore").write_bytes(b"venv/\r\n")
    applied(repo, wants(ignoring(".env")))
    assert (repo / ".gitignore").read_bytes() == b"venv/\r\n.env\r\n"


def test_modes_are_kept_and_execute_bits_set(root: Path) -> None:
    (root / ".gitignore").chmod(0o600)
    applied(root, wants(ignoring(".env"), File("run.sh", "#!/bin/sh\n", executable=True)))
    assert (root / ".gitignore").stat().st_mode & 0o777 == 0o600
    assert os.access(root / "run.sh", os.X_OK)
    (root / "run.sh").chmod(0o700)
    applied(root, wants(File("run.sh", "#!/bin/sh\nexit\n", executable=True)))
    assert (root / "run.sh").stat().st_mode & 0o777 == 0o700


def test_no_temporary_file_is_left(root: Path) -> None:
    applied(root, wants(File("a/b/c.yaml", ONE), ignoring(".env")))
    assert set(tree(root)) == {".gitignore", ".prodify.lock.json", "a/b/c.yaml", "app.py", *attributes(root)}


def test_every_file_is_flushed_before_it_takes_its_place(root: Path, no_user_configuration: list[int]) -> None:
    todo = planned(root, wants(File("a.yaml", ONE), ignoring(".env")))
    no_user_configuration.clear()
    apply(root, todo)
    # Old and new bytes in the journal, then the files themselves: at least three for each of the three files, the lock included.
    assert len(no_user_configuration) >= 9


def test_the_lock_is_sorted_and_names_no_time_or_host(root: Path) -> None:
    applied(root, wants(File("z.yaml", ONE), recipe="zed") + wants(File("a.yaml", ONE), ignoring(".env"), recipe="ay"))
    text = (root / ".prodify.lock.json").read_text()
    assert json.loads(text) == {
        "files": {
            ".gitignore": {"kind": "edit", "recipes": ["ay"]},
            "a.yaml": {"blob": "a8926a52d8dcba5c4386945476ab6a2ad008afd4", "kind": "file", "recipes": ["ay"]},
            "z.yaml": {"blob": "a8926a52d8dcba5c4386945476ab6a2ad008afd4", "kind": "file", "recipes": ["zed"]},
        },
        "schema": "prodify.lock/1",
    }
    assert text == Lock.load(root).text()
    assert str(root) not in text


def test_the_blob_id_is_gits(repo: Path) -> None:
    applied(repo, wants(File("a.yaml", "\u00e4: 1\n")))
    assert git(repo, "hash-object", "a.yaml").strip() == Lock.load(repo).entries["a.yaml"].blob


def test_the_base_survives_garbage_collection(repo: Path) -> None:
    applied(repo, wants(File("f.yaml", "a: 1\n\nb: 1\n")))
    (repo / "f.yaml").write_text("mine: 1\n\na: 1\n\nb: 1\n")
    applied(repo, wants(File("g.yaml", ONE)))
    git(repo, "gc", "-q", "--prune=now")
    applied(repo, wants(File("f.yaml", "a: 1\n\nb: 2\n")))
    assert (repo / "f.yaml").read_text() == "mine: 1\n\na: 1\n\nb: 2\n"


def test_git_stays_clean_of_prodifys_own_state(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    git(root, "init", "-q", "--template=")
    names = git(root, "status", "--porcelain", "--untracked-files=all").split()
    assert not [name for name in names if name.startswith(".prodify/")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"files": []}', '{"files": {}, "schema": "prodify.lock/9"}', '{"files": {"a": 1}, "schema": "prodify.lock/1"}',
     '{"files": {"a": {"kind": "file", "recipes": []}}, "schema": "prodify.lock/1"}', "<<<<<<< a\n=======\n>>>>>>> b\n", "[" * 100_000,
     '{"files": {"a": {"kind": "edit", "recipes": [1]}}, "schema": "prodify.lock/1"}',
     '{"files": {"a": {"kind": "file", "recipes": [], "blob": "--output=x"}}, "schema": "prodify.lock/1"}'],
)  # fmt: skip
def test_a_damaged_lock_is_a_clear_error(root: Path, text: str) -> None:
    (root / ".prodify.lock.json").write_text(text)
    with pytest.raises(ConfigError, match=r"\.prodify\.lock\.json"):
        Lock.load(root)


def test_undo_restores_bytes_modes_lock_and_index(root: Path) -> None:
    (root / ".env").write_text("A=1\n")
    if (root / ".git").exists():
        commit(root)
    (root / "app.py").chmod(0o640)
    before = tree(root)
    applied(root, wants(File("deploy/f.yaml", ONE), ignoring(".env"), Untrack(".env", "x"), Edit("app.py", lambda t: t + "b = 1\n", "b")))
    assert tree(root) != before
    made = attributes(root)
    done = undo(root)
    assert tree(root) == before
    assert not (root / "deploy").exists()
    assert (done.restored, set(done.removed), done.kept) == ((".gitignore", "app.py"), {"deploy/f.yaml", *made}, ())
    if (root / ".git").exists():
        assert git(root, "status", "--porcelain") == ""


def test_undo_goes_back_step_by_step(root: Path) -> None:
    states = [tree(root)]
    for number in range(3):
        applied(root, wants(File("f.yaml", f"a: {number}\n")))
        states.append(tree(root))
    for state in reversed(states[:-1]):
        undo(root)
        assert tree(root) == state
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(root)


def test_undo_keeps_what_was_edited_since(root: Path) -> None:
    applied(root, wants(File("f.yaml", ONE), File("g.yaml", ONE), ignoring(".env")))
    (root / "f.yaml").write_text("mine\n")
    (root / ".gitignore").write_text("mine\n")
    made = attributes(root)
    done = undo(root)
    assert (done.kept, set(done.removed)) == ((".gitignore", "f.yaml"), {"g.yaml", *made})
    assert (root / "f.yaml").read_text() == "mine\n" and not (root / "g.yaml").exists()


def test_undo_without_an_apply_says_so(root: Path) -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(root)


def test_an_apply_that_changes_nothing_is_not_undone(root: Path) -> None:
    before = tree(root)
    applied(root, wants(File("f.yaml", ONE)))
    applied(root, wants(File("f.yaml", ONE)))
    undo(root)
    assert tree(root) == before


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"operations": [{"number": 0, "path": "../x", "old_mode": null, "new_mode": 420}]}', "[" * 100_000,
     '{"operations": [{"number": Infinity, "path": "x", "old_mode": null, "new_mode": 420}]}'],
)  # fmt: skip
def test_a_damaged_journal_is_a_clear_error(root: Path, text: str) -> None:
    applied(root, wants(File("f.yaml", ONE)))
    folder = (root / ".git/prodify/top" if (root / ".git").exists() else root / ".prodify") / "transaction"
    folder.mkdir()
    (folder / "journal.json").write_text(text)
    with pytest.raises(ConfigError, match="journal"):
        recover(root)


def test_a_link_in_place_of_the_state_is_refused(tmp_path: Path) -> None:
    outside, tree_root = tmp_path / "outside", tmp_path / "tree"
    outside.mkdir()
    tree_root.mkdir()
    os.symlink(outside, tree_root / ".prodify")
    with pytest.raises(ConflictError):
        applied(tree_root, wants(File("f.yaml", ONE)))
    assert not list(outside.iterdir())


@pytest.mark.parametrize("name", ["x", "a=b", "a.b"])
def test_no_filter_runs_when_the_index_is_written(repo: Path, tmp_path: Path, name: str) -> None:
    """Git looks once more at files that are as new as its index, and would look through their filters."""
    canary = tmp_path / "ran"
    later = time.time() + 100
    os.utime(repo / "app.py", (later, later))
    (repo / "other.py").write_text("x = 1\n")
    os.utime(repo / "other.py", (later, later))
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "later")
    with (repo / ".git/config").open("a") as config:
        config.write(f'[filter "{name}"]\n\tclean = touch {canary}; cat\n\tprocess = touch {canary}\n\trequired = true\n')
    (repo / ".git/info").mkdir(exist_ok=True)
    (repo / ".git/info/attributes").write_text(f"* filter={name}\n")
    applied(repo, wants(ignoring(".env"), Untrack("app.py", "x")), allow_dirty=True)
    assert not canary.exists()
    assert "app.py" not in git(repo, "-c", f"filter.{name}.process=", "ls-files")


def test_hooks_and_monitors_of_the_repository_never_run(repo: Path, tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch {canary}\n"
    for name in ("post-index-change", "reference-transaction", "pre-commit", "fsmonitor-watchman", "post-checkout"):
        hook = repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script)
        hook.chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(repo / ".git/hooks/post-checkout"))
    git(repo, "config", "filter.x.clean", f"touch {canary}; cat")
    (repo / ".gitattributes").write_text("* filter=x\n")
    applied(repo, wants(File("f.yaml", ONE), ignoring(".env"), Untrack("app.py", "x")), allow_dirty=True)
    (repo / "f.yaml").write_text("mine\n" + ONE)
    applied(repo, wants(File("f.yaml", TWO)))
    status(repo, Lock.load(repo))
    undo(repo)
    undo(repo)
    assert not canary.exists()


def test_a_folder_of_a_repository_and_a_linked_work_tree(repo: Path, tmp_path: Path) -> None:
    service = repo / "services/one"
    service.mkdir(parents=True)
    (service / ".env").write_text("A=1\n")
    commit(repo)
    git(repo, "worktree", "add", "-q", str(tmp_path / "linked"))
    for root in (service, tmp_path / "linked/services/one", tmp_path / "linked"):
        extra = [] if root.name == "linked" else wants(Untrack(".env", "x"))
        before, index = tree(root), git(root, "ls-files", "-s")
        applied(root, wants(File("f.yaml", ONE)) + extra)
        if extra:
            assert ".env" not in git(root, "ls-files")
        (root / "f.yaml").write_text("mine: 1\n\n" + ONE)
        applied(root, wants(File("f.yaml", ONE + "\nb: 1\n")))
        assert (root / "f.yaml").read_text() == "mine: 1\n\n" + ONE + "\nb: 1\n"
        undo(root)
        (root / "f.yaml").write_text(ONE)
        undo(root)
        assert (tree(root), git(root, "ls-files", "-s")) == (before, index)


def test_a_repository_with_sha256_ids(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--template=", "--object-format=sha256")
    applied(tmp_path, wants(File("f.yaml", "a: 1\n\nb: 1\n")))
    blob = Lock.load(tmp_path).entries["f.yaml"].blob
    assert blob == git(tmp_path, "hash-object", "f.yaml").strip()
    (tmp_path / "f.yaml").write_text("mine: 1\n\na: 1\n\nb: 1\n")
    applied(tmp_path, wants(File("f.yaml", "a: 1\n\nb: 2\n")))
    assert (tmp_path / "f.yaml").read_text() == "mine: 1\n\na: 1\n\nb: 2\n"


def states(root: Path, *items: File | Edit) -> dict[str, FileState]:
    return {found.path: found.state for found in status(root, Lock.load(root), wants(*items))}


def test_status_names_every_state(repo: Path) -> None:
    files = [File(f"{name}.yaml", f"{name}: 1\n") for name in ("clean", "edited", "missing", "outdated")]
    applied(repo, wants(*files, ignoring(".env")))
    (repo / "edited.yaml").write_text("mine\n")
    (repo / "missing.yaml").unlink()
    (repo / "foreign.yaml").write_text("mine\n")
    now: list[File | Edit] = [*files[:3], File("outdated.yaml", "new\n"), File("foreign.yaml", "ours\n"), ignoring(".env")]
    assert states(repo, *now) == {
        ".gitignore": FileState.CLEAN, "clean.yaml": FileState.CLEAN, "edited.yaml": FileState.EDITED, "foreign.yaml": FileState.FOREIGN,
        "missing.yaml": FileState.MISSING, "outdated.yaml": FileState.OUTDATED,
    }  # fmt: skip
    assert states(repo)["outdated.yaml"] is FileState.CLEAN
    (repo / ".gitignore").write_text("venv/\n")
    assert states(repo, *now)[".gitignore"] is FileState.OUTDATED


WORKFLOW = "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@{sha} # v{version}\n        with:\n          depth: {depth}\n"
OLD, NEW, NEWER = "a" * 40, "b" * 40, "c" * 40


def test_a_bumped_pin_is_no_drift_and_survives_an_upgrade(repo: Path) -> None:
    applied(repo, wants(File("ci.yaml", WORKFLOW.format(sha=OLD, version="4.1.0", depth=1))))
    bumped = WORKFLOW.format(sha=NEW, version="5.0.0", depth=1)
    (repo / "ci.yaml").write_text(bumped)
    assert states(repo)["ci.yaml"] is FileState.CLEAN
    todo = applied(repo, wants(File("ci.yaml", WORKFLOW.format(sha=NEWER, version="4.2.0", depth=2))))
    assert not todo.conflicts
    assert (repo / "ci.yaml").read_text() == WORKFLOW.format(sha=NEW, version="5.0.0", depth=2)


def test_another_number_is_drift(repo: Path) -> None:
    applied(repo, wants(File("ci.yaml", WORKFLOW.format(sha=OLD, version="4.1.0", depth=1))))
    (repo / "ci.yaml").write_text(WORKFLOW.format(sha=OLD, version="4.1.0", depth=2))
    assert states(repo)["ci.yaml"] is FileState.EDITED
