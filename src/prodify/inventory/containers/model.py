"""Typed views of Dockerfiles: instructions, stages, and what the production image is made of."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.commands import Command
    from prodify.inventory.facts import Instruction, Role, Stage
    from prodify.inventory.images import Image

DEVELOPMENT_STAGES = frozenset("test tests testing dev develop development debug ci lint build-test e2e".split())
"""Names of last stages that are not what is deployed."""
_ROOT_USERS = frozenset(("root", "0"))
_PRIVILEGE_DROPPERS = frozenset("gosu su-exec setpriv chpst setuidgid".split())


@dataclass(frozen=True, slots=True)
class EnvironmentEntry:
    """A variable that a file sets. `value` None: taken from the environment, or from a secret. Never show a value unredacted."""

    name: str
    value: str | None = field(repr=False)
    location: Location
    from_secret: bool = False


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """One Dockerfile or Containerfile.

    `component` is the directory that it packs ("." for the root). `images` holds the external images of all stages and of
    `COPY --from=image`, one entry a place; references to stages are not among them. `start` holds the commands the container
    starts with, those of a start script of the repository included. `problem` says what could not be read.
    """

    path: str
    role: Role
    component: str
    instructions: tuple[Instruction, ...] = ()
    stages: tuple[Stage, ...] = ()
    images: tuple[Image, ...] = ()
    start: tuple[Command, ...] = ()
    problem: str | None = None

    @property
    def location(self) -> Location:
        """The file's first line."""
        return Location(self.path, 1)

    @property
    def final_stage(self) -> Stage | None:
        """The production stage: the last one, unless that is named test, dev and the like. None when there is no FROM."""
        for stage in reversed(self.stages):
            if stage.name is None or stage.name.lower() not in DEVELOPMENT_STAGES:
                return stage
        return self.stages[-1] if self.stages else None

    @property
    def lineage(self) -> tuple[Stage, ...]:
        """The production stage and the stages it is built FROM, nearest first."""
        found: list[Stage] = []
        stage = self.final_stage
        while stage is not None and stage not in found:
            found.append(stage)
            image, index = stage.image.lower(), stage.index
            stage = next((s for s in reversed(self.stages[:index]) if s.name is not None and s.name.lower() == image), None)
        return tuple(found)

    def final_instructions(self, *keywords: str) -> tuple[Instruction, ...]:
        """Instructions that make the production image (its stage and the stages it is built FROM), of these keywords, in build order."""
        return tuple(i for stage in reversed(self.lineage) for i in self.instructions
                     if i.stage == stage.index and (not keywords or i.keyword in keywords))  # fmt: skip

    def _last(self, keyword: str) -> Instruction | None:
        found = self.final_instructions(keyword)
        return found[-1] if found else None

    @property
    def base_image(self) -> Image | None:
        """The external image that the production stage goes back to; None for scratch."""
        if not self.lineage:
            return None
        place = self.lineage[-1].location
        return next((image for image in self.images if image.location == place), None)

    @property
    def base_images(self) -> tuple[Image, ...]:
        """External images, `images` by another name."""
        return self.images

    @property
    def user(self) -> Instruction | None:
        """The last USER of the production image; None when none is set."""
        return self._last("USER")

    @property
    def runs_as_root(self) -> bool:
        """Whether the container's process runs as root.

        False when USER names anyone else (a variable without a default counts as someone else), when the base image is known to
        name a user itself, or when the start command drops privileges (gosu, su-exec, setpriv).
        """
        user = self.user
        if user is not None:
            return user.value.split(":")[0].strip().strip("\"'") in _ROOT_USERS
        if not self.stages:
            return False
        if self.base_image is not None and self.base_image.runs_as_non_root:
            return False
        return not any(word.rpartition("/")[2] in _PRIVILEGE_DROPPERS for command in self.start for word in command.text.split())

    @property
    def user_location(self) -> Location:
        """Where the user is set, else where the production stage begins."""
        if self.user is not None:
            return self.user.location
        return self.final_stage.location if self.final_stage is not None else self.location

    @property
    def exposed_ports(self) -> tuple[int, ...]:
        """Ports of EXPOSE in the production image, variables filled in, in order."""
        ports = (word.split("/")[0] for i in self.final_instructions("EXPOSE") for word in i.value.split())
        return tuple(dict.fromkeys(int(port) for port in ports if port.isdecimal() and len(port) < 6))

    @property
    def entrypoint(self) -> Instruction | None:
        """ENTRYPOINT of the production image."""
        return self._last("ENTRYPOINT")

    @property
    def cmd(self) -> Instruction | None:
        """CMD of the production image."""
        return self._last("CMD")

    @property
    def command(self) -> Instruction | None:
        """What starts the container, as the place to point at: CMD, else ENTRYPOINT. None when the base image decides."""
        return self.cmd or self.entrypoint

    @property
    def command_words(self) -> tuple[str, ...]:
        """ENTRYPOINT's words and then CMD's; a shell form (also `sh -c "..."`) is split into its words."""
        return tuple(word for i in (self.entrypoint, self.cmd) if i is not None for word in instruction_words(i))

    @property
    def healthcheck(self) -> Instruction | None:
        """HEALTHCHECK of the production image; `HEALTHCHECK NONE` counts as none."""
        found = self._last("HEALTHCHECK")
        return found if found is not None and found.value.strip().upper() != "NONE" else None

    @property
    def environment(self) -> tuple[EnvironmentEntry, ...]:
        """Variables that ENV sets in the production image."""
        return tuple(entry for i in self.final_instructions("ENV") for entry in environment_of(i))


def instruction_words(instruction: Instruction) -> list[str]:
    """Words of a CMD, ENTRYPOINT or RUN in either form."""
    from prodify.inventory.shell import split_words

    if instruction.json is None:
        return split_words(instruction.value)
    words = list(instruction.json)
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash") and words[1].startswith("-") and "c" in words[1]:
        return split_words(words[2])
    return words


def environment_of(instruction: Instruction) -> Iterator[EnvironmentEntry]:
    """Names and values of an ENV or ARG, in the forms `A=1 B=2` and `A 1`."""
    from prodify.inventory.shell import split_words

    words = split_words(instruction.value)
    if words and "=" not in words[0]:
        rest = instruction.value.strip().partition(" ")[2].strip()
        yield EnvironmentEntry(words[0], rest or None, instruction.location)
        return
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name:
            yield EnvironmentEntry(name, value, instruction.location)
