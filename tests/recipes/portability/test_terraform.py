"""Terraform for staging and production: golden files, references, the profile's numbers, and how deploy files take it up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.api import Check, Edit
from prodify.checks import all_checks
from prodify.inventory import Inventory
from prodify.model import Audience, Kind
from prodify.profile import Profile, Slo
from prodify.recipes import all_recipes

from ..cost.hcl import problems  # noqa: TID252
from ..scaling.deploying import FLASK, profile_for, prove, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

PRODUCTION, STAGING = "infra/envs/production/main.tf", "infra/envs/staging/main.tf"
DATABASE = "infra/modules/database/main.tf"
SIZES = {environment: f"infra/envs/{environment}/database.tf" for environment in ("staging", "production")}
SERVICES = {environment: f"infra/envs/{environment}/service.tf" for environment in ("staging", "production")}
PLACES = [
    ("kubernetes", "gcp", ""), ("kubernetes", "gcp", "shop-1234"), ("cloud-run", "gcp", ""), ("cloud-run", "gcp", "shop-1234"),
    ("kubernetes", "aws", ""), ("kubernetes", "aws", "123456789012"),
]  # fmt: skip
MYSQL = {
    "app.py": (
        "import os\n\nfrom flask import Flask\nfrom sqlalchemy import create_engine\n\napp = Flask(__name__)\n"
        'engine = create_engine(os.environ["DATABASE_URL"])\n'
    ),
    "requirements.txt": "flask\nsqlalchemy\npymysql\n",
}


@pytest.mark.parametrize(("runtime", "cloud", "project"), [PLACES[1], PLACES[3], PLACES[5]])
def test_the_example_gets_exactly_these_files(
    runtime: str, cloud: str, project: str, example_repo: Path, render_tree: Render, golden: Golden
) -> None:
    golden(f"terraform/{cloud}-{runtime}", render_tree(("terraform",), example_repo, profile_for(runtime, cloud=cloud, project=project)))


@pytest.mark.tools
@pytest.mark.parametrize(("runtime", "cloud", "project"), PLACES)
@pytest.mark.parametrize("files", [FLASK, MYSQL, None], ids=["bare", "mysql", "example"])
def test_every_reference_holds_and_the_tools_accept_it(
    files: Mapping[str, str] | None, runtime: str, cloud: str, project: str, example_repo: Path, make_repo: MakeRepo, render_tree: Render
) -> None:
    root = make_repo(files) if files else example_repo
    tree = render_tree(("terraform",), root, profile_for(runtime, cloud=cloud, project=project))
    assert problems(tree) == []
    assert (DATABASE in tree) == (files is not FLASK)
    prove(root, tree, "terraform-fmt", "markdown-links")


@pytest.mark.tools
def test_with_the_recipes_of_costs_it_is_one_whole(example_repo: Path, render_tree: Render) -> None:
    recipes = ("terraform", "tags", "budget", "suspend", "kubernetes", "staging-schedule")
    tree = render_tree(recipes, example_repo, profile_for(cloud="aws", project="123456789012"))
    assert problems(tree) == []
    prove(example_repo, tree, "terraform-fmt", "terraform-validate", "kustomize", "yamllint")


def value(text: str, name: str) -> str:
    found = re.search(rf"^\s*{name}\s*=\s*(.*)$", text, re.MULTILINE)
    assert found, name
    return found[1]


@pytest.mark.parametrize(("availability", "standby"), [(99.9, "true"), (99.5, "false"), (99.0, "false")])
@pytest.mark.parametrize("cloud", ["gcp", "aws"])
def test_the_stand_by_follows_the_goal(cloud: str, availability: float, standby: str, example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("terraform",), example_repo, replace(profile_for(cloud=cloud), slo=Slo(availability_percent=availability)))
    assert value(tree[SIZES["production"]], "standby") == standby and value(tree[SIZES["staging"]], "standby") == "false"


@pytest.mark.parametrize("cloud", ["gcp", "aws"])
def test_a_database_is_private_backed_up_and_protected(cloud: str, example_repo: Path, render_tree: Render) -> None:
    text = render_tree(("terraform",), example_repo, profile_for(cloud=cloud))[DATABASE]
    assert value(text, "deletion_protection") == "true"
    if cloud == "gcp":
        assert value(text, "ipv4_enabled") == "false" and value(text, "point_in_time_recovery_enabled") == "true"
        assert value(text, "database_version") == '"POSTGRES_17"' and "password_wo " in text
    else:
        assert value(text, "publicly_accessible") == "false" and value(text, "backup_retention_period") == "14"
        assert value(text, "storage_encrypted") == "true" and "password_wo " in text and "secret_string_wo " in text


def test_mysql_gets_mysql(make_repo: MakeRepo, render_tree: Render) -> None:
    text = render_tree(("terraform",), make_repo(MYSQL), profile_for())[DATABASE]
    assert value(text, "database_version") == '"MYSQL_8_4"' and value(text, "binary_log_enabled") == "true"
    assert value(render_tree(("terraform",), make_repo(MYSQL), profile_for(cloud="aws"))[DATABASE], "from_port") == "3306"


def test_states_are_remote_locked_and_apart(flask_repo: Path, render_tree: Render) -> None:
    known = render_tree(("terraform",), flask_repo, profile_for(cloud="aws", project="123456789012"))
    assert value(known[PRODUCTION], "use_lockfile") == "true" and value(known[PRODUCTION], "bucket") == '"123456789012-shop-tfstate"'
    assert value(known[PRODUCTION], "key") != value(known[STAGING], "key")
    unknown = render_tree(("terraform",), flask_repo, profile_for())
    assert "bucket =" not in unknown[PRODUCTION] and '-backend-config="bucket=$STATE_BUCKET"' in unknown["infra/README.md"]
    assert "terraform providers lock -platform=linux_amd64" in unknown["infra/README.md"]


def test_the_service_and_its_accounts_agree_with_the_deploy_files(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("terraform", "cloud-run", "suspend"), example_repo, profile_for("cloud-run", project="shop-1234"))
    for environment, path in SERVICES.items():
        spec = yaml.safe_load(tree[f"deploy/cloud-run/{environment}.yaml"])["spec"]["template"]
        account = value(tree[path], "account_id").strip('"')
        assert spec["spec"]["serviceAccountName"] == f"{account}@shop-1234.iam.gserviceaccount.com"
        assert re.fullmatch(r"[a-z][-a-z0-9]{4,28}[a-z0-9]", account)
        assert '"network":"default"' in spec["metadata"]["annotations"]["run.googleapis.com/network-interfaces"]
        wanted = {e["valueFrom"]["secretKeyRef"]["name"] for e in spec["spec"]["containers"][0]["env"] if "valueFrom" in e}
        made = {f"shop-{environment}-{name}" for name in re.findall(r'^    "(\w+)",$', tree[path], re.MULTILINE)}
        database = value(tree[SIZES[environment]], "secret").strip('"')
        assert database == f"shop-{environment}-DATABASE_URL" and database not in made, "Terraform writes this one itself"
        assert wanted == made | {database}
    assert "/serviceAccounts/shop-runtime-staging@" in tree["infra/envs/shared/suspend.tf"]


def test_an_account_that_a_person_chose_stays(example_repo: Path) -> None:
    recipe = next(r for r in all_recipes() if r.id == "terraform")
    wishes = recipe.run(Inventory(example_repo), profile_for("cloud-run", project="shop-1234"))
    text = "spec:\n      serviceAccountName: mine@shop-1234.iam.gserviceaccount.com\n"
    for edit in (wish for wish in wishes if isinstance(wish, Edit)):
        assert edit.apply(text) == text


@pytest.mark.tools
def test_staging_on_aws_has_a_role_of_its_own(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("terraform", "kubernetes"), example_repo, profile_for(cloud="aws", project="123456789012"))
    patches = yaml.safe_load(tree["deploy/kubernetes/overlays/staging/kustomization.yaml"])["patches"]
    assert any(p["target"] == {"kind": "ServiceAccount", "name": "shop"} and "role/shop-staging" in p["patch"] for p in patches)
    prove(example_repo, tree, "kustomize")


@pytest.mark.parametrize("id_", ["infrastructure-is-code", "resources-are-tagged", "database-is-backed-up"])
@pytest.mark.parametrize("cloud", ["gcp", "aws"])
def test_its_checks_pass_afterwards(id_: str, cloud: str, example_repo: Path, render_tree: Render) -> None:
    check: Check = next(c for c in all_checks() if c.id == id_)
    assert check.run(Inventory(example_repo), profile_for(cloud=cloud)).kind is not Kind.PASS
    write(example_repo, render_tree(("terraform",), example_repo, profile_for(cloud=cloud)))
    assert check.run(Inventory(example_repo), profile_for(cloud=cloud)).kind is Kind.PASS


OTHERS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {"audience": Audience.CREATOR}),
    ({}, {"cloud": "none"}),
    ({}, {"cloud": "azure"}),
    ({}, {"runtime": "compose"}),
    ({}, {"runtime": "cloud-run", "cloud": "aws"}),
    ({"cloud/main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n'}, {}),
    ({"Pulumi.yaml": "name: shop\nruntime: python\n"}, {}),
    ({"fly.toml": 'app = "shop"\n'}, {}),
]


@pytest.mark.parametrize(("files", "changes"), OTHERS)
def test_nothing_where_it_does_not_suit(files: dict[str, str], changes: dict[str, Any], make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("terraform",), make_repo({**FLASK, **files}), profile_for(**changes)) == {}
