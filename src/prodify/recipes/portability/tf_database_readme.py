"""`infra/modules/database/README.md`: the address, the arithmetic of connections, the commands. No recipe of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.connections import RESERVED, WORKERS, Room
from prodify.cost.sizes import DATABASES
from prodify.escape import Code
from prodify.recipes.observability.health import SQL as ADDRESS
from prodify.recipes.observability.health import variable
from prodify.recipes.portability.tf_readme import TITLES, create_bucket, plan_variables
from prodify.recipes.scaling.backup import KEEP_DAYS
from prodify.recipes.scaling.service import deployable
from prodify.recipes.scaling.workers import worker_of
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.cost.cloud import Account

STAGING_REPLICAS = 2
"""Most replicas of staging, on Kubernetes as on Cloud Run."""
_UNLOCK = {
    "gcp": "set `deletion_protection` and `deletion_protection_enabled` in `main.tf` to false and apply that first.",
    "aws": "set `deletion_protection` in `main.tf` to false and apply that first.",
    "azure": "take `prevent_destroy` and the lock out of `main.tf` and apply that first.",
}
_LAST = {"aws": "but for a last snapshot, whose name ends in `-final`.", "gcp": "and with its backups.", "azure": "and with its backups."}


@dataclass(frozen=True, slots=True)
class Row:
    """The arithmetic for one environment."""

    environment: str
    limit: int
    reserved: int
    replicas: int
    workers: int
    background: int
    at_release: int
    pool: int


@dataclass(frozen=True, slots=True)
class DatabaseReadmeContext:
    """What `portability/terraform/database-README.md` names; the sentences and commands are Markdown."""

    service: str
    title: str
    keep_days: int
    wired: Code
    rows: tuple[Row, ...]
    pool: Code
    setup: Code
    init: Code
    variables: Code
    unlock: Code
    last: Code


def readme(repo: Inventory, profile: Profile, found: Account, engine: str) -> str:
    """The text for one account and engine."""
    rows = tuple(_row(repo, profile, found, environment) for environment in ("staging", "production"))
    context = DatabaseReadmeContext(
        service=found.service,
        title=TITLES[engine],
        keep_days=KEEP_DAYS,
        wired=Code(_wired(repo, profile, found)),
        rows=rows,
        pool=Code(_pool(repo, rows[-1].pool)),
        setup=Code(_setup(found)),
        init=found.init,
        variables=Code(plan_variables(found)),
        unlock=Code(_UNLOCK[found.cloud]),
        last=Code(_LAST[found.cloud]),
    )
    return render("portability/terraform/database-README.md", context)


def _row(repo: Inventory, profile: Profile, found: Account, environment: str) -> Row:
    service = deployable(repo, profile)
    worker = worker_of(repo, profile)
    if service is None and worker is not None:
        workers = worker.at_once(profile)
    else:
        workers = WORKERS if service is not None and service.server == "gunicorn" else 1
    replicas = profile.max_replicas if environment == "production" else STAGING_REPLICAS
    room = Room(DATABASES[found.cloud, environment].connections, workers, replicas, _background(repo, profile, environment))
    return Row(environment, room.limit, RESERVED, replicas, workers, room.background, room.at_release, room.pool)


def _background(repo: Inventory, profile: Profile, environment: str) -> int:
    """The most processes that do tasks beside the web service: copies x tasks that each does at once."""
    worker = worker_of(repo, profile)
    if worker is None or not worker.beside:
        return 0
    copies = 1 if not worker.can_be_many else STAGING_REPLICAS if environment == "staging" else profile.max_replicas
    return copies * worker.at_once(profile)


def _wired(repo: Inventory, profile: Profile, found: Account) -> str:
    name = variable(repo, ADDRESS)
    if not name:
        return "`terraform output database_secret` names the secret; the service reads no address as one, so give it the parts of this one."
    if profile.platform.runtime == "cloud-run":
        return f"The service reads that very secret as `{name}`."
    if profile.secret_store == found.cloud:
        return f"The cluster copies it, and the service reads it as `{name}` (`deploy/kubernetes/base/external-secret.yaml`)."
    return f"`terraform output database_secret` names the secret; give its value to the service as `{name}`."


def _pool(repo: Inventory, pool: int) -> str:
    """What to write in the code, in the words of the library that makes the pool."""
    if pool == 0:
        return "Not even one for each worker fits in production: put a pooler (PgBouncer) before the database, or take a larger one."
    if repo.uses("django") is not None:
        setting = f'`"OPTIONS": {{"pool": {{"min_size": 1, "max_size": {pool}}}}}` in `DATABASES`'
        return f"In Django with psycopg 3: {setting}; without a pool, every thread has a connection of its own."
    if repo.uses("sqlalchemy", "flask-sqlalchemy", "sqlmodel") is not None:
        kept = max(1, pool - 1)
        return f"With SQLAlchemy: `create_engine(url, pool_size={kept}, max_overflow={pool - kept}, pool_timeout=5, pool_pre_ping=True)`."
    return f"Give the driver's pool a largest size of {pool}."


def _setup(found: Account) -> str:
    if found.cloud != "azure":
        return f"Once, the bucket that the states live in:\n\n```sh\n{create_bucket(found)}\n```\n"
    subscription = "" if found.project else " Name the subscription in `ARM_SUBSCRIPTION_ID`."
    return (
        "Once, the storage account that the states live in (its name is unique in all of Azure, letters and digits only):\n\n"
        "```sh\n"
        'az storage account create --name "$STATE_BUCKET" --resource-group "$GROUP" \\\n'
        "  --min-tls-version TLS1_2 --allow-blob-public-access false\n"
        'az storage container create --name tfstate --account-name "$STATE_BUCKET" --auth-mode login\n'
        "```\n\n"
        "The Key Vault is the one that `deploy/kubernetes/base/external-secret.yaml` names; whoever applies needs the role\n"
        "Key Vault Secrets Officer on it. Write `resource_group`, `network`, `subnet_range` and `key_vault` into `terraform.tfvars`\n"
        f"beside `main.tf`; what each means stands there.{subscription}\n"
    )
