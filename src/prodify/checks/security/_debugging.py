"""Debug switches that are on in what production runs, or on wherever nobody switches them off."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.api import Call, Inventory, Note, query
from prodify.checks.security._switches import settings_switches
from prodify.inventory import pyimports
from prodify.inventory.django import setting
from prodify.inventory.places import keyword_place
from prodify.inventory.pyexpr import parsed, written
from prodify.inventory.syntax import location_of
from prodify.inventory.unset import UNKNOWN, variables, when_unset
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.containers import EnvironmentEntry
    from prodify.inventory.facts import Argument, Assignment

_WEB = ("flask", "quart", "dash", "bottle", "sanic", "flask_socketio", "aiohttp")
_DEBUG_ENVIRONMENT = frozenset(
    (("FLASK_DEBUG", "1"), ("FLASK_DEBUG", "true"), ("FLASK_ENV", "development"), ("DJANGO_DEBUG", "true"), ("DEBUG", "true"),
     ("APP_DEBUG", "true"), ("APP_DEBUG", "1"), ("APP_ENV", "dev"), ("NODE_ENV", "development"), ("RAILS_ENV", "development"),
     ("RACK_ENV", "development"),
     ("ASPNETCORE_ENVIRONMENT", "development"), ("GIN_MODE", "debug"), ("ROCKET_PROFILE", "debug"))
)  # fmt: skip
_DEBUGGERS = lazy(r"(^|[\s\"'])--inspect(-brk)?(=\S+)?(?=$|[\s\"'])|-agentlib:jdwp|-Xrunjdwp|(^|[\s/])dlv (debug|exec|attach)\b|(^"
                  r"|[\s/])rdbg\b|-m debugpy\b")
_RAILS_DEBUG = query("ruby", {"any": [{"pattern": "config.consider_all_requests_local = true"}, {"pattern": "config.log_level = :debug"}]},
                     keywords=("consider_all_requests_local", "log_level"))  # fmt: skip


def debug_switches(repo: Inventory) -> Iterator[Note]:
    """Every such switch, at the line that tells."""
    yield from _runs(repo)
    yield from _flask_settings(repo)
    yield from _django(repo)
    for match in repo.find(_RAILS_DEBUG):
        if match.location.path.endswith("environments/production.rb"):
            yield Note(match.location, match.text)
    yield from settings_switches(repo)
    for entry in _composed(repo):
        yield Note(entry.location, f"the container sets {entry.name}={entry.value}")
    for dockerfile in repo.dockerfiles:
        for entry in dockerfile.environment:
            if (entry.name, (entry.value or "").lower()) in _DEBUG_ENVIRONMENT:
                yield Note(entry.location, f"the image sets {entry.name}={entry.value}")
            if entry.value and _DEBUGGERS.search(entry.value):
                yield Note(entry.location, f"{entry.name} opens a debugger's port")
        for start in dockerfile.start:
            if _DEBUGGERS.search(start.text):
                yield Note(start.location, "a debugger's port is opened")


def _is_own(repo: Inventory, path: str, member: str) -> bool:
    """Whether `app.run` or `app.debug` is of an application that another file makes: `from shop import app`, `app = create_app()`."""
    module = repo.python.module(path)
    owner = member.partition(".")[0]
    if module is None:
        return False
    made = pyimports.assignment_of(module, owner)
    maker = pyimports.bound_call(module, made) if made is not None else None
    name = maker.name if maker is not None else module.resolve(owner) if owner in module.imports else ""
    home = pyimports.locate(repo, path, name) if name else None
    return home is not None and repo.python.imports_in(home[0], *_WEB)


_ON = ("true", "1", "on", "yes", "t", "y")


def _on_by_default(repo: Inventory, text: str) -> str | None:
    """The variable that switches debugging off, where it is on without: `os.getenv("DEBUG", "True") == "True"`.

    What an image or a compose file sets counts as off.
    """
    value = when_unset(text)
    if value is UNKNOWN or not (value.lower() in _ON if isinstance(value, str) else value):
        return None
    images = (entry for dockerfile in repo.dockerfiles for entry in dockerfile.environment)
    composed = (entry for file in repo.compose_files for service in file.services for entry in service.environment)
    told = {entry.name for entry in (*images, *composed)}
    names = variables(text)
    return None if not names or told & set(names) else names[0]


def _runs(repo: Inventory) -> Iterator[Note]:
    """Applications that are made or run with the switch: as a literal, a constant, a default or out of a mapping."""
    for call in repo.python.calls("*.run", "*.run_server", "fastapi.FastAPI", "starlette.applications.Starlette"):
        application = call.name in ("fastapi.FastAPI", "starlette.applications.Starlette")
        given = call.arg("debug", 2 if call.name.endswith(".run") else None)
        reason = _switched_on(repo, call, given) if given is not None else _in_mapping(repo, call)
        if reason is None:
            continue
        own = application or repo.python.imports_in(call.location.path, *_WEB)
        if own or _is_own(repo, call.location.path, call.text.partition("(")[0]):
            yield Note(keyword_place(repo, call.location, "debug"), f"{call.name}({reason})")


def _switched_on(repo: Inventory, call: Call, given: Argument) -> str | None:
    value, known = repo.python.value_of(given, call)
    if known:
        return "debug=True" if value == 1 and value is not None else None
    if (variable := _on_by_default(repo, given.text)) is not None:
        return f"debug is on unless {variable} is set"
    bound = _constant(repo, call.location.path, given.text)
    if bound is None:
        return None
    if bound.literal:
        return "debug=True" if bound.value is True else None
    variable = _on_by_default(repo, bound.text)
    return f"debug is on unless {variable} is set" if variable is not None else None


def _constant(repo: Inventory, path: str, name: str) -> Assignment | None:
    """What a name is bound to, in the file or in the one that it is imported from: `DEBUG`, `config.DEBUG`."""
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", name):
        return None
    home = pyimports.definition(repo, path, name)
    module = repo.python.module(home[0]) if home is not None else None
    return pyimports.assignment_of(module, home[1]) if module is not None and home is not None and home[1] else None


def _in_mapping(repo: Inventory, call: Call) -> str | None:
    """A switch in a mapping that a call spreads: `app.run(**options)`."""
    module = repo.python.module(call.location.path) if call.has_star else None
    spread = parsed(call.text) if module is not None else None
    names = [k.value.id for k in spread.keywords if k.arg is None and isinstance(k.value, ast.Name)] if isinstance(spread, ast.Call) else []
    for name in names:
        bound = next((a for a in module.assignments if a.target == name and a.literal), None) if module is not None else None
        if bound is not None and isinstance(bound.value, dict) and bound.value.get("debug") is True:
            return "debug=True"
    return None


def _flask_settings(repo: Inventory) -> Iterator[Note]:
    """The switch among Flask's settings: set on the application, handed over by name, or in the class that it takes them from."""
    for assignment in repo.python.assignments("app.debug", "application.debug", "*.config?'DEBUG'?", '*.config?"DEBUG"?'):
        path = assignment.location.path
        if assignment.value is True and (repo.python.imports_in(path, *_WEB) or _is_own(repo, path, assignment.target)):
            yield Note(assignment.location, f"{assignment.target} = True")
    for call in repo.python.calls("*.config.update", "*.config.from_mapping"):
        given = call.arg("DEBUG")
        if given is not None and given.value is True and repo.python.imports_in(call.location.path, *_WEB):
            yield Note(keyword_place(repo, call.location, "DEBUG"), "DEBUG=True")
    for call in repo.python.calls("*.config.from_object"):
        name = str(call.args[0].value if call.args[0].literal else call.args[0].text) if call.args else ""
        if re.fullmatch(r"[A-Za-z_][\w.]*", name):
            yield from _of_class(repo, name.rpartition(".")[2])


def _of_class(repo: Inventory, name: str) -> Iterator[Note]:
    """The switch in the body of a class of settings."""
    rule = {"rule": {"kind": "assignment", "has": {"field": "left", "regex": "^DEBUG$"}, "inside": {
        "kind": "expression_statement", "inside": {"kind": "block", "inside": {"kind": "class_definition", "has": {
            "field": "name", "regex": f"^{re.escape(name)}$"}}}}}}  # fmt: skip
    for path in repo.syntax.sources("python", (f"class {name}",)):
        root = repo.syntax.tree(path, "python")
        for node in root.find_all(rule) if root is not None else ():  # type: ignore[call-overload]
            value = node.field("right")
            if value is not None and value.text() == "True":
                yield Note(location_of(path, node), f"DEBUG = True in {name}, which the application reads")


def _django(repo: Inventory) -> Iterator[Note]:
    told = setting(repo, "DEBUG")
    if told is None:
        return
    if told.value is True:
        yield Note(told.location, "DEBUG = True in the settings that production reads")
        return
    variable = _on_by_default(repo, told.text)
    if variable is None and _is_read(told.text, "DEBUG"):
        schemes = (call.arg("DEBUG") for call in repo.python.calls("environ.Env", "*.Env"))
        variable = "DEBUG" if any(s is not None and _is_on(s.text) for s in schemes) else None
    if variable is not None:
        yield Note(told.location, f"debug mode is on unless {variable} is set")


def _is_read(text: str, variable: str) -> bool:
    """Whether an expression is the value of that variable, whose default stands in a scheme: `env("DEBUG")`, `env.bool("DEBUG")`."""
    tree = parsed(text)
    if not isinstance(tree, ast.Call) or not written(tree.func).removesuffix(".bool").endswith("env"):
        return False
    return not tree.keywords and [one.value for one in tree.args if isinstance(one, ast.Constant)] == [variable]


def _is_on(scheme: str) -> bool:
    """Whether a scheme of `environ.Env` has the switch on where the variable is not set: `(bool, True)`."""
    tree = parsed(scheme)
    return isinstance(tree, ast.Tuple) and [written(one) for one in tree.elts] == ["bool", "True"]


def _composed(repo: Inventory) -> Iterator[EnvironmentEntry]:
    """Debug switches among the settings of a service of our own in a compose file that is not for development."""
    for file in repo.compose_files:
        for service in () if file.development else file.services:
            for entry in service.environment if service.build is not None else ():
                if (entry.name, (entry.value or "").lower()) in _DEBUG_ENVIRONMENT:
                    yield entry


