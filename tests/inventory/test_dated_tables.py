"""Dated facts about runtimes and models are well formed, and say what they should on the day they were written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.inventory.data import model_names
from prodify.inventory.runtimes import AS_OF, END_OF_LIFE, ended, runtime_declarations


def test_every_date_is_a_date() -> None:
    date.fromisoformat(AS_OF)
    for table in (*END_OF_LIFE.values(), model_names.RETIRED):
        for name, day in table.items():
            assert name.strip() == name
            date.fromisoformat(day)


def test_successors_are_not_retired_themselves() -> None:
    assert not set(model_names.SUCCESSORS.values()) & set(model_names.RETIRED)


def test_models_with_a_day_in_the_future_are_not_retired_yet() -> None:
    assert model_names.retired_models()["gpt-3.5-turbo"] == "2026-10-23"
    assert all(day <= model_names.AS_OF for day in model_names.retired_models().values())


@pytest.mark.parametrize(
    ("path", "text", "version", "over"),
    [
        ("runtime.txt", "python-3.6.9\n", "3.6", True),
        (".python-version", "3.13.1\n", "3.13", False),
        (".nvmrc", "v18\n", "18", True),
        (".nvmrc", "24.1.0\n", "24", False),
        ("Dockerfile", "FROM python:3.9-slim\n", "3.9", True),
        ("Dockerfile", "FROM node:24-alpine AS build\n", "24", False),
        ("Dockerfile", "FROM mcr.microsoft.com/dotnet/sdk:7.0\n", "7.0", True),
        (".ruby-version", "3.4.1\n", "3.4", False),
    ],
)
def test_declared_runtimes(path: str, text: str, version: str, over: bool, tmp_path: Path) -> None:
    (tmp_path / path).write_text(text)
    (found,) = runtime_declarations(Inventory(tmp_path))
    assert (found.version, ended(found), found.location.path) == (version, over, path)


@pytest.mark.parametrize("text", ["FROM python\n", "FROM python:3\n", "FROM alpine:3.20\n", "FROM eclipse-temurin:25-jre\n"])
def test_what_names_no_version_declares_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    assert runtime_declarations(Inventory(tmp_path)) == ()
