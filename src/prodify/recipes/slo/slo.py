"""Recipe: service level objectives, the rules that watch them, and tests of the rules."""

from __future__ import annotations

from collections.abc import Iterator

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.observability.telemetry import covers, measures_model
from prodify.recipes.shared.alerts import alerts
from prodify.recipes.shared.layout import OPENSLO, PROMETHEUS_RULES, PROMETHEUS_TESTS, naming
from prodify.recipes.shared.yaml_text import yaml_text
from prodify.recipes.slo.openslo import documents
from prodify.recipes.slo.promtests import Scenarios
from prodify.recipes.slo.rules import rule_groups
from prodify.recipes.slo.task_rules import TASK_OPENSLO, TASK_RULES, task_slo_files

RULES = f"{PROMETHEUS_RULES}/slo.yaml"
TESTS = f"{PROMETHEUS_TESTS}/slo_test.yaml"
BY = "Written by prodify (recipe slo); yours to edit, upgrades merge."


@recipe(
    step=Step.SLO,
    fixes=(
        "slos-are-defined", "slo-is-feasible", "alerts-use-burn-rate", "alerts-survive-low-traffic", "alert-rules-have-tests",
        "latency-slo-has-its-bucket", "guardrails-are-set", "alerts-exist",
    ),
    review=Review.CAREFUL,
    after=("telemetry", "task-telemetry"),
    audiences=TEAM_AND_PUBLIC,
)  # fmt: skip
def slo(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Availability and latency objectives with Prometheus rules: burn-rate alerts that few requests cannot set off, limits, a watchdog.

    Of background tasks it is that they succeed and begin in time; their queue is watched as well.

    The rules come with tests for promtool: each alert fires when it should and stays silent when it should. They read the metrics of
    the recipe telemetry, so nothing is written for a service that measures itself otherwise, or that has SLO rules already.
    """
    if has_slo_elsewhere(repo):
        return
    yield from task_slo_files(repo, profile)
    if not covers(repo):
        return
    service = naming(repo, profile).service
    model = measures_model(repo)
    objective = f"The objectives of {service}, in the words of OpenSLO: the same numbers as in {RULES}.\n{BY}"
    yield File(OPENSLO, yaml_text(*documents(profile, service), header=objective))
    about = f"Rules of {service}: first what is recorded, then the alerts. Change a goal in prodify.yaml, not here.\n{BY}"
    yield File(RULES, yaml_text({"groups": rule_groups(profile, service, alerts(profile, service, model=model))}, header=about))
    tests = {
        "rule_files": ["../rules/slo.yaml"],
        "evaluation_interval": "1m",
        "tests": Scenarios(profile, service, model=model).all(),
    }
    yield File(TESTS, yaml_text(tests, header=f"Run: promtool test rules {TESTS}\n{BY}"))


def has_slo_elsewhere(repo: Inventory) -> bool:
    """Whether the repository states objectives in a form that this recipe did not write."""
    ours = (OPENSLO, RULES, TASK_OPENSLO, TASK_RULES)
    return any(slo.kind != "prodify" and slo.location.path not in ours for slo in repo.monitoring.slos)
