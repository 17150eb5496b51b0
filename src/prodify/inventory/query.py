"""Structural queries as data: what to look for in code, and the words without which a file need not be parsed."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prodify.lazyre import Search


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """An ast-grep rule for one language. `keywords`: a file without any of them is not parsed for it (empty: always parsed).

    `where`: nor is a file in whose text this does not occur.
    """

    language: str
    rule: Mapping[str, object]
    keywords: tuple[str, ...]
    constraints: Mapping[str, object] = field(default_factory=dict)
    capture: tuple[str, ...] = ()
    where: Search | None = None


def query(
    language: str,
    rule: Mapping[str, object] | str,
    *,
    keywords: Iterable[str],
    constraints: Mapping[str, object] | None = None,
    capture: Iterable[str] = (),
    where: Search | None = None,
) -> Query:
    """Describe a structural query. `rule` is an ast-grep pattern or rule object, `capture` the metavariables to keep.

    `language` is one of python, javascript, typescript, tsx, go, java, kotlin, ruby, rust, php, csharp, html.
    """
    body = {"pattern": rule} if isinstance(rule, str) else dict(rule)
    return Query(language, body, tuple(keywords), dict(constraints or {}), tuple(capture), where)


def in_ascii(rule: Mapping[str, object]) -> dict[str, object]:
    """A rule whose patterns know ASCII alone: every search compiles them anew, and the classes of Unicode take ten times as long."""

    def narrow(key: str, part: object) -> object:
        if isinstance(part, dict):
            return {inner: narrow(inner, one) for inner, one in part.items()}
        if isinstance(part, list):
            return [narrow(key, one) for one in part]
        if key != "regex" or not isinstance(part, str):
            return part
        return part.replace(r"\w", "[A-Za-z0-9_]").replace(r"\s", r"[ \t\r\n\f]").replace(r"\d", "[0-9]").replace(r"\b", r"(?-u:\b)")

    return {key: narrow(key, value) for key, value in rule.items()}
