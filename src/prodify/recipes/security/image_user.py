"""The recipe `image-user`."""

from __future__ import annotations

from collections.abc import Iterator

from prodify import edits
from prodify.api import Edit, Inventory, Profile, Review, Role, Step, recipe
from prodify.recipes.shared.layout import UID


@recipe(step=Step.SECURITY, fixes=("image-runs-as-non-root",), review=Review.CAREFUL, default=False)
def image_user(repo: Inventory, profile: Profile) -> Iterator[Edit]:  # noqa: ARG001
    """Your own Dockerfiles run as an ordinary user: one USER line in front of the start command.

    Applied by name only, for it can break an image that writes into folders which belong to root: give those to the user first
    (`RUN chown -R 10001:10001 /app/data`), and start the image once before you merge.
    """
    for file in repo.dockerfiles:
        if file.stages and file.role is Role.PRODUCTION and (file.runs_as_root or _has_our_user(repo, file.path)):
            yield Edit(file.path, edits.dockerfile.add_user(f"{UID}:{UID}"), why="a break-out of a root process is root on the host")


def _has_our_user(repo: Inventory, path: str) -> bool:
    """Whether the line is there already: what a recipe wants must not depend on whether it ran before."""
    return f"USER {UID}:{UID}" in (line.strip() for line in repo.files.lines(path))
