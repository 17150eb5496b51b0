"""Environment variables that production code reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import pysettings
from prodify.inventory.facts import EnvVar, Role
from prodify.inventory.placed import line_at
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Argument
    from prodify.inventory.pymodule import PyModule

SECRET_NAME = lazy(
    r"(SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|AUTH_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|_DSN$|_PWD$|_PASS$"
    r"|DATABASE_URL|DATABASE_URI|DB_URL|DB_URI|MONGO\w*_UR[IL]|REDIS_URL|BROKER_URL|POSTGRES_URL|WEBHOOK_URL|CONNECTION_?STRING|_KEY$)",
    re.IGNORECASE,
)
"""Names that say that their value is secret; connection strings usually carry a password."""
_NOT_SECRET = lazy(
    r"(PUBLIC|PUBLISHABLE|NEXT_PUBLIC_|VITE_|REACT_APP_|MAX_TOKENS|TOKEN_(LIMIT|CAP|BUDGET|COUNT)|_TOKENS$|TOKENIZER|EXPIR|_TTL$|KEY_ID$|KEY_PREFIX)",
    re.IGNORECASE,
)
_PRISMA = lazy(r"""(?m)^[ \t]*\w+[ \t]*=[ \t]*env\([ \t]*["'](\w+)["'][ \t]*\)""")
"""Where Prisma's schema takes its database from."""
_NAME = lazy(r"^[A-Za-z_][A-Za-z0-9_]*$")
_WORDS = ("environ", "getenv", "decouple", "environs", "Env(", "BaseSettings", "starlette.config")
_READS_ENVIRON = lazy(r"os\.environ\b|\bfrom\s+os\s+import\b|\bimport\s+os\s+as\b|\b(?:import|from)\s+environ\b")
"""A file that says `environ` may be about what a WSGI server hands over."""
_GETTERS = frozenset(("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop", "environ.get", "getenv"))
_ENV_OBJECTS = frozenset(
    (
        "environ.Env",
        "environs.Env",
        "environ.FileAwareEnv",
        "starlette.config.Config",
        "decouple.Config",
        "decouple.AutoConfig",
        "marshmallow_env.Env",
    )
)


def is_secret(name: str) -> bool:
    """Whether a variable's name says that its value must not be seen.

    >>> is_secret("OPENAI_API_KEY"), is_secret("DATABASE_URL"), is_secret("MAX_TOKENS"), is_secret("PORT")
    (True, True, False, False)
    """
    return SECRET_NAME.search(name) is not None and _NOT_SECRET.search(name) is None


def find_environment(repo: Inventory) -> tuple[EnvVar, ...]:
    """Every variable at every place that reads it, by name, path and line; the same name twice on a line once."""
    found = {(e.name, e.location.path, e.location.line or 0): e for e in _all(repo)}
    return tuple(found[key] for key in sorted(found))


def _all(repo: Inventory) -> Iterator[EnvVar]:
    from prodify.inventory import polyglot

    classes = pysettings.classes(repo)
    for path in repo.syntax.sources("python", (*_WORDS, *sorted(classes))):
        text = repo.syntax.text(path)
        told = any(word in text for word in (*_WORDS[1:], *classes)) or _READS_ENVIRON.search(text)
        module = repo.python.module(path) if told else None
        if module is None:
            continue
        yield from _calls(repo, module)
        yield from _subscripts(repo, module)
        yield from _settings(repo, module, classes)
    yield from polyglot.environment(repo)
    for path in repo.files.select("*.prisma", roles=(Role.PRODUCTION,)):
        text = repo.files.text(path) or ""
        for found in _PRISMA.finditer(text):
            yield variable(found[1], Location(path, line_at(text, found.start(1))), has_default=False)


def variable(name: str, location: Location, *, has_default: bool, required: bool | None = None) -> EnvVar:
    """An environment variable; required unless a default is given, when not said otherwise."""
    return EnvVar(name, location, (not has_default) if required is None else required, has_default, is_secret(name))


def _calls(repo: Inventory, module: PyModule) -> Iterator[EnvVar]:
    """`os.getenv("X")`, `config("X")` of decouple, `env("X")` and `env.str("X")` of environ and environs."""
    objects = _env_objects(module)
    tested = pysettings.tested(repo, module)
    for call, node in module.call_nodes(lambda name: name in _GETTERS or name == "decouple.config" or name.partition(".")[0] in objects):
        name = call.arg("key", 0) or call.arg("name", 0) or call.arg("var", 0)
        if name is None or not isinstance(name.value, str) or not _NAME.match(name.value):
            continue
        if call.name in _GETTERS:
            default = call.arg("default", 1)
            asked = name.value in tested or pysettings.is_asked(node)
            yield variable(name.value, call.location, has_default=_is_value(default), required=False if asked else None)
        elif call.name == "decouple.config" or call.name.split(".")[0] in objects:
            if call.name.endswith((".read_env", ".read_envfile", ".prefixed")):
                continue
            yield variable(name.value, call.location, has_default=call.arg("default") is not None)


def _is_value(argument: Argument | None) -> bool:
    """Whether a default is given that is one: None is not."""
    return argument is not None and argument.text != "None"


def _env_objects(module: PyModule) -> set[str]:
    """Names of reader objects: `env = environ.Env()`; decouple's `config` is one by import."""
    found = set()
    for assignment in module.assignments:
        head = assignment.text.split("(", 1)[0].strip()
        if head and "(" in assignment.text and module.resolve(head) in _ENV_OBJECTS:
            found.add(assignment.target)
    return found


def _subscripts(repo: Inventory, module: PyModule) -> Iterator[EnvVar]:
    """`os.environ["X"]`, read; assignments to it are none."""
    from prodify.inventory.pymodule import literal
    from prodify.inventory.syntax import location_of

    if "environ" not in (repo.files.text(module.path) or ""):
        return
    root = repo.syntax.tree(module.path, "python")
    written = {(a.location.line, a.target) for a in module.assignments if "environ" in a.target}
    for node in root.find_all(kind="subscript") if root is not None else ():
        value, key = node.field("value"), node.field("subscript")
        if value is None or key is None or module.resolve(value.text()) != "os.environ":
            continue
        name, location = literal(key)[0], location_of(module.path, node)
        if isinstance(name, str) and _NAME.match(name) and (location.line, node.text()) not in written:
            yield variable(name, location, has_default=False)


def _settings(repo: Inventory, module: PyModule, classes: frozenset[str]) -> Iterator[EnvVar]:
    """Fields of pydantic's BaseSettings: the variable is the field's name in upper case, behind the class's prefix."""
    from prodify.inventory.syntax import location_of

    if not any(name in (repo.files.text(module.path) or "") for name in classes):
        return
    for field in pysettings.fields(repo, module.path, classes):
        yield variable(field.name, location_of(module.path, field.node), has_default=field.has_default)
