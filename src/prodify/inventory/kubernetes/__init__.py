"""Kubernetes objects, Helm charts and kustomize overrides as typed views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.kubernetes.model import LONG_RUNNING, Container, HelmChart, KubernetesObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.images import Image

__all__ = [
    "LONG_RUNNING",
    "Container",
    "HelmChart",
    "KubernetesObject",
    "find_charts",
    "find_objects",
    "find_templated",
    "kustomize_images",
]


def find_objects(repo: Inventory) -> tuple[KubernetesObject, ...]:
    """Every object in production files, by path and line. Templates of Helm and of anything else are not rendered and give none."""
    from prodify.inventory.kubernetes.read import read_objects

    return read_objects(repo.files)


def find_charts(repo: Inventory) -> tuple[HelmChart, ...]:
    """Helm charts, by path."""
    from prodify.inventory.kubernetes.read import read_charts

    return read_charts(repo.files)


def find_templated(repo: Inventory) -> tuple[str, ...]:
    """Manifests that are templates and so were not read, by path."""
    from prodify.inventory.kubernetes.read import templated

    return templated(repo.files)


def kustomize_images(repo: Inventory) -> Mapping[str, Image]:
    """Images that kustomizations set, by the name that manifests write: a tag or digest there replaces the manifest's."""
    from prodify.inventory.kubernetes.read import overrides

    return overrides(repo.kubernetes)
