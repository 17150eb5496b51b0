"""Whether the service goes to Kubernetes by these manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.model import Audience
from prodify.recipes.scaling.service import Deployable, deployable
from prodify.recipes.shared.layout import KUBERNETES

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

_WORKLOADS = frozenset(("Deployment", "StatefulSet", "Rollout"))


def kubernetes_service(repo: Inventory, profile: Profile) -> Deployable | None:
    """The service when the profile's runtime is Kubernetes, others than its creator depend on it, and no other manifests deploy it."""
    if profile.platform.runtime != "kubernetes" or profile.audience is Audience.CREATOR:
        return None
    if any(o.kind in _WORKLOADS and not o.location.path.startswith(f"{KUBERNETES}/") for o in repo.kubernetes):
        return None
    return deployable(repo, profile)
