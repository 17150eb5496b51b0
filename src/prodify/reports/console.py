"""The report for a person at a terminal: at most 25 lines first, everything on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from prodify.model import Kind, Level
from prodify.reports.presentation import counts, failures, headline, plural, shown, visible
from prodify.roadmap import actions

if TYPE_CHECKING:
    from rich.console import Console

    from prodify.model import Finding, Report, StepScore
    from prodify.roadmap import Action

COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
NEXT = 5
"""How many actions the first screen names."""
_BAR = 16
_INDENT = 5
_GOOD, _FAIR = 80, 40


def _plain(text: str) -> str:
    """Text of the repository: no markup, and nothing that a terminal acts on."""
    return escape(visible(text))


def show_report(report: Report, console: Console, show: str = "top") -> None:
    """Print the first screen, and for `show` "failed" or "all" the findings before it."""
    if show != "top":
        for finding in shown(report, show):
            _show_finding(finding, console)
        console.print()
    _show_verdict(report, console)
    half = (len(report.score.steps) + 1) // 2
    for left, right in zip(report.score.steps[:half], report.score.steps[half:], strict=True):
        console.print(f"{_step_cell(left, console.encoding)}  {_step_cell(right, console.encoding)}")
    _show_actions(actions([f for f in report.findings if f.source is None]), console)
    _show_counts(report, console)


def _show_verdict(report: Report, console: Console) -> None:
    score = report.score
    console.print(f"[bold]prodify audit[/bold]  {_plain(headline(report))}  [dim]ruleset {report.ruleset}[/dim]")
    if score.overall is None:
        console.print("[bold]no score[/bold]: nothing here could be evaluated")
        return
    if score.level is None:
        console.print(f"[bold]{score.overall} of 100[/bold] for a library, which has no maturity level: nobody operates it")
        return
    missing = len({f.check for f in failures(report) if f.maturity == score.level + 1 and f.status == "stable" and f.source is None})
    ahead = f"; {plural(missing, 'check')} to go to level {score.level + 1}" if missing else ""
    console.print(f"[bold]{score.overall} of 100[/bold], level {score.level}: [bold]{score.level_name}[/bold]{ahead}")


def _step_cell(step: StepScore, encoding: str) -> str:
    label = f"{step.step.number:>2} {step.step.slug:<14}"
    if step.score is None:
        return f"[dim]{label}   -  {'not applicable':<{_BAR}}[/dim]"
    full, empty = ("█", "░") if encoding.lower().startswith("utf") else ("#", ".")
    filled = round(step.score * _BAR / 100)
    colour = "green" if step.score >= _GOOD else "yellow" if step.score >= _FAIR else "red"
    return f"{label} {step.score:>3}  [{colour}]{full * filled}[/{colour}][dim]{empty * (_BAR - filled)}[/dim]"


def _show_actions(todo: tuple[Action, ...], console: Console) -> None:
    if not todo:
        console.print("\n[green]Nothing left to do.[/green]")
        return
    console.print("\n[bold]Do next[/bold]")
    for action in todo[:NEXT]:
        console.print(_action_line(action, console.width), overflow="ellipsis", no_wrap=True)


def _action_line(action: Action, console_width: int) -> str:
    worst = action.findings[0]
    colour = COLOURS[worst.level]
    what = worst.message[:1].upper() + worst.message[1:]
    more = f"; and {len(action.findings) - 1} more" if len(action.findings) > 1 else ""
    room = console_width - _INDENT - len(more)
    what = what if len(what) <= room else what[: room - 3].rstrip(" ,;(") + "..."
    return f"  [{colour}]{_plain(action.command)}[/{colour}]\n     [dim]{_plain(what)}{more}[/dim]"


def _show_counts(report: Report, console: Console) -> None:
    total = counts(report)
    found = [plural(total[f"{word}s"], word) for word in ("error", "warning", "note")]
    others = [f"{total[word]} {word}" for word in ("undecided", "suppressed", "not applicable") if total[word]]
    console.print(f"{', '.join(found)}; {total['passed']} passed" + (f"; {', '.join(others)}" if others else ""))
    console.print("[dim]More: prodify audit --show failed, prodify plan, prodify explain CHECK[/dim]")


def _show_finding(finding: Finding, console: Console) -> None:
    if finding.kind is Kind.FAIL:
        head = f"[{COLOURS[finding.level]}]{finding.level.value}[/{COLOURS[finding.level]}]"
    else:
        head = f"[dim]{ {Kind.PASS: 'pass', Kind.OPEN: 'undecided', Kind.NOT_APPLICABLE: 'not applicable'}[finding.kind] }[/dim]"
    mark = f" [dim](suppressed: {_plain(finding.suppressed.reason)})[/dim]" if finding.suppressed else ""
    if finding.source is not None:
        mark += f" [dim]({_plain(' '.join(filter(None, (finding.source.tool, finding.source.version))))})[/dim]"
    console.print(f"{head} [bold]{finding.check}[/bold] {_plain(finding.message)}{mark}", soft_wrap=True)
    for place in finding.evidence:
        where = f"{place.path}:{place.line}" if place.line else place.path
        console.print(f"    {_plain(where)}{'  ' + _plain(place.note) if place.note else ''}", soft_wrap=True)
    if finding.kind is Kind.FAIL and finding.suppressed is None:
        console.print(f"    [dim]fix: {_plain(finding.fix.command)}[/dim]", soft_wrap=True)
