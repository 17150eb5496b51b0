"""What code says about a component is read from its tree: what texts and comments say counts for nothing, every spelling does."""

from __future__ import annotations

import pytest

from prodify.inventory.components.pyapps import declares_tasks, mounts, offers_names, runs_by_itself

from .conftest import Repo


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("def main(): ...\n\nmain()\n", True),
        ("import asyncio\n\nasyncio.run(\n    main(),\n)\n", True),
        ("while not done:\n    work()\n", True),
        ("await main()\n", True),
        ("sys.exit(main())\n", True),
        ("sys.exit(0)\n", False),
        ("HELP = '''\nmain()\n'''\n", False),
        ("HELP = '''\nwhile it runs\n'''\n", False),
        ("def start():\n    main()\n", False),
        ("main = 1\n", False),
    ],
)
def test_files_that_run_by_themselves(repo: Repo, text: str, runs: bool) -> None:
    assert runs_by_itself(repo({"a.py": text}), "a.py") is runs


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("from .core import thing\n", True),
        ("from shop.core import (\n    thing,\n)\n", True),
        ("async def thing(): ...\n", True),
        ("@cached\ndef thing(): ...\n", True),
        ("__all__ = ['thing']\n", True),
        ("'''\nfrom shop import thing\nclass of its own\n'''\n", False),
        ("# __all__ is not kept\n__version__ = '1'\n", False),
        ("from __future__ import annotations\n", False),
        ("", False),
    ],
)
def test_packages_that_offer_names(repo: Repo, text: str, offers: bool) -> None:
    assert offers_names(repo({"shop/__init__.py": text}), "shop/__init__.py") is offers


@pytest.mark.parametrize(
    ("text", "declares"),
    [
        ("@app.task(\n    bind=True)\ndef send(self): ...\n", True),
        ("@task\ndef send(): ...\n", True),
        ("@shared_task\ndef send(): ...\n", True),
        ("class Send(\n    celery.Task,\n):\n    pass\n", True),
        ("app = Celery('x', include=[\n    'shop.tasks'])\n", True),
        ("app.conf.imports = ('shop.tasks',)\n", True),
        ("app.register_task(Send())\n", True),
        ("'''\n@app.task\ndef send(): ...\n'''\n", False),
        ("# @shared_task\napp.send_task('send')\n", False),
        ("print('app.task(x)', 'include = none')\n", False),
        ("asyncio.create_task(x)\n", False),
    ],
)
def test_declared_tasks(repo: Repo, text: str, declares: bool) -> None:
    assert declares_tasks(repo({"a.py": text}), "a.py") is declares


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("app.mount(\n    '/ui',\n    other)\n", True),
        ("app = gr.mount_gradio_app(app, demo, path='/')\n", True),
        ("app.mount('/static', StaticFiles(directory='static'))\n", False),
        ("print('mount(x)')  # app.mount\n", False),
    ],
)
def test_mounted_applications(repo: Repo, text: str, taken: bool) -> None:
    assert mounts(repo({"a.py": text}), "a.py") is taken


FASTAPI = {"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n"}
RUN = """import uvicorn
from fastapi import FastAPI
from config import settings

app = FastAPI()

uvicorn.run(app, port=settings.api_port)
"""
SETTINGS = "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n"


@pytest.mark.parametrize(
    ("body", "port"),
    [
        ("    api_port: int = 8123\n", 8123),
        ("    api_port: str = '8123'\n", 8123),
        ("    api_port: int = Field(default=8123, ge=1)\n", 8123),
        ("    api_port: int = Field(\n        8123,\n    )\n", 8123),
        ("    name: str = 'x'\n    '''\n    api_port: int = 9999\n    '''\n    api_port: int | None = 8123\n", 8123),
        ("    # api_port: int = 9999\n    api_port: int\n", 8000),
        ("    def read(self):\n        api_port: int = 9999\n", 8000),
    ],
)
def test_port_of_a_settings_class(repo: Repo, body: str, port: int) -> None:
    config = f"{SETTINGS}{body}\nsettings = Settings()\n"
    assert [c.port for c in repo({**FASTAPI, "main.py": RUN, "config.py": config}).components] == [port]


@pytest.mark.parametrize(
    ("config", "port"),
    [
        ("bind = '0.0.0.0:9001'\n", 9001),
        ("bind = (\n    '0.0.0.0:9001'\n)\n", 9001),
        ("import os\nbind = os.environ.get('BIND', '0.0.0.0:9001')\n", 9001),
        ("host = 'x'\nbind = f'{host}:9001'\n", 9001),
        ("'''\nbind = '0.0.0.0:9999'\n'''\nworkers = 2\n", 8000),
    ],
)
def test_port_of_a_gunicorn_configuration(repo: Repo, config: str, port: int) -> None:
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "Procfile": "web: gunicorn app:app\n",
    }
    assert [c.port for c in repo({**files, "gunicorn.conf.py": config}).components] == [port]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("api = FastAPI()\napp = FastAPI()\napp.mount(\n    '/api',\n    api,\n)\n", "main:app"),
        ("api = FastAPI()\napp = FastAPI()\napp.mount('/api', Wrapped(api))\n", "main:app"),
        ("app = FastAPI()\nadmin = FastAPI()\nadmin.mount('/x', app)\n", "main:admin"),
        ("app = FastAPI()\nadmin = FastAPI()\n# admin.mount('/x', app)\nHELP = 'admin.mount(x, app)'\n", "main:app"),
    ],
)
def test_a_mounted_application_is_no_entry(repo: Repo, text: str, entry: str) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": f"from fastapi import FastAPI\n\n{text}"}
    assert [c.entrypoint for c in repo(files).components] == [entry]


BOT = "import discord\n\nclient = discord.Client()\n\n\ndef start():\n    client.run('x')\n"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("from bot import (\n    start,\n)\n", "launch.py"),
        ("import bot as program\n", "launch.py"),
        ("'''\nimport bot\n'''\n", "bot.py"),
    ],
)
def test_the_file_that_starts_a_bot(repo: Repo, text: str, entry: str) -> None:
    files = {"requirements.txt": "discord.py\n", "bot.py": BOT, "launch.py": f"{text}\nif __name__ == '__main__':\n    go()\n"}
    assert [c.entrypoint for c in repo(files).components] == [entry]


@pytest.mark.parametrize(
    ("body", "methods"),
    [
        ("if request.method == 'POST':\n        save()", ("GET", "POST")),
        ("if request.method != 'POST':\n        return no()", ("GET", "POST")),
        ("if request.method in (\n        'POST',\n        'PUT',\n    ):\n        save()", ("GET", "POST", "PUT")),
        ("match request.method:\n        case 'DELETE':\n            drop()", ("DELETE", "GET")),
        ("form = Form(request.POST or None)", ("GET", "POST")),
        ("print(\"method == 'POST'\")  # request.POST", ("GET",)),
        ("text = 'request.POST'", ("GET",)),
        ("if request.GET.get('kind') == 'POST':\n        pass", ("GET",)),
    ],
)
def test_methods_of_a_view(repo: Repo, body: str, methods: tuple[str, ...]) -> None:
    files = {
        "requirements.txt": "django\n",
        "shop/urls.py": "from django.urls import path\nfrom shop import views\n\nurlpatterns = [path('x/', views.page)]\n",
        "shop/views.py": f"def page(request):\n    {body}\n",
        "shop/__init__.py": "",
    }
    assert [route.methods for route in repo(files).routes] == [methods]
