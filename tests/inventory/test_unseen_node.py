"""Facts about services of JavaScript in shapes that were met where no rule had been written for them."""

from __future__ import annotations

import json

import pytest

from tests.inventory.conftest import Repo

SERVER = "const express = require('express');\nconst app = express();\napp.get('/', (q, r) => r.send('x'));\napp.listen({port});\n"


def package(*names: str, start: str = "node server.js", **more: object) -> str:
    return json.dumps({"name": "shop", "private": True, "scripts": {"start": start}, "dependencies": dict.fromkeys(names, "1.0.0"), **more})


@pytest.mark.parametrize(
    ("path", "text", "asked"),
    [
        ("config/default.json", '{"server": {"port": 4100}}', "config.get('server.port')"),
        ("config.js", "module.exports = { basePort: 4100 };", "cfg('basePort')"),
        ("config/index.js", "module.exports = { http: { port: process.env.PORT || 4100 } };", "config.get('http:port')"),
        ("config/configuration.ts", "export default () => ({ port: parseInt(process.env.PORT, 10) || 4100 });", "config.get('port')"),
    ],
)
def test_the_port_is_looked_up_in_files_of_settings(repo: Repo, path: str, text: str, asked: str) -> None:
    inv = repo({"package.json": package("express", "config"), "server.js": SERVER.replace("{port}", asked), path: text})
    assert [c.port for c in inv.components] == [4100]


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": 'FROM node:24\nCOPY . .\nEXPOSE 4200\nCMD ["npm", "start"]\n'},
        {"Dockerfile": 'FROM node:24\nENV PORT=4200\nCOPY . .\nCMD ["npm", "start"]\n'},
        {
            "Dockerfile": 'FROM node:24\nCOPY . .\nCMD ["npm", "start"]\n',
            "compose.yaml": 'services:\n  web:\n    build: .\n    ports: ["80:4200"]\n',
        },
    ],
)
def test_the_port_is_that_of_the_image_where_the_code_names_none(repo: Repo, files: dict[str, str]) -> None:
    inv = repo({"package.json": package("express"), "server.js": SERVER.replace("{port}", "process.env.PORT"), **files})
    assert [c.port for c in inv.components] == [4200]


@pytest.mark.parametrize(
    ("name", "framework", "kind"),
    [
        ("connect", "connect", "service"),
        ("micro", "micro", "service"),
        ("hapi", "hapi", "service"),
        ("mineflayer", "mineflayer", "bot"),
        ("oceanic.js", "oceanic.js", "bot"),
    ],
)
def test_frameworks(repo: Repo, name: str, framework: str, kind: str) -> None:
    inv = repo({"package.json": package(name), "server.js": f"const made = require('{name}');\nmade();\n"})
    assert [(c.framework, c.kind) for c in inv.components] == [(framework, kind)]


def test_what_prepares_is_not_what_serves(repo: Repo) -> None:
    files = {"server.js": SERVER.replace("{port}", "3000"), "seed.js": "console.log('seeded');\n"}
    inv = repo({"package.json": package("express", start="node seed.js && node server.js"), **files})
    assert [c.entrypoint for c in inv.components] == ["server.js"]


def test_a_call_without_arguments_asks_for_no_path(repo: Repo) -> None:
    code = SERVER.replace("{port}", "3000") + "const all = app.find().all();\napp.route('/x').get();\napp.route().get(show);\n"
    inv = repo({"package.json": package("express"), "server.js": code})
    assert len([route for route in inv.routes if route.path == "/"]) == 1


def test_an_image_that_is_built_from_above_makes_no_component(repo: Repo) -> None:
    docker = 'FROM python:3.14-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["python", "-m", "shop"]\n'
    files = {"requirements.txt": "flask\n", "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "shop/Dockerfile": docker}
    assert [c.path for c in repo(files).components] == ["."]


def test_an_image_that_installs_a_list_from_above_makes_no_component(repo: Repo) -> None:
    docker = 'FROM python:3.14-slim\nCOPY . /app\nRUN pip install --no-cache-dir -r requirements.txt\nCMD ["python", "-m", "shop.app"]\n'
    files = {"requirements.txt": "flask\n", "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "shop/Dockerfile": docker}
    assert [c.path for c in repo(files).components] == ["."]


def test_of_two_modules_that_serve_django_the_one_for_wsgi_is_the_entry(repo: Repo) -> None:
    wsgi = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
    files = {
        "requirements/base.txt": "django\n", "manage.py": "import django\n", "shop/__init__.py": "",
        "shop/wsgi/local.py": wsgi, "shop/asgi/local.py": wsgi.replace("wsgi", "asgi"),
    }  # fmt: skip
    assert [c.entrypoint for c in repo(files).components] == ["shop.wsgi.local:application"]


def test_a_setup_that_packs_nothing_is_no_manifest(repo: Repo) -> None:
    files = {
        "pyproject.toml": '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nflask = "*"\n',
        "poetry.lock": "",
        "src/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "src/setup.py": "answer = input('Name of the database? ')\nprint(answer)\n",
    }
    assert [(c.path, c.package_manager) for c in repo(files).components] == [(".", "poetry")]


def test_a_port_that_is_passed_on_from_a_file_of_settings(repo: Repo) -> None:
    files = {
        "settings/app.js": "export const { PORT = 4300, HOST = 'localhost' } = process.env;\n",
        "settings/index.js": "export * from './app';\n",
        "server.js": "import express from 'express';\nimport { PORT } from './settings';\nexpress().listen(PORT);\n",
    }
    assert [c.port for c in repo({"package.json": package("express"), **files}).components] == [4300]


@pytest.mark.parametrize(
    ("made", "port"), [("createApplicationContext(Shop)", None), ("create(Shop).then((app) => app.listen(process.env.PORT))", 3000)]
)
def test_an_application_of_nest_without_a_server_has_no_port(repo: Repo, made: str, port: int | None) -> None:
    code = f"import {{ NestFactory }} from '@nestjs/core';\n\nNestFactory.{made};\n"
    inv = repo({"package.json": package("@nestjs/core", start="node dist/main"), "src/main.ts": code})
    assert [c.port for c in inv.components] == [port]


@pytest.mark.parametrize(
    ("packages", "code", "stores"),
    [
        (("sequelize", "mysql2"), "require('sequelize');\n", ["mysql"]),
        (("knex", "sqlite3", "pg"), "require('knex');\n", ["postgres"]),
        (("typeorm", "better-sqlite3"), "require('typeorm');\n", ["sqlite"]),
        (("knex", "mysql2", "pg"), "require('knex');\n", []),
        (("knex", "mysql2", "pg"), "require('knex');\nrequire('pg');\n", ["postgres"]),
        (("mysql2",), "", []),
    ],
)
def test_the_database_of_a_mapper_is_that_of_the_one_driver_declared_beside_it(
    repo: Repo, packages: tuple[str, ...], code: str, stores: list[str]
) -> None:
    inv = repo({"package.json": package("express", *packages), "server.js": SERVER.replace("{port}", "3000") + code})
    assert [t.name for t in inv.datastores] == stores


@pytest.mark.parametrize(("typed", "scripts", "language"), [(1, 5, "javascript"), (2, 4, "typescript"), (1, 1, "typescript")])
def test_one_typed_file_beside_a_tsconfig_makes_no_typed_program(repo: Repo, typed: int, scripts: int, language: str) -> None:
    files = {"package.json": package("express"), "server.js": SERVER.replace("{port}", "3000"), "tsconfig.json": "{}"}
    files |= {f"lib/t{n}.ts": "export const a = 1;\n" for n in range(typed)}
    files |= {f"lib/s{n}.js": "export const a = 1;\n" for n in range(scripts - 1)}
    assert [c.language for c in repo(files).components] == [language]
