"""Where the web application stands and where a module beside it goes; shared by the recipes that wire something into it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING

from prodify.recipes.shared.layout import main_component

if TYPE_CHECKING:
    from prodify.inventory import Inventory

FRAMEWORKS = ("flask", "fastapi", "django")


@dataclass(frozen=True, slots=True)
class WebApp:
    """The application object `variable` (or the factory that makes it) in the file `path` of a Flask, FastAPI or Django service.

    `root` is the folder of the component, `package` the dotted package of `path`, empty for a top-level module. `asgi`: whether the server
    speaks ASGI to it. `django`: the name that Django's own application has in that file, where `variable` wraps it (Channels).
    """

    framework: str
    root: str
    path: str
    variable: str
    package: str
    asgi: bool = False
    django: str = ""

    def beside(self, module: str) -> str:
        """Path of a module next to the application's file."""
        folder = self.path.rpartition("/")[0]
        return f"{folder}/{module}.py" if folder else f"{module}.py"

    def import_line(self, module: str) -> str:
        """The statement that imports that module under its own name."""
        return f"from {self.package} import {module}" if self.package else f"import {module}"

    @property
    def import_name(self) -> str:
        """The application as servers take it: module:variable."""
        module = self.path.rpartition("/")[2].removesuffix(".py")
        inside = f"{self.package}.{module}" if self.package and module != "__init__" else self.package or module
        return f"{inside}:{self.variable}"


def web_app(repo: Inventory) -> WebApp | None:
    """The main component's application; None unless it is a Flask, FastAPI or Django service with a known, importable entry point."""
    component = main_component(repo)
    if component is None or component.language != "python" or component.framework not in FRAMEWORKS or component.entrypoint is None:
        return None
    module, _, attribute = component.entrypoint.partition(":")
    path = _file_of(repo, component.path, module)
    variable = _variable(repo, path, attribute) if path is not None else None
    if path is None or variable is None or not all(part.isidentifier() and not iskeyword(part) for part in module.split(".")):
        return None
    package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
    if component.framework == "fastapi":
        return WebApp("fastapi", component.path, path, variable, package, asgi=True)
    if component.framework == "flask":
        return WebApp("flask", component.path, path, variable, package)
    makers = repo.python.calls("*.get_wsgi_application", "*.get_asgi_application")
    made = {call.name.rpartition(".")[2] for call in makers if call.location.path == path}
    if not made:
        return None
    return WebApp("django", component.path, path, variable, package, "get_asgi_application" in made, _inner(repo, path) or variable)


def _inner(repo: Inventory, path: str) -> str | None:
    """The name that `get_asgi_application()` or its WSGI sister is assigned to at the top of a file."""
    facts = repo.python.module(path)
    made = re.compile(r"(\w+\.)*get_[aw]sgi_application\(\)")
    return next((a.target for a in facts.assignments if a.function is None and made.fullmatch(a.text.strip())), None) if facts else None


def stands_for(repo: Inventory, path: str, definition: str) -> bool:
    """Whether a module may be written at `path`: nothing is there, or what is there defines what the wiring calls."""
    return path not in repo.files or re.search(rf"^{definition}\b", repo.files.text(path) or "", re.MULTILINE) is not None


def _variable(repo: Inventory, path: str, attribute: str) -> str | None:
    """The name of the application in its file: the attribute itself, or what the factory `attribute()` returns last."""
    if not attribute.endswith("()"):
        return attribute if attribute.isidentifier() else None
    try:
        tree = ast.parse(repo.files.text(path) or "")
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute[:-2]:
            last = node.body[-1]
            return last.value.id if isinstance(last, ast.Return) and isinstance(last.value, ast.Name) else None
    return None


def _file_of(repo: Inventory, root: str, module: str) -> str | None:
    """The file of a dotted module below the component's folder, also in a `src` layout."""
    base = "" if root == "." else f"{root}/"
    name = module.replace(".", "/")
    for candidate in (f"{base}{name}.py", f"{base}{name}/__init__.py", f"{base}src/{name}.py", f"{base}src/{name}/__init__.py"):
        if candidate in repo.files:
            return candidate
    return None
