"""The compose file: golden file, its schema, and what joins it when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.profile import Profile

from .deploying import FLASK, profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

MYSQL = {
    "app.py": (
        "import os\n\nimport redis\nfrom flask import Flask\nfrom sqlalchemy import create_engine\n\napp = Flask(__name__)\n"
        'engine = create_engine(os.environ["DATABASE_URL"])\ncache = redis.from_url(os.environ["REDIS_URL"])\n'
    ),
    "requirements.txt": "flask\nsqlalchemy\npymysql\nredis\n",
}


def test_the_example_gets_exactly_this_file(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("scaling/compose", render_tree(("compose",), example_repo, profile_for("compose")))


@pytest.mark.tools
@pytest.mark.parametrize("files", [FLASK, MYSQL], ids=["alone", "mysql and redis"])
def test_the_schema_accepts_it(files: Mapping[str, str], make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(files)
    prove(root, render_tree(("compose",), root, profile_for("compose")), "schema-compose-spec", "yamllint")


def test_datastores_in_use_join_with_health_checks_and_volumes(make_repo: MakeRepo, render_tree: Render) -> None:
    found = yaml.safe_load(render_tree(("compose",), make_repo(MYSQL), profile_for("compose"))["compose.yaml"])
    assert sorted(found["services"]) == ["database", "redis", "shop"]
    assert found["services"]["shop"]["environment"]["DATABASE_URL"].startswith("mysql+pymysql://shop:${DATABASE_PASSWORD:?")
    assert found["services"]["shop"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    assert sorted(found["volumes"]) == ["database", "redis"]


def test_the_service_has_least_rights_and_no_port_to_the_world(flask_repo: Path, render_tree: Render) -> None:
    service = yaml.safe_load(render_tree(("compose",), flask_repo, profile_for("compose"))["compose.yaml"])["services"]["shop"]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]


@pytest.mark.parametrize("name", ["docker-compose.yml", "compose.yml"])
def test_a_compose_file_that_is_there_is_enough(name: str, make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({**FLASK, name: "services:\n  app:\n    build: .\n"})
    assert render_tree(("compose",), root, profile_for("compose")) == {}


def test_other_runtimes_get_no_compose_file(flask_repo: Path, render_tree: Render) -> None:
    assert render_tree(("compose",), flask_repo, profile_for("kubernetes")) == {}
