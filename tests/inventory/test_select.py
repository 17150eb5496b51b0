"""Selecting files by globs: the indexes by name and ending answer as a look at every path does."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.inventory.globs import GlobIndex

from .conftest import Repo

FILES = (
    "a.py", "b.test.ts", "deploy/a.yml", "deploy/b.yaml", "deploy/Dockerfile", "Dockerfile", "Dockerfile.dev", ".py", "noending", "x.d/y",
    "src/a.py", "src/deep/a.tar.gz", "dot.",
)  # fmt: skip


@pytest.mark.parametrize(
    "patterns",
    [
        ("*.py",), ("*.yml", "*.yaml"), ("Dockerfile",), ("Dockerfile*",), ("deploy/a.yml",), ("deploy/*.yml", "a.py"), ("*.test.ts",),
        ("*.tar.gz", "*.gz"), ("*",), ("*.d/y",), ("missing", "missing/too", "*.missing"), ("[ab].py",), ("?.py", "*.p?"), ("*.",), (),
    ],
)  # fmt: skip
def test_indexes_answer_as_globs_do(repo: Repo, patterns: tuple[str, ...]) -> None:
    files = repo(dict.fromkeys(FILES, "x = 1\n")).files
    roles = {entry.role for entry in files.entries.values()}
    expected = [
        path for path in FILES if any(fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern) for pattern in patterns)
    ]
    assert list(files.select(*patterns, roles=roles)) == sorted(expected)
    assert list(files.select(*patterns, roles=roles)) == sorted(expected)
    assert list(files.select(*patterns, roles=())) == []


@given(st.lists(st.text("ab./[]-", max_size=6), max_size=8), st.lists(st.text("ab./*?[]!-", max_size=6), max_size=4))
def test_index_of_texts_matches_as_globs_do(texts: list[str], patterns: list[str]) -> None:
    assert GlobIndex(texts).matching(patterns) == {t for t in texts if any(fnmatchcase(t, p) for p in patterns)}
