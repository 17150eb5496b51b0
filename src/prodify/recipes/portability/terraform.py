"""The recipe `terraform`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.cost.sizes import DATABASES, Database, stands_by
from prodify.cost.usage import SQL
from prodify.escape import Code
from prodify.recipes.cost.cloud import MODULES, Account, account, runtime_account, text
from prodify.recipes.cost.tags import labels_module
from prodify.recipes.portability.tf_edits import identity_edits
from prodify.recipes.portability.tf_readme import readme_context
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.shared.layout import INFRA, naming
from prodify.render import render

ENVIRONMENTS = ("staging", "production")
OTHER_TOOLS = (
    "Pulumi.yaml", "cdk.json", "*.bicep", "template.yaml", "serverless.yml", "sst.config.ts", "fly.toml", "render.yaml", "app.yaml",
)  # fmt: skip
"""Files that say by other means what the infrastructure is."""
PORTS = {"postgres": 5432, "mysql": 3306}
VERSIONS = {("gcp", "postgres"): "POSTGRES_17", ("gcp", "mysql"): "MYSQL_8_4", ("aws", "postgres"): "17", ("aws", "mysql"): "8.4"}
"""The line of each database that both clouds have offered for a year: general knowledge of November 2026."""


@dataclass(frozen=True, slots=True)
class GcpServiceContext:
    """What `portability/terraform/service-gcp.tf` names."""

    runtime: str


@dataclass(frozen=True, slots=True)
class AwsServiceContext:
    """What `portability/terraform/service-aws.tf` names: nothing, it takes all from variables."""


@dataclass(frozen=True, slots=True)
class GcpDatabaseContext:
    """What `portability/terraform/database-gcp.tf` names; `tls`: the end of the address that asks for encryption."""

    engine: str
    version: str
    scheme: str
    tls: str


@dataclass(frozen=True, slots=True)
class AwsDatabaseContext:
    """What `portability/terraform/database-aws.tf` names."""

    engine: str
    version: str
    port: int


@dataclass(frozen=True, slots=True)
class GcpEnvironmentContext:
    """What `portability/terraform/env-gcp.tf` names; `bucket` and `project` are text of HCL, empty where they are not known."""

    service: str
    environment: str
    namespace: str
    runtime: str
    account_id: str
    owner: str
    data_class: str
    region: str
    project: Code
    bucket: Code
    settings: tuple[str, ...]
    database: Database | None
    standby: str


@dataclass(frozen=True, slots=True)
class AwsEnvironmentContext:
    """What `portability/terraform/env-aws.tf` names, as for Google Cloud."""

    service: str
    environment: str
    namespace: str
    owner: str
    data_class: str
    region: str
    project: Code
    bucket: Code
    database: Database | None
    standby: str


@recipe(
    step=Step.PORTABILITY,
    fixes=("infrastructure-is-code", "resources-are-tagged", "database-is-backed-up"),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    after=("kubernetes", "cloud-run", "tags"),
    review=Review.CAREFUL,
)
def terraform(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Terraform for staging and production: identities, secrets, a private database with backups, remote state, labels on everything.

    For Kubernetes on Google Cloud or AWS, and for Cloud Run. What a release changes stays with the deploy files. Nothing where the
    infrastructure is written down already, by whatever tool.
    """
    found = account(repo, profile)
    if found is None or not is_supported(profile) or repo.terraform or repo.files.select(*OTHER_TOOLS):
        return
    engine = engine_of(repo)
    settings = stored_names(repo)
    yield from _modules(found, profile, engine)
    for environment in ENVIRONMENTS:
        yield _environment(repo, profile, found, environment)
    readme = readme_context(found, runtime=profile.platform.runtime, engine=engine, settings=settings)
    yield File(f"{INFRA}/README.md", render("portability/terraform/README.md", readme))
    yield from labels_module(found)
    yield from identity_edits(repo, profile, found, engine, settings)


def engine_of(repo: Inventory) -> str:
    """The SQL server that the service uses, as clouds name it: postgres or mysql; empty without one."""
    used = {store.name for store in repo.datastores}
    name = next((name for name in SQL if name in used), "")
    return "mysql" if name == "mariadb" else name


def is_supported(profile: Profile) -> bool:
    platform = profile.platform
    return platform.runtime == "kubernetes" or (platform.runtime == "cloud-run" and platform.cloud == "gcp")


def _modules(found: Account, profile: Profile, engine: str) -> Iterator[File]:
    service, database = f"{MODULES}/service/main.tf", f"{MODULES}/database/main.tf"
    if found.cloud == "gcp":
        yield File(service, render("portability/terraform/service-gcp.tf", GcpServiceContext(profile.platform.runtime)))
        if engine:
            scheme, tls = ("postgresql", "?sslmode=require") if engine == "postgres" else ("mysql", "")
            context = GcpDatabaseContext(engine, VERSIONS["gcp", engine], scheme, tls)
            yield File(database, render("portability/terraform/database-gcp.tf", context))
        return
    yield File(service, render("portability/terraform/service-aws.tf", AwsServiceContext()))
    if engine:
        aws = AwsDatabaseContext(engine, VERSIONS["aws", engine], PORTS[engine])
        yield File(database, render("portability/terraform/database-aws.tf", aws))


def _environment(repo: Inventory, profile: Profile, found: Account, environment: str) -> File:
    path = f"{INFRA}/envs/{environment}/main.tf"
    namespace = naming(repo, profile).namespace
    namespace = namespace if environment == "production" else f"{namespace}-{environment}"
    database = DATABASES[found.cloud, environment] if engine_of(repo) else None
    standby = "true" if environment == "production" and stands_by(profile) else "false"
    project, bucket = (text(value) if value else Code("") for value in (found.project, found.bucket))
    if found.cloud == "gcp":
        gcp = GcpEnvironmentContext(
            service=found.service,
            environment=environment,
            namespace=namespace,
            runtime=profile.platform.runtime,
            account_id=runtime_account(found.service, environment),
            owner=found.owner,
            data_class=found.data_class,
            region=found.region,
            project=project,
            bucket=bucket,
            settings=stored_names(repo),
            database=database,
            standby=standby,
        )
        return File(path, render("portability/terraform/env-gcp.tf", gcp))
    aws = AwsEnvironmentContext(
        found.service, environment, namespace, found.owner, found.data_class, found.region, project, bucket, database, standby
    )
    return File(path, render("portability/terraform/env-aws.tf", aws))
