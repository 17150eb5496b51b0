"""Small services of six kinds, each as somebody writes it before anybody thinks of production."""

from __future__ import annotations

from collections.abc import Mapping

README = "# Shop\n\nA small shop.\n"

_FLASK = """import os

import redis
from flask import Flask, jsonify, request
from openai import OpenAI
from sqlalchemy import create_engine, text

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
engine = create_engine(os.environ["DATABASE_URL"])
cache = redis.from_url(os.environ["REDIS_URL"])


@app.route("/")
def index():
    return "hello"


@app.route("/items/<int:item_id>")
def item(item_id):
    with engine.connect() as connection:
        return jsonify([list(row) for row in connection.execute(text("select :id"), {"id": item_id})])


@app.route("/describe", methods=["POST"])
def describe():
    client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": request.json["name"]}])
    return jsonify({"text": answer.choices[0].message.content})
"""

_FASTAPI = """import os

import httpx
from fastapi import FastAPI

app = FastAPI()
TOKEN = os.environ["PLACES_TOKEN"]


@app.get("/items/{item_id}")
async def item(item_id: int):
    return {"id": item_id}


@app.get("/places")
async def places(name: str):
    async with httpx.AsyncClient() as client:
        answer = await client.get("https://places.example.com/find", params={"name": name}, headers={"Authorization": TOKEN})
        return answer.json()
"""

_DJANGO_SETTINGS = """import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("DB_NAME", "shop"),
        "USER": os.environ.get("DB_USER", "shop"),
        "PASSWORD": os.environ["DB_PASSWORD"],
        "HOST": os.environ.get("DB_HOST", "localhost"),
    }
}
"""

_DJANGO_MANAGE = """import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
"""

_DJANGO_URLS = """from django.http import JsonResponse
from django.urls import path


def index(request):
    return JsonResponse({"hello": "shop"})


urlpatterns = [path("", index), path("items/<int:item_id>/", lambda request, item_id: JsonResponse({"id": item_id}))]
"""

_DJANGO_WSGI = """import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
"""

_STREAMLIT = """import os

import requests
import streamlit as st

st.title("Shop")
name = st.text_input("What are you looking for?")
if name:
    answer = requests.get(os.environ["CATALOGUE_URL"], params={"q": name}, headers={"X-Api-Key": os.environ["CATALOGUE_API_KEY"]})
    st.write(answer.json())
"""

_WORKER = """import os
import time

import redis

queue = redis.from_url(os.environ["REDIS_URL"])


def main():
    while True:
        item = queue.blpop("orders", timeout=5)
        if item:
            print("order", item[1])
        time.sleep(0.1)


if __name__ == "__main__":
    main()
"""

_CELERY = """import os

import requests
from celery import Celery

app = Celery("shop", broker=os.environ["REDIS_URL"])


@app.task
def send(order_id):
    requests.post(os.environ["MAIL_URL"], json={"order": order_id}, headers={"Authorization": os.environ["MAIL_TOKEN"]})
"""

SERVICES: Mapping[str, Mapping[str, str]] = {
    "flask": {"app.py": _FLASK, "requirements.txt": "flask\nopenai\nSQLAlchemy\npsycopg2-binary\nredis\n", "README.md": README},
    "fastapi": {"main.py": _FASTAPI, "requirements.txt": "fastapi\nhttpx\nuvicorn\n", "README.md": README},
    "django": {
        "manage.py": _DJANGO_MANAGE,
        "shop/__init__.py": "",
        "shop/settings.py": _DJANGO_SETTINGS,
        "shop/urls.py": _DJANGO_URLS,
        "shop/wsgi.py": _DJANGO_WSGI,
        "requirements.txt": "django\npsycopg2-binary\n",
        "README.md": README,
    },
    "streamlit": {"streamlit_app.py": _STREAMLIT, "requirements.txt": "streamlit\nrequests\n", "README.md": README},
    "worker": {"worker.py": _WORKER, "requirements.txt": "redis\n", "Procfile": "worker: python worker.py\n", "README.md": README},
    "celery": {
        "tasks.py": _CELERY,
        "requirements.txt": "celery\nredis\nrequests\n",
        "Procfile": "worker: celery -A tasks worker\n",
        "README.md": README,
    },
}
"""Path to text, by the kind of service."""
