"""Objectives, rules and rule tests of background tasks; part of the recipe `slo`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodify.api import File
from prodify.recipes.observability.task_telemetry import reporting_worker
from prodify.recipes.shared.alerts import recorded
from prodify.recipes.shared.burn import number, usable_windows
from prodify.recipes.shared.layout import PROMETHEUS_RULES, PROMETHEUS_TESTS
from prodify.recipes.shared.metrics import MEMORY, PRODUCTION, bucket, selector
from prodify.recipes.shared.task_alerts import longest_queue, task_alerts, task_objectives
from prodify.recipes.shared.tasks import (
    QUEUE_LENGTH,
    RUN_DURATION,
    WAIT_DURATION,
    ended_count,
    ended_rate,
    failed_rate,
    failed_ratio,
    late_rate,
    late_ratio,
)
from prodify.recipes.shared.yaml_text import yaml_text
from prodify.recipes.slo.openslo import objective_document, service_document
from prodify.recipes.slo.rules import INTERVAL, alert_rule, budget_of, record, windows

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.scaling.workers import Worker
    from prodify.recipes.shared.alerts import Alert, Objective

TASK_RULES = f"{PROMETHEUS_RULES}/tasks.yaml"
TASK_TESTS = f"{PROMETHEUS_TESTS}/tasks_test.yaml"
TASK_OPENSLO = "slo/openslo-tasks.yaml"
BY = "Written by prodify (recipe slo); yours to edit, upgrades merge."


def task_slo_files(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Rules and tests for the worker's tasks, and its objectives in OpenSLO; none where no worker reports."""
    worker = reporting_worker(repo, profile)
    if worker is None:
        return
    wanted = alerts_of(worker, profile)
    about = f"Rules of {worker.name}: first what is recorded, then the alerts. Change a goal in prodify.yaml, not here.\n{BY}"
    yield File(TASK_RULES, yaml_text({"groups": _groups(profile, worker, wanted)}, header=about))
    tests = {"rule_files": ["../rules/tasks.yaml"], "evaluation_interval": "1m", "tests": TaskScenarios(profile, worker).all()}
    yield File(TASK_TESTS, yaml_text(tests, header=f"Run: promtool test rules {TASK_TESTS}\n{BY}"))
    if task_objectives(profile, worker.framework):
        objective = f"The objectives of {worker.name}, in the words of OpenSLO: the same numbers as in {TASK_RULES}.\n{BY}"
        yield File(TASK_OPENSLO, yaml_text(*_documents(profile, worker), header=objective))


def alerts_of(worker: Worker, profile: Profile) -> tuple[Alert, ...]:
    """The alerts of a worker."""
    return task_alerts(profile, worker.name, worker.framework, many=worker.can_be_many, alone=not worker.beside)


def _groups(profile: Profile, worker: Worker, wanted: tuple[Alert, ...]) -> list[dict[str, Any]]:
    interval, name = f"{INTERVAL}s", worker.name
    groups = [{"name": f"{name}-alerts", "interval": interval, "rules": [alert_rule(profile, name, alert) for alert in wanted]}]
    if not task_objectives(profile, worker.framework):
        return groups
    ratios = {"name": f"{name}-slo-ratios", "interval": interval, "rules": _ratios(profile, worker)}
    return [ratios, {"name": f"{name}-slo-budget", "interval": interval, "rules": _budgets(profile, worker)}, *groups]


def _ratios(profile: Profile, worker: Worker) -> list[dict[str, Any]]:
    name, selected, seconds = worker.name, selector(worker.name), float(profile.tasks.start_seconds)
    late = any(objective.slo == "freshness" for objective in task_objectives(profile, worker.framework))
    rules = [
        record("slo:requests:rate5m", ended_rate(selected, "5m"), name),
        record("slo:errors:rate5m", failed_rate(selected, "5m"), name, "success"),
    ]
    rules += [record("slo:errors:rate5m", late_rate(selected, seconds, "5m"), name, "freshness")] if late else []
    for window in windows(profile):
        rules.append(record(f"slo:sli_error:ratio_rate{window}", failed_ratio(selected, window), name, "success"))
        if late:
            rules.append(record(f"slo:sli_error:ratio_rate{window}", late_ratio(selected, seconds, window), name, "freshness"))
        if window != "5m":
            rules.append(record(f"slo:requests:increase{window}", ended_count(selected, window), name))
    return rules


def _budgets(profile: Profile, worker: Worker) -> list[dict[str, Any]]:
    days, ended = profile.slo.window_days, recorded("slo:requests:rate5m", worker.name)
    rules = [record(f"slo:requests:increase{days}d", f"{INTERVAL} * sum_over_time({ended}[{days}d])", worker.name)]
    for objective in task_objectives(profile, worker.framework):
        rules += budget_of(objective, worker.name, days, ended)
    return rules


def _documents(profile: Profile, worker: Worker) -> list[dict[str, Any]]:
    name, selected = worker.name, selector(worker.name)
    ended = f'{RUN_DURATION.prometheus}_count{{{selected}, task_state!="retry"}}'
    failed = f'{RUN_DURATION.prometheus}_count{{{selected}, task_state="failure"}}'
    begun = f"{WAIT_DURATION.prometheus}_count{{{selected}}}"
    soon = f"{WAIT_DURATION.prometheus}_bucket{{{selected}, {bucket(float(profile.tasks.start_seconds))}}}"
    series = {"success": {"bad": failed, "total": ended}, "freshness": {"good": soon, "total": begun}}
    words = {"success": "succeed", "freshness": f"begin within {profile.tasks.start_seconds} s after they are due"}
    found = [service_document(name, f"The background tasks of {worker.names.service}.")]
    for objective in task_objectives(profile, worker.framework):
        said = f"{objective.percent} % of the tasks {words[objective.slo]}"
        found.append(objective_document(profile, name, objective, said, series[objective.slo]))
    return found


class TaskScenarios:
    """Builds the tests of one worker's rules. Tasks are invented from the profile, so the tests follow its numbers."""

    def __init__(self, profile: Profile, worker: Worker) -> None:
        self.profile, self.worker = profile, worker
        self.origin = f'service_name="{worker.name}", deployment_environment_name="{PRODUCTION}"'
        self.alerts = {alert.name: alert for alert in alerts_of(worker, profile)}
        found = {objective.slo: objective for objective in task_objectives(profile, worker.framework)}
        self.success, self.freshness = found.get("success"), found.get("freshness")

    def all(self) -> list[dict[str, Any]]:
        """Every test, in an order to read."""
        alive = [{"series": f"{MEMORY.prometheus}{{{self.origin}}}", "values": "100x60"}]
        found = [
            self._test("nothing is reported", [], 30, fires=("WorkerMissing",)),
            self._test("an idle worker", alive, 60, silent='severity=~"page|ticket"'),
        ]
        if self.success is not None:
            found += [
                self._test("most tasks fail, a few an hour", self._tasks(0.4, 0.6), 60, fires=("MostTasksFail",)),
                self._test("a thousand tasks in an hour, none fails", self._tasks(17, 0), 60, silent='severity=~"page|ticket"'),
                self._burning(self.success, lambda share: self._tasks(17 * (1 - share), 17 * share)),
            ]
        if self.freshness is not None:
            found.append(self._burning(self.freshness, lambda share: self._tasks(17, 0, late=17 * share)))
        return found + self._waiting() if "QueueGrows" in self.alerts else found

    def _waiting(self) -> list[dict[str, Any]]:
        most, stuck = longest_queue(self.profile, self.worker.framework, many=self.worker.can_be_many), 'alertname="TasksStandStill"'
        return [
            self._test("more waits than is done", self._tasks(17, 0, queue=2 * most), 60, fires=("QueueGrows",), silent=stuck),
            self._test("tasks wait and none is done", self._tasks(0, 0, queue=3), 60, fires=("TasksStandStill",)),
        ]

    def _tasks(self, well: float, badly: float, late: float = 0.0, queue: int = 0) -> list[dict[str, str]]:
        """Series of an hour: tasks a minute that end well and badly, of which `late` began too late, and how many wait."""
        run, wait, total = RUN_DURATION.prometheus, WAIT_DURATION.prometheus, well + badly
        seconds = number(float(self.profile.tasks.start_seconds))
        series = {
            f'{run}_count{{{self.origin}, task_state="success"}}': _steady(well),
            f"{wait}_count{{{self.origin}}}": _steady(total),
            f'{wait}_bucket{{{self.origin}, le="{seconds}"}}': _steady(total - late),
            f'{QUEUE_LENGTH.prometheus}{{{self.origin}, messaging_destination_name="a"}}': f"{queue}x70",
            f"{MEMORY.prometheus}{{{self.origin}}}": "100x70",
        }
        if badly:
            series[f'{run}_count{{{self.origin}, task_state="failure"}}'] = _steady(badly)
        return [{"series": name, "values": values} for name, values in series.items()]

    def _burning(self, objective: Objective, series: Any) -> dict[str, Any]:
        limits = [
            w.threshold(objective.budget) for w in usable_windows(self.profile.slo.window_days, objective.budget) if w.severity == "page"
        ]
        share = min(0.98, max(0.1, 1.25 * max(limits, default=0.9)))
        name = f"Task{objective.slo.capitalize()}BurnsFast"
        fires = (name,) if name in self.alerts else ()
        return self._test(f"{number(round(100 * share, 1))} % of the tasks {objective.bad}: a page", series(share), 60, fires=fires)

    def _test(self, name: str, series: list[dict[str, str]], at: int, *, fires: tuple[str, ...] = (), silent: str = "") -> dict[str, Any]:
        """One test at minute `at`: these alerts fire, and none of those that the matcher `silent` names."""
        checks = [self._firing(alert, at) for alert in fires]
        if silent:
            checks.append({"expr": f'ALERTS{{alertstate="firing", {silent}}}', "eval_time": f"{at}m", "exp_samples": []})
        return {"name": name, "interval": "1m", "input_series": series, "promql_expr_test": checks}

    def _firing(self, name: str, at: int) -> dict[str, Any]:
        asked = f'ALERTS{{alertname="{name}", alertstate="firing"}}'
        return {"expr": f"count({asked})", "eval_time": f"{at}m", "exp_samples": [{"labels": "{}", "value": 1}]}


def _steady(per_minute: float) -> str:
    """Sample notation of a counter that grows by the same amount each minute for more than an hour."""
    return f"0+{number(per_minute)}x70"
