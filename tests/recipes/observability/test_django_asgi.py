"""Django over ASGI: which application is served, how it is wired, and what a real uvicorn with two workers measures."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodify.data import requirement
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.observability.telemetry import covers
from prodify.recipes.observability.webapp import web_app
from tests.recipes.conftest import MakeRepo, RenderTree
from tests.recipes.observability.otlp import Receiver, values
from tests.recipes.observability.test_django import DJANGO, URLS, WSGI
from tests.recipes.observability.test_telemetry_live import Server

ASGI = WSGI.replace("wsgi", "asgi")
BOTH = {**DJANGO, "shop/asgi.py": ASGI}
VIEWS = URLS.replace('path("", home)', 'path("", home), path("slow/<int:number>/", slow)').replace(
    "def boom", 'async def slow(request, number):\n    await asyncio.sleep(0.01)\n    return HttpResponse("slow")\n\n\ndef boom'
)
CHANNELS = (
    "import os\n\nfrom channels.routing import ProtocolTypeRouter\nfrom django.core.asgi import get_asgi_application\n\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n\ndjango_app = get_asgi_application()\n\n'
    'application = ProtocolTypeRouter({"http": django_app})\n'
)
RECIPES = ["telemetry", "health", "server"]


@pytest.mark.parametrize(
    ("requirements", "procfile", "asgi"),
    [
        ("django\n", "", False),
        ("django\nuvicorn[standard]\n", "", True),
        ("django\nchannels\ndaphne\n", "", True),
        ("django\nuvicorn\ngunicorn\n", "", False),
        ("django\nuvicorn\ngunicorn\n", "web: gunicorn -k uvicorn.workers.UvicornWorker shop.asgi:application\n", True),
        ("django\nuvicorn\n", "web: gunicorn shop.wsgi\n", False),
    ],
)
def test_the_application_that_production_serves_is_wired(
    make_repo: MakeRepo, render_tree: RenderTree, requirements: str, procfile: str, asgi: bool
) -> None:
    root = make_repo({**BOTH, "requirements.txt": requirements, **({"Procfile": procfile} if procfile else {})})
    app = web_app(Inventory(root))
    assert app is not None and (app.path, app.asgi) == (f"shop/{'asgi' if asgi else 'wsgi'}.py", asgi)
    tree = render_tree(RECIPES, root, Profile())
    assert ("serve.py" in tree, "gunicorn.conf.py" in tree) == (asgi, not asgi)
    assert (requirement("opentelemetry-instrumentation-asgi") in tree["requirements.txt"]) == asgi


def test_channels_keeps_its_router_behind_the_probes(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({**BOTH, "shop/asgi.py": CHANNELS, "requirements.txt": "django\nchannels\ndaphne\n"})
    tree = render_tree(["telemetry", "health"], root, Profile())
    assert [ast.unparse(node) for node in ast.parse(tree["shop/asgi.py"]).body][-4:] == [
        "telemetry.instrument()",
        "django_app = get_asgi_application()",
        "application = ProtocolTypeRouter({'http': django_app})",
        "application = answered(application)",
    ]


def test_the_second_run_wants_the_same(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({**BOTH, "requirements.txt": "django\nuvicorn\n"})
    first = render_tree(RECIPES, root, Profile())
    for path, text in first.items():
        (root / path).write_text(text, encoding="utf-8")
    assert render_tree(RECIPES, root, Profile()) == {p: first[p] for p in ("shop/telemetry.py", "shop/health.py", "serve.py")}
    assert covers(Inventory(root))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.mark.servers
def test_it_measures_coroutines_and_functions(make_repo: MakeRepo, render_tree: RenderTree, receiver: Receiver) -> None:
    for name in ("django", "uvicorn", "opentelemetry.instrumentation.django", "opentelemetry.instrumentation.asgi"):
        pytest.importorskip(name, reason="the packages of requirements/e2e.in are not installed")
    root = make_repo({**BOTH, "shop/urls.py": f"import asyncio\n\n{VIEWS}", "requirements.txt": "django\nuvicorn\n"})
    for path, text in render_tree(RECIPES, root, Profile()).items():
        (root / path).write_text(text, encoding="utf-8")
    (root / "shop/settings.py").write_text((root / "shop/settings.py").read_text().replace('"example.org"', '"127.0.0.1"'))
    server = started(root, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, SECRET_KEY="for-this-test-only", WEB_CONCURRENCY="2")
    try:
        assert {server.get(f"/slow/{number}/?token=sk-canary") for number in range(20)} == {200}
        assert [server.get(path) for path in ("/", "/boom/", "/nowhere/", "/readyz")] == [200, 500, 404, 503]
        assert server.stop() < 10
        assert server.process.returncode == 0
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
    counts: dict[tuple[str, int], int] = {}
    for point in (point for found in receiver.latest("http.server.request.duration").values() for point in found):
        attributes = values(point.attributes)
        key = (attributes.get("http.route", ""), attributes["http.response.status_code"])
        counts[key] = counts.get(key, 0) + point.count
        assert {0.3, 0.4} <= set(point.explicit_bounds)
    assert counts == {("slow/<int:number>/", 200): 20, ("", 200): 1, ("boom/", 500): 1, ("", 404): 1}
    assert not any(b"sk-canary" in body for body in receiver.raw)
    check_log(server, receiver)


def check_log(server: Server, receiver: Receiver) -> None:
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    requests = [line for line in lines if line.get("http.route") == "slow/<int:number>/"]
    assert len(requests) == 20
    spans = {span.trace_id.hex(): span.name for span in receiver.spans}
    assert {spans[line["trace_id"]] for line in requests} == {"GET slow/<int:number>/"}
    (error,) = [line for line in lines if line["level"] == "ERROR" and "exception" in line]
    assert spans[error["trace_id"]] == "GET boom/"
    assert "sk-canary" not in server.log.read_text()


def started(root: Path, **environment: str) -> Server:
    """The generated server; like the other live tests', but started as a file and told its port by the environment."""
    server = Server.__new__(Server)
    server.port, server.log = free_port(), root / "server.log"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_") and key != "ENVIRONMENT"}
    with server.log.open("w") as output:
        server.process = subprocess.Popen(
            [sys.executable, "serve.py"], cwd=root, env={**inherited, "PORT": str(server.port), **environment}, stdout=output, stderr=output
        )
    end = time.monotonic() + 300
    while server.get("/healthz") != 200:
        assert server.process.poll() is None and time.monotonic() < end, server.log.read_text()
        time.sleep(0.1)
    return server


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
