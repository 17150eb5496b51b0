"""SDKs of services behind an HTTP API."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.jsservices import services

from .conftest import Repo


@pytest.mark.parametrize(
    ("path", "code", "found"),
    [
        ("src/sms.js", "const client = require('twilio')(sid, token)\nclient.messages.create({})\n", ["twilio"]),
        ("src/mail.ts", 'import mail from "@sendgrid/mail"\nmail.send({})\n', ["sendgrid"]),
        ("src/chat.mjs", "import {\n  WebClient,\n} from '@slack/web-api'\n", ["slack"]),
        ("src/pay.ts", 'import type { Stripe } from "stripe"\n', []),
        ("src/a.js", "// const twilio = require('twilio')\nconst s = \"require('twilio')\"\n", []),
        ("src/a.js", "const names = ['stripe', 'twilio']\n", []),
        ("src/bot.js", "const { Client } = require('discord.js')\n", []),
        ("tests/a.test.js", "const client = require('twilio')()\n", []),
    ],
)
def test_services(repo: Repo, path: str, code: str, found: list[str]) -> None:
    package = {
        "package.json": '{"name": "a", "main": "index.js", "dependencies": {"express": "5"}}',
        "index.js": "const express = require('express')\nconst app = express()\napp.listen(3000)\n",
    }
    assert [t.name for t in services(repo({**package, path: code}))] == found


def test_the_report_says_so(repo: Repo) -> None:
    from prodify.snapshot import inventory_snapshot

    files = {
        "package.json": '{"name": "a", "main": "index.js", "dependencies": {"express": "5", "twilio": "5"}}',
        "index.js": "const twilio = require('twilio')\nconst app = require('express')()\napp.listen(3000)\n",
    }
    assert inventory_snapshot(repo(files))[0]["external_http"] is True
    assert inventory_snapshot(repo({**files, "index.js": files["index.js"].replace("twilio", "morgan")}))[0]["external_http"] is False
