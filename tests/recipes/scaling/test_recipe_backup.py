"""The recipe `backup`: golden files, and where it stands aside. That dumps restore is shown end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.model import Audience
from prodify.profile import Profile

from .deploying import FLASK, profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

SHOP = {
    "app.py": "import os\n\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    'db = psycopg2.connect(os.environ["SHOP_DB_URL"])\n',
    "requirements.txt": "flask\npsycopg2-binary\n",
}
OTHERS = {
    "mysql": {
        "app.py": SHOP["app.py"].replace("psycopg2", "pymysql"),
        "requirements.txt": "flask\npymysql\n",
    },
    "mongodb": {
        "app.py": "import os\n\nfrom flask import Flask\nfrom pymongo import MongoClient\n\napp = Flask(__name__)\n"
        'db = MongoClient(os.environ["MONGO_URL"])\n',
        "requirements.txt": "flask\npymongo\n",
    },
}
SQLITE = {
    "app.py": 'import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = sqlite3.connect("shop.db")\n',
    "requirements.txt": "flask\n",
}


def test_on_a_cluster_without_a_cloud(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden("backup/kubernetes", render_tree(("backup",), make_repo(SHOP), profile_for(cloud="none")))


def test_on_one_machine(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    profile = profile_for(audience=Audience.CREATOR, runtime="compose", cloud="none")
    golden("backup/compose", render_tree(("backup",), make_repo(SHOP), profile))


def test_a_managed_database_has_backups_of_its_own(make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(("backup",), make_repo(SHOP), profile_for(cloud="gcp"))
    assert sorted(path for path in tree if path.startswith("deploy/")) == [
        "deploy/backup/README.md", "deploy/backup/backup.sh", "deploy/backup/restore-drill.sh",
    ]  # fmt: skip
    assert "infra/modules/database" in tree["deploy/backup/README.md"]


def test_nothing_without_a_database_on_a_server(make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("backup",), make_repo(FLASK), profile_for()) == {}
    assert render_tree(("backup",), make_repo(SQLITE), profile_for()) == {}


@pytest.mark.parametrize("name", ["mysql", "mongodb"])
def test_other_databases(name: str, make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    tree = render_tree(("backup",), make_repo(OTHERS[name]), profile_for(cloud="none"))
    golden(f"backup/{name}", tree)
    assert f"port: {'3306' if name == 'mysql' else '27017'}" in tree["deploy/backup/cronjob.yaml"]


def test_mysql_on_one_machine(make_repo: MakeRepo, render_tree: Render) -> None:
    profile = profile_for(audience=Audience.CREATOR, runtime="compose", cloud="none")
    tree = render_tree(("backup",), make_repo(OTHERS["mysql"]), profile)
    assert "SHOP_DB_URL: mysql://" in tree["compose.backup.yaml"] and "@database:3306/" in tree["compose.backup.yaml"]


@pytest.mark.tools
@pytest.mark.parametrize("files", [SHOP, *OTHERS.values()], ids=["postgres", *OTHERS])
def test_the_real_tools_accept_them(files: Mapping[str, str], make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(files)
    prove(root, render_tree(("backup",), root, profile_for(cloud="none")), "shellcheck", "kubernetes-validate", "kustomize", "yamllint")
