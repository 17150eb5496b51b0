"""Images that are deployed by name: in compose files, manifests and Terraform; bases of Dockerfiles included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.images import Image, parse_image
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_IMAGE = lazy(r"""["']?\bimage["']?\s*[=:]\s*"([^"\s]+)\"""")
_MACHINES = lazy(r"_(droplet|instance|instances|server|virtual_machine|linux_virtual_machine|vm|vm_qemu|domain|instance_template|disk)$")
"""Resources whose `image` is a disk of a virtual machine."""
_OWN_ROLES = (Role.PRODUCTION, Role.EXAMPLE)


def deployed_images(repo: Inventory) -> tuple[Image, ...]:
    """Every image reference that decides what runs, once a place, by path and line; images built from the repository are left out."""
    found = {image.location: image for image in _references(repo)}
    return tuple(found[place] for place in sorted(found))


def _references(repo: Inventory) -> Iterator[Image]:
    for dockerfile in repo.dockerfiles:
        yield from dockerfile.images
    for compose in repo.compose_files:
        for service in compose.services:
            if service.image is not None and service.build is None:
                yield service.image
    kustomized = _kustomized(repo)
    for item in repo.kubernetes:
        if item.role in _OWN_ROLES:
            yield from (
                c.image for c in (*item.containers, *item.init_containers) if c.image is not None and c.image.name not in kustomized
            )
    for block in repo.terraform:
        for inner in block.walk() if block.type == "resource" and not _MACHINES.search(block.kind) else ():
            for name, text in inner.attributes.items():
                yield from _in_expression(name, text, inner.attribute_locations.get(name, inner.location))


def _in_expression(name: str, text: str, place: Location) -> Iterator[Image]:
    """Images in an attribute: `image = "x"`, or inside a container definition written as JSON or HCL."""
    if name == "image" and text.startswith('"'):
        yield parse_image(text.strip('"'), place)
    elif name in ("container_definitions", "template", "containers"):
        for match in _IMAGE.finditer(text):
            line = (place.line or 1) + text.count("\n", 0, match.start(1))
            yield parse_image(match[1], Location(place.path, line))


def _kustomized(repo: Inventory) -> frozenset[str]:
    """Image names whose tag or digest a kustomization sets."""
    names = set()
    for item in repo.kubernetes:
        images = item.get("images") if item.kind == "Kustomization" else None
        for entry in images if images is not None else ():
            if entry.string("name") and (entry.get("newTag") is not None or entry.get("digest") is not None):
                names.add(entry.string("name") or "")
    return frozenset(names)
