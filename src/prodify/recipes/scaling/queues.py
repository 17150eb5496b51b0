"""The queues that a worker takes its tasks from, as its code names them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_LIST_READERS = ("blpop", "brpop", "lpop", "rpop")
"""Methods of redis-py. Those on streams and sorted sets are not here: no scaler of ours asks for their length."""
_DEPTH = 4


def queues_of(repo: Inventory, framework: str, source: str) -> tuple[str, ...]:
    """The keys or queues that tasks wait under, the most urgent first; empty where the code does not say them plainly.

    `framework` is celery, rq or anything else for a program that takes from lists of Redis itself.
    """
    if framework == "celery":
        stated = [a.value for a in repo.python.assignments("*task_default_queue", "*CELERY_TASK_DEFAULT_QUEUE", "*CELERY_DEFAULT_QUEUE")]
        name = next((value for value in stated if isinstance(value, str)), "celery")
        return (name,) if _is_key(name) else ()
    if framework == "rq":
        prefix, calls = "rq:queue:", repo.python.calls("rq.Worker", "rq.SimpleWorker", "rq.worker.Worker", "rq.worker.SimpleWorker")
    else:
        prefix, calls = "", repo.python.calls(*(f"*.{name}" for name in _LIST_READERS))
    for call in calls:
        argument = call.arg("queues" if framework == "rq" else "keys", 0) or call.arg("name", 0)
        if call.location.path == source and argument is not None:
            names = _names(repo, source, argument.text, _DEPTH)
            if names and all(_is_key(name) for name in names):
                return tuple(dict.fromkeys(f"{prefix}{name}" for name in names))
    return ()


def _names(repo: Inventory, source: str, text: str, depth: int) -> tuple[str, ...]:
    try:
        return tuple(_of(repo, source, ast.parse(text.strip(), mode="eval").body, depth))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _of(repo: Inventory, source: str, node: ast.expr, depth: int) -> Iterator[str]:
    """The names that an expression stands for: "mail", ["mail"], Queue("mail"), map(Queue, names), or a name for one of these.

    Raises:
        ValueError: when a part of it says nothing, so that the rest would be half of the truth.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _of(repo, source, item, depth)
    elif isinstance(node, ast.Name) and depth:
        stated = [a for a in repo.python.assignments(node.id) if a.location.path == source]
        if len(stated) != 1:
            raise ValueError(node.id)
        yield from _of(repo, source, ast.parse(stated[0].text.strip(), mode="eval").body, depth - 1)
    elif isinstance(node, ast.Call) and _called(node) == "Queue":
        if node.args:
            yield from _of(repo, source, node.args[0], depth)
        elif not any(keyword.arg in ("name", None) for keyword in node.keywords):
            yield "default"
        else:
            raise ValueError("Queue")
    elif isinstance(node, ast.Call) and _called(node) == "map" and len(node.args) == 2:
        yield from _of(repo, source, node.args[1], depth)
    else:
        raise ValueError(type(node).__name__)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", text) is not None
