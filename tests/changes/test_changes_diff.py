"""The patch is what apply does, to the byte."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodify.api import Edit, File
from prodify.changes import Action, Lock, Wanted, apply, diff, difference, plan, undo
from prodify.edits import requirements

from .conftest import applied, git, ignoring, planned, tree, wants

LINES = st.lists(
    st.sampled_from(["a", "b", "", " x", "-y", "+z", "\\ No newline", "@@ -1 +1 @@", "\u00e4\u2028b", "c\r", "\x0c", "diff --git a/x b/x"])
)
TEXT = st.builds(lambda lines, end: "\n".join(lines) + ("\n" if end and lines else ""), LINES, st.booleans())


def by_patch(root: Path, patch: str) -> None:
    for command in (["git", "apply", "--check", "-"], ["git", "apply", "--whitespace=nowarn", "-"]):
        done = subprocess.run(command, cwd=root, input=patch.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode() + patch


def both_ways(tmp_path: Path, before: Mapping[str, str | bytes], wanted: list[Wanted]) -> str:
    """Apply to one copy and patch another; the trees must be the same."""
    copies = [tmp_path / name for name in ("applied", "patched")]
    for copy in copies:
        copy.mkdir()
        git(copy, "init", "-q", "--template=")
        for name, text in before.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(text.encode() if isinstance(text, str) else text)
    todo = plan(copies[0], wanted, Lock.load(copies[0]))
    patch = diff(todo)
    apply(copies[0], todo)
    if patch:
        by_patch(copies[1], patch)
    assert tree(copies[0]) == tree(copies[1])
    assert diff(plan(copies[0], wanted, Lock.load(copies[0]))) == ""
    return patch


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=TEXT, new=TEXT, fresh=TEXT)
def test_any_change_of_text(tmp_path_factory: pytest.TempPathFactory, old: str, new: str, fresh: str) -> None:
    wanted = wants(File("new.txt", fresh), Edit("old.txt", lambda _: new.replace("\r\n", "\n"), "why"))
    both_ways(tmp_path_factory.mktemp("diff"), {"old.txt": old}, wanted)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("lines", [1, 40])
def test_a_file_in_utf_16_stays_one(tmp_path: Path, codec: str, lines: int) -> None:
    def encoded(text: str) -> bytes:
        return ("\ufeff" + text.replace("\n", "\r\n")).encode(codec)

    old = "".join(f"fl\u00e4sk{number}==3.1.3\n" for number in range(lines))
    wanted = wants(Edit("requirements.txt", requirements.add("gunicorn==27.0.1"), "why"))
    patch = both_ways(tmp_path, {"requirements.txt": encoded(old)}, wanted)
    assert "GIT binary patch" in patch
    root = tmp_path / "applied"
    assert (root / "requirements.txt").read_bytes() == encoded(old + "gunicorn==27.0.1\n")
    assert undo(root).restored == ("requirements.txt",)
    assert (root / "requirements.txt").read_bytes() == encoded(old)


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xff\xfe\x00\xd8", "\ufffeabc".encode(), b"\x80"])
def test_what_is_no_text_is_left_alone(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "requirements.txt").write_bytes(data)
    (change, *_) = planned(tmp_path, wants(Edit("requirements.txt", requirements.add("gunicorn==27.0.1"), "why"))).changes
    assert not change.writes and "neither UTF-8 text nor UTF-16" in change.note


def test_new_empty_executable_and_oddly_named_files(tmp_path: Path) -> None:
    names = ["plain", "with space.txt", "d\u00e9j\u00e0/vu.yaml", "a/b/c/d", "tab-less & co"]
    wanted = wants(*(File(name, f"{name}\n") for name in names), File("empty", ""), File("run.sh", "#!/bin/sh\n", executable=True))
    wanted += wants(Edit('quo"te.txt', lambda text: text + "b\n" * (text == "a\n"), "a name that only some systems allow"))
    patch = both_ways(tmp_path, {'quo"te.txt': "a\n"}, [*wanted, *wants(File("empty.sh", "", executable=True), File("ends", "x"))])
    assert 'b/quo\\"te.txt"' in patch and '"b/d\\303\\251j\\303\\240/vu.yaml"' in patch and "new file mode 100755" in patch


def test_crlf_mark_and_missing_newline(tmp_path: Path) -> None:
    before = {".gitignore": "a\r\nb", "sub/.gitignore": "\ufeffa\r\n", "mixed": "a\r\nb\nc\r\n"}
    edits = [Edit(name, ignoring("x").apply, "why") for name in before]
    patch = both_ways(tmp_path, before, wants(*edits))
    assert "+x\n\\ No newline at end of file\n" in patch
    assert (tmp_path / "applied/mixed").read_bytes() == b"a\r\nb\nc\r\nx\r\n"
    assert (tmp_path / "applied/sub/.gitignore").read_bytes() == b"\xef\xbb\xbfa\r\nx\r\n"


def test_a_mode_that_changes_with_the_text(repo: Path) -> None:
    applied(repo, wants(File("run.sh", "a\n")))
    todo = planned(repo, wants(File("run.sh", "b\n", executable=True)))
    patch = diff(todo)
    assert "old mode 100644\nnew mode 100755\n" in patch
    before = tree(repo)
    apply(repo, todo)
    after = tree(repo)
    git(repo, "add", "-A")
    subprocess.run(["git", "apply", "-R", "-"], cwd=repo, input=patch.encode(), check=True)
    assert tree(repo) == before != after


def test_an_empty_patch_means_that_nothing_changes(root: Path) -> None:
    wanted = wants(File("f.yaml", "a: 1\n"), ignoring(".env"))
    assert diff(planned(root, wanted))
    applied(root, wanted)
    todo = planned(root, wanted)
    assert diff(todo) == "" and todo.empty


def test_a_foreign_files_difference_can_be_shown_but_is_not_in_the_patch(root: Path) -> None:
    (root / "f.yaml").write_text("mine\n")
    todo = planned(root, wants(File("f.yaml", "ours\n")))
    foreign = next(change for change in todo.changes if change.action is Action.FOREIGN)
    assert difference(foreign) == "diff --git a/f.yaml b/f.yaml\n--- a/f.yaml\n+++ b/f.yaml\n@@ -1 +1 @@\n-mine\n+ours\n"
    assert diff(todo) == ""
