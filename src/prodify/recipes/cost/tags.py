"""The recipe `tags`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, relpath
from typing import TYPE_CHECKING

from prodify.api import Audience, Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.cost.cloud import MODULES, Account, account, label, resources
from prodify.recipes.cost.providers import is_tagged, roots, with_default_tags
from prodify.recipes.shared.layout import dns_label, naming
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory.terraform import TerraformBlock

LABELS = f"{MODULES}/labels"
VALUE = "module.labels.labels"
_ENVIRONMENTS = {"dev": "dev", "development": "development", "staging": "staging", "stage": "staging", "shared": "shared"}


@dataclass(frozen=True, slots=True)
class LabelsContext:
    """What `cost/infra/labels.tf` names: nothing, it takes all from variables."""


@dataclass(frozen=True, slots=True)
class LabelsTestContext:
    """What `cost/infra/labels.tftest.hcl` names."""

    service: str
    owner: str


@dataclass(frozen=True, slots=True)
class OwnLabelsContext:
    """What `cost/infra/own-labels.tf` names; `provider` is empty where the folder has a block for its provider already."""

    source: str
    service: str
    environment: str
    owner: str
    data_class: str
    provider: str


@recipe(step=Step.COST, fixes=("resources-are-tagged",), audiences=(Audience.TEAM, Audience.PUBLIC), review=Review.CAREFUL)
def tags(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Labels for every cloud resource, given once to the provider: a module of names and rules, with tests that need no provider.

    Terraform that is there already is wired to it: the providers of folders with bare resources get default tags. Nothing where
    resources are tagged by other means.
    """
    own = resources(repo)
    if not own:
        found = account(repo, profile)
        if found is not None:
            yield from labels_module(found)
        return
    wishes = [wish for prefix in ("aws", "google") for folder in roots(repo, prefix) for wish in _wire(repo, profile, prefix, folder)]
    if wishes:
        yield from labels_module(_labels_of(repo, profile))
        yield from wishes


def labels_module(found: Account) -> Iterator[File]:
    """The module and its tests."""
    yield File(f"{LABELS}/main.tf", render("cost/infra/labels.tf", LabelsContext()))
    yield File(f"{LABELS}/labels.tftest.hcl", render("cost/infra/labels.tftest.hcl", LabelsTestContext(found.service, found.owner)))


def _labels_of(repo: Inventory, profile: Profile) -> Account:
    """The account; for Terraform without a service that we know, the names alone."""
    service = label(naming(repo, profile).service)
    owner = dns_label(profile.service.owner) if profile.service.owner else service
    return account(repo, profile) or Account("", service, owner, profile.data.sensitivity or "undeclared", "", "", "")


def _wire(repo: Inventory, profile: Profile, prefix: str, folder: str) -> Iterator[File | Edit]:
    """A call of the module in a folder, and default tags for its provider."""
    here = [block for block in repo.terraform if dirname(block.path) == folder]
    providers = [block for block in here if block.type == "provider" and block.kind == prefix]
    bare = [block for block in here if block in resources(repo) and not _is_tagged(block)]
    if not bare or any(is_tagged(block) and not _is_ours(block) for block in providers):
        return
    found = _labels_of(repo, profile)
    context = OwnLabelsContext(
        source=_relative(LABELS, folder),
        service=found.service,
        environment=_ENVIRONMENTS.get(folder.rpartition("/")[2].lower(), "production"),
        owner=found.owner,
        data_class=found.data_class,
        provider="" if providers else prefix,
    )
    yield File(f"{folder}/labels.tf" if folder else "labels.tf", render("cost/infra/own-labels.tf", context))
    for path in sorted({block.path for block in providers}):
        yield Edit(path, with_default_tags(prefix, VALUE), why="every resource of the provider is labelled")


def _is_tagged(block: TerraformBlock) -> bool:
    return any(key in inner.attributes for inner in block.walk() for key in ("tags", "labels", "user_labels"))


def _is_ours(provider: TerraformBlock) -> bool:
    """Whether the defaults are those that this recipe gives: they must not change what it wants on the next run."""
    return any(value == VALUE for inner in provider.walk() for value in inner.attributes.values())


def _relative(target: str, folder: str) -> str:
    path = relpath(target, folder or ".")
    return path if path.startswith("..") else f"./{path}"
