"""Traces, metrics and logs: whether they are there, and whether they can be used together."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.data.capabilities import METRICS, OTEL

_APM = ("ddtrace", "newrelic", "elastic-apm", "sentry-sdk", "@sentry/node", "dd-trace", "scout-apm", "honeycomb-opentelemetry", "logfire", "applicationinsights", "azure-monitor-opentelemetry")
_ERRORS = ("sentry-sdk", "raven", "rollbar", "bugsnag", "honeybadger", "airbrake", "@sentry/node", "@sentry/nextjs", "@sentry/react", "newrelic", "ddtrace", "elastic-apm")
_SECRET_WORDS = re.compile(r"\b(password|passwd|secret|api_?key|access_?token|auth_?token|session_?token|client_?secret|private_?key|credit_?card|authorization)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(e_?mail|phone|birth_?date|address)\b", re.IGNORECASE)
_TRACE_ID = re.compile(r"trace_?id|get_span_context|otelTraceID|LOG_CORRELATION|merge_contextvars|TraceContext", re.IGNORECASE)


def _sources(repo: Inventory) -> tuple[str, ...]:
    return tuple(p for p in repo.syntax.by_language["python"] if repo.files.entries[p].role.value == "production")


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="telemetry")
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
    found = repo.uses(*OTEL) or repo.uses(*_APM)
    return passed("traces are made", found) if found else failed("nothing traces requests")


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="telemetry")
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
    found = repo.uses(*METRICS) or repo.uses(*_APM)
    if meters or found:
        return passed("requests are measured", *([found] if found else []), *meters[:1])
    return failed("nothing measures requests")


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="telemetry")
def logs_are_structured(repo: Inventory, profile: Profile) -> Verdict:
    """Logs are data: one JSON object a line.

    Why:
        Text can be read, data can be asked: all errors of one user, one version, one minute. A log store needs fields to do that.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import logging

        from flask import Flask

        app = Flask(__name__)
        logging.basicConfig(level="INFO")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        structlog
        ```
        ```python title="app.py"
        import structlog
        from flask import Flask

        app = Flask(__name__)
        log = structlog.get_logger()
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    return passed("logs are written as data") if repo.has["structured_logs"] else failed("logs are plain text", *repo.python.calls("logging.basicConfig"))


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, effort=Effort.MINUTES, fixed_by="telemetry")
def logs_carry_trace_ids(repo: Inventory, profile: Profile) -> Verdict:
    """Log lines carry the id of their trace.

    Why:
        From the slow trace to what the code said about it is then one click; without the id it is a search by time and luck.

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
        import logging

        from flask import Flask
        from opentelemetry import trace

        app = Flask(__name__)


        class Formatter(logging.Formatter):
            def format(self, record):
                context = trace.get_current_span().get_span_context()
                return f'{{"message": "{record.getMessage()}", "trace_id": "{context.trace_id:032x}"}}'
        ```
    """
    if not repo.has["otel"] and repo.uses(*_APM) is None:
        return not_applicable("nothing is traced yet")
    for path in _sources(repo):
        for number, line in enumerate(repo.files.lines(path), 1):
            if _TRACE_ID.search(line[:400]):
                return passed("log lines carry the trace's id", Note(Location(path, number), "trace id"))
    return failed("log lines do not name their trace")


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, effort=Effort.HOURS, hint="Use logging.getLogger(__name__) with a level and fields instead of print.")
def prints_are_not_logs(repo: Inventory, profile: Profile) -> Verdict:
    """The service logs instead of printing.

    Why:
        A print has no level, no time and no context, and cannot be switched off; under a server it may never be shown at all.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            print("somebody came")
            return "hi"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import logging

        from flask import Flask

        app = Flask(__name__)
        log = logging.getLogger(__name__)

        @app.route("/")
        def home():
            log.info("home page shown")
            return "hi"
        ```
    """
    if not any(c.language == "python" for c in repo.services):
        return not_applicable("no Python service")
    prints = [c for c in repo.python.calls("print") if c.function is not None and "/" not in c.location.path.removeprefix("src/").partition("scripts")[1]]
    return failed(f"{len(prints)} prints stand where a log belongs", *prints) if prints else passed("nothing is printed")


@check(step=Step.OBSERVABILITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(532,), hint="Leave the value out, or log an id instead; delete what the logs already hold.")
def logs_hold_no_secrets(repo: Inventory, profile: Profile) -> Verdict:
    """Nothing secret or personal is written to the log.

    Why:
        Logs are copied, kept and read by many; a password or an e-mail address in them leaks without anybody breaking in.

    Fails:
        ```python title="signup.py"
        def signup(email, password):
            print("new user", email, password)
        ```

    Passes:
        ```python title="signup.py"
        import logging

        log = logging.getLogger(__name__)

        def signup(user):
            log.info("new user", extra={"user_id": user.id})
        ```
    """
    calls = repo.python.calls("print", "logging.*", "*.info", "*.debug", "*.warning", "*.error", "*.exception", "pprint.pprint")
    bad = []
    for call in calls:
        if not call.name.startswith(("print", "pprint", "logging.")) and not re.search(r"(^|\.)(log|logger|_log|_logger|LOG|LOGGER)\.\w+$", call.name):
            continue
        named = _values_named(call.args)
        if named:
            bad.append(Note(call.location, f"{call.name} of {named}"))
    if bad:
        return failed("a secret or personal value is written to the log", *bad)
    return passed("no secret was found in what is logged") if calls else not_applicable("nothing is logged")


def _values_named(arguments: tuple[object, ...]) -> str | None:
    """The first variable among a log call's values whose name is secret or personal; words inside literal text do not count."""
    for argument in arguments:
        text = getattr(argument, "text", "")
        if getattr(argument, "literal", False):
            continue
        holes = re.findall(r"\{([^{}]*)\}", text) if re.match(r"""[rbRB]*[fF]["']""", text) else [re.sub(r"""(["']).*?\1""", " ", text)]
        for hole in holes:
            bare = re.sub(r"""(["']).*?\1""", " ", hole)
            if re.search(r"\b(len|bool|type|mask|redact|hash|is_valid|count)\w*\(", bare) or " if " in bare:
                continue
            last = [word.rpartition(".")[2] for word in re.findall(r"[A-Za-z_][\w.]*", bare)]
            for word in last:
                if _SECRET_WORDS.fullmatch(word) or _PERSONAL.fullmatch(word):
                    return word
    return None


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, effort=Effort.HOURS, fixed_by="telemetry")
def model_calls_are_traced(repo: Inventory, profile: Profile) -> Verdict:
    """Calls of language models are traced, with their tokens.

    Why:
        The model is the slowest and dearest part of most such services; without its latency and tokens neither can be improved.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

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
        "opentelemetry-instrumentation-anthropic", "langfuse", "langsmith", "openinference-instrumentation-openai", "traceloop-sdk", "arize-phoenix", "logfire", "mlflow",
    )  # fmt: skip
    spans = [c for c in repo.python.calls("*.start_as_current_span", "*.set_attribute", "*.set_attributes") if "gen_ai" in c.text or "llm" in c.text.lower()]
    if library or spans:
        return passed("model calls are traced", *([library] if library else []), *spans[:2])
    return failed("nothing traces the calls of the model", *repo.model_calls)


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, effort=Effort.HOURS, hint="Send unhandled errors to Sentry (or an OpenTelemetry backend) with the version and the trace id.")
def error_reports_are_collected(repo: Inventory, profile: Profile) -> Verdict:
    """Unhandled errors are collected somewhere.

    Why:
        Users rarely report an error; a collector shows each new one with its stack, its version and how many it hit.

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
        sentry-sdk[flask]
        ```
        ```python title="app.py"
        import os

        import sentry_sdk
        from flask import Flask

        sentry_sdk.init(dsn=os.environ.get("SENTRY_DSN"))
        app = Flask(__name__)
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    found = repo.uses(*_ERRORS) or (repo.uses(*OTEL) if repo.has["otel"] else None)
    return passed("errors are collected", found) if found else failed("nothing collects unhandled errors")


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, effort=Effort.MINUTES, fixed_by="telemetry")
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


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="dashboard")
def dashboard_exists(repo: Inventory, profile: Profile) -> Verdict:
    """A dashboard shows how the service does.

    Why:
        The first minute of an incident is spent looking: a page with rate, errors, duration and saturation saves the next twenty.

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
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```json title="deploy/grafana/app.json"
        {"title": "app", "schemaVersion": 41, "panels": [{"title": "Requests", "type": "timeseries",
         "targets": [{"expr": "sum(rate(http_server_request_duration_seconds_count[5m]))"}]}]}
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    found = repo.monitoring.dashboards
    return passed("a dashboard is kept with the code", *(d.location for d in found)) if found else failed("no dashboard is kept with the code")


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="slo")
def alerts_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody is told when the service is down.

    Why:
        Otherwise the users are the monitoring, and most of them leave without a word.

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
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: absent(up{job="app"}) or up{job="app"} == 0
                for: 5m
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    rules = repo.monitoring.rules
    cloud = [b for b in repo.terraform if b.type == "resource" and b.kind in ("google_monitoring_alert_policy", "aws_cloudwatch_metric_alarm", "azurerm_monitor_metric_alert")]
    if rules or cloud:
        return passed("alerts are defined", *rules[:5], *cloud[:5])
    return failed("no alert is defined")
