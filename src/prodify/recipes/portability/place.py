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
    """Beside the web application, else beside the file that a Python service starts from; None when neither is known."""
    app = web_app(repo)
    if app is not None:
        return Place(app.path.rpartition("/")[0], app.package, app.root)
    component = main_component(repo)
    if component is None or component.language != "python" or component.entrypoint is None:
        return None
    root = "" if component.path == "." else component.path
    return Place(root, "", component.path)
