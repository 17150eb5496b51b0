"""The same mistake in other words: spellings of problems that a rule for the usual one would not see, and what only looks like them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge
from tests.checks.test_unseen_python import FLASK, places

MANIFEST = '{"name": "shop", "private": true, "scripts": {"start": "node index.js"}, "dependencies": {"express": "5", "axios": "1"}}'
EXPRESS = "const express = require('express');\nconst app = express();\napp.get('/', (q, r) => r.send('hi'));\napp.listen(3000);\n"
HEX = "9be1ea9c692cc64ab295" + "1cb2617805f5"


def python(code: str, **more: str) -> dict[str, str]:
    return {"app.py": FLASK + code, "requirements.txt": "flask==3.1.0\nrequests==2.32.0\n", **more}


def node(code: str, name: str = "index.js", **more: str) -> dict[str, str]:
    text = EXPRESS + code if name == "index.js" else code
    return {"package.json": MANIFEST, "index.js": EXPRESS, **more, name: text}


def test_line_of_flask() -> None:
    assert FLASK.count("\n") == 4
    assert EXPRESS.count("\n") == 4


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (python('SLACK_TOKEN = "-".join(["xoxb", "917263548102", "Qm3LxT8rVzbKcPy5HnWd"])\n'), ("app.py", 5)),
        (python('TOKEN = "".join(("sk-proj-", "Zx81kQpLmN72vTyR", "b4Hs9WcEu3Jd"))\n'), ("app.py", 5)),
        (node("const token = ['xoxb', '917263548102', 'Qm3LxT8rVzbKcPy5HnWd'].join('-');\n"), ("index.js", 5)),
        (node(f"const at = `https://api.example.net/w?q=${{c}}&appid=${{'{HEX}'}}`;\n"), ("index.js", 5)),
        (python(f"def at(c):\n    return f\"https://api.example.net/w?q={{c}}&appid={{'{HEX}'}}\"\n"), ("app.py", 6)),
        (python(f'AT = "https://api.example.net/w?units=m&appid=" + "{HEX}"\n'), ("app.py", 5)),
        (python(f'ASKED = {{"q": "x", "appid": "{HEX}"}}\n'), ("app.py", 5)),
        (python("", **{"config.json": '{\n "port": 80,\n "secret": "kittenwhisper"\n}\n'}), ("config.json", 3)),
    ],
)
def test_credentials_that_no_line_holds_whole(judge: Judge, files: Mapping[str, str], place: tuple[str, int]) -> None:
    assert places(judge, "no-secret-in-code", files) == [place]


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("envs.txt", "no-env-file-with-secrets-is-committed"),
        ("env_vars.txt", "no-env-file-with-secrets-is-committed"),
        ("secrets.txt", "no-secret-in-code"),
    ],
)
def test_settings_in_a_text_file(judge: Judge, name: str, check: str) -> None:
    text = "STAGE=dev\nDATABASE_URL=postgresql://shop:Tr0ub4dor@db1.shop-internal.net:5432/shop\n"
    assert places(judge, check, python("", **{name: text})) == [(name, 2)]


@pytest.mark.parametrize(
    "files",
    [
        python('PATH = "/".join(["static", "images", "logo.svg"])\n'),
        python('def at(c):\n    return f"https://api.example.net/w?q={c}&units={\'metric\'}"\n'),
        python("", **{"config.json": '{"secret": "YOUR_SECRET"}'}),
        python("", **{"locales/config.json": '{"secret": "geheimnis"}'}),
    ],
)
def test_joined_texts_that_are_no_credentials(judge: Judge, files: Mapping[str, str]) -> None:
    assert judge("no-secret-in-code", files).kind is Kind.PASS


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (python('from jwt import encode\n\ndef token():\n    return encode({"a": 1}, "qwe1234", algorithm="HS256")\n'), ("app.py", 8)),
        (python('from itsdangerous import URLSafeTimedSerializer as Signed\n\nsigned = Signed("qwe1234")\n'), ("app.py", 7)),
        (python('app.secret_key = b"_5#y2L\\xec\\x1f\\n"\n'), ("app.py", 5)),
        (node("const { sign } = require('jsonwebtoken');\nconst t = sign({ a: 1 }, 'qwe1234');\n"), ("index.js", 6)),
        (node("import { verify as is } from 'jsonwebtoken';\nexport const f = (t) => is(t, 'qwe1234');\n", "a.js"), ("a.js", 2)),
        (node("import w from 'jsonwebtoken';\nconst KIT = 'qwe1234';\nexport const f = (t) => w.sign({ t }, KIT);\n", "a.js"), ("a.js", 2)),
        (
            node("import { SignJWT } from 'jose';\nconst s = new SignJWT({}).sign(new TextEncoder().encode('qwe1234'));\n", "a.js"),
            ("a.js", 2),
        ),
    ],
)
def test_keys_under_whatever_name_the_library_was_imported(judge: Judge, files: Mapping[str, str], place: tuple[str, int]) -> None:
    assert places(judge, "secret-key-is-not-a-default", files) == [place]


SERVICE = (
    "import { HttpService } from '@nestjs/axios';\nexport class A {\n  constructor(private readonly client: HttpService) {}\n"
    "  f() { return this.client.get('https://api.example.net'); }\n}\n"
)
API = {"api.js": "const axios = require('axios');\nmodule.exports = axios.create({ baseURL: 'https://api.example.net' });\n"}


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (python("import asyncio, requests\n\nasync def f(u):\n    return await asyncio.to_thread(requests.get, u)\n"), ("app.py", 8)),
        (python("from functools import partial\nimport requests\n\nget = partial(requests.get, headers={})\n"), ("app.py", 8)),
        (python("from requests_html import HTMLSession\n\ns = HTMLSession()\n\ndef f(u):\n    return s.get(u)\n"), ("app.py", 10)),
        (node("const nf = require('node-fetch');\nconst f = () => nf('https://api.example.net');\n"), ("index.js", 6)),
        (node("const f = async () => require('axios').get('https://api.example.net');\n"), ("index.js", 5)),
        (
            node("const fetch = (...a) => import('node-fetch').then((m) => m.default(...a));\nconst f = () => fetch('https://x.example');\n"),
            ("index.js", 6),
        ),
        (node("const api = require('./api');\nconst f = () => api.get('/users');\n", **API), ("index.js", 6)),
        (node(SERVICE, "a.ts"), ("a.ts", 4)),
    ],
)
def test_calls_of_other_servers_by_another_name(judge: Judge, files: Mapping[str, str], place: tuple[str, int]) -> None:
    assert place in places(judge, "outbound-calls-have-timeouts", files)


def test_a_function_of_the_repositorys_own_is_no_library(judge: Judge) -> None:
    own = {"lib/ask.js": "const fetch = require('node-fetch');\nexports.request = (u) => fetch(u, { timeout: 900 });\n"}
    files = node("const { request } = require('./lib/ask');\nrequest('users').then(console.log);\n", **own)
    assert judge("outbound-calls-have-timeouts", files).kind is Kind.PASS


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (python('def f(api_key):\n    params = {"q": "x", "appid": api_key}\n    print(f"asking {params}")\n'), 7),
        (python('def f(t):\n    headers = {"Authorization": f"Bearer {t}"}\n    app.logger.info("with %s", headers)\n'), 7),
        (python("import os\nprint(os.environ)\n"), 6),
        (python('def f(c):\n    c.execute("SELECT * FROM users WHERE id = %s", (1,))\n    row = c.fetchone()\n    print(row)\n'), 8),
        (
            python('def f(c):\n    c.execute("SELECT id, password FROM accounts")\n    for row in c.fetchall():\n        pass\n'
                   "    rows = c.fetchall()\n    for one in rows:\n        print(one)\n"),
            11,
        ),
        (python("def login(user, password):\n    token = create_token(user)\n    print(token)\n"), 7),
        (node("app.post('/l', async (req, res) => {\n  const user = await User.findOne({ id: 1 });\n  console.log(user);\n});\n"), 7),
        (node("const settings = { host: 'a', password: process.env.DB_PASSWORD };\nconsole.log('with', settings);\n"), 6),
        (node("app.use((req, res, next) => { console.log(req.headers); next(); });\n"), 5),
    ],
)  # fmt: skip
def test_wholes_that_hold_something_secret(judge: Judge, files: Mapping[str, str], line: int) -> None:
    assert [at for _, at in places(judge, "logs-hold-no-secrets", files)] == [line]


@pytest.mark.parametrize(
    "files",
    [
        python('def f(n):\n    params = {"q": n, "units": "metric"}\n    print(params)\n'),
        python("def f(tokens):\n    token = next_token(tokens)\n    print(token)\n"),
        python('def f(c):\n    c.execute("SELECT * FROM products")\n    row = c.fetchone()\n    print(row)\n'),
        node("const user = await User.findOne({}).select('name');\nconsole.log(user);\n"),
        node("const limits = { a: 1, max_tokens: 5 };\nconsole.log(limits);\n"),
    ],
)
def test_wholes_that_hold_nothing_secret(judge: Judge, files: Mapping[str, str]) -> None:
    assert judge("logs-hold-no-secrets", files).kind is Kind.PASS


def django(settings: str) -> dict[str, str]:
    manage = "import os\nimport sys\n\nfrom django.core.management import execute_from_command_line\n\n"
    manage += "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nexecute_from_command_line(sys.argv)\n"
    files = {"manage.py": manage, "shop/__init__.py": "", "shop/settings.py": "import os\n" + settings}
    return {**files, "shop/urls.py": "urlpatterns = []\n", "requirements.txt": "django==5.2\n"}


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (python("DEBUG = True\n\nif __name__ == '__main__':\n    app.run(debug=DEBUG)\n"), 8),
        (python("import os\n\nif __name__ == '__main__':\n    app.run(debug=bool(int(os.environ.get('DEBUG', '1'))))\n"), 8),
        (python("from config import DEBUG\n\napp.run(debug=DEBUG)\n", **{"config.py": "DEBUG = True\n"}), 7),
        (python("app.config.update(DEBUG=True)\n"), 5),
        (python("class Config:\n    DEBUG = True\n\napp.config.from_object(Config)\n"), 6),
        (python("options = {'debug': True}\napp.run(**options)\n"), 6),
        (django("DEBUG = not os.environ.get('PRODUCTION')\n"), 2),
        (django("DEBUG = 'PRODUCTION' not in os.environ\n"), 2),
        (django("if os.environ.get('PRODUCTION'):\n    DEBUG = False\nelse:\n    DEBUG = True\n"), 5),
    ],
)
def test_debug_mode_in_other_words(judge: Judge, files: Mapping[str, str], line: int) -> None:
    assert [at for _, at in places(judge, "debug-is-off", files)] == [line]


@pytest.mark.parametrize(
    "settings",
    [
        "if os.environ.get('DEBUG'):\n    DEBUG = True\nelse:\n    DEBUG = False\n",
        "DEBUG = False\nif os.environ.get('DEBUG') == '1':\n    DEBUG = True\n",
        "DEBUG = bool(os.environ.get('DEBUG'))\n",
    ],
)
def test_debug_mode_that_somebody_has_to_ask_for(judge: Judge, settings: str) -> None:
    assert judge("debug-is-off", django(settings)).kind is Kind.PASS


@pytest.mark.parametrize(
    ("check", "files", "place"),
    [
        ("allowed-hosts-are-set", django("ALLOWED_HOSTS = []\nALLOWED_HOSTS += ['*']\n"), ("shop/settings.py", 3)),
        ("cors-is-not-wildcard", django("CORS_ALLOWED_ORIGIN_REGEXES = [r'.*']\n"), ("shop/settings.py", 2)),
        (
            "cors-is-not-wildcard",
            python("from flask_socketio import SocketIO\n\nio = SocketIO(app, cors_allowed_origins='*')\n"),
            ("app.py", 7),
        ),
        ("cors-is-not-wildcard", node("app.use(require('cors')());\n"), ("index.js", 5)),
        (
            "cors-is-not-wildcard",
            node("http.createServer((q, r) => { r.writeHead(200, { 'Access-Control-Allow-Origin': '*' }); r.end(); });\n"),
            ("index.js", 5),
        ),
        ("cors-is-not-wildcard", node("app.enableCors({\n  credentials: true,\n  origin: '*',\n});\n"), ("index.js", 7)),
        ("tls-is-verified", python("import requests\n\ns = requests.Session()\ns.verify = False\n"), ("app.py", 8)),
        ("tls-is-verified", python("import aiohttp\n\nc = aiohttp.TCPConnector(ssl=False)\n"), ("app.py", 7)),
        (
            "runtime-version-is-supported",
            python("", **{"environment.yml": "dependencies:\n  - python=3.9.7=h12_1\n"}),
            ("environment.yml", 2),
        ),
        ("runtime-version-is-supported", python("", **{"app.yaml": "runtime: python38\n"}), ("app.yaml", 1)),
        ("runtime-version-is-supported", python("", **{".tool-versions": "python 3.9.1\n"}), (".tool-versions", 1)),
    ],
)
def test_other_places_and_forms(judge: Judge, check: str, files: Mapping[str, str], place: tuple[str, int]) -> None:
    assert place in places(judge, check, files)


def test_an_image_that_starts_the_development_server_of_a_page(judge: Judge) -> None:
    page = '{"name": "web", "scripts": {"start": "react-scripts start"}, "dependencies": {"react": "19", "react-scripts": "5"}}'
    files = {
        **{f"api/{path}": text for path, text in python("").items()},
        "web/package.json": page,
        "web/src/index.js": "import React from 'react';\n",
        "web/Dockerfile": 'FROM node:24\nCOPY . .\nCMD ["npm", "start"]\n',
    }
    assert ("web/Dockerfile", 3) in places(judge, "dev-server-is-not-production", files)


def test_an_archive_whose_name_carries_its_version_is_pinned(judge: Judge) -> None:
    files = python("", **{"requirements.txt": "flask==3.1.0\nmodel @ https://files.example.net/model-1.2.0.tar.gz\n"})
    assert judge("dependencies-are-locked", files).kind is not Kind.FAIL
