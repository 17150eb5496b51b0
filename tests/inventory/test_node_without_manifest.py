"""Servers of JavaScript that were committed without their package.json."""

from __future__ import annotations

import pytest

from .conftest import Repo

SERVER = "const express = require('express')\nconst app = express()\napp.get('/', (q, r) => r.send('hi'))\napp.listen(4100)\n"


@pytest.mark.parametrize(
    ("path", "home", "entry"),
    [("server.js", ".", "server.js"), ("backend/server.js", "backend", "server.js"), ("api/src/index.js", "api", "src/index.js")],
)
def test_a_server_alone(repo: Repo, path: str, home: str, entry: str) -> None:
    inv = repo({path: SERVER, "frontend/index.html": "<script src='a.js'></script>", "frontend/a.js": "document.title = 'x'\n"})
    (found,) = inv.components
    assert (found.path, found.kind, found.framework, found.entrypoint, found.port) == (home, "service", "express", entry, 4100)
    assert found.package_manager is None
    assert [note.location.path for note in found.evidence] == [path]
    assert [(r.methods, r.path, r.component) for r in inv.routes] == [(("GET",), "/", home)]


def test_a_bot_beside_it_is_part_of_the_server(repo: Repo) -> None:
    inv = repo({"server.js": SERVER, "lib/mail.js": "module.exports = () => 1\n"})
    assert [c.entrypoint for c in inv.components] == ["server.js"]


@pytest.mark.parametrize(
    "files",
    [
        {"static/app.js": "document.querySelector('a').addEventListener('click', () => fetch('/x'))\n"},
        {"docs/example.js": SERVER},
        {"node_modules/x/server.js": SERVER},
        {"a.js": "// require('express') and app.listen( are written about here\n"},
        {"a.js": "import express from 'express'\nexport const router = express.Router()\n"},
    ],
)
def test_what_is_no_server(repo: Repo, files: dict[str, str]) -> None:
    assert repo(files).components == ()


def test_where_there_is_a_manifest_only_its_folders_count(repo: Repo) -> None:
    inv = repo({"web/package.json": '{"dependencies": {"express": "4"}}', "web/server.js": SERVER, "tools/fake.js": SERVER})
    assert [c.path for c in inv.components] == ["web"]


def test_python_with_scripts_of_pages_stays_what_it_is(repo: Repo) -> None:
    inv = repo({"app.py": "from flask import Flask\napp = Flask(__name__)\n", "static/a.js": "let express = 1\n"})
    assert [c.language for c in inv.components] == ["python"]


def test_pages_beside_a_server_run_in_the_browser(repo: Repo) -> None:
    page = "'use client'\nexport default function Page() {\n  fetch('https://example.com/api/x')\n  return <p/>\n}\n"
    inv = repo({"index.js": SERVER, "src/app/register/page.jsx": page})
    assert [c.entrypoint for c in inv.components] == ["index.js"]
    assert inv.outbound_calls == ()
