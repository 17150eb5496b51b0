"""The objects that bring secrets from a store into the cluster; part of the recipes `secrets` and `kubernetes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.shared.layout import KUBERNETES
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.scaling.service import Deployable

PATH = f"{KUBERNETES}/base/external-secret.yaml"

STORE_NAMES = {
    "gcp": "Google Secret Manager", "aws": "AWS Secrets Manager", "azure": "Azure Key Vault", "vault": "HashiCorp Vault",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExternalSecretContext:
    """What `security/external-secret.yaml` names; `names` are the keys of the one secret `key`."""

    service: str
    store: str
    store_name: str
    project: str
    region: str
    vault: str
    names: tuple[str, ...]
    key: str


def external_secret_file(repo: Inventory, profile: Profile, service: Deployable) -> File | None:
    """SecretStore and ExternalSecret for the profile's secret store; None when the service reads no secret."""
    names = stored_names(repo)
    if not names:
        return None
    store, own = profile.secret_store, service.names.service
    project = profile.platform.project or (own if store == "gcp" else "")
    context = ExternalSecretContext(
        service=own,
        store=store,
        store_name=STORE_NAMES[store],
        project=project,
        region=profile.region,
        vault=own[:24].strip("-"),
        names=names,
        key=f"{own}-production",
    )
    return File(PATH, render("security/external-secret.yaml", context))
