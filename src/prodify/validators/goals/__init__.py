"""One number, one place: every artefact that states a goal states the one of the profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prodify.errors import ProdifyError
from prodify.model import Audience
from prodify.validators.base import Job, Note, Problem, ToolError, Validator
from prodify.validators.goals import clouds, running, slos, tasks, texts
from prodify.validators.goals.stated import Reader, Stated, Value, shown

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.validators.sources import Sources

READERS: tuple[Reader, ...] = (*slos.READERS, *running.READERS, *tasks.READERS, *clouds.READERS, *texts.READERS)


def goals_of(root: Path) -> Mapping[str, Value]:
    """Return the goals of a repository's profile by key, each in the profile's own unit; what is derived (`port`, the most replicas) too.

    Raises:
        ToolError: when the profile cannot be read.
    """
    from prodify.infer import load_profile
    from prodify.inventory import Inventory
    from prodify.recipes.scaling.service import GRACEFUL_SECONDS
    from prodify.recipes.scaling.workers import SPARE_SECONDS, worker_of
    from prodify.recipes.shared.layout import PORT, naming

    try:
        repo = Inventory(root, history=False)
        profile = load_profile(repo).profile
    except ProdifyError as error:
        raise ToolError(f"the profile cannot be read: {error.message}") from None
    worker, promised = worker_of(repo, profile), profile.tasks
    at_once = worker.at_once(profile) if worker is not None else promised.concurrency
    slo, traffic, scaling, budget = profile.slo, profile.traffic, profile.scaling, profile.budget
    # A service for its creator sleeps while nobody calls: the fewest replicas are for others who wait.
    fewest = 0 if profile.audience is Audience.CREATOR else scaling.min_replicas
    return {
        slos.AVAILABILITY: slo.availability_percent, slos.TARGET: slo.latency.target_percent, slos.THRESHOLD: slo.latency.threshold_ms,
        slos.WINDOW: slo.window_days, slos.MOST_ERRORS: slo.guardrails.error_percent, slos.MOST_LATENCY: slo.guardrails.latency_ms,
        slos.NAME: naming(repo, profile).service,
        running.BASELINE: traffic.baseline_rps, running.PEAK: traffic.peak_rps,
        running.FEWEST: fewest, running.MOST: profile.max_replicas, running.CPU: scaling.cpu_target_percent,
        running.BUDGET: budget.monthly_usd, running.SUSPEND: budget.suspend_percent,
        running.SHARES: ", ".join(shown(share) for share in budget.alert_percents),
        running.PORT: PORT, running.STOP: GRACEFUL_SECONDS + SPARE_SECONDS,
        tasks.WORKER: worker.name if worker is not None else naming(repo, profile).service,
        tasks.START: promised.start_seconds, tasks.LIMIT: promised.limit_seconds, tasks.SOFT: promised.soft_limit_seconds,
        tasks.AT_ONCE: promised.concurrency, tasks.WAITING: promised.waiting_per_worker(at_once),
        tasks.GRACE: promised.limit_seconds + SPARE_SECONDS,
    }  # fmt: skip


def statements(sources: Sources) -> Iterator[tuple[Reader, str, tuple[Stated, ...]]]:
    """Yield for every artefact its reader, its path and what it states."""
    for reader in READERS:
        for path in reader.select(sources):
            yield reader, path, tuple(reader.read(sources, path))


def select(sources: Sources) -> list[str]:
    """Return the paths of all artefacts that can state a goal."""
    return sorted({path for reader in READERS for path in reader.select(sources)})


def run(job: Job) -> Iterator[Problem | Note]:
    """Yield every statement that differs from the profile, with both values, and what a whole artefact of its kind would state as well."""
    goals = goals_of(job.root)
    for reader, path, found in statements(job.sources):
        for item in found:
            goal = goals[item.key]
            if not item.agrees(goal):
                message = f"{item.key} is {item.nearest(goal)} in the {reader.artefact} and {shown(goal)} in the profile"
                yield Problem(path, item.line, message)
        silent = [key for key in reader.must if key not in {item.key for item in found}]
        if silent:
            yield Note(f"{path}: {', '.join(silent)} not found in the {reader.artefact}")


VALIDATORS = (
    Validator(name="one-number", title="one number, one place: every artefact states the goals of the profile", select=select, run=run),
)
