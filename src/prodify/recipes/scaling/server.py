"""The recipe `server`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Step, recipe
from prodify.connections import WORKERS
from prodify.data import requirement
from prodify.escape import Code, python_list
from prodify.recipes.observability import telemetry as telemetry_recipe
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.recipes.scaling.service import GRACEFUL_SECONDS, Deployable, deployable
from prodify.recipes.shared.layout import PORT
from prodify.recipes.shared.packages import listed, may_be
from prodify.render import render

# Seconds that the load balancers of a cloud keep an idle connection (AWS 60, Google 600), and some more.
_KEEPALIVE = {"gcp": 620}
_KEEPALIVE_ELSEWHERE = 65
# Load balancers keep hundreds of idle connections open, and uvicorn counts those as well.
_CONNECTIONS = 1000
# Seconds after which a worker that does not answer counts as hung: gunicorn's own default. uvicorn's is 5, which a worker that imports
# much at its start, or is throttled at its limit of CPU, exceeds; it is killed then with all requests under way.
_HANGS_AFTER = 30
_CONFIGURATIONS = ("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.config.py")


@dataclass(frozen=True, slots=True)
class GunicornContext:
    """What `scaling/gunicorn.conf.py` names. `rps` requests a second of one replica; times in seconds, `latency_ms` in milliseconds."""

    port: int
    workers: int
    threads: int
    rps: str
    latency_ms: int
    timeout: int
    graceful: int
    keepalive: int
    quiet_paths: Code
    telemetry: str


@dataclass(frozen=True, slots=True)
class UvicornContext:
    """What `scaling/serve.py` names; times in seconds."""

    application: str
    factory: bool
    port: int
    limit_concurrency: int
    graceful: int
    ends_in_time: bool
    """Whether this uvicorn can be told how long a stopping server may take: 0.22 learned it."""
    hangs_after: int
    """After how long a worker that does not answer its supervisor is killed; 0 where this uvicorn cannot be told: 0.37 learned it."""
    keepalive: int
    telemetry: str


@recipe(
    step=Step.SCALING,
    fixes=("production-server-is-configured", "dev-server-is-not-production", "shutdown-is-graceful", "port-comes-from-environment"),
)
def server(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """The production server's settings: gunicorn.conf.py for Flask and Django, serve.py (uvicorn) for FastAPI and other ASGI applications.

    The server joins requirements.txt where that file is written by hand; else the image installs it. A gunicorn configuration under
    another name is left alone.
    """
    service = deployable(repo, profile)
    if service is None or service.server == "streamlit":
        return
    own = service.path("gunicorn.conf.py")
    if service.server == "gunicorn" and any(path != own for path in repo.files.select(*_CONFIGURATIONS)):
        return
    yield _settings(repo, service, profile, _telemetry(repo, service))
    why = f"{service.server} serves the application in production; the framework's own server is for development"
    if not service.server_in_image and (edit := listed(repo, service.directory, (requirement(service.server),), why)):
        yield edit


def _telemetry(repo: Inventory, service: Deployable) -> str:
    """Where the recipe `telemetry` writes its module, from the component's folder; empty where it cannot."""
    app = web_app(repo)
    if app is None or not telemetry_recipe.can_import(repo, app) or not stands_for(repo, app.beside("telemetry"), telemetry_recipe.ENTRY):
        return ""
    return app.beside("telemetry").removeprefix("" if service.directory == "." else f"{service.directory}/")


def _settings(repo: Inventory, service: Deployable, profile: Profile, telemetry: str) -> File:
    keepalive = _KEEPALIVE.get(profile.platform.cloud, _KEEPALIVE_ELSEWHERE)
    if service.server == "uvicorn":
        connections = max(_CONNECTIONS, 10 * service.concurrency)
        uvicorn = UvicornContext(
            application=service.application,
            factory=service.factory,
            port=PORT,
            limit_concurrency=connections,
            graceful=GRACEFUL_SECONDS,
            ends_in_time=may_be(repo, "uvicorn", ">=0.22"),
            hangs_after=_HANGS_AFTER if may_be(repo, "uvicorn", ">=0.37") else 0,
            keepalive=keepalive,
            telemetry=telemetry,
        )
        return File(service.path("serve.py"), render("scaling/serve.py", uvicorn))
    quiet = tuple(sorted({path for path in (service.health_path, service.ready_path) if path}))
    context = GunicornContext(
        port=PORT,
        workers=WORKERS,
        threads=service.threads,
        rps=f"{profile.scaling.rps_per_replica:g}",
        latency_ms=profile.slo.latency.threshold_ms,
        timeout=_HANGS_AFTER,
        graceful=GRACEFUL_SECONDS,
        keepalive=keepalive,
        quiet_paths=python_list(quiet),
        telemetry=telemetry,
    )
    return File(service.path("gunicorn.conf.py"), render("scaling/gunicorn.conf.py", context))
