"""What can go wrong on a machine: the old tree or the new one stands, and the message says which."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prodify.api import Edit, File
from prodify.changes import Lock, apply, interrupted, recover, undo
from prodify.errors import ConflictError, UsageError

from .conftest import git, planned, tree, wants

BIG = "x: 1\n" * 30_000
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount or to become somebody else")


def in_child(action: Callable[[], object]) -> str:
    """Run an action in a child process; returns what it raised, as text, or the empty string."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = "?"
        try:
            action()
            said = ""
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", place], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let the tests mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@as_root
def test_a_disk_that_is_full_when_the_work_begins(small_disk: Path) -> None:
    (small_disk / "mine.txt").write_text("mine\n")
    before = tree(small_disk)
    todo = planned(small_disk, wants(*(File(f"f{number}.yaml", BIG) for number in range(4))))
    with pytest.raises(ConflictError, match=r"refused to write: No space left[^\n]*\n\s+Nothing was written\."):
        apply(small_disk, todo)
    assert tree(small_disk) == before and not interrupted(small_disk)


@as_root
def test_a_disk_that_fills_up_half_way(small_disk: Path) -> None:
    """The journal fits beside one of the files, and not beside all of them."""
    before = tree(small_disk)
    size = 40_000
    todo = planned(small_disk, wants(*(File(f"f{number}.yaml", "x" * size) for number in range(8))))
    with pytest.raises(ConflictError, match=r"No space left[^\n]*\n\s+The old tree is back\."):
        apply(small_disk, todo)
    assert tree(small_disk) == before and not interrupted(small_disk)
    apply(small_disk, planned(small_disk, wants(File("small.yaml", "x: 1\n"))))


def test_a_limit_on_the_size_of_files(root: Path) -> None:
    before = tree(root)
    todo = planned(root, wants(File("a.yaml", "a: 1\n"), File("b.yaml", BIG)))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        apply(root, todo)

    assert "Nothing was written." in in_child(limited)
    assert tree(root) == before


def nobody(action: Callable[[], object]) -> Callable[[], object]:
    """Root may write everywhere, so these run as somebody else."""

    def act() -> object:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        return action()

    return act


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Path]:
    """A tree that belongs to nobody, on a way that nobody may go."""
    tree_root = tmp_path / "theirs"
    for folder in ("open", "closed"):
        (tree_root / folder).mkdir(parents=True)
        (tree_root / folder / "f.txt").write_text("mine\n")
    places = [tree_root, *tree_root.rglob("*")]
    for place in places:
        os.chown(place, 65534, 65534)
    above = [place for place in tree_root.parents if place != Path(place.anchor)]
    modes = {place: place.stat().st_mode & 0o777 for place in above}
    for place, mode in modes.items():
        place.chmod(mode | 0o001)
    yield tree_root
    for place, mode in modes.items():
        place.chmod(mode)


def editing(name: str) -> Edit:
    return Edit(name, lambda text: text + "ours\n" * ("ours" not in text), "why")


@as_root
def test_a_read_only_folder(theirs: Path) -> None:
    (theirs / "closed").chmod(0o555)
    before = tree(theirs)
    todo = planned(theirs, wants(editing("open/f.txt"), File("closed/new/g.txt", "x\n"), editing("closed/f.txt")))
    said = in_child(nobody(lambda: apply(theirs, todo)))
    assert "no right to write closed/f.txt, closed/new/g.txt" in said and "Nothing was written." in said
    assert tree(theirs) == before


@as_root
def test_a_folder_that_becomes_read_only_half_way(theirs: Path) -> None:
    before = tree(theirs)
    todo = planned(theirs, wants(editing("closed/f.txt"), editing("open/f.txt")))

    def act() -> None:
        from prodify.changes import disk

        def close(label: str) -> None:
            if b"ours" in (theirs / "closed/f.txt").read_bytes():
                (theirs / "open").chmod(0o555)

        disk.checkpoint = close
        apply(theirs, todo)

    said = in_child(nobody(act))
    (theirs / "open").chmod(0o755)
    assert "Permission denied" in said and "The old tree is back." in said
    assert tree(theirs) == before


@as_root
def test_a_read_only_file_is_replaced_and_stays_read_only(theirs: Path) -> None:
    """As git does it: what may be replaced is for the folder to say. Undo brings bytes and mode back."""
    (theirs / "open/f.txt").chmod(0o444)
    before = tree(theirs)
    todo = planned(theirs, wants(editing("open/f.txt")))
    assert in_child(nobody(lambda: apply(theirs, todo))) == ""
    assert tree(theirs)["open/f.txt"] == (b"mine\nours\n", 0o444)
    assert in_child(nobody(lambda: undo(theirs))) == ""
    assert tree(theirs) == before


@as_root
def test_a_file_that_cannot_be_read(theirs: Path) -> None:
    (theirs / "open/f.txt").chmod(0)

    def look() -> None:
        raise ValueError(planned(theirs, wants(editing("open/f.txt"))).changes[0].note)

    assert in_child(nobody(look)) == "ValueError: not edited: cannot be read (Permission denied)"


def test_something_else_appears_where_a_file_should_go(root: Path, tmp_path: Path) -> None:
    todo = planned(root, wants(File("a.yaml", "a: 1\n"), File("deploy/f.yaml", "f: 1\n")))
    before = tree(root)
    place = root / "deploy/f.yaml"
    place.parent.mkdir()
    for what in ("folder", "pipe", "link"):
        if what == "folder":
            place.mkdir()
        elif what == "pipe":
            os.mkfifo(place)
        else:
            place.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(ConflictError, match="Nothing was written"):
            apply(root, todo)
        if what == "folder":
            place.rmdir()
        else:
            place.unlink()
        assert tree(root) == before
    (root / "deploy").rmdir()
    (root / "deploy").write_text("a file where the folder should be\n")
    with pytest.raises(ConflictError, match="Nothing was written"):
        apply(root, todo)


def test_a_journal_that_leads_outside_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="not a relative path inside"):
        planned(root, wants(File("../outside.yaml", "x\n")))


def test_a_git_that_is_busy(repo: Path) -> None:
    """Another git command holds the index: nothing half way stays behind."""
    from prodify.api import Untrack

    todo = planned(repo, wants(File("f.yaml", "x: 1\n"), Untrack("app.py", "why")))
    before, index = tree(repo), git(repo, "ls-files", "--stage")
    (repo / ".git/index.lock").write_bytes(b"")
    with pytest.raises(ConflictError, match=r"The old tree is back\. Another git command may be running"):
        apply(repo, todo)
    (repo / ".git/index.lock").unlink()
    assert (tree(repo), git(repo, "ls-files", "--stage")) == (before, index)
    assert recover(repo) == "" and not Lock.load(repo).entries
