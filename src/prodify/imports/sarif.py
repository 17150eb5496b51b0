"""SARIF 2.1.0 as scanners write it, turned into plain results. The file is not trusted: wrong shapes are skipped, never followed."""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from prodify.errors import UsageError
from prodify.lazydata import dataclass
from prodify.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_BYTES = 32 * 1024 * 1024
"""Nothing larger is read."""
MAX_RESULTS = 10_000
"""Results that are taken of one file."""
_CWE = re.compile(r"cwe[-/: ]*0*(\d{1,5})", re.I)
_PLACEHOLDER = re.compile(r"\{(\d{1,2})\}")
_HINT = "Give a SARIF 2.1.0 file, as scanners write it with --format sarif."


@dataclass(frozen=True, slots=True)
class Result:
    """One failing result. `locations` are (artifactLocation, first line, last line); `accepted` is why the tool itself suppressed it.

    No text in it has been redacted yet: it goes to `prodify.imports.findings` and nowhere else.
    """

    tool: str
    version: str
    rule: str
    title: str
    message: str
    help_uri: str
    level: Level
    tags: tuple[str, ...]
    cwe: tuple[int, ...]
    locations: tuple[tuple[Any, int | None, int | None], ...]
    bases: Any
    accepted: str | None


def read(path: Path) -> list[Result]:
    """The failing results of a file, at most `MAX_RESULTS`.

    Raises:
        UsageError: when the file is missing, no regular file, larger than `MAX_BYTES`, or no SARIF 2.1.0.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise UsageError(f"--import: cannot read {path} ({error.strerror})", _HINT) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UsageError(f"--import: {path} is no regular file", _HINT)
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"--import: {path} is larger than {MAX_BYTES // 2**20} MiB", "Let the scanner report less, or split the file.")
    return parse(data, str(path))


def parse(data: bytes, name: str) -> list[Result]:
    """As `read`, of bytes; `name` is how errors call the file."""
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UsageError(f"--import: {name} is no JSON in UTF-8, or is nested too deeply", _HINT) from None
    if not isinstance(body, dict) or not isinstance(body.get("runs"), list):
        raise UsageError(f"--import: {name} has no list of runs, expected SARIF 2.1.0", _HINT)
    if body.get("version") != "2.1.0":
        raise UsageError(f"--import: {name} is not SARIF of version 2.1.0", _HINT)
    found: list[Result] = []
    for run in body["runs"]:
        for result in _results(_dict(run)):
            if len(found) == MAX_RESULTS:
                return found
            found.append(result)
    return found


def _results(run: dict[str, Any]) -> Iterator[Result]:
    tool = _dict(run.get("tool"))
    driver = _dict(tool.get("driver"))
    components = [driver, *map(_dict, _list(tool.get("extensions")))]
    by_id: dict[str, dict[str, Any]] = {}
    for component in components:
        for rule in map(_dict, _list(component.get("rules"))):
            by_id.setdefault(_str(rule.get("id")), rule)
    for result in map(_dict, _list(run.get("results"))):
        if not _is_problem(result):
            continue
        rule = _rule_of(result, components, by_id)
        identifier = _str(result.get("ruleId")) or _str(_dict(result.get("rule")).get("id")) or _str(rule.get("id")) or "unnamed"
        tags = tuple(_str(t) for source in (rule, result) for t in _list(_dict(source.get("properties")).get("tags")))
        level = _level(result, rule)
        if level is not None:
            yield Result(
                _str(driver.get("name")) or "unknown tool", _str(driver.get("semanticVersion")) or _str(driver.get("version")),
                identifier, _text(rule.get("shortDescription")) or _str(rule.get("name")), _message(result, rule),
                _str(rule.get("helpUri")), level, tags, _cwe(tags, rule, result), tuple(_locations(result)),
                run.get("originalUriBaseIds"), _accepted(result),
            )  # fmt: skip


def _is_problem(result: dict[str, Any]) -> bool:
    """A failure, or what somebody has to look at ("review", "open") at a level of its own, as unvalidated secrets are."""
    if result.get("baselineState") == "absent" or result.get("level") == "none":
        return False
    kind = result.get("kind", "fail")
    return kind == "fail" or (kind in ("review", "open") and result.get("level") in tuple(Level))


def _rule_of(result: dict[str, Any], components: Sequence[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> dict[str, Any]:
    reference = _dict(result.get("rule"))
    extension = _int(_dict(reference.get("toolComponent")).get("index"))
    index = _int(reference.get("index", result.get("ruleIndex")))
    number = 0 if extension is None else extension + 1
    rules = _list(components[number].get("rules")) if number < len(components) else []
    if index is not None and index < len(rules):
        return _dict(rules[index])
    identifier = _str(result.get("ruleId")) or _str(reference.get("id"))
    return by_id.get(identifier) or by_id.get(identifier.rpartition("/")[0]) or {}


def _level(result: dict[str, Any], rule: dict[str, Any]) -> Level | None:
    """The result's level, else the one of `security-severity` (CVSS: from 7 error, from 4 warning), else the rule's, else warning."""
    if result.get("level") in tuple(Level):
        return Level(result["level"])
    severity = _dict(rule.get("properties")).get("security-severity")
    try:
        score = float(severity) if isinstance(severity, str | int | float) else None
    except (ValueError, OverflowError):
        score = None
    if score is not None:
        return Level.ERROR if score >= 7 else Level.WARNING if score >= 4 else Level.NOTE
    default = _dict(rule.get("defaultConfiguration")).get("level", "warning")
    if default == "none":
        return None
    return Level(default) if default in tuple(Level) else Level.WARNING


def _message(result: dict[str, Any], rule: dict[str, Any]) -> str:
    message = _dict(result.get("message"))
    text = _text(message)
    if not text:
        text = _text(_dict(rule.get("messageStrings")).get(_str(message.get("id"))))
    arguments = [_str(a) for a in _list(message.get("arguments"))]
    return _PLACEHOLDER.sub(lambda m: arguments[int(m[1])] if int(m[1]) < len(arguments) else m[0], text)


def _locations(result: dict[str, Any]) -> Iterator[tuple[Any, int | None, int | None]]:
    for location in _list(result.get("locations"))[:100]:
        physical = _dict(_dict(location).get("physicalLocation"))
        region = _dict(physical.get("region"))
        first = _int(region.get("startLine")) or None
        last = _int(region.get("endLine")) or first
        yield physical.get("artifactLocation"), first, last if first is not None and last is not None and last >= first else first


def _cwe(tags: Sequence[str], rule: dict[str, Any], result: dict[str, Any]) -> tuple[int, ...]:
    found = {int(m[1]) for tag in tags for m in _CWE.finditer(tag)}
    references = [_dict(_dict(r).get("target")) for r in _list(rule.get("relationships"))] + [_dict(t) for t in _list(result.get("taxa"))]
    for reference in references:
        identifier = _str(reference.get("id"))
        component = _str(_dict(reference.get("toolComponent")).get("name")).upper()
        match = _CWE.search(identifier if component != "CWE" else f"cwe-{identifier}")
        if match or (match := _CWE.search(identifier)):
            found.add(int(match[1]))
    return tuple(sorted(found))


def _accepted(result: dict[str, Any]) -> str | None:
    for item in map(_dict, _list(result.get("suppressions"))):
        if item.get("status", "accepted") == "accepted":
            return _str(item.get("justification")) or "no reason given"
    return None


def _text(message: Any) -> str:
    return _str(_dict(message).get("text")) or _str(_dict(message).get("markdown"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
