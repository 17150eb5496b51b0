"""What repositories are like, as far as recipes tell them apart: small programs put together from parts, each clean by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from tests.e2e.matrix.combinations import Combination

FACTORS: Mapping[str, Sequence[str]] = {
    "framework": ("flask", "flask-factory", "fastapi", "fastapi-async", "starlette", "aiohttp", "streamlit", "gradio", "discord"),
    "store": ("none", "sqlite", "postgres", "mysql", "mongodb", "redis"),
    "calls": ("none", "http", "address", "openai", "anthropic"),
    "layout": ("root", "folder", "package"),
    "manifest": ("pinned", "loose", "poetry", "project"),
    "beside": ("nothing", "env", "dockerfile", "workflow", "tests"),
}

_STORES: Mapping[str, tuple[str, str, str]] = {
    "none": ("", "", ""),
    "sqlite": ("import sqlite3\n", 'connection = sqlite3.connect("shop.db")\n', ""),
    "postgres": (
        "from sqlalchemy import create_engine\n",
        'engine = create_engine(os.environ["DATABASE_URL"])\n',
        "sqlalchemy psycopg2-binary",
    ),
    "mysql": (
        "import pymysql\n",
        'connection = pymysql.connect(host=os.environ["DB_HOST"], password=os.environ["DB_PASSWORD"])\n',
        "pymysql",
    ),
    "mongodb": ("from pymongo import MongoClient\n", 'items = MongoClient(os.environ["MONGODB_URI"]).shop.items\n', "pymongo"),
    "redis": ("import redis\n", 'cache = redis.from_url(os.environ["REDIS_URL"])\n', "redis"),
}
_CALLS: Mapping[str, tuple[str, str, str]] = {
    "none": ("", '    return f"{name} is fine"\n', ""),
    "http": ("import requests\n", '    return requests.get("https://places.example.com/find", params={"q": name}).text\n', "requests"),
    "address": ("import requests\n", '    return requests.get(os.environ["PLACES_URL"], params={"q": name}).text\n', "requests"),
    "openai": (
        "from openai import OpenAI\n",
        '    client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])\n'
        '    told = [{"role": "user", "content": name}]\n'
        '    return client.chat.completions.create(model="gpt-4o-mini", messages=told).choices[0].message.content\n',
        "openai",
    ),
    "anthropic": (
        "import anthropic\n",
        "    client = anthropic.Anthropic()\n"
        '    told = [{"role": "user", "content": name}]\n'
        '    return client.messages.create(model="claude-3-5-sonnet-latest", max_tokens=100, messages=told).content[0].text\n',
        "anthropic",
    ),
}
_FRAMEWORKS: Mapping[str, tuple[str, str, str]] = {
    "flask": (
        "from flask import Flask\n",
        'app = Flask(__name__)\n\n\n@app.route("/")\ndef index():\n    return "shop"\n\n\n'
        '@app.route("/items/<name>")\ndef item(name):\n    return describe(name)\n\n\n'
        'if __name__ == "__main__":\n    app.run(host="0.0.0.0", debug=True)\n',
        "flask",
    ),
    "flask-factory": (
        "from flask import Blueprint, Flask\n",
        'pages = Blueprint("pages", __name__)\n\n\n@pages.route("/")\ndef index():\n    return "shop"\n\n\n'
        '@pages.route("/items/<name>")\ndef item(name):\n    return describe(name)\n\n\n'
        "def create_app():\n    app = Flask(__name__)\n    app.register_blueprint(pages)\n    return app\n",
        "flask",
    ),
    "fastapi": (
        "from fastapi import FastAPI\n",
        'app = FastAPI()\n\n\n@app.get("/")\ndef index():\n    return {"shop": True}\n\n\n'
        '@app.get("/items/{name}")\ndef item(name: str):\n    return {"text": describe(name)}\n',
        "fastapi uvicorn",
    ),
    "fastapi-async": (
        "import uvicorn\nfrom fastapi import APIRouter, FastAPI\n",
        'app = FastAPI(title="Shop")\nrouter = APIRouter(prefix="/api")\n\n\n@router.get("/items/{name}")\nasync def item(name: str):\n'
        '    return {"text": describe(name)}\n\n\n@app.get("/")\nasync def index():\n    return {"shop": True}\n\n\n'
        'app.include_router(router)\n\nif __name__ == "__main__":\n    uvicorn.run(app, host="0.0.0.0", port=8000)\n',
        "fastapi uvicorn",
    ),
    "starlette": (
        "from starlette.applications import Starlette\nfrom starlette.responses import PlainTextResponse\n"
        "from starlette.routing import Route\n",
        "async def item(request):\n    return PlainTextResponse(describe(request.path_params['name']))\n\n\n"
        'async def index(request):\n    return PlainTextResponse("shop")\n\n\n'
        'app = Starlette(routes=[Route("/", index), Route("/items/{name}", item)])\n',
        "starlette uvicorn",
    ),
    "aiohttp": (
        "from aiohttp import web\n",
        'async def index(request):\n    return web.Response(text=describe("shop"))\n\n\n'
        'app = web.Application()\napp.router.add_get("/", index)\n\nif __name__ == "__main__":\n    web.run_app(app, port=8080)\n',
        "aiohttp",
    ),
    "streamlit": (
        "import streamlit as st\n",
        'st.title("Shop")\nname = st.text_input("What are you looking for?")\nif name:\n    st.write(describe(name))\n',
        "streamlit",
    ),
    "gradio": (
        "import gradio as gr\n",
        'demo = gr.Interface(fn=describe, inputs="text", outputs="text")\n\nif __name__ == "__main__":\n    demo.launch(share=True)\n',
        "gradio",
    ),
    "discord": (
        "import discord\n",
        "client = discord.Client(intents=discord.Intents.default())\n\n\n@client.event\nasync def on_message(message):\n"
        "    await message.channel.send(describe(message.content))\n\n\n"
        'if __name__ == "__main__":\n    client.run(os.environ["DISCORD_TOKEN"])\n',
        "discord.py",
    ),
}
_VERSIONS = {
    "flask": "3.1.3", "fastapi": "0.128.0", "uvicorn": "0.40.0", "starlette": "0.50.0", "aiohttp": "3.14.0", "streamlit": "1.53.0",
    "gradio": "6.4.0", "discord.py": "2.7.0", "sqlalchemy": "2.0.50", "psycopg2-binary": "2.9.12", "pymysql": "1.1.2", "pymongo": "4.16.0",
    "redis": "7.2.0", "requests": "2.34.0", "openai": "2.20.0", "anthropic": "0.80.0",
}  # fmt: skip
_WORKFLOW = """name: tests
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt && pytest
"""


def possible() -> list[Combination]:
    """Every row; one module at the root is what no package is."""
    return list(product(*FACTORS.values()))


def files(row: Combination) -> dict[str, str]:
    """The repository of a row: path to text."""
    framework, store, calls, layout, manifest, beside = map(str, row)
    folder = {"root": "", "folder": "backend/", "package": "shop/"}[layout]
    top = folder if layout == "folder" else ""
    packages = f"{_FRAMEWORKS[framework][2]} {_STORES[store][2]} {_CALLS[calls][2]}".split()
    texts = {"README.md": "# Shop\n\nA small shop.\n", f"{folder}main.py": _program(framework, store, calls)}
    if layout == "package":
        texts["shop/__init__.py"] = ""
    texts |= {top + path: text for path, text in _manifest(manifest, packages).items()}
    return texts | {top + path: text for path, text in _beside(beside).items()}


def _program(framework: str, store: str, calls: str) -> str:
    imports = [_FRAMEWORKS[framework][0], _STORES[store][0], _CALLS[calls][0]]
    body = f"{_STORES[store][1]}\n\ndef describe(name):\n{_CALLS[calls][1]}\n\n{_FRAMEWORKS[framework][1]}"
    if "os." in body:
        imports.insert(0, "import os\n")
    return "".join(imports) + "\n" + body


def _manifest(kind: str, packages: Sequence[str]) -> dict[str, str]:
    if kind in ("pinned", "loose"):
        lines = [f"{name}=={_VERSIONS[name]}" if kind == "pinned" else name for name in packages]
        return {"requirements.txt": "\n".join(lines) + "\n"}
    if kind == "poetry":
        lines = [f'{name} = "^{_VERSIONS[name]}"' for name in packages]
        head = '[tool.poetry]\nname = "shop"\nversion = "0.1.0"\ndescription = ""\nauthors = []\npackage-mode = false\n\n'
        return {"pyproject.toml": head + '[tool.poetry.dependencies]\npython = "^3.12"\n' + "\n".join(lines) + "\n"}
    listed = ",\n".join(f'    "{name}>={_VERSIONS[name]}"' for name in packages)
    return {"pyproject.toml": f'[project]\nname = "shop"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = [\n{listed},\n]\n'}


def _beside(kind: str) -> dict[str, str]:
    if kind == "env":
        return {".env": "LOG_LEVEL=debug\nOPENAI_API_KEY=\n"}
    if kind == "dockerfile":
        run = 'RUN pip install -r requirements.txt\nEXPOSE 8000\nCMD ["python", "main.py"]\n'
        return {"Dockerfile": f"FROM python:3.12\nWORKDIR /app\nCOPY . .\n{run}"}
    if kind == "workflow":
        return {".github/workflows/tests.yml": _WORKFLOW}
    if kind == "tests":
        return {"tests/test_sums.py": "def test_sums():\n    assert 1 + 1 == 2\n"}
    return {}
