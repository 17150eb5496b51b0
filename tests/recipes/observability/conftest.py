"""Small services in other shapes than the shared Flask one, and a real OTLP receiver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recipes.conftest import SMALL_FLASK, MakeRepo
from tests.recipes.observability.otlp import Receiver

FASTAPI = {
    "main.py": (
        "import logging\n\nimport httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\nlog = logging.getLogger('shop')\n\n\n"
        '@app.get("/items/{item_id}")\nasync def item(item_id: int):\n    log.info("item %s", item_id)\n    return {"id": item_id}\n\n\n'
        '@app.get("/upstream")\nasync def upstream(url: str):\n'
        '    async with httpx.AsyncClient() as client:\n        return {"status": (await client.get(url)).status_code}\n'
    ),
    "requirements.txt": "fastapi\nhttpx\nuvicorn\n",
}

SHOP = {
    "app.py": (
        "import logging\n\nimport requests\nfrom flask import Flask, request\n\n"
        "app = Flask(__name__)\nlog = logging.getLogger('shop')\n\n\n"
        '@app.route("/items/<int:item_id>")\ndef item(item_id):\n    log.info("item %s", item_id)\n    return {"id": item_id}\n\n\n'
        '@app.route("/boom")\ndef boom():\n    raise RuntimeError("broken")\n\n\n'
        '@app.route("/upstream")\ndef upstream():\n    return str(requests.post(request.args["url"], timeout=5).status_code)\n'
    ),
    "requirements.txt": "flask\nrequests\n",
}


@pytest.fixture
def fastapi_repo(make_repo: MakeRepo) -> Path:
    """A committed small FastAPI service."""
    return make_repo(FASTAPI)


@pytest.fixture
def shop_repo(make_repo: MakeRepo) -> Path:
    """A committed small Flask service that logs, fails and calls others."""
    return make_repo(SHOP)


@pytest.fixture
def postgres_repo(make_repo: MakeRepo) -> Path:
    """A committed small Flask service with a database behind SQLAlchemy and a cache."""
    app = SMALL_FLASK["app.py"].replace(
        "app = Flask(__name__)\n",
        'app = Flask(__name__)\nDATABASE = create_engine(os.environ["DATABASE_URL"])\nCACHE = redis.from_url(os.environ["REDIS_URL"])\n',
    )
    return make_repo(
        {
            "app.py": app.replace("import os\n", "import os\n\nimport redis\nfrom sqlalchemy import create_engine\n"),
            "requirements.txt": "flask\nSQLAlchemy\npsycopg2-binary\nredis\n",
        }
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An OTLP receiver on a free loopback port."""
    pytest.importorskip("opentelemetry.proto", reason="the OpenTelemetry packages of requirements/e2e.in are not installed")
    server = Receiver()
    yield server
    server.close()
