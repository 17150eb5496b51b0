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


def test_nothing_without_postgresql(make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("backup",), make_repo(FLASK), profile_for()) == {}


@pytest.mark.tools
def test_the_real_tools_accept_them(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(SHOP)
    prove(root, render_tree(("backup",), root, profile_for(cloud="none")), "shellcheck", "kubernetes-validate", "kustomize", "yamllint")
