"""Contracts with services that are called: every field that the code is said to read is in the documented answer beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

_NEEDS = ("required", "optional")


def select(sources: Sources) -> Sequence[str]:
    """Return the contracts."""
    return sources.matching("consumed.json")


def run(job: Job) -> Iterator[Problem]:
    """Yield entries that could not be held against anything, or that their own sample contradicts."""
    for path in job.files:
        try:
            entries = json.loads(job.sources.texts[path])["interactions"]
            found = [problem for entry in entries for problem in _of(entry)]
            ids = [entry["id"] for entry in entries]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            yield Problem(path, None, f"no contract: {error!r}")
            continue
        found += [f"{name} names two entries, whose saved answers would be one file" for name in sorted(set(ids)) if ids.count(name) > 1]
        yield from (Problem(path, None, message) for message in found)


def _of(entry: dict[str, Any]) -> Iterator[str]:
    body = entry["response"]["body"]
    for path, need in entry["reads"].items():
        if need not in _NEEDS:
            yield f'{entry["id"]}: {path} is "{need}", neither required nor optional'
        elif body is not None and not _is_there(body, path.split(".")):
            yield f"{entry['id']}: {path} is read and not in the documented answer"


def _is_there(value: Any, steps: list[str]) -> bool:
    """Whether some element holds the field: it can only be read where lists hold something."""
    if not steps:
        return True
    name, lists = steps[0].replace("[]", ""), steps[0].count("[]")
    if name:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    values = [value]
    for _ in range(lists):
        values = [item for each in values if isinstance(each, list) for item in each]
    return any(_is_there(each, steps[1:]) for each in values)


VALIDATORS = (
    Validator(name="consumed-contracts", title="what code reads of other services is in their documented answers", select=select, run=run),
)
