"""The recipe `crossplane`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.cost.sizes import DATABASES, stands_by
from prodify.escape import Code
from prodify.recipes.cost.cloud import Account, account
from prodify.recipes.observability.health import SQL as ADDRESS
from prodify.recipes.observability.health import variable
from prodify.recipes.portability.terraform import engine_of, is_described
from prodify.recipes.portability.tf_database import ENVIRONMENTS, PORTS, VERSIONS, tls_of
from prodify.recipes.scaling.backup import KEEP_DAYS
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.layout import naming
from prodify.render import render

FOLDER = "deploy/crossplane"
_PATCHES = {
    "aws": {"region": "region", "machine": "instanceClass", "diskGb": "allocatedStorage", "standby": "multiAz",
            "securityGroupIds": "vpcSecurityGroupIds"},
    "gcp": {"region": "region", "machine": "settings.tier", "diskGb": "settings.diskSize",
            "network": "settings.ipConfiguration.privateNetwork", "connections": "settings.databaseFlags[0].value"},
}  # fmt: skip
"""By cloud, what is asked for and the field of the instance that it goes to."""
_LABELS = {"aws": "tags", "gcp": "settings.userLabels"}
_HOLDS = {"aws": "host, port, user and password", "gcp": "the private address as `privateIP`"}
_KEPT = {"aws": " under `final-` and the request's uid", "gcp": " with the others until they run out"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a request."""

    name: str
    type: str
    text: str


_FIELDS = (
    Field("region", "string", "Region of the database."),
    Field("machine", "string", "Size of the machine."),
    Field("diskGb", "integer", "GB of disk at the start."),
    Field("connections", "string", "Most connections at once."),
    Field("standby", "boolean", "Whether a second machine in another zone takes over when the first fails."),
)
_OF_CLOUD = {
    "aws": (
        Field("subnetIds", "array", "Subnets of the cluster."),
        Field("securityGroupIds", "array", "Groups that say from where the database can be reached."),
    ),
    "gcp": (Field("network", "string", "The network from which the database can be reached."),),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the kind of the requests is called, and the database."""

    kind: str
    plural: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class DefinitionContext:
    """What `portability/crossplane/definition.yaml` names."""

    service: str
    kind: str
    plural: str
    group: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class AwsCompositionContext:
    """What `portability/crossplane/composition-aws.yaml` names; `patches` are pairs of fields."""

    service: str
    kind: str
    plural: str
    group: str
    name: str
    owner: str
    data_class: str
    engine: str
    version: str
    family: str
    database: str
    keep_days: int
    patches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GcpCompositionContext:
    """What `portability/crossplane/composition-gcp.yaml` names."""

    service: str
    kind: str
    plural: str
    group: str
    name: str
    owner: str
    data_class: str
    engine: str
    version: str
    database: str
    keep_days: int
    patches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What `portability/crossplane/request.yaml` names; sizes are those of the Terraform recipes."""

    path: str
    service: str
    environment: str
    namespace: str
    cloud: str
    kind: str
    group: str
    name: str
    region: str
    project: str
    machine: str
    disk_gb: int
    connections: int
    standby: Code
    port: int


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `portability/crossplane/README.md` names."""

    service: str
    folder: str
    namespace: str
    kind: str
    plural: str
    group: str
    name: str
    maker: str
    provider: str
    fill: Code
    holds: Code
    setting: Code
    kept: Code


@recipe(step=Step.PORTABILITY, default=False, audiences=TEAM_AND_PUBLIC, after=("kubernetes", "terraform"), review=Review.CAREFUL)
def crossplane(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A database that teams ask for with an object of Kubernetes: Crossplane 2 makes Amazon RDS or Cloud SQL of it.

    Applied by name only, for a service with PostgreSQL or MySQL on Kubernetes. A definition, its composition and a request for staging
    and production; nothing where other tools describe the infrastructure.
    """
    found, engine = account(repo, profile), engine_of(repo)
    if found is None or profile.platform.runtime != "kubernetes" or (found.cloud, engine) not in VERSIONS or is_described(repo):
        return
    names = _names(found)
    fields = (*_FIELDS, *_OF_CLOUD[found.cloud])
    definition = DefinitionContext(found.service, names.kind, names.plural, names.group, fields)
    yield File(f"{FOLDER}/definition.yaml", render("portability/crossplane/definition.yaml", definition))
    yield File(f"{FOLDER}/composition.yaml", _composition(found, names, engine))
    for environment in ENVIRONMENTS:
        yield _request(repo, profile, found, names, environment)
    yield File(f"{FOLDER}/README.md", render("portability/crossplane/README.md", _readme(repo, profile, found, names)))


def _names(found: Account) -> Names:
    """Every service has a group of its own, so that the kind can be called what it is."""
    return Names("Database", "databases", f"{found.service}.platform.internal", f"{found.service[:50].rstrip('-')}-database")


def _composition(found: Account, names: Names, engine: str) -> str:
    version, database = VERSIONS[found.cloud, engine], found.service.replace("-", "_")
    patches = tuple((f"spec.{source}", f"spec.forProvider.{target}") for source, target in _PATCHES[found.cloud].items())
    patches = (*patches, ("metadata.labels[environment]", f"spec.forProvider.{_LABELS[found.cloud]}.env"))
    if found.cloud == "aws":
        aws = AwsCompositionContext(
            found.service, names.kind, names.plural, names.group, names.name, found.owner, found.data_class, engine, version,
            f"{engine}{version}", database, KEEP_DAYS, patches,
        )  # fmt: skip
        return render("portability/crossplane/composition-aws.yaml", aws)
    gcp = GcpCompositionContext(
        found.service, names.kind, names.plural, names.group, names.name, found.owner, found.data_class, engine, version, database,
        KEEP_DAYS, patches,
    )  # fmt: skip
    return render("portability/crossplane/composition-gcp.yaml", gcp)


def _request(repo: Inventory, profile: Profile, found: Account, names: Names, environment: str) -> File:
    size, production, namespace = DATABASES[found.cloud, environment], environment == "production", naming(repo, profile).namespace
    context = RequestContext(
        path=f"{FOLDER}/{environment}.yaml",
        service=found.service,
        environment=environment,
        namespace=namespace if production else f"{namespace}-staging",
        cloud=found.cloud,
        kind=names.kind,
        group=names.group,
        name=names.name,
        region=found.region,
        project=found.project or "PROJECT",
        machine=size.machine,
        disk_gb=size.disk_gb,
        connections=size.connections,
        standby=Code("true" if production and stands_by(profile) else "false"),
        port=PORTS[engine_of(repo)],
    )
    return File(context.path, render("portability/crossplane/request.yaml", context))


def _readme(repo: Inventory, profile: Profile, found: Account, names: Names) -> ReadmeContext:
    namespace, engine = naming(repo, profile).namespace, engine_of(repo)
    begin, database = scheme(repo, engine), found.service.replace("-", "_")
    aws = (
        "`SUBNET_ID`, `OTHER_SUBNET_ID` and `SECURITY_GROUP_ID` in both requests: the cluster's subnets, and a group that lets its pods in."
    )
    key = f"kubectl create secret generic {names.name}-password --namespace"
    gcp = (
        f"{'The network' if found.project else '`PROJECT` in the network'} of both requests, which has to have private services access; "
        "and the password of the database in each namespace:\n\n"
        f"```sh\n{key} {namespace}-staging --from-literal \"password=$(openssl rand -hex 24)\"\n"
        f"{key} {namespace} --from-literal \"password=$(openssl rand -hex 24)\"\n```"
    )  # fmt: skip
    address = f"{begin}://app:PASSWORD@HOST:{PORTS[engine]}/{database}{tls_of(engine, begin)}"
    return ReadmeContext(
        service=found.service,
        folder=FOLDER,
        namespace=namespace,
        kind=names.kind,
        plural=names.plural,
        group=names.group,
        name=names.name,
        maker="Amazon RDS" if found.cloud == "aws" else "Cloud SQL",
        provider="provider-aws-rds" if found.cloud == "aws" else "provider-gcp-sql",
        fill=Code(aws if found.cloud == "aws" else gcp),
        holds=Code(_HOLDS[found.cloud]),
        setting=Code(f"`{variable(repo, ADDRESS) or 'DATABASE_URL'}`, as `{address}`"),
        kept=Code(_KEPT[found.cloud]),
    )
