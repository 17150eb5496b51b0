"""The recipe `pulumi`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.cost.sizes import DATABASES, stands_by
from prodify.data import requirement
from prodify.escape import Code, python_list
from prodify.recipes.cost.cloud import Account, account, runtime_account
from prodify.recipes.portability.terraform import OTHER_TOOLS, engine_of, is_supported
from prodify.recipes.portability.tf_database import ENVIRONMENTS, PORTS, VERSIONS, secret_name, tls_of
from prodify.recipes.portability.tf_edits import database_setting
from prodify.recipes.portability.tf_readme import TITLES, create_bucket, then
from prodify.recipes.scaling.backup import KEEP_DAYS
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.layout import INFRA, naming
from prodify.render import render

FOLDER = f"{INFRA}/pulumi"
_APIS = {"cloud-run": ("artifactregistry", "run", "secretmanager"), "kubernetes": ("container", "secretmanager")}
_LOGS = {"postgres": ("postgresql",), "mysql": ("error", "slowquery")}


@dataclass(frozen=True, slots=True)
class MainContext:
    """What `portability/pulumi/main.py` names."""

    service: str
    cloud: str
    database: bool


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """What `portability/pulumi/Pulumi.yaml` names."""

    service: str


@dataclass(frozen=True, slots=True)
class StackContext:
    """What `portability/pulumi/stack.yaml` names; sizes are those of the Terraform recipe."""

    service: str
    environment: str
    cloud: str
    project: str
    region: str
    owner: str
    data_class: str
    database: bool
    machine: str
    disk_gb: int
    connections: int
    standby: str


@dataclass(frozen=True, slots=True)
class GcpContext:
    """What `portability/pulumi/gcp.py` names; `suffix` is the end of the name of the secret with the database's address."""

    also: str
    settings: Code
    apis: Code
    runtime: str
    namespace: str
    account_id: str
    database: bool
    engine: str
    version: str
    scheme: str
    tls: str
    suffix: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class AwsContext:
    """What `portability/pulumi/aws.py` names."""

    also: str
    namespace: str
    database: bool
    engine: str
    version: str
    family: str
    port: int
    logs: Code
    scheme: str
    tls: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class UnitTestContext:
    """What `portability/pulumi/test.py` names; `instance` is the kind of the database's resource."""

    service: str
    namespace: str
    cloud: str
    runtime: str
    database: bool
    scheme: str
    instance: str


@dataclass(frozen=True, slots=True)
class RequirementsContext:
    """What `portability/pulumi/requirements.txt` names."""

    pins: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `portability/pulumi/README.md` names; commands as they are typed."""

    service: str
    makes: str
    network: str
    cloud: str
    project: str
    database: bool
    suffix: str
    create_bucket: Code
    login: Code
    cipher: Code
    then: Code


@recipe(
    step=Step.PORTABILITY,
    default=False,
    audiences=TEAM_AND_PUBLIC,
    after=("kubernetes", "cloud-run", "terraform"),
    review=Review.CAREFUL,
)
def pulumi(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A Pulumi program in Python instead of Terraform: identity, secrets, labels, a private database, with tests that need no account.

    Applied by name only: for Kubernetes on Google Cloud or AWS, and for Cloud Run. Nothing where other tools describe the infrastructure,
    Terraform among them. Its README says what the program leaves out.
    """
    found = account(repo, profile)
    others = repo.files.select(*(pattern for pattern in OTHER_TOOLS if pattern != "Pulumi.yaml"))
    foreign = [path for path in repo.files.select("Pulumi.yaml") if not path.startswith(f"{FOLDER}/")]
    if found is None or not is_supported(profile) or repo.terraform or others or foreign:
        return
    engine = engine_of(repo)
    engine = engine if (found.cloud, engine) in VERSIONS else ""
    yield File(f"{FOLDER}/Pulumi.yaml", render("portability/pulumi/Pulumi.yaml", ProjectContext(found.service)))
    for environment in ENVIRONMENTS:
        yield _stack(profile, found, environment, engine)
    main = MainContext(found.service, found.cloud, bool(engine))
    yield File(f"{FOLDER}/__main__.py", render("portability/pulumi/main.py", main))
    yield _component(repo, profile, found, engine)
    yield _tests(repo, profile, found, engine)
    names = ("pulumi", "pulumi-aws" if found.cloud == "aws" else "pulumi-gcp", *(("pulumi-random",) if engine else ()))
    pins = RequirementsContext(tuple(Code(requirement(name)) for name in names))
    yield File(f"{FOLDER}/requirements.txt", render("portability/pulumi/requirements.txt", pins))
    yield _readme(repo, profile, found, engine)


def _suffix(repo: Inventory, profile: Profile, found: Account) -> str:
    return secret_name(repo, profile, found, "production").removeprefix(f"{found.service}-production-")


def _stack(profile: Profile, found: Account, environment: str, engine: str) -> File:
    size = DATABASES[found.cloud, environment]
    context = StackContext(
        service=found.service,
        environment=environment,
        cloud=found.cloud,
        project=found.project,
        region=found.region,
        owner=found.owner,
        data_class=found.data_class,
        database=bool(engine),
        machine=size.machine,
        disk_gb=size.disk_gb,
        connections=size.connections,
        standby="true" if environment == "production" and stands_by(profile) else "false",
    )
    return File(f"{FOLDER}/Pulumi.{environment}.yaml", render("portability/pulumi/stack.yaml", context))


def _component(repo: Inventory, profile: Profile, found: Account, engine: str) -> File:
    path, namespace, runtime = f"{FOLDER}/service_stack.py", naming(repo, profile).namespace, profile.platform.runtime
    begin = scheme(repo, engine) if engine else ""
    also, version = ", and its database," if engine else "", VERSIONS.get((found.cloud, engine), "")
    if found.cloud == "aws":
        aws = AwsContext(
            also=also,
            namespace=namespace,
            database=bool(engine),
            engine=engine,
            version=version,
            family=f"{engine}{version}",
            port=PORTS.get(engine, 0),
            logs=python_list(_LOGS.get(engine, ())),
            scheme=begin,
            tls=tls_of(engine, begin),
            keep_days=KEEP_DAYS,
        )
        return File(path, render("portability/pulumi/aws.py", aws))
    settings = tuple(name for name in stored_names(repo) if not engine or name != database_setting(repo, profile, found))
    gcp = GcpContext(
        also=also,
        settings=python_list(settings),
        apis=python_list((*_APIS[runtime], *(("compute", "sqladmin") if engine else ()))),
        runtime=runtime,
        namespace=namespace,
        account_id=runtime_account(found.service, "production"),
        database=bool(engine),
        engine=engine,
        version=version,
        scheme=begin,
        tls=tls_of(engine, begin),
        suffix=_suffix(repo, profile, found),
        keep_days=KEEP_DAYS,
    )
    return File(path, render("portability/pulumi/gcp.py", gcp))


def _tests(repo: Inventory, profile: Profile, found: Account, engine: str) -> File:
    context = UnitTestContext(
        service=found.service,
        namespace=naming(repo, profile).namespace,
        cloud=found.cloud,
        runtime=profile.platform.runtime,
        database=bool(engine),
        scheme=scheme(repo, engine) if engine else "",
        instance="Instance" if found.cloud == "aws" else "DatabaseInstance",
    )
    return File(f"{FOLDER}/test_service_stack.py", render("portability/pulumi/test.py", context))


def _readme(repo: Inventory, profile: Profile, found: Account, engine: str) -> File:
    makes = ["the service's identity", "its secrets without their values", *([f"a private {TITLES[engine]} database"] if engine else [])]
    bucket = found.bucket or "$STATE_BUCKET"
    key, project = f"{found.service}-pulumi", found.project or "$PROJECT"
    gcp = found.cloud == "gcp"
    cipher = f"gcpkms://projects/{project}/locations/{found.region}/keyRings/{key}/cryptoKeys/state" if gcp else f"awskms://alias/{key}"
    make_key = (
        f"gcloud kms keyrings create {key} --location {found.region} --project {project}\n"
        f"gcloud kms keys create state --keyring {key} --location {found.region} --project {project} --purpose encryption"
        if gcp
        else f"aws kms create-alias --region {found.region} --alias-name alias/{key} \\\n"
        f"  --target-key-id \"$(aws kms create-key --region {found.region} --query KeyMetadata.KeyId --output text)\""
    )  # fmt: skip
    settings = tuple(name for name in stored_names(repo) if not engine or name != database_setting(repo, profile, found))
    context = ReadmeContext(
        service=found.service,
        makes=", ".join(makes[:-1]) + f" and {makes[-1]}",
        network="" if gcp else " and the EKS cluster",
        cloud=found.cloud,
        project=found.project,
        database=bool(engine),
        suffix=_suffix(repo, profile, found) if gcp else "database",
        create_bucket=Code(f"{create_bucket(found)}\n{make_key}"),
        login=Code(f'"gs://{bucket}"' if gcp else f'"s3://{bucket}?region={found.region}"'),
        cipher=Code(cipher if gcp else f"{cipher}?region={found.region}"),
        then=Code(then(found, profile.platform.runtime, "", settings)),
    )
    return File(f"{FOLDER}/README.md", render("portability/pulumi/README.md", context))
