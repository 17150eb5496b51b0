"""How the repository says that its programs are started: images, process files, platform files, scripts and, last, prose."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.numbers import port_number
from prodify.inventory.placed import PlacedInt
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory

RANKS = {"image": 7, "procfile": 6, "platform": 5, "compose": 4, "script": 3, "devcontainer": 2, "prose": 1}
"""How much a source says about production; a higher one wins."""

_SERVERS = frozenset((
    "gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "granian", "streamlit", "chainlit", "flask", "fastapi",
    "celery", "rq", "dramatiq", "huey_consumer", "huey_consumer.py", "arq", "python", "python3", "python2", "pypy3", "gradio", "panel",
    "sanic", "litestar", "quart", "adev", "robyn",
))  # fmt: skip
_WRAPPERS = frozenset((
    "exec", "nohup", "time", "env", "tini", "dumb-init", "catchsegv", "opentelemetry-instrument", "ddtrace-run", "newrelic-admin",
    "run-program", "poetry", "pipenv", "uv", "uvx", "run", "pdm", "hatch", "rye", "sudo", "--", "npx", "bundle", "dotenv", "doppler",
))  # fmt: skip
_LINE = lazy(
    r"\b(gunicorn|uvicorn|hypercorn|daphne|waitress-serve|uwsgi|granian|streamlit run|chainlit run|flask\b.* run|flask run"
    r"|fastapi (run|dev)|celery|python3? (-m )?[\w./-]+|rq worker|dramatiq|arq)\b"
)
_ASSIGNMENT = lazy(r"^[A-Za-z_]\w*=")
_TARGET = lazy(r"^[A-Za-z_][\w./]*:[A-Za-z_]\w*(\(.*\))?$")
_PORT = lazy(r"(?:^|:)(\d{2,5})$")
_DEFAULT_PORT = lazy(r"\$\{\w+:-(\d{2,5})\}")


@dataclass(frozen=True, slots=True)
class Launch:
    """One way a program is started. `target` is module:attribute, a module (`-m`) or a file, as written.

    `program` is the server or interpreter, `source` is a key of `RANKS`; `process` the
    name a process file or compose file gives it; `directory` where the words stand.
    `factory` is set when the target is called to make the application.
    """

    program: str
    target: str | None
    location: Location
    source: str
    process: str = ""
    directory: str = "."
    port: int | None = None
    factory: bool = False
    module: bool = False


def launches(repo: Inventory) -> tuple[Launch, ...]:
    """Every start of a Python program that the repository writes down, the most telling source first."""
    parsed = (parse(words, location, source, process) for words, location, source, process in commands(repo))
    found = [launch for launch in parsed if launch is not None]
    return tuple(
        sorted(found, key=lambda x: (-RANKS[x.source], x.process not in ("", "web", "app"), x.location.path, x.location.line or 0))
    )


def split(text: str) -> list[str]:
    """The words of a shell command; broken quoting falls back to white space."""
    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return text.split()


def parse(words: list[str], location: Location, source: str, process: str = "") -> Launch | None:
    """Read one command; None when it starts nothing known. Of a chain (`a && b`) the last program that is known counts."""
    if len(words) >= 3 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1] in ("-c", "-lc", "-ec", "-xc"):
        words = split(words[2])
    found = None
    for part in chain(words):
        found = _one(part, location, source, process) or found
    return found


def chain(words: list[str]) -> Iterator[list[str]]:
    """The commands of one line of a shell."""
    part: list[str] = []
    for word in words:
        if word in ("&&", "||", ";", "|", "&"):
            yield part
            part = []
        elif word.endswith(";"):
            yield [*part, word[:-1]]
            part = []
        else:
            part.append(word)
    yield part


def _one(words: list[str], location: Location, source: str, process: str) -> Launch | None:
    flask_app = next((w.split("=", 1)[1] for w in words if w.startswith("FLASK_APP=")), None)
    while words and (words[0] in _WRAPPERS or _ASSIGNMENT.match(words[0]) or words[0].startswith("--with")):
        words = words[1:]
    if not words:
        return None
    program, rest = words[0].rpartition("/")[2], words[1:]
    module = False
    if program.startswith(("python", "pypy")):
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[1:]
        if rest[:1] == ["-m"] and len(rest) > 1:
            program, rest, module = rest[1], rest[2:], True
            if program not in _SERVERS:
                return Launch("python", program, location, source, process, _directory(location), None, False, True)
    if (program not in _SERVERS and not module) or (program == "flask" and "run" not in rest):  # `flask db upgrade` serves nothing
        return None
    target, factory = _target(program, rest, flask_app)
    if program.startswith(("python", "pypy")) and (target is None or not target.endswith(".py")):
        return None
    program = "python" if program.startswith(("python", "pypy")) else program
    port = _port(program, rest)
    told = PlacedInt(port, location) if port is not None else None
    return Launch(program, target, location, source, process, _directory(location), told, factory)


def _directory(location: Location) -> str:
    return location.path.rpartition("/")[0] or "."


def _target(program: str, words: list[str], flask_app: str | None) -> tuple[str | None, bool]:
    """What a command starts, and whether it is a factory."""
    factory = "--factory" in words
    if program in ("streamlit", "chainlit", "fastapi", "panel"):
        return next((w for w in words if w.endswith(".py")), None), False
    if program.startswith(("python", "pypy")):
        return next((w for w in words if not w.startswith("-")), None), False
    if program in ("celery", "flask"):
        named = _option(words, "-A", "--app") or (flask_app if program == "flask" else None)
        return named, False
    if program == "uwsgi":
        return _option(words, "--module", "-w") or _option(words, "--wsgi-file", "--file"), False
    for word in words:
        if _TARGET.match(word):
            if word.endswith(")"):
                return word, True
            return word, factory
    if program in ("gunicorn", "uvicorn", "hypercorn"):
        plain = [
            w
            for w, before in zip(words, ["", *words], strict=False)
            if not w.startswith("-") and (not before.startswith("-") or "=" in before)
        ]
        dotted = next((w for w in plain if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+|wsgi|app|main", w)), None)
        return dotted, factory
    return None, False


def _option(words: list[str], *names: str) -> str | None:
    for index, word in enumerate(words):
        head, equals, value = word.partition("=")
        if head in names:
            if equals:
                return value
            if index + 1 < len(words):
                return words[index + 1]
    return None


def _port(program: str, words: list[str]) -> int | None:
    """The port that a server's options name; `$PORT` says none, `${PORT:-8000}` says 8000."""
    names: tuple[str, ...] = ("--bind", "-b", "--port", "-p", "--server.port", "--http", "--http-socket", "--listen", "--server_port")
    if program in ("python", "celery"):
        names = ("--port",)
    value = _option(words, *names)
    if value is None:
        return None
    match = _DEFAULT_PORT.search(value) or _PORT.search(value)
    return port_number(match[1]) if match else None


def commands(repo: Inventory) -> Iterator[tuple[list[str], Location, str, str]]:
    """Words, place, source and process of every command that is written down, by source: images first, prose last."""
    for image in repo.dockerfiles:
        for start in image.start:
            yield split(start.text), start.location, "image", ""
    yield from _process_files(repo)
    for compose in repo.compose_files:
        for service in compose.services:
            if service.command:
                yield list(service.command), service.command_location or service.location, "compose", service.name
    yield from _platform_files(repo)
    shell = repo.files.select(
        "*.sh", "Makefile", "makefile", "Justfile", "justfile", "run.bat", "uwsgi.ini", "uwsgi*.ini", "entrypoint*", "start"
    )
    yield from _lines(repo, shell, "script")
    yield from _lines(repo, repo.files.select("*.ini", "supervisord*.conf", "*.service"), "script")
    yield from _lines(repo, repo.files.select(".devcontainer/devcontainer.json", "devcontainer.json"), "devcontainer")
    yield from _lines(repo, repo.files.select("README*", "readme*", "Readme*", roles=(Role.DOCS, Role.PRODUCTION)), "prose")


def _process_files(repo: Inventory) -> Iterator[tuple[list[str], Location, str, str]]:
    for path in repo.files.select("Procfile", "Procfile.*"):
        for number, line in enumerate(repo.files.lines(path), 1):
            process, colon, command = line.partition(":")
            if colon and command.strip() and process.strip().replace("_", "").replace("-", "").isalnum():
                yield split(command), Location(path, number), "procfile", process.strip()


_START = lazy(
    r"""^\s*["']?(?:startCommand|start_command|start|cmd|command|entrypoint|run_command|run|app)["']?\s*[:=]\s*(.+?),?\s*$"""
)


def _platform_files(repo: Inventory) -> Iterator[tuple[list[str], Location, str, str]]:
    names = (
        "render.yaml",
        "render.yml",
        "app.yaml",
        "fly.toml",
        "railway.json",
        "railway.toml",
        "nixpacks.toml",
        "app.json",
        "zeabur.json",
        ".replit",
        "heroku.yml",
    )
    compose = {view.path for view in repo.compose_files}
    for path in repo.files.select(*names):
        for number, line in enumerate(repo.files.lines(path), 1):
            match = _START.match(line) if path not in compose else None
            if match:
                yield _words(match[1]), Location(path, number), "platform", ""


def _words(text: str) -> list[str]:
    """Words of a value that may be a JSON list, a quoted string or plain."""
    text = text.strip()
    if text.startswith("["):
        try:
            return [str(word) for word in json.loads(text)]
        except (ValueError, RecursionError):
            text = text.strip("[]").replace(",", " ")
    return split(text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text)


def _lines(repo: Inventory, paths: Iterable[str], source: str) -> Iterator[tuple[list[str], Location, str, str]]:
    """Commands in lines of text: the part of a line from the first known program on."""
    for path in paths:
        for number, line in enumerate(repo.files.lines(path), 1):
            if len(line) > 500:
                continue
            if path.endswith(".ini") and (match := re.match(r"^\s*(module|wsgi-file|mount)\s*=\s*(\S+)", line)):
                yield ["uwsgi", "--" + match[1], match[2]], Location(path, number), source, ""
                continue
            match = _LINE.search(line)
            if match and not line.lstrip().startswith("#"):
                prefix = re.search(r"(FLASK_APP=\S+\s+)", line[: match.start()])
                text = (prefix[1] if prefix else "") + line[match.start() :].rstrip("`'\",)")
                yield split(text.split("`")[0].split('"')[0]), Location(path, number), source, ""
