"""Connections to PostgreSQL get a time to wait: drivers, pools, Django's settings."""

from __future__ import annotations

import pytest

from prodify.inventory import Inventory
from prodify.recipes.security.dbedits import looks, with_connect_timeouts
from prodify.recipes.security.djangosettings import hardened_settings
from tests.recipes.conftest import MakeRepo


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import psycopg2\npsycopg2.connect(url)\n", "psycopg2.connect(url, connect_timeout=5)"),
        ('import psycopg\npsycopg.connect("dbname=a")\n', 'psycopg.connect("dbname=a", connect_timeout=5)'),
        ("from psycopg import AsyncConnection as C\nC.connect(url)\n", "C.connect(url, connect_timeout=5)"),
        ("from psycopg2 import pool\npool.ThreadedConnectionPool(1, 4, url)\n",
         "pool.ThreadedConnectionPool(1, 4, url, connect_timeout=5)"),
        (
            "from psycopg_pool import ConnectionPool as P\nP(url)\n",
            'P(url, kwargs={"connect_timeout": 5}, timeout=5, check=P.check_connection)',
        ),
        ("import psycopg_pool as p\np.ConnectionPool(url, timeout=9, check=seen)\n",
         'p.ConnectionPool(url, timeout=9, check=seen, kwargs={"connect_timeout": 5})'),
    ],
)  # fmt: skip
def test_it_gives_up(before: str, after: str) -> None:
    text = with_connect_timeouts()(before)
    assert text.splitlines()[-1] == after
    assert with_connect_timeouts()(text) == text


@pytest.mark.parametrize(
    "kept",
    [
        "import psycopg2\npsycopg2.connect(url, connect_timeout=30)\n",
        'import psycopg2\npsycopg2.connect("dbname=a connect_timeout=3")\n',
        "import psycopg2\npsycopg2.connect(**settings)\n",
        "from psycopg_pool import ConnectionPool\nConnectionPool(url, kwargs=settings)\n",
        "import sqlite3\nsqlite3.connect(url)\n",
        "import mine as psycopg2x\npsycopg2x.connect(url)\n",
    ],
)
def test_what_says_it_already_or_elsewhere_stays(kept: str) -> None:
    assert with_connect_timeouts()(kept) == kept


@pytest.mark.parametrize(
    ("line", "able"),
    [
        ("psycopg-pool", True), ("psycopg_pool==3.1.9", False), ("psycopg-pool>=3.2,<4", True), ("psycopg-pool~=3.1.0", False),
        ("flask", True),
    ],
)  # fmt: skip
def test_an_old_pool_cannot_look(line: str, able: bool, make_repo: MakeRepo) -> None:
    assert looks(Inventory(make_repo({"requirements.txt": f"{line}\n"}))) == able


SERVER = 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}, "own": {"ENGINE": "django.db.backends.sqlite3"}}\n'


def databases(text: str) -> dict[str, dict[str, object]]:
    space: dict[str, object] = {}
    exec(text, space)
    found = space["DATABASES"]
    assert isinstance(found, dict)
    return found


def test_the_wait_of_django_is_bounded_and_kept_connections_are_tried() -> None:
    text = hardened_settings()("import os\n" + SERVER)
    assert databases(text)["default"] == {
        "ENGINE": "django.db.backends.postgresql", "OPTIONS": {"connect_timeout": 5}, "CONN_HEALTH_CHECKS": True,
    }  # fmt: skip
    assert databases(text)["own"] == {"ENGINE": "django.db.backends.sqlite3"}
    assert hardened_settings()(text) == text


@pytest.mark.parametrize(
    "settings",
    [
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}\n',
        SERVER.replace('sql"}', 'sql", "OPTIONS": {"connect_timeout": 2}}'),
        SERVER + "DATABASES = {}\n",
        'def choose():\n    DATABASES = {"postgres": 1}\n    return DATABASES\n',
    ],
)
def test_databases_that_need_nothing_or_are_not_plain_stay(settings: str) -> None:
    assert "_database" not in hardened_settings()("import os\n" + settings)


def test_a_stated_choice_about_kept_connections_stays() -> None:
    text = hardened_settings()("import os\n" + SERVER.replace('sql"}', 'sql", "CONN_HEALTH_CHECKS": False}'))
    assert databases(text)["default"]["CONN_HEALTH_CHECKS"] is False
