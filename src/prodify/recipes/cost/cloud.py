"""What every Terraform file of ours needs to know of the cloud account, as values and as text of HCL. No recipe of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.escape import Code, hcl_double
from prodify.model import Audience
from prodify.recipes.shared.layout import INFRA, dns_label, naming

if TYPE_CHECKING:
    from collections.abc import Collection

    from prodify.inventory import Inventory
    from prodify.inventory.terraform import TerraformBlock
    from prodify.profile import Profile

MODULES = f"{INFRA}/modules"
SHARED = f"{INFRA}/envs/shared"
PREFIXES = {"gcp": "google", "aws": "aws"}
"""What resource types of a cloud start with; clouds that recipes write Terraform for."""


@dataclass(frozen=True, slots=True)
class Account:
    """The cloud account, with names as labels and clouds take them.

    `bucket` is the bucket of the states where the project is known, else empty: it is then named when Terraform is initialised.
    """

    cloud: str
    service: str
    owner: str
    data_class: str
    region: str
    project: str
    bucket: str

    @property
    def init(self) -> Code:
        """What follows `terraform init`."""
        name = "storage_account_name" if self.cloud == "azure" else "bucket"
        return Code("" if self.bucket else f' -backend-config="{name}=$STATE_BUCKET"')


def account(repo: Inventory, profile: Profile, clouds: Collection[str] = PREFIXES) -> Account | None:
    """The account; None without a service, for a creator, and for clouds other than those."""
    cloud, project = profile.platform.cloud, profile.platform.project
    if not repo.services or profile.audience is Audience.CREATOR or cloud not in clouds:
        return None
    service = label(naming(repo, profile).service)
    return Account(
        cloud=cloud,
        service=service,
        owner=dns_label(profile.service.owner) if profile.service.owner else service,
        data_class=profile.data.sensitivity or "undeclared",
        region=profile.region,
        project=project,
        # A storage account's name is unique in all of Azure and has neither hyphens nor room: it is named by hand.
        bucket=f"{dns_label(project)}-{service}-tfstate"[:63].strip("-") if project and cloud in PREFIXES else "",
    )


def label(name: str) -> str:
    """A name that starts with a letter, as clouds want it.

    >>> label("2048")
    's-2048'
    """
    return name if name[0].isalpha() else f"s-{name}"[:63].rstrip("-")


def text(value: str) -> Code:
    """A string of HCL: quoted, with the marks of its templates taken literally.

    >>> text('say "${hi}" %{if}')
    '"say \\\\"$${hi}\\\\" %%{if}"'
    """
    return Code(f'"{hcl_double(value)}"')


def number(value: float) -> str:
    """A number without needless digits.

    >>> number(200.0), number(150.75)
    ('200', '150.75')
    """
    return str(int(value)) if value == int(value) else repr(value)


def numbers(values: tuple[int, ...]) -> str:
    """The items of a list of numbers, sorted, each once."""
    return ", ".join(str(value) for value in sorted(set(values)))


def emails(profile: Profile) -> tuple[str, ...]:
    """The addresses among those who answer for the service, sorted."""
    people = (profile.service.owner, profile.on_call.primary, profile.on_call.secondary)
    return tuple(sorted({person for person in people if "@" in person[1:] and " " not in person and "/" not in person}))


def resources(repo: Inventory) -> tuple[TerraformBlock, ...]:
    """Resources of clouds in the repository's own Terraform."""
    return tuple(block for block in repo.terraform if block.type == "resource" and block.kind.startswith(("aws_", "google_", "azurerm_")))


def runtime_account(service: str, environment: str) -> str:
    """Name of the Google service account that a Cloud Run service runs as: 6 to 30 characters, one for each environment.

    >>> runtime_account("shop", "production"), runtime_account("shop", "staging")
    ('shop-runtime', 'shop-runtime-staging')
    """
    name = f"{service[:14].rstrip('-')}-runtime"
    return name if environment == "production" else f"{name}-{environment}"
