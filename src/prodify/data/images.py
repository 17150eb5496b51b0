"""Container images that generated files start from, by name; see `images.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from prodify.data import rows
from prodify.errors import InternalError


@dataclass(frozen=True, slots=True)
class Image:
    """An image and its tag. A tag that holds `{version}` comes in several language versions."""

    name: str
    image: str
    tag: str
    as_of: str
    source: str
    default: str = ""
    versions: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """What stands behind `image:` or `FROM`, in the default version.

        >>> Image("redis", "redis", "8-alpine", "2026-08-21", "").reference
        'redis:8-alpine'
        """
        return f"{self.image}:{self.tag.format(version=self.default)}"

    @property
    def variant(self) -> str:
        """The part of the tag behind the version: `slim-trixie`."""
        return self.tag.partition("}-")[2]


@lru_cache(maxsize=1)
def images() -> dict[str, Image]:
    """Every image of the table, by name."""
    return {
        row["name"]: Image(
            row["name"],
            row["image"],
            str(row["tag"]),
            str(row["as_of"]),
            row["source"],
            str(row.get("default", "")),
            tuple(str(v) for v in row.get("versions", ())),
        )
        for row in rows("images")
    }


def image(name: str) -> Image:
    """The image of that name.

    Raises:
        InternalError: for a name that is not in the table.
    """
    if name not in images():
        raise InternalError(f'no image is known for "{name}"', "Add it to data/images.yaml.")
    return images()[name]
