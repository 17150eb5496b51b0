"""FastAPI: its debug switch, its schema, its session cookie; the hardened and the limited application still answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.recipes.security.pyedits import DEPLOYED, fastapi_switches, schema_from, with_timeouts
from tests.recipes.conftest import MakeRepo, RenderTree

from ..scaling.deploying import profile_for, write  # noqa: TID252
from .test_recipe_hardening import load

APP = (
    "from fastapi import FastAPI, Request\nfrom fastapi.responses import StreamingResponse\n\napp = FastAPI(debug=True)\n\n\n"
    '@app.get("/")\nasync def index():\n    return {"hello": "you"}\n\n\n'
    '@app.post("/size")\nasync def size(request: Request):\n    return {"size": len(await request.body())}\n\n\n'
    '@app.get("/stream")\nasync def stream():\n    return StreamingResponse(iter(["a", "b"]))\n'
)
FILES = {"main.py": APP, "requirements.txt": "fastapi\nuvicorn\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app = FastAPI(debug=True)", 'app = FastAPI(debug=os.environ.get("DEBUG") == "1")'),
        ("app = FastAPI(debug=False)", "app = FastAPI(debug=False)"),
        ("app.add_middleware(SessionMiddleware, k)", f"app.add_middleware(SessionMiddleware, k, https_only={DEPLOYED})"),
        ("app.add_middleware(SessionMiddleware, https_only=False)", "app.add_middleware(SessionMiddleware, https_only=False)"),
        ("app.add_middleware(GZipMiddleware)", "app.add_middleware(GZipMiddleware)"),
    ],
)
def test_switches(before: str, after: str) -> None:
    head = "import os\nfrom fastapi import FastAPI\nfrom starlette.middleware.sessions import SessionMiddleware\n\n"
    edit = fastapi_switches()
    assert edit(head + before + "\n") == head + after + "\n"
    assert edit(edit(head + before + "\n")) == head + after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app = FastAPI()", "app = FastAPI(openapi_url=hardening.OPENAPI_URL)"),
        ('app = FastAPI(\n    title="a",\n)', 'app = FastAPI(\n    title="a",\n    openapi_url=hardening.OPENAPI_URL,\n)'),
        ("app = FastAPI(docs_url=None)", "app = FastAPI(docs_url=None)"),
        ("app = FastAPI(**options)", "app = FastAPI(**options)"),
    ],
)
def test_the_schema_follows_the_module_unless_somebody_decided(before: str, after: str) -> None:
    head = "from fastapi import FastAPI\n\n"
    edit = schema_from("hardening")
    assert edit(head + before + "\n") == head + after + "\n"
    assert edit(head + after + "\n") == head + after + "\n"


def test_a_timeout_that_was_taken_away_comes_back() -> None:
    assert with_timeouts()("import httpx\nhttpx.AsyncClient(timeout=None)\n") == "import httpx\nhttpx.AsyncClient(timeout=10)\n"
    for kept in ("httpx.get(u)", "httpx.Client(timeout=3)"):
        assert with_timeouts()(f"import httpx\n{kept}\n") == f"import httpx\n{kept}\n"


def test_the_hardened_application_answers(make_repo: MakeRepo, render_tree: RenderTree, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("fastapi.testclient").TestClient
    root = make_repo(FILES)
    write(root, render_tree(["hardening"], root, profile_for()))
    monkeypatch.setenv("ENVIRONMENT", "production")
    app = load(root / "main.py", "hardened_fastapi", monkeypatch).app
    plain, secure = client(app), client(app, base_url="https://shop.example")
    answer = plain.get("/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Strict-Transport-Security" not in answer.headers
    assert "Strict-Transport-Security" in secure.get("/").headers
    assert [plain.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
    assert [plain.post("/size", content=b"x" * n).status_code for n in (10, 10 * 1024 * 1024, 10 * 1024 * 1024 + 1)] == [200, 200, 413]
    assert plain.post("/size", content=iter([b"x" * 1024 * 1024] * 11)).status_code == 413, "a body without a stated length"
    assert plain.get("/stream").text == "ab"


def test_the_schema_is_shown_where_it_is_asked_for(make_repo: MakeRepo, render_tree: RenderTree, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("fastapi.testclient").TestClient
    root = make_repo(FILES)
    write(root, render_tree(["hardening"], root, profile_for()))
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("API_DOCS", "1")
    assert client(load(root / "main.py", "documented_fastapi", monkeypatch).app).get("/docs").status_code == 200


def limited(root: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> object:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return load(root / "main.py", "limited_fastapi", monkeypatch).app


def test_rate_limits_count_a_client_and_spare_the_probes(
    make_repo: MakeRepo, render_tree: RenderTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("limits")
    client = pytest.importorskip("fastapi.testclient").TestClient
    root = make_repo(FILES)
    tree = render_tree(["rate-limit"], root, profile_for())
    assert "limits[redis]==" in tree["requirements.txt"]
    write(root, tree)
    asked = client(limited(root, monkeypatch, RATE_LIMITS="2/minute", TRUSTED_PROXIES="1"))
    # What a client writes in front of its own address does not help it.
    addresses = [{"X-Forwarded-For": f"{number}.1.1.1, 7.7.7.7"} for number in range(3)]
    assert [asked.get("/", headers=headers).status_code for headers in addresses] == [200, 200, 429]
    assert asked.get("/", headers=addresses[0]).headers["Retry-After"] == "60"
    assert asked.get("/", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200
    assert [asked.get("/healthz").status_code for _ in range(4)] == [404] * 4


def test_a_counter_that_is_away_stops_nobody(make_repo: MakeRepo, render_tree: RenderTree, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis")
    client = pytest.importorskip("fastapi.testclient").TestClient
    root = make_repo(FILES)
    write(root, render_tree(["rate-limit"], root, profile_for()))
    asked = client(limited(root, monkeypatch, RATE_LIMITS="2/minute", REDIS_URL="redis://127.0.0.1:1/0"))
    assert [asked.get("/").status_code for _ in range(3)] == [200, 200, 429], "each worker counts for itself"
