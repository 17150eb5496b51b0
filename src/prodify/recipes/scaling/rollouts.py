"""The recipe `rollouts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.observability import telemetry
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.scaling.service import Deployable
from prodify.recipes.scaling.settings import PROMETHEUS_URL
from prodify.recipes.scaling.target import kubernetes_service
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import KUBERNETES
from prodify.recipes.shared.metrics import CPU_TIME, request_rate, slow_rate, slow_ratio
from prodify.render import render

FOLDER = f"{KUBERNETES}/components/canary"
WEIGHTS = (5, 25, 50)
"""Shares of the pods in percent; all of them follows."""
WINDOW = "5m"
WINDOW_SECONDS = 300
FLOOR = 5
"""Bad requests within the window below which nothing is said: with little traffic, one failure would be a high ratio."""


@dataclass(frozen=True, slots=True)
class CanaryContext:
    """What `scaling/kubernetes/canary.yaml` names."""

    service: str


@dataclass(frozen=True, slots=True)
class RolloutContext:
    """What `scaling/kubernetes/rollout.yaml` names: ratios between 0 and 1 and their percentages, latency in milliseconds."""

    service: str
    weights: tuple[int, ...]
    prometheus: str
    presence: str
    errors: str
    slow: str
    error_percent: str
    error_ratio: str
    latency_percent: str
    latency_ms: int
    slow_ratio: str
    floor: int
    window: str


@recipe(
    step=Step.SCALING,
    fixes=("releases-are-progressive",),
    audiences=(Audience.PUBLIC,),
    after=("kubernetes",),
    review=Review.CAREFUL,
)
def rollouts(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Canary releases with Argo Rollouts: a new version gets 5, 25, 50 % of the pods, each share judged by the profile's goals.

    Only where requests are measured. A version that breaks the error guardrail or the latency objective is taken back by itself.
    """
    service = kubernetes_service(repo, profile)
    if service is not None and is_judged(repo, profile):
        yield from canary_files(service, profile)


def is_judged(repo: Inventory, profile: Profile) -> bool:
    """Whether new versions get a share of the traffic first: for the public, and where the judgement has metrics to look at.

    Without them every release would be taken back.
    """
    app = web_app(repo)
    return profile.audience is Audience.PUBLIC and app is not None and (telemetry.covers(repo) or telemetry.measured_elsewhere(repo, app))


def canary_files(service: Deployable, profile: Profile) -> Iterator[File]:
    """The kustomize component, for this recipe and for `kubernetes`."""
    name = service.names.service
    # The hash that Argo Rollouts gives the new pods is part of their names.
    selected = f'k8s_pod_name=~"{name}-{{{{args.canary-hash}}}}-.*"'
    failed = request_rate(f'{selected}, http_response_status_code=~"5.."', WINDOW)
    slo, seconds = profile.slo, profile.slo.latency.threshold_seconds
    yield File(f"{FOLDER}/kustomization.yaml", render("scaling/kubernetes/canary.yaml", CanaryContext(name)))
    context = RolloutContext(
        service=name,
        weights=WEIGHTS,
        prometheus=PROMETHEUS_URL,
        presence=f"count({CPU_TIME.prometheus}{{{selected}}})",
        errors=f"{failed} / {request_rate(selected, WINDOW)} and {WINDOW_SECONDS} * {failed} >= {FLOOR}",
        slow=f"{slow_ratio(selected, seconds, WINDOW)} and {WINDOW_SECONDS} * {slow_rate(selected, seconds, WINDOW)} >= {FLOOR}",
        error_percent=f"{slo.guardrails.error_percent:g}",
        error_ratio=number(slo.guardrails.error_percent / 100),
        latency_percent=f"{slo.latency.target_percent:g}",
        latency_ms=slo.latency.threshold_ms,
        slow_ratio=number(round(1 - slo.latency.target_percent / 100, 10)),
        floor=FLOOR,
        window=WINDOW,
    )
    yield File(f"{FOLDER}/rollout.yaml", render("scaling/kubernetes/rollout.yaml", context))
