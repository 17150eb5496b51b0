"""A repository whose own git configuration, objects or layout try to run programs, to block, or to lead outside."""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from pathlib import Path

import pytest

from prodify.inventory import git as questions
from prodify.inventory.files import FileIndex
from prodify.inventory.gitpipes import holds_pipe
from tests.hostile.test_whole_audit import run
from tests.hostile.trees import LINE, Maker, git, slow, write

SIGNATURE = "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    write(tree, {"app.py": LINE, "sub/a.txt": "x\n"})
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "-m", "start")
    return tree


def remove_object(root: Path, name: str) -> None:
    identifier = git(root, "rev-parse", name)
    path = root / ".git" / "objects" / identifier[:2] / identifier[2:]
    path.chmod(0o600)
    path.unlink()


@pytest.mark.parametrize("missing", ["HEAD^{tree}", pytest.param("HEAD:app.py", marks=slow), pytest.param("HEAD:sub", marks=slow)])
def test_a_missing_object_is_not_fetched_with_a_program_of_the_repository(missing: str, root: Path, tmp_path: Path) -> None:
    """A promisor remote is asked for what is missing, and `ext::` addresses are commands."""
    marker = tmp_path / "ran"
    settings = {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {marker}",
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        "protocol.ext.allow": "always",
        "protocol.file.allow": "always",
    }
    remove_object(root, missing)
    for key, value in settings.items():
        git(root, "config", key, value)
    assert run(root).returncode == 0
    assert not marker.exists()


def test_no_program_that_the_configuration_names_is_run(root: Path, tmp_path: Path) -> None:
    marker, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    signed = git(root, "cat-file", "commit", "HEAD").replace("\n\n", SIGNATURE, 1)
    (tmp_path / "commit").write_text(signed + "\n")
    git(root, "update-ref", "HEAD", git(root, "hash-object", "-t", "commit", "-w", str(tmp_path / "commit")))
    keys = (
        "core.fsmonitor core.sshCommand core.editor core.pager core.askPass core.gitProxy core.alternateRefsCommand gpg.program "
        "diff.external "
        "diff.x.textconv diff.x.command filter.x.clean filter.x.smudge filter.x.process merge.x.driver sequence.editor credential.helper "
        "uploadpack.packObjectsHook pager.log pager.ls-files trailer.x.command"
    )
    for key in keys.split():
        git(root, "config", key, str(program))
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "core.hooksPath", str(tmp_path))
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, tmp_path / hook)
    write(root, {".gitattributes": "* filter=x diff=x merge=x working-tree-encoding=UTF-16 ident export-subst\n", "app.py": LINE + "\n"})
    assert run(root).returncode == 0
    assert run(root, "--staged").returncode == 0
    assert not marker.exists()


@pytest.mark.parametrize(
    "key", ["core.excludesFile", "core.attributesFile", "diff.orderFile", "mailmap.file", "include.path", "core.worktree"]
)
@pytest.mark.parametrize("value", ["/dev/zero", "/missing", "/"])
def test_files_that_the_configuration_names_elsewhere_are_not_read_for_ever(key: str, value: str, root: Path) -> None:
    with (root / ".git" / "config").open("a") as stream:
        section, _, name = key.partition(".")
        stream.write(f"[{section}]\n\t{name} = {value}\n")
    start = time.monotonic()
    assert FileIndex(root).paths is not None
    assert FileIndex(root).dirty in (True, False, None)
    assert time.monotonic() - start < 20


def test_a_pipe_where_git_reads_rules_does_not_hold_it_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "_PATIENCE", 0.3)
    os.mkfifo(root / "sub" / ".gitignore")
    start = time.monotonic()
    assert FileIndex(root).paths == ("app.py", "sub/a.txt")
    assert time.monotonic() - start < 20


def included_pipe(root: Path, directory: str = "", section: str = "[include]") -> None:
    os.mkfifo(root / "pipe")
    with (root / ".git" / "config").open("a") as stream:
        stream.write(f"{section}\n\tpath = {directory}../pipe\n")


def nested_include(root: Path) -> None:
    included_pipe(root)
    config = root / ".git" / "config"
    config.rename(config.with_name("more"))
    config.write_text('[core]\n\trepositoryformatversion = 0\n[Include] path = "more" ; and so on\n')


def linked_branch(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / ".git" / "refs" / "heads" / "other").symlink_to(root / "pipe")


def pipe_for(name: str) -> Maker:
    def make(root: Path) -> None:
        (root / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(root / ".git" / name)

    return make


def git_file(root: Path) -> None:
    included_pipe(root, f"{root}/sub/")
    (root / ".git").rename(root.parent / "elsewhere")
    (root / ".git").write_text("gitdir: ../elsewhere\n")


PIPES: dict[str, Maker] = {
    "include": included_pipe,
    "conditional include": lambda root: included_pipe(root, section=f'[includeIf "gitdir:{root}/"]'),
    "nested include": nested_include,
    "linked branch": linked_branch,
    "git file": git_file,
    **{name: pipe_for(name) for name in ("config", "HEAD", "index", "packed-refs", "info/exclude", "objects/info/alternates")},
}


@pytest.mark.parametrize("place", PIPES)
@pytest.mark.parametrize("below", [False, True])
def test_git_is_not_asked_where_it_would_wait_for_a_pipe(place: str, below: bool, root: Path) -> None:
    PIPES[place](root)
    start = time.monotonic()
    index = FileIndex(root / "sub" if below else root)
    expected = ("a.txt",) if below else ("app.py", "sub/a.txt")
    paths = tuple(path for path in index.paths if path != ".git")
    assert (index.git, paths, index.dirty) == (None, expected, None)
    assert time.monotonic() - start < 0.9, "git was started and waited for"


def test_an_ordinary_configuration_is_no_pipe(root: Path) -> None:
    (root / ".git" / "more").write_text("[user]\n\tname = me\n")
    with (root / ".git" / "config").open("a") as stream:
        stream.write('[include]\n\tpath = more\n\tpath = /missing\n[remote "x"]\n\turl = ../pipe\n')
    assert not holds_pipe(str(root)) and not holds_pipe(str(root / "sub"))
    git(root, "worktree", "add", "-q", str(root.parent / "second"))
    assert not holds_pipe(str(root.parent / "second")) and (second := FileIndex(root.parent / "second").git) and len(second.tracked) == 2
    os.mkfifo(root / ".git" / "info" / "pipe")
    assert holds_pipe(str(root.parent / "second"))


@pytest.mark.parametrize("content", ["gitdir: /missing\n", "gitdir: ../other/.git\n", "gitdir: /dev/zero\n", "", "\0", "gitdir: .git\n"])
def test_a_git_file_that_leads_elsewhere(content: str, root: Path) -> None:
    other = root.parent / "other"
    write(other, {"secret.py": "x = 1\n"})
    git(other, "init", "-q")
    git(other, "add", "-A")
    shutil.rmtree(root / ".git")
    (root / ".git").write_text(content)
    done = run(root)
    assert done.returncode == 0, done.stderr
    assert str(root.parent) not in done.stdout


def test_what_a_worktree_elsewhere_holds_is_not_read(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"app.py": "import os\nos.environ['FROM_OUTSIDE']\n"})
    git(root, "config", "core.worktree", str(outside))
    assert "FROM_OUTSIDE" not in run(root).stdout


@pytest.mark.parametrize("damage", ["index", "HEAD", "config", "packed-refs", "objects/info/alternates", "info/exclude"])
@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"DIRC" + b"\xff" * 100, b"/missing\n../../../../../etc\n", b"\xff\xfe\n"])
def test_damaged_repositories_are_read_as_directories(damage: str, content: bytes, root: Path) -> None:
    write(root, {f".git/{damage}": content})
    assert "app.py" in FileIndex(root)


def test_without_a_git_program_the_index_and_the_branch_are_read(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = FileIndex(root)
    commit, paths = expected.git.head if expected.git else None, expected.paths
    assert commit is not None and expected.dirty is False
    monkeypatch.setenv("PATH", str(tmp_path))
    found = FileIndex(root)
    assert (found.git.head if found.git else None, found.paths, found.dirty) == (commit, paths, False)
    branch = next((root / ".git" / "refs" / "heads").iterdir())
    branch.unlink()
    write(root, {".git/packed-refs": f"# pack-refs\n{commit} refs/heads/{branch.name}\n"})
    assert (packed := FileIndex(root).git) is not None and packed.head == commit
    write(root, {".git/HEAD": "ref: refs/heads/../../../../../etc/passwd\n"})
    assert (outside := FileIndex(root).git) is not None and outside.head is None


@slow
def test_rules_of_the_user_do_not_decide_what_is_seen(root: Path, tmp_path: Path) -> None:
    write(root, {"new.py": "import os\nos.environ['SEEN']\n"})
    write(
        tmp_path,
        {"config/git/ignore": "*.py\n", "home/.config/git/ignore": "*.py\n", "home/.gitconfig": "[core]\n\texcludesFile = /dev/null\n"},
    )
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")  # compiled patterns stay where they are
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": cache}
    plain = json.loads(run(root).stdout)
    other = json.loads(run(root, env=env).stdout)
    assert plain == other
    assert "SEEN" in json.dumps(plain)
