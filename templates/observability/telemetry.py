#% if framework == "streamlit"
"""Telemetry: traces of calls to other services and models, metrics of the process over OTLP, and JSON logs on stdout.

Streamlit itself tells nobody how long a page takes or whether it failed: it works over sockets, and no library measures those.
#% else
"""Telemetry: traces and metrics over OTLP, and JSON logs on stdout that carry the id of their trace.
#% endif
{= "" =}
Nothing is sent unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector; without one the service runs just the same. The settings are
OpenTelemetry's own environment variables. Written by prodify (recipe telemetry); yours to edit, upgrades merge.
"""

from __future__ import annotations

#% if json_logs or exports_traces
import json
#% endif
import logging
import os
#% if json_logs or exports_traces
import re
#% endif
#% if json_logs
import sys
#% endif
import threading
import time
#% if exports_traces
from collections.abc import Sequence
#% endif
#% if json_logs or exports_traces
from functools import lru_cache
#% endif
from typing import Any
#% if json_logs or exports_traces
from urllib.parse import quote
#% endif

# OpenTelemetry reads these when it is first imported, so they stand before its import. A variable of the environment wins.
os.environ.setdefault("OTEL_SERVICE_NAME", "{= service =}")
# The stable metric names, in seconds; without this Python still sends the old ones, in milliseconds.
os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
# In milliseconds. Alerts look at windows of five minutes, and one export a minute would be too coarse for them.
os.environ.setdefault("OTEL_METRIC_EXPORT_INTERVAL", "15000")
# In seconds. A collector that does not answer must not hold up the end of the process.
os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", "1.5")

#% if framework == "flask"
from flask import Flask, g, request
#% elif framework == "django"
import django
#% if asgi
from asgiref.sync import iscoroutinefunction
#% endif
from django.conf import settings
#% if asgi
from django.utils.decorators import sync_and_async_middleware
#% endif
#% elif framework == "fastapi"
from contextlib import asynccontextmanager

from fastapi import FastAPI
#% endif
from opentelemetry import metrics, trace
#% if imports
{= imports =}
#% endif
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
#% if framework not in ("streamlit", "worker")
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
#% endif
from opentelemetry.sdk.resources import Resource
#% if exports_traces
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.trace import Status
#% else
from opentelemetry.sdk.trace import TracerProvider
#% endif

#% if framework not in ("streamlit", "worker")
# Seconds. A goal can only be measured at one of these bounds, so the goals of prodify.yaml stand among them.
DURATION_BOUNDS = {= boundaries =}
# Probes ask every few seconds and would hide what users see.
PROBES = r"{= probes =}"
{= "" =}
#% endif
log = logging.getLogger("{= package =}")


def _resource() -> Resource:
    """What every span, metric and log line says about its origin; OTEL_RESOURCE_ATTRIBUTES adds to it and wins."""
    environment = os.environ.get("ENVIRONMENT", "development")
    unset = Resource({"service.version": os.environ.get("SERVICE_VERSION", "unknown"), "deployment.environment.name": environment})
    return unset.merge(Resource.create())


RESOURCE = _resource()


#% if json_logs or exports_traces
@lru_cache(maxsize=1)
def _secrets(_variables: int) -> re.Pattern[str]:
    """This process's secrets: values of variables whose names say so and passwords in addresses, each as texts may hold it."""
    found = set()
    for name, value in os.environ.items():
        if re.search("KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL", name.upper()):
            found.add(value)
        found.update(re.findall(r"://[^/@\s]*?:([^@\s]+)@", value))
    told = {form for value in found if len(value) >= 8 for form in (value, quote(value, safe=""), json.dumps(value)[1:-1])}
    return re.compile("|".join(map(re.escape, sorted(told, key=len, reverse=True))) or r"(?!)")


def discreet(text: str) -> str:
    """A text without the secrets of this process: libraries repeat keys and addresses in what they say of errors."""
    return _secrets(len(os.environ)).sub("***", text)


#% endif
#% if json_logs
class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the ids of the trace that the line belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "timestamp": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": RESOURCE.attributes["service.name"],
            "version": RESOURCE.attributes["service.version"],
            "environment": RESOURCE.attributes["deployment.environment.name"],
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            entry["trace_id"] = format(span.trace_id, "032x")
            entry["span_id"] = format(span.span_id, "016x")
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        entry.update(getattr(record, "fields", {}))
        return discreet(json.dumps(entry, default=str, ensure_ascii=False))


class Seldom(logging.Filter):
    """Lets OpenTelemetry speak of itself once in five minutes: a missing collector must not flood the log."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("opentelemetry"):
            return True
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + 300
        return True


def _set_up_logs() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(Seldom())
#% if framework == "django"
    _leave_the_console_to(handler)
#% else
    logging.basicConfig(handlers=[handler], level=os.environ.get("LOG_LEVEL", "INFO").upper())
#% endif
    # These write whole addresses at level INFO, and addresses hold keys.
    for name in ("httpx", "httpcore", "httpx2", "httpcore2", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


#% if framework == "django"
def _leave_the_console_to(ours: logging.Handler) -> None:
    """Once the settings' LOGGING is in force: its levels stay, and its files, mails and Sentry; what it prints, we print as JSON, once.

    What servers print of themselves stays as it is.
    """
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if not name.startswith(("django.server", "gunicorn"))]
    for logger in (logging.root, *loggers):
        for handler in list(logger.handlers):
            if type(handler) is logging.StreamHandler and handler is not ours:
                logger.removeHandler(handler)
                logger.propagate = True
    logging.root.addHandler(ours)
    if "root" not in (settings.LOGGING or {}):
        logging.root.setLevel(os.environ.get("LOG_LEVEL", "INFO").upper())
    # LOGGING switches loggers off that it does not name, unless it says otherwise.
    for name in (log.name, "django.request"):
        logging.getLogger(name).disabled = False
    # Every answer has its line, written by us within its trace; of Django's own those of errors stay, for their tracebacks.
    logging.getLogger("django.request").addFilter(lambda record: getattr(record, "status_code", 500) >= 500)


#% endif
#% endif
#% if exports_traces
def _discreet_span(span: ReadableSpan) -> ReadableSpan:
    """The span as it is told: without secrets, and without what stands behind the question mark of an address in an error."""

    def clean(attributes: Any) -> dict[str, Any]:
        return {key: discreet(value) if isinstance(value, str) else value for key, value in (attributes or {}).items()}

    def shorten(attributes: Any) -> dict[str, Any]:
        return {k: re.sub(r"\?[^\s'\")]*=[^\s'\")]*", "?***", v) if isinstance(v, str) else v for k, v in clean(attributes).items()}

    return ReadableSpan(
        span.name, span.context, span.parent, span.resource, clean(span.attributes),
        [Event(event.name, shorten(event.attributes), event.timestamp) for event in span.events], span.links, span.kind,
        status=Status(span.status.status_code, shorten({"": span.status.description or ""})[""] or None),
        start_time=span.start_time, end_time=span.end_time, instrumentation_scope=span.instrumentation_scope,
    )  # fmt: skip


#% endif
def _set_up_providers() -> tuple[TracerProvider, MeterProvider]:
    readers = []
    traces = TracerProvider(resource=RESOURCE)
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        # Imported here: without a collector the service starts without them.
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
        #% if exports_traces
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

        class Discreet(OTLPSpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                return super().export([_discreet_span(span) for span in spans])

        traces.add_span_processor(BatchSpanProcessor(Discreet()))
        #% endif
    trace.set_tracer_provider(traces)
#% if framework in ("streamlit", "worker")
    counted = MeterProvider(readers, resource=RESOURCE)
#% else
    durations = View(
        instrument_name="http.server.request.duration",
        aggregation=ExplicitBucketHistogramAggregation(DURATION_BOUNDS),
        # Every further attribute multiplies the number of time series.
        attribute_keys={"http.request.method", "http.route", "http.response.status_code"},
    )
    counted = MeterProvider(readers, resource=RESOURCE, views=[durations])
#% endif
    metrics.set_meter_provider(counted)
    return traces, counted


def _set_up_process_metrics() -> None:
    """How full this process is. Kubernetes and cloud consoles know the container; these know each worker."""
    meter = metrics.get_meter("{= package =}.process")
    page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096

    def memory(_options: Any) -> Any:
        try:
            with open("/proc/self/statm", encoding="ascii") as statm:
                yield Observation(int(statm.read().split()[1]) * page)
        except OSError:
            return  # not Linux

    def cpu(_options: Any) -> Any:
        yield Observation(time.process_time())

    def threads(_options: Any) -> Any:
        yield Observation(threading.active_count())

    meter.create_observable_counter("process.cpu.time", [cpu], unit="s")
    meter.create_observable_up_down_counter("process.memory.usage", [memory], unit="By")
    meter.create_observable_up_down_counter("process.thread.count", [threads], unit="{thread}")


#% if hides_queries
def _hide_query(span: Any, outgoing: Any) -> None:
    """Keys and personal data travel in the part behind the question mark; spans do without it."""
    span.set_attribute("url.full", str(outgoing.url).split("?", 1)[0])


#% endif
#% if hides_queries_async
async def _hide_query_async(span: Any, outgoing: Any) -> None:
    _hide_query(span, outgoing)


#% endif
def _instrument_libraries() -> None:
    """On import, because a connection that is opened before stays invisible."""
    {= calls =}


#% if json_logs and framework != "django"
_set_up_logs()
#% endif
TRACES, METRICS = _set_up_providers()
_set_up_process_metrics()
_instrument_libraries()
#% if framework not in ("streamlit", "worker")
{= "" =}

#% if framework == "fastapi"
def _log(method: str, route: str, status: int, seconds: float, error: BaseException | None = None) -> None:
#% else
def _log(method: str, route: str, status: int, seconds: float) -> None:
#% endif
    fields = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "duration_ms": round(seconds * 1000, 1),
    }
#% if framework == "django"
    # Not at level ERROR, whatever the status: Django logs each error itself, with its traceback.
    log.info("%s %s %s", method, route or "-", status, extra={"fields": fields})
#% elif framework == "fastapi"
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "%s %s %s", method, route or "-", status, exc_info=error, extra={"fields": fields})
#% else
    log.log(logging.ERROR if status >= 500 else logging.INFO, "%s %s %s", method, route or "-", status, extra={"fields": fields})
#% endif
{= "" =}

#% if framework == "flask"
def instrument(app: Flask) -> None:
    """Measure and trace every request of the app, and log one line for each."""
    FlaskInstrumentor().instrument_app(
        app,
        excluded_urls=PROBES,
        response_hook=lambda span, _status, _headers: span.set_attribute("url.query", "") if span else None,
    )

    @app.before_request
    def _start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _log_request(response: Any) -> Any:
        if request.path not in ("{= health_path =}", "{= ready_path =}"):
            now = time.perf_counter()
            _log(request.method, str(request.url_rule or ""), response.status_code, now - g.get("started", now))
        return response
#% elif framework == "django"
def instrument() -> None:
    """Measure and trace every request of Django, and log one line for each. Comes before the application is made."""
    django.setup(set_prefix=False)
    # The settings' LOGGING is in force now; get_wsgi_application() would set it up once more.
    settings.LOGGING_CONFIG = None
#% if json_logs
    _set_up_logs()
#% endif
    settings.MIDDLEWARE = [f"{__name__}.log_request", *settings.MIDDLEWARE]
    DjangoInstrumentor().instrument(
        excluded_urls=PROBES,
        request_hook=lambda span, _request: span.set_attribute("url.query", "") if span else None,
    )


#% if asgi
@sync_and_async_middleware
def log_request(get_response: Any) -> Any:
    """Middleware: one line for every request. A coroutine where what it wraps is one, so that no request needs a thread for it."""

    async def logged_async(request: Any) -> Any:
        started = time.perf_counter()
        response = await get_response(request)
        _log_response(request, response, started)
        return response

    def logged(request: Any) -> Any:
        started = time.perf_counter()
        response = get_response(request)
        _log_response(request, response, started)
        return response

    return logged_async if iscoroutinefunction(get_response) else logged


def _log_response(request: Any, response: Any, started: float) -> None:
    match = request.resolver_match
    _log(request.method, match.route if match else "", response.status_code, time.perf_counter() - started)
#% else
def log_request(get_response: Any) -> Any:
    """Middleware: one line for every request."""

    def logged(request: Any) -> Any:
        started = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        if request.path not in ("{= health_path =}", "{= ready_path =}"):
            _log(request.method, match.route if match else "", response.status_code, time.perf_counter() - started)
        return response

    return logged
#% endif
#% elif framework == "fastapi"
class RequestLog:
    """Middleware: one line for every request, with the traceback of what nothing else handled. Plain ASGI, so that answers may stream."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] in ("{= health_path =}", "{= ready_path =}"):
            await self.app(scope, receive, send)
            return
        started, status, failed = time.perf_counter(), 500, None

        async def sending(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            status, failed = 500, error
            raise
        finally:
            route = getattr(scope.get("route"), "path", "")
            _log(scope["method"], route, status, time.perf_counter() - started, failed)


def instrument(app: FastAPI) -> None:
    """Measure and trace every request of the app, and log one line for each."""
    FastAPIInstrumentor.instrument_app(
        app,
        excluded_urls=PROBES,
        server_request_hook=lambda span, _scope: span.set_attribute("url.query", "") if span else None,
        # A span for every piece of a body would be most of the bill and tell nothing.
        exclude_spans=["receive", "send"],
    )
    app.add_middleware(RequestLog)
#% if json_logs
    # The line of the request holds the traceback already, and the id of its trace.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "Exception in ASGI application" not in record.getMessage())
#% endif

    inner = app.router.lifespan_context

    @asynccontextmanager
    async def flushing(app: FastAPI) -> Any:
        """uvicorn ends by a signal, which skips what Python does at exit: send the last spans and metrics here."""
        async with inner(app) as state:
            yield state
        TRACES.shutdown()
        METRICS.shutdown()

    app.router.lifespan_context = flushing
#% endif
#% endif
