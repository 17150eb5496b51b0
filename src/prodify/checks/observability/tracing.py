"""Traces and metrics: whether they are there, and whether they say where they come from."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks._buckets import by_default, holding
from prodify.checks.observability._libraries import APM
from prodify.inventory.buckets import declared_boundaries
from prodify.inventory.presence import uses_metrics, uses_otel

_MEASURING = (
    "prometheus-flask-exporter", "prometheus-fastapi-instrumentator", "starlette-exporter", "starlette-prometheus", "django-prometheus",
    "express-prom-bundle", "fastify-metrics",
)  # fmt: skip
"""Packages that measure the duration of requests by themselves."""


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Instrument the framework and its clients with OpenTelemetry, and export over OTLP.",
)
def traces_are_exported(repo: Inventory, profile: Profile) -> Verdict:
    """Requests leave traces.

    Why:
        A trace shows where the two seconds of a slow request went: the database, the model, or the third call to the same API.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        opentelemetry-sdk
        opentelemetry-exporter-otlp-proto-http
        ```
        ```python title="app.py"
        from flask import Flask
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider

        app = Flask(__name__)
        trace.set_tracer_provider(TracerProvider())
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    found = uses_otel(repo) or repo.uses(*APM)
    return passed("traces are made", found) if found else failed("nothing traces requests")


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Measure the number, the failures and the duration of requests with OpenTelemetry or a Prometheus middleware.",
)
def request_metrics_are_exported(repo: Inventory, profile: Profile) -> Verdict:
    """Rate, errors and duration of requests are measured.

    Why:
        Three numbers answer whether the service works: how many requests, how many fail, how long they take. Nothing else alerts in time.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        prometheus-flask-exporter
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_flask_exporter import PrometheusMetrics

        app = Flask(__name__)
        PrometheusMetrics(app)
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    meters = repo.python.calls("opentelemetry.sdk.metrics.MeterProvider", "opentelemetry.metrics.set_meter_provider")
    found = uses_metrics(repo) or repo.uses(*APM)
    if meters or found:
        return passed("requests are measured", *([found] if found else []), *meters[:1])
    return failed("nothing measures requests")


@check(
    step=Step.OBSERVABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    fixed_by="telemetry",
    hint="Instrument the model's client with an OpenTelemetry package for it, or open a span with model and tokens around each call.",
)
def model_calls_are_traced(repo: Inventory, profile: Profile) -> Verdict:
    """Calls of language models are traced, with their tokens.

    Why:
        The model is the slowest and dearest part of most such services; without its latency and tokens neither can be improved.

    Fails:
        ```text title="requirements.txt"
        flask
        openai
        ```
        ```python title="app.py"
        from flask import Flask
        from openai import OpenAI

        app = Flask(__name__)
        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        opentelemetry-instrumentation-genai-openai
        ```
        ```python title="app.py"
        from openai import OpenAI
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

        OpenAIInstrumentor().instrument()
        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    library = repo.uses(
        "opentelemetry-instrumentation-genai-openai", "opentelemetry-instrumentation-openai", "opentelemetry-instrumentation-openai-v2",
        "opentelemetry-instrumentation-anthropic", "langfuse", "langsmith", "openinference-instrumentation-openai",
        "traceloop-sdk", "arize-phoenix", "logfire", "mlflow",
    )  # fmt: skip
    spans = [
        c
        for c in repo.python.calls("*.start_as_current_span", "*.set_attribute", "*.set_attributes")
        if "gen_ai" in c.text or "llm" in c.text.lower()
    ]
    if library or spans:
        return passed("model calls are traced", *([library] if library else []), *spans[:2])
    return failed("nothing traces the calls of the model", *repo.model_calls)


@check(
    step=Step.OBSERVABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Set service.name, service.version and deployment.environment.name on the telemetry's resource, or in OTEL_RESOURCE_ATTRIBUTES.",
)
def telemetry_is_named(repo: Inventory, profile: Profile) -> Verdict:
    """Telemetry says which service, version and environment it comes from.

    Why:
        Without service.name everything arrives as "unknown_service", and without a version nobody sees which release made it slow.

    Fails:
        ```text title="requirements.txt"
        flask
        opentelemetry-sdk
        ```
        ```python title="app.py"
        from flask import Flask
        from opentelemetry.sdk.trace import TracerProvider

        app = Flask(__name__)
        provider = TracerProvider()
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        opentelemetry-sdk
        ```
        ```python title="app.py"
        from flask import Flask
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        app = Flask(__name__)
        provider = TracerProvider(resource=Resource.create({"service.name": "app", "service.version": "1.0.0"}))
        ```
    """
    if not repo.has["otel"]:
        return not_applicable("no OpenTelemetry")
    for path in repo.files.select("*.py", "*.js", "*.ts", "*.yaml", "*.yml", "Dockerfile*", "*.env*", "*.go", "*.toml"):
        for number, line in enumerate(repo.files.lines(path), 1):
            if "service.name" in line or "OTEL_SERVICE_NAME" in line or "SERVICE_NAME" in line:
                return passed("telemetry names its service", Note(Location(path, number), "service.name"))
    return failed("telemetry does not name its service")


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Give the histogram of request durations a boundary at the objective's threshold (a View, or buckets=).",
)
def duration_buckets_hold_slo(repo: Inventory, profile: Profile) -> Verdict:
    """Request durations are counted with a boundary at the objective's threshold.

    Why:
        A histogram only knows how many requests lay below each of its boundaries; how many took
        longer than 300 ms can then only be guessed.

    Fails:
        ```text title="requirements.txt"
        flask
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import Histogram

        app = Flask(__name__)
        duration = Histogram("http_request_duration_seconds", "Time to answer")
        ```
        ```yaml title="prodify.yaml"
        slo: {latency: {threshold_ms: 300}}
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import Histogram

        app = Flask(__name__)
        duration = Histogram("http_request_duration_seconds", "Time to answer", buckets=(0.1, 0.2, 0.3, 0.5, 1.0))
        ```
        ```yaml title="prodify.yaml"
        slo: {latency: {threshold_ms: 300}}
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    if all(service.framework == "streamlit" for service in repo.web_services):
        return not_applicable("Streamlit's pages live on a socket: there is no request whose duration could be counted")
    measured = repo.uses(*_MEASURING)
    meters = repo.python.calls(
        "opentelemetry.sdk.metrics.MeterProvider", "opentelemetry.metrics.set_meter_provider", "prometheus_client.Histogram"
    )
    if measured is None and not meters:
        return not_applicable("nothing measures how long requests take yet")
    wanted = profile.slo.latency.threshold_seconds
    good = holding(repo, wanted)
    if good:
        return passed(f"a boundary stands at {wanted:g} s", *good)
    declared = declared_boundaries(repo)
    if not declared and by_default(wanted):
        return passed(f"the libraries' own boundaries have one at {wanted:g} s", *([measured] if measured else meters[:1]))
    places = [note for note, _ in declared] or ([measured] if measured else [Note(m.location, m.name) for m in meters[:1]])
    return failed(f"no boundary stands at {wanted:g} s", *places)
