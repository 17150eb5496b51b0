"""Who may do what in the cloud account, and which data in it is open to everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.terraform import TerraformBlock

_WIDE_ROLE = lazy(
    r"^\"(roles/(owner|editor)|Owner|Contributor|AdministratorAccess)\"$|policy/AdministratorAccess\"|policy/PowerUserAccess\""
)
_ROLE_KEYS = ("role", "role_definition_name", "policy_arn", "managed_policy_arns", "roles")
_ANY_ACTION = lazy(r"\"?(Action|actions)\"?\s*[=:]\s*\[?\s*\"\*\"", re.IGNORECASE)
_ANY_RESOURCE = lazy(r"\"?(Resource|resources)\"?\s*[=:]\s*\[?\s*\"\*\"", re.IGNORECASE)
_DENY = lazy(r"\"?Effect\"?\s*[=:]\s*\"Deny\"", re.IGNORECASE)
_MEMBERS = ("allUsers", "allAuthenticatedUsers")
_MEANT = lazy(r"public|static|asset|website|www|cdn|frontend|front|site|media|download|docs|web", re.IGNORECASE)
_STORES = (
    "aws_s3_bucket", "aws_db_instance", "aws_rds_cluster", "aws_redshift", "aws_opensearch", "google_storage",
    "google_sql_database_instance", "google_bigquery_dataset", "azurerm_storage", "azurerm_mssql", "azurerm_postgresql",
    "azurerm_mysql", "azurerm_cosmosdb",
)  # fmt: skip


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=3,
    effort=Effort.HOURS,
    cwe=(250, 269),
    hint="Give each account the few roles that it uses, on the one resource that it uses them on, instead of owner, editor or *.",
)
def iam_is_least_privilege(repo: Inventory, profile: Profile) -> Verdict:
    """Accounts may do what they need and no more.

    Why:
        A key that may do everything turns the smallest leak into the loss of the whole account, backups included.

    Fails:
        ```hcl title="infra/main.tf"
        resource "google_project_iam_member" "app" {
          project = var.project
          role    = "roles/editor"
          member  = "serviceAccount:${google_service_account.app.email}"
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        resource "google_secret_manager_secret_iam_member" "app" {
          secret_id = google_secret_manager_secret.app.id
          role      = "roles/secretmanager.secretAccessor"
          member    = "serviceAccount:${google_service_account.app.email}"
        }
        ```
    """
    blocks = [b for b in repo.terraform if b.type in ("resource", "data") and ("_iam_" in b.kind or "role_assignment" in b.kind)]
    bindings = [
        o for o in repo.kubernetes if o.kind in ("ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role") and o.group.startswith("rbac.")
    ]
    if not blocks and not bindings:
        return not_applicable("no role is given to anybody in code")
    wide = [Note(b.location, f"{b.note} gives everything") for b in blocks if _gives_everything(b)]
    for item in bindings:
        role = item.get("roleRef", "name")
        rules = item.get("rules") or ()
        starred = any(all("*" in [n.text for n in rule.get(key) or ()] for key in ("verbs", "resources", "apiGroups")) for rule in rules)
        if (role is not None and role.text == "cluster-admin") or starred:
            wide.append(Note(item.location, f"{item.note} gives everything"))
    return failed("an account may do everything", *wide) if wide else passed("no account may do everything", *blocks[:5], *bindings[:5])


def _gives_everything(block: TerraformBlock) -> bool:
    """Whether a block binds an owner's role, or allows every action on every resource."""
    if any(_WIDE_ROLE.search(text.strip()) for key in _ROLE_KEYS if (text := block.attributes.get(key))):
        return True
    for inner in block.walk():
        both = inner.attributes.get("actions"), inner.attributes.get("resources")
        if both == ('["*"]', '["*"]') and "Deny" not in inner.attributes.get("effect", ""):
            return True
    policy = block.attributes.get("policy") or block.attributes.get("inline_policy") or ""
    statements = re.split(r"\}\s*,\s*\{", policy)
    return any(_ANY_ACTION.search(s) and _ANY_RESOURCE.search(s) and not _DENY.search(s) for s in statements)


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(284, 732),
    hint="Take public access away from buckets and databases; give files to browsers through signed addresses or a CDN.",
)
def storage_is_private(repo: Inventory, profile: Profile) -> Verdict:
    """Data in the cloud is not open to everybody.

    Why:
        Open buckets and databases are found by robots within hours; most large leaks of personal data began with one.

    Fails:
        ```hcl title="infra/main.tf"
        resource "aws_db_instance" "main" {
          engine              = "postgres"
          instance_class      = "db.t4g.micro"
          publicly_accessible = true
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        resource "aws_db_instance" "main" {
          engine              = "postgres"
          instance_class      = "db.t4g.micro"
          publicly_accessible = false
        }
        ```
    """
    stores = [b for b in repo.terraform if b.type == "resource" and b.kind.startswith(_STORES)]
    if not stores:
        return not_applicable("no storage is defined in code")
    bad = list(_open_stores(stores))
    return failed("data in the cloud is open to everybody", *bad) if bad else passed("no storage is open to everybody", *stores[:5])


def _open_stores(stores: list[TerraformBlock]) -> Iterator[Note]:
    """Stores that are open. Buckets whose name or website setting says that they are meant to be read by everybody are left out."""
    websites = any(b.kind == "aws_s3_bucket_website_configuration" or b.block("website") is not None for b in stores)
    for block in stores:
        meant = websites or any(_MEANT.search(text) for text in (block.name, *(block.attributes.get(k, "") for k in ("bucket", "name"))))
        if block.string("publicly_accessible") == "true":
            yield Note(block.location, f"{block.note} is reachable from the internet")
        for inner in block.walk():
            if inner.type == "authorized_networks" and inner.string("value") in ("0.0.0.0/0", "::/0"):
                yield Note(inner.location, f"{block.note} lets every address in")
        acl = block.string("acl") or block.string("predefined_acl") or ""
        if acl in ("public-read-write", "publicReadWrite") or (acl in ("public-read", "publicRead") and not meant):
            yield Note(block.location, f"{block.note} is {acl}")
        members = block.attributes.get("member", "") + block.attributes.get("members", "") + block.attributes.get("entity", "")
        writes = re.search(r"admin|creator|write|owner", block.attributes.get("role", ""), re.IGNORECASE)
        if any(f'"{m}"' in members for m in _MEMBERS) and (writes or not meant):
            yield Note(block.location, f"{block.note} is open to everybody")
        if block.string("container_access_type") in ("blob", "container") and not meant:
            yield Note(block.location, f"{block.note} can be read by everybody")
