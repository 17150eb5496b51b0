"""History and index of real git repositories."""

from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.secrets import Scanner, parallel
from prodify.inventory.secrets import history as history_module
from prodify.inventory.secrets.allow import parse_gitleaksignore
from prodify.inventory.secrets.blobcache import BlobCache
from prodify.inventory.secrets.gitstream import blob_sizes, contents, listing, runner
from prodify.inventory.secrets.history import scan_history, scan_staged
from prodify.inventory.secrets.packheads import binary_blobs, pack_indexes
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
from typing import Any

KEY = make("sk_live_|{b62*24}")
OTHER = make("ghp_|{crc62*30}")


def role_of(path: str) -> Role:
    return Role.TEST if path.startswith("tests/") else Role.PRODUCTION


class Repository:
    """A throwaway repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str) -> str:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        names = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(["git", *names, *args], cwd=self.root, env=env, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def commit(self, **files: str) -> str:
        for path, text in files.items():
            self.write(path.replace("__", "/").replace("_dot_", "."), text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "r"
    root.mkdir()
    return Repository(root)


def test_a_removed_secret_is_found_with_its_first_commit(repository: Repository, scanner: Scanner) -> None:
    repository.commit(README="hello\n")
    first = repository.commit(src__app_dot_py=f"x = 1\nKEY = '{KEY}'\n")
    repository.commit(src__app_dot_py=f"x = 2\ny = 3\nKEY = '{KEY}'\n")
    repository.commit(src__app_dot_py="import os\n")
    history = scan_history(scanner, runner(repository.root), role_of)
    assert [(h.rule, h.location.path, h.location.line, h.commit, h.in_tree, h.form) for h in history.hits] == [
        ("stripe-secret-key", "src/app.py", 2, first, False, "history")
    ]
    assert history.complete and history.blobs == 4


@pytest.mark.parametrize("forks", [True, False])
def test_two_processes_find_what_one_finds(
    forks: bool, repository: Repository, scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so does one process that does both shares, on platforms where none is forked: git works beside it all the same."""
    if not forks:
        monkeypatch.setattr(parallel, "_may_fork", lambda: False)
        monkeypatch.delattr(os, "fork", raising=False)
    for number in range(12):
        repository.commit(**{f"f{number}_dot_py": f"x = {number}\n" + (f"KEY = '{KEY}'\n" if number % 5 == 0 else "")})
    alone = scan_history(scanner, runner(repository.root), role_of)
    monkeypatch.setattr("prodify.inventory.secrets.history.FORK_FROM", 0)
    cache = BlobCache(scanner.digest, tmp_path / "c")
    assert scan_history(scanner, runner(repository.root), role_of, cache=cache) == alone
    assert [h.location.path for h in alone.hits] == ["f0.py", "f10.py", "f5.py"]
    again = scan_history(scanner, runner(repository.root), role_of, cache=BlobCache(scanner.digest, tmp_path / "c"))
    assert (again.hits, again.blobs) == (alone.hits, 3)


def test_env_files_roles_and_other_branches(repository: Repository, scanner: Scanner) -> None:
    repository.commit(README="hello\n")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(_dot_env="DB_PASSWORD=Tr0ub4dor" + "&3x\nPORT=80\n", tests__t_dot_py=f"T = '{OTHER}'\n")
    repository.git("checkout", "-q", "main")
    hits = scan_history(scanner, runner(repository.root), role_of).hits
    assert [(h.location.path, h.name, h.level) for h in hits] == [(".env", "DB_PASSWORD", "error"), ("tests/t.py", "T", "note")]


def test_what_the_tree_still_holds_is_marked(repository: Repository, scanner: Scanner) -> None:
    text = f"KEY = '{KEY}'\n"
    repository.commit(app_dot_py=text)
    tree = scanner.scan("app.py", text.encode())[0]
    assert [h.in_tree for h in scan_history(scanner, runner(repository.root), role_of, in_tree=tree).hits] == [True]


def test_ignored_by_commit(repository: Repository, scanner: Scanner) -> None:
    commit = repository.commit(app_dot_py=f"KEY = '{KEY}'\n")
    ignores = parse_gitleaksignore(f"{commit}:app.py:stripe-access-token:1\n")
    assert scan_history(scanner, runner(repository.root), role_of, ignores=ignores).hits == ()


def test_second_run_reads_only_what_is_new(repository: Repository, scanner: Scanner, tmp_path: Path) -> None:
    repository.commit(a_dot_py="x = 1\n", b_dot_py=f"KEY = '{KEY}'\n")
    run_git = runner(repository.root)
    first = scan_history(scanner, run_git, role_of, cache=BlobCache(scanner.digest, tmp_path / "c"))
    repository.commit(c_dot_py="y = 2\n")
    second = scan_history(scanner, run_git, role_of, cache=BlobCache(scanner.digest, tmp_path / "c"))
    assert (first.blobs, second.blobs) == (2, 2)
    assert first.hits == second.hits != ()
    (path,) = (tmp_path / "c").iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert scan_history(scanner, run_git, role_of, cache=BlobCache(scanner.digest, tmp_path / "c")).blobs == 3


def test_what_is_remembered_holds_no_secret_and_names_no_blob_with_one(repository: Repository, scanner: Scanner, tmp_path: Path) -> None:
    repository.commit(a_dot_py="x = 1\n", b_dot_py=f"KEY = '{KEY}'\n", _dot_env=f"TOKEN={OTHER}\n")
    scan_history(scanner, runner(repository.root), role_of, cache=BlobCache(scanner.digest, tmp_path / "c"))
    (path,) = (tmp_path / "c").iterdir()
    kept = path.read_bytes()
    for value in (KEY, OTHER):
        assert value.encode() not in kept and hashlib.sha256(value.encode()).digest() not in kept
    clean, *dirty = (bytes.fromhex(repository.git("rev-parse", f"HEAD:{name}")) for name in ("a.py", "b.py", ".env"))
    assert clean in kept and not any(blob in kept for blob in dirty)


def test_the_judgement_of_one_version_serves_the_next_and_hides_nothing_new(
    repository: Repository, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = "password = get_password('name')\n" + "# filler\n" * 90
    settings = "MODE=fast\nLEVEL=debug\n"
    for number in range(4):
        repository.commit(app_dot_py=f"{harmless}x = {number}\n", _dot_env=f"{settings}N={number}\n")
    first = repository.commit(app_dot_py=f"{harmless}KEY = '{KEY}'\n")
    second = repository.commit(_dot_env=f"{settings}API_TOKEN={OTHER}\n", app_dot_py=f"{harmless}KEY = '{KEY}'\nx = 1\n")
    hits = scan_history(scanner, runner(repository.root), role_of).hits
    assert [(h.location.path, h.commit) for h in hits] == [(".env", second), ("app.py", first)]
    judged: list[bytes] = []
    judge = Scanner._unnamed

    def noted(self: Scanner, data: bytes, *rest: Any) -> Any:
        judged.append(data)
        return judge(self, data, *rest)

    monkeypatch.setattr(Scanner, "_unnamed", noted)
    once = Scanner()
    for number in range(5):
        assert not once.suspicious(f"{harmless}x = {number}\n".encode())
    assert set(judged) == {f"{harmless}x = 0\n".encode()}


def test_two_processes_find_what_one_does(repository: Repository, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        repository.commit(**{f"app{number}_dot_py": f"KEY = '{KEY}'\n# {number}\n", "moved_dot_py": f"KEY = '{KEY}'\n# moved {number}\n"})
    alone = scan_history(scanner, runner(repository.root), role_of)
    assert len({h.location.path for h in alone.hits}) == 7
    turns: list[int] = []

    def both(task: Callable[[int], Any]) -> tuple[Any, Any]:
        turns.append(0)
        return parallel.in_two(task)

    monkeypatch.setattr(history_module, "_MANY", 2)
    monkeypatch.setattr(history_module, "FORK_FROM", 1)
    monkeypatch.setattr(history_module, "in_two", both)
    assert scan_history(scanner, runner(repository.root), role_of) == alone
    assert len(turns) == 2, "neither the search nor the second look was shared"


def test_limit_is_reported(repository: Repository, scanner: Scanner) -> None:
    repository.commit(a="a" * 100, b="b" * 100, c="c" * 2_000_000)
    history = scan_history(scanner, runner(repository.root), role_of, limit=150)
    assert (history.blobs, history.too_large, history.complete) == (1, 1, False)


def test_staged_content_counts_not_the_working_tree(repository: Repository, scanner: Scanner) -> None:
    run_git = runner(repository.root)
    repository.write("app.py", f"KEY = '{KEY}'\n")
    repository.git("add", "app.py")
    repository.write("app.py", "clean = 1\n")
    assert [h.rule for h in scan_staged(scanner, run_git, role_of)["app.py"]] == ["stripe-secret-key"]
    repository.git("commit", "-q", "-m", "x")
    repository.write("new.py", f"T = '{OTHER}'\n")
    repository.git("add", "new.py")
    staged = scan_staged(scanner, run_git, role_of)
    assert {path: [h.rule for h in hits] for path, hits in staged.items()} == {"new.py": ["github-token"]}


def test_nothing_of_the_repository_is_executed(repository: Repository, scanner: Scanner, tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    repository.commit(app_dot_py=f"KEY = '{KEY}'\n", _dot_gitattributes="* diff=evil filter=evil\n")
    script = repository.root / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.smudge",
        "filter.evil.clean",
    ):
        repository.git("config", key, str(script))
    (repository.root / ".git" / "hooks" / "post-index-change").write_text(script.read_text())
    (repository.root / ".git" / "hooks" / "post-index-change").chmod(0o755)
    canary.unlink(missing_ok=True)
    run_git = runner(repository.root)
    assert len(scan_history(scanner, run_git, role_of).hits) == 1
    scan_staged(scanner, run_git, role_of)
    assert not canary.exists()


def test_no_repository_and_missing_objects(tmp_path: Path, repository: Repository, scanner: Scanner) -> None:
    empty = tmp_path / "none"
    empty.mkdir()
    history = scan_history(scanner, runner(empty), role_of)
    assert (history.hits, history.blobs) == ((), 0)
    blob = repository.git("hash-object", "-w", "--stdin-paths") or "0" * 40
    assert list(contents(runner(repository.root), ["f" * 40, blob])) == []


def test_odd_file_names(repository: Repository, scanner: Scanner) -> None:
    name = "dir with space/ünï\ttab\nline.py"
    repository.write(name, f"KEY = '{KEY}'\n")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "x")
    assert [h.location.path for h in scan_history(scanner, runner(repository.root), role_of).hits] == [name]


def packed(repository: Repository) -> dict[str, str]:
    """Files of several sorts in one pack; blob ids by name."""
    contents_of = {
        "archive.bin": b"PK\x03\x04\x14\0" + hashlib.shake_256(b"noise").digest(40_000),
        "wide.txt": ("key = 1\n" * 3000).encode("utf-16"),
        "late.txt": b"x\n" * 4000 + b"\0" + hashlib.shake_256(b"other noise").digest(40_000),
        "small.bin": b"\0" * 90,
    }
    for name, data in contents_of.items():
        (repository.root / name).write_bytes(data)
    repository.commit(app_dot_py=f"KEY = '{KEY}'\n" + "\n".join(f"line_{n} = {n}" for n in range(900)))
    repository.git("repack", "-adq")
    return {name: repository.git("rev-parse", f"HEAD:{name}") for name in (*contents_of, "app.py")}


def test_binary_blobs_of_a_pack_are_told_by_their_first_bytes(repository: Repository, scanner: Scanner) -> None:
    ids = packed(repository)
    run_git = runner(repository.root)
    assert binary_blobs(pack_indexes(run_git), blob_sizes(listing(run_git))) == {ids["archive.bin"]}
    history = scan_history(scanner, run_git, role_of)
    assert [h.rule for h in history.hits] == ["stripe-secret-key"] and history.blobs == len(ids)


def test_loose_blobs_are_left_to_git(repository: Repository) -> None:
    (repository.root / "archive.bin").write_bytes(b"\0" * 9000)
    repository.commit(a="x\n")
    run_git = runner(repository.root)
    assert binary_blobs(pack_indexes(run_git), blob_sizes(listing(run_git))) == frozenset()


@pytest.mark.parametrize("damage", ["pipe", "folder", "link", "short", "garbage", "far"])
@pytest.mark.parametrize("suffix", ["idx", "pack"])
def test_a_pack_that_does_not_fit_is_left_to_git(damage: str, suffix: str, repository: Repository) -> None:
    packed(repository)
    run_git = runner(repository.root)
    blobs = blob_sizes(listing(run_git))
    path = next((repository.root / ".git" / "objects" / "pack").glob(f"*.{suffix}"))
    whole = path.read_bytes()
    path.unlink()
    if damage == "pipe":
        os.mkfifo(path)
    elif damage == "folder":
        path.mkdir()
    elif damage == "link":
        path.symlink_to("/dev/zero")
    else:
        head = whole[: 8 + 1024]
        path.write_bytes({"short": whole[:40], "garbage": b"\xa5" * len(whole), "far": head + b"\xff" * (len(whole) - len(head))}[damage])
    assert binary_blobs(pack_indexes(run_git), blobs) == frozenset()


def test_suspects_that_are_not_kept_are_read_again(repository: Repository, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        repository.commit(**{f"f{number}_dot_py": f"a = '{OTHER}'\nn = {number}\n", "g_dot_py": f"KEY = '{KEY}'\nn = {number}\n"})
    expected = scan_history(scanner, runner(repository.root), role_of)
    assert len(expected.hits) == 5
    for room in (0, 120):
        monkeypatch.setattr(history_module, "_HELD", room)
        assert scan_history(scanner, runner(repository.root), role_of) == expected
