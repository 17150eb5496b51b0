"""Small repositories, one for each kind of service, in which any fact can be given another value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Facts:
    """What a stranger's repository says of itself; each is a place for a hostile value."""

    route: str = "/qaarmless"
    parameter: str = "/qbarmless"
    setting: str = "HARMLESS_NAME"
    secret_setting: str = "HARMLESS_API_KEY"
    database: str = "DATABASE_URL"
    redis: str = "REDIS_URL"
    folder: str = ""
    module: str = "app"
    title: str = "Harmless"
    model: str = "gpt-4o"
    upload: str = "uploads"
    requirement: str = "harmless==1.0"


def lit(text: str) -> str:
    """A literal that Python and JavaScript read alike, but for surrogate pairs."""
    return repr(text)


def flask(f: Facts) -> dict[str, str]:
    code = f"""\
import os

import redis
import requests
from flask import Flask, jsonify, redirect, session
from flask_sqlalchemy import SQLAlchemy
from openai import OpenAI

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["UPLOAD_FOLDER"] = {lit(f.upload)}
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get({lit(f.database)})
db = SQLAlchemy(app)
cache = redis.from_url(os.environ[{lit(f.redis)}])
client = OpenAI(api_key=os.environ[{lit(f.secret_setting)}])
NEEDED = os.environ[{lit(f.setting)}]
OPTIONAL = os.environ.get({lit(f.setting + "_OPTIONAL")}, "x")


@app.route({lit(f.route)})
def page():
    return "hello"


@app.route({lit(f.parameter + "/<int:number>")}, methods=["GET", "POST"])
def item(number):
    return jsonify({{"n": number}})


@app.route("/private")
def private():
    if not session.get("user"):
        return redirect({lit(f.route)})
    return "secret"


@app.route("/ask")
def ask():
    requests.get("https://example.com")
    return client.chat.completions.create(model={lit(f.model)}, messages=[]).choices[0].message.content


if __name__ == "__main__":
    app.run(debug=True)
"""
    wanted = ("flask==3.1.3", "flask-sqlalchemy", "psycopg2-binary", "redis", "requests", "openai", f.requirement)
    return {
        f"{f.folder}{f.module}.py": code,
        f"{f.folder}requirements.txt": "".join(f"{line}\n" for line in wanted),
        "README.md": f"# {f.title}\n\nA service.\n",
        ".gitignore": "venv/\n",
    }


def fastapi(f: Facts) -> dict[str, str]:
    code = f"""\
import os

import httpx
from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine(os.environ[{lit(f.database)}])
NEEDED = os.environ[{lit(f.setting)}]
KEY = os.getenv({lit(f.secret_setting)})


@app.get({lit(f.route)})
def page():
    return {{"a": 1}}


@app.post({lit(f.parameter + "/{number}")})
def item(number: int):
    return {{"n": number}}
"""
    return {
        f"{f.folder}{f.module}.py": code,
        f"{f.folder}requirements.txt": f"fastapi\nuvicorn\nhttpx\nsqlalchemy\nasyncpg\n{f.requirement}\n",
        "README.md": f"# {f.title}\n\nA service.\n",
    }


def django(f: Facts) -> dict[str, str]:
    settings = f"""\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
NEEDED = os.environ[{lit(f.setting)}]
KEY = os.environ[{lit(f.secret_setting)}]
DATABASE = os.environ.get({lit(f.database)})
MEDIA_ROOT = {lit(f.upload)}
ROOT_URLCONF = "site_.urls"
WSGI_APPLICATION = "site_.wsgi.application"
INSTALLED_APPS = []
"""
    urls = f"""\
from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse("hello")


urlpatterns = [path({lit(f.route.lstrip("/"))}, page)]
"""
    base = f.folder
    return {
        f"{base}manage.py": "import os, sys\nfrom django.core.management import execute_from_command_line\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")\nexecute_from_command_line(sys.argv)\n',
        f"{base}site_/__init__.py": "",
        f"{base}site_/settings.py": settings,
        f"{base}site_/urls.py": urls,
        f"{base}site_/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        f"{base}requirements.txt": f"django==5.2\ngunicorn\npsycopg2-binary\n{f.requirement}\n",
        "README.md": f"# {f.title}\n",
    }


def worker(f: Facts) -> dict[str, str]:
    code = f"""\
import os

from celery import Celery

app = Celery("jobs", broker=os.environ[{lit(f.redis)}])
NEEDED = os.environ[{lit(f.setting)}]
KEY = os.environ[{lit(f.secret_setting)}]


@app.task
def work():
    return 1
"""
    return {
        f"{f.folder}{f.module}.py": code,
        f"{f.folder}requirements.txt": f"celery\nredis\n{f.requirement}\n",
        "README.md": f"# {f.title}\n",
        "Procfile": f"worker: celery -A {f.module} worker\n",
    }


def node(f: Facts) -> dict[str, str]:
    text = json.dumps
    code = f"""\
const express = require("express");
const app = express();
const key = process.env[{text(f.secret_setting)}];
app.get({text(f.route)}, (request, response) => response.json({{ ok: true }}));
app.listen(process.env.PORT || 3000);
"""
    package = {"name": "shop", "main": "index.js", "scripts": {"start": "node index.js"}, "dependencies": {"express": "^4"}}
    return {f"{f.folder}index.js": code, f"{f.folder}package.json": json.dumps(package, indent=2) + "\n", "README.md": f"# {f.title}\n"}


KINDS = {"flask": flask, "fastapi": fastapi, "django": django, "worker": worker, "node": node}


def files_of(kind: str, **facts: str) -> Mapping[str, str]:
    """The files of a repository of that kind with these facts."""
    known = {field.name for field in fields(Facts)}
    assert set(facts) <= known
    return KINDS[kind](replace(Facts(), **facts))
