"""Whole outputs of the reports for one small, fixed report; `PRODIFY_UPDATE_GOLDEN=1` writes the files anew."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from prodify.model import Effort, Evidence, Finding, Fix, Kind, Level, Report, Step, Suppression, Target
from prodify.reports.console import show_report
from prodify.reports.json import json
from prodify.reports.text import text
from prodify.score import score

GOLDEN = Path(__file__).parent / "golden"


def finding(check: str, step: Step, kind: Kind, level: Level = Level.WARNING, maturity: int = 1, **more: object) -> Finding:
    """A finding with what a test does not care about filled in."""
    values: dict[str, object] = {
        "check": check,
        "step": step,
        "kind": kind,
        "level": level,
        "maturity": maturity,
        "status": "stable",
        "title": f"{check}.",
        "message": f"what was found by {check}",
        "why": "Because.",
        "evidence": (),
        "fingerprint": "0" * 32,
        "cwe": (),
        "effort": Effort.HOURS,
        "fix": Fix(None, f"prodify explain {check}"),
        "suppressed": None,
    }
    return Finding(**{**values, **more})  # type: ignore[arg-type]


def sample() -> Report:
    """A report with every kind and level, several places, markup-like text and a suppression."""
    recipe = Fix("secrets", "prodify apply --step security --recipe secrets")
    findings = (
        finding("profile-is-complete", Step.GOALS, Kind.PASS),
        finding("ci-exists", Step.CI, Kind.FAIL, Level.ERROR, fix=Fix("ci", "prodify apply --step ci --recipe ci")),
        finding("lint-runs-in-ci", Step.CI, Kind.NOT_APPLICABLE, Level.NOTE),
        finding(
            "no-secret-in-code",
            Step.SECURITY,
            Kind.FAIL,
            Level.ERROR,
            cwe=(798,),
            fix=recipe,
            evidence=(Evidence("app.py", 3, 3, "API_KEY: [bold]key[/bold]", "<redacted>"), Evidence("a b/ü.py", 10, 12, "x")),
        ),
        finding("env-files-are-ignored", Step.SECURITY, Kind.FAIL, fix=recipe, effort=Effort.MINUTES, evidence=(Evidence(".gitignore"),)),
        finding(
            "debug-is-off",
            Step.SECURITY,
            Kind.OPEN,
            Level.ERROR,
            message="could not be judged: the check debug-is-off failed with KeyError",
        ),
        finding(
            "image-runs-as-non-root",
            Step.SECURITY,
            Kind.FAIL,
            suppressed=Suppression("prodify.yaml", "used on laptops only", "2027-01-31"),
            evidence=(Evidence("tools/Dockerfile", 1),),
        ),
        finding("new-check", Step.COST, Kind.FAIL, Level.ERROR, status="preview"),
    )
    inventory = {"kind": "service", "components": [{"framework": "flask", "language": "python", "kind": "service"}]}
    return Report("0.0.0", "2026.11", Target("a" * 40, False), {"audience": "public"}, inventory, score(findings), findings, ("a notice",))


def console_text(show: str, width: int = 80, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    show_report(sample(), Console(file=stream, width=width, no_color=True, force_terminal=False, highlight=False), show)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


OUTPUTS = {
    "report.json": lambda: json(sample(), "all"),
    "report-failed.json": lambda: json(sample()),
    "report.txt": lambda: text(sample(), "all"),
    "screen-top.txt": lambda: console_text("top"),
    "screen-all.txt": lambda: console_text("all"),
    "screen-ascii.txt": lambda: console_text("top", encoding="ascii"),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_whole_output(name: str) -> None:
    path, output = GOLDEN / name, OUTPUTS[name]()
    if os.environ.get("PRODIFY_UPDATE_GOLDEN") == "1":
        path.write_text(output, encoding="utf-8", newline="\n")
    assert output == path.read_text(encoding="utf-8")


def test_markup_of_the_audited_repository_is_shown_and_not_obeyed() -> None:
    assert "[bold]key[/bold]" in console_text("all")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_first_screen_keeps_its_width(width: int) -> None:
    lines = console_text("top", width).splitlines()
    assert len(lines) <= 25 or width < 80
    assert all(len(line) <= max(width, 80) for line in lines)
