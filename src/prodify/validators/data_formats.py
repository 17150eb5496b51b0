"""JSON and TOML files parse, and no JSON object names a key twice (the later one would win silently)."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources


class _DuplicateKeyError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKeyError(f"duplicate key {next(name for name in names if names.count(name) > 1)!r}")
    return value


def select_json(sources: Sources) -> Sequence[str]:
    """Return the JSON files."""
    return sources.matching("*.json", "*.jsonld", "*.geojson", ".renovaterc")


def run_json(job: Job) -> Iterator[Problem]:
    """Yield the first mistake of every file."""
    for path in job.files:
        try:
            json.loads(job.sources.texts[path], object_pairs_hook=_unique)
        except json.JSONDecodeError as error:
            yield Problem(path, error.lineno, error.msg)
        except (_DuplicateKeyError, RecursionError) as error:
            yield Problem(path, None, str(error) or "nested too deeply")


def select_toml(sources: Sources) -> Sequence[str]:
    """Return the TOML files."""
    return sources.matching("*.toml")


def run_toml(job: Job) -> Iterator[Problem]:
    """Yield the first mistake of every file; the message carries the line."""
    for path in job.files:
        try:
            tomllib.loads(job.sources.texts[path])
        except (ValueError, RecursionError) as error:
            yield Problem(path, None, str(error))


VALIDATORS = (
    Validator(name="json", title="JSON parses, without duplicate keys", select=select_json, run=run_json),
    Validator(name="toml", title="TOML parses", select=select_toml, run=run_toml),
)
