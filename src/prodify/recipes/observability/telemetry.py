"""Recipe: traces, metrics and JSON logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import requirements
from prodify.escape import Code, code
from prodify.recipes.observability.webapp import WebApp, stands_for, web_app
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import HEALTH_PATH, READY_PATH, main_component, naming
from prodify.recipes.shared.metrics import boundaries
from prodify.recipes.shared.packages import can_list, listed, may_be, only_kept_back
from prodify.render import render

MODULE = "telemetry"
ENTRY = r"def instrument(?=\((app\b|\)))"
"""What marks the module as the one that the wiring calls."""
STREAMLIT_ENTRY = "def _instrument_libraries"

AGENTS = ("ddtrace", "newrelic", "elastic-apm", "scout-apm", "azure-monitor-opentelemetry", "logfire", "prometheus-flask-exporter",
          "prometheus-fastapi-instrumentator", "starlette-exporter")  # fmt: skip
"""Packages that already measure requests: a second layer beside them would only cost."""
STRUCTURED = ("structlog", "python-json-logger", "loguru", "ecs-logging")
"""Packages that already shape log lines."""


@dataclass(frozen=True, slots=True)
class Instrumentor:
    """An OpenTelemetry instrumentation: its class, module and distribution, and the arguments of `instrument()`."""

    name: str
    module: str
    distribution: str
    arguments: str = ""


def _contrib(short: str, cls: str, arguments: str = "") -> Instrumentor:
    return Instrumentor(cls, f"opentelemetry.instrumentation.{short}", f"opentelemetry-instrumentation-{short}", arguments)


FRAMEWORK = {"flask": _contrib("flask", "FlaskInstrumentor"), "fastapi": _contrib("fastapi", "FastAPIInstrumentor"),
             "django": _contrib("django", "DjangoInstrumentor")}  # fmt: skip
# Database drivers and not SQLAlchemy: its instrumentation stops at SQLAlchemy 2.0, and both together would make every span twice.
LIBRARIES = (
    (("requests",), _contrib("requests", "RequestsInstrumentor", "request_hook=_hide_query")),
    (("httpx",), _contrib("httpx", "HTTPXClientInstrumentor", "request_hook=_hide_query, async_request_hook=_hide_query_async")),
    (("psycopg2", "psycopg2-binary"), _contrib("psycopg2", "Psycopg2Instrumentor")),
    (("psycopg",), _contrib("psycopg", "PsycopgInstrumentor")),
    (("asyncpg",), _contrib("asyncpg", "AsyncPGInstrumentor")),
    (("pymysql",), _contrib("pymysql", "PyMySQLInstrumentor")),
    (("redis",), _contrib("redis", "RedisInstrumentor")),
    (("pymongo",), _contrib("pymongo", "PymongoInstrumentor")),
    (
        ("openai",),
        Instrumentor("OpenAIInstrumentor", "opentelemetry.instrumentation.genai.openai", "opentelemetry-instrumentation-genai-openai"),
    ),
)
_RANGES = {"openai": ">=1.26,<4", "pymongo": ">=3.1,<5", "pymysql": "<2", "redis": ">=2.6", "psycopg": ">=3.1", "asyncpg": ">=0.12"}
"""Versions that the instrumentations work with, by their own metadata; the one of openai cannot even be imported beside an older one."""
NO_CALL = Code("return  # no library in use needs it")
SDK = ("opentelemetry-api", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")


@dataclass(frozen=True, slots=True)
class TelemetryContext:
    """Values of observability/telemetry.py."""

    service: str
    package: str
    framework: str
    asgi: bool
    imports: Code
    calls: Code
    hides_queries: bool
    hides_queries_async: bool
    boundaries: Code
    probes: str
    health_path: str
    ready_path: str
    exports_traces: bool
    json_logs: bool


@recipe(
    step=Step.OBSERVABILITY,
    fixes=(
        "traces-are-exported", "request-metrics-are-exported", "logs-are-structured", "logs-carry-trace-ids", "duration-buckets-hold-slo",
        "metrics-survive-workers", "telemetry-is-named", "model-calls-are-traced", "latency-slo-has-its-bucket",
    ),
    review=Review.CAREFUL,
)  # fmt: skip
def telemetry(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """A module that sends traces and metrics to a collector and writes JSON logs, wired into the app by one line.

    Without a collector it stays silent. The histogram has a bound at every goal of the profile, so goals can be measured. Nothing is
    written for a service that another agent measures already, or whose entry point is not a Flask, FastAPI or Django application;
    for Streamlit, which no library measures, calls of other services and models are traced, and logs are JSON.
    """
    app = web_app(repo) or streamlit_app(repo)
    entry = STREAMLIT_ENTRY if app is not None and app.framework == "streamlit" else ENTRY
    if app is None or repo.uses(*AGENTS) is not None or measured_elsewhere(repo, app) or not stands_for(repo, app.beside(MODULE), entry):
        return
    listing = listed(repo, app.root, packages(repo, app), "the telemetry libraries, in versions that fit each other")
    if listing is None:
        return
    yield listing
    if not can_import(repo, app):
        return
    used = instrumentors(repo, app)
    libraries = tuple(item for item in used if item not in FRAMEWORK.values())
    names = naming(repo, profile)
    context = TelemetryContext(
        service=names.service,
        package=names.package,
        framework=app.framework,
        asgi=app.asgi,
        imports=code((f"from {item.module} import {item.name}" for item in sorted(used, key=lambda item: item.module)), "\n"),
        calls=code((f"{item.name}().instrument({item.arguments})" for item in libraries), "\n    ") or NO_CALL,
        hides_queries=any("_hide_query" in item.arguments for item in used),
        hides_queries_async=any("_hide_query_async" in item.arguments for item in used),
        boundaries=Code("[" + ", ".join(number(bound) for bound in boundaries(profile, model=bool(repo.llm_providers))) + "]"),
        probes=f"({HEALTH_PATH}|{READY_PATH})$",
        health_path=HEALTH_PATH,
        ready_path=READY_PATH,
        exports_traces=repo.uses("sentry-sdk") is None,
        json_logs=repo.uses(*STRUCTURED) is None,
    )
    yield File(app.beside(MODULE), render("observability/telemetry.py", context))
    yield Edit(app.path, wired(app), why="measures and traces every request")


def packages(repo: Inventory, app: WebApp) -> tuple[str, ...]:
    """What the module imports, pinned."""
    # Django's instrumentation measures requests over ASGI by the parts of another one, where that is installed.
    asgi = ["opentelemetry-instrumentation-asgi"] if app.framework == "django" and app.asgi else []
    return requirements(*SDK, *sorted([*asgi, *(item.distribution for item in instrumentors(repo, app))]))


def can_import(repo: Inventory, app: WebApp) -> bool:
    """Whether what the module imports is, or will be, installed with the service."""
    return can_list(repo, app.root, packages(repo, app))


def streamlit_app(repo: Inventory) -> WebApp | None:
    """The script that Streamlit runs; it has no application object, so that nothing but this recipe can wire something into it."""
    component = main_component(repo)
    if component is None or component.framework != "streamlit" or not (component.entrypoint or "").endswith(".py"):
        return None
    path = f"{component.path}/{component.entrypoint}" if component.path not in (".", "") else str(component.entrypoint)
    return WebApp("streamlit", component.path, path, "", "") if path in repo.files else None


def wired(app: WebApp) -> edits.Editor:
    """The editor of the application's file. The import comes first of all: a database connection opened before it stays untraced."""
    imported = app.import_line(MODULE)
    if app.framework == "streamlit":
        return edits.python.add_import(f"{imported}  # noqa: F401 - measures from here on", first=True)
    first = edits.python.add_import(imported, first=True)
    if app.framework == "django":
        # It joins the settings' middleware, which the application reads once, when it is made.
        call = edits.python.insert_before_app(app.django, f"{MODULE}.instrument()")
    else:
        call = edits.python.insert_after_app(app.variable, imported, f"{MODULE}.instrument({app.variable})")
    return lambda text: call(first(text))


def instrumentors(repo: Inventory, app: WebApp) -> tuple[Instrumentor, ...]:
    """The instrumentations for the framework and for every supported library that the repository uses."""
    own = (FRAMEWORK[app.framework],) if app.framework in FRAMEWORK else ()
    return (*own, *library_instrumentors(repo))


def library_instrumentors(repo: Inventory) -> tuple[Instrumentor, ...]:
    """The instrumentations for the supported libraries that the repository uses, in versions that they know."""
    used = [(names, found) for names, found in LIBRARIES if repo.uses(*names) is not None and not only_kept_back(repo, names[0])]
    return tuple(found for names, found in used if all(may_be(repo, name, _RANGES.get(name, ">=0")) for name in names))


def measured_elsewhere(repo: Inventory, app: WebApp) -> bool:
    """Whether code other than the generated modules sets OpenTelemetry up."""
    ours = (app.beside(MODULE), app.beside("health"))
    imports = repo.python.imports("opentelemetry.sdk", "opentelemetry.instrumentation")
    # The module of background tasks only adds to ours.
    return any(note.location.path not in ours and not note.location.path.endswith("worker_telemetry.py") for note in imports)


def covers(repo: Inventory) -> bool:
    """Whether this recipe's module emits the service's metrics, now or once it is applied."""
    app = web_app(repo)
    return (
        app is not None
        and repo.uses(*AGENTS) is None
        and not measured_elsewhere(repo, app)
        and can_import(repo, app)
        and stands_for(repo, app.beside(MODULE), ENTRY)
    )


def measures_model(repo: Inventory) -> bool:
    """Whether the generated module emits metrics of model calls."""
    return covers(repo) and repo.uses("openai") is not None and may_be(repo, "openai", _RANGES["openai"])
