"""What a run may repeat: a few live tests, nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts/live_again.py"
LIVE = "tests/e2e/test_live.py::test_"


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        ([f"{LIVE}a", f"{LIVE}b[x]"], f"{LIVE}a\n{LIVE}b[x]\n"),
        ([f"{LIVE}a", "tests/cli/test_audit.py::test_b"], "not live, so they count: tests/cli/test_audit.py::test_b\n"),
        (["tests/e2e/test_live.py"], "not live, so they count: tests/e2e/test_live.py\n"),
        ([f"{LIVE}{name}" for name in "abcd"], "4 live tests failed, which is no accident\n"),
        ([], "no test failed: the run itself did\n"),
    ],
    ids=["live", "another", "a file that cannot be read", "many", "none"],
)
def test_only_a_few_live_tests_are_repeated(failed: list[str], said: str, tmp_path: Path) -> None:
    cache = tmp_path / "v/cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text(json.dumps(dict.fromkeys(failed, True)))
    done = subprocess.run([sys.executable, SCRIPT, "--cache", tmp_path], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.returncode) == (said, 0 if said.startswith("tests/") else 1)


def test_without_a_cache_nothing_is_repeated(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--cache", tmp_path], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "not known" in done.stdout
