"""Reading Dockerfiles: logical lines, instructions, stages, variables and external images. Nothing is built or run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from prodify.inventory.containers.model import Dockerfile, environment_of, instruction_words
from prodify.inventory.facts import Instruction, Role, Stage
from prodify.inventory.images import parse_image
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.commands import Command
    from prodify.inventory.files import FileIndex
    from prodify.inventory.images import Image

PATTERNS = (
    "Dockerfile", "dockerfile", "Dockerfile.*", "dockerfile.*", "*.Dockerfile", "*.dockerfile", "Dockerfile-*", "Containerfile",
    "Containerfile.*", "DockerFile", "docker",
)  # fmt: skip
_FIRST = lazy(r"\A(?:[ \t\r]*(?:#[^\n]*|ARG\b[^\n]*)?\n)*[ \t]*FROM\s", re.IGNORECASE)
"""How a Dockerfile begins; a file that is called `docker` is one only then, else it is as often a script."""
MAX_INSTRUCTIONS = 1000
MAX_VALUE = 4096
"""Instructions of a file that are read, and characters of a value in which variables are filled in: values can double themselves."""
_NOT_DOCKERFILES = lazy(r"\.(md|txt|py|js|ts|go|dockerignore|sh|j2|tmpl|tpl|erb|bak|orig)$", re.IGNORECASE)
_PACKAGE_BUILDS = lazy(r"(^|/)(debian|deb|rpm|packaging/(linux|windows|macos|snap|flatpak|appimage))/", re.IGNORECASE)
"""Images in which packages for operating systems are made; nobody runs the application in them."""
_DEVELOPMENT = lazy(r"(^|[._-])(dev|devel|development|local|test|tests|testing|ci|debug|e2e)([._-]|$)", re.IGNORECASE)
_KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)
_FLAG = lazy(r"--([a-z-]+)(?:=(\S*))?\s+")
_HEREDOC = lazy(r"<<-?\s*['\"]?([A-Za-z_][A-Za-z0-9_]*)['\"]?")
_VARIABLE = lazy(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])([^{}]*))?\}|([A-Za-z_]\w*))")
_WRAPPING_DIRS = frozenset(
    "docker .docker deploy deployment build infra ops container containers images image dockerfiles ci compose production prod".split()
)


def read_dockerfiles(repo: Inventory) -> tuple[Dockerfile, ...]:
    """Every Dockerfile of the application by path; development variants count only when there is no other."""
    paths = [
        path
        for path in repo.files.select(*PATTERNS, roles=(Role.PRODUCTION,))
        if ".devcontainer" not in path.split("/")
        and not path.rpartition("/")[2].startswith(".gitpod")
        and not _NOT_DOCKERFILES.search(path) and not _PACKAGE_BUILDS.search(path)
        and (path.rpartition("/")[2] != "docker" or _FIRST.match(repo.files.text(path) or ""))
    ]
    deployable = [path for path in paths if not _DEVELOPMENT.search(path.rpartition("/")[2])]
    return tuple(read_dockerfile(path, text, repo.files) for path in deployable or paths if (text := repo.files.text(path)) is not None)


def read_test_images(repo: Inventory) -> tuple[Dockerfile, ...]:
    """Dockerfiles below tests, by path: nobody runs the application in them, and CI builds them all the same."""
    paths = (path for path in repo.files.select(*PATTERNS, roles=(Role.TEST,)) if not _NOT_DOCKERFILES.search(path))
    return tuple(read_dockerfile(path, text, repo.files) for path in paths if (text := repo.files.text(path)) is not None)


def read_dockerfile(path: str, text: str, files: FileIndex) -> Dockerfile:
    """The view of one Dockerfile's text."""
    instructions, stages = parse(path, text)
    component = component_of(path, files)
    problem = None if stages else "no Dockerfile: it has no FROM instruction"
    entry = files.entries.get(path)
    role = entry.role if entry is not None else Role.PRODUCTION
    file = Dockerfile(path, role, component, instructions, stages, _images(instructions, stages), problem=problem)
    return replace(file, start=tuple(_start(file, files)))


def parse(path: str, text: str) -> tuple[tuple[Instruction, ...], tuple[Stage, ...]]:
    """Instructions and stages of a Dockerfile's text; lines that are no instruction are passed over."""
    instructions: list[Instruction] = []
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    variables: dict[str, str] = {}
    for keyword, rest, first, last in islice(_logical_lines(text), MAX_INSTRUCTIONS):
        place = Location(path, first, last)
        flags, value = _flags(rest)
        if keyword == "FROM":
            image, name = _from(fill(value, defaults))
            stages.append(Stage(len(stages), image, name, place))
            inherited = next((s.index for s in stages[:-1] if s.name and s.name.lower() == image.lower()), None)
            variables = _stage_variables(instructions, inherited)
        if keyword in ("EXPOSE", "USER", "FROM", "WORKDIR", "STOPSIGNAL"):
            value = fill(value, defaults if keyword == "FROM" else variables)
        words = _exec_form(value) if keyword in ("CMD", "ENTRYPOINT", "RUN", "SHELL", "HEALTHCHECK", "COPY", "ADD", "VOLUME") else None
        instruction = Instruction(keyword, value, place, len(stages) - 1, flags, words)
        instructions.append(instruction)
        if keyword == "ARG":
            for name, default in _arguments(value):
                target = variables if stages else defaults
                known = defaults.get(name) if stages else None
                if (filled := default if default is not None else known) is not None:
                    target[name] = fill(filled, {**defaults, **target})
        elif keyword == "ENV":
            variables.update((e.name, fill(e.value or "", variables)) for e in environment_of(instruction))
    return tuple(instructions), tuple(stages)


def _logical_lines(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Keyword, rest, first and last line of every instruction."""
    lines = text.splitlines()
    directive = re.match(r"#\s*escape\s*=\s*`", lines[0].strip(), re.IGNORECASE) if lines else None
    escape = "`" if directive else "\\"
    index = 0
    while index < len(lines):
        first, line = index, lines[index].strip()
        index += 1
        if not line or line.startswith("#"):
            continue
        parts = [line]
        while parts[-1].endswith(escape) and index < len(lines):
            parts[-1] = parts[-1][:-1].rstrip()
            while index < len(lines) and (not lines[index].strip() or lines[index].strip().startswith("#")):
                index += 1
            if index < len(lines):
                parts.append(lines[index].strip())
                index += 1
        keyword, _, rest = " ".join(parts).partition(" ")
        keyword = keyword.upper()
        if keyword in ("RUN", "COPY", "ADD"):
            for end in _HEREDOC.findall(rest):
                body = index
                while index < len(lines) and lines[index].strip() != end:
                    index += 1
                rest += "\n" + "\n".join(lines[body:index])
                index = min(index + 1, len(lines))
        if keyword in _KEYWORDS:
            yield keyword, rest.strip(), first + 1, index


def _flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    found = []
    while (match := _FLAG.match(rest)) is not None:
        found.append((match.group(1), match.group(2) or ""))
        rest = rest[match.end() :]
    return tuple(found), rest


def _from(value: str) -> tuple[str, str | None]:
    words = value.split()
    name = words[2] if len(words) > 2 and words[1].upper() == "AS" else None
    return (words[0] if words else ""), name


def _arguments(value: str) -> Iterator[tuple[str, str | None]]:
    from prodify.inventory.shell import split_words

    for word in split_words(value):
        name, equals, default = word.partition("=")
        yield name, default if equals else None


def _stage_variables(instructions: list[Instruction], stage: int | None) -> dict[str, str]:
    """ENV variables that a stage hands on to one built FROM it."""
    found: dict[str, str] = {}
    for instruction in instructions:
        if instruction.stage == stage and instruction.keyword == "ENV":
            found.update((e.name, fill(e.value or "", found)) for e in environment_of(instruction))
    return found


def fill(text: str, variables: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` replaced where known; what is unknown stays as written.

    >>> fill("python:${VERSION:-3.12}-$OS", {"OS": "slim"})
    'python:3.12-slim'
    """

    def value(match: re.Match[str]) -> str:
        name, operator, word = match.group(1) or match.group(4), match.group(2) or "", match.group(3) or ""
        known = variables.get(name)
        if operator.endswith("+"):
            return word if known else ""
        if operator.endswith("-") and not known:
            return word
        return match.group(0) if known is None else known

    return _VARIABLE.sub(value, text)[:MAX_VALUE] if len(text) <= MAX_VALUE else text


def _exec_form(value: str) -> tuple[str, ...] | None:
    start = value.find("[")
    if start < 0 or (start > 0 and not value.startswith("CMD")):
        return None
    try:
        words = json.loads(value[start:])
    except (ValueError, RecursionError):
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _images(instructions: tuple[Instruction, ...], stages: tuple[Stage, ...]) -> tuple[Image, ...]:
    """External images of FROM, `COPY --from` and `RUN --mount=from=`."""
    found = []
    for instruction in instructions:
        known = {s.name.lower() for s in stages[: instruction.stage if instruction.keyword == "FROM" else None] if s.name is not None}
        if instruction.keyword == "FROM":
            references = [stages[instruction.stage].image]
        else:
            references = [value for flag, value in instruction.flags if flag == "from"]
            references += [p[5:] for flag, value in instruction.flags if flag == "mount" for p in value.split(",") if p.startswith("from=")]
        for reference in references:
            if reference and reference.lower() not in known and reference != "scratch" and not reference.isdecimal():
                found.append(parse_image(reference, instruction.location))
    return tuple(found)


def component_of(path: str, files: FileIndex) -> str:
    """The directory that a Dockerfile packs: its own, or the one above directories such as `docker` and `deploy`.

    `docker/api/Dockerfile` packs `api` when there is such a directory, else the root.
    """
    parts = path.split("/")[:-1]
    for position, part in enumerate(parts):
        if part.lower() in _WRAPPING_DIRS:
            base, below = parts[:position], parts[position + 1 :]
            named = "/".join(base + below)
            if below and any(p.startswith(named + "/") for p in files.entries):
                return named
            return "/".join(base) or "."
    return "/".join(parts) or "."


def _start(file: Dockerfile, files: FileIndex) -> Iterator[Command]:
    """The commands that the production container starts with: ENTRYPOINT and CMD, with the scripts and targets they lead to."""
    from prodify.inventory.commands import Command
    from prodify.inventory.shell import simple_commands
    from prodify.inventory.targets import Targets

    targets = Targets(files)
    directory = "" if file.component == "." else file.component
    entry, cmd = file.entrypoint, file.cmd
    texts = []
    if entry is not None:
        script = any(word.endswith(".sh") or "entrypoint" in word for word in instruction_words(entry)[:3])
        arguments = " " + _text(cmd) if cmd is not None and entry.json is not None else ""
        texts.append((_text(entry) + arguments, entry.location))
        if cmd is not None and script:  # such scripts end in exec "$@"
            texts.append((_text(cmd), cmd.location))
    elif cmd is not None:
        texts.append((_text(cmd), cmd.location))
    for text, place in texts:
        for part, _ in simple_commands(text):
            yield from targets.expand(Command(part, place, directory=directory), anywhere=True)


def _text(instruction: Instruction) -> str:
    """A CMD or ENTRYPOINT as one line of shell."""
    from shlex import join

    if instruction.json is None:
        return instruction.value
    words = instruction.json
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash") and words[1].startswith("-") and "c" in words[1]:
        return words[2]
    return join(words)
