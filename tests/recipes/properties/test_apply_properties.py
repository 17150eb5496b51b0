"""What holds for every recipe on every kind of repository: applied twice is applied once, the patch is the change, undo is undo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.changes import LOCK_PATH, Action, apply, diff, undo

from .rendering import SLOW, bounded
from .trees import applied, git, planned, repository, state, upgraded

KINDS = ("example", "flask", "fastapi", "worker", "node")
AUDIENCES = ("creator", "team", "public")
RUNTIMES = ("kubernetes", "cloud-run", "compose")
ALL = [(kind, audience, runtime) for kind in KINDS for audience in AUDIENCES for runtime in RUNTIMES]
# Every kind, audience and runtime, and every runtime with the audience that gets most of it.
FEW = [
    ("example", "public", "kubernetes"), ("flask", "team", "cloud-run"), ("fastapi", "creator", "compose"),
    ("worker", "public", "kubernetes"), ("node", "team", "compose"),
]  # fmt: skip


def words(audience: str, runtime: str) -> tuple[str, ...]:
    return (f"audience={audience}", f"platform.runtime={runtime}")


@pytest.fixture(autouse=True)
def nothing_is_flushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.parametrize(("kind", "audience", "runtime"), ALL if SLOW else FEW)
def test_the_patch_apply_again_and_undo(kind: str, audience: str, runtime: str, tmp_path: Path) -> None:
    """Four properties on one tree, because making it is what takes the time."""
    root = repository(tmp_path / "applied", kind)
    twin = Path(shutil.copytree(root, tmp_path / "patched"))
    before, index = state(root), git(root, "ls-files", "--stage")
    todo = planned(root, words(audience, runtime))
    patch = diff(todo)
    apply(root, todo)

    if patch:
        git(twin, "apply", "--check", "-", text=patch)
        git(twin, "apply", "--whitespace=nowarn", "-", text=patch)
    assert state(root) == state(twin), "the patch makes another tree"
    if todo.writes:
        assert (root / LOCK_PATH).read_bytes() == (twin / LOCK_PATH).read_bytes()

    again = planned(root, words(audience, runtime))
    assert again.empty and diff(again) == "", [change.path for change in again.writes]

    if todo.writes:
        undo(root)
    assert state(root) == before
    assert git(root, "ls-files", "--stage") == index
    assert not (root / LOCK_PATH).exists()


PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from tests.recipes.properties.trees import planned
from prodify.changes import diff
sys.stdout.buffer.write(diff(planned(Path(sys.argv[1]), sys.argv[2].split())).encode())
"""


@pytest.mark.parametrize("kind", KINDS if SLOW else ("flask",))
def test_a_plan_is_the_same_in_every_process_and_order_of_files(kind: str, tmp_path: Path) -> None:
    """Other hash seeds, another folder, files created in the opposite order."""
    first = repository(tmp_path / "first", kind)
    second = tmp_path / "elsewhere" / "second"
    for place in sorted((p for p in first.rglob("*") if p.is_file() and ".git" not in p.relative_to(first).parts), reverse=True):
        target = second / place.relative_to(first)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(place, target)
    git(second, "init", "-q", "-b", "main", "--template=")
    git(second, "add", "--force", "--all")
    git(second, "commit", "-q", "-m", "Start")
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root), "service.name=same audience=public", *sys.path],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout
        for root, seed in ((first, "1"), (second, "2"))
    }  # fmt: skip
    assert len(found) == 1 and next(iter(found))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with everything applied, committed, and never changed by a test that leaves it changed."""
    root = repository(tmp_path_factory.mktemp("written") / "tree", "flask")
    applied(root, words("public", "kubernetes"))
    git(root, "add", "--force", "--all")
    git(root, "commit", "-q", "-m", "Production")
    return root


def text_files(root: Path) -> list[str]:
    return [name for name, content in state(root).items() if content is not None]


@given(data=st.data())
@bounded(quick=4, slow=25)
def test_an_edit_of_any_byte_of_any_file_stays(written: Path, data: st.DataObject) -> None:
    """Several files at once; what is there afterwards is what the user left, to the byte, or has more lines but none less."""
    before = state(written)
    # A profile that can no longer be read is an error, not an edit that could stay.
    candidates = st.sampled_from([name for name in text_files(written) if not name.endswith((".py", "prodify.yaml"))])
    names = data.draw(st.lists(candidates, min_size=1, max_size=6, unique=True))
    mine = {}
    for name in names:
        old = before[name]
        assert old is not None
        at, drop = data.draw(st.integers(0, len(old[0]))), data.draw(st.integers(0, 3))
        put = data.draw(st.sampled_from([b"x", b"\n", b"# mine\n", b"\r\n", b" ", "\u00e9".encode(), b""]))
        mine[name] = old[0][:at] + put + old[0][at + drop :]
    try:
        for name, content in mine.items():
            (written / name).write_bytes(content)
        apply(written, todo := planned(written, words("public", "kubernetes")), allow_dirty=True)
        edits = {change.path for change in todo.changes if change.action is Action.EDIT}
        for name, content in mine.items():
            now = (written / name).read_bytes()
            if name not in edits:
                assert now == content, name
            kept = [line.strip() for line in now.split(b"\n")]
            assert all(line.strip() in kept for line in content.split(b"\n")), name
    finally:
        git(written, "checkout", "-q", "--force", "HEAD")
        git(written, "clean", "-qfd", "-e", ".prodify")


@given(data=st.data())
@bounded(quick=3, slow=20)
def test_an_upgrade_keeps_every_line_that_the_user_added(written: Path, data: st.DataObject) -> None:
    """A line of the user's in every generated file, anywhere; then other goals."""
    before = state(written)
    mine: dict[str, bytes] = {}
    try:
        for number, name in enumerate(text_files(written)):
            old = before[name]
            assert old is not None
            lines = old[0].split(b"\n")
            mine[name] = f"# mine {number}".encode()
            lines.insert(data.draw(st.integers(0, len(lines))), mine[name])
            (written / name).write_bytes(b"\n".join(lines))
        changed = data.draw(st.sampled_from(("slo.latency.threshold_ms=250", "slo.availability_percent=99.5", "service.owner=@somebody")))
        apply(written, upgraded(written, (*words("public", "kubernetes"), changed)), allow_dirty=True)
        for name, line in mine.items():
            assert line in (written / name).read_bytes().replace(b"\r\n", b"\n").split(b"\n"), name
    finally:
        git(written, "checkout", "-q", "--force", "HEAD")
        git(written, "clean", "-qfd", "-e", ".prodify")
