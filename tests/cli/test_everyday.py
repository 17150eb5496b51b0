"""The way around typer says what typer would have said, and leaves to typer what is not plain."""

from __future__ import annotations

import subprocess
import sys

import pytest

from prodify.cli import app, audit, everyday
from prodify.cli.auditing import Request

PLAIN = (
    "",
    ".",
    "some/where",
    "--format json",
    "--format=json some/where",
    ". --format text --format json --show all",
    "--show=top -q",
    "--quiet --no-history --exit-zero",
    "--history . --no-ignores --fail-on warning",
    "--fail-on=never --history --no-history",
)
OTHER = (
    "-h",
    "--help",
    "a b",
    "--format xml",
    "--format",
    "--format=",
    "--forma json",
    "--staged",
    "--select debug-is-off",
    "--step 3",
    "-o report.json",
    "-qq",
    "--quiet=1",
    "--",
    "-- --format",
)


@pytest.mark.parametrize("arguments", PLAIN)
@pytest.mark.skipif(sys.platform == "win32", reason="typer expands patterns there")
def test_it_reads_what_typer_reads(arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []

    def noted(request: Request) -> int:
        asked.append(request)
        return 7

    monkeypatch.setattr(audit, "carry_out", noted)
    assert app.run(["audit", *arguments.split()]) == 7
    assert everyday.request_of(arguments.split()) == asked[0]


@pytest.mark.parametrize("arguments", OTHER)
def test_it_leaves_the_rest_to_typer(arguments: str) -> None:
    assert everyday.request_of(arguments.split()) is None


def test_an_everyday_audit_imports_no_typer() -> None:
    code = (
        "import sys; sys.argv = ['prodify', 'audit', '-q', '.', '--format=json', '--exit-zero'];"
        "from prodify.__main__ import main; main(); sys.exit('typer' in sys.modules or 'click' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
