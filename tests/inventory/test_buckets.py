"""Boundaries of histograms that code declares: read from the syntax tree in code, by their name in YAML."""

from __future__ import annotations

import pytest

from prodify.inventory.buckets import declared_boundaries

from .conftest import Repo

LIST = (0.1, 0.5, 1.0)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.py", "LATENCY_BUCKETS = (0.1, .5, 1)\n", LIST),
        ("a.py", "view(\n    buckets=[\n        0.1,  # fast\n        0.5,\n        1,\n    ],\n)\n", LIST),
        ("a.py", "views = {'boundaries': [0.1, 0.5, 1]}\n", LIST),
        ("a.py", "bucket_boundaries: list[float] = [0.1, 0.5, 1]\n", LIST),
        ("a.py", "def f(buckets=(0.1, 0.5, 1)): ...\n", LIST),
        ("a.py", "'''\nbuckets = [0.1, 0.5, 1]\n'''\n", None),
        ("a.py", "x = 1  # buckets = [0.1, 0.5, 1]\n", None),
        ("a.py", "buckets = [first, 0.5, 1]\n", None),
        ("a.py", "if buckets == [0.1, 0.5, 1]: ...\n", None),
        ("a.js", "new client.Histogram({ buckets: [\n  0.1, // fast\n  0.5,\n  1] });\n", LIST),
        ("a.ts", "export const BUCKETS: number[] = [0.1, 0.5, 1];\n", LIST),
        ("a.js", "// buckets: [0.1, 0.5, 1]\n", None),
        ("a.js", "const help = 'buckets: [0.1, 0.5, 1]';\n", None),
        ("a.go", "package a\n\nvar o = p.Opts{\n\tBuckets: []float64{.1, 0.5, 1},\n}\n", LIST),
        ("a.go", "package a\n\n// Buckets: []float64{.1, 0.5, 1}\n", None),
        ("a.yaml", "buckets: [0.1, 0.5, 1]\n", LIST),
    ],
)
def test_declared_boundaries(repo: Repo, path: str, text: str, found: tuple[float, ...] | None) -> None:
    assert [numbers for _, numbers in declared_boundaries(repo({path: text}))] == ([found] if found else [])
