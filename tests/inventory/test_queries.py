"""Every structural query is one that its language's grammar knows."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from ast_grep_py import SgRoot

import prodify
from prodify.inventory.query import Query, query


def _inside(value: object, depth: int = 0) -> Iterator[Query]:
    if isinstance(value, Query):
        yield value
    elif isinstance(value, tuple | list) and depth < 3:
        for item in value:
            yield from _inside(item, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        yield from _inside(list(value.values()), depth + 1)
    elif depth < 3 and isinstance(getattr(value, "query", None), Query):
        yield value.query  # type: ignore[attr-defined]


def _all() -> dict[str, Query]:
    found: dict[str, Query] = {}
    for module in pkgutil.walk_packages(prodify.__path__, "prodify."):
        if module.name.startswith(("prodify.checks", "prodify.inventory", "prodify.edits")):
            for name, value in vars(importlib.import_module(module.name)).items():
                for number, one in enumerate(_inside(value)):
                    found[f"{module.name.removeprefix('prodify.')}.{name}[{number}]"] = one
    from prodify.inventory.data.drivers import CODE_MARKS

    for number, (language, rule, words, _) in enumerate(CODE_MARKS):
        for dialect in {"javascript": ("javascript", "typescript", "tsx"), "java": ("java", "kotlin")}.get(language, (language,)):
            found[f"marks[{number}].{dialect}"] = query(dialect, rule, keywords=words)
    return found


def test_every_query_fits_its_grammar() -> None:
    queries = _all()
    assert len(queries) > 150
    broken = []
    for name, one in queries.items():
        config = {"rule": dict(one.rule), **({"constraints": dict(one.constraints)} if one.constraints else {})}
        try:
            SgRoot("x", one.language).root().find_all(config)  # type: ignore[call-overload]
        except RuntimeError as error:
            broken.append((name, str(error).partition("Stack")[0]))
    assert broken == []


def test_a_query_that_does_not_fit_is_noticed() -> None:
    with pytest.raises(RuntimeError):
        SgRoot("x", "kotlin").root().find_all({"rule": {"kind": "interface_declaration"}})
