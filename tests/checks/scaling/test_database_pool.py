"""Pools of connections: pool x workers x replicas against what the database takes, wherever the three stand."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

ID = "database-pool-is-sized"
FLASK = {
    "requirements.txt": "flask\nsqlalchemy\nflask-sqlalchemy\npsycopg2-binary\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
}
FASTAPI = {"requirements.txt": "fastapi\nasyncpg\npsycopg[pool]\n", "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}
NODE = {"package.json": '{"dependencies": {"express": "5.1.0", "pg": "8.16.0"}}'}
ENGINE = 'import os\nfrom sqlalchemy import create_engine\n\nengine = create_engine(os.environ["DATABASE_URL"]{})\n'
HPA = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}, maxReplicas: %s}
"""
RUN = """apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: app}
spec:
  template:
    metadata:
      annotations: {autoscaling.knative.dev/maxScale: "%s"}
    spec:
      containers: [{image: "ghcr.io/o/app:1.0.0"}]
"""
FLAG = """resource "google_sql_database_instance" "main" {
  database_version = "POSTGRES_17"
  settings {
    tier = "db-custom-1-3840"
    database_flags {
      name  = "max_connections"
      value = "%s"
    }
  }
}
"""
GUNICORN = 'import os\n\nworkers = int(os.environ.get("WEB_CONCURRENCY", "4"))\nthreads = 8\n'


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (", pool_size=50, max_overflow=100", Kind.FAIL),
        (", pool_size=26, max_overflow=0", Kind.FAIL),
        (", pool_size=25, max_overflow=0", Kind.PASS),
        (", pool_size=20", Kind.FAIL),
        (", max_overflow=4", Kind.PASS),
        (', pool_size=int(os.environ["POOL"])', Kind.PASS),
        (", poolclass=NullPool", Kind.PASS),
        (", **OPTIONS", Kind.PASS),
        ("", Kind.FAIL),
        (", pool_pre_ping=True", Kind.FAIL),
    ],
)
def test_engines(settings: str, kind: Kind, judge: Judge) -> None:
    assert judge(ID, {**FLASK, "db.py": ENGINE.format(settings)}).kind is kind


def test_the_message_does_the_arithmetic(judge: Judge) -> None:
    files = {**FLASK, "db.py": ENGINE.format(", pool_size=50, max_overflow=100"), "hpa.yaml": HPA % 20, "gunicorn.conf.py": GUNICORN}
    verdict = judge(ID, files)
    assert verdict.message == (
        "150 connections x 4 workers x 20 replicas = 12000, the database takes 100; "
        "not even one for each worker fits: put a pooler (PgBouncer) before it, or take a larger one"
    )
    at_fault = [(e.location.path, e.note) for e in verdict.evidence]
    assert at_fault == [("db.py", "sqlalchemy.create_engine: up to 150 connections")], "the other factors are nobody's mistake"


def test_a_pass_shows_every_factor(judge: Judge) -> None:
    files = {**FLASK, "db.py": ENGINE.format(", pool_size=1, max_overflow=0"), "hpa.yaml": HPA % 20, "gunicorn.conf.py": GUNICORN}
    verdict = judge(ID, {**files, "main.tf": FLAG % 200})
    assert verdict.message == "the pool's size is chosen: 1 connection x 4 workers x 20 replicas = 80 of 200"
    assert [(e.location.path, e.note) for e in verdict.evidence] == [
        ("db.py", "sqlalchemy.create_engine: up to 1 connection"),
        ("gunicorn.conf.py", "workers: 4"),
        ("hpa.yaml", "HorizontalPodAutoscaler/app: 20"),
        ("main.tf", "connections: 200"),
    ]


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"hpa.yaml": HPA % 5}, Kind.PASS),
        ({"hpa.yaml": HPA % 6}, Kind.FAIL),
        ({"overlays/staging/hpa.yaml": HPA % 6}, Kind.PASS),
        ({"run.yaml": RUN % 6}, Kind.FAIL),
        ({"hpa.yaml": HPA % 6, "main.tf": FLAG % 200}, Kind.PASS),
        ({"hpa.yaml": HPA % 6, "infra/envs/staging/main.tf": FLAG % 25, "infra/envs/production/main.tf": FLAG % 200}, Kind.PASS),
        ({"main.tf": FLAG % 25}, Kind.FAIL),
        ({"db.tf": 'module "database" {\n  source      = "./modules/database"\n  connections = 25\n}\n'}, Kind.FAIL),
        ({"compose.yaml": "services:\n  db:\n    image: postgres:17\n    command: postgres -c max_connections=30\n"}, Kind.FAIL),
        ({"hpa.yaml": HPA % 3, "Procfile": "web: gunicorn --workers 4 app:app\n"}, Kind.FAIL),
        ({"hpa.yaml": HPA % 3, "Dockerfile": 'FROM python:3.14\nCMD ["gunicorn", "-w", "4", "app:app"]\n'}, Kind.FAIL),
        ({"hpa.yaml": HPA % 3, "gunicorn.conf.py": "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n"}, Kind.PASS),
    ],
)
def test_the_other_factors_are_read_where_they_stand(files: dict[str, str], kind: Kind, judge: Judge) -> None:
    assert judge(ID, {**FLASK, "db.py": ENGINE.format(", pool_size=5, max_overflow=5"), **files}).kind is kind


def test_stated_goals_count_where_no_manifest_says_it(judge: Judge) -> None:
    files = {**FLASK, "db.py": ENGINE.format(", pool_size=5, max_overflow=5")}
    assert judge(ID, files).kind is Kind.PASS
    assert judge(ID, {**files, "prodify.yaml": "scaling:\n  max_replicas: 6\n"}).kind is Kind.FAIL


def test_a_default_is_enough_for_a_creator(judge: Judge) -> None:
    alone = {**FLASK, "prodify.yaml": "audience: creator\n"}
    assert judge(ID, {**alone, "db.py": ENGINE.format("")}).kind is Kind.PASS
    assert judge(ID, {**alone, "db.py": ENGINE.format(", pool_size=50")}).kind is Kind.FAIL


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import asyncpg\n\n\nasync def up():\n    return await asyncpg.create_pool('postgresql://x/app', max_size=60)\n", Kind.FAIL),
        ("import asyncpg\n\n\nasync def up():\n    return await asyncpg.create_pool('postgresql://x/app', max_size=10)\n", Kind.PASS),
        ("import asyncpg\n\n\nasync def up():\n    return await asyncpg.create_pool('postgresql://x/app')\n", Kind.FAIL),
        ("from psycopg_pool import AsyncConnectionPool\n\npool = AsyncConnectionPool('postgresql://x/app', max_size=60)\n", Kind.FAIL),
        ("from psycopg_pool import ConnectionPool\n\npool = ConnectionPool('postgresql://x/app', min_size=4, max_size=8)\n", Kind.PASS),
        ("from psycopg_pool import ConnectionPool\n\npool = ConnectionPool('postgresql://x/app')\n", Kind.FAIL),
        ("from psycopg2.pool import ThreadedConnectionPool\n\npool = ThreadedConnectionPool(1, 60, dsn='x')\n", Kind.FAIL),
        ("from psycopg2.pool import ThreadedConnectionPool\n\npool = ThreadedConnectionPool(1, 6, dsn='x')\n", Kind.PASS),
    ],
)
def test_drivers(line: str, kind: Kind, judge: Judge) -> None:
    assert judge(ID, {**FASTAPI, "db.py": line}).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("db = SQLAlchemy(app)\n", Kind.FAIL),
        ('app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 5}\ndb = SQLAlchemy(app)\n', Kind.PASS),
        ('app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 40}\ndb = SQLAlchemy(app)\n', Kind.FAIL),
        ('app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": SIZE}\ndb = SQLAlchemy(app)\n', Kind.PASS),
        ('db = SQLAlchemy(app, engine_options={"pool_size": 5})\n', Kind.PASS),
    ],
)
def test_flask_sqlalchemy(code: str, kind: Kind, judge: Judge) -> None:
    uri = 'app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg2://db/app"\n'
    assert judge(ID, {**FLASK, "app.py": f"{FLASK['app.py']}from flask_sqlalchemy import SQLAlchemy\n{uri}{code}"}).kind is kind


DJANGO = {
    "requirements.txt": "django\npsycopg\ngunicorn\n",
    "manage.py": 'import os\nimport django\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
}
DATABASES = 'import django\n\nDATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "app"%s}}\n'


@pytest.mark.parametrize(
    ("settings", "threads", "kind"),
    [
        ("", 8, Kind.FAIL),
        (', "CONN_MAX_AGE": 60', 8, Kind.PASS),
        (', "CONN_MAX_AGE": 60', 40, Kind.FAIL),
        (', "OPTIONS": {"pool": {"min_size": 1, "max_size": 4}}', 40, Kind.PASS),
        (', "OPTIONS": {"pool": {"min_size": 1, "max_size": 40}}', 8, Kind.FAIL),
        (', "OPTIONS": {"pool": True}', 8, Kind.PASS),
    ],
)
def test_django(settings: str, threads: int, kind: Kind, judge: Judge) -> None:
    server = f"workers = 2\nthreads = {threads}\n"
    assert judge(ID, {**DJANGO, "shop/settings.py": DATABASES % settings, "gunicorn.conf.py": server}).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("const { Pool } = require('pg');\nconst pool = new Pool({ max: 80 });\n", Kind.FAIL),
        ("const { Pool } = require('pg');\nconst pool = new Pool({ max: 20 });\n", Kind.PASS),
        ("const pg = require('pg');\nconst pool = new pg.Pool({ max: Number(process.env.POOL) });\n", Kind.PASS),
        ("import { Pool } from 'pg';\nconst pool = new Pool();\n", Kind.FAIL),
        ("import { Pool } from 'pg';\nconst pool = new Pool(settings);\n", Kind.PASS),
        ("import { Pool } from './workers';\nimport pg from 'pg-format';\nconst pool = new Pool({ max: 80 });\n", Kind.NOT_APPLICABLE),
    ],
)
def test_node_postgres(code: str, kind: Kind, judge: Judge) -> None:
    assert judge(ID, {**NODE, "db.js": code}).kind is kind


def test_a_file_is_no_server(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask\nsqlalchemy\n",
        "db.py": 'from sqlalchemy import create_engine\n\nengine = create_engine("sqlite:///app.db")\n',
    }
    assert judge(ID, files).kind is Kind.NOT_APPLICABLE


CELERY = {
    "requirements.txt": "flask\nsqlalchemy\npsycopg2-binary\ncelery[redis]\n",
    "tasks.py": 'from celery import Celery\n\nimport db\n\napp = Celery("shop", broker="redis://localhost/0")\n\n\n'
    '@app.task\ndef clean():\n    pass\n',
}
STARTER = 'D = {\n    "worker_concurrency": int(os.environ.get("WORKER_CONCURRENCY", "4")),\n}\n'
SCALED = """apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec: {scaleTargetRef: {name: worker}, maxReplicaCount: %s}
"""
DEPLOYED = """apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  replicas: %s
  template: {spec: {containers: [{name: worker, image: "ghcr.io/o/app:1.0.0", command: [python, run_worker.py]}]}}
"""


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, Kind.PASS),
        ({"worker.yaml": DEPLOYED % 3}, Kind.PASS),
        ({"worker.yaml": DEPLOYED % 4}, Kind.FAIL),
        ({"worker.yaml": DEPLOYED % 1, "scaler.yaml": SCALED % 4}, Kind.FAIL),
        ({"scaler.yaml": SCALED % 3}, Kind.PASS),
        ({"overlays/staging/scaler.yaml": SCALED % 40}, Kind.PASS),
        ({"scaler.yaml": SCALED % 2, "Procfile": "worker: celery -A tasks worker --concurrency=4\n"}, Kind.FAIL),
        ({"scaler.yaml": SCALED % 4, "Procfile": "worker: celery -A tasks worker -P gevent -c 100\n"}, Kind.PASS),
        ({"scaler.yaml": SCALED % 2, "run_worker.py": STARTER}, Kind.FAIL),
        ({"scaler.yaml": SCALED % 2, "settings.py": "worker_concurrency = 4\n"}, Kind.FAIL),
    ],
    ids=["goals", "fixed", "fixed, too many", "scaler before fixed", "scaler", "staging", "command", "one process", "starter", "settings"],
)
def test_background_workers_are_counted(files: dict[str, str], kind: Kind, judge: Judge) -> None:
    # The web service alone takes 2 x 2 x 10 of 100; each worker has two processes.
    web = {**FLASK, **CELERY, "db.py": ENGINE.format(", pool_size=5, max_overflow=5"), "hpa.yaml": HPA % 2}
    assert judge(ID, {**web, **files}).kind is kind


def test_the_message_names_the_background(judge: Judge) -> None:
    files = {**FLASK, **CELERY, "db.py": ENGINE.format(", pool_size=5, max_overflow=5"), "hpa.yaml": HPA % 2, "scaler.yaml": SCALED % 5}
    assert judge(ID, files).message == (
        "10 connections x 2 workers x 2 replicas + 10 x 10 background processes = 140, the database takes 100; "
        "at most 4 connections for each worker"
    )
    passed = judge(ID, {**files, "scaler.yaml": SCALED % 1})
    assert passed.message == "the pool's size is chosen: 10 connections x 2 workers x 2 replicas + 10 x 2 background processes = 60 of 100"
    assert ("scaler.yaml", "ScaledObject/worker: 1") in [(e.location.path, e.note) for e in passed.evidence]


def test_a_worker_alone_takes_the_place_of_the_web_service(judge: Judge) -> None:
    files = {**CELERY, "db.py": ENGINE.format(", pool_size=5, max_overflow=5"), "worker.yaml": DEPLOYED % 6}
    assert judge(ID, files).message.startswith("10 connections x 2 workers x 6 replicas = 120")
    assert judge(ID, {**files, "worker.yaml": DEPLOYED % 5}).kind is Kind.PASS


def test_a_task_in_django_has_one_connection(judge: Judge) -> None:
    files = {
        **DJANGO,
        "requirements.txt": "django\npsycopg\ngunicorn\ncelery\n",
        "shop/celery.py": CELERY["tasks.py"].replace("import db\n\n", ""),
        "shop/settings.py": DATABASES % ', "CONN_MAX_AGE": 60',
        "gunicorn.conf.py": "workers = 2\nthreads = 20\n",
        "hpa.yaml": HPA % 2,
        "scaler.yaml": SCALED % 10,
    }
    alone = judge(ID, files)
    assert alone.message == "the pool's size is chosen: 1 connection x 2 workers x 10 replicas = 20 of 100"
    wsgi = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
    beside = judge(ID, {**files, "shop/wsgi.py": wsgi})
    assert beside.message.endswith("20 connections x 2 workers x 2 replicas + 1 x 20 background processes = 100 of 100")
