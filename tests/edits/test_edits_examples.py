"""The examples in the docstrings of editors and changes are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import prodify.changes
import prodify.edits

MODULES = [
    info.name for package in (prodify.edits, prodify.changes) for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 10
