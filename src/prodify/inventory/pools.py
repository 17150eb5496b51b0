"""How many connections a process may open to its SQL database, how many processes there are, and how many the database takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import django
from prodify.inventory.polyglot.javascript import everywhere
from prodify.inventory.polyglot.jsvalues import pairs_of
from prodify.inventory.polyglot.nodes import arguments, line_of, named
from prodify.inventory.pymodule import literal
from prodify.inventory.pynodes import settings_below, settings_of
from prodify.inventory.syntax import location_of
from prodify.inventory.unset import whole_number
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Call
    from prodify.inventory.kubernetes.model import KubernetesObject
    from prodify.inventory.yamlview import YamlNode

_INSTANCES = "run.googleapis.com/manualInstanceCount"
_ENGINES = ("sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine")
_SQLALCHEMY = (5, 10)
"""SQLAlchemy's defaults: connections that it keeps, and those that it opens beyond them at a rush."""
_LIMITS = {"asyncpg.create_pool": ("max_size", 10), "psycopg_pool.*": ("max_size", 4), "psycopg2.pool.*": ("maxconn", 0)}
"""Argument that bounds the pool, and the library's default."""
_NODE_DEFAULT = 10
_NODE_POOLS = everywhere({"kind": "new_expression"}, ('"pg"', "'pg'", "`pg`"), lazy(r"\bnew\b"))
_FLAG = lazy(r"max_connections\s*=\s*(\d{1,9})")
_STARTED = {
    "workers": lazy(r"(?:gunicorn|uvicorn|hypercorn|granian)\b.*?(?:--workers|-w)[\"',=\s]+(\d{1,3})\b"),
    "threads": lazy(r"gunicorn\b.*?--threads[\"',=\s]+(\d{1,3})\b"),
}
_BACKGROUND = lazy(r"celery\b.*?\bworker\b|run_worker\.py|\brq\b.*?\bworker\b")
_TASKS_AT_ONCE = lazy(r"celery\b.*?\bworker\b.*?(?:--concurrency|-c)[\"',=\s]+(\d{1,3})\b")
_ONE_PROCESS = lazy(r"celery\b.*?\bworker\b.*?(?:--pool|-P)[\"',=\s]+(?:gevent|eventlet|threads|solo)\b")
_KEEPS = {"rule": {"any": [
    {"kind": "string_content", "regex": "(?i)^(.*[?&])?conn_max_age(=.*)?$"}, {"kind": "identifier", "regex": "(?i)^conn_max_age$"}]}}
"""The setting by which Django keeps its connections: a key, an argument, or a parameter of the address."""  # fmt: skip
_MOST_COUNTED = 1000
_DATABASE_MODULE = lazy(r"database|postgres|mysql|rds|sql", re.IGNORECASE)
_STAGING = lazy(r"(^|[/_.-])(staging|stage|dev|development|test|preview)([/_.-]|$)")


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of connections, or what stands in for one. `size`: most connections of one process, None where no number is written.

    `chosen`: whether somebody set its size; else `size` is the library's default. `per_thread`: there is no pool, every thread has a
    connection; `chosen` then says whether it outlives the request.
    """

    location: Location
    note: str
    size: int | None
    chosen: bool
    per_thread: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a file states."""

    location: Location
    note: str
    value: int


def pools(repo: Inventory) -> tuple[Pool, ...]:
    """Pools of SQLAlchemy, asyncpg, psycopg, Django and node-postgres in the service's own code, by place."""
    found = [*_engines(repo), *_drivers(repo), *_django(repo), *_node(repo)]
    return tuple(sorted(found, key=lambda pool: (pool.location.path, pool.location.line or 0)))


def _engines(repo: Inventory) -> Iterator[Pool]:
    options = repo.python.assignments("*SQLALCHEMY_ENGINE_OPTIONS*")
    for assignment in options:
        yield Pool(assignment.location, assignment.target, _dictionary(settings_of(repo, assignment)), chosen=True)
    for call in repo.python.calls(*_ENGINES):
        yield _engine(repo, call)
    for call in repo.python.calls("flask_sqlalchemy.SQLAlchemy"):
        if not options:
            yield Pool(call.location, call.name, sum(_SQLALCHEMY), chosen=call.arg("engine_options") is not None or call.has_star)


def _engine(repo: Inventory, call: Call) -> Pool:
    """An engine; one without a pool of its own, or with settings from elsewhere, has no number."""
    named = {name: call.arg(name) for name in ("pool_size", "max_overflow")}
    if call.has_star or call.arg("poolclass") is not None:
        return Pool(call.location, call.name, None, chosen=True)
    if not any(named.values()):
        return Pool(call.location, call.name, sum(_SQLALCHEMY), chosen=any("pool_size" in str(a.value) for a in call.args))
    given = zip(named.values(), _SQLALCHEMY, strict=True)
    values = [repo.python.value_of(argument, call) if argument else (default, True) for argument, default in given]
    numbers = [value for value, known in values if known and isinstance(value, int) and value >= 0]
    return Pool(call.location, call.name, sum(numbers) if len(numbers) == len(named) else None, chosen=True)


def _dictionary(options: Mapping[str, SgNode]) -> int | None:
    """The size that a dictionary of engine options states; None without one, or where only half is a number."""
    names = ("pool_size", "max_overflow")
    if not any(name in options for name in names):
        return None
    sizes = [_size(options[name]) if name in options else default for name, default in zip(names, _SQLALCHEMY, strict=True)]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(names) else None


def _size(node: SgNode | None) -> int | None:
    """The number that a node is, if it is one."""
    value = literal(node)[0] if node is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _drivers(repo: Inventory) -> Iterator[Pool]:
    for name, (bound, default) in _LIMITS.items():
        for call in repo.python.calls(name):
            if not call.name.lower().endswith("pool"):
                continue
            argument = call.arg(bound, 1) if bound == "maxconn" else call.arg(bound)
            if argument is None and not call.has_star:
                # psycopg's pool is as large as its least size where no other is given.
                least, known = repo.python.value_of(call.arg("min_size"), call) if name.startswith("psycopg_pool") else (None, False)
                yield Pool(call.location, call.name, least if known and isinstance(least, int) else default, chosen=known)
                continue
            value, known = repo.python.value_of(argument, call)
            yield Pool(call.location, call.name, value if known and isinstance(value, int) else None, chosen=True)


def _django(repo: Inventory) -> Iterator[Pool]:
    """Django opens a connection in every thread; kept with CONN_MAX_AGE, bounded with psycopg's pool."""
    databases = django.setting(repo, "DATABASES")
    if databases is None:
        return
    options = settings_of(repo, databases)
    if "pool" in options:
        yield Pool(databases.location, "DATABASES", _size(options.get("max_size")), chosen=True, per_thread=False)
        return
    chain = (path for path in django.settings_chain(repo) if "conn_max_age" in (repo.files.text(path) or "").lower())
    roots = (root for path in chain if (root := repo.syntax.tree(path, "python")) is not None)
    kept = any(root.find(_KEEPS) is not None for root in roots)  # type: ignore[call-overload]
    yield Pool(databases.location, "DATABASES", None, chosen=kept, per_thread=True)


def _node(repo: Inventory) -> Iterator[Pool]:
    for row in _NODE_POOLS:
        for path in repo.syntax.sources(row.language, row.keywords):
            made = [node for _, node in repo.syntax.nodes(row, path) if _is_pool(repo, path, node)]
            yield from (_node_pool(repo, path, node) for node in made)


def _is_pool(repo: Inventory, path: str, node: SgNode) -> bool:
    """Whether `new` makes a pool of node-postgres, under whatever name the file imports it."""
    imports, constructor = repo.scripts.imports(path), node.field("constructor")
    name = constructor.text() if constructor is not None else ""
    owner, _, member = name.rpartition(".")
    if "pg" not in imports.modules:
        return False
    return name == "Pool" or (imports.names.get(name), imports.exported.get(name)) == ("pg", "Pool") or (
        member == "Pool" and imports.names.get(owner, owner) == "pg")  # fmt: skip


def _node_pool(repo: Inventory, path: str, node: SgNode) -> Pool:
    given = arguments(node)
    options = list(repo.script_values.options(path, node))
    stated = next((value for option in options for value in pairs_of(option.node, ("max",))), None)
    if stated is not None:
        number = stated.text() if stated.kind() == "number" else ""
        size = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
        return Pool(location_of(path, node), "new Pool", size, chosen=True)
    elsewhere = any(argument.kind() != "object" for argument in given) or any(
        part.kind() == "spread_element" for option in options for part in named(option.node))  # fmt: skip
    return Pool(location_of(path, node), "new Pool", None if elsewhere else _NODE_DEFAULT, chosen=elsewhere)


def server_number(repo: Inventory, name: str) -> Number | None:
    """How many workers, or threads of each (`name`), the server of one container has, as its configuration or a start command states."""
    for assignment in repo.python.assignments(name):
        number = _count(assignment.text)
        if number is not None and assignment.location.path.rpartition("/")[2].startswith("gunicorn"):
            return Number(assignment.location, name, number)
    for path in repo.files.select("Dockerfile*", "Procfile", "*.sh", "compose*.y*ml", "docker-compose*.y*ml"):
        for number, line in enumerate((repo.files.text(path) or "").splitlines(), 1):
            found = _STARTED[name].search(line)
            if found and not line.lstrip().startswith("#"):
                return Number(Location(path, number), name, int(found[1]))
    return None


def tasks_at_once(repo: Inventory) -> Number | None:
    """How many processes one Celery worker does tasks in, as its start command, its starter or its configuration states."""
    for path in repo.files.select("Dockerfile*", "Procfile", "*.sh", "compose*.y*ml", "docker-compose*.y*ml"):
        for number, line in enumerate((repo.files.text(path) or "").splitlines(), 1):
            if line.lstrip().startswith("#"):
                continue
            if _ONE_PROCESS.search(line):
                return Number(Location(path, number), "one process", 1)
            if found := _TASKS_AT_ONCE.search(line):
                return Number(Location(path, number), "tasks at once", int(found[1]))
    for path in repo.files.select("run_worker.py"):
        root = repo.syntax.tree(path, "python")
        told = settings_below(root).get("worker_concurrency") if root is not None else None
        if told is not None and (count := _count(told.text())) is not None:
            return Number(Location(path, line_of(told)), "tasks at once", count)
    for assignment in repo.python.assignments("*worker_concurrency", "*CELERYD_CONCURRENCY", "*CELERY_WORKER_CONCURRENCY"):
        if (count := _count(assignment.text)) is not None:
            return Number(assignment.location, "tasks at once", count)
    return None


def _count(text: str) -> int | None:
    """How many an expression says there are where the environment does not; nobody starts a thousand of them in one container."""
    number = whole_number(text)
    return number if number is not None and 0 <= number < _MOST_COUNTED else None


def most_background(repo: Inventory) -> Number | None:
    """The most copies of a background worker that the manifests allow: KEDA's bound, else a fixed number."""
    scalers, fixed = [], []
    for found in _production(repo):
        if found.kind == "ScaledObject" and (number := _number(found.get("spec", "maxReplicaCount"))) is not None:
            scalers.append(Number(found.location, found.note, number))
        elif found.kind == "WorkerPool" and (pool := _number(found.get("metadata", "annotations", _INSTANCES))) is not None:
            fixed.append(Number(found.location, found.note, pool))
        elif found.kind == "Deployment" and found.replicas is not None and _is_background(found):
            fixed.append(Number(found.location, found.note, found.replicas))
    return max(scalers or fixed, key=lambda number: number.value, default=None)


def _production(repo: Inventory) -> Iterator[KubernetesObject]:
    return (found for found in repo.kubernetes if not (_STAGING.search(found.path) or _STAGING.search(found.name)))


def _is_background(found: KubernetesObject) -> bool:
    return any(_BACKGROUND.search(" ".join(container.command)) for container in found.containers)


def _number(node: YamlNode | None) -> int | None:
    value = str(node.value) if node is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None


def most_replicas(repo: Inventory) -> Number | None:
    """The most copies of a web service that the manifests allow: an autoscaler's bound, else a fixed number."""
    scalers, fixed = [], []
    for found in _production(repo):
        if found.kind == "HorizontalPodAutoscaler":
            node = found.get("spec", "maxReplicas")
        elif found.kind == "Service" and found.is_workload:
            node = found.get("spec", "template", "metadata", "annotations", "autoscaling.knative.dev/maxScale")
        elif found.kind == "Deployment" and found.replicas is not None and not _is_background(found):
            fixed.append(Number(found.location, found.note, found.replicas))
            continue
        else:
            continue
        if (number := _number(node)) is not None:
            scalers.append(Number(found.location, found.note, number))
    return max(scalers or fixed, key=lambda number: number.value, default=None)


def database_limit(repo: Inventory) -> Number | None:
    """The most connections that the database takes, where Terraform or compose states it; production's, else the largest."""
    found = [*_terraform_limits(repo), *_compose_limits(repo)]
    production = [number for number in found if not _STAGING.search(number.location.path)]
    return max(production or found, key=lambda number: number.value, default=None)


def _terraform_limits(repo: Inventory) -> Iterator[Number]:
    for block in repo.terraform:
        if block.type == "module" and _DATABASE_MODULE.search(f"{block.name} {block.string('source')}"):
            yield from _numbers((block.attribute_locations.get(name), block.string(name)) for name in ("connections", "max_connections"))
        for inner in block.walk():
            if inner.string("name") == "max_connections":
                yield from _numbers([(inner.location, inner.string("value"))])


def _numbers(stated: Iterable[tuple[Location | None, str | None]]) -> Iterator[Number]:
    for location, value in stated:
        if location is not None and value is not None and value.isascii() and value.isdigit() and len(value) < 10:
            yield Number(location, "connections", int(value))


def _compose_limits(repo: Inventory) -> Iterator[Number]:
    for file in repo.compose_files:
        for service in file.services:
            stated = _FLAG.search(" ".join(service.command))
            if stated:
                yield Number(service.command_location or service.location, "max_connections", int(stated[1]))
