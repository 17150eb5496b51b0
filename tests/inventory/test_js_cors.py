"""The middleware `cors` under whatever name."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.jscors import open_middleware

from .conftest import Repo

PACKAGE = {"package.json": '{"dependencies": {"express": "5.1.0", "cors": "2.8.5"}}'}
HEAD = "const express = require('express')\nconst app = express()\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("const corsMiddleware = require('cors')\napp.use(corsMiddleware())\n", [4]),
        ("const open = require('cors')\nconst options = {\n  origin: '*',\n}\napp.use(open(options))\n", [5]),
        ("const open = require('cors')\napp.use(open({ methods: ['GET'] }))\n", [4]),
        ("const open = require('cors')\nconst who = true\napp.use(open({ origin: who }))\n", [5]),
        ("const open = require('cors')\napp.use(\n  open({\n    credentials: true,\n    origin: ['*'],\n  }),\n)\n", [7]),
        ("const open = require('cors')\nconst base = { origin: 'https://a.example' }\napp.use(open({ ...base, methods: ['GET'] }))\n", []),
        ("const open = require('cors')\napp.use(open({ origin: process.env.ORIGIN }))\n", []),
        ("const open = require('cors')\napp.use(open({ origin(asking, answer) { answer(null, known(asking)) } }))\n", []),
        ("const open = require('cors')\napp.use(open(decide))\n", []),
        ("const open = require('./cors')\napp.use(open())\n", []),
        ("const open = f\n// const open = require('cors')\nconst s = \"require('cors')\"\napp.use(open())\n", []),
    ],
)
def test_every_origin(repo: Repo, code: str, lines: list[int]) -> None:
    assert [note.location.line for note in open_middleware(repo({**PACKAGE, "app.js": HEAD + code}))] == lines


def test_an_import_and_options_of_another_file(repo: Repo) -> None:
    files = {
        "src/options.ts": "export const anybody = {\n  origin: '*',\n}\n",
        "src/app.ts": 'import express from "express"\nimport c from "cors"\nimport { anybody } from "./options"\n'
        "const app = express()\napp.use(c(anybody))\napp.listen(3000)\n",
    }
    found = [(n.location.path, n.location.line) for n in open_middleware(repo({**PACKAGE, **files}))]
    assert found == [("src/options.ts", 2)]
