"""Dockerfiles, .dockerignore and compose files as typed views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.containers.compose import ComposeBuild, ComposeFile, ComposeService, PortMapping
from prodify.inventory.containers.ignore import Dockerignore, read_dockerignore
from prodify.inventory.containers.model import Dockerfile, EnvironmentEntry
from prodify.inventory.facts import Role
from prodify.inventory.images import Image

if TYPE_CHECKING:
    from prodify.inventory import Inventory

__all__ = [
    "ComposeBuild", "ComposeFile", "ComposeService", "Dockerfile", "Dockerignore", "EnvironmentEntry", "Image", "PortMapping",
    "find_compose_files", "find_dockerfiles", "find_dockerignores", "find_test_images",
]  # fmt: skip

ROLES = (Role.PRODUCTION,)
"""What counts as the application's: not tests, examples and documentation."""


def find_dockerfiles(repo: Inventory) -> tuple[Dockerfile, ...]:
    """Dockerfiles and Containerfiles of the application, by path; development containers and test images are left out."""
    from prodify.inventory.containers.dockerfile import read_dockerfiles

    return read_dockerfiles(repo)


def find_test_images(repo: Inventory) -> tuple[Dockerfile, ...]:
    """Dockerfiles below tests, by path."""
    from prodify.inventory.containers.dockerfile import read_test_images

    return read_test_images(repo)


def find_dockerignores(repo: Inventory) -> tuple[Dockerignore, ...]:
    """The .dockerignore files (also `Dockerfile.dockerignore`), by path."""
    paths = repo.files.select(".dockerignore", "*.dockerignore", ".containerignore", roles=ROLES)
    return tuple(read_dockerignore(path, repo.files.text(path) or "") for path in paths)


def find_compose_files(repo: Inventory) -> tuple[ComposeFile, ...]:
    """Compose and stack files of the application, by path."""
    from prodify.inventory.containers.composeparse import read_compose_files

    return read_compose_files(repo)
