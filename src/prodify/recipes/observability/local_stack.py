"""Recipe: collector, Prometheus, Grafana and Jaeger on the developer's machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.data.images import image
from prodify.recipes.observability.telemetry import covers
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.layout import COLLECTOR, DASHBOARDS, PROMETHEUS_RULES, naming
from prodify.render import render

PATH = "compose.observability.yaml"
_STARTS = {"flask": "flask run", "django": "python manage.py runserver"}


@dataclass(frozen=True, slots=True)
class StackContext:
    """Values of observability/compose.observability.yaml."""

    service: str
    start: str
    collector: str
    collector_file: str
    prometheus: str
    rules: str
    jaeger: str
    grafana: str
    dashboards: str


@recipe(
    step=Step.OBSERVABILITY, review=Review.CURSORY, after=("collector", "dashboard", "slo"), default=False, audiences=TEAM_AND_PUBLIC
)  # fmt: skip
def local_stack(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A compose file that runs collector, Prometheus, Grafana and Jaeger on this machine, to see telemetry before there is a cluster.

    Applied by name only. It mounts what the recipes collector, dashboard and slo wrote.
    """
    app = web_app(repo)
    if app is None or not covers(repo):
        return
    context = StackContext(
        service=naming(repo, profile).service,
        start=_STARTS.get(app.framework) or f"uvicorn {app.import_name}",
        collector=image("otel-collector").reference,
        collector_file=COLLECTOR,
        prometheus=image("prometheus").reference,
        rules=PROMETHEUS_RULES,
        jaeger=image("jaeger").reference,
        grafana=image("grafana").reference,
        dashboards=DASHBOARDS,
    )
    yield File(PATH, render("observability/compose.observability.yaml", context))
