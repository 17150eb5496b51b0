"""The generated pipeline's `test` job, really executed by act on this machine, without containers and with a stand-in for its one action.

act checks the code out itself. What the job would do to the runner (start PostgreSQL through sudo) goes to a stand-in; the packages that
are installed beside the tests are found before pip asks the network.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.recipes.ci.running import ACT, Pipeline, pipeline

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes half a minute; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(ACT is None, reason="act is not installed; make validators installs it"),
]


@pytest.fixture
def tested(tmp_path: Path) -> Pipeline:
    """The example with the recipes `ci` and `unit` applied."""
    return pipeline(tmp_path, ("ci", "unit"), {}, {})


def test_the_test_job_is_green_on_the_applied_example(tested: Pipeline) -> None:
    done = tested.run()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    steps = re.findall(r"Success - Main ([A-Z][^\[\n]*?) ?\[", done.stdout)
    assert {"Install", "Lint", "Test"} <= set(steps), steps
    assert re.search(r"\d+ passed", done.stdout)


def test_the_test_job_is_red_when_a_test_of_the_users_fails(tested: Pipeline) -> None:
    (tested.root / "tests" / "test_mine.py").write_text("def test_mine() -> None:\n    assert 1 + 1 == 3\n", encoding="utf-8")
    done = tested.run()
    assert done.returncode != 0
    assert re.search(r"1 failed", done.stdout), done.stdout[-3000:]
