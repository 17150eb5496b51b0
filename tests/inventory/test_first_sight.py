"""Facts about prototypes in shapes that were met at first sight, where no rule had been written for them."""

from __future__ import annotations

import pytest

from prodify.snapshot import inventory_snapshot
from tests.inventory.conftest import Repo

HANDLER = "from http.server import BaseHTTPRequestHandler\n\n\nclass {name}(BaseHTTPRequestHandler):\n    def do_GET(self):\n        pass\n"


@pytest.mark.parametrize(
    ("value", "port"), [("os.getenv('PORT', 5050)", 5050), ("4100", 4100), ("int(os.environ.get('WEB_PORT', '7001'))", 7001)]
)
def test_the_port_is_a_constant_of_another_module(repo: Repo, value: str, port: int) -> None:
    inv = repo(
        {
            "config.py": f"import os\n\nPORT = {value}\n",
            "main.py": "import uvicorn\nimport config\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=config.PORT)\n",
            "requirements.txt": "fastapi\nuvicorn\n",
        }
    )
    assert inv.components[0].port == port


def test_a_function_of_the_platform_is_a_service(repo: Repo) -> None:
    inv = repo({"index.py": HANDLER.format(name="handler"), "vercel.json": "{}", "requirements.txt": "requests\n"})
    (component,) = inv.components
    assert (component.kind, component.entrypoint, component.port) == ("service", "index.py", None)


@pytest.mark.parametrize(
    "files",
    [
        {"index.py": HANDLER.format(name="handler"), "requirements.txt": "requests\n"},
        {"index.py": HANDLER.format(name="Pages"), "vercel.json": "{}", "requirements.txt": "requests\n"},
    ],
)
def test_a_handler_that_nothing_calls_is_no_service(repo: Repo, files: dict[str, str]) -> None:
    assert all(component.kind != "service" for component in repo(files).components)


def test_pages_without_a_front_page_are_a_service(repo: Repo) -> None:
    inv = repo({"login.php": "<?php\nif ($_POST['name']) { echo 'welcome'; }\n", "lib/names.php": "<?php\nfunction name() { return 1; }\n"})
    (component,) = inv.components
    assert (component.kind, component.language, component.entrypoint) == ("service", "php", None)


def test_php_that_answers_nobody_is_no_component(repo: Repo) -> None:
    assert repo({"lib/names.php": "<?php\nfunction name() { return 1; }\n"}).components == ()


@pytest.mark.parametrize(
    ("line", "stores"),
    [
        ("CELERY_BROKER_URL = os.environ.get('REDIS_TLS_URL')", ["redis"]),
        ("CELERY_RESULT_BACKEND = os.environ['REDIS_URL']", ["redis"]),
        ("CELERY_BROKER_URL = os.environ.get('QUEUE_URL')", []),
        ("CELERY_RESULT_BACKEND = 'django-db'", []),
    ],
)
def test_the_variable_of_a_queue_says_what_it_is(repo: Repo, line: str, stores: list[str]) -> None:
    assert [t.name for t in repo({"shop/settings.py": f"import os\n\n{line}\n"}).datastores] == stores


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("_env.local_", "TOKEN=\nURL=http://localhost\n", True),
        ("_env", "TOKEN=\n", True),
        ("_env", "LEVEL=3\nNAME=shop\nSIZE=9\n", False),
        ("my_env", "TOKEN=\n", False),
    ],
)
def test_an_example_that_is_to_be_renamed(repo: Repo, path: str, text: str, found: bool) -> None:
    assert repo({path: text, "app.py": "print(1)\n"}).has["env_example"] is found


ASKS = "from fastapi import APIRouter, HTTPException\nfrom openai import RateLimitError\n\n\ndef ask(client):\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    try:\n        client.ask()\n    except RateLimitError:\n        raise HTTPException(status_code=429)\n", False),
        ("    if client.count > 9:\n        raise HTTPException(status_code=429)\n", True),
        ("    try:\n        client.ask()\n    except KeyError:\n        raise HTTPException(status_code=429)\n", True),
    ],
)
def test_the_limit_of_somebody_else_is_none(repo: Repo, body: str, found: bool) -> None:
    assert repo({"app.py": ASKS + body}).has["rate_limit"] is found


def test_a_verb_that_is_chosen_while_the_program_runs(repo: Repo) -> None:
    code = (
        "import httpx\nimport requests\n\nsession = requests.Session()\n\n\ndef ask(verb, url):\n"
        "    getattr(requests, verb.lower())(url)\n    getattr(requests, verb)(url, timeout=3)\n"
        "    getattr(session, verb)(url)\n    getattr(httpx, verb)(url)\n    getattr(url, verb)(url)\n"
    )
    inv = repo({"app.py": code})
    assert [(call.location.line, call.timeout) for call in inv.outbound_calls] == [(8, False), (9, True), (10, False), (11, True)]
    assert inventory_snapshot(inv)[0]["external_http"] is True


@pytest.mark.parametrize(
    ("value", "ended"), [("Timeout.InfiniteTimeSpan", False), ("System.Threading.Timeout.InfiniteTimeSpan", False), (None, True)]
)
def test_the_limit_of_a_net_client_can_be_switched_off(repo: Repo, value: str | None, ended: bool) -> None:
    line = f"client.Timeout = {value};" if value else ""
    code = f'using System.Net.Http;\nvar client = new HttpClient();\n{line}\nawait client.GetAsync("https://prices.example.org");\n'
    calls = repo({"Program.cs": code, "Shop.csproj": "<Project />"}).outbound_calls
    assert all(call.timeout is not False for call in calls) is ended
