"""Where a Python module of the service goes, and how a test finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.layout import main_component

if TYPE_CHECKING:
    from prodify.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for modules: `folder` from the repository's root ("" for the root), its dotted `package`, and the component's `root`."""

    folder: str
    package: str
    root: str

    def path(self, module: str) -> str:
        """The path of a module."""
        return f"{self.folder}/{module}.py" if self.folder else f"{module}.py"

    def import_line(self, module: str) -> str:
        """The statement that imports a module under its own name."""
        return f"from {self.package} import {module}" if self.package else f"import {module}"

    @property
    def source_root(self) -> str:
        """The folder that has to be on the import path, relative to the component's root ("" for that root itself)."""
        depth = len(self.package.split(".")) if self.package else 0
        parts = self.folder.split("/") if self.folder else []
        base = "/".join(parts[: len(parts) - depth])
        return base.removeprefix(self.root if self.root != "." else "").strip("/")


def place_of(repo: Inventory) -> Place | None:
    """Beside the web application, else in the folder of the Python service, else beside the first model call; None without any."""
    app = web_app(repo)
    if app is not None:
        return Place(app.path.rpartition("/")[0], app.package, app.root)
    component = main_component(repo)
    if component is not None and component.language == "python":
        return Place("" if component.path == "." else component.path, "", component.path)
    calls = [call for call in repo.model_calls if call.location.path.endswith(".py")]
    if not calls:
        return None
    folder = calls[0].location.path.rpartition("/")[0]
    return Place(folder, "", folder or ".")
