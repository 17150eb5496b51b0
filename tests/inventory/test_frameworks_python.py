"""One small Python program per framework and kind: what the inventory says of it, and that it points at the line that shows it."""

from __future__ import annotations

import json

import pytest

from .conftest import Repo
from .frameworks import Case, check, files_of, paths

WEB = {
    "flask": Case(
        {
            "requirements.txt": "flask\nredis\nrequests\n",
            "shop/web.py": """
                import os

                import redis
                import requests
                from flask import Blueprint, Flask

                app = Flask(__name__)
                orders = Blueprint("orders", __name__)
                store = redis.Redis.from_url(os.environ["REDIS_URL"])

                # @app.get("/gone")
                @app.get("/places/<int:id>")
                def one(id):
                    return requests.get("https://api.example.org").json()

                @orders.post("/orders")
                def order():
                    return ""

                app.register_blueprint(orders, url_prefix="/api")

                if __name__ == "__main__":
                    app.run(port=5077)
            """,
        },
        ("service", "flask", "shop.web:app", 5077),
        paths("GET /places/<int:id>", "POST /api/orders"),
        frozenset({"REDIS_URL"}),
        ("redis",),
        ("requests.get",),
    ),
    "fastapi": Case(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\n'
            'dependencies = ["fastapi", "uvicorn", "asyncpg"]\n',
            "uv.lock": "version = 1\n",
            "app/main.py": """
                import os
                from urllib.request import urlopen

                import asyncpg
                import uvicorn
                from fastapi import FastAPI

                from app.orders import router

                api = FastAPI()
                api.include_router(router, prefix="/v1")
                URL = os.getenv("DATABASE_URL")

                @api.get("/places/{id}")
                async def one(id: int):
                    await asyncpg.connect(URL)
                    return urlopen("https://api.example.org").read()

                if __name__ == "__main__":
                    uvicorn.run(api, host="0.0.0.0", port=int(os.environ.get("PORT", 8123)))
            """,
            "app/orders.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/orders")

                @router.post("/{id}")
                async def order(id: int):
                    return None
            """,
        },
        ("service", "fastapi", "app.main:api", 8123),
        paths("GET /places/{id}", "POST /v1/orders/{id}"),
        frozenset({"DATABASE_URL", "PORT"}),
        ("postgres",),
        ("urllib.request.urlopen",),
        manager="uv",
    ),
    "django": Case(
        {
            "requirements.txt": "django\nrequests\npsycopg\n",
            "manage.py": """
                import os
                from django.core.management import execute_from_command_line

                if __name__ == "__main__":
                    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
                    execute_from_command_line(["manage.py"])
            """,
            "site/__init__.py": "",
            "site/settings.py": """
                import os
                SECRET_KEY = os.environ["SECRET_KEY"]
                ROOT_URLCONF = "site.urls"
                DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}}
            """,
            "site/urls.py": """
                from django.urls import path
                from site import views
                urlpatterns = [path("places/<int:id>/", views.one)]
            """,
            "site/views.py": """
                import requests
                def one(request, id):
                    return requests.get("https://api.example.org")
            """,
            "site/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        },
        ("service", "django", "site.wsgi:application", 8000),
        paths("GET /places/<int:id>/"),
        frozenset({"SECRET_KEY", "DJANGO_SETTINGS_MODULE"}),
        ("postgres",),
        ("requests.get",),
        default_port=True,
    ),
    "streamlit": Case(
        {
            "requirements.txt": "streamlit\npymongo\nrequests\n",
            ".streamlit/config.toml": "[server]\nport = 8600\n",
            "dashboard.py": """
                import os
                import requests
                import streamlit as st
                from pymongo import MongoClient

                st.set_page_config(page_title="shop")
                store = MongoClient(os.environ["MONGO_URL"])
                st.write(requests.get("https://api.example.org").json())
            """,
        },
        ("service", "streamlit", "dashboard.py", 8600),
        environment=frozenset({"MONGO_URL"}),
        datastores=("mongodb",),
        unbounded=("requests.get",),
    ),
    "gradio": Case(
        {
            "requirements.txt": "gradio\nrequests\n",
            "ui.py": """
                import os
                import sqlite3

                import gradio as gr
                import requests

                def ask(text):
                    sqlite3.connect("shop.db")
                    return requests.post("https://api.example.org", json={"key": os.environ["PLACES_KEY"]}).text

                demo = gr.Interface(fn=ask, inputs="text", outputs="text")

                if __name__ == "__main__":
                    demo.launch(server_port=7871)
            """,
        },
        ("service", "gradio", "ui:demo", 7871),
        environment=frozenset({"PLACES_KEY"}),
        datastores=("sqlite",),
        unbounded=("requests.post",),
    ),
    "starlette": Case(
        {
            "requirements.txt": "starlette\nuvicorn\nrequests\n",
            "Procfile": "web: uvicorn shop:app --port 8222\n",
            "shop.py": """
                import os
                import aiosqlite
                import requests
                from starlette.applications import Starlette
                from starlette.routing import Mount, Route

                NAME = os.getenv("SHOP_NAME", "shop")

                async def one(request):
                    return requests.get("https://api.example.org")

                app = Starlette(routes=[Mount("/api", routes=[
                    Route("/places/{id}", one),
                ])])
            """,
        },
        ("service", "starlette", "shop:app", 8222),
        paths("GET /api/places/{id}"),
        frozenset({"SHOP_NAME"}),
        ("sqlite",),
        ("requests.get",),
    ),
    "aiohttp": Case(
        {
            "requirements.txt": "aiohttp\nredis\n",
            "server.py": """
                import os
                from urllib.request import urlopen

                from aiohttp import web
                from redis.asyncio import Redis

                store = Redis.from_url(os.environ["REDIS_URL"])
                routes = web.RouteTableDef()

                @routes.get("/places/{id}")
                async def one(request):
                    return web.Response(text=urlopen("https://api.example.org").read())

                app = web.Application()
                app.add_routes(routes)

                if __name__ == "__main__":
                    web.run_app(app, port=8333)
            """,
        },
        ("service", "aiohttp", "server:app", 8333),
        paths("GET /places/{id}"),
        frozenset({"REDIS_URL"}),
        ("redis",),
        ("urllib.request.urlopen",),
    ),
}

PROGRAMS = {
    "discord.py": Case(
        {
            "requirements.txt": "discord.py\nrequests\n",
            "bot.py": """
                import os
                import sqlite3

                import discord
                import requests

                client = discord.Client(intents=discord.Intents.default())
                store = sqlite3.connect("bot.db")

                @client.event
                async def on_message(message):
                    requests.get("https://api.example.org")

                client.run(os.environ["DISCORD_TOKEN"])
            """,
        },
        ("bot", "discord.py", "bot.py", None),
        environment=frozenset({"DISCORD_TOKEN"}),
        datastores=("sqlite",),
        unbounded=("requests.get",),
    ),
    "aiogram": Case(
        {
            "requirements.txt": "aiogram\n",
            "main.py": """
                import asyncio
                import os

                from aiogram import Bot, Dispatcher

                bot = Bot(os.environ["BOT_TOKEN"])
                dispatcher = Dispatcher()

                if __name__ == "__main__":
                    asyncio.run(dispatcher.start_polling(bot))
            """,
        },
        ("bot", "aiogram", "main.py", None),
        environment=frozenset({"BOT_TOKEN"}),
    ),
    "celery": Case(
        {
            "requirements.txt": "celery\nrequests\npymongo\n",
            "tasks.py": """
                import os

                import requests
                from celery import Celery
                from pymongo import MongoClient

                app = Celery("tasks", broker=os.environ["BROKER_URL"])
                store = MongoClient()

                @app.task
                def fetch(url):
                    return requests.get(url).text
            """,
        },
        ("worker", "celery", "tasks:app", None),
        environment=frozenset({"BROKER_URL"}),
        datastores=("mongodb",),
        unbounded=("requests.get",),
    ),
    "rq": Case(
        {
            "requirements.txt": "rq\nredis\n",
            "worker.py": """
                import os

                import redis
                from rq import Queue, Worker

                connection = redis.from_url(os.environ["REDIS_URL"])

                if __name__ == "__main__":
                    Worker([Queue("jobs", connection=connection)], connection=connection).work()
            """,
        },
        ("worker", "rq", "worker.py", None),
        environment=frozenset({"REDIS_URL"}),
        datastores=("redis",),
    ),
    "script": Case(
        {
            "requirements.txt": "requests\n",
            "fetch.py": """
                import os
                import sqlite3

                import requests

                def main():
                    sqlite3.connect("places.db")
                    print(requests.get(os.environ["PLACES_URL"]).text)

                if __name__ == "__main__":
                    main()
            """,
        },
        ("script", None, "fetch.py", None),
        environment=frozenset({"PLACES_URL"}),
        datastores=("sqlite",),
        unbounded=("requests.get",),
    ),
    "click": Case(
        {
            "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n\n[project]\nname = "places"\nversion = "1"\n'
            'dependencies = ["click"]\n\n[project.scripts]\nplaces = "places.main:main"\n',
            "places/__init__.py": "",
            "places/main.py": """
                import os

                import click

                @click.command()
                def main():
                    click.echo(os.environ["PLACES_URL"])
            """,
        },
        ("cli", "click", "places.main:main", None),
        environment=frozenset({"PLACES_URL"}),
    ),
    "library": Case(
        {
            "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n\n[project]\nname = "places"\nversion = "1"\n'
            'classifiers = ["Topic :: Software Development :: Libraries"]\n',
            "src/places/__init__.py": "from places.find import find\n\n__all__ = ['find']\n",
            "src/places/find.py": """
                import urllib.request
                def find(name):
                    return urllib.request.urlopen("https://api.example.org/" + name)
            """,
        },
        ("library", None, None, None),
        unbounded=("urllib.request.urlopen",),
    ),
    "notebook": Case(
        {
            "requirements.txt": "pandas\n",
            "explore.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["import pandas as pd\n"], "outputs": [],
                                                    "metadata": {}, "execution_count": None}], "metadata": {}, "nbformat": 4,
                                         "nbformat_minor": 5}),
        },
        ("notebook", "jupyter", "explore.ipynb", None),
    ),
}  # fmt: skip

CASES = {**WEB, **PROGRAMS}


@pytest.mark.parametrize("name", CASES)
def test_what_a_small_program_is(repo: Repo, name: str) -> None:
    case = CASES[name]
    check(repo(files_of(case, "python")), case, "python", case.manager or "pip")
