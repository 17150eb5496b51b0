"""Facts about shapes of Python repositories that were met in repositories no rule was written for."""

from __future__ import annotations

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.roles import role_of
from tests.inventory.conftest import Repo


def test_compose_files_in_a_directory_of_their_own_start_the_service(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": '[tool.poetry]\nname = "talk"\n[tool.poetry.dependencies]\nfastapi = "*"\n'
            '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n',
            "poetry.lock": "",
            "app/web/api/main.py": "from fastapi import FastAPI\n\ndef create_app():\n    app = FastAPI()\n    return app\n",
            "docker_compose/app.yaml": "services:\n  talk:\n    build: ..\n"
            "    command: uvicorn --factory web.api.main:create_app --port 8000\n",
            "docker_compose/values.yaml": "colour: blue\n",
        }
    )
    assert [view.path for view in inv.compose_files] == ["docker_compose/app.yaml"]
    (component,) = inv.components
    assert (component.kind, component.framework, component.port) == ("service", "fastapi", 8000)


def test_what_an_image_starts_is_the_entry_point_of_the_application_it_reaches(repo: Repo) -> None:
    inv = repo(
        {
            "pyproject.toml": '[tool.poetry]\nname = "exporter"\n[build-system]\nrequires = ["poetry-core"]\n',
            "cli.py": "from src.cli import cli\n\ncli()\n",
            "src/__init__.py": "",
            "src/cli.py": "import click\nfrom .watch import Watch\n\n@click.command()\ndef cli():\n    Watch().go()\n",
            "src/watch.py": "from celery import Celery\nfrom .web import start\n\nclass Watch:\n    def go(self):\n"
            "        self.app = Celery(broker='memory://')\n        start()\n",
            "src/web.py": "from threading import Thread\nfrom flask import Flask\nfrom waitress import serve\n\n"
            "def create_app(registry):\n    app = Flask(__name__)\n    return app\n\n"
            "def start():\n    app = create_app(None)\n    Thread(target=serve, args=(app,)).start()\n",
            "Dockerfile": 'FROM python:3.14\nCOPY . /app/\nEXPOSE 9808\nENTRYPOINT ["python", "/app/cli.py"]\n',
        }
    )
    (component,) = inv.components
    assert (component.kind, component.framework, component.entrypoint, component.port) == ("service", "flask", "cli.py", 9808)


def test_a_celery_application_that_only_watches_is_no_worker(repo: Repo) -> None:
    watching = "from celery import Celery\n\ndef main():\n    app = Celery(broker='memory://')\n    app.control.ping()\n"
    assert not [c for c in repo({"watch.py": watching, "requirements.txt": "celery\n"}).components if c.kind == "worker"]


def test_a_celery_application_made_in_a_function_works_when_it_has_tasks(repo: Repo) -> None:
    working = (
        "from celery import Celery\n\ndef make():\n    return Celery()\n\ncelery = make()\n\n"
        "@celery.task\ndef add(a, b):\n    return a + b\n"
    )
    assert [c.kind for c in repo({"tasks.py": working, "requirements.txt": "celery\n"}).components] == ["worker"]


@pytest.mark.parametrize("name", ["req.txt", "reqs.txt", "requirement.txt"])
def test_short_names_of_requirements_files(repo: Repo, name: str) -> None:
    inv = repo({name: "flask==3.1.0\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"})
    assert inv.components[0].package_manager == "pip"
    assert [d.name for m in inv.manifests for d in m.dependencies] == ["flask"]


def test_langchain_names_the_provider_in_its_classes(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": "from langchain_huggingface import HuggingFaceEndpoint\nllm = HuggingFaceEndpoint(repo_id='x')\n",
            "b.py": "from langchain.llms import OpenAI\nllm = OpenAI(temperature=0)\n",
            "c.py": "from langchain_community.embeddings import HuggingFaceEmbeddings\ne = HuggingFaceEmbeddings()\n",
        }
    )
    assert sorted(t.name for t in inv.llm_providers) == ["huggingface", "openai"]


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("static/js/jquery.js", Role.VENDORED),
        ("static/js/jquery.placeholder.js", Role.VENDORED),
        ("public/bootstrap-4.3.1.js", Role.VENDORED),
        ("static/modernizr.custom.js", Role.VENDORED),
        ("src/chart.js", Role.PRODUCTION),
        ("src/bootstrap-app.js", Role.PRODUCTION),
        ("src/moment-picker.js", Role.PRODUCTION),
    ],
)
def test_copied_browser_libraries_are_not_the_projects_code(path: str, role: Role) -> None:
    assert role_of(path) is role


def test_compose_files_that_are_named_after_where_they_run(repo: Repo) -> None:
    inv = repo(
        {
            "production.yml": "version: '3'\nservices:\n  web:\n    image: someone/shop\n",
            "local.yml": "colour: blue\n",
            "dev.yml": "services:\n  search: {url: http://search}\n",
        }
    )
    assert [view.path for view in inv.compose_files] == ["production.yml"]


def test_stores_behind_an_orm_or_a_framework(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": "from peewee import SqliteDatabase\n\ndb = SqliteDatabase(None)\n",
            "b.py": "from langchain_community.vectorstores import FAISS\n\nstore = FAISS.load_local('x', None)\n",
        }
    )
    assert sorted(t.name for t in inv.datastores) == ["faiss", "sqlite"]


@pytest.mark.parametrize("path", ["samples/.env", "src/slack-example.config", "settings.sample.toml"])
def test_examples_of_the_configuration(repo: Repo, path: str) -> None:
    assert repo({path: "NAME=value\n", "app.py": "import os\n"}).has["env_example"] is True


def test_the_disk_of_a_machine_is_no_container_image(repo: Repo) -> None:
    from prodify.inventory.deployed import deployed_images

    machine = 'resource "digitalocean_droplet" "web" {\n  image = "ubuntu-18-04-x64"\n}\n'
    container = 'resource "docker_container" "web" {\n  image = "nginx"\n}\n'
    assert [image.text for image in deployed_images(repo({"main.tf": machine + container}))] == ["nginx"]


def test_a_consumer_that_runs_for_ever_is_a_worker_of_its_own(repo: Repo) -> None:
    inv = repo(
        {
            "rest/requirements.txt": "flask\n",
            "rest/app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "store/requirements.txt": "aio-pika==6.7.1\n",
            "store/manage.py": "import asyncio\nfrom store import main\n\nif __name__ == '__main__':\n"
            "    loop = asyncio.get_event_loop()\n    loop.create_task(main(loop))\n    loop.run_forever()\n",
            "store/store.py": "import aio_pika\n\nasync def main(loop):\n    await aio_pika.connect_robust('x')\n",
        }
    )
    assert [(c.path, c.kind) for c in inv.components] == [("rest", "service"), ("store", "worker")]
    assert inv.kind == "monorepo"


@pytest.mark.parametrize(
    ("settings", "env", "port"),
    [("    port: int = 3001\n", "", 3001), ("    port: int\n", "PORT=8004\n", 8004), ("    port: int\n", "", 8000)],
)
def test_the_port_of_a_settings_object(repo: Repo, settings: str, env: str, port: int) -> None:
    inv = repo(
        {
            "requirements.txt": "fastapi\n",
            "config.py": "from pydantic_settings import BaseSettings\n\n"
            f"class Settings(BaseSettings):\n{settings}\nsettings = Settings()\n",
            "main.py": "import uvicorn\nfrom fastapi import FastAPI\nfrom config import settings\n\napp = FastAPI()\n\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=settings.port)\n",
            ".env.example": env,
        }
    )
    assert inv.components[0].port == port


def test_what_a_frozen_environment_brings_along_is_not_used(repo: Repo) -> None:
    frozen = "".join(f"package{n}==1.0.{n}\n" for n in range(40)) + "opentelemetry-api==1.40.0\n"
    assert repo({"requirements.txt": frozen, "app.py": "import package1\n"}).has["otel"] is False


def test_a_chosen_package_for_traces_is_used(repo: Repo) -> None:
    assert repo({"requirements.txt": "flask\nopentelemetry-distro\n", "app.py": "import flask\n"}).has["otel"] is True


def test_a_test_that_asserts_nothing_tests_nothing(repo: Repo) -> None:
    smoke = "from app import app\n\ndef test_page():\n    print(app.get('/'))\n"
    assert repo({"test_app.py": smoke, "app.py": "app = {}\n"}).has["tests"] is False


def test_assertions_of_the_projects_own(repo: Repo) -> None:
    own = "from tests.asserts import assert_equal\n\ndef test_page():\n    assert_equal(1 + 1, 2)\n"
    assert repo({"tests/test_app.py": own, "app.py": "app = {}\n"}).tests.assertions == 1


def test_a_health_route_by_its_handlers_name(repo: Repo) -> None:
    code = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/')\ndef health_check():\n    return {'status': 'healthy'}\n"
    assert repo({"app.py": code}).has["healthcheck"] is True


def test_the_port_is_the_second_argument_of_flask(repo: Repo) -> None:
    code = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == '__main__':\n    app.run('0.0.0.0', 8100, True)\n"
    assert [c.port for c in repo({"requirements.txt": "flask\n", "app.py": code}).components] == [8100]


def test_a_channel_layer_is_a_datastore(repo: Repo) -> None:
    settings = "import django\n\nCHANNEL_LAYERS = {'default': {'BACKEND': 'channels_redis.core.RedisChannelLayer'}}\n"
    inv = repo({"requirements.txt": "django\nchannels-redis\n", "shop/settings.py": settings})
    assert [t.name for t in inv.datastores] == ["redis"]


DJANGO = {
    "station/manage.py": "import os\nfrom django.core.management import execute_from_command_line\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'station.settings')\nexecute_from_command_line(['x'])\n",
    "station/station/__init__.py": "",
    "station/station/settings.py": "ROOT_URLCONF = 'station.urls'\nSECRET_KEY = ''\n",
    "station/station/urls.py": "from station.views import index\nurlpatterns = []\n",
    "station/station/views.py": "def index(request):\n    return None\n",
    "station/station/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
}


def test_a_django_project_without_a_manifest_is_imported_from_the_directory_of_its_manage_py(repo: Repo) -> None:
    (component,) = repo({**DJANGO, "README.md": "# station\n"}).components
    assert (component.path, component.framework, component.entrypoint) == ("station", "django", "station.wsgi:application")


@pytest.mark.parametrize("more", [{"requirements.txt": "django\n"}, {"tool.py": "print(1)\n"}])
def test_a_manifest_or_code_above_a_django_project_keeps_the_component_there(repo: Repo, more: dict[str, str]) -> None:
    assert [c.path for c in repo({**DJANGO, **more}).components if c.framework == "django"] == ["."]


@pytest.mark.parametrize(
    ("name", "text", "image"),
    [
        ("docker", "# the image\nARG V=3.14\nFROM python:${V}-slim\nCMD python app.py\n", True),
        ("DockerFile", "FROM python:3.14-slim\nCMD python app.py\n", True),
        ("docker", "#!/bin/sh\ndocker build .\n", False),
        ("docker", "\n" * 5000 + "docker run FROM\n", False),
    ],
)
def test_images_in_files_of_other_names(repo: Repo, name: str, text: str, image: bool) -> None:
    inv = repo({"app.py": "from flask import Flask\napp = Flask(__name__)\n", name: text})
    assert [d.path for d in inv.dockerfiles] == ([name] if image else [])
    assert bool(inv.has["dockerfile"]) is image
