"""What a command leads to: npm scripts, make, just, task, tox and nox targets, and shell scripts of the repository.

Files are read, nothing is run. What cannot be resolved leads to nothing, so that `npm test` without a script is no test.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from prodify.inventory.shell import simple_commands
from prodify.inventory.targetfiles import TargetFile, read_target_file
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.commands import Command
    from prodify.inventory.files import FileIndex

MAX_DEPTH = 6
"""Targets that call targets are followed this far."""
MAX_EXPANDED = 300
MAX_TOTAL = 50_000
"""Commands taken from one call, and from all calls of a repository; beyond it calls lead to nothing."""
_FILES = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "gmake": ("GNUmakefile", "Makefile", "makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml"),
    "go-task": ("Taskfile.yml", "Taskfile.yaml"),
    "tox": ("tox.ini", "tox.toml", "setup.cfg", "pyproject.toml"),
    "nox": ("noxfile.py",),
    "poe": ("pyproject.toml", "poe_tasks.toml"),
    "poethepoet": ("pyproject.toml",),
    "taskipy": ("pyproject.toml",),
    "composer": ("composer.json",),
    "deno": ("deno.json", "deno.jsonc"),
}
_NODE = frozenset("npm pnpm yarn bun cnpm".split())
_NODE_BUILTINS = frozenset(
    "install i ci add remove audit publish exec dlx init link pack config cache version outdated update login whoami".split()
)
_DIRECTORY_OPTIONS = frozenset("-C --prefix --cwd --dir --directory -d --working-directory".split())
_FILE_OPTIONS = frozenset("-f --file --makefile".split())
_TARGET_OPTIONS = frozenset("-e -s --session".split())
_VALUE_OPTIONS = _DIRECTORY_OPTIONS | _FILE_OPTIONS | _TARGET_OPTIONS | frozenset("--filter -F --workspace -w".split())
_SCRIPT = lazy(r"^(?!-)[\w./${}-]+$")
_TASK_RUNNER = lazy(r"\s*(pdm|hatch|rye)\s+run\s+(?:-\S+\s+)*([\w:.-]+)")
_ALL_PACKAGES = frozenset("-r --recursive --workspaces -ws --filter -F --workspace -w foreach".split())
_Call = tuple[str, str, Location, str]
"""Name of a target, its script, the script's place, and the directory it runs in."""


class Targets:
    """Resolves commands against one repository's files."""

    def __init__(self, files: FileIndex) -> None:
        self._files = files
        self._budget = MAX_TOTAL
        self._target_file = lru_cache(maxsize=None)(self._read)

    def script(self, text: str, command: Command, *, first_line: int = 0) -> Iterator[Command]:
        """The commands of a script's text with everything they lead to. `command` gives path, job and directory.

        `first_line` is the script's first line in the file when lines are to be counted from there. `cd` is followed.
        """
        directory = command.directory
        for text_part, offset in simple_commands(text):
            place = Location(command.location.path, first_line + offset) if first_line else command.location
            words = text_part.split()
            if words[0] in ("cd", "pushd") and len(words) > 1:
                directory = _join(directory, words[1].strip("\"'"))
            yield from self.expand(replace(command, text=text_part, location=place, directory=directory))

    def expand(self, command: Command, *, anywhere: bool = False) -> Iterator[Command]:
        """The command and then what it leads to.

        `anywhere`: scripts are looked for by name when they are not at their path, as images copy them elsewhere.
        """
        if self._budget <= 0:
            yield command
            return
        for found in islice(self._follow(command, 0, frozenset(), anywhere), MAX_EXPANDED):
            self._budget -= 1
            yield found

    def _follow(self, command: Command, depth: int, seen: frozenset[str], anywhere: bool) -> Iterator[Command]:
        yield command
        if depth >= MAX_DEPTH:
            return
        for target, text, origin, directory in self._resolve(command, anywhere):
            key = f"{origin.path}:{origin.line}"
            if key in seen:
                continue
            via = f"{command.via} -> {target}" if command.via else target
            inner_directory = directory
            for part, offset in simple_commands(text):
                place = Location(origin.path, (origin.line or 1) + offset)
                words = part.split()
                if words[0] == "cd" and len(words) > 1:
                    inner_directory = _join(inner_directory, words[1].strip("\"'"))
                inner = replace(command, text=part, via=via, origin=place, directory=inner_directory)
                yield from self._follow(inner, depth + 1, seen | {key}, anywhere)

    def _resolve(self, command: Command, anywhere: bool) -> Iterator[_Call]:
        """Every target that the command calls."""
        words = command.words
        if not words:
            return
        program = command.program
        if program in _NODE and not (program == "bun" and words[1:2] == ("test",)):
            yield from self._node(program, list(words[1:]), command.directory)
        elif program in ("run-s", "run-p", "npm-run-all", "npm-run-all2"):
            names = [word for word in words[1:] if not word.startswith("-")]
            yield from self._scripts(program, names, command.directory)
        elif program in ("turbo", "nx", "lerna"):
            names = [w for w in words[1:] if not w.startswith("-") and w not in ("run", "run-many", "affected", "exec")][:1]
            yield from self._packages(program, names)
        elif (runner := _TASK_RUNNER.match(command.text)) is not None:
            yield from self._named(runner.group(1), "pyproject.toml", [runner.group(2).rpartition(":")[2]], command)
        elif program in _FILES:
            yield from self._target_calls(program, list(words[1:]), command)
        else:
            yield from self._shell_script(words, command, anywhere)

    def _read(self, path: str) -> TargetFile | None:
        text = self._files.text(path) if path in self._files else None
        return read_target_file(path, text) if text is not None else None

    def _named(self, program: str, name: str, targets: list[str], command: Command) -> Iterator[_Call]:
        for directory in _upwards(command.directory):
            file = self._target_file(_join(directory, name))
            if file is not None:
                for target in targets:
                    for script, line in file.scripts(target):
                        yield f"{program} {target}", script, Location(file.path, line), directory
                return

    def _target_calls(self, program: str, words: list[str], command: Command) -> Iterator[_Call]:
        directory, rest, file_name = _split_options(words, command.directory)
        names = [file_name] if file_name else list(_FILES[program])
        rest = [word for word in rest if "=" not in word and word != "run"] or [""]
        for base in _upwards(directory) if program in ("just", "task") else [directory]:
            for name in names:
                file = self._target_file(_join(base, name))
                if file is None or not file.targets:
                    continue
                for target in rest:
                    for script, line in file.scripts(target):
                        yield f"{program} {target}".strip(), script, Location(file.path, line), base
                return

    def _node(self, program: str, words: list[str], directory: str) -> Iterator[_Call]:
        everywhere = any(word.split("=")[0] in _ALL_PACKAGES for word in words)
        directory, rest, _ = _split_options(words, directory)
        if rest[:1] == ["workspaces"] or rest[:1] == ["workspace"]:
            everywhere, rest = True, [w for w in rest[1:] if w not in ("foreach", "run")][-1:]
        if not rest or rest[0] in _NODE_BUILTINS:
            return
        if rest[0] in ("run", "run-script", "rum", "urn"):
            rest = rest[1:]
        elif rest[0] in ("t", "tst"):
            rest = ["test"]
        elif program == "npm" and rest[0] not in ("test", "start", "stop", "restart"):
            return
        if everywhere:
            yield from self._packages(program, rest[:1])
        else:
            yield from self._scripts(program, rest[:1], directory)

    def _scripts(self, program: str, names: list[str], directory: str) -> Iterator[_Call]:
        for base in _upwards(directory):
            file = self._target_file(_join(base, "package.json"))
            if file is not None:
                for name in names:
                    for script, line in file.scripts(name):
                        label = name if name in ("test", "start") else f"run {name}"
                        yield f"{program} {label}", script, Location(file.path, line), base
                return

    def _packages(self, program: str, names: list[str]) -> Iterator[_Call]:
        """Scripts of every package of a workspace."""
        for path in self._files.select("package.json"):
            yield from self._scripts(program, names, path.rpartition("/")[0])

    def _shell_script(self, words: tuple[str, ...], command: Command, anywhere: bool) -> Iterator[_Call]:
        name = words[0]
        if name.rpartition("/")[2] in ("bash", "sh", "dash", "zsh", "source", ".", "ash", "pwsh") and len(words) > 1:
            name = next((word for word in words[1:] if not word.startswith("-")), "")
        if not _SCRIPT.match(name) or ("/" not in name and not name.endswith(".sh")):
            return
        directory, path = command.directory, _join(command.directory, name) if not name.startswith("/") else name[1:]
        if path not in self._files and (anywhere or name.startswith("/")):  # inside an image, where it was copied to
            path = self._copied(name, command)
            directory = posixpath.dirname(path)
        text = self._files.text(path) if path in self._files else None
        if text is not None and (path.endswith((".sh", ".bash")) or re.match(r"#!.*\b(ba|z|da)?sh\b", text)):
            yield name, text, Location(path, 1), directory

    def _copied(self, name: str, command: Command) -> str:
        """The script of that file name, when there is only one, or one below the caller's directory."""
        found = self._files.select(name.rpartition("/")[2])
        caller = posixpath.dirname(command.origin.path) if command.origin is not None else command.directory
        near = [path for path in found if not caller or path.startswith(caller + "/")] or list(found)
        return near[0] if len(near) == 1 else ""


def _split_options(words: list[str], directory: str) -> tuple[str, list[str], str | None]:
    """Directory after options such as -C, the words that are no options, and the file given with -f."""
    rest, file_name, position = [], None, 0
    while position < len(words):
        word = words[position]
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name in _VALUE_OPTIONS:
            if not equals and position + 1 < len(words):
                position += 1
                value = words[position]
            if name in _DIRECTORY_OPTIONS:
                directory = _join(directory, value)
            elif name in _FILE_OPTIONS:
                file_name = value
            elif name in _TARGET_OPTIONS:
                rest.extend(value.split(","))
        elif not word.startswith("-"):
            rest.append(word)
        position += 1
    return directory, rest, file_name


def _join(directory: str, name: str) -> str:
    """A path below the root; leaving the root or a variable in the name gives a path that does not exist."""
    name = name.replace("$GITHUB_WORKSPACE/", "/").replace("${{ github.workspace }}/", "/").replace("$CI_PROJECT_DIR/", "/")
    joined = posixpath.normpath(name.lstrip("/") if name.startswith("/") else posixpath.join(directory, name))
    return "" if joined == "." else joined


def _upwards(directory: str) -> list[str]:
    """The directory and its parents up to the root."""
    parts = directory.split("/") if directory else []
    return ["/".join(parts[:n]) for n in range(len(parts), -1, -1)]
