"""Deploy files take up the identities that Terraform makes. Part of the recipe `terraform`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit
from prodify.recipes.cost.cloud import runtime_account
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.scaling.worker_pools import FOLDER
from prodify.recipes.shared.layout import KUBERNETES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.cost.cloud import Account

_JOINED = ("run.googleapis.com/network-interfaces", "run.googleapis.com/vpc-access-connector")
_BESIDE = re.compile(r"^( +)run\.googleapis\.com/execution-environment:.*\n", re.MULTILINE)
_NETWORK = (
    "# The database has a private address only: the way to it leads through the network.",
    'run.googleapis.com/network-interfaces: \'[{"network":"default","subnetwork":"default"}]\'',
    "run.googleapis.com/vpc-access-egress: private-ranges-only",
)


def identity_edits(repo: Inventory, profile: Profile, found: Account, engine: str, settings: tuple[str, ...]) -> Iterator[Edit]:
    """Each environment runs as its own account, where the manifests name one (with `platform.project`), and reaches its database."""
    if engine and profile.platform.runtime == "cloud-run":
        for environment in ("staging", "production"):
            yield Edit(f"{FOLDER}/{environment}.yaml", _join_network(), why="the database is reached through the private network")
    if not found.project:
        return
    if found.cloud == "gcp" and profile.platform.runtime == "cloud-run":
        ending = f"@{found.project}.iam.gserviceaccount.com"
        for environment in ("staging", "production"):
            account = runtime_account(found.service, environment)
            swap = _account(f"{found.service}{ending}", f"{account}{ending}")
            yield Edit(f"{FOLDER}/{environment}.yaml", swap, why=f"{environment} runs as the account that Terraform makes")
    if found.cloud == "aws" and settings and profile.secret_store == found.cloud and kubernetes_target(repo, profile) is not None:
        role = f"arn:aws:iam::{found.project}:role/{found.service}-staging"
        patch = f"- op: replace\n  path: /metadata/annotations/eks.amazonaws.com~1role-arn\n  value: {role}\n"
        item = {"target": {"kind": "ServiceAccount", "name": found.service}, "patch": patch}
        add = edits.yaml.ensure_list_item(["patches"], item, key="patch")
        yield Edit(f"{KUBERNETES}/overlays/staging/kustomization.yaml", add, why="staging reads its own secrets and not production's")


def _join_network() -> Callable[[str], str]:
    """Join the service to the private network, below the annotation of its execution environment; unless it is joined to one."""

    @edits.preserving
    def edit(text: str) -> str:
        if any(name in text for name in _JOINED):
            return text
        return _BESIDE.sub(lambda match: match[0] + "".join(f"{match[1]}{line}\n" for line in _NETWORK), text, count=1)

    return edit


def _account(before: str, after: str) -> Callable[[str], str]:
    """Replace exactly the account that the manifest was written with; one that a person chose stays."""

    @edits.preserving
    def edit(text: str) -> str:
        return text.replace(f"serviceAccountName: {before}\n", f"serviceAccountName: {after}\n")

    return edit
