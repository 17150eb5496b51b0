"""The managed database on three clouds: golden files, references, what keeps it safe, the arithmetic of connections, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.api import Check
from prodify.checks import all_checks
from prodify.connections import RESERVED, Room
from prodify.cost.estimate import estimate
from prodify.cost.sizes import DATABASES
from prodify.cost.usage import Usage
from prodify.inventory import Inventory
from prodify.model import Audience, Kind
from prodify.profile import Scaling, Slo

from ..cost.hcl import problems  # noqa: TID252
from .deploying import FLASK, profile_for, prove, write

Render = Callable[[tuple[str, ...], Path, Any], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

MODULE, README = "infra/modules/database/main.tf", "infra/modules/database/README.md"
ENVIRONMENTS = ("staging", "production")
CLOUDS = ["gcp", "aws", "azure"]
MYSQL = {
    "app.py": (
        "import os\n\nfrom flask import Flask\nfrom sqlalchemy import create_engine\n\napp = Flask(__name__)\n"
        'engine = create_engine(os.environ["DATABASE_URL"])\n'
    ),
    "requirements.txt": "flask\nsqlalchemy\npymysql\n",
}
ALONE = ("managed-database",)


def made(name: str) -> str:
    return f"infra/envs/{name}/database.tf"


def value(text: str, name: str) -> str:
    found = re.search(rf"^\s*{name}\s*=\s*(.*)$", text, re.MULTILINE)
    assert found, name
    return found[1]


def test_the_example_gets_exactly_these_files_on_azure(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("managed-database", render_tree(ALONE, example_repo, profile_for(cloud="azure")))


@pytest.mark.tools
@pytest.mark.parametrize(
    ("runtime", "cloud"), [("kubernetes", "gcp"), ("kubernetes", "aws"), ("kubernetes", "azure"), ("cloud-run", "gcp")]
)
@pytest.mark.parametrize("project", ["", "shop-1234"])
def test_alone_it_is_whole(runtime: str, cloud: str, project: str, example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(ALONE, example_repo, profile_for(runtime, cloud=cloud, project=project))
    assert problems(tree) == []
    assert {MODULE, README, *map(made, ENVIRONMENTS)} < set(tree)
    prove(example_repo, tree, "terraform-fmt", "terraform-validate", "terraform-test", "markdown-links", "markdown-form")


@pytest.mark.parametrize(("runtime", "cloud"), [("kubernetes", "gcp"), ("kubernetes", "aws"), ("cloud-run", "gcp")])
def test_the_recipe_terraform_wants_the_same(runtime: str, cloud: str, example_repo: Path, render_tree: Render) -> None:
    profile = profile_for(runtime, cloud=cloud)
    whole, alone = render_tree(("terraform",), example_repo, profile), render_tree(ALONE, example_repo, profile)
    assert {path: whole[path] for path in alone} == alone


@pytest.mark.parametrize("cloud", CLOUDS)
def test_it_is_private_encrypted_backed_up_and_protected(cloud: str, example_repo: Path, render_tree: Render) -> None:
    text = render_tree(ALONE, example_repo, profile_for(cloud=cloud))[MODULE]
    if cloud == "gcp":
        assert value(text, "ipv4_enabled") == "false" and value(text, "ssl_mode") == '"ENCRYPTED_ONLY"'
        assert value(text, "retained_backups") == "14" and value(text, "deletion_protection") == "true"
    elif cloud == "aws":
        assert value(text, "publicly_accessible") == "false" and value(text, "storage_encrypted") == "true"
        assert value(text, "backup_retention_period") == "14" and value(text, "deletion_protection") == "true"
    else:
        assert value(text, "public_network_access_enabled") == "false" and value(text, "backup_retention_days") == "14"
        assert text.count("prevent_destroy = true") == 2 and value(text, "lock_level") == '"CanNotDelete"'


@pytest.mark.parametrize("cloud", CLOUDS)
def test_its_password_stands_in_no_state(cloud: str, example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(ALONE, example_repo, profile_for(cloud=cloud))
    text = tree[MODULE]
    secrets = [line.strip() for line in text.splitlines() if "random_password" in line]
    assert secrets[0] == 'ephemeral "random_password" "service" {' and len(secrets) == 3
    assert re.search(r"password_wo\s+= ephemeral", text), "the database takes it write-only"
    written = {"gcp": "secret_data_wo", "aws": "secret_string_wo", "azure": "value_wo"}[cloud]
    assert re.search(rf"^  {written} = format\((?:\n.*){{1,4}}ephemeral.random_password", text, re.MULTILINE), "and so does the secret"
    assert "random_password" not in "".join(body for path, body in tree.items() if path != MODULE)
    assert not re.search(r'^resource "random_password"', text, re.MULTILINE)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_address_names_the_driver_that_the_service_uses(cloud: str, example_repo: Path, render_tree: Render) -> None:
    text = render_tree(ALONE, example_repo, profile_for(cloud=cloud))[MODULE]
    assert '"postgresql+psycopg2://%s:%s@%s' in text and '?sslmode=require"' in text


def test_asyncpg_calls_encryption_by_another_name(make_repo: MakeRepo, render_tree: Render) -> None:
    code = (
        "import os\n\nfrom fastapi import FastAPI\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\n"
        'app = FastAPI()\nengine = create_async_engine(os.environ["DATABASE_URL"], pool_size=3)\n'
    )
    root = make_repo({"app.py": code, "requirements.txt": "fastapi\nsqlalchemy[asyncio]\nasyncpg\n"})
    assert 'postgresql+asyncpg://%s:%s@%s/%s?ssl=require"' in render_tree(ALONE, root, profile_for())[MODULE]


@pytest.mark.parametrize("replicas", [4, 20, 200])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_arithmetic_follows_the_profile(cloud: str, replicas: int, example_repo: Path, render_tree: Render) -> None:
    profile = replace(profile_for(cloud=cloud), scaling=Scaling(max_replicas=replicas))
    tree = render_tree(ALONE, example_repo, profile)
    for environment, most in (("staging", 2), ("production", replicas)):
        size = DATABASES[cloud, environment]
        room = Room(size.connections, 2, most)
        assert value(tree[made(environment)], "connections") == str(size.connections)
        row = f"| {environment} | {size.connections} | {RESERVED} | {most} | 2 | {room.at_release} workers | **{room.pool}** |"
        assert row in tree[README]
    said = re.search(r"pool_size=(\d+), max_overflow=(\d+)", tree[README])
    if room.pool:
        assert said and int(said[1]) + int(said[2]) == room.pool and room.takes(room.pool)
    else:
        assert said is None and "PgBouncer" in tree[README]


WORKER = (
    'import os\n\nfrom celery import Celery\n\ncelery = Celery("shop", broker=os.environ["BROKER_URL"])\n\n\n'
    "@celery.task\ndef clean():\n    pass\n"
)


@pytest.mark.parametrize("behind", [False, True], ids=["web", "web and worker"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_what_it_says_the_check_accepts(cloud: str, behind: bool, make_repo: MakeRepo, render_tree: Render) -> None:
    files = {
        "app.py": (
            "import os\n\nfrom flask import Flask\nfrom sqlalchemy import create_engine\n\napp = Flask(__name__)\n"
            'engine = create_engine(os.environ["DATABASE_URL"], {})\n'
        ),
        "requirements.txt": "flask\nsqlalchemy\npsycopg2-binary\n" + ("celery\nredis\n" if behind else ""),
        **({"tasks.py": WORKER} if behind else {}),
    }
    check: Check = next(c for c in all_checks() if c.id == "database-pool-is-sized")
    for said, kind in (("", Kind.FAIL), (None, Kind.PASS)):
        root = make_repo({**files, "app.py": files["app.py"].format(said or "pool_size=150")})
        tree = render_tree((*ALONE, "kubernetes", "worker", "server"), root, profile_for(cloud=cloud))
        if said is None:
            pool = re.search(r"pool_size=\d+, max_overflow=\d+", tree[README])
            assert pool and ("Background workers are among those: 40 processes" in tree[README]) == behind
            # Other recipes may edit the file as well.
            tree["app.py"] = tree.get("app.py", (root / "app.py").read_text()).replace("pool_size=150", pool[0])
        write(root, tree)
        verdict = check.run(Inventory(root), profile_for(cloud=cloud))
        assert verdict.kind is kind, verdict.message
        assert f"{DATABASES[cloud, 'production'].connections}" in verdict.message
        assert ("40 background processes" in verdict.message) == behind


@pytest.mark.tools
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_cluster_copies_the_address(cloud: str, example_repo: Path, render_tree: Render) -> None:
    tree = render_tree((*ALONE, "kubernetes"), example_repo, profile_for(cloud=cloud))
    base = list(yaml.safe_load_all(tree["deploy/kubernetes/base/external-secret.yaml"]))[1]["spec"]
    assert base["data"] == [{"secretKey": "DATABASE_URL", "remoteRef": {"key": "shop-production-database"}}]
    assert base["dataFrom"], "the other settings come as before"
    patches = yaml.safe_load(tree["deploy/kubernetes/overlays/staging/kustomization.yaml"])["patches"]
    patched = [p for p in patches if p["target"] == {"kind": "ExternalSecret", "name": "shop-secrets"}]
    assert len(patched) == 1 and "shop-staging-database" in patched[0]["patch"]
    for environment in ENVIRONMENTS:
        assert value(tree[made(environment)], "secret") == f'"shop-{environment}-database"'
    prove(example_repo, tree, "kustomize", "yamllint", "kubernetes-references")


def test_another_store_is_filled_by_hand(example_repo: Path, render_tree: Render) -> None:
    profile = profile_for(cloud="aws")
    vault = replace(profile, platform=replace(profile.platform, secret_store="vault"))
    tree = render_tree((*ALONE, "kubernetes"), example_repo, vault)
    assert "secretKey" not in tree["deploy/kubernetes/base/external-secret.yaml"]
    assert "give its value to the service as `DATABASE_URL`" in tree[README]


OTHERS: list[tuple[Mapping[str, str], dict[str, Any]]] = [
    (FLASK, {}),
    (MYSQL, {"cloud": "azure"}),
    (MYSQL, {"audience": Audience.CREATOR}),
    (MYSQL, {"cloud": "none"}),
    (MYSQL, {"runtime": "compose"}),
    ({**MYSQL, "cloud/main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n'}, {}),
    ({**MYSQL, "Pulumi.yaml": "name: shop\nruntime: python\n"}, {}),
]


@pytest.mark.parametrize(("files", "changes"), OTHERS)
def test_nothing_where_it_does_not_suit(
    files: Mapping[str, str], changes: dict[str, Any], make_repo: MakeRepo, render_tree: Render
) -> None:
    assert render_tree(ALONE, make_repo(files), profile_for(**changes)) == {}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_estimate_prices_the_very_machines(cloud: str, example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(ALONE, example_repo, profile_for(cloud=cloud))
    lines = {line.item: line for line in estimate(profile_for(cloud=cloud), Usage(stores=("postgres",))).lines}
    for environment in ENVIRONMENTS:
        line = lines[f"PostgreSQL, {environment}"]
        assert line.monthly_usd and value(tree[made(environment)], "(?:tier|machine)").strip('"') in line.assumption
        assert f"{value(tree[made(environment)], 'disk_gb')} GB" in lines[f"PostgreSQL, {environment}, disk"].assumption


@pytest.mark.parametrize(("availability", "standby"), [(99.95, "true"), (99.9, "false")])
def test_one_zone_of_azure_promises_more(availability: float, standby: str, example_repo: Path, render_tree: Render) -> None:
    profile = replace(profile_for(cloud="azure"), slo=Slo(availability_percent=availability))
    assert value(render_tree(ALONE, example_repo, profile)[made("production")], "standby") == standby


def test_azure_is_tagged_where_tags_are_taken(example_repo: Path, render_tree: Render) -> None:
    check: Check = next(c for c in all_checks() if c.id == "resources-are-tagged")
    tree = render_tree(ALONE, example_repo, profile_for(cloud="azure"))
    write(example_repo, tree)
    assert check.run(Inventory(example_repo), profile_for(cloud="azure")).kind is Kind.PASS
    (example_repo / MODULE).write_text(tree[MODULE].replace("  tags                = var.labels\n", ""))
    assert check.run(Inventory(example_repo), profile_for(cloud="azure")).kind is Kind.FAIL


@pytest.mark.parametrize("cloud", CLOUDS)
def test_its_check_passes_afterwards(cloud: str, example_repo: Path, render_tree: Render) -> None:
    check: Check = next(c for c in all_checks() if c.id == "database-is-backed-up")
    assert check.run(Inventory(example_repo), profile_for(cloud=cloud)).kind is Kind.FAIL
    write(example_repo, render_tree(ALONE, example_repo, profile_for(cloud=cloud)))
    assert check.run(Inventory(example_repo), profile_for(cloud=cloud)).kind is Kind.PASS
