"""The recipe `terraform`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.cost.usage import SQL
from prodify.recipes.cost.cloud import MODULES, Account, account, runtime_account
from prodify.recipes.portability.tf_database import ENVIRONMENTS, database_files, root_files
from prodify.recipes.portability.tf_edits import database_edits, database_setting, identity_edits
from prodify.recipes.portability.tf_readme import readme_context
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.shared.layout import INFRA, naming
from prodify.render import render

OTHER_TOOLS = (
    "Pulumi.yaml", "cdk.json", "*.bicep", "template.yaml", "serverless.yml", "sst.config.ts", "fly.toml", "render.yaml", "app.yaml",
)  # fmt: skip
"""Files that say by other means what the infrastructure is."""


@dataclass(frozen=True, slots=True)
class GcpServiceContext:
    """What `portability/terraform/service-gcp.tf` names."""

    runtime: str


@dataclass(frozen=True, slots=True)
class AwsServiceContext:
    """What `portability/terraform/service-aws.tf` names: nothing, it takes all from variables."""


@dataclass(frozen=True, slots=True)
class GcpCallContext:
    """What `portability/terraform/call-service-gcp.tf` names; `settings` are those that have a secret of their own here."""

    service: str
    environment: str
    namespace: str
    runtime: str
    account_id: str
    region: str
    settings: tuple[str, ...]
    database: bool


@dataclass(frozen=True, slots=True)
class AwsCallContext:
    """What `portability/terraform/call-service-aws.tf` names."""

    service: str
    environment: str
    namespace: str
    database: bool


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
    if found is None or not is_supported(profile) or is_described(repo):
        return
    engine = engine_of(repo)
    settings = stored_names(repo)
    yield from database_files(repo, profile, found, engine) if engine else root_files(found, database=False)
    yield _module(found, profile)
    for environment in ENVIRONMENTS:
        yield _call(repo, profile, found, environment)
    written = tuple(name for name in settings if name != database_setting(repo, profile, found))
    readme = readme_context(found, runtime=profile.platform.runtime, engine=engine, settings=written)
    yield File(f"{INFRA}/README.md", render("portability/terraform/README.md", readme))
    yield from identity_edits(repo, profile, found, settings)
    if engine:
        yield from database_edits(repo, profile, found)


def is_described(repo: Inventory) -> bool:
    """Whether the infrastructure is written down already, by whatever tool."""
    return bool(repo.terraform or repo.files.select(*OTHER_TOOLS))


def engine_of(repo: Inventory) -> str:
    """The SQL server that the service uses, as clouds name it: postgres or mysql; empty without one."""
    used = {store.name for store in repo.datastores}
    name = next((name for name in SQL if name in used), "")
    return "mysql" if name == "mariadb" else name


def is_supported(profile: Profile) -> bool:
    platform = profile.platform
    return platform.runtime == "kubernetes" or (platform.runtime == "cloud-run" and platform.cloud == "gcp")


def _module(found: Account, profile: Profile) -> File:
    path = f"{MODULES}/service/main.tf"
    if found.cloud == "gcp":
        return File(path, render("portability/terraform/service-gcp.tf", GcpServiceContext(profile.platform.runtime)))
    return File(path, render("portability/terraform/service-aws.tf", AwsServiceContext()))


def _call(repo: Inventory, profile: Profile, found: Account, environment: str) -> File:
    path = f"{INFRA}/envs/{environment}/service.tf"
    namespace = naming(repo, profile).namespace
    namespace = namespace if environment == "production" else f"{namespace}-{environment}"
    database = bool(engine_of(repo))
    if found.cloud == "gcp":
        gcp = GcpCallContext(
            service=found.service,
            environment=environment,
            namespace=namespace,
            runtime=profile.platform.runtime,
            account_id=runtime_account(found.service, environment),
            region=found.region,
            settings=tuple(name for name in stored_names(repo) if name != database_setting(repo, profile, found)),
            database=database,
        )
        return File(path, render("portability/terraform/call-service-gcp.tf", gcp))
    aws = AwsCallContext(found.service, environment, namespace, database)
    return File(path, render("portability/terraform/call-service-aws.tf", aws))
