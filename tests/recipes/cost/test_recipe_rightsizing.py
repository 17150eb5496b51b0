"""The script that proposes sizes: its own tests are green, red when its arithmetic is broken, and Prometheus understands its questions."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Profile, Scaling
from prodify.recipes.cost.rightsizing import FOLDER
from prodify.validators import Status, verify
from tests.recipes.conftest import RenderTree

SCRIPT, TEST = f"{FOLDER}/rightsize.py", "tests/test_rightsize.py"
PUBLIC = replace(Profile(), audience=Audience.PUBLIC)


@pytest.fixture
def laid_out(flask_repo: Path, render_tree: RenderTree) -> Path:
    profile = load_profile(Inventory(flask_repo)).profile
    for path, text in render_tree(["rightsizing"], flask_repo, profile).items():
        (flask_repo / path).parent.mkdir(parents=True, exist_ok=True)
        (flask_repo / path).write_text(text)
    return flask_repo


def run(root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST],
        cwd=root, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_what_is_written(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("rightsizing/flask", render_tree(["rightsizing"], flask_repo, PUBLIC))


def test_the_autoscalers_target_is_the_profiles(flask_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["rightsizing"], flask_repo, replace(PUBLIC, scaling=Scaling(cpu_target_percent=45)))[SCRIPT]
    assert "\nCPU_TARGET_PERCENT = 45\n" in text and "divided by 45 %" in text


@pytest.mark.parametrize("profile", [replace(Profile(), audience=Audience.CREATOR)], ids=["creator"])
def test_nothing_without_kubernetes(profile: Profile, flask_repo: Path, render_tree: RenderTree) -> None:
    assert render_tree(["rightsizing"], flask_repo, profile) == {}


@pytest.mark.tools
def test_its_tests_are_green_and_its_files_well_formed(laid_out: Path) -> None:
    code, output = run(laid_out)
    assert code == 0, output
    outcomes = verify(laid_out, [SCRIPT, TEST]).outcomes
    wrong = [p for o in outcomes if o.status not in (Status.PASSED, Status.MISSING, Status.NOT_APPLICABLE) for p in o.problems]
    assert not wrong, wrong


@pytest.mark.tools
@pytest.mark.parametrize(
    ("before", "after", "failing"),
    [
        ("1000 * measured.cpu / (CPU_TARGET_PERCENT / 100)", "1000 * measured.cpu", "test_cpu_is"),
        ("MEMORY_HEADROOM, PEAK_HEADROOM, LIMIT_FACTOR = 1.2,", "MEMORY_HEADROOM, PEAK_HEADROOM, LIMIT_FACTOR = 1.0,", "test_memory_gets"),
        ("rounded(PEAK_HEADROOM * measured.peak / MIB, MIB_STEP, LEAST_MIB)", "0", "test_a_peak"),
        ("MOST_CHANGE = 2 ", "MOST_CHANGE = 9 ", "test_one_run_halves"),
        ("if missing:", "if len(missing) > 1:", "test_it_proposes_nothing"),
        ("if hours < LEAST_DAYS * 24:", "if hours < 24:", "test_six_days"),
        ("not math.isfinite(value) or value <= 0", "False", "test_what_is_no_measurement"),
    ],
)
def test_red_when_the_arithmetic_is_broken(before: str, after: str, failing: str, laid_out: Path) -> None:
    text = (laid_out / SCRIPT).read_text()
    assert before in text
    (laid_out / SCRIPT).write_text(text.replace(before, after))
    code, output = run(laid_out)
    assert code == 1 and failing in output.rpartition("short test summary")[2], output


@pytest.fixture
def rightsize(laid_out: Path) -> Any:
    spec = importlib.util.spec_from_file_location("rightsize_of_test", laid_out / SCRIPT)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.tools
def test_prometheus_understands_the_questions(rightsize: Any, tmp_path: Path) -> None:
    """Two pods: 0.1 and 0.2 cores, 100 and 150 MiB, and one of them 400 MiB for a moment. The CPU for a day: promtool holds no more."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    labels = f'namespace="{rightsize.NAMESPACE}", container="{rightsize.SERVICE}"'
    steps, mib = 14 * 288, rightsize.MIB

    def series(name: str, pod: str, values: str) -> dict[str, str]:
        return {"series": f'{name}{{{labels}, pod="{pod}"}}', "values": values}

    cpu, memory = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
    asked = rightsize.queries(rightsize.SERVICE, rightsize.NAMESPACE)
    of_a_day = rightsize.queries(rightsize.SERVICE, rightsize.NAMESPACE, 1)
    expected = {"memory": 150 * mib, "peak": 400 * mib, "hours": 14 * 24 + 1}
    tests = [
        {
            "interval": "5m",
            "input_series": [
                series(memory, "a", f"{100 * mib}x{steps}"), series(memory, "b", f"{150 * mib}x{steps - 10} {400 * mib}x9"),
            ],
            "promql_expr_test": [
                {"expr": asked[name], "eval_time": "14d", "exp_samples": [{"labels": "{}", "value": value}]}
                for name, value in expected.items()
            ],
        },
        {
            "interval": "1m",
            "input_series": [
                series(cpu, "a", "0+6x1440"), series(cpu, "b", "0+12x1440"),
                {"series": f'{cpu}{{namespace="another", container="{rightsize.SERVICE}"}}', "values": "0+600x1440"},
            ],
            "promql_expr_test": [
                {"expr": f"round({of_a_day['cpu']}, 0.001)", "eval_time": "1d", "exp_samples": [{"labels": "{}", "value": 0.2}]},
                {"expr": asked["cpu_now"], "eval_time": "1d", "exp_samples": []},
            ],
        },
    ]  # fmt: skip
    path = tmp_path / "test.yaml"
    path.write_text(yaml.safe_dump({"rule_files": [], "evaluation_interval": "5m", "tests": tests}))
    done = subprocess.run([promtool, "test", "rules", str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
