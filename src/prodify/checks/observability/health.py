"""Whether a machine can ask how the service is."""

from __future__ import annotations

import re

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Note,
    Profile,
    Role,
    Route,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    query,
)
from prodify.inventory.data.capabilities import HEALTH
from prodify.lazyre import lazy

_HEALTH = lazy(
    r"/(health|healthz|healthcheck|health[-_]check|livez?|liveness|ping|heartbeat|status|up|_health|alive|actuator/health)/?$",
    re.IGNORECASE,
)
_NAMED = lazy(r"(^|\.)(health|healthz|health_?check|check_health|liveness)$", re.IGNORECASE)
"""Names of handlers that answer a health check, whatever their path is."""
_READY = lazy(r"/(ready|readyz|readiness|health/ready|actuator/health/readiness)/?$", re.IGNORECASE)


def _matching(repo: Inventory, pattern: re.Pattern[str]) -> tuple[Route, ...]:
    return tuple(r for r in repo.routes if pattern.search("/" + r.path.strip("^$").lstrip("/")))


_STRINGS = query("python", {"kind": "string", "regex": r"""^["']/[\w/-]+["']$"""}, keywords=("PATH_INFO",))


def _in_front(repo: Inventory, pattern: re.Pattern[str]) -> tuple[Note, ...]:
    """Paths that a wrapper of a WSGI application answers by itself, in front of every route."""
    return tuple(
        Note(match.location, match.text.strip("\"'"))
        for match in repo.find(_STRINGS, roles=(Role.PRODUCTION,))
        if pattern.search(match.text.strip("\"'"))
    )


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, fixed_by="health")
def health_endpoint_exists(repo: Inventory, profile: Profile) -> Verdict:
    """The service has a health endpoint.

    Why:
        Load balancers, orchestrators and uptime checks have to ask something; without an answer they send users to a process that hangs.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            return "hi"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/healthz")
        def healthz():
            return "ok"
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    served = repo.uses(*HEALTH)
    if served is not None:
        return passed("a package serves a health endpoint", served)
    if any(c.framework == "streamlit" for c in repo.web_services):
        return passed("Streamlit answers at /_stcore/health", *(n for c in repo.web_services for n in c.evidence[:1]))
    found = _matching(repo, _HEALTH) or tuple(r for r in repo.routes if _NAMED.search(r.handler or ""))
    notes = tuple(Note(r.location, r.path) for r in found) or _in_front(repo, _HEALTH)
    return passed("a health endpoint answers", *notes) if notes else failed("no route answers a health check")


@check(step=Step.OBSERVABILITY, level=Level.WARNING, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="health")
def readiness_checks_dependencies(repo: Inventory, profile: Profile) -> Verdict:
    """A readiness endpoint asks the dependencies.

    Why:
        A process that runs but cannot reach its database answers every request with an error; readiness takes it out of the rotation.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect("dbname=app")

        @app.route("/healthz")
        def healthz():
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect("dbname=app")

        @app.route("/readyz")
        def readyz():
            db.cursor().execute("SELECT 1")
            return "ok"
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    if not repo.datastores:
        return not_applicable("no datastore to ask")
    found = _matching(repo, _READY)
    notes = tuple(Note(r.location, r.path) for r in found) or _in_front(repo, _READY)
    return passed("a readiness endpoint is there", *notes) if notes else failed("no route says whether the dependencies answer")


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    hint="Push metrics over OTLP, or set PROMETHEUS_MULTIPROC_DIR and use the multiprocess collector.",
)
def metrics_survive_workers(repo: Inventory, profile: Profile) -> Verdict:
    """Metrics are right with several worker processes.

    Why:
        Under gunicorn each worker has counters of its own, and a scrape reaches one by chance: rates jump up and down and alerts lie.

    Fails:
        ```text title="requirements.txt"
        flask
        gunicorn
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import Counter, generate_latest

        app = Flask(__name__)
        requests_total = Counter("requests_total", "Requests")

        @app.route("/metrics")
        def metrics():
            return generate_latest()
        ```
        ```text title="Procfile"
        web: gunicorn -w 4 app:app
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        gunicorn
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import CollectorRegistry, Counter, generate_latest, multiprocess

        app = Flask(__name__)
        requests_total = Counter("requests_total", "Requests")

        @app.route("/metrics")
        def metrics():
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
            return generate_latest(registry)
        ```
        ```text title="Procfile"
        web: gunicorn -w 4 app:app
        ```
    """
    pulled = repo.python.calls(
        "prometheus_client.generate_latest",
        "prometheus_client.start_http_server",
        "prometheus_client.make_wsgi_app",
        "prometheus_flask_exporter.PrometheusMetrics",
        "opentelemetry.exporter.prometheus.PrometheusMetricReader",
    )
    if not pulled:
        return not_applicable("no metrics are scraped from the process")
    if repo.uses("gunicorn", "uwsgi") is None:
        return not_applicable("one process serves")
    shared = repo.python.calls(
        "prometheus_client.multiprocess.*",
        "*.MultiProcessCollector",
        "prometheus_flask_exporter.multiprocess.*",
        "*.GunicornPrometheusMetrics",
    )
    shared_env = repo.files.select("Dockerfile*", "*.sh", "Procfile", "*.conf.py", "*.yaml", "*.yml")
    named = [p for p in shared_env if "PROMETHEUS_MULTIPROC_DIR" in (repo.files.text(p) or "").upper()]
    if shared or named:
        return passed("workers share their metrics", *shared)
    return failed("each worker counts for itself", *pulled)
