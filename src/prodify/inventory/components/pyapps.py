"""Application objects of Python code: who makes one, under which name it can be imported, what runs it, and what files do by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.data.python_frameworks import BOTS, WEB, WORKERS, PythonFramework
from prodify.inventory.pyuse import importers
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment, Call
    from prodify.inventory.pymodule import PyModule
    from prodify.model import Location

CONSTRUCTORS: Mapping[str, PythonFramework] = {**WEB, **BOTS, **WORKERS}
_HEADS = tuple(sorted({name.split(".")[0] for name in CONSTRUCTORS}))
_FLAT = {(name.split(".")[0], name.split(".")[-1]): name for name in CONSTRUCTORS}
_RUNNERS = (
    ".run",
    ".launch",
    ".run_polling",
    ".infinity_polling",
    ".polling",
    ".start_polling",
    ".listen",
    ".start",
    ".serve_forever",
    ".run_forever",
    ".run_webhook",
    ".work",
    ".run_until_disconnected",
)
_RUN_FUNCTIONS = ("uvicorn.run", "aiohttp.web.run_app", "waitress.serve", "hypercorn.run", "web.run_app", "serve", "granian.Granian")


@dataclass(frozen=True, slots=True)
class AppObject:
    """A constructed application. `variable` is its importable name, None where there is none; `factory` the function that makes it."""

    framework: PythonFramework
    path: str
    location: Location
    text: str
    variable: str | None = None
    factory: str | None = None


def has_main_guard(repo: Inventory, path: str) -> bool:
    """Whether a file runs something when it is started directly."""
    return starting.holds(repo, path, starting.MAIN)


def app_objects(repo: Inventory, paths: Iterable[str]) -> tuple[AppObject, ...]:
    """Every application object that production code of `paths` makes, by path and line."""
    wanted = frozenset(paths)
    found: list[AppObject] = []
    makers = [module for path in importers(repo, _HEADS) if path in wanted and (module := repo.python.module(path)) is not None]
    for module in makers:
        found += _of_module(repo, module)
    found += _made_by_factories(repo, wanted, [app for app in found if app.factory])
    found += _django(repo, wanted)
    found += _instances_of_subclasses(repo, makers, wanted)
    return tuple(sorted(set(found), key=lambda app: (app.path, app.location.line or 0, app.variable or "")))


def _framework(name: str) -> PythonFramework | None:
    """The framework of a constructor, also when it is imported from elsewhere in its package (`gradio.blocks.Blocks`)."""
    if name in CONSTRUCTORS:
        return CONSTRUCTORS[name]
    parts = name.split(".")
    known = _FLAT.get((parts[0], parts[-1])) if len(parts) > 2 else None
    return CONSTRUCTORS[known] if known else None


def _of_module(repo: Inventory, module: PyModule) -> Iterator[AppObject]:
    returned = _returned_names(module, repo)
    for call in module.calls:
        framework = _framework(call.name)
        if framework is None:
            continue
        if call.name in ("dramatiq.actor", "prefect.flow"):
            yield AppObject(framework, module.path, call.location, call.name)
            continue
        target = assigned_to(module, call)
        shown = call.text.split("\n")[0][:80]
        if target is None and (name := _with_name(repo, module, call)):
            yield AppObject(framework, module.path, call.location, shown, name)
        elif target is None or target.function is not None:
            factory = call.function if call.function and call.function in returned else None
            yield AppObject(framework, module.path, call.location, shown, None, factory)
        else:
            yield AppObject(framework, module.path, call.location, shown, target.target if target.target.isidentifier() else None)


def assigned_to(module: PyModule, call: Call) -> Assignment | None:
    """The assignment whose whole right side is the call (or a chain on it)."""
    for assignment in module.assignments:
        place = assignment.location
        if (place.line or 0) <= (call.location.line or 0) <= (place.end_line or 0) and assignment.text.startswith(call.text[:60]):
            return assignment
    return None


def _with_name(repo: Inventory, module: PyModule, call: Call) -> str | None:
    """The name of `with X() as name:` at module level."""
    root = repo.syntax.tree(module.path, "python")
    if root is None or call.function is not None:
        return None
    for node in root.find_all(kind="as_pattern"):
        alias = node.field("alias")
        if alias is not None and location_of(module.path, node).line == call.location.line and node.text().startswith(call.text[:40]):
            return alias.text()
    return None


def _returned_names(module: PyModule, repo: Inventory) -> set[str]:
    """Functions that return something they made: a factory's name stands in a return statement of its own body."""
    root = repo.syntax.tree(module.path, "python")
    found: set[str] = set()
    for node in root.find_all(kind="return_statement") if root is not None else ():
        if len(node.children()) > 1:
            for ancestor in node.ancestors():
                if ancestor.kind() == "function_definition":
                    name = ancestor.field("name")
                    found.add(name.text() if name is not None else "")
                    break
    return found


def _made_by_factories(repo: Inventory, wanted: frozenset[str], factories: list[AppObject]) -> Iterator[AppObject]:
    """Module-level `app = create_app()` of a known factory, wherever it stands."""
    by_name = {app.factory: app for app in factories if app.factory}
    if not by_name:
        return
    for module in repo.python.modules(by_name):
        if module.path not in wanted:
            continue
        for call in module.calls:
            made = by_name.get(call.name.split(".")[-1])
            if made is None or call.function is not None:
                continue
            target = assigned_to(module, call)
            if target is not None and target.function is None and target.target.isidentifier():
                yield AppObject(made.framework, module.path, call.location, call.text.split("\n")[0][:80], target.target)


DJANGO = PythonFramework("django", "service", 8000)


def _django(repo: Inventory, wanted: frozenset[str]) -> Iterator[AppObject]:
    for call in repo.python.calls("django.core.wsgi.get_wsgi_application", "django.core.asgi.get_asgi_application"):
        if call.location.path in wanted and call.function is None:
            module = repo.python.module(call.location.path)
            target = assigned_to(module, call) if module else None
            made = target.target if target else "application"
            # Channels routes sockets in front of Django: the application is what its router is assigned to.
            outer = [a.target for a in module.assignments if a.function is None and "ProtocolTypeRouter(" in a.text] if module else []
            yield AppObject(DJANGO, call.location.path, call.location, call.text, outer[-1] if outer else made)
    for call in repo.python.calls("django.core.management.execute_from_command_line"):
        if call.location.path in wanted and call.location.path.rpartition("/")[2] == "manage.py":
            yield AppObject(DJANGO, call.location.path, call.location, call.text)


def _instances_of_subclasses(repo: Inventory, makers: Iterable[PyModule], wanted: frozenset[str]) -> Iterator[AppObject]:
    """Classes derived from a bot or application class."""
    for module in makers:
        root = repo.syntax.tree(module.path, "python")
        if root is None:
            continue
        for node in root.find_all(kind="class_definition"):
            bases, name = node.field("superclasses"), node.field("name")
            for base in bases.children() if bases is not None else ():
                framework = _framework(module.resolve("".join(base.text().split()))) if base.kind() in ("identifier", "attribute") else None
                if framework is not None and name is not None and framework.name != "airflow":
                    location = location_of(module.path, node)
                    yield from _uses_of_class(repo, wanted, name.text(), framework, location)


def _uses_of_class(
    repo: Inventory, wanted: frozenset[str], name: str, framework: PythonFramework, location: Location
) -> Iterator[AppObject]:
    yield AppObject(framework, location.path, type(location)(location.path, location.line), f"class {name}")
    for module in repo.python.modules((name,)):
        if module.path not in wanted:
            continue
        for call in module.calls:
            if call.name.split(".")[-1] == name:
                target = assigned_to(module, call)
                variable = target.target if target is not None and target.function is None and target.target.isidentifier() else None
                yield AppObject(framework, module.path, call.location, call.text.split("\n")[0][:80], variable)


def run_calls(module: PyModule) -> Iterator[Call]:
    """Calls that start serving or polling: `app.run()`, `uvicorn.run(...)`, `bot.run(token)`, `demo.launch()`."""
    for call in module.calls:
        if call.name in _RUN_FUNCTIONS or (
            call.name.endswith(_RUNNERS)
            and not call.name.startswith(("subprocess.", "asyncio.", "threading."))
            and not (call.name.endswith(".start") and ("Thread(" in call.text or "Process(" in call.text))
        ):
            yield call


def threaded_functions(module: PyModule) -> set[str]:
    """Functions that a module starts in a thread or process of its own."""
    return {
        argument.text.split(".")[-1]
        for call in module.calls
        if call.name.split(".")[-1] in ("Thread", "Process") and (argument := call.arg("target", 1)) is not None
    }


_IN_MODULE = {"inside": {"kind": "module"}}
_MAIN = {"kind": "call", "has": {"field": "function", "regex": r"(?-u)^(main|run|(asyncio|anyio|trio)\s*\.\s*run)$"}}
_BY_ITSELF = query(
    "python",
    {"any": [
        {"kind": "while_statement", **_IN_MODULE},
        {"kind": "expression_statement", **_IN_MODULE, "has": {"any": [
            _MAIN, {"kind": "await", "has": _MAIN},
            {"kind": "call", "all": [{"has": {"field": "function", "regex": r"(?-u)^sys\s*\.\s*exit$"}},
                                     {"has": {"field": "arguments", "has": _MAIN}}]},
        ]}},
    ]},
    keywords=("while", "main(", "run("),
)  # fmt: skip
"""A loop at the module's own level, or the call of a main function there."""
_OFFERED = query(
    "python",
    {"any": [
        {"any": [{"kind": kind} for kind in ("import_from_statement", "function_definition", "class_definition", "decorated_definition")],
         **_IN_MODULE},
        {"any": [{"kind": "assignment"}, {"kind": "augmented_assignment"}], "has": {"field": "left", "regex": "^__all__$"}},
    ]},
    keywords=("from", "def", "class", "__all__"),
)  # fmt: skip
_TASK_WORDS = lazy(r"\btask\b|shared_task|autodiscover_tasks|Task\b|register_task|\bimports?\s*=|\binclude\s*=|CELERY_I")
_TASKS = query(
    "python",
    {"any": [
        {"kind": "decorator", "regex": r"(?-u)^@\s*([\w.]+\.)?(task|shared_task)\b"},
        {"kind": "call", "has": {"field": "function", "regex": r"(^|\.)(shared_task|autodiscover_tasks|register_task)$|\.task$"}},
        {"kind": "class_definition", "has": {"field": "superclasses", "has": {
            "any": [{"kind": "identifier"}, {"kind": "attribute"}], "regex": r"(?-u)(^|\.)\w*Task$"}}},
        {"kind": "keyword_argument", "has": {"field": "name", "regex": "^(imports?|include)$"}},
        {"kind": "assignment", "has": {"field": "left", "regex": r"(^|\.)(imports?|include|CELERY_IMPORTS|CELERY_INCLUDE)$"}},
    ]},
    keywords=("task", "Task", "import", "include", "CELERY_"),
    where=_TASK_WORDS,
)  # fmt: skip
"""What makes Celery know a task: a decorator, a class, a call, or the list of modules that hold some."""


def runs_by_itself(repo: Inventory, path: str) -> bool:
    """Whether importing a file already runs the program: a loop at its own level, or a call of its main function."""
    return any(True for _ in repo.syntax.nodes(_BY_ITSELF, path))


def offers_names(repo: Inventory, path: str) -> bool:
    """Whether a package's file offers names: its own, those of its modules, or a list of them."""
    return any(True for _ in repo.syntax.nodes(_OFFERED, path))


def declares_tasks(repo: Inventory, path: str) -> bool:
    """Whether a file declares a task of Celery, or says where there are some."""
    return any(True for _ in repo.syntax.nodes(_TASKS, path))


def mounts(repo: Inventory, path: str) -> bool:
    """Whether the application of a file takes another one under a path of its own; directories of static files are none."""
    module = repo.python.module(path) if "mount" in (repo.files.text(path) or "") else None
    calls = module.calls_where(lambda name: "mount" in name.rpartition(".")[2]) if module is not None else ()
    return any(not any("StaticFiles(" in argument.text for argument in call.args) for call in calls)
