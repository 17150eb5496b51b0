"""The cache of compiled databases: reused, repaired when broken, done without when it cannot be written."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from prodify.inventory.secrets import Scanner, cache
from prodify.inventory.secrets.engine import HyperscanEngine, WindowEngine, make_engine
from prodify.inventory.secrets.plan import SearchPlan, make_plan
from prodify.inventory.secrets.rules import ai
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from pathlib import Path

SMALL = SearchPlan(ai.RULES[:2], (b"word",))
KEY = make("sk-proj-|{b64u*58}T3BlbkFJ{b64u*58}").encode()


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.hsdb")
    return path


def test_second_start_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HyperscanEngine(SMALL, tmp_path / "c")
    monkeypatch.setattr(HyperscanEngine, "_compile", lambda *_: pytest.fail("compiled again"))
    assert HyperscanEngine(SMALL, tmp_path / "c").search(KEY)


def test_other_rules_or_keywords_are_another_database(tmp_path: Path) -> None:
    assert SMALL.digest() != SearchPlan(ai.RULES[:3], (b"word",)).digest() != SearchPlan(ai.RULES[:3], (b"words",)).digest()
    HyperscanEngine(SMALL, tmp_path)
    HyperscanEngine(SearchPlan(ai.RULES[:3], ()), tmp_path)
    assert len(list(tmp_path.glob("*.hsdb"))) == 2


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign"])
def test_a_broken_cache_is_replaced(damage: str, tmp_path: Path) -> None:
    HyperscanEngine(SMALL, tmp_path)
    path = only_file(tmp_path)
    good = path.read_bytes()
    bad = {
        "empty": b"",
        "cut": good[: len(good) // 2],
        "flipped": good[:-9] + bytes([good[-9] ^ 255]) + good[-8:],
        "foreign": b"#!/bin/sh\n" * 50,
    }[damage]
    path.write_bytes(bad)
    assert HyperscanEngine(SMALL, tmp_path).search(KEY)
    assert path.read_bytes() == good


def test_a_database_of_another_build_is_replaced(tmp_path: Path) -> None:
    HyperscanEngine(SMALL, tmp_path)
    path = only_file(tmp_path)
    cache.write(path, b"well formed for us, nonsense for the library" * 10)
    assert HyperscanEngine(SMALL, tmp_path).search(KEY)


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    assert HyperscanEngine(SMALL, blocker / "cache").search(KEY)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_cache_belongs_to_the_user_alone(tmp_path: Path) -> None:
    HyperscanEngine(SMALL, tmp_path / "deep" / "cache")
    assert stat.S_IMODE((tmp_path / "deep" / "cache").stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(tmp_path / "deep" / "cache").stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_a_link_in_the_cache_is_not_followed(tmp_path: Path) -> None:
    HyperscanEngine(SMALL, tmp_path)
    path = only_file(tmp_path)
    target = tmp_path / "elsewhere"
    path.rename(target)
    path.symlink_to(target)
    assert cache.read(path) is None


def test_old_databases_are_removed(tmp_path: Path) -> None:
    for number in range(cache.KEEP + 3):
        assert cache.write(tmp_path / f"secrets-{number}.hsdb", b"x")
    assert len(list(tmp_path.glob("*.hsdb"))) == cache.KEEP


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.default_cache_dir() == tmp_path / "prodify"


def test_without_hyperscan_the_other_engine_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert isinstance(make_engine(make_plan()), WindowEngine)
    assert [h.rule for h in Scanner().scan("a.py", KEY)[0]] == ["openai-project-key"]
