"""Files are read once, safely, and what they are is known afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prodify.inventory import Inventory, content
from prodify.inventory.content import Content
from prodify.inventory.files import FileIndex
from tests.checks.conftest import lay_out

from .conftest import Repo


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    real = os.open

    def noted(path: str, *rest: int) -> int:
        names.append(os.path.basename(str(path)))
        return real(path, *rest)

    monkeypatch.setattr(os, "open", noted)
    return names


def test_each_file_is_opened_once_for_all_its_readers(tmp_path: Path, opened: list[str]) -> None:
    inv = Inventory(lay_out(tmp_path, {"app.py": "import os\n", "conf.yaml": "a: 1\n", "notes.txt": "word\n"}))
    opened.clear()
    assert inv.files.text("app.py") == "import os\n"
    assert inv.secrets == ()
    assert inv.files.skipped.binary == 0 and inv.files.dirty is False
    assert inv.files.lines("conf.yaml") == ("a: 1",)
    assert sorted(name for name in opened if name in ("app.py", "conf.yaml", "notes.txt")) == ["app.py", "conf.yaml", "notes.txt"]


def test_what_is_left_out_is_counted(repo: Repo) -> None:
    inv = repo({"a.txt": "x"})
    (inv.files.root / "b.bin").write_bytes(b"\0\1\2")
    (inv.files.root / "utf16.txt").write_bytes("wide".encode("utf-16"))
    os.mkfifo(inv.files.root / "pipe")
    with (inv.files.root / "big.txt").open("wb") as stream:
        stream.truncate(content.MAX_BYTES + 1)
    skipped = FileIndex(inv.files.root).skipped
    assert (skipped.binary, skipped.too_large) == (1, 1)


def test_the_tree_is_dirty_when_a_file_differs_is_gone_or_is_new(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"a.txt": "one\ntwo\n", "b.txt": "x"})
    assert FileIndex(root).dirty is False
    (root / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    assert FileIndex(root).dirty is False, "a checkout with CRLF is the same content"
    (root / "a.txt").write_bytes(b"one\nthree\n")
    assert FileIndex(root).dirty is True
    (root / "a.txt").unlink()
    assert FileIndex(root).dirty is True
    (root / "a.txt").write_bytes(b"one\ntwo\n")
    assert FileIndex(root).dirty is False
    (root / "c.txt").write_bytes(b"new")
    assert FileIndex(root).dirty is True


def test_a_change_that_hides_behind_its_old_size_and_time_is_seen(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"a.txt": "one", "b.txt": "x"})
    before = (root / "a.txt").stat()
    (root / "a.txt").write_bytes(b"two")
    os.utime(root / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert FileIndex(root).dirty is True
    (root / "a.txt").write_bytes(b"one")
    assert FileIndex(root).dirty is False, "another time, the same content"
    (root / "a.txt").unlink()
    (root / "a.txt").symlink_to("b.txt")
    assert FileIndex(root).dirty is True


def test_what_the_index_knows_unchanged_is_not_read_again(tmp_path: Path, opened: list[str]) -> None:
    root = lay_out(tmp_path, {"a.txt": "one", "sub/ü b.txt": "x"})
    later = (root / ".git" / "index").stat().st_mtime_ns + 2_000_000_000
    os.utime(root / ".git" / "index", ns=(later, later))  # not written in the moment in which the files were
    opened.clear()
    assert FileIndex(root).dirty is False
    assert FileIndex(root / "sub").dirty is False
    assert not [name for name in opened if name.endswith(".txt")]


def test_held_content_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "HELD_BYTES", 10)
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 6)
    reader = Content(str(tmp_path))
    assert [reader.read(name) for name in "abc"] == [b"aaaaaa", b"bbbbbb", b"cccccc"]
    assert list(reader._held) == ["a"]
    assert reader.read("a", limit=3) is None and reader.read("b", limit=3) is None
    assert reader.about("b") == "text"


def test_links_and_what_is_no_file_are_never_opened_through(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_text("x")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "out" / "secret")
    (root / "dir").symlink_to(tmp_path / "out")
    (root / "zero").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe")
    reader = Content(str(root))
    for path in ("link", "dir/secret", "zero", "pipe", "missing"):
        assert reader.read(path) is None and reader.about(path) == "unreadable"
