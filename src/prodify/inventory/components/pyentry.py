"""Which of several candidates is the entry point of a Python component; equals are named, never guessed between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components.commands import RANKS
from prodify.inventory.components.pyapps import AppObject, has_main_guard
from prodify.inventory.data.python_frameworks import ENTRY_NAMES
from prodify.inventory.facts import Note
from prodify.inventory.pynames import names_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.inventory import Inventory
    from prodify.inventory.components.commands import Launch
    from prodify.inventory.components.layout import Root
    from prodify.inventory.components.python import PythonRoot
    from prodify.inventory.files import FileIndex


_ASGI = lazy(r"""^\s*["']?(channels|daphne|uvicorn|hypercorn|granian)\b""", re.MULTILINE)
_WSGI = lazy(r"""^\s*["']?(gunicorn|uwsgi|waitress|mod-wsgi)\b""", re.MULTILINE | re.IGNORECASE)
_RUN_AS_FILES = frozenset(("grpc", "http.server"))
"""Servers that no application server imports: the file is started."""


def file_of(files: FileIndex, root: Root, launch: Launch) -> str | None:
    """The repository path that a launch names, None when there is no such file."""
    if launch.target is None:
        return None
    target = launch.target.split(":")[0].split("(")[0]
    bases = list(dict.fromkeys((root.path, root.join("src"), launch.directory, f"{launch.directory}/src", ".", *_subdirs(files, root))))
    names = (
        [target]
        if target.endswith(".py")
        else [target.replace(".", "/") + ".py", target.replace(".", "/") + "/__init__.py", target.replace(".", "/") + "/__main__.py"]
    )
    for name in names:
        for base in bases:
            path = name.removeprefix("./").removeprefix("/app/").removeprefix("/code/").removeprefix("/usr/src/app/")
            path = path if base in (".", "") else f"{base}/{path}"
            if path in files:
                return path
    return None


def _subdirs(files: FileIndex, root: Root) -> list[str]:
    """First-level directories of a root, for commands that run after a `cd` or a WORKDIR."""
    prefix = "" if root.path == "." else root.path + "/"
    return sorted({prefix + p[len(prefix) :].split("/")[0] for p in files.entries if p.startswith(prefix) and "/" in p[len(prefix) :]})


def module_name(root: Root, path: str, *, whole: bool = False) -> str:
    """The dotted name under which a file of the root is imported; `src` is on the path, not in the name, unless `whole`.

    >>> from prodify.inventory.components.layout import Root
    >>> module_name(Root("."), "src/shop/main.py"), module_name(Root("api"), "api/app/__init__.py")
    ('shop.main', 'app')
    """
    inside = root.relative(path)
    name = (inside if whole else inside.removeprefix("src/")).removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


def homes(root: PythonRoot, app: AppObject) -> set[str]:
    """The files by which an application can be started: its own and those that import it."""
    found = {app.path}
    stem = app.path.rpartition("/")[2].removesuffix(".py")
    stem = app.path.split("/")[-2] if stem == "__init__" and "/" in app.path else stem
    started = (path for _, path in root.launches if path is not None and path != app.path)
    found.update(path for path in started if _imports_module(root.repo, path, stem, or_names=True))
    return found


_NAMED = {"rule": {"kind": "string_content", "regex": r"(?-u)^[\w./-]*[.:][\w.:()]+$"}}
"""A module or file in a text, as servers and interpreters take it: `shop.main:app`, `src/main.py`."""


def _imports_module(repo: Inventory, path: str, stem: str, *, or_names: bool = False) -> bool:
    """Whether a file imports a module of that name or something of it, or (`or_names`) names it in a text."""
    module = repo.python.module(path) if stem in (repo.files.text(path) or "") else None
    if module is None:
        return False
    names = {part for note in module.imported for name in (note.note, *module.imported_parts.get(note, ())) for part in name.split(".")}
    root = repo.syntax.tree(path, "python") if or_names and stem not in names else None
    texts = root.find_all(_NAMED) if root is not None else ()  # type: ignore[call-overload]
    return stem in names or any(stem in re.findall(r"\w+", one.text().partition(":")[0]) for one in texts)


def choose_web(root: PythonRoot, apps: list[AppObject]) -> tuple[str | None, AppObject | None, tuple[str, ...], tuple[Note, ...]]:
    """The entry point as module:attribute, the application behind it, rivals when undecided, and the evidence."""
    scored = sorted(
        ((_score_app(root, app), app) for app in _importable(apps)), key=lambda pair: (-pair[0], pair[1].path, pair[1].location.line or 0)
    )
    if not scored:
        app = apps[0]
        return root.root.relative(app.path), app, (), (Note(app.location, app.text),)
    best, app = scored[0]
    entry = _written(root, app)
    rivals = tuple(dict.fromkeys(_written(root, other) for score, other in scored if score == best))
    note = (Note(app.location, app.text),)
    if len(rivals) > 1:
        return None, app, rivals, note
    return entry, app, (), note


def _importable(apps: list[AppObject]) -> list[AppObject]:
    """Applications with a name to import; classes only when nothing else is there."""
    named = [app for app in apps if app.variable or app.factory]
    return named or [app for app in apps if not app.text.startswith("class ")]


def _written(root: PythonRoot, app: AppObject) -> str:
    # Where code says `from src.shop import ...`, src is itself a package, and what stands in it can be imported under no other name.
    package = root.root.relative(app.path).startswith("src/") and any(
        note.location.path in root.sources for note in root.repo.python.imports("src")
    )
    name = module_name(root.root, app.path, whole=package)
    if app.framework.name in _RUN_AS_FILES:
        return root.root.relative(app.path)
    if app.variable:
        return f"{name}:{app.variable}"
    return f"{name}:{app.factory}()" if app.factory else root.root.relative(app.path)


def _score_app(root: PythonRoot, app: AppObject) -> int:
    """How much speaks for an application: a production command most, then how directly it can be imported, then names and depth."""
    score = 0
    for launch, path in root.launches:
        wanted = launch.target.partition(":")[2].split("(")[0] if launch.target else ""
        if path == app.path and (not wanted or wanted in (app.variable, app.factory, f"{app.factory}()")):
            score = max(score, 100 * RANKS[launch.source] + (50 if launch.process in ("", "web", "app", "server", "api") else 0))
    score += 40 if app.variable else 0
    score += 25 if has_main_guard(root.repo, app.path) else 0
    stem = app.path.rpartition("/")[2].removesuffix(".py")
    score += (
        12 if stem in ENTRY_NAMES or (stem == "__init__" and app.path.split("/")[-2:-1] and app.path.split("/")[-2] in ENTRY_NAMES) else 0
    )
    kind = {stem, *app.path.split("/")[-2:-1]}  # also wsgi/local.py: one module for every environment
    score += 3 if "wsgi" in kind else 0
    score += 6 if "asgi" in kind and _serves_asgi(root) else 0
    score += 4 if app.variable in ("app", "application", "server", "api") else 0
    score -= 6 * root.root.relative(app.path).removeprefix("src/").count("/")
    score -= 60 if _is_mounted(root.repo, app) else 0
    return score


def _serves_asgi(root: PythonRoot) -> bool:
    """Whether the root's manifests ask for a server for ASGI, or for a package that needs one, and for none for WSGI."""
    listed = "\n".join(root.repo.files.text(root.root.join(name)) or "" for name in ("requirements.txt", "pyproject.toml", "Pipfile"))
    return _ASGI.search(listed) is not None and _WSGI.search(listed) is None


def _is_mounted(repo: Inventory, app: AppObject) -> bool:
    """Whether an application is only a part that another one of its file mounts, as it is or wrapped."""
    module = repo.python.module(app.path) if app.variable is not None else None
    calls = module.calls_where(lambda name: name.endswith(".mount")) if module is not None else ()
    return any(app.variable in names_of(argument.text) for call in calls for argument in call.args)


def starters(root: PythonRoot, homes_of_apps: set[str]) -> list[str]:
    """Files that start what `homes_of_apps` define: those themselves, and runnable files that import one of them."""
    stems = {path.rpartition("/")[2].removesuffix(".py") for path in homes_of_apps}
    found = set(homes_of_apps)
    for path in root.sources:
        if path not in found and has_main_guard(root.repo, path) and any(_imports_module(root.repo, path, stem) for stem in stems):
            found.add(path)
    runnable = {path for path in found if has_main_guard(root.repo, path)}
    return sorted(runnable or found)


def choose_script(
    root: PythonRoot, paths: Iterable[str], framework: str, *, skip_pages: bool = False
) -> tuple[str | None, tuple[str, ...], Note | None]:
    """The file that is run, relative to the root; rivals when undecided."""
    candidates = list(dict.fromkeys(paths))
    if skip_pages:
        candidates = [p for p in candidates if "/pages/" not in f"/{p}" and not p.endswith("__init__.py")] or candidates
    scored = sorted(((_score_script(root, path, framework), path) for path in candidates), key=lambda pair: (-pair[0], pair[1]))
    if not scored:
        return None, (), None
    best, path = scored[0]
    equals = tuple(root.root.relative(p) for score, p in scored if score == best)
    line = starting.first_place(root.repo, path, starting.MAIN)
    note = Note(Location(path, line or _import_line(root, path, framework)), "started here" if line else "the program's file")
    if len(equals) > 1:
        return None, equals, note
    return root.root.relative(path), (), note


def _score_script(root: PythonRoot, path: str, framework: str) -> int:
    score = max((100 * RANKS[launch.source] for launch, p in root.launches if p == path), default=0)
    stem = path.rpartition("/")[2].removesuffix(".py")
    score += 25 if has_main_guard(root.repo, path) else 0
    score += (
        12 if stem in ENTRY_NAMES or stem.lower() in (f"{framework}_app", "home", "homepage", "bot", framework.replace(".py", "")) else 0
    )
    score += 10 if _shapes_page(root.repo, path) else 0
    score += 5 if stem == root.root.path.rpartition("/")[2] or stem == (root.project.name or "").replace("-", "_") else 0
    score -= 6 * root.root.relative(path).removeprefix("src/").count("/")
    return score


def _shapes_page(repo: Inventory, path: str) -> bool:
    """Whether a file says what the whole page looks like: Streamlit's first call."""
    module = repo.python.module(path) if "set_page_config" in (repo.files.text(path) or "") else None
    return module is not None and any(True for _ in module.calls_where(lambda name: name.rpartition(".")[2] == "set_page_config"))


def _import_line(root: PythonRoot, path: str, framework: str) -> int:
    """The line that imports the framework, else the first."""
    module = root.repo.python.module(path)
    heads = (n.location.line for n in (module.imported if module is not None else ()) if framework and n.note.split(".")[0] == framework)
    return next((line for line in heads if line), 1)
