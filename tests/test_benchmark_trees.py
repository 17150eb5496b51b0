"""The benchmarks remove what they make, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import trees


@pytest.mark.parametrize("name", ["", ".", "..", "nonsense"])
def test_a_tree_that_does_not_exist_is_named_and_nothing_is_removed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODIFY_BENCH_DATA", str(tmp_path / "data"))
    kept = tmp_path / "data" / "peers" / "tool"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")
    assert "expected one of" in str(trees.tree(name))
    assert kept.read_text() == "x"
