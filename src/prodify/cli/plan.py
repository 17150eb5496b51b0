"""`prodify plan`: the road map, by maturity level, with effort, the command and the files it would touch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from prodify.cli.choices import ReportFormat
from prodify.cli.options import ConfigOption, JsonFormatOption, PathArgument, QuietOption, SetOption
from prodify.cli.session import emit, open_session

if TYPE_CHECKING:
    from prodify.proposal import Proposal
    from prodify.roadmap import Action


def plan(
    path: PathArgument = Path(),
    format_: JsonFormatOption = ReportFormat.TEXT,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show what to do next, level by level, and which files each command would touch."""
    from prodify.audit import audit
    from prodify.proposal import Proposal
    from prodify.roadmap import actions

    session = open_session(path, settings, config, quiet=quiet)
    report = audit(session.repo, session.loaded.profile)
    if report.score.overall is None:
        raise typer.Exit(3)
    proposal = Proposal(session.repo.files.root, session.loaded.profile, session.repo.service)
    todo = [(action, proposal.paths(action.recipe) if action.recipe else ()) for action in actions(report.findings)]
    if format_ is ReportFormat.JSON:
        import json

        emit(
            json.dumps({"schema": "prodify.plan/1", "level": report.score.level, "actions": [_data(*item) for item in todo]}, indent=2)
            + "\n"
        )
        return
    emit(_text(todo, report.score.level or 0, _undecided(proposal)))


def _undecided(proposal: Proposal) -> str:
    """What has to be said before anything can be written, empty for nothing."""
    from prodify.errors import AmbiguousError

    try:
        proposal.require_component()
    except AmbiguousError as error:
        return f"{error.message[:1].upper()}{error.message[1:]}. {error.hint or ''}".rstrip()
    return ""


def _data(action: Action, paths: tuple[str, ...]) -> dict[str, Any]:
    return {
        "maturity": action.maturity, "command": action.command, "recipe": action.recipe, "effort": action.effort.value,
        "checks": [f.check for f in action.findings], "paths": list(paths),
    }  # fmt: skip


def _text(todo: list[tuple[Action, tuple[str, ...]]], level: int, undecided: str) -> str:
    from prodify.model import MATURITY_NAMES

    lines = [f"Level {level}: {MATURITY_NAMES[level]}", *([undecided] if undecided else [])]
    for target in range(1, len(MATURITY_NAMES)):
        group = [item for item in todo if item[0].maturity == target]
        if not group:
            continue
        lines += ["", f"To level {target} ({MATURITY_NAMES[target]}): {len(group)} to do"]
        for action, paths in group:
            by_hand = "" if action.recipe else "  (by hand)"
            lines.append(f"  {action.command}  [{action.effort.value}]{by_hand}")
            lines += [f"      {finding.level.value}: {finding.message}  ({finding.check})" for finding in action.findings]
            if paths:
                lines.append(f"      touches {', '.join(paths)}")
            elif action.recipe and not undecided:
                lines.append(f"      writes nothing as things stand: prodify explain {action.recipe} says what it needs")
    if not todo:
        lines.append("Nothing left to do.")
    return "\n".join(lines) + "\n"
