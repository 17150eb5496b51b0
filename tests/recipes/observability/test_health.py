"""The recipe health: endpoints that tell a dead process from a service that waits for its database."""

from __future__ import annotations

import importlib.util
import logging
import sys
from pathlib import Path
from types import ModuleType

import pytest

from prodify.profile import Profile
from tests.recipes.conftest import SMALL_FLASK, Golden, MakeRepo, RenderTree


def test_small_flask_service(flask_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("health/flask", render_tree(["health"], flask_repo, Profile()))


def test_fastapi_service(fastapi_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("health/fastapi", render_tree(["health"], fastapi_repo, Profile()))


def test_database_and_cache(postgres_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("health/stores", render_tree(["health"], postgres_repo, Profile()))


def test_example_asks_its_database(example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["health"], example_repo, Profile())
    assert 'CHECKS: dict[str, Callable[[], None]] = {"database": _database}' in tree["health.py"]
    assert "app.register_blueprint(health_blueprint)" in tree["app.py"]


def test_endpoints_that_are_there_are_kept(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    routes = '\n\n@app.route("/healthz")\ndef alive():\n    return "ok"\n'
    root = make_repo({**SMALL_FLASK, "app.py": SMALL_FLASK["app.py"] + routes})
    text = render_tree(["health"], root, Profile())["health.py"]
    assert "def healthz" not in text
    assert "def readyz" in text
    both = routes + '\n\n@app.route("/readyz")\ndef ready():\n    return "ok"\n'
    assert render_tree(["health"], make_repo({**SMALL_FLASK, "app.py": SMALL_FLASK["app.py"] + both}), Profile()) == {}


def test_a_module_of_that_name_is_not_touched(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["health"], make_repo({**SMALL_FLASK, "health.py": "STATE = 'fine'\n"}), Profile()) == {}


def load(text: str, folder: Path) -> ModuleType:
    path = folder / "generated_health.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("generated_health", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def served(postgres_repo: Path, render_tree: RenderTree, tmp_path: Path) -> ModuleType:
    pytest.importorskip("flask", reason="the packages of requirements/e2e.in are not installed")
    pytest.importorskip("sqlalchemy", reason="the packages of requirements/e2e.in are not installed")
    return load(render_tree(["health"], postgres_repo, Profile())["health.py"], tmp_path)


def answers(module: ModuleType, path: str) -> tuple[int, dict[str, object]]:
    from flask import Flask

    app = Flask("test")
    app.register_blueprint(module.health_blueprint)
    answer = app.test_client().get(path)
    return answer.status_code, answer.get_json()


def test_ready_with_a_database_that_answers(served: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/some.db")
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert answers(served, "/readyz") == (200, {"status": "ok", "failing": []})


def test_not_ready_names_what_fails_and_keeps_the_password(
    served: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    password = "hunter2-" + "canary"
    monkeypatch.setenv("DATABASE_URL", f"postgres://me:{password}@127.0.0.1:1/x")
    monkeypatch.delenv("REDIS_URL", raising=False)
    with caplog.at_level(logging.DEBUG):
        assert answers(served, "/readyz") == (503, {"status": "failing", "failing": ["database"]})
    assert "database does not answer: " in caplog.text
    assert password not in caplog.text
    assert answers(served, "/healthz") == (200, {"status": "ok"})


def test_what_is_not_configured_is_not_waited_for(served: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert answers(served, "/readyz")[0] == 200


def test_the_answer_is_remembered(served: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(served, "CHECKS", {"counted": lambda: asked.append(1)})
    readiness = served.Readiness()
    assert [readiness.failing() for _ in range(50)] == [[]] * 50
    assert len(asked) == 1
    monkeypatch.setattr(served, "FRESH", 0)
    readiness.failing()
    assert len(asked) == 2
