"""The port a Python component listens on: a server's command, then the code, then the image, then the framework's default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import pyimports
from prodify.inventory.components.commands import RANKS
from prodify.inventory.components.common import placed_port, port_in
from prodify.inventory.components.pyapps import AppObject, run_calls
from prodify.inventory.placed import PlacedInt
from prodify.inventory.polyglot.nodes import arguments
from prodify.inventory.pymodule import literal
from prodify.inventory.pynodes import dotted, is_named
from prodify.inventory.syntax import location_of
from prodify.inventory.unset import last_resort, looked_up, when_unset
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.components.commands import Launch
    from prodify.inventory.components.layout import Root
    from prodify.inventory.facts import Call
    from prodify.inventory.pymodule import PyModule

SERVER_PORTS: Mapping[str, int] = {
    "gunicorn": 8000,
    "uvicorn": 8000,
    "hypercorn": 8000,
    "daphne": 8000,
    "granian": 8000,
    "waitress-serve": 8080,
    "fastapi": 8000,
    "flask": 5000,
    "streamlit": 8501,
    "chainlit": 8000,
    "quart": 5000,
    "sanic": 8000,
}
"""Ports that servers bind when they are told none, from their documentation."""

_ARGUMENTS = ("port", "server_port")
_BIND = lazy(r""":(\d{2,5})["']*$""")
"""The port at the end of the address that gunicorn's configuration binds."""


def of_component(repo: Inventory, root: Root, app: AppObject, launch: Launch | None, started: Iterable[str | None]) -> int | None:
    """The port of a web application."""
    production = launch is not None and RANKS[launch.source] >= RANKS["script"]
    server = launch is not None and launch.program not in ("python", "flask")
    if launch is not None and production and launch.port is not None:
        return launch.port
    if production and server:
        found = _gunicorn_config(repo, root) or _image_port(repo, root)
        if found is None and launch is not None and launch.program == "gunicorn":
            return SERVER_PORTS["gunicorn"]
        return found or (SERVER_PORTS.get(launch.program) if launch else None) or app.framework.port
    files = dict.fromkeys([app.path, *(p for p in started if p)])
    code = _code_ports(repo, files)
    if code:
        return code[0] or _image_port(repo, root) or app.framework.port
    if launch is not None and launch.port is not None:
        return launch.port
    if any(True for path in files if (module := repo.python.module(path)) for _ in run_calls(module)):
        return app.framework.port
    return _image_port(repo, root) or app.framework.port


def of_apps(repo: Inventory, apps: Iterable[AppObject]) -> int | None:
    """The port written where applications are run, None when none is."""
    return next((port for port in _code_ports(repo, dict.fromkeys(app.path for app in apps)) if port), None)


def _code_ports(repo: Inventory, paths: Iterable[str]) -> list[int | None]:
    """Ports that run calls name, in order, known ones first; None for a port that is given and cannot be read."""
    found: list[int | None] = []
    for path in paths:
        module = repo.python.module(path)
        for call in run_calls(module) if module is not None else ():
            port = (port_of_call(call, module) or _setting(repo, call)) if module else None
            if port or call.has_star or any(call.arg(name) for name in _ARGUMENTS):
                found.append(port)
    return sorted(found, key=lambda port: port is None)


def _setting(repo: Inventory, call: Call) -> int | None:
    """The port in `settings.port`: the default of the only settings class with that field, else the value in an environment file."""
    argument = next((a for name in _ARGUMENTS if (a := call.arg(name)) is not None), None)
    if argument is None or not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", argument.text):
        return None
    field = argument.text.rpartition(".")[2]
    if (constant := _constant(repo, call, argument.text)) is not None:
        return constant
    found: set[int | None] = {port for path in repo.syntax.sources("python", (field,)) for port in _declared(repo, path, field)} - {None}
    written = re.compile(rf"^\s*{field}\s*=\s*[\"']?(\d{{2,5}})\b", re.MULTILINE | re.IGNORECASE)
    files = repo.files.select(".env", ".env.example", ".env.sample") if not found else ()
    found |= {port_in(repo, (path,), written) for path in files} - {None}
    return found.pop() if len(found) == 1 else None


def _declared(repo: Inventory, path: str, field: str) -> Iterator[int | None]:
    """The ports that a field of that name has by default in classes of a file: `port: int = 8000`, `port: int = Field(default=8000)`."""
    if re.search(rf"\b{field}\s*:[^\n]*=", repo.files.text(path) or "") is None:
        return
    root = repo.syntax.tree(path, "python")
    rule = {"rule": {"kind": "assignment", "all": [{"has": {"field": "left", "regex": f"^{field}$"}}, {"has": {"kind": "type"}}],
                     "inside": {"kind": "class_definition", "stopBy": {"kind": "function_definition"}}}}  # fmt: skip
    for node in root.find_all(rule) if root is not None else ():  # type: ignore[call-overload]
        value = node.field("right")
        if value is not None and value.kind() == "call" and dotted(value.field("function")).rpartition(".")[2] == "Field":
            given = arguments(value)
            named = next((a for a in given if a.kind() == "keyword_argument" and is_named(a.field("name"), "default")), None)
            value = named.field("value") if named is not None else next(iter(given), None)
        told, known = literal(value) if value is not None else (None, False)
        if known and isinstance(told, int | str) and not isinstance(told, bool):
            yield placed_port(str(told), location_of(path, node))


def _constant(repo: Inventory, call: Call, dotted: str) -> int | None:
    """The port in `config.PORT`, a constant of another module of the repository: its number, or what steps in for a variable."""
    home = pyimports.definition(repo, call.location.path, dotted)
    module = repo.python.module(home[0]) if home is not None else None
    bound = pyimports.assignment_of(module, home[1]) if home is not None and module is not None else None
    if bound is None:
        return None
    return placed_port(str(bound.value) if bound.literal else _fallback(bound.text), bound.location)


def _fallback(text: str) -> str:
    """The port that steps in where nothing else is told: a look-up's default, what stands behind `or`; empty for none."""
    told = next((default for name, default in looked_up(text) if "PORT" in name), None) or last_resort(text)
    return str(told) if told is not None else ""


def port_of_call(call: Call, module: PyModule) -> int | None:
    """The port that a run call names: a literal, a module constant, or the fallback of an environment variable."""
    argument = next((a for name in _ARGUMENTS if (a := call.arg(name)) is not None), None)
    if argument is None and call.name.endswith(".listen"):
        argument = call.arg("port", 0)
    if argument is None and call.name.endswith(".run"):  # `app.run("0.0.0.0", 8000)` of Flask
        second = call.arg("port", 1)
        argument = second if second is not None and isinstance(second.value, int) and not isinstance(second.value, bool) else None
    if argument is None:
        return None
    text, value, place = argument.text, argument.value, call.location
    if not argument.literal and text.isidentifier():
        for assignment in module.assignments:
            if assignment.target == text:
                text, value, place = assignment.text, assignment.value, assignment.location
    if isinstance(value, str) or (isinstance(value, int) and 0 <= value < 65536):
        written = placed_port(str(value), place)
        if written is not None:
            return written
    return placed_port(_fallback(text), place)


def _gunicorn_config(repo: Inventory, root: Root) -> int | None:
    for name in ("gunicorn.conf.py", "gunicorn_config.py", "gunicorn_conf.py", "config/gunicorn.py"):
        module = repo.python.module(root.join(name)) if root.join(name) in repo.files else None
        if module is not None:
            bound = next((a for a in module.assignments if a.target == "bind" and a.function is None), None)
            told = when_unset(bound.text) if bound is not None else None
            written = _BIND.search(told if isinstance(told, str) else bound.text) if bound is not None else None
            return placed_port(written[1], bound.location) if written is not None and bound is not None else None
    return None


def _image_port(repo: Inventory, root: Root) -> int | None:
    """The port that the root's image exposes, else the one its PORT variable holds."""
    for image in repo.dockerfiles:
        if root.path in (image.component, "."):
            if image.exposed_ports:
                exposed = next(iter(image.final_instructions("EXPOSE")), None)
                return PlacedInt(image.exposed_ports[0], exposed.location if exposed is not None else image.location)
            for entry in image.environment:
                if entry.name == "PORT" and entry.value and entry.value.isdecimal():
                    return placed_port(entry.value, entry.location)
    return None


def streamlit_config(repo: Inventory, root: Root) -> int | None:
    """The port in .streamlit/config.toml."""
    path = root.join(".streamlit/config.toml")
    return port_in(repo, (path,), re.compile(r"^\s*port\s*=\s*(\d+)", re.MULTILINE)) if path in repo.files else None
