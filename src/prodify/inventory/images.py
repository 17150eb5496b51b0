"""Container image references: registry, name, tag and digest, and whether the reference can move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.model import Location

_ALIASES = frozenset("latest stable edge nightly main master dev develop current lts rolling canary next release prod production".split())
_CODE_NAMES = frozenset("stretch buster bullseye bookworm trixie forky sid bionic focal jammy noble resolute".split())
"""Debian's and Ubuntu's releases: a tag that names one is a version, if a wide one."""
_DISTRIBUTIONS = frozenset("debian ubuntu buildpack-deps".split())
_VERSION_IN_NAME = lazy(r"(?:^|/)distroless/[\w-]*\d[\w-]*$")
_FLAVOURS = lazy(r"nonroot|debug|debug-nonroot")
"""Distroless images carry their versions in the name (`nodejs22-debian12`); these tags say which variant it is."""
_DIGEST = lazy(r"[a-z0-9]+:[0-9a-fA-F]{32,}")
_HUB = lazy(r"^(?:docker\.io/|index\.docker\.io/)?(?:library/)?")
_NON_ROOT_NAMES = lazy(
    r"(?:.*/)?[a-z-]+-unprivileged"
    r"|(?:public\.ecr\.aws/)?bitnami(?:legacy|secure)?/.+"
    r"|cgr\.dev/.+"
    r"|grafana/(?:grafana|loki|tempo|mimir|alloy)|(?:quay\.io/)?(?:prom|prometheus)/[a-z-]+|(?:quay\.io/)?keycloak/keycloak"
    r"|jenkins/jenkins|apache/airflow|(?:quay\.io/)?jupyter/[a-z-]+|otel/[a-z-]+|openpolicyagent/[a-z-]+|solr|kong"
    r"|registry\.(?:access\.)?redhat\.(?:com|io)/(?:ubi|rhel)[0-9]+/(?:python|nodejs|ruby|php|openjdk|go-toolset|dotnet|nginx)[^/]*"
)
_NON_ROOT_TAGS = lazy(r"(?:.*[-._])?(?:nonroot|rootless|chiseled|unprivileged)(?:[-._].*)?")
"""Images whose own configuration names a user other than root, by name or by tag. Kept by hand: what is missing counts as root."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image as written: `text`, and its parts. `tag` and `digest` are None where the reference has none.

    `unresolved`: a variable without a default stands in it, so nothing can be said of its tag.
    """

    text: str
    name: str
    tag: str | None
    digest: str | None
    location: Location
    unresolved: bool = False

    @property
    def is_pinned(self) -> bool:
        """Whether a digest fixes the content."""
        return self.digest is not None

    @property
    def is_floating(self) -> bool:
        """Whether the reference names no version: no tag, `latest`, or an alias such as `alpine` or `stable`.

        A digest and a tag with a digit count as a version; so does the code name of a distribution's release, but not in the official
        image of a language or a server (`rust:bookworm`), whose version it leaves open.
        """
        if self.digest is not None or self.unresolved:
            return False
        if self.tag is None or self.tag.lower() in _ALIASES:
            return True
        if _FLAVOURS.fullmatch(self.tag) and _VERSION_IN_NAME.search(self.name):
            return False
        words = re.split(r"[-._]", self.tag.lower())
        if any(c.isdigit() for c in self.tag):
            return False
        return not (any(word in _CODE_NAMES for word in words) and ("/" in _HUB.sub("", self.name) or self.short_name in _DISTRIBUTIONS))

    @property
    def short_name(self) -> str:
        """The last part of the name: `redis` of `docker.io/library/redis:7`."""
        return self.name.rpartition("/")[2]

    @property
    def note(self) -> str:
        """The reference as written; makes an image evidence."""
        return self.text

    @property
    def runs_as_non_root(self) -> bool:
        """Whether the image is known to name a user other than root itself."""
        name = _HUB.sub("", self.name)
        return _NON_ROOT_NAMES.fullmatch(name) is not None or (self.tag is not None and _NON_ROOT_TAGS.fullmatch(self.tag) is not None)


def parse_image(text: str, location: Location) -> Image:
    """Split an image reference; never fails.

    >>> from prodify.model import Location
    >>> image = parse_image("ghcr.io:443/a/b:1.2", Location("x"))
    >>> image.name, image.tag, image.digest
    ('ghcr.io:443/a/b', '1.2', None)
    """
    text = text.strip()[:500]
    rest, at, digest = text.partition("@")
    head, _, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    full = f"{head}/{name}" if head else name
    unresolved = "$" in text or "{{" in text or "<" in text
    valid = bool(at) and _DIGEST.fullmatch(digest) is not None
    return Image(text, full, tag or None, digest if valid else None, location, unresolved)
