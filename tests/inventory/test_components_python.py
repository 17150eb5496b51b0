from __future__ import annotations

import pytest

from prodify.inventory.components import component_of, kind_of

from .conftest import Repo


def test_flask_app_that_is_run_directly(repo: Repo) -> None:
    inv = repo(
        {
            "api.py": 'from flask import Flask\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(port=5055)\n',
            "requirements.txt": "flask\n",
        }
    )
    (component,) = inv.components
    assert (component.kind, component.framework, component.entrypoint, component.port, component.package_manager) == (
        "service",
        "flask",
        "api:app",
        5055,
        "pip",
    )
    assert component.evidence[0].location.path == "api.py"
    assert component.evidence[0].location.line == 2
    assert inv.kind == "service"


def test_factory_that_a_module_calls_is_named_by_that_module(repo: Repo) -> None:
    inv = repo(
        {
            "shop/__init__.py": "from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
            "wsgi.py": "from shop import create_app\n\napplication = create_app()\n",
            "requirements.txt": "flask\n",
        }
    )
    assert inv.components[0].entrypoint == "wsgi:application"


def test_factory_alone_is_written_as_a_call(repo: Repo) -> None:
    inv = repo({"shop/app.py": "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"})
    assert inv.components[0].entrypoint == "shop.app:create_app()"


def test_production_command_decides_between_two_applications(repo: Repo) -> None:
    inv = repo(
        {
            "one.py": "from flask import Flask\napp = Flask(__name__)\n",
            "two.py": "from flask import Flask\napp = Flask(__name__)\n",
            "Procfile": "web: gunicorn two:app --bind 0.0.0.0:9000\n",
        }
    )
    (component,) = inv.components
    assert (component.entrypoint, component.port, component.candidates) == ("two:app", 9000, ())
    assert any(note.location.path == "Procfile" for note in component.evidence)


def test_equals_are_candidates_and_nothing_is_guessed(repo: Repo) -> None:
    inv = repo(
        {
            "one.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "two.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        }
    )
    (component,) = inv.components
    assert component.entrypoint is None
    assert component.candidates == ("one:app", "two:app")


def test_fastapi_in_src_layout_with_uv(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["fastapi"]\n',
            "uv.lock": "version = 1\n",
            "src/shop/main.py": "from fastapi import FastAPI\napi = FastAPI(title='x')\n",
        }
    )
    (component,) = inv.components
    assert (component.name, component.entrypoint, component.package_manager, component.runtime_version, component.port) == (
        "shop", "shop.main:api", "uv", ">=3.12", 8000,
    )  # fmt: skip


def test_image_command_gives_port_and_runtime(repo: Repo) -> None:
    inv = repo(
        {
            "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "requirements.txt": "fastapi\n",
            "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nCMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8080"]\n',
        }
    )
    assert (inv.components[0].port, inv.components[0].runtime_version) == (8080, "3.12")


def test_gunicorn_without_a_bind_listens_on_8000_whatever_the_code_says(repo: Repo) -> None:
    inv = repo({"app.py": "from flask import Flask\napp = Flask(__name__)\napp.run(port=5001)\n", "Procfile": "web: gunicorn app:app\n"})
    assert inv.components[0].port == 8000


def test_exposed_port_is_no_port_of_a_development_server(repo: Repo) -> None:
    inv = repo(
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(host='0.0.0.0')\n",
            "Dockerfile": 'FROM python:3.12\nEXPOSE 80\nCMD ["python", "app.py"]\n',
        }
    )
    assert inv.components[0].port == 5000


@pytest.mark.parametrize(
    ("run", "port"),
    [
        ('uvicorn.run(app, port=int(os.getenv("PORT", 9001)))', 9001),
        ("uvicorn.run(app, port=PORT)", 9002),
        ('uvicorn.run("main:app", port=int(os.environ.get("APP_PORT", "9003")))', 9003),
        ("uvicorn.run(app)", 8000),
    ],
)
def test_port_in_code(repo: Repo, run: str, port: int) -> None:
    code = f"""
        import os
        import uvicorn
        from fastapi import FastAPI
        PORT = 9002
        app = FastAPI()

        if __name__ == "__main__":
            {run}
        """
    assert repo({"main.py": code}).components[0].port == port


def test_django_project_below_the_root(repo: Repo) -> None:
    inv = repo(
        {
            "manage.py": "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
            "site/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
            "site/settings.py": "DEBUG = True\n",
        }
    )
    (component,) = inv.components
    assert (component.framework, component.entrypoint, component.port) == ("django", "site.wsgi:application", 8000)


def test_streamlit_pages_are_not_the_entry(repo: Repo) -> None:
    inv = repo(
        {
            "Home.py": "import streamlit as st\nst.set_page_config(page_title='x')\n",
            "pages/1_Chat.py": "import streamlit as st\nst.title('chat')\n",
            "requirements.txt": "streamlit\n",
        }
    )
    assert (inv.components[0].framework, inv.components[0].entrypoint, inv.components[0].port) == ("streamlit", "Home.py", 8501)


def test_gradio_blocks_opened_by_with(repo: Repo) -> None:
    inv = repo({"app.py": "import gradio as gr\nwith gr.Blocks() as demo:\n    gr.Textbox()\ndemo.launch(server_port=7000)\n"})
    assert (inv.components[0].framework, inv.components[0].entrypoint, inv.components[0].port) == ("gradio", "app:demo", 7000)


def test_bot_with_a_keep_alive_page_is_a_bot(repo: Repo) -> None:
    inv = repo(
        {
            "main.py": """
            import discord
            from keep import keep_alive
            client = discord.Client()
            if __name__ == "__main__":
                keep_alive()
                client.run("x")
            """,
            "keep.py": """
            from threading import Thread
            from flask import Flask
            app = Flask('')
            def run():
                app.run(host='0.0.0.0', port=8080)
            def keep_alive():
                Thread(target=run).start()
            """,
            "requirements.txt": "discord.py\nflask\n",
        }
    )
    (component,) = inv.components
    assert (component.kind, component.framework, component.entrypoint, component.port) == ("bot", "discord.py", "main.py", 8080)
    assert inv.kind == "worker"


def test_subclass_of_a_bot_counts(repo: Repo) -> None:
    inv = repo(
        {
            "bot/client.py": "from telegram.ext import Updater\n\nclass Mine(Updater):\n    pass\n",
            "bot/__main__.py": "from bot.client import Mine\nif __name__ == '__main__':\n    Mine().start_polling()\n",
        }
    )
    assert (inv.components[0].kind, inv.components[0].entrypoint) == ("bot", "bot/__main__.py")


def test_service_with_a_celery_worker_is_two_components_of_one_service(repo: Repo) -> None:
    inv = repo(
        {
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "tasks.py": "from celery import Celery\nqueue = Celery('tasks')\n",
            "requirements.txt": "fastapi\ncelery\n",
        }
    )
    assert [(c.kind, c.entrypoint) for c in inv.components] == [("service", "main:app"), ("worker", "tasks:queue")]
    assert inv.kind == "service"
    assert len({c.name for c in inv.components}) == 2


def test_endless_loop_that_waits_is_a_worker(repo: Repo) -> None:
    inv = repo({"worker.py": "import time, redis\nr = redis.Redis()\nwhile True:\n    job = r.blpop('jobs')\n    print(job)\n"})
    assert (inv.components[0].kind, inv.components[0].framework, inv.components[0].entrypoint) == ("worker", None, "worker.py")


def test_console_script_is_a_cli_even_when_a_file_is_called_app(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": '[project]\nname = "sum"\nversion = "0.1"\n[project.scripts]\nsum = "sum.__main__:main"\n',
            "sum/__main__.py": "import argparse\nfrom app import go\ndef main():\n    argparse.ArgumentParser().parse_args()\n",
            "sum/app.py": "def go():\n    return 1\n",
        }
    )
    (component,) = inv.components
    assert (component.kind, component.entrypoint, component.port) == ("cli", "sum.__main__:main", None)


def test_library_that_offers_names_is_a_library_with_a_console_script(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "lib"\nversion = "1"\n[project.scripts]\n'
            'lib = "lib.cli:main"\n',
            "src/lib/__init__.py": "from lib.core import load\n__all__ = ['load']\n",
            "src/lib/core.py": "def load():\n    return 1\n",
            "src/lib/cli.py": "def main():\n    return 0\n",
        }
    )
    assert (inv.components[0].kind, inv.components[0].entrypoint, inv.kind) == ("library", None, "library")


def test_examples_and_tests_make_no_component(repo: Repo) -> None:
    inv = repo(
        {
            "setup.py": "from setuptools import setup\nsetup(\n    name='lib',\n)\n",
            "lib/__init__.py": "def f():\n    return 1\n",
            "examples/app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "tests/test_app.py": "from flask import Flask\napp = Flask(__name__)\n",
        }
    )
    assert [c.kind for c in inv.components] == ["library"]


def test_notebooks_alone(repo: Repo) -> None:
    inv = repo({"analysis.ipynb": '{"cells": []}', "requirements.txt": "pandas\n"})
    assert (inv.kind, inv.components[0].entrypoint) == ("notebook", "analysis.ipynb")


def test_tool_only_pyproject_is_no_component_root(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
            "backend/app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "backend/requirements.txt": "flask\n",
        }
    )
    assert [c.path for c in inv.components] == ["backend"]


def test_backend_without_a_manifest_beside_a_frontend(repo: Repo) -> None:
    inv = repo(
        {
            "backend/app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "frontend/package.json": '{"name": "web", "private": true, "dependencies": {"react": "19"}, "devDependencies": {"vite": "8"}}',
            "frontend/src/main.jsx": "import React from 'react'\n",
        }
    )
    assert [(c.path, c.kind) for c in inv.components] == [("backend", "service"), ("frontend", "web")]
    assert inv.kind == "monorepo"
    assert component_of(inv.components, "backend/x/y.py") == "backend"
    assert component_of(inv.components, "README.md") == "."


def test_seeding_image_without_a_manifest_is_kept(repo: Repo) -> None:
    inv = repo(
        {
            "api/app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "api/requirements.txt": "flask\n",
            "seed/make.py": "open('x', 'w').write('1')\n",
            "seed/Dockerfile": "FROM python:3.12\nCOPY . .\nRUN python make.py\n",
        }
    )
    assert [(c.path, c.entrypoint) for c in inv.components] == [("api", "app:app"), ("seed", "make.py")]


def test_same_tree_gives_the_same_names_at_any_path(repo: Repo) -> None:
    inv = repo({"app.py": "from flask import Flask\napp = Flask(__name__)\n"})
    assert inv.components[0].name == "app"


def test_empty_directory(repo: Repo) -> None:
    inv = repo({})
    assert inv.components == ()
    assert inv.kind == "unknown"
    assert kind_of(()) == "unknown"


def test_syntax_newer_than_the_interpreter_and_broken_files_still_yield_what_they_hold(repo: Repo) -> None:
    inv = repo({"app.py": "from flask import Flask\napp = Flask(__name__)\ntype X[T] = list[T]\ndef f(:\n  !pip install x\n"})
    assert inv.components[0].entrypoint == "app:app"


def test_grpc_server_is_started_as_a_file(repo: Repo) -> None:
    code = """
        import grpc
        import time

        def serve():
            server = grpc.server(None)
            server.start()
            while True:
                time.sleep(1)
        """
    (component,) = repo({"server.py": code}).components
    assert (component.kind, component.framework, component.entrypoint) == ("service", "grpc", "server.py")


def test_port_that_cannot_be_read_falls_back_to_the_image(repo: Repo) -> None:
    inv = repo(
        {"run.py": "from flask import Flask\napp = Flask('x')\napp.run(**settings)\n", "Dockerfile": "FROM python:3.12\nEXPOSE 1338\n"}
    )
    assert inv.components[0].port == 1338


@pytest.mark.parametrize(
    ("imported", "entry"), [("from src.shop.models import Order", "src.shop.main:api"), ("from shop.models import Order", "shop.main:api")]
)
def test_src_is_part_of_the_name_where_code_imports_it_so(repo: Repo, imported: str, entry: str) -> None:
    inv = repo(
        {
            "src/shop/main.py": f"from fastapi import FastAPI\n{imported}\n\napi = FastAPI()\n",
            "src/shop/models.py": "class Order: ...\n",
            "requirements.txt": "fastapi\nuvicorn\n",
        }
    )
    assert inv.components[0].entrypoint == entry
