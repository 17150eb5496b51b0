"""Small edits of the user's code: exactly what is meant moves, twice is once, and the hardened application still answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.edits import CannotEdit
from prodify.profile import Profile
from prodify.recipes.security.pyedits import debug_from_environment, origins_from_environment, with_timeouts

from ..scaling.deploying import FASTAPI, FLASK, profile_for, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

DEBUG = 'os.environ.get("FLASK_DEBUG") == "1"'
ORIGINS = 'os.environ.get("ALLOWED_ORIGINS", "").split(",")'


def test_the_example_changes_exactly_so(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("security/hardening", render_tree(("hardening",), example_repo, profile_for()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import requests\nrequests.get(url)\n", "import requests\nrequests.get(url, timeout=10)\n"),
        (
            "import requests as r\nr.post(\n    url,\n    json=x,  # body\n)\n",
            "import requests as r\nr.post(\n    url,\n    json=x, timeout=10,  # body\n)\n",
        ),
        ("from requests import get\nget((url))\n", "from requests import get\nget((url), timeout=10)\n"),
        ("from openai import OpenAI\nc = OpenAI()\n", "from openai import OpenAI\nc = OpenAI(timeout=30)\n"),
        ("from urllib.request import urlopen\nurlopen(a)\n", "from urllib.request import urlopen\nurlopen(a, timeout=10)\n"),
        (
            "import requests\nrequests.get(f(requests.get(a)))\n",
            "import requests\nrequests.get(f(requests.get(a, timeout=10)), timeout=10)\n",
        ),
    ],
)
def test_calls_that_would_wait_for_ever_get_a_timeout(before: str, after: str) -> None:
    assert with_timeouts()(before) == after
    assert with_timeouts()(after) == after


@pytest.mark.parametrize(
    "text",
    [
        "import requests\nrequests.get(url, timeout=3)\n",
        "import requests\nrequests.get(url, **options)\n",
        "import requests\nrequests.get(*arguments)\n",
        "from urllib.request import urlopen\nurlopen(a, None, 5)\n",
        "requests = {}\nrequests.get(url)\n",
        "import httpx\nhttpx.get(url)\n",
        "import smtplib\nsmtplib.SMTP(host, 25, None, 10)\n",
    ],
)
def test_calls_with_a_timeout_or_of_something_else_stay(text: str) -> None:
    assert with_timeouts()(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app.run(debug=True)\n", f"import os\n\napp.run(debug={DEBUG})\n"),
        ("import os\napp.debug = True\n", f"import os\napp.debug = {DEBUG}\n"),
        ('import os\napp.config["DEBUG"] = True\n', f'import os\napp.config["DEBUG"] = {DEBUG}\n'),
        ("other.run(debug=True)\n", "other.run(debug=True)\n"),
        ("app.run(debug=False)\n", "app.run(debug=False)\n"),
        ("os = 1\napp.run(debug=True)\n", "os = 1\napp.run(debug=True)\n"),
    ],
)
def test_debug_mode_follows_the_environment(before: str, after: str) -> None:
    assert debug_from_environment("app")(before) == after
    assert debug_from_environment("app")(after) == after


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("CORS(app)", f"CORS(app, origins={ORIGINS})"),
        ('CORS(app, origins="*")', f"CORS(app, origins={ORIGINS})"),
        ('CORS(app, origins=["*"])', f"CORS(app, origins={ORIGINS})"),
        ('CORS(app, resources={r"/api/*": {"origins": "*"}})', f'CORS(app, resources={{r"/api/*": {{"origins": {ORIGINS}}}}})'),
        ('CORS(app, origins=["https://shop.example"])', 'CORS(app, origins=["https://shop.example"])'),
        ("CORS(app, **options)", "CORS(app, **options)"),
    ],
)
def test_wildcard_origins_of_flask_become_named_ones(call: str, expected: str) -> None:
    head = "import os\nfrom flask_cors import CORS\n"
    after = origins_from_environment()(f"{head}{call}\n")
    assert after == f"{head}{expected}\n"
    assert origins_from_environment()(after) == after


def test_wildcard_origins_of_fastapi_become_named_ones() -> None:
    text = 'import os\nfrom fastapi.middleware.cors import CORSMiddleware\napp.add_middleware(CORSMiddleware, allow_origins=["*"])\n'
    assert origins_from_environment()(text).endswith(f"app.add_middleware(CORSMiddleware, allow_origins={ORIGINS})\n")


@given(st.text(alphabet="abc(),=*\n\r #'\"[]{}.", max_size=60))
def test_any_text_is_edited_once_or_refused(text: str) -> None:
    whole = f"import requests\nfrom flask_cors import CORS\nCORS(app)\nrequests.get(a)\n{text}"
    for edit in (with_timeouts(), origins_from_environment(), debug_from_environment("app")):
        try:
            once = edit(whole)
        except CannotEdit:
            continue
        assert edit(once) == once


def test_line_ends_stay() -> None:
    assert with_timeouts()("import requests\r\nrequests.get(a)\r\n") == "import requests\r\nrequests.get(a, timeout=10)\r\n"


def load(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import one file; its folder is importable while the test runs."""
    monkeypatch.syspath_prepend(str(path.parent))
    for cached in ("hardening", "rate_limit"):
        monkeypatch.delitem(sys.modules, cached, raising=False)
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_hardened_application_answers_with_the_headers(flask_repo: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask")
    write(flask_repo, render_tree(("hardening",), flask_repo, profile_for()))
    monkeypatch.setenv("SECRET_KEY", "x" * 20)
    monkeypatch.setenv("ENVIRONMENT", "production")
    app = load(flask_repo / "app.py", "hardened_app", monkeypatch).app
    answer = app.test_client().get("/")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Strict-Transport-Security" not in answer.headers
    assert "Strict-Transport-Security" in app.test_client().get("/", base_url="https://shop.example").headers
    assert app.config["SESSION_COOKIE_SECURE"] is True and app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.test_client().post("/items/1", data=b"x" * (11 * 1024 * 1024)).status_code in (200, 413)
    assert app.config["MAX_CONTENT_LENGTH"] == 10 * 1024 * 1024


def test_rate_limits_count_a_client_and_spare_the_probes(flask_repo: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask_limiter")
    write(flask_repo, render_tree(("rate-limit",), flask_repo, profile_for()))
    assert "flask-limiter[redis]==" in (flask_repo / "requirements.txt").read_text(encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY", "x" * 20)
    monkeypatch.setenv("RATE_LIMITS", "2/minute")
    client = load(flask_repo / "app.py", "limited_app", monkeypatch).app.test_client()
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]
    assert [client.get("/healthz").status_code for _ in range(4)] == [404] * 4


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (FASTAPI | {"main.py": FASTAPI["main.py"] + "import requests\n\n\nrequests.get('u')\n"}, ["hardening.py", "main.py"]),
        ({**FLASK, "hardening.py": "MINE = 1\n"}, []),
        ({**FLASK, "requirements.txt": "flask\nflask-talisman\n"}, []),
        ({"README.md": "# Nothing\n"}, []),
    ],
    ids=["fastapi", "a module of that name", "headers already", "nothing"],
)
def test_what_is_there_or_does_not_suit_is_left_alone(
    files: Mapping[str, str], expected: list[str], make_repo: MakeRepo, render_tree: Render
) -> None:
    assert sorted(render_tree(("hardening",), make_repo(files), profile_for())) == expected
