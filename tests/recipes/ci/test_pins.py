"""The dated tables: well-formed pins, one row a name, and a loader that says what is missing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from packaging.version import Version

from prodify.data import action, actions, packages, requirement, rows, version
from prodify.errors import InternalError


@pytest.mark.parametrize("name", sorted(actions()))
def test_an_action_is_pinned_to_a_whole_commit_id_of_a_release(name: str) -> None:
    row = actions()[name]
    assert re.fullmatch(r"[0-9a-f]{40}", row.sha)
    assert re.fullmatch(r"v\d+\.\d+\.\d+", row.version)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", name)
    assert row.source
    assert row.pin == f"{name}@{row.sha} # {row.version}"


def test_no_commit_id_stands_twice() -> None:
    shas = [row.sha for row in actions().values()]
    assert len(shas) == len(set(shas))


def test_the_scanner_is_not_a_version_from_the_hijack() -> None:
    assert Version(actions()["aquasecurity/trivy-action"].version) >= Version("0.35.0")


@pytest.mark.parametrize("name", sorted(packages()))
def test_a_package_is_pinned_to_a_version(name: str) -> None:
    assert str(Version(version(name))) == version(name)
    assert name == name.lower()
    assert requirement(name) == f"{name}=={version(name)}"


@pytest.mark.parametrize("table", ["actions", "packages"])
def test_tables_are_dated_and_sorted(table: str) -> None:
    found = rows(table)
    assert all(date.fromisoformat(row["as_of"]) <= date(2026, 12, 31) for row in found)
    if table == "actions":
        assert [row["name"] for row in found] == sorted(row["name"] for row in found)


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(InternalError, match="octo/none"):
        action("octo/none")
    with pytest.raises(InternalError, match="left-pad"):
        version("left-pad")
    with pytest.raises(InternalError, match="nowhere"):
        rows("nowhere")


def test_an_action_in_a_folder_takes_the_pin_of_its_repository() -> None:
    assert action("github/codeql-action/init").replace("/init@", "@") == action("github/codeql-action")


def test_the_end_to_end_tests_run_with_the_versions_that_generated_files_pin() -> None:
    lines = (Path(__file__).parents[3] / "requirements" / "e2e.in").read_text(encoding="utf-8").splitlines()
    pinned = dict(re.sub(r"\[\w+\]", "", line).split("==") for line in lines if "==" in line)
    assert pinned == {name: version(name) for name in pinned}
    assert {name for name in packages() if name.startswith("opentelemetry-")} <= set(pinned)
