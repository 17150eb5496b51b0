"""The environment variables of the service that a file can set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.components.rqworker import rq_command
from prodify.inventory.facts import EnvVar, Role
from prodify.inventory.llm import through_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.model import Location

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
BROKER_NAME = re.compile(r"(CELERY_)?(BROKER|REDIS|VALKEY|RABBITMQ|AMQP|CLOUDAMQP|QUEUE)(_TLS)?_?(URL|URI)|CELERY_URL")
"""What a variable is called that holds the address of a queue."""
RQ_VARIABLE = "RQ_REDIS_URL"
"""Where RQ's own command looks for the address when it is given none."""


# By the library's clients: the variable that they read by themselves when they are given no key.
_KEYS = {"openai": ("OPENAI_API_KEY", ("OpenAI", "AsyncOpenAI")), "anthropic": ("ANTHROPIC_API_KEY", ("Anthropic", "AsyncAnthropic"))}


def variables(repo: Inventory) -> tuple[EnvVar, ...]:
    """What the code reads under a name that every shell, manifest and example file can hold; others nobody can set there.

    Among them the address that the command of RQ's worker takes,
    the keys that clients of language models read by themselves, and the one that prodify's adapter reads where code calls that.
    """
    read = tuple(variable for variable in repo.environment if _NAME.fullmatch(variable.name))
    return (*read, *_implied(repo, {variable.name for variable in read}))


def line_at(repo: Inventory, location: Location) -> str:
    """The line of code at a place, which may say what type a value has; empty for languages other than Python."""
    lines = repo.files.lines(location.path) if location.path.endswith(".py") else ()
    number = (location.line or 1) - 1
    return lines[number] if number < len(lines) else ""


def _implied(repo: Inventory, known: set[str]) -> Iterator[EnvVar]:
    command = rq_command(repo)
    if command is not None:
        given = command.configured or any(BROKER_NAME.fullmatch(other) for other in known)
        name = command.variable or ("" if given else RQ_VARIABLE)
        if name and name not in known:
            yield EnvVar(name, command.location, required=True, has_default=False, secret=False)
    adapted = {found.name: found.location for found in through_adapter(repo)}
    for library, (name, clients) in _KEYS.items():
        calls = repo.python.calls(*(f"{library}.{client}" for client in clients), roles=(Role.PRODUCTION,)) if name not in known else ()
        made = next((call for call in calls if call.arg("api_key") is None and not call.has_star), None)
        place = made.location if made is not None else adapted.get(library) if name not in known else None
        if place is not None:
            yield EnvVar(name, place, required=True, has_default=False, secret=True)
