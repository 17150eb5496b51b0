"""A goal changes after people have worked in the generated files: only what follows from the goal changes, and every edit is still there.

The proof is exact: the upgraded tree, with the hand edits taken out again, is byte for byte the tree that a first apply under the new goal
would have written.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import GIT, copy_example
from tests.cli.helpers import prodify

EDITS: dict[str, tuple[str, str]] = {
    # path: (a regular expression that is found once or more; the first place counts, what stands there afterwards)
    ".github/workflows/ci.yml": (r"    timeout-minutes: \d+\n", "    timeout-minutes: 23 # our runners are slow\n"),
    "Dockerfile": (r"STOPSIGNAL SIGTERM\n", 'STOPSIGNAL SIGTERM\nLABEL org.opencontainers.image.vendor="Noodle House"\n'),
    "deploy/prometheus/rules/slo.yaml": (
        r"\Z",
        "\n  - name: ours\n    rules:\n      - alert: NoNoodles\n        expr: noodles_in_stock == 0\n        for: 10m\n",
    ),
    "deploy/prometheus/tests/slo_test.yaml": (r"    interval: 1m\n", "    # Also read by Maria's dashboard of rules.\n    interval: 1m\n"),
    "load/k6.js": (r"  discardResponseBodies: true,\n", '  discardResponseBodies: true,\n  userAgent: "noodle-load/1.0",\n'),
    "load/locustfile.py": (
        r"\Z",
        '\n    @task(3)\n    def search(self) -> None:\n        self.client.get("/search?q=ramen", name="/search?q", timeout=30)\n',
    ),
    "deploy/kubernetes/components/canary/rollout.yaml": (r"        - setWeight: 25\n", "        - setWeight: 20 # two of ten pods\n"),
    "deploy/grafana/where2eat.json": (r'  "refresh": "30s",\n', '  "refresh": "10s",\n'),
    "docs/runbooks/high-latency.md": (
        r"\n## Roll back\n",
        "- On Fridays the newsletter goes out at noon: wait ten minutes before you do anything\n\n## Roll back\n",
    ),
    "telemetry.py": (
        r"\nclass JsonFormatter",
        '\nlog.addFilter(lambda record: "health" not in record.getMessage())\n\n\nclass JsonFormatter',
    ),
}
"""Ten edits in ten files, of the kind that people make: a limit, a label, a rule, a comment, a request, a share, a rate, advice, code."""

FOLLOWS = {
    "telemetry.py": "0.25",  # the histogram's buckets
    "deploy/prometheus/rules/slo.yaml": 'le="0.25"',
    "deploy/prometheus/tests/slo_test.yaml": 'le="0.25"',
    "load/k6.js": "p(95)<250",
    "load/locustfile.py": "250",
    "deploy/kubernetes/components/canary/rollout.yaml": 'le="0.25"',
    "deploy/grafana/where2eat.json": "0.25",
    "docs/runbooks/high-latency.md": "250 ms",
    "slo/openslo.yaml": "0.25",
}
"""Where the new goal must have arrived."""


def git(root: Path, *arguments: str) -> str:
    return subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def edited(path: str, text: str) -> str:
    pattern, put = EDITS[path]
    found = re.search(pattern, text)
    assert found, f"{path} no longer holds {pattern}: choose another edit"
    return text[: found.start()] + put + text[found.end() :]


def applied(target: Path, *settings: str) -> Path:
    root = copy_example(target)
    done = prodify(["apply", root, "--all", "--yes", *settings])
    assert done.returncode == 0, done.stderr
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "production layer")
    return root


def texts(root: Path) -> dict[str, str]:
    listed = [path for path in git(root, "ls-files").splitlines() if not path.startswith("static/")]
    return {path: (root / path).read_text(encoding="utf-8") for path in listed}


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return applied(tmp_path_factory.mktemp("old") / "where2eat")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a first apply under the new goal writes."""
    return texts(applied(tmp_path_factory.mktemp("new") / "where2eat", "--set", "slo.latency.threshold_ms=250"))


@pytest.fixture
def worked_in(old: Path, tmp_path: Path) -> Path:
    """The applied example after ten edits in ten files, committed, with the goal changed in prodify.yaml."""
    root = tmp_path / "where2eat"
    shutil.copytree(old, root)
    for path in EDITS:
        place = root / path
        place.write_text(edited(path, place.read_text(encoding="utf-8")), encoding="utf-8")
    git(root, "commit", "-q", "-a", "-m", "ten edits by hand")
    profile = (root / "prodify.yaml").read_text(encoding="utf-8")
    assert profile.count("threshold_ms: 300") == 1
    (root / "prodify.yaml").write_text(profile.replace("threshold_ms: 300", "threshold_ms: 250"), encoding="utf-8")
    return root


def check(root: Path, new: dict[str, str]) -> None:
    now = texts(root)
    assert now.keys() == new.keys()
    for path, text in new.items():
        expected = edited(path, text) if path in EDITS else text
        assert now[path] == expected, f"{path} is not the new text with the edit"
    for path, word in FOLLOWS.items():
        assert word in now[path], path
    assert prodify(["upgrade", root, "--check"]).returncode == 0


def test_ten_edits_survive_and_only_what_follows_from_the_goal_changes(worked_in: Path, new: dict[str, str]) -> None:
    patch = prodify(["upgrade", worked_in, "--diff", "-q"]).stdout
    done = prodify(["upgrade", worked_in, "--yes"])
    assert done.returncode == 0 and "conflict" not in done.stderr, done.stderr
    check(worked_in, new)
    assert prodify(["undo", worked_in]).returncode == 0
    assert git(worked_in, "diff", "--name-only") == "prodify.yaml\n"
    subprocess.run(["git", "apply", "-"], cwd=worked_in, input=patch.encode(), check=True, capture_output=True)
    check(worked_in, new)


def test_the_same_in_a_fresh_clone(worked_in: Path, new: dict[str, str], tmp_path: Path) -> None:
    """What keeps the bases alive locally is not cloned; the commits are."""
    clone = tmp_path / "clone"
    git(worked_in, "commit", "-q", "-a", "-m", "a tighter goal")
    subprocess.run(["git", "clone", "-q", f"file://{worked_in}", str(clone)], check=True, capture_output=True)
    done = prodify(["upgrade", clone, "--yes"])
    assert done.returncode == 0, done.stderr
    check(clone, new)


def test_the_same_in_a_shallow_clone_whose_files_were_edited_before_their_first_commit(
    worked_in: Path, new: dict[str, str], tmp_path: Path
) -> None:
    """No commit holds the files as prodify wrote them: the earlier profile is rendered once more, and the blob ids prove the result."""
    subprocess.run(["rm", "-rf", ".git"], cwd=worked_in, check=True)
    profile = (worked_in / "prodify.yaml").read_text(encoding="utf-8")
    (worked_in / "prodify.yaml").write_text(profile.replace("threshold_ms: 250", "threshold_ms: 300"), encoding="utf-8")
    git(worked_in, "init", "-q")
    git(worked_in, "add", "-A")
    git(worked_in, "commit", "-q", "-m", "all of it at once")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{worked_in}", str(clone)], check=True, capture_output=True)
    (clone / "prodify.yaml").write_text(profile, encoding="utf-8")
    done = prodify(["upgrade", clone, "--yes"])
    assert done.returncode == 0, done.stderr
    check(clone, new)
