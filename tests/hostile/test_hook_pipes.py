"""Named pipes in the way of the pre-commit hook, and of history: nobody ever writes into them, and nobody waits for that."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prodify.cli import hook
from prodify.errors import UsageError
from prodify.inventory import gitpipes
from prodify.inventory.gitpipes import Silence
from prodify.inventory.roles import role_of
from prodify.inventory.secrets import Scanner
from prodify.inventory.secrets.gitstream import runner
from prodify.inventory.secrets.history import scan_history
from tests.hostile.test_git import PIPES
from tests.hostile.trees import LINE, git, write

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
STAGED = ["audit", "--staged", "--fail-on", "error"]
_IMPATIENT = "import sys; from prodify.inventory import gitpipes; gitpipes.PATIENCE = 0.5; from prodify.cli import hook; "
_HOOK = _IMPATIENT + f"sys.exit(hook.run({STAGED!r}))"
URL = "postgresql://app:" + "kT9x2LmQ8vR4wZ" + "@db.internal:5432/app"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Scanner()  # leaves the compiled rules, without which the hook's first look does not begin
    tree = tmp_path / "tree"
    write(tree, {"app.py": LINE, "sub/a.txt": "x\n"})
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "-m", "start")
    write(tree, {"db.py": "x = 1\n"})
    git(tree, "add", "db.py")
    return tree


def run_hook(root: Path) -> subprocess.CompletedProcess[str]:
    """The hook as git starts it. One that waits for a pipe ends in a timeout."""
    return subprocess.run([sys.executable, "-c", _HOOK], cwd=root, capture_output=True, text=True, timeout=20, check=False)


def pipe_instead_of(root: Path, name: str) -> None:
    identifier = git(root, "rev-parse", name)
    place = root / ".git" / "objects" / identifier[:2] / identifier[2:]
    place.parent.chmod(0o700)
    place.unlink()
    os.mkfifo(place)


def test_the_arguments_are_those_of_the_hook() -> None:
    assert tuple(STAGED) in hook.PLAIN


@pytest.mark.parametrize("content", ["x = 1\n", f'DATABASE_URL = "{URL}"\n'])
def test_a_pipe_in_place_of_the_staged_file_is_not_opened(content: str, root: Path) -> None:
    write(root, {"db.py": content})
    git(root, "add", "db.py")
    for name in ("db.py", ".gitleaksignore", "prodify.toml", ".gitattributes"):
        (root / name).unlink(missing_ok=True)
        os.mkfifo(root / name)
    done = run_hook(root)
    assert (done.returncode, done.stderr.count("revoked")) == ((1, 1) if URL in content else (0, 0)), done.stderr
    assert ("db.py:1" in done.stdout) == (URL in content)


@pytest.mark.parametrize("place", PIPES)
def test_git_is_not_started_where_it_would_read_a_pipe(place: str, root: Path) -> None:
    PIPES[place](root)
    start = time.monotonic()
    done = run_hook(root)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", ":db.py"])
def test_a_pipe_in_place_of_an_object_is_given_up(name: str, root: Path) -> None:
    pipe_instead_of(root, name)
    done = run_hook(root)
    assert done.returncode == 2 and "git gives no answer" in done.stderr, done.stderr


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD:app.py"])
def test_history_gives_up_as_well(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitpipes, "PATIENCE", 0.5)
    pipe_instead_of(root, name)
    start = time.monotonic()
    with pytest.raises(UsageError, match="no answer"):
        scan_history(Scanner(), runner(root), role_of)
    assert time.monotonic() - start < 10


def test_silence_is_told_from_an_end_and_from_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitpipes, "PATIENCE", 0.05)
    reading, writing = os.pipe()
    silence = Silence(reading)
    assert silence.is_kept()
    os.write(writing, b"x")
    assert not silence.is_kept()
    assert os.read(reading, 1) == b"x" and silence.is_kept()
    os.close(writing)
    assert not silence.is_kept()
    os.close(reading)
