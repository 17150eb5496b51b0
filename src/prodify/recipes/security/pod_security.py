"""The recipe `pod-security`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Step, recipe
from prodify.data.images import image
from prodify.recipes.scaling.service import Deployable
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.shared.layout import KUBERNETES
from prodify.render import render

PATH = f"{KUBERNETES}/base/namespace.yaml"


@dataclass(frozen=True, slots=True)
class NamespaceContext:
    """What `scaling/kubernetes/namespace.yaml` names; `version` is the version of the Pod Security Standards."""

    namespace: str
    version: str


@recipe(step=Step.SECURITY, fixes=("pods-are-restricted",), audiences=(Audience.TEAM, Audience.PUBLIC))
def pod_security(repo: Inventory, profile: Profile) -> Iterator[File]:
    """The Kubernetes namespace with the restricted Pod Security Standard: pods that run as root or keep privileges are refused."""
    service = kubernetes_target(repo, profile)
    if service is not None:
        yield namespace_file(service)


def namespace_file(service: Deployable) -> File:
    """The file, for this recipe and for `kubernetes`."""
    return File(PATH, render("scaling/kubernetes/namespace.yaml", NamespaceContext(service.names.namespace, image("pod-security").tag)))
