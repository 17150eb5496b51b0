"""Deploy files take up the identities and addresses that Terraform makes. Part of the recipes `terraform` and `managed-database`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit
from prodify.recipes.cost.cloud import runtime_account
from prodify.recipes.observability.health import SQL as ADDRESS
from prodify.recipes.observability.health import variable
from prodify.recipes.portability.tf_database import ENVIRONMENTS
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.scaling.worker_pools import FOLDER
from prodify.recipes.security.secret_store import PATH as SECRETS
from prodify.recipes.shared.layout import KUBERNETES, naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.cost.cloud import Account

_JOINED = ("run.googleapis.com/network-interfaces", "run.googleapis.com/vpc-access-connector")
_BESIDE = re.compile(r"^( +)run\.googleapis\.com/execution-environment:.*\n", re.MULTILINE)
_DATA_FROM = re.compile(r"^  dataFrom:$", re.MULTILINE)
_NETWORK = (
    "# The database has a private address only: the way to it leads through the network.",
    'run.googleapis.com/network-interfaces: \'[{"network":"default","subnetwork":"default"}]\'',
    "run.googleapis.com/vpc-access-egress: private-ranges-only",
)


def database_setting(repo: Inventory, profile: Profile, found: Account) -> str:
    """The setting that holds the database's address, where the service takes it from the cloud's own store; else empty."""
    name = variable(repo, ADDRESS)
    return name if name in stored_names(repo) and profile.secret_store == found.cloud else ""


def database_edits(repo: Inventory, profile: Profile, found: Account) -> Iterator[Edit]:
    """The service reaches its database, and reads the address that Terraform wrote."""
    if profile.platform.runtime == "cloud-run":
        for environment in ENVIRONMENTS:
            yield Edit(f"{FOLDER}/{environment}.yaml", _join_network(), why="the database is reached through the private network")
        return
    name = database_setting(repo, profile, found)
    if not name or kubernetes_target(repo, profile) is None:
        return
    service = naming(repo, profile).service
    yield Edit(SECRETS, _copied(name, f"{found.service}-production-database"), why="the database's address is copied from its own secret")
    patch = f"- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: {found.service}-staging-database\n"
    item = {"target": {"kind": "ExternalSecret", "name": f"{service}-secrets"}, "patch": patch}
    add = edits.yaml.ensure_list_item(["patches"], item, key="patch")
    yield Edit(f"{KUBERNETES}/overlays/staging/kustomization.yaml", add, why="staging reads the address of its own database")


def _copied(name: str, secret: str) -> Callable[[str], str]:
    """Read one key from a secret of its own, beside those of the common one; unless some key is named already."""

    @edits.preserving
    def edit(text: str) -> str:
        if re.search(r"^  data:$", text, re.MULTILINE):
            return text
        lines = f"  data:\n    # The address of the database, as Terraform wrote it.\n    - secretKey: {name}\n"
        return _DATA_FROM.sub(lambda match: f"{lines}      remoteRef:\n        key: {secret}\n{match[0]}", text, count=1)

    return edit


def identity_edits(repo: Inventory, profile: Profile, found: Account, settings: tuple[str, ...]) -> Iterator[Edit]:
    """Each environment runs as its own account, where the manifests name one (with `platform.project`)."""
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
