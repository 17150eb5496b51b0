"""The recipe `admission-policy`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.shared.layout import KUBERNETES
from prodify.render import render

PATH = f"{KUBERNETES}/policies/admission-policy.yaml"


@dataclass(frozen=True, slots=True)
class AdmissionPolicyContext:
    """What `security/admission-policy.yaml` names."""

    service: str
    registry: str
    path: str


@recipe(step=Step.SECURITY, fixes=("policies-guard-deploys",), audiences=(Audience.PUBLIC,), review=Review.CAREFUL)
def admission_policy(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Rules that Kubernetes enforces on every pod of the service: digests, own registry, resources, read-only root, labels.

    A ValidatingAdmissionPolicy needs no further controller. It stands apart from the other manifests: a cluster
    administrator applies it once.
    """
    service = kubernetes_target(repo, profile)
    if service is not None:
        context = AdmissionPolicyContext(service.names.service, profile.platform.registry, PATH)
        yield File(PATH, render("security/admission-policy.yaml", context))
