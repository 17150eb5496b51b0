"""The commands of `infra/README.md`, by cloud. No recipe of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.recipes.shared.layout import KUBERNETES

if TYPE_CHECKING:
    from prodify.recipes.cost.cloud import Account

TITLES = {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MySQL"}


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `portability/terraform/README.md` names; commands as they are typed."""

    service: str
    makes: str
    database: str
    create_bucket: Code
    init: Code
    variables: Code
    then: Code


def readme_context(found: Account, *, runtime: str, engine: str, settings: tuple[str, ...]) -> ReadmeContext:
    """The commands for one account and runtime."""
    makes = ["identities", "secrets without their values", *([f"a {TITLES[engine]} database"] if engine else [])]
    return ReadmeContext(
        service=found.service,
        makes=", ".join(makes[:-1]) + f" and {makes[-1]}",
        database=TITLES[engine] if engine else "",
        create_bucket=Code(create_bucket(found)),
        init=found.init,
        variables=Code(plan_variables(found)),
        then=Code(then(found, runtime, engine, settings)),
    )


def plan_variables(found: Account) -> str:
    """What follows `terraform plan`."""
    if found.cloud == "aws":
        return ' -var "cluster=$EKS_CLUSTER"'
    return "" if found.project or found.cloud != "gcp" else ' -var "project=$PROJECT"'


def create_bucket(found: Account) -> str:
    """The commands that make the bucket of the states."""
    name = found.bucket or '"$STATE_BUCKET"'
    if found.cloud == "gcp":
        project = found.project or '"$PROJECT"'
        return (
            f"gcloud storage buckets create gs://{name} --project {project} --location {found.region} \\\n"
            "  --uniform-bucket-level-access --public-access-prevention\n"
            f"gcloud storage buckets update gs://{name} --versioning"
        )
    elsewhere = f" \\\n  --create-bucket-configuration LocationConstraint={found.region}"
    place = "" if found.region == "us-east-1" else elsewhere
    return (
        f"aws s3api create-bucket --bucket {name} --region {found.region}{place}\n"
        f"aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled"
    )


def then(found: Account, runtime: str, engine: str, settings: tuple[str, ...]) -> str:
    """How the secrets get their values: by hand, once, outside of Terraform and of the shell's history."""
    project = f" --project {found.project}" if found.project else ' --project "$PROJECT"'
    secret, lines = f"{found.service}-production", []
    if runtime == "cloud-run":
        name = settings[0] if settings else "NAME"
        lines.append(
            "Give every secret its value; `read -rs` keeps it out of the shell's history. For staging the same with `-staging-`.\n\n"
            f"```sh\nread -rs VALUE && printf '%s' \"$VALUE\" | gcloud secrets versions add {secret}-{name} --data-file=-{project}\n```"
        )
    else:
        add = (
            f"gcloud secrets versions add {secret} --data-file=settings.json{project}"
            if found.cloud == "gcp"
            else f"aws secretsmanager put-secret-value --secret-id {secret} --secret-string file://settings.json --region {found.region}"
        )
        keys = "".join(f"\n\n- `{name}`" if number == 0 else f"\n- `{name}`" for number, name in enumerate(settings))
        lines.append(
            f"Give the secret `{secret}` its value, a JSON object{' with these keys' if keys else ''}, from a file outside of the\n"
            f"repository that you delete afterwards. For staging the same with `{found.service}-staging`.{keys}"
        )
        lines.append(f"```sh\n{add}\n```\n\nThe manifests in `{KUBERNETES}` read it.")
    if engine:
        lines.append("The database writes its address into a secret of its own: see `modules/database/README.md`.")
    return "\n\n".join(lines)
