"""The profile as the text of `prodify.yaml`: every value, with a comment that says its meaning and unit and what derives from it.

The comments of keys are the attribute docstrings of `prodify.profile`, read from its source, so that the file, the JSON Schema and
the code cannot say different things.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from textwrap import wrap
from typing import Any, Literal, get_args, get_origin, get_type_hints

from prodify.lazyre import lazy
from prodify.profile import Profile

_WIDTH = 110
_HEAD = """\
# The goals of this service, written once. Alerts, load tests, dashboards and manifests take their numbers from here.
# After a change run `prodify upgrade`: it renders them anew and keeps what you edited in them.
"""
_WHY = {
    "service": "Names reach images, Kubernetes objects, metrics and alerts; the owner is who an alert at night asks for.",
    "audience": "Who it is for: creator (yourself and friends), team, or public. Decides which checks apply and how much is written.",
    "data": "What you hold about people decides how logs, backups and access have to be treated.",
    "traffic": "Load tests, the autoscaler and the cost estimate plan for this much.",
    "slo": "How good is good enough. Alerts fire when the error budget that these leave burns too fast.",
    "slo.latency": "How fast is fast enough; the slow tail is what people remember.",
    "slo.guardrails": "Beyond these someone is called at once, however much budget is left.",
    "budget": "What it may cost; alerts and the suspension of staging derive from it.",
    "scaling": "Two replicas survive the loss of one machine; more are added by CPU use.",
    "tasks": "For background workers: their limits, and when another one is started because tasks wait.",
    "platform": "Decides which deploy files are written.",
    "on_call": "Runbooks and the alert router name these.",
    "llm": "Every model call costs money; these bound one answer and feed the estimate.",
    "ignore": "Accepted findings: a check and a reason, and where wanted a path and a last day (path: ..., expires: 2027-01-31).",
}  # fmt: skip
_PLAIN = lazy(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "none"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def profile_text(profile: Profile) -> str:
    """The text of `prodify.yaml` for a profile; loading it gives the same profile back (but for `origin`, which is never written)."""
    blocks = []
    for field in dataclasses.fields(profile):
        if field.name != "origin":
            blocks.append("\n".join(_lines(field.name, getattr(profile, field.name), "")) + "\n")
    return "\n".join([_HEAD, *blocks])


def _lines(key: str, value: Any, indent: str) -> Iterator[str]:
    name = key.rpartition(".")[2]
    yield from _comment(key, indent)
    if dataclasses.is_dataclass(value):
        yield f"{indent}{name}:"
        for field in dataclasses.fields(value):
            yield from _lines(f"{key}.{field.name}", getattr(value, field.name), indent + "  ")
    elif key == "ignore" and value:
        yield f"{indent}{name}:"
        for item in value:
            pairs = [(f.name, getattr(item, f.name)) for f in dataclasses.fields(item) if getattr(item, f.name) is not None]
            for position, (part, inner) in enumerate(pairs):
                yield f"{indent}  {'- ' if position == 0 else '  '}{part}: {_scalar(inner)}"
    else:
        yield f"{indent}{name}: {_scalar(value)}"


def _comment(key: str, indent: str) -> Iterator[str]:
    text = _WHY.get(key) or _meanings()[key]
    if key.endswith(("_percent", "_percents")):
        text += " In percent."
    return (f"{indent}# {line}" for line in wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _scalar(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        mantissa, e, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa or not e else mantissa + '.0'}{e}{exponent}"  # YAML 1.1 wants the dot
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escaped(c)) for c in text) + '"'


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    """The attribute docstrings of the profile's classes, by dotted key."""
    classes: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(inspect.getmodule(Profile) or Profile)).body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = dict(_docstrings(node))
    found: dict[str, str] = {}

    def walk(value: Any, prefix: str) -> None:
        hints = get_type_hints(type(value))
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if dataclasses.is_dataclass(inner):
                walk(inner, f"{prefix}{field.name}.")
            else:
                choices = _choices(hints[field.name])
                meaning = classes[type(value).__name__].get(field.name, "")
                found[prefix + field.name] = f"{meaning} One of: {', '.join(choices)}." if choices else meaning

    walk(Profile(), "")
    return found


def _choices(hint: Any) -> list[str]:
    """The words that a field admits, for Literal types and tuples and optionals of them; in the order written."""
    if get_origin(hint) is Literal:
        return [_scalar(choice) for choice in get_args(hint)]
    found = [choice for inner in get_args(hint) if inner is not Ellipsis for choice in _choices(inner)]
    return [*found, "null"] if found and type(None) in get_args(hint) else found


def _docstrings(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, after in pairwise(node.body):
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield target.id, " ".join(str(after.value.value).split())
