from __future__ import annotations

import pytest

from .conftest import Repo


@pytest.mark.parametrize(
    ("code", "timeout"),
    [
        ("import requests\nrequests.get(u)", False),
        ("import requests as r\nr.post(u, json=d)", False),
        ("import requests\nrequests.get(\n    u,\n    timeout=5,\n)", True),
        ("import requests\nrequests.get(u, timeout=None)", False),
        ("import requests\nrequests.get(u, **options)", None),
        ("import requests\ns = requests.Session()\ns.get(u)", False),
        ("import requests\nwith requests.Session() as s:\n    s.get(u, timeout=3)", True),
        ("import requests\ns = requests.Session()\ns.mount('https://', TimeoutAdapter())\ns.get(u)", True),
        ("import requests\nrequests.Session().get(u)", False),
        ("import httpx\nhttpx.get(u)", True),
        ("import httpx\nhttpx.get(u, timeout=None)", False),
        ("import httpx\nc = httpx.AsyncClient(timeout=None)\nasync def f():\n    await c.get(u)", False),
        ("import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n        await c.get(u)", True),
        ("import aiohttp\nasync def f():\n    async with aiohttp.ClientSession() as s:\n        await s.get(u)", True),
        ("from urllib.request import urlopen\nurlopen(u)", False),
        ("from urllib.request import urlopen\nurlopen(u, None, 5)", True),
        ("import urllib.request\nurllib.request.urlretrieve(u, p)", False),
        ("import urllib3\nh = urllib3.PoolManager(timeout=2)\nh.request('GET', u)", True),
        ("import socket, requests\nsocket.setdefaulttimeout(5)\nrequests.get(u)", True),
    ],
)
def test_python_timeouts(repo: Repo, code: str, timeout: bool | None) -> None:
    calls = repo({"a.py": code + "\n"}).outbound_calls
    assert calls
    assert calls[-1].timeout is timeout


def test_what_is_no_request(repo: Repo) -> None:
    code = "import requests\nfrom flask import request\nrequest.args.get('x')\nd = {}\nd.get('y')\nrequests.exceptions.Timeout\n"
    assert repo({"a.py": code}).outbound_calls == ()


def test_client_imported_from_another_module(repo: Repo) -> None:
    inv = repo(
        {
            "http_client.py": "import requests\nsession = requests.Session()\n",
            "a.py": "from http_client import session\nsession.get(u)\n",
        }
    )
    assert [(c.location.path, c.timeout) for c in inv.outbound_calls] == [("a.py", False)]


def test_requests_in_loops(repo: Repo) -> None:
    inv = repo({"a.py": "import requests\nfor u in urls:\n    requests.get(u, timeout=1)\n"})
    assert inv.outbound_calls[0].in_loop


SERVER = '{"name": "x", "private": true, "dependencies": {"express": "5", "axios": "1"}, "main": "server.js"}'


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import axios from 'axios'\nawait axios.get('https://x')\n", [("axios", False)]),
        ("import axios from 'axios'\nconst r = await axios.get<T>(`${u}`, { timeout: 10 })\n", [("axios", True)]),
        ("import axios from 'axios'\nconst api = axios.create({ timeout: 5 })\nawait api.post('https://x', {})\n", [("axios", True)]),
        ("await fetch('https://x')\n", [("fetch", False)]),
        ("await fetch(u, { signal: AbortSignal.timeout(5) })\n", [("fetch", True)]),
        ("await fetch('/api/me')\n", []),
        ("function fetch(a) { return a }\nfetch('x')\n", []),
        ("const got = 1\nconst x = got('a')\n", []),
    ],
)
def test_javascript_on_the_server(repo: Repo, code: str, found: list[tuple[str, bool]]) -> None:
    inv = repo({"package.json": SERVER, "server.ts": "import express from 'express'\nconst app = express()\napp.listen(1)\n" + code})
    assert [(c.library, c.timeout) for c in inv.outbound_calls] == found


def test_browser_code_makes_no_server_side_calls(repo: Repo) -> None:
    inv = repo(
        {
            "web/package.json": '{"name": "w", "private": true, "dependencies": {"react": "19"}, "devDependencies": {"vite": "8"}}',
            "web/src/main.jsx": "fetch('https://x')\n",
            "api/package.json": SERVER,
            "api/server.js": "import express from 'express'\nexpress().listen(1)\n",
            "api/public/app.js": "fetch('https://x')\n",
        }
    )
    assert inv.outbound_calls == ()


def test_next_halves(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": '{"name": "x", "private": true, "dependencies": {"next": "16"}, "scripts": {"dev": "next dev"}}',
            "app/page.tsx": "export default async function P() { await fetch('https://a') }\n",
            "app/form.tsx": "'use client'\nexport function F() { fetch('https://b') }\n",
            "app/api/x/route.ts": "export async function GET() { return fetch('https://c') }\n",
        }
    )
    assert [c.location.path for c in inv.outbound_calls] == ["app/api/x/route.ts", "app/page.tsx"]


def test_other_languages(repo: Repo) -> None:
    inv = repo(
        {
            "go.mod": "module x\n",
            "a.go": 'package a\nimport "net/http"\nfunc f() { http.Get("https://x") }\n',
            "b.go": 'package a\nimport "net/http"\nvar client = &http.Client{Timeout: 5}\nfunc g() { client.Do(nil) }\n',
            "A.java": "class A { void f() { client.newCall(request).execute(); } }\n",
            "a.rs": 'fn f() { reqwest::get("https://x"); }\n',
            "A.cs": 'class A { HttpClient c; async void F() { await c_client.GetAsync("x"); } }\n',
        }
    )
    assert {(c.library, c.timeout) for c in inv.outbound_calls} == {
        ("net/http", False), ("net/http", True), ("okhttp", True), ("reqwest", False), ("httpclient", True),
    }  # fmt: skip


# -- models -----------------------------------------------------------------------------------------------------------


def test_model_call_through_a_constant_and_an_imported_client(repo: Repo) -> None:
    inv = repo(
        {
            "llm.py": "from openai import OpenAI\nclient = OpenAI(timeout=20)\nMODEL = 'gpt-4o-mini'\n",
            "app.py": "from llm import client, MODEL\ndef ask(q):\n"
            "    return client.chat.completions.create(model=MODEL, messages=[q], max_tokens=10)\n",
        }
    )
    (call,) = inv.model_calls
    assert (call.provider, call.model, call.max_tokens, call.timeout, call.in_loop, call.function) == (
        "openai",
        "gpt-4o-mini",
        True,
        True,
        False,
        "ask",
    )


def test_call_per_item_through_a_function(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": """
            from openai import OpenAI
            def ask(x):
                client = OpenAI()
                return client.chat.completions.create(model="m", messages=[x])
            def each(items):
                return [ask(i) for i in items]
            """,
        }
    )
    assert [(c.model, c.max_tokens, c.timeout, c.in_loop) for c in inv.model_calls] == [("m", False, False, True)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import openai\nopenai.ChatCompletion.create(model='gpt-3.5-turbo', messages=m)", ("openai", "gpt-3.5-turbo", False)),
        ("import anthropic\nc = anthropic.Anthropic()\n"
         "c.messages.create(model='claude-x', max_tokens=5, messages=m)", ("anthropic", "claude-x", True)),
        ("from openai import OpenAI\nc = OpenAI(base_url='https://openrouter.ai/api/v1')\n"
         "c.responses.create(model='q', max_output_tokens=9)",
         ("openrouter", "q", True)),
        ("import os\nfrom openai import OpenAI\nc = OpenAI()\nM = os.getenv('MODEL', 'gpt-5')\n"
         "c.chat.completions.create(model=M)", ("openai", "gpt-5", False)),
        ("import openai\ndef f(model='gpt-4'):\n    return openai.chat.completions.create(model=model)", ("openai", "gpt-4", False)),
        ("import google.generativeai as genai\nm = genai.GenerativeModel('gemini-pro')\n"
         "m.generate_content(p)", ("google", "gemini-pro", False)),
        ("from langchain_openai import ChatOpenAI\nc = ChatOpenAI(model='gpt-4o', max_tokens=7)", ("openai", "gpt-4o", True)),
        ("import litellm\nlitellm.completion(model='x', messages=m, max_tokens=1)", ("litellm", "x", True)),
    ],
)  # fmt: skip
def test_sdks(repo: Repo, code: str, expected: tuple[str, str, bool]) -> None:
    (call,) = repo({"a.py": code + "\n"}).model_calls
    assert (call.provider, call.model, call.max_tokens) == expected


def test_messages_of_other_services_are_no_model_calls(repo: Repo) -> None:
    code = "from twilio.rest import Client\nclient = Client(a, b)\nclient.messages.create(body='x', to='y')\n"
    assert repo({"sms.py": code, "ai.py": "import anthropic\nc = anthropic.Anthropic()\n"}).model_calls == ()


def test_model_calls_in_javascript(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": SERVER,
            "server.js": """
            import express from 'express'
            import OpenAI from 'openai'
            const app = express(); app.listen(1)
            const openai = new OpenAI()
            const MODEL = process.env.MODEL || 'gpt-4o'
            await openai.chat.completions.create({ model: MODEL, messages: [], max_tokens: 5 })
            """,
        }
    )
    assert [(c.provider, c.model, c.max_tokens, c.timeout) for c in inv.model_calls] == [("openai", "gpt-4o", True, False)]
