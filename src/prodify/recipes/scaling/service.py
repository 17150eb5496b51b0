"""What every deploy file needs to know of the service: how it is installed, started, asked for its health and stopped."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.connections import WORKERS
from prodify.data import requirement
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.layout import HEALTH_PATH, READY_PATH, Naming, main_component, naming
from prodify.recipes.shared.packages import can_list, installed
from prodify.recipes.shared.pythons import python_of

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component
    from prodify.profile import Profile

GRACEFUL_SECONDS = 30
"""How long a stopping worker may finish its requests."""
PRESTOP_SECONDS = 10
"""How long a pod goes on serving after it was told to stop: the load balancers learn of it asynchronously."""
TERMINATION_SECONDS = PRESTOP_SECONDS + GRACEFUL_SECONDS + 5

_SERVERS = ("gunicorn", "uvicorn")
_WSGI = ("flask", "django")
_ASGI = ("fastapi", "starlette", "quart", "litestar")
_HEALTH = (HEALTH_PATH, "/health", "/livez", "/live", "/healthcheck", "/ping", "/api/health")
_READY = (READY_PATH, "/ready", "/readiness")
_HEALTH_RECIPE_KNOWS = ("flask", "fastapi")
_STREAMLIT_HEALTH = "/_stcore/health"
_FOLDER_NAME = re.compile(r"(upload.*(folder|dir|path|root)|^MEDIA_ROOT$)", re.IGNORECASE)
_FOLDER = re.compile(r"([A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*)/?")


@dataclass(frozen=True, slots=True)
class Deployable:
    """The service as its image holds it. Paths are relative to `directory`, which is "." for the root of the repository."""

    component: Component
    names: Naming
    directory: str
    server: str
    """gunicorn, uvicorn or streamlit; worker for what serves nothing."""
    application: str
    """What the server is given: `module:attribute`, or a file for Streamlit."""
    factory: bool
    """Whether the attribute is a function that makes the application."""
    source_root: str
    """The folder that must be importable besides the working directory: "src", or empty."""
    python_version: str
    manager: str
    """requirements, uv, poetry or project (a pyproject.toml without a lock file)."""
    requirements: str
    server_in_image: bool
    """Whether the image installs the server by itself, since the list of packages cannot be edited."""
    threads: int
    health_path: str | None
    ready_path: str | None
    writable: tuple[str, ...]
    """Folders beside the code that the service writes into."""

    def path(self, name: str) -> str:
        """The path of a file of the component, from the repository's root."""
        return name if self.directory == "." else f"{self.directory}/{name}"

    @property
    def concurrency(self) -> int:
        """Requests that one container works on at once."""
        return WORKERS * self.threads if self.server == "gunicorn" else max(WORKERS * self.threads, 16)


def deployable(repo: Inventory, profile: Profile) -> Deployable | None:
    """The main service when it is a Python web service that these recipes can start, else None."""
    component = main_component(repo)
    if component is None or component.kind != "service" or component.language != "python" or not component.entrypoint:
        return None
    server = server_of(component)
    return described(repo, profile, component, server) if server is not None else None


def described(repo: Inventory, profile: Profile, component: Component, server: str) -> Deployable | None:
    """A Python component as an image would hold it; None when it cannot be told how it is installed or what starts it."""
    manager, requirements = _manager(repo, component)
    if manager is None or component.candidates or not component.entrypoint:
        return None
    health, ready = _health(repo, component) if component.kind == "service" else (None, None)
    source = source_of(repo, component)
    return Deployable(
        component=component,
        names=naming(repo, profile),
        directory=component.path or ".",
        server=server,
        application=component.entrypoint.removesuffix("()"),
        factory=_is_factory(repo, component, source),
        source_root="src" if _beside(component, source) and server != "streamlit" else "",
        python_version=python_of(repo, component),
        manager=manager,
        requirements=requirements,
        server_in_image=server in _SERVERS and repo.uses(server) is None and not can_list(repo, component.path, (requirement(server),)),
        threads=threads_for(profile),
        health_path=health,
        ready_path=ready,
        writable=_written_folders(repo, component),
    )


def _beside(component: Component, source: str) -> bool:
    """Whether the code stands in `src` and is imported without that name."""
    return "/src/" in f"/{source}" and not (component.entrypoint or "").startswith("src.")


def server_of(component: Component) -> str | None:
    """The production server for a component's framework, None when these recipes know none."""
    if component.framework == "django" and ".asgi:" in f".{component.entrypoint}":
        return "uvicorn"
    if component.framework in _WSGI:
        return "gunicorn"
    if component.framework in _ASGI:
        return "uvicorn"
    return "streamlit" if component.framework == "streamlit" else None


def threads_for(profile: Profile) -> int:
    """Threads of one worker: the requests that a replica has at once (Little's law: rate x latency), shared among its workers; 4 to 16.

    The rate is `scaling.rps_per_replica` in requests a second, the latency the objective's threshold in seconds.
    """
    at_once = profile.scaling.rps_per_replica * profile.slo.latency.threshold_seconds
    return min(16, max(4, math.ceil(at_once / WORKERS)))


def _manager(repo: Inventory, component: Component) -> tuple[str | None, str]:
    found = installed(repo, component.path)
    if found.manager == "uv" and not found.locked:
        return "project", ""
    return (None, "") if found.manager == "bare" else (found.manager, found.path)


def source_of(repo: Inventory, component: Component) -> str:
    """The file that the entry point's module stands in, empty when it is not found."""
    base = (component.entrypoint or "").partition(":")[0].replace(".", "/")
    folder = "" if component.path in (".", "") else component.path + "/"
    candidates = (f"{folder}{place}{base}{end}" for place in ("", "src/") for end in (".py", "/__init__.py"))
    return next((path for path in candidates if path in repo.files), "")


def _is_factory(repo: Inventory, component: Component, source: str) -> bool:
    attribute = (component.entrypoint or "").partition(":")[2]
    if attribute.endswith("()"):
        return True
    facts = repo.python.module(source) if source else None
    return facts is not None and any(f.name == attribute and f.cls is None for f in facts.functions)


def _health(repo: Inventory, component: Component) -> tuple[str | None, str | None]:
    """Paths that tell liveness and readiness: those that are there, else those that the recipe `health` adds, else None."""
    if component.framework == "streamlit":
        return _STREAMLIT_HEALTH, _STREAMLIT_HEALTH
    there = {route.path.rstrip("/") or "/" for route in repo.routes if "GET" in route.methods or not route.methods}
    added = component.framework in _HEALTH_RECIPE_KNOWS or (component.framework == "django" and web_app(repo) is not None)
    health = next((path for path in _HEALTH if path in there), HEALTH_PATH if added else None)
    ready = next((path for path in _READY if path in there), READY_PATH if added else health)
    return health, ready


def _written_folders(repo: Inventory, component: Component) -> tuple[str, ...]:
    """Folders that uploads go to, relative to the component: the last string of an assignment to a name such as UPLOAD_FOLDER."""
    found = set()
    for assignment in repo.python.assignments("*UPLOAD*", "*upload*", "MEDIA_ROOT"):
        if _FOLDER_NAME.search(assignment.target):
            texts = [path[1] for text in _strings(assignment.text) if (path := _FOLDER.fullmatch(text))]
            if texts and "." not in texts[-1]:
                found.add(texts[-1])
    prefix = "" if component.path in (".", "") else component.path + "/"
    return tuple(sorted(folder.removeprefix(prefix) for folder in found))


def _strings(expression: str) -> tuple[str, ...]:
    """The string literals of Python source, in their order; none for source that does not parse."""
    try:
        tree = ast.parse(expression.strip())
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return tuple(str(node.value) for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)))
