"""Background workers: which one there is, what starts it, where its tasks wait. Read by every recipe that writes for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prodify.inventory.components.rqworker import ENTRY, rq_command
from prodify.inventory.dependencies import declared
from prodify.recipes.scaling.queues import queues_of
from prodify.recipes.scaling.service import Deployable, described, source_of
from prodify.recipes.shared.layout import can_be_named, main_component, naming, workers_elsewhere
from prodify.recipes.shared.tasks import at_once
from prodify.recipes.shared.variables import BROKER_NAME, RQ_VARIABLE, variables

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.components.rqworker import RqCommand
    from prodify.inventory.facts import Component
    from prodify.profile import Profile
    from prodify.recipes.shared.layout import Naming

STARTER = "run_worker.py"
"""The program that starts a worker, in the component's folder."""
ALIVE_FILE = "/tmp/worker.alive"  # noqa: S108 - in a container of its own, where nothing else is writable
ALIVE_SECONDS = {"celery": 60, "rq": 480, "list": 60, "loop": 60}
"""A worker that did not touch its file for this long hangs: Celery's touches it every 5 s, RQ's every 405 s when idle (its TTL of 420).

One that takes from lists touches it before each item, a bot from its event loop every 5 s, which an answer may hold up: the longest task
comes on top for both."""
_BOTS = ("discord.py", "python-telegram-bot", "aiogram", "nextcord", "disnake")
"""Bots that live in an event loop of asyncio."""
_FINISHED = {"aiogram": "aiogram", "discord.py": "discord"}
"""Bots whose library ends what handles a message in the middle, by the module that the starter stands in. python-telegram-bot finishes it,
and the descendants of discord.py's first version handle SIGTERM in their own ways."""
SPARE_SECONDS = 10
"""What a stopping worker gets on top of the longest task."""

_PORTS = {"redis": 6379, "rabbitmq": 5672}
_ENVIRON = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\()\s*["']([A-Za-z_][A-Za-z0-9_]*)["']""")
_ADDRESS = re.compile(r"""["']((?:rediss?|amqps?)://[^"'\s{}]+)["']""")


@dataclass(frozen=True, slots=True)
class Worker:
    """A background worker. `name` is its own (that of the service, or `service-worker` beside a web service, whose image it shares).

    `framework`: celery, rq, list (a program that takes from lists of Redis) or loop (any other). `application` as `module:variable` for
    Celery, else a file. `source` is the file that makes it. `broker`: redis, rabbitmq or empty. `variable` names the environment variable
    with the broker's address; `address` is host:port where the code names it instead, `database` the number of Redis' database.
    `queues` are the keys that tasks wait under, empty where they are not known.
    `command` is what starts RQ's own worker where no program of the repository does; then the starter is the `source`.
    `beats`: whether it lives in an event loop of asyncio, from which the starter can give signs of life.
    `finishes`: the module of a bot's library that the starter has to make finish what it is at, or empty.
    `schedules`: whether the code plans tasks by the clock.
    """

    image: Deployable
    names: Naming
    name: str
    framework: str
    beside: bool
    application: str
    source: str
    broker: str
    variable: str
    address: str
    database: int
    queues: tuple[str, ...]
    command: RqCommand | None
    beats: bool
    finishes: str
    schedules: bool

    @property
    def gives_signs(self) -> bool:
        """Whether it can be told from outside that it hangs."""
        return self.framework != "loop" or self.beats

    @property
    def can_be_many(self) -> bool:
        """Whether several may run at once: they share a queue. Two copies of a program that is not known to would do everything twice."""
        return self.framework != "loop" or bool(self.queues)

    def at_once(self, profile: Profile) -> int:
        """Tasks that one of them does at the same time."""
        return at_once(profile, self.framework)

    @property
    def scheduler(self) -> str:
        """The name of the process that plans tasks by the clock."""
        return f"{self.name}-beat" if self.beside else f"{self.names.service}-beat"

    @property
    def listens_to_queue(self) -> bool:
        """Whether the length of its queue can be asked for."""
        return bool(self.broker and self.queues and (self.variable or self.address))


def worker_of(repo: Inventory, profile: Profile) -> Worker | None:
    """The Python worker that recipes write for: the main component, or the only worker or bot in the web service's folder.

    None where there is none, or where it cannot be told how it is installed and started.
    """
    main = main_component(repo)
    if main is None or main.language != "python":
        return None
    component = main if main.kind in ("worker", "bot") else _beside(repo, main)
    if component is None or not component.entrypoint or not can_be_named(component):
        return None
    image = described(repo, profile, component, "worker")
    command = rq_command(repo) if component.framework == "rq" and component.entrypoint.startswith(ENTRY) else None
    if command is not None:
        # Nothing in the repository makes this worker but the starter that is written for it.
        source = f"{component.path}/{STARTER}" if component.path not in (".", "") else STARTER
    else:
        source = source_of(repo, component) if ":" in component.entrypoint else _file(repo, component)
    if image is None or not source:
        return None
    framework = component.framework if component.framework in ("celery", "rq") else "loop"
    if framework == "celery" and not component.entrypoint.partition(":")[2].isidentifier():
        return None
    queues = queues_of(repo, framework, source) if command is None else tuple(f"rq:queue:{name}" for name in command.queues)
    if framework == "loop" and queues and _takes_lists(repo, source):
        framework = "list"
    names = naming(repo, profile)
    broker = _broker(repo, framework)
    variable, address, database = _broker_address(repo, source, broker)
    if command is not None:
        variable, address = command.variable or variable or ("" if command.configured else RQ_VARIABLE), ""
    return Worker(
        image=image,
        names=names,
        name=f"{names.service[:55].rstrip('-')}-worker" if component is not main else names.service,
        framework=framework,
        beside=component is not main,
        application=component.entrypoint,
        source=source,
        broker=broker,
        variable=variable,
        address=address,
        database=database,
        queues=queues,
        command=command,
        beats=framework == "loop" and _lives_in_a_loop(repo, component),
        finishes=_finishes(repo, component) if framework == "loop" else "",
        schedules=framework == "celery" and _schedules(repo),
    )


def worker_alone(repo: Inventory, profile: Profile) -> Worker | None:
    """The worker where it is all that there is: no web service stands before it."""
    found = worker_of(repo, profile)
    return found if found is not None and not found.beside else None


def _beside(repo: Inventory, main: Component) -> Component | None:
    """The only worker in the folder of the main component, so that one image serves both.

    Not where a worker of the same kind has a folder of its own: then this one is how the web service sends tasks, and does none.
    """
    if any(c.framework == "celery" for c in workers_elsewhere(repo, main)):
        return None
    found = [c for c in repo.services if c.kind in ("worker", "bot") and c.path == main.path and c.language == "python"]
    return found[0] if len(found) == 1 else None


def _file(repo: Inventory, component: Component) -> str:
    folder = "" if component.path in (".", "") else f"{component.path}/"
    path = f"{folder}{component.entrypoint}"
    return path if path in repo.files and path.endswith(".py") else ""


def _broker(repo: Inventory, framework: str) -> str:
    """What the tasks wait in: Redis where it is in use at all, else RabbitMQ, which is what Celery takes unless told otherwise."""
    used = {found.name for found in (*repo.datastores, *repo.brokers)}
    if framework == "rq" or "redis" in used or repo.uses("redis", "valkey") is not None:
        return "redis"
    return "rabbitmq" if framework == "celery" or "rabbitmq" in used else ""


def _broker_address(repo: Inventory, source: str, broker: str) -> tuple[str, str, int]:
    """The variable that holds the broker's address, host:port where the code names it instead (one of the two or none), Redis' database."""
    if not broker:
        return "", "", 0
    known = {variable.name for variable in variables(repo)}
    texts = [assignment.text for assignment in repo.python.assignments("*broker_url*", "*BROKER_URL*")]
    texts += [given.text for call in repo.python.calls("celery.Celery") if (given := call.arg("broker")) is not None]
    texts += [call.text for call in repo.python.calls("*.from_url") if call.location.path == source]
    literals = [_parts(found[1], broker) for text in texts if (found := _ADDRESS.search(text)) is not None]
    address, database = literals[0] if literals else ("", 0)
    for text in texts:
        named = [name for name in _ENVIRON.findall(text) if name in known]
        if named:
            return named[0], "", database
    candidates = sorted(name for name in known if BROKER_NAME.fullmatch(name))
    if candidates:
        return max(candidates, key=lambda name: ("BROKER" in name, -len(name))), "", database
    return "", address, database


def _parts(url: str, broker: str) -> tuple[str, int]:
    """Host with port, and the database's number; no host when there is a login, which belongs into no manifest, or it cannot be read."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[broker]
    except ValueError:
        return "", 0
    number = parts.path.strip("/")
    database = int(number) if broker == "redis" and re.fullmatch(r"[0-9]{1,3}", number) else 0
    host = parts.hostname or ""
    plain = parts.username is None and parts.password is None and re.fullmatch(r"[a-z0-9.-]+", host)
    return (f"{host}:{port}" if plain else "", database)


def _takes_lists(repo: Inventory, source: str) -> bool:
    """Whether the program itself takes from lists of Redis with redis-py, whose calls the starter can stand between."""
    return repo.uses("redis") is not None and not repo.python.imports_in(source, "redis.asyncio", "aioredis")


def _lives_in_a_loop(repo: Inventory, component: Component) -> bool:
    """Whether it is a bot whose event loop is Python's own: uvloop's is written in C, and the Updater of old asked in threads."""
    if component.framework not in _BOTS or repo.uses("uvloop") is not None:
        return False
    return component.framework != "python-telegram-bot" or not repo.python.calls("telegram.ext.Updater")


def _finishes(repo: Inventory, component: Component) -> str:
    """The module of its library, unless that is py-cord, whose module is called `discord` as well."""
    module = _FINISHED.get(component.framework or "", "")
    return "" if module == "discord" and declared(repo, "py-cord") else module


def _schedules(repo: Inventory) -> bool:
    return bool(
        repo.python.assignments("*beat_schedule", "*BEAT_SCHEDULE", "*beat_scheduler", "*BEAT_SCHEDULER")
        or repo.python.calls("*.add_periodic_task")
        or repo.uses("django-celery-beat", "celery-redbeat") is not None
    )
