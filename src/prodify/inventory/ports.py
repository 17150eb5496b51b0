"""Where ports are named, and whether the places agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.components.commands import RANKS, launches
from prodify.inventory.facts import Note
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.containers.model import Dockerfile

_LOOPBACK = ("127.0.0.1", "localhost")
_FLASK_PORT = 5000
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked for, not bound


def disagreements(repo: Inventory) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """Places that were compared, and those of them that disagree with what listens.

    A start command's own port counts before the code's; a process that listens on the loopback address is unreachable from
    outside its container, whatever the image exposes.
    """
    compared: list[Note] = []
    wrong: list[Note] = []
    for dockerfile in repo.dockerfiles:
        exposed = dockerfile.exposed_ports
        if not exposed:
            continue
        place = dockerfile.final_instructions("EXPOSE")[-1].location
        listens, host = _listening(repo, dockerfile)
        if listens is None:
            continue
        compared.append(Note(place, f"EXPOSE {' '.join(map(str, exposed))}"))
        if listens not in exposed:
            wrong.append(Note(place, f"the image exposes {exposed[0]}, the process listens on {listens}"))
        elif host in _LOOPBACK:
            wrong.append(Note(place, f"the image exposes {exposed[0]}, the process listens on {host} only"))
    return tuple(compared), tuple(wrong)


def _listening(repo: Inventory, dockerfile: Dockerfile) -> tuple[int | None, str | None]:
    """Port and host of the process that the image starts; (None, None) when it cannot be told or comes from the environment."""
    if (port := _compiled(repo, dockerfile)) is not None:
        return port, None
    started = [x for x in launches(repo) if x.source == "image" and x.location.path == dockerfile.path and RANKS[x.source]]
    if not started:
        return None, None
    launch = started[0]
    if launch.program == "gunicorn" and launch.port is None:
        return None, None
    if launch.port is not None:
        return launch.port, None
    if launch.program == "flask":
        opened = any(_EVERYWHERE in word or "FLASK_RUN_HOST" in word for word in dockerfile.command_words)
        return _FLASK_PORT, None if opened else "127.0.0.1"
    if launch.program != "python" or not (launch.target or "").endswith(".py"):
        return None, None
    return _python_run(repo, launch.target or "", dockerfile)


_NO_PYTHON = frozenset(("go", "rust", "java", "kotlin", "javascript", "typescript", "csharp"))
_SETS_PORT = lazy(r"(?i)\bport\b|(^|_)PORTS?$|_URLS?$|--?p(ort)?[= ]")


def _compiled(repo: Inventory, dockerfile: Dockerfile) -> int | None:
    """The port of the one service in another language that an image holds, None when the image says something of ports itself."""
    packed = dockerfile.component
    inside = [c for c in repo.components if packed in (".", c.path) or c.path.startswith(packed + "/")]
    listening = [c for c in inside if c.port is not None and c.kind in ("service", "web")]
    if len(listening) != 1 or listening[0].language not in _NO_PYTHON or listening[0].kind != "service":
        return None
    if listening[0].framework in _BUILT or not dockerfile.start or any(_SETS_PORT.search(e.name) for e in dockerfile.environment):
        return None
    place = listening[0].place("port")
    if place is not None and place.path.endswith("launchSettings.json"):
        return None  # what the developer's machine starts; no image reads it
    text = " ".join(start.text for start in dockerfile.start)
    return None if _SETS_PORT.search(text) or any(p in text for p in _PROXIES) else listening[0].port


_PROXIES = ("nginx", "caddy", "httpd", "apache", "serve ", "supervisord")
_BUILT = frozenset(("next", "nuxt", "remix", "react-router", "sveltekit", "astro"))
"""Frameworks whose port the start script or the platform says, not code."""


def _python_run(repo: Inventory, target: str, dockerfile: Dockerfile) -> tuple[int | None, str | None]:
    """What `app.run()` or `uvicorn.run()` in the started file listens on."""
    prefix = "" if dockerfile.component == "." else dockerfile.component + "/"
    name = target.removeprefix("./").rpartition("/")[2]
    for call in repo.python.calls("*.run"):
        if call.location.path not in (prefix + target.removeprefix("./"), prefix + name):
            continue
        flask = repo.python.imports_in(call.location.path, "flask")
        if not (flask or call.name == "uvicorn.run"):
            continue
        port, host = call.arg("port", 1 if flask else None), call.arg("host", 0 if flask else None)
        if port is not None and not port.literal:
            return None, None
        number = port.value if port is not None else (_FLASK_PORT if flask else 8000)
        address = (str(host.value) if host.literal else None) if host is not None else "127.0.0.1"
        return (number, address) if isinstance(number, int) else (None, None)
    return None, None
