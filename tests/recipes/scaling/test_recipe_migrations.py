"""Migrations by a process of their own on every runtime, hosts from the profile, static files in the image, addresses with their driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.edits import CannotEdit
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.scaling.static_files import collected
from prodify.recipes.shared.databases import needs_postgres, scheme

from .deploying import RECIPES, objects, profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]

_ASYNC = "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine(os.environ['DATABASE_URL'])\n"
_SYNC = "import os\nfrom sqlalchemy import create_engine\n\nengine = create_engine(os.environ['DATABASE_URL'])\n"
_FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
ALEMBIC = {
    "main.py": _ASYNC + _FASTAPI, "requirements.txt": "fastapi\nsqlalchemy\nasyncpg\nalembic\n",
    "alembic.ini": "[alembic]\nscript_location = alembic\n", "alembic/versions/1_first.py": "revision = '1'\n",
}  # fmt: skip
FLASK_MIGRATE = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n" + _SYNC,
    "requirements.txt": "flask\nflask-migrate\nsqlalchemy\npsycopg2-binary\n",
    "migrations/env.py": "", "migrations/versions/1_first.py": "",
}  # fmt: skip
SETTINGS = (
    "import os\nfrom pathlib import Path\n\nBASE_DIR = Path(__file__).parent\nSECRET_KEY = os.environ['SECRET_KEY']\nDEBUG = True\n"
    'ALLOWED_HOSTS = ["*"]\nINSTALLED_APPS = ["django.contrib.staticfiles"]\n'
    'MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\n'
    'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}}\n'
)
DJANGO = {
    "manage.py": 'import os\n\nif __name__ == "__main__":\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
    "    from django.core.management import execute_from_command_line\n\n    execute_from_command_line()\n",
    "shop/__init__.py": "", "shop/settings.py": SETTINGS, "requirements.txt": "django\npsycopg2-binary\n",
    "shop/wsgi.py": "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
    "application = get_wsgi_application()\n",
}  # fmt: skip
COMMANDS = {
    "django": (DJANGO, ["python", "manage.py", "migrate", "--noinput"]),
    "alembic": (ALEMBIC, ["alembic", "upgrade", "head"]),
    "flask-migrate": (FLASK_MIGRATE, ["flask", "--app", "app:app", "db", "upgrade"]),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_each_runtime_migrates_once_before_it_serves(kind: str, make_repo: MakeRepo, render_tree: Render) -> None:
    files, command = COMMANDS[kind]
    root = make_repo(files)
    job = objects(render_tree(("kubernetes",), root, profile_for("kubernetes"))["deploy/kubernetes/base/migrate.yaml"])["Job"]
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == command
    cloud = yaml.safe_load(render_tree(("cloud-run",), root, profile_for("cloud-run"))["deploy/cloud-run/migrate-production.yaml"])
    assert cloud["spec"]["template"]["spec"]["template"]["spec"]["containers"][0]["command"] == command
    compose = yaml.safe_load(render_tree(("compose",), root, profile_for("compose"))["compose.yaml"])["services"]
    assert compose["migrate"]["command"] == command and compose["migrate"]["restart"] == "no"
    assert compose["shop"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_workflow_migrates_before_it_deploys_and_not_when_it_goes_back(make_repo: MakeRepo, render_tree: Render) -> None:
    for runtime in ("kubernetes", "cloud-run"):
        text = render_tree(("ci",), make_repo(ALEMBIC), profile_for(runtime))[".github/workflows/deploy.yml"]
        for environment in ("staging", "production"):
            steps = yaml.safe_load(text)["jobs"][environment]["steps"]
            names = [step.get("name") for step in steps]
            assert names.index("Migrate") < names.index("Deploy")
            assert steps[names.index("Migrate")]["if"] == "${{ !inputs.rollback }}"
    assert "Migrate" not in render_tree(("ci",), make_repo({"main.py": _FASTAPI, "requirements.txt": "fastapi\n"}), profile_for())[
        ".github/workflows/deploy.yml"
    ]


def test_the_job_may_reach_the_database_and_gets_no_requests(make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(RECIPES["kubernetes"], make_repo(DJANGO), profile_for())
    policies = yaml.safe_load_all(tree["deploy/kubernetes/base/network-policy.yaml"])
    policy = next(d for d in policies if d["metadata"]["name"] == "shop")
    job = objects(tree["deploy/kubernetes/base/migrate.yaml"])["Job"]
    label = job["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]
    assert label in policy["spec"]["podSelector"]["matchExpressions"][0]["values"]
    service = objects(tree["deploy/kubernetes/base/deployment.yaml"])["Service"]
    assert service["spec"]["selector"]["app.kubernetes.io/name"] != label


@pytest.mark.tools
@pytest.mark.parametrize("runtime", ["kubernetes", "cloud-run", "compose"])
def test_the_tools_accept_it(runtime: str, make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(DJANGO)
    prove(root, render_tree((*RECIPES[runtime], "static-files", "ci"), root, profile_for(runtime)), "yamllint")


def test_hosts_are_the_profiles(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(DJANGO)

    def stated(runtime: str, host: str) -> Profile:
        profile = profile_for(runtime)
        return replace(profile, service=replace(profile.service, host=host))

    tree = render_tree(("kubernetes",), root, stated("kubernetes", "shop.example.org"))
    assert "\n      - ALLOWED_HOSTS=shop.example.org\n" in tree["deploy/kubernetes/overlays/production/kustomization.yaml"]
    assert "\n      - ALLOWED_HOSTS=staging.shop.example.org\n" in tree["deploy/kubernetes/overlays/staging/kustomization.yaml"]
    assert "\n      - CSRF_TRUSTED_ORIGINS=https://shop.example.org\n" in tree["deploy/kubernetes/overlays/production/kustomization.yaml"]
    staging = tree["deploy/kubernetes/overlays/staging/kustomization.yaml"]
    assert "\n      - CSRF_TRUSTED_ORIGINS=https://staging.shop.example.org\n" in staging and staging.count("configMapGenerator") == 1
    unknown = render_tree(("kubernetes",), root, profile_for())["deploy/kubernetes/overlays/production/kustomization.yaml"]
    assert "\n      # - ALLOWED_HOSTS=\n" in unknown and "CSRF" not in unknown
    cloud = render_tree(("cloud-run",), root, stated("cloud-run", "shop.example.org"))["deploy/cloud-run/production.yaml"]
    set_there = yaml.safe_load(cloud)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "ALLOWED_HOSTS", "value": "shop.example.org,.run.app"} in set_there
    assert {"name": "CSRF_TRUSTED_ORIGINS", "value": "https://shop.example.org"} in set_there
    compose = render_tree(("compose",), root, stated("compose", "shop.example.org"))["compose.yaml"]
    assert yaml.safe_load(compose)["services"]["shop"]["environment"]["ALLOWED_HOSTS"] == "${ALLOWED_HOSTS:-shop.example.org}"
    assert "\n      CSRF_TRUSTED_ORIGINS: ${CSRF_TRUSTED_ORIGINS:-https://shop.example.org}\n" in compose


def test_origins_that_the_code_settles_itself_are_left_to_it(make_repo: MakeRepo, render_tree: Render) -> None:
    own = DJANGO["shop/settings.py"] + 'CSRF_TRUSTED_ORIGINS = ["https://shop.example.org"]\n'
    profile = replace(profile_for(), service=replace(profile_for().service, host="shop.example.org"))
    tree = render_tree(("kubernetes",), make_repo({**DJANGO, "shop/settings.py": own}), profile)
    assert not any("CSRF_TRUSTED_ORIGINS" in text for text in tree.values())


def test_static_files_are_collected_when_the_image_is_built(make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(("static-files", "dockerfile"), make_repo(DJANGO), profile_for())
    assert '"django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware"' in tree["shop/settings.py"]
    assert 'STATIC_ROOT = BASE_DIR / "staticfiles"' in tree["shop/settings.py"]
    assert "RUN SECRET_KEY=sample python manage.py collectstatic --noinput\nUSER " in tree["Dockerfile"]
    assert "whitenoise==" in tree["requirements.txt"]
    storages = make_repo({**DJANGO, "requirements.txt": "django\npsycopg2-binary\ndjango-storages\n", "shop/s.py": "import storages\n"})
    tree = render_tree(("static-files", "dockerfile"), storages, profile_for())
    assert "collectstatic" not in tree["Dockerfile"] and "shop/settings.py" not in tree


@pytest.mark.parametrize("text", [SETTINGS.replace("BASE_DIR", "HERE"), SETTINGS.replace("MIDDLEWARE = [", "MIDDLEWARE = BASE + [")])
def test_settings_that_are_not_plain_are_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        collected()(text)


def test_the_settings_are_edited_once() -> None:
    once = collected()(SETTINGS)
    assert collected()(once) == once


@pytest.mark.parametrize(
    ("code", "requirements", "expected", "needs"),
    [
        (_ASYNC, "sqlalchemy\nasyncpg\n", "postgresql+asyncpg", False),
        (_ASYNC, "sqlalchemy\npsycopg[binary]\n", "postgresql+psycopg", False),
        (_SYNC, "sqlalchemy\npsycopg2-binary\n", "postgresql+psycopg2", False),
        (_SYNC + "import psycopg2\npsycopg2.connect(os.environ['DATABASE_URL'])\n", "sqlalchemy\npsycopg2-binary\n", "postgresql", False),
        ("import asyncpg\n", "asyncpg\n", "postgresql", True),
        ("import django\n", "django\npsycopg2-binary\n", "postgresql", False),
    ],
)
def test_addresses_name_the_driver_that_sqlalchemy_needs(
    code: str, requirements: str, expected: str, needs: bool, make_repo: MakeRepo
) -> None:
    repo = Inventory(make_repo({"main.py": code + _FASTAPI, "requirements.txt": f"fastapi\n{requirements}"}))
    assert scheme(repo, "postgres") == expected
    assert needs_postgres(repo) == needs


_MODELS = f"{_SYNC}from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"
_MADE = {"requirements.txt": "flask\nfastapi\nsqlalchemy\npsycopg2-binary\n"}
MAKING = {
    "flask": (
        {"app.py": f"{_MODELS}Base.metadata.create_all(engine)\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"},
        ["python", "-c", "import app"],
    ),
    "factory": (
        {
            "shop.py": f"{_MODELS}from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
            "    Base.metadata.create_all(engine)\n    return app\n",
            "Procfile": 'web: gunicorn "shop:create_app()"\n',
        },
        ["python", "-c", "from shop import create_app; create_app()"],
    ),
    "fastapi": (
        {
            "main.py": f"{_ASYNC}{_FASTAPI}\nfrom models import Base\n\n\n@app.on_event('startup')\nasync def make():\n"
            "    async with engine.begin() as connection:\n        await connection.run_sync(Base.metadata.create_all)\n",
            "models.py": "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
            "requirements.txt": "fastapi\nsqlalchemy\nasyncpg\n",
        },
        ["python", "-c", "import asyncio; from main import app; asyncio.run(app.router.lifespan_context(app).__aenter__())"],
    ),
    "migrations too": ({**ALEMBIC, "main.py": f"{ALEMBIC['main.py']}\nBase.metadata.create_all(engine)\n"}, ["alembic", "upgrade", "head"]),
}


@pytest.mark.parametrize("kind", MAKING)
def test_a_service_that_makes_its_tables_is_started_once_before_the_others(kind: str, make_repo: MakeRepo, render_tree: Render) -> None:
    files, command = MAKING[kind]
    root = make_repo({**_MADE, **files})
    job = objects(render_tree(("kubernetes",), root, profile_for("kubernetes"))["deploy/kubernetes/base/migrate.yaml"])["Job"]
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == command
    readme = render_tree(("service-readme",), root, profile_for("kubernetes"))["README.md"]
    assert ("makes its tables itself" in readme) == (kind != "migrations too")


def test_a_file_of_sqlite_has_no_rivals(make_repo: MakeRepo, render_tree: Render) -> None:
    files = {"app.py": MAKING["flask"][0]["app.py"].replace("os.environ['DATABASE_URL']", "'sqlite:///shop.db'")}
    root = make_repo({**files, "requirements.txt": "flask\nsqlalchemy\n"})
    assert "deploy/kubernetes/base/migrate.yaml" not in render_tree(("kubernetes",), root, profile_for("kubernetes"))
