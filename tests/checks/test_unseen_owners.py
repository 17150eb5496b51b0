"""What an owner would call a false alarm, or miss: shapes of real services and the verdicts that fit them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from .conftest import Judge
from .test_polyglot_shapes import ASPNET, EXPRESS, SPRING, manifest

FASTAPI = {"requirements.txt": "fastapi==0.121.2\n"}
CORS = (
    "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n{}\napp = FastAPI()\n"
    "app.add_middleware(CORSMiddleware, allow_origins={})\n"
)


@pytest.mark.parametrize(
    ("told", "given", "kind"),
    [
        ("import os\nORIGINS = os.getenv('CORS_ORIGINS', '*').split(',')", "ORIGINS", "fail"),
        ("import os\nORIGINS = os.getenv('CORS_ORIGINS', '').split(',')", "ORIGINS", "pass"),
        ("class S:\n    cors_origins: list[str] = ['*']\n\nsettings = S()", "settings.cors_origins", "fail"),
        ("class S:\n    cors_origins: list[str] = ['https://acme.io']\n\nsettings = S()", "settings.cors_origins", "pass"),
        ("import os\nORIGINS = os.environ['CORS_ORIGINS'].split(',')", "ORIGINS", "pass"),
    ],
)
def test_origins_that_are_open_by_default(judge: Judge, told: str, given: str, kind: str) -> None:
    assert judge("cors-is-not-wildcard", {**FASTAPI, "main.py": CORS.format(told, given)}).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({**FASTAPI, "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}, "notApplicable"),
        ({**FASTAPI, "main.py": "import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\nuvicorn.run(app, port=8080)\n"}, "fail"),
        ({"requirements.txt": "streamlit==1.50.0\n", "app.py": "import streamlit as st\n\nst.title('x')\n"}, "fail"),
        (
            {
                "Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.8"\n',
                "src/main.rs": 'use axum::Router;\nfn get_or(key: &str, d: u16) -> u16 { std::env::var(key).ok().map_or(d, parse) }\n'
                'async fn main() { let port = get_or("SERVER_PORT", 3000); axum::serve(listen(port), Router::new()).await; }\n',
            },
            "pass",
        ),
    ],
)
def test_a_port_that_is_written_nowhere_is_not_fixed(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("port-comes-from-environment", files).kind == kind


def test_a_fixed_port_is_shown_where_it_is_written(judge: Judge) -> None:
    app = "import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\nif __name__ == '__main__':\n    uvicorn.run(app, port=8080)\n"
    assert [e.location.line for e in judge("port-comes-from-environment", {**FASTAPI, "main.py": app}).evidence] == [7]


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({**SPRING, "src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://localhost/a\n"}, "pass"),
        (
            {
                "package.json": manifest("express", "pg"),
                "server.js": EXPRESS.replace("process.env.PORT || ", "") + "const pg = require('pg')\nconst c = new Config(process.env)\n",
            },
            "pass",
        ),
        (
            {
                "package.json": manifest("express", "pg"),
                "server.js": EXPRESS.replace("process.env.PORT || ", "") + "const pg = require('pg')\nnew pg.Pool({ host: 'db' })\n",
            },
            "fail",
        ),
    ],
)
def test_settings_that_a_framework_or_a_class_takes_from_the_environment(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("configuration-comes-from-environment", files).kind == kind


def test_groups_of_settings_are_documented_entry_by_entry(judge: Judge) -> None:
    settings = (
        "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\n"
        "class Db(BaseModel):\n    host: str\n\nclass Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='APP__', env_nested_delimiter='__')\n    db: Db\n\nsettings = Settings()\n"
    )
    files = {**FASTAPI, "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n", "settings.py": settings}
    assert judge("environment-variables-are-documented", {**files, ".env.example": "APP__DB__HOST=db\n"}).kind == "pass"
    assert judge("environment-variables-are-documented", {**files, ".env.example": "APP__CACHE__HOST=db\n"}).kind == "fail"


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ("const schema = z.object({ PORT: z.string() })\nexport const load = (env = Bun.env) => schema.parse(env)\n", "pass"),
        ("export const port = 3000\nexport const child = { env: { ...process.env } }\n", "fail"),
    ],
)
def test_a_schema_that_the_environment_is_held_against(judge: Judge, config: str, kind: str) -> None:
    server = "import express from 'express'\nimport { load } from './config'\nexpress().listen(3000)\n"
    files = {"package.json": manifest("express", "zod"), "src/app.ts": server, "src/config.ts": config, "tsconfig.json": "{}\n"}
    assert judge("port-comes-from-environment", files).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({**SPRING, ".gitignore": "target/\n"}, "notApplicable"),
        ({**SPRING, ".gitignore": "target/\n", "compose.yml": "services:\n  app:\n    build: .\n    env_file: .env\n"}, "fail"),
        ({"package.json": manifest("express"), "server.js": EXPRESS, ".gitignore": "dist/\n"}, "fail"),
    ],
)
def test_who_reads_environment_files(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("env-files-are-ignored", files).kind == kind


def test_aspnets_host_stops_by_itself(judge: Judge) -> None:
    program = "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.Run();\n"
    assert judge("shutdown-is-graceful", {"Shop.csproj": ASPNET, "Program.cs": program}).kind == "pass"


def test_an_address_with_its_password_is_logged(judge: Judge) -> None:
    app = (
        "import asyncpg\n\nfrom fastapi import FastAPI\n\nfrom conf import settings\n\n"
        "app = FastAPI()\nprint(f'url: {settings.db.DB_URL_asyncpg}')\n"
    )
    files = {"requirements.txt": "fastapi==0.121.2\nasyncpg==0.31.0\n", "main.py": app}
    assert judge("logs-hold-no-secrets", files).kind == "fail"
    assert judge("logs-hold-no-secrets", {**files, "main.py": app.replace("DB_URL_asyncpg", "db_name")}).kind == "pass"


@pytest.mark.parametrize(
    ("made", "kind"), [("bleach.linkify(bleach.clean(\n        text, strip=True))", "pass"), ("markdown(text)", "fail")]
)
def test_markup_that_the_model_cleans_is_safe_to_show(judge: Judge, made: str, kind: str) -> None:
    files = {
        "requirements.txt": "flask==3.1.2\nbleach==6.2.0\nmarkdown==3.9\n",
        "app.py": "from flask import Flask, render_template\n\napp = Flask(__name__)\n",
        "models.py": f"import bleach\nfrom markdown import markdown\n\n\ndef on_change(post, text):\n    post.body_html = {made}\n",
        "templates/post.html": "<div>{{ post.body_html | safe }}</div>\n",
    }
    assert judge("templates-are-escaped", files).kind == kind


def test_a_command_of_django_prints_to_the_terminal(judge: Judge) -> None:
    command = "from django.core.management.base import BaseCommand\n\n\nclass Command(BaseCommand):\n"
    command += "    def handle(self, **options):\n        print('loading')\n        load('localhost')\n"
    files = {
        "requirements.txt": "django==5.2\n",
        "manage.py": "from django.core.management import execute_from_command_line\n\nexecute_from_command_line()\n",
        "shop/management/commands/load.py": command,
    }
    assert judge("no-hard-coded-host", files).kind == "pass"
    assert judge("no-hard-coded-host", {**files, "shop/views.py": "def view(request):\n    return ask('localhost')\n"}).kind == "fail"


@pytest.mark.parametrize("module", ["rest_framework.test", "wagtail.test.utils"])
def test_cases_of_django_use_its_database(judge: Judge, module: str) -> None:
    files = {
        "requirements.txt": "django==5.2\npsycopg==3.2.9\n",
        "manage.py": "from django.core.management import execute_from_command_line\n\nexecute_from_command_line()\n",
        "shop/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
        "shop/tests.py": f"from {module} import Base\n\n\nclass Tests(Base):\n"
        "    def test_it(self):\n        self.assertEqual(1, len(all_of()))\n",
    }
    assert judge("integration-tests-exist", files).kind == "pass"


def test_a_command_that_prepares_is_not_the_server(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n",
        "shop.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "Dockerfile": 'FROM python:3.14-slim\nENV FLASK_APP=shop.py\nCOPY shop.py boot.sh ./\nEXPOSE 5000\nENTRYPOINT ["./boot.sh"]\n',
        "boot.sh": "#!/bin/sh\nflask deploy\nexec gunicorn -b :5000 shop:app\n",
    }
    assert judge("ports-agree", files).kind == "pass"
    assert judge("ports-agree", {**files, "boot.sh": "#!/bin/sh\nflask deploy\nexec flask run\n"}).kind == "fail"


RUNS = "const express = require('express')\nconst { exec } = require('child_process')\nconst app = express()\napp.listen(3000)\n"


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        ("const cmd = req.body.cmd\n  exec(cmd)", "fail"),
        ("exec(`ls ${req.query.dir}`)", "fail"),
        ("exec('echo \"req.body is not looked at\"')", "pass"),
        ("// cmd = req.body.cmd\n  const cmd = 'ls'\n  exec(cmd)", "pass"),
        ("const cmd = req.body.cmd\n  exec(tools.cmd)", "pass"),
    ],
)
def test_what_a_text_or_comment_says_is_not_run(judge: Judge, handler: str, kind: str) -> None:
    files = {"package.json": manifest("express"), "server.js": f"{RUNS}app.post('/', (req, res) => {{\n  {handler}\n}})\n"}
    assert judge("untrusted-code-is-not-run", files).kind == kind


def test_doubled_braces_of_a_format_are_text(judge: Judge) -> None:
    main = "use axum::Router;\nasync fn main() {{ info!(\"{}\"); axum::serve(l, Router::new()).await; }}\n"
    files = {"Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.8"\n'}
    assert judge("logs-hold-no-secrets", {**files, "src/main.rs": main.format("shape: {{password}}")}).kind == "pass"
    assert judge("logs-hold-no-secrets", {**files, "src/main.rs": main.format("value: {password}")}).kind == "fail"
