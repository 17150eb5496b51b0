"""Histogram boundaries that code or configuration declares, in seconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_NUMBERS = lazy(r"\d+(?:\.\d+)?|\.\d+")
_MOST = 1e300
"""No boundary is larger; an integer that is cannot become a float."""
_NAME = lazy(r"buckets?|boundaries", re.IGNORECASE)
_OF_TASKS = lazy(r"(messaging|queue|task|job|celery)[._]")
"""What histograms are called that tell of background tasks: how long those take is no latency of requests."""
_CONSTRUCTORS = (
    "*.ExplicitBucketHistogramAggregation",
    "ExplicitBucketHistogramAggregation",
    "prometheus_client.Histogram",
    "*.Histogram",
    "*.create_histogram",
)


def declared_boundaries(repo: Inventory) -> tuple[tuple[Note, tuple[float, ...]], ...]:
    """Every declared list of histogram boundaries with its place."""
    return tuple(_declared(repo))


def _declared(repo: Inventory) -> Iterator[tuple[Note, tuple[float, ...]]]:
    for call in repo.python.calls(*_CONSTRUCTORS):
        first = call.arg("name", 0)
        if first is not None and isinstance(first.value, str) and _OF_TASKS.match(first.value):
            continue
        for argument in call.args:
            named = argument.name is None or _NAME.search(argument.name)
            value, known = repo.python.value_of(argument, call)
            listed = isinstance(value, list | tuple) and value and all(isinstance(v, int | float) and abs(v) < _MOST for v in value)
            if named and known and listed and isinstance(value, list | tuple):
                yield Note(call.location, call.name.rpartition(".")[2]), tuple(float(v) for v in value)
    for path in repo.files.select("*.yaml", "*.yml", "*.js", "*.ts", "*.go", "*.py"):
        text = repo.files.text(path) or ""
        if "oundaries" not in text and "ucket" not in text:
            continue
        for match in re.finditer(r"(?i)(?:buckets?|boundaries)\w*\s*(?::[^=\n]*)?[=:]\s*[\[({]([\d\s.,]+)[\])}]", text):
            numbers = tuple(float(n) for n in _NUMBERS.findall(match[1]))
            if len(numbers) > 2:
                yield Note(Location(path, text.count("\n", 0, match.start()) + 1), "histogram boundaries"), numbers
