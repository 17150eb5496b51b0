"""The managed database as Terraform: its module, its size in each environment, and what both stand on.

The recipes `managed-database` and `terraform` want the same files: the second makes the service's identity beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.cost.sizes import DATABASES, stands_by
from prodify.escape import Code
from prodify.recipes.cost.cloud import MODULES, text
from prodify.recipes.cost.tags import labels_module
from prodify.recipes.observability.health import SQL as ADDRESS
from prodify.recipes.observability.health import variable
from prodify.recipes.portability.tf_database_readme import readme
from prodify.recipes.scaling.backup import KEEP_DAYS
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.layout import INFRA
from prodify.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.cost.cloud import Account

ENVIRONMENTS = ("staging", "production")
CLOUDS = ("gcp", "aws", "azure")
DATABASE = f"{MODULES}/database"
PORTS = {"postgres": 5432, "mysql": 3306}
VERSIONS = {
    ("gcp", "postgres"): "POSTGRES_17", ("gcp", "mysql"): "MYSQL_8_4", ("aws", "postgres"): "17", ("aws", "mysql"): "8.4",
    ("azure", "postgres"): "17",
}  # fmt: skip
"""The line of each database that the clouds have offered for a year: general knowledge of November 2026."""


@dataclass(frozen=True, slots=True)
class GcpRootContext:
    """What `portability/terraform/root-gcp.tf` names; `bucket` and `project` are text of HCL, empty where they are not known."""

    service: str
    environment: str
    owner: str
    data_class: str
    region: str
    project: Code
    bucket: Code
    database: bool


@dataclass(frozen=True, slots=True)
class AwsRootContext:
    """What `portability/terraform/root-aws.tf` names, as for Google Cloud."""

    service: str
    environment: str
    owner: str
    data_class: str
    region: str
    project: Code
    bucket: Code


@dataclass(frozen=True, slots=True)
class AzureRootContext:
    """What `portability/terraform/root-azure.tf` names; `project` is the subscription."""

    service: str
    environment: str
    owner: str
    data_class: str
    project: Code


@dataclass(frozen=True, slots=True)
class GcpDatabaseContext:
    """What `portability/terraform/database-gcp.tf` names; `tls`: the end of the address that asks for encryption."""

    engine: str
    version: str
    scheme: str
    tls: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class AwsDatabaseContext:
    """What `portability/terraform/database-aws.tf` names; `family` is the parameter group's."""

    engine: str
    version: str
    family: str
    port: int
    scheme: str
    tls: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class AzureDatabaseContext:
    """What `portability/terraform/database-azure.tf` names."""

    version: str
    scheme: str
    tls: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class DatabaseCallContext:
    """What `portability/terraform/call-database.tf` names."""

    cloud: str
    service: str
    environment: str
    region: str
    machine: str
    disk_gb: int
    connections: int
    standby: str
    secret: str


def database_files(repo: Inventory, profile: Profile, found: Account, engine: str) -> Iterator[File]:
    """The database's module with its README, the call of it in each environment, and the configurations that both stand in."""
    yield from root_files(found, database=True)
    yield File(f"{DATABASE}/main.tf", _module(repo, found, engine))
    yield File(f"{DATABASE}/README.md", readme(repo, profile, found, engine))
    for environment in ENVIRONMENTS:
        size = DATABASES[found.cloud, environment]
        call = DatabaseCallContext(
            cloud=found.cloud,
            service=found.service,
            environment=environment,
            region=found.region,
            machine=size.machine,
            disk_gb=size.disk_gb,
            connections=size.connections,
            standby="true" if environment == "production" and stands_by(profile) else "false",
            secret=secret_name(repo, profile, found, environment),
        )
        yield File(f"{INFRA}/envs/{environment}/database.tf", render("portability/terraform/call-database.tf", call))


def secret_name(repo: Inventory, profile: Profile, found: Account, environment: str) -> str:
    """Name of the secret that holds the address: on Cloud Run, where each setting has its own, the very one that the service reads."""
    name = variable(repo, ADDRESS) if profile.platform.runtime == "cloud-run" else ""
    return f"{found.service}-{environment}-{name or 'database'}"


def root_files(found: Account, *, database: bool) -> Iterator[File]:
    """`main.tf` of both environments, and the module of the labels."""
    project, bucket = (text(value) if value else Code("") for value in (found.project, found.bucket))
    common = (found.service, found.owner, found.data_class)
    for environment in ENVIRONMENTS:
        path, (service, owner, data_class) = f"{INFRA}/envs/{environment}/main.tf", common
        if found.cloud == "gcp":
            gcp = GcpRootContext(service, environment, owner, data_class, found.region, project, bucket, database)
            yield File(path, render("portability/terraform/root-gcp.tf", gcp))
        elif found.cloud == "aws":
            aws = AwsRootContext(service, environment, owner, data_class, found.region, project, bucket)
            yield File(path, render("portability/terraform/root-aws.tf", aws))
        else:
            azure = AzureRootContext(service, environment, owner, data_class, project)
            yield File(path, render("portability/terraform/root-azure.tf", azure))
    yield from labels_module(found)


def _module(repo: Inventory, found: Account, engine: str) -> str:
    begin, version = scheme(repo, engine), VERSIONS[found.cloud, engine]
    tls = tls_of(engine, begin)
    if found.cloud == "gcp":
        gcp = GcpDatabaseContext(engine, version, begin, tls, KEEP_DAYS)
        return render("portability/terraform/database-gcp.tf", gcp)
    if found.cloud == "aws":
        aws = AwsDatabaseContext(engine, version, f"{engine}{version}", PORTS[engine], begin, tls, KEEP_DAYS)
        return render("portability/terraform/database-aws.tf", aws)
    return render("portability/terraform/database-azure.tf", AzureDatabaseContext(version, begin, tls, KEEP_DAYS))


def tls_of(engine: str, begin: str) -> str:
    """The end of the address that asks for encryption; `begin` is its scheme."""
    # SQLAlchemy hands what follows the question mark to the driver, and asyncpg calls it by another name.
    return "" if engine != "postgres" else "?ssl=require" if begin.endswith("+asyncpg") else "?sslmode=require"
