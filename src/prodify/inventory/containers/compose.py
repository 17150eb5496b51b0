"""Typed views of compose files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from prodify.inventory.containers.model import EnvironmentEntry
    from prodify.inventory.facts import Note, Role
    from prodify.inventory.images import Image
    from prodify.inventory.yamlview import YamlNode


@dataclass(frozen=True, slots=True)
class PortMapping:
    """A published port. `host` None: chosen by the engine; `container` None: not a number (a variable without a default, a range)."""

    host: int | None
    container: int | None
    location: Location
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ComposeBuild:
    """How a service's image is built: `context` and `dockerfile` as repository paths, `target` the stage."""

    context: str
    dockerfile: str
    target: str | None
    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class ComposeService:
    """One service. Text values have compose's `${NAME:-default}` filled in where there is a default.

    `command` is a list of words (a shell form is split); `volumes` say "source:target" as written; `restart` is the policy's name;
    `healthcheck` is where one is defined (None also when it is disabled); `node` is the whole mapping.
    """

    name: str
    location: Location
    node: YamlNode
    image: Image | None = None
    build: ComposeBuild | None = None
    ports: tuple[PortMapping, ...] = ()
    environment: tuple[EnvironmentEntry, ...] = ()
    env_files: tuple[Note, ...] = ()
    volumes: tuple[Note, ...] = ()
    healthcheck: Location | None = None
    restart: str | None = None
    depends_on: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    command_location: Location | None = None
    user: str | None = None
    privileged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ComposeFile:
    """One compose or stack file. `development`: its name says override, dev, test or local. `problem`: why it could not be read."""

    path: str
    role: Role
    services: tuple[ComposeService, ...] = ()
    development: bool = False
    problem: str | None = None

    @property
    def location(self) -> Location:
        """The file's first line."""
        return Location(self.path, 1)

    def service(self, name: str) -> ComposeService | None:
        """The service of that name."""
        return next((s for s in self.services if s.name == name), None)
