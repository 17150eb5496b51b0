"""Python components: what runs in a root, from which entry point, on which port."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components import pyentry, pyports
from prodify.inventory.components.commands import RANKS
from prodify.inventory.components.pyapps import (
    AppObject,
    app_objects,
    declares_tasks,
    has_main_guard,
    mounts,
    offers_names,
    run_calls,
    runs_by_itself,
    threaded_functions,
)
from prodify.inventory.components.pyproject import PythonProject, read_project
from prodify.inventory.components.pyreach import reaches
from prodify.inventory.components.rqworker import rq_command
from prodify.inventory.data.python_frameworks import CLI_MODULES, SCRIPT_UI
from prodify.inventory.facts import Component, Note
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.commands import Launch
    from prodify.inventory.components.layout import Layout, Root
    from prodify.inventory.components.rqworker import RqCommand
    from prodify.inventory.pymodule import PyModule

_RUNS = lazy(r"^(?:while|await|main|run|asyncio|anyio|trio|sys)\b", re.MULTILINE)
"""How a line begins in every file that begins with something by itself."""
_HANDLER = query(
    "python",
    {"kind": "class_definition", "inside": {"kind": "module"}, "all": [
        {"has": {"field": "name", "regex": "^handler$"}}, {"has": {"field": "superclasses", "regex": r"\bBaseHTTPRequestHandler\b"}}]},
    keywords=("BaseHTTPRequestHandler",),
)  # fmt: skip


class PythonRoot:
    """One root under examination."""

    def __init__(self, repo: Inventory, layout: Layout, root: Root, launches: tuple[Launch, ...]) -> None:
        self.repo = repo
        self.root = root
        self.sources = tuple(p for p in layout.sources("python", root) if p.endswith(".py"))
        self.notebooks = tuple(p for p in layout.sources("python", root) if p.endswith(".ipynb"))
        self.project: PythonProject = read_project(repo, layout, root)
        self.apps = app_objects(repo, self.sources)
        known = set(self.sources)
        resolved = [(launch, pyentry.file_of(repo.files, root, launch)) for launch in launches]
        self.launches = tuple((launch, path) for launch, path in resolved if path in known)

    def components(self) -> Iterator[Component]:
        """Every component of the root; the most service-like first."""
        found = list(self._deployables())
        if found:
            yield from found
        else:
            one = self._distributed() or self._function() or self._runnable() or self._notebook()
            if one is not None:
                yield one

    # -- what is deployed ---------------------------------------------------------------------------------------------

    def _deployables(self) -> Iterator[Component]:
        web = [app for app in self.apps if app.framework.kind == "service"]
        bots = [app for app in self.apps if app.framework.kind == "bot"]
        workers = [app for app in self.apps if app.framework.kind == "worker" and not self._is_only_client(app)]
        if self.project.distribution and not self._is_started(web):
            web = []
        helpers = [app for app in web if self._is_helper(app)]
        served = web and not (bots and len(helpers) == len(web))
        ui = None if served and self._mounts_ui(web) else self._script_ui()
        if served:
            yield self._web(web)
        if ui is not None:
            yield ui if not served else replace(ui, name=f"{ui.name}-{ui.framework}")
        if bots and (not served or self._has_own_process(bots, web)):
            component = self._program(bots, "bot")
            yield (
                replace(component, port=pyports.of_apps(self.repo, helpers))
                if not served
                else replace(component, name=f"{component.name}-bot")
            )
        if workers:
            component = self._program(workers, "worker")
            alone = not served and not bots and ui is None
            yield component if alone else replace(component, name=f"{component.name}-worker")
        elif (command := self._rq_command()) is not None:
            component = self._component("worker", "rq", command.entry, (Note(command.location, command.entry),))
            alone = not served and not bots and ui is None
            yield component if alone else replace(component, name=f"{component.name}-worker")
        elif not served and not bots and ui is None:
            yield from self._plain_worker()

    def _is_started(self, web: list[AppObject]) -> bool:
        """Whether a distribution's application is started somewhere: by a command, a main guard, or as a module-level object."""
        started = {path for _, path in self.launches}
        if any(app.path in started or app.variable or has_main_guard(self.repo, app.path) for app in web):
            return True
        homes = {app.path for app in web}
        return any(reaches(self.repo, path, homes) for launch, path in self.launches if RANKS[launch.source] >= RANKS["compose"])

    def _is_only_client(self, app: AppObject) -> bool:
        """Whether a Celery application only sends tasks or watches: nothing declares a task, and nothing starts a worker."""
        if app.framework.name != "celery" or app.variable or any(launch.program == "celery" for launch, _ in self.launches):
            return False
        return not any(declares_tasks(self.repo, path) for path in self.sources)

    def _is_helper(self, app: AppObject) -> bool:
        """Whether an application is only run in a thread beside something else (a bot's keep-alive page)."""
        module = self.repo.python.module(app.path)
        threads = {name for path in self.sources if (m := self._module_with(path, "Thread")) is not None for name in threaded_functions(m)}
        if module is None or not threads:
            return False
        running = {call.function for call in run_calls(module)}
        return bool(running & threads) or any(call.name.split(".")[-1] in threads for call in run_calls(module))

    def _module_with(self, path: str, word: str) -> PyModule | None:
        return self.repo.python.module(path) if word in (self.repo.files.text(path) or "") else None

    def _has_own_process(self, bots: list[AppObject], web: list[AppObject]) -> bool:
        """Whether bot and web application are separate programs: another file with a main guard."""
        homes = {app.path for app in web}
        return any(app.path not in homes and has_main_guard(self.repo, app.path) for app in bots)

    def _mounts_ui(self, web: list[AppObject]) -> bool:
        return any("streamlit" not in app.framework.name and mounts(self.repo, app.path) for app in web)

    def _web(self, apps: list[AppObject]) -> Component:
        entry, chosen, rivals, notes = pyentry.choose_web(self, apps)
        launch = next((la for la, path in self.launches if chosen is not None and path in pyentry.homes(self, chosen)), None)
        app = chosen or apps[0]
        if launch is None and app.variable is None and (program := self._program_of(app)) is not None:
            launch, path = program
            entry = self.root.relative(path)
        port = pyports.of_component(self.repo, self.root, app, launch, [path for _, path in self.launches])
        started = (Note(launch.location, f"started by {launch.program}"),) if launch else ()
        return self._component("service", app.framework.name, entry, (*notes, *started), port=port, rivals=rivals)

    def _program_of(self, app: AppObject) -> tuple[Launch, str] | None:
        """The file that an image, process file or compose file starts and that makes the application further down."""
        for launch, path in self.launches:
            if launch.program == "python" and RANKS[launch.source] >= RANKS["compose"] and reaches(self.repo, path, {app.path}):
                return launch, path
        return None

    def _script_ui(self) -> Component | None:
        for name, framework in SCRIPT_UI.items():
            pages = [
                m
                for m in self.repo.python.modules((name,))
                if m.path in self.sources and any(n.note.split(".")[0] == name for n in m.imported)
            ]
            if not pages:
                continue
            entry, rivals, note = pyentry.choose_script(self, [m.path for m in pages], framework.name, skip_pages=True)
            launch = next((la for la, path in self.launches if entry and path == self.root.join(entry)), None)
            port = (launch.port if launch else None) or pyports.streamlit_config(self.repo, self.root) or framework.port
            return self._component("service", framework.name, entry, (note,) if note else (), port=port, rivals=rivals)
        return None

    def _program(self, apps: list[AppObject], kind: str) -> Component:
        """A bot or worker: module:attribute for task queues that want it, else the file that is run."""
        first = next((app for app in apps if app.variable or app.text.startswith("class ") is False), apps[0])
        notes: list[Note] = [Note(app.location, app.text) for app in apps[:3]]
        if kind == "worker" and first.framework.name in ("celery", "huey", "procrastinate", "faust", "faststream", "dramatiq"):
            entry, _, rivals, _ = pyentry.choose_web(self, [a for a in apps if a.framework == first.framework])
            return self._component(kind, first.framework.name, entry, tuple(notes), rivals=rivals)
        starters = pyentry.starters(self, {app.path for app in apps})
        entry, rivals, note = pyentry.choose_script(self, starters, first.framework.name)
        found = (*notes, *([note] if note else []))
        return self._component(kind, first.framework.name, entry, found, port=first.framework.port, rivals=rivals)

    def _rq_command(self) -> RqCommand | None:
        """The command that starts RQ's own worker, where it stands in this root."""
        found = rq_command(self.repo)
        place = found.location.path if found is not None else ""
        inside = self.root.path == "." or place.startswith(f"{self.root.path}/")
        return found if inside and self.root.manifests else None

    def _plain_worker(self) -> Iterator[Component]:
        """A program that loops for ever and waits: a worker without a framework."""
        started = {path for _, path in self.launches}
        for path in self.sources:
            text = self.repo.files.text(path) or ""
            if path not in started and "__main__" not in text and not _RUNS.search(text):
                continue  # nothing begins here, which costs no parse to see
            line = starting.first_place(self.repo, path, starting.FOREVER)
            if line is None and starting.holds(self.repo, path, starting.WAITS):
                line = starting.first_place(self.repo, path, starting.ENDLESS)
            if line is not None and not starting.holds(self.repo, path, starting.ASKS) and (path in started or self._starts(path)):
                note = Note(Location(path, line), "loops for ever and waits for work")
                yield self._component("worker", None, self.root.relative(path), (note,))
                return

    def _starts(self, path: str) -> bool:
        return has_main_guard(self.repo, path) or runs_by_itself(self.repo, path)

    # -- what is distributed or run by hand ---------------------------------------------------------------------------

    def _distributed(self) -> Component | None:
        project = self.project
        if not self.sources or not (project.distribution or project.scripts):
            return None
        manifest = next((m for m in self.root.manifests if m.endswith(("pyproject.toml", "setup.py", "setup.cfg"))), None)
        notes = (Note(Location(manifest, 1), "declares a distribution"),) if manifest else ()
        offers_names = project.library or (self._exports_names() and not project.application)
        if project.scripts and not (offers_names and project.distribution):
            entry = sorted(project.scripts.items())[0][1]
            return self._component("cli", self._cli_framework(), entry, notes)
        if not project.distribution:
            return None
        return self._component("library", None, None, notes)

    def _function(self) -> Component | None:
        """A function that Vercel's runtime calls: a class `handler` in a root with the platform's file."""
        if self.root.join("vercel.json") not in self.repo.files:
            return None
        found = [(path, node) for path in self.sources for _, node in self.repo.syntax.nodes(_HANDLER, path)]
        if not found:
            return None
        path, node = min(found, key=lambda row: (row[0].count("/"), row[0]))
        note = Note(location_of(path, node), "answers requests for the platform's runtime")
        return self._component("service", None, self.root.relative(path), (note,))

    def _exports_names(self) -> bool:
        """Whether the top package offers names to import: a library with a console script, not a tool."""
        for path in self.sources:
            parts = self.root.relative(path).removeprefix("src/").split("/")
            if len(parts) == 2 and parts[1] == "__init__.py" and offers_names(self.repo, path):
                return True
        return False

    def _runnable(self) -> Component | None:
        guarded = [p for p in self.sources if has_main_guard(self.repo, p) or p.endswith("/__main__.py")]
        started = [path for _, path in self.launches]
        paths = list(dict.fromkeys([*started, *guarded])) or (
            [p for p in self.sources if "/" not in self.root.relative(p)] if len(self.sources) <= 20 else []
        )
        paths = [p for p in paths if p.rpartition("/")[2] not in ("setup.py", "__init__.py", "conf.py", "noxfile.py", "fabfile.py")]
        if not paths:
            return None
        entry, rivals, note = pyentry.choose_script(self, paths, "")
        framework = self._cli_framework()
        kind = "cli" if framework is not None and guarded else "script"
        return self._component(kind, framework if framework in ("click", "typer") else None, entry, (note,) if note else (), rivals=rivals)

    def _cli_framework(self) -> str | None:
        found = [name for name in CLI_MODULES for _ in self._importers(name)]
        return max(dict.fromkeys(found), key=found.count) if found else None

    def _importers(self, name: str) -> Iterator[str]:
        told = (p for p in self.sources if any(line.partition(".")[0] == name for line in self.repo.python.import_lines(p)))
        return (p for p in told if self.repo.python.imports_in(p, name))

    def _notebook(self) -> Component | None:
        if not self.notebooks:
            return None
        entry = self.root.relative(self.notebooks[0]) if len(self.notebooks) == 1 else None
        return self._component("notebook", "jupyter", entry, tuple(Note(Location(p, 1), "notebook") for p in self.notebooks[:3]))

    def _component(
        self,
        kind: str,
        framework: str | None,
        entry: str | None,
        notes: tuple[Note, ...],
        *,
        port: int | None = None,
        rivals: tuple[str, ...] = (),
    ) -> Component:
        path, project = self.root.path, self.project
        name = project.name or (path.rpartition("/")[2] if path != "." else "app")
        found = tuple(dict.fromkeys(notes))
        return Component(path, name, kind, "python", framework, entry, port, project.manager, project.runtime, found, rivals)
