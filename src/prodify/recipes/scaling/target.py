"""Whether the service goes to Kubernetes by these manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.model import Audience
from prodify.recipes.scaling.service import Deployable, deployable
from prodify.recipes.scaling.workers import Worker, worker_of
from prodify.recipes.shared.layout import KUBERNETES

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

_WORKLOADS = frozenset(("Deployment", "StatefulSet", "Rollout"))


def kubernetes_service(repo: Inventory, profile: Profile) -> Deployable | None:
    """The service when the profile's runtime is Kubernetes, others than its creator depend on it, and no other manifests deploy it."""
    return deployable(repo, profile) if _to_kubernetes(repo, profile) else None


def kubernetes_worker(repo: Inventory, profile: Profile) -> Worker | None:
    """The background worker under the same conditions; beside a web service only where that is deployed too, since it brings the image."""
    found = worker_of(repo, profile) if _to_kubernetes(repo, profile) else None
    return None if found is not None and found.beside and deployable(repo, profile) is None else found


def kubernetes_target(repo: Inventory, profile: Profile) -> Deployable | None:
    """What goes there, web service or worker alone: its names, and how it is installed."""
    worker = kubernetes_worker(repo, profile)
    return kubernetes_service(repo, profile) or (worker.image if worker is not None else None)


def _to_kubernetes(repo: Inventory, profile: Profile) -> bool:
    if profile.platform.runtime != "kubernetes" or profile.audience is Audience.CREATOR:
        return False
    return not any(o.kind in _WORKLOADS and not o.location.path.startswith(f"{KUBERNETES}/") for o in repo.kubernetes)
