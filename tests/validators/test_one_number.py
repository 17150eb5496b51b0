"""One number, one place: every generated artefact states the profile's goals, and a profile that moved is noticed in each of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Profile
from prodify.profile_file import load
from prodify.proposal import Proposal
from prodify.validators.goals import READERS, goals_of, statements
from prodify.validators.sources import Sources
from prodify.wishes import choose

EXAMPLE = Path(__file__).parents[2] / "examples" / "where2eat-prototype"
GOALS = {
    "service.name": "supper", "slo.availability_percent": "99.5", "slo.latency.threshold_ms": "350", "slo.latency.target_percent": "90",
    "slo.window_days": "28", "slo.guardrails.latency_ms": "700", "slo.guardrails.error_percent": "2", "traffic.baseline_rps": "60",
    "traffic.peak_rps": "240", "budget.monthly_usd": "450", "budget.suspend_percent": "85", "scaling.min_replicas": "3",
    "scaling.max_replicas": "14", "scaling.cpu_target_percent": "55",
}  # fmt: skip
"""None of them is a default, and no two are the same."""
RUNTIMES = [("kubernetes", "gcp"), ("kubernetes", "azure"), ("cloud-run", "gcp"), ("compose", "none"), ("compose", "aws")]
EXPECTED = {
    "alert rules", "rule tests", "OpenSLO objects", "dashboard", "telemetry", "k6 load test", "Locust load test", "Dockerfile",
    "server settings", "pages for people", "operations section", "error budget policy",
}  # fmt: skip
BY_RUNTIME = {
    "kubernetes": {"canary analysis", "autoscaler", "Deployment", "release gate"},
    "cloud-run": {"Cloud Run service"},
    "compose": set[str](),
}


def generated(root: Path, settings: Mapping[str, str]) -> Sources:
    """Write the profile into a copy of the example, and return what prodify wants there."""
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".env"))
    repo = Inventory(root, history=False)
    words = tuple(f"{key}={value}" for key, value in settings.items())
    profile: Profile = load(repo.files, words, {}).profile
    proposal = Proposal(root, profile, None)
    plan = proposal.plan(proposal.wishes(choose([], (), everything=True, profile=profile)))
    texts = {change.path: change.after for change in plan.changes if change.after is not None and not change.path.endswith(".lock.json")}
    (root / "prodify.yaml").write_text(texts["prodify.yaml"], encoding="utf-8")
    return Sources(texts)


@pytest.mark.parametrize(("runtime", "cloud"), RUNTIMES)
def test_every_artefact_states_the_goals(tmp_path: Path, runtime: str, cloud: str) -> None:
    sources = generated(tmp_path / "repo", {**GOALS, "platform.runtime": runtime, "platform.cloud": cloud, "audience": "public"})
    goals = goals_of(tmp_path / "repo")
    seen: dict[str, set[str]] = {}
    for reader, path, found in statements(sources):
        assert [(path, item.line, item.key, item.values) for item in found if not item.agrees(goals[item.key])] == []
        seen.setdefault(reader.artefact, set()).update(item.key for item in found)
    budget = {"cost budget"} if cloud in ("gcp", "aws") else set[str]()
    database = {"connections"} if runtime != "compose" else set[str]()
    assert seen.keys() >= EXPECTED | BY_RUNTIME[runtime] | budget | database
    for reader in READERS:
        if reader.artefact in seen:
            assert set(reader.must) <= seen[reader.artefact], reader.artefact


MOVED = {
    "slo.latency.threshold_ms": ("351", EXPECTED - {"Dockerfile", "server settings"} | {"canary analysis"}),
    "slo.availability_percent": (
        "99.4",
        {"alert rules", "OpenSLO objects", "dashboard", "k6 load test", "Locust load test", "operations section", "pages for people"},
    ),
    "slo.window_days": (
        "7", {"alert rules", "OpenSLO objects", "dashboard", "pages for people", "operations section", "error budget policy"},
    ),
    "slo.guardrails.latency_ms": ("701", {"alert rules", "rule tests", "dashboard", "telemetry", "k6 load test", "operations section"}),
    "slo.guardrails.error_percent": ("2.1", {"alert rules", "dashboard", "canary analysis", "operations section"}),
    "traffic.baseline_rps": ("61", {"k6 load test", "operations section"}),
    "traffic.peak_rps": ("241", {"k6 load test", "operations section"}),
    "budget.monthly_usd": ("451", {"cost budget", "operations section"}),
    "scaling.min_replicas": ("4", {"autoscaler"}),
    "scaling.max_replicas": ("15", {"autoscaler", "connections"}),
    "scaling.cpu_target_percent": ("56", {"autoscaler"}),
    "service.name": (
        "dinner", {"alert rules", "rule tests", "OpenSLO objects", "telemetry", "autoscaler", "Deployment", "release gate", "cost budget"},
    ),
}  # fmt: skip


def test_a_goal_that_moved_is_noticed_in_every_artefact_that_states_it(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    sources = generated(root, {**GOALS, "platform.runtime": "kubernetes", "platform.cloud": "gcp", "audience": str(Audience.PUBLIC.value)})
    goals = goals_of(root)
    found = list(statements(sources))
    for key, (moved, artefacts) in MOVED.items():
        value = moved if key == "service.name" else float(moved)
        wrong = {reader.artefact for reader, _, items in found for item in items if item.key == key and not item.agrees(value)}
        assert wrong >= artefacts, key
    of_tasks = {key for key in goals if key.startswith("tasks.")} | {"the worker's name", "waiting tasks for one worker"}
    # The port and the time to stop are ours, not the profile's: nothing moves them.
    fixed = {"port", "seconds that a stopping server gets"}
    assert set(MOVED) | of_tasks | fixed | {"slo.latency.target_percent", "budget.suspend_percent", "budget.alert_percents"} == set(goals)
