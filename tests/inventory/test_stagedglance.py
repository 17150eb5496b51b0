"""The hook's first look: sure of what is clean, and of nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prodify import usercache
from prodify.inventory.secrets import Scanner, cache
from prodify.inventory.stagedglance import nothing_staged
from tests.checks.conftest import lay_out

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="elsewhere there is only the full look")
KEY = "sk-" + "proj-" + "Zq7Lw2Xv9Nc4Rt6Yb1Mh8Kd3" * 2


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("hyperscan")
    Scanner()  # leaves the database and the note on it
    monkeypatch.chdir(lay_out(tmp_path, {"app.py": "import os\n", "sub/a.txt": "x"}))
    return tmp_path


def _stage(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    subprocess.run(["git", "add", "-f", name], cwd=root, check=True)


def test_what_is_clean_is_known_without_the_scanner(root: Path) -> None:
    assert nothing_staged()
    _stage(root, "app.py", b"print('hello')\n")
    _stage(root, "\u00fc b.txt", b"")
    _stage(root, "image.png", b"\0\1" + KEY.encode())
    assert nothing_staged()
    code = "import sys; import prodify.cli.hook as h; r = h.run(['audit', '--staged']); "
    code += "print(r, [m for m in sys.modules if 'scanner' in m or m == 'typer'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 []"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("app.py", f"KEY = '{KEY}'\n".encode()),
        ("wide.py", f"KEY = '{KEY}'\n".encode("utf-16")),
        (".env", b"A=1\n"),
        ("config/master.key", b"x"),
        ("large.txt", b"word " * 300_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_hold_something_is_left_to_the_full_look(name: str, content: bytes, root: Path) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    _stage(root, name, content)
    assert not nothing_staged()


def test_only_what_lies_below_counts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _stage(root, "app.py", f"KEY = '{KEY}'\n".encode())
    monkeypatch.chdir(root / "sub")
    assert nothing_staged()


def test_without_a_commit_a_repository_or_a_database_it_says_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usercache, "default_folder", lambda: str(tmp_path / "none"))
    assert not nothing_staged()
    monkeypatch.undo()
    new = tmp_path / "new"
    new.mkdir()
    subprocess.run(["git", "init", "-q", str(new)], check=True)
    monkeypatch.chdir(new)
    assert not nothing_staged()


def test_the_database_of_other_rules_is_not_taken(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "machine", lambda: "another")
    assert not nothing_staged()
