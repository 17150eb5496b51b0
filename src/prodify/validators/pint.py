"""pint: every check of Prometheus rules that asks no server, over the rules that prodify wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.promtool import select_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prodify.validators.sources import Sources

CONFIG = 'parser {\n  relaxed = [".*"]\n}\n'
"""Rules are also found inside Kubernetes objects. Without a configuration of its own pint would read one of the user's."""

LEFT_OUT: Mapping[str, str] = {
    "rule/dependency": "ratios, budgets and alerts are groups of their own, worked out every minute: what is a minute old will do",
}
"""Checks that are not asked, with the reason."""

ALWAYS = "vector(1)"
"""What the heartbeat alert asks: it has to fire all the time, and whoever listens notices when it stays away."""


def select(sources: Sources) -> Sequence[str]:
    """Return the rules files and objects that prodify wrote."""
    return [path for path in select_rules(sources) if path in sources.ours("*.yaml", "*.yml")]


def run(job: Job) -> Iterator[Problem]:
    """Yield findings of every severity, remarks too."""
    folder = job.scratch()
    (folder / "pint.hcl").write_text(CONFIG, encoding="utf-8")
    report = folder / "report.json"
    options = [word for name in LEFT_OUT for word in ("--disabled", name)]
    done = job.call(
        [job.tools["pint"], "--config", str(folder / "pint.hcl"), "--offline", *options, "lint", "--json", str(report), *job.arguments]
    )
    try:
        found = json.loads(report.read_text(encoding="utf-8")) or ()
    except (OSError, ValueError) as error:
        raise ToolError(f"pint ended with {done.code}: {done.last_words}") from error
    if done.code != 0 and not found:
        raise ToolError(f"pint ended with {done.code}: {done.last_words}")
    for item in found:
        path, first = item["path"].removeprefix("./"), min(item["lines"])
        if not _is_heartbeat(item, job.sources.texts[path].splitlines()):
            yield Problem(path, first, f"{item['problem']} [{item['reporter']}]")


def _is_heartbeat(item: Mapping[str, Any], lines: Sequence[str]) -> bool:
    said = [lines[number - 1] for number in item["lines"] if number <= len(lines)]
    return bool(item["reporter"] == "alerts/comparison" and any(line.rstrip().endswith(ALWAYS) for line in said))


VALIDATORS = (
    Validator(
        name="pint",
        title="generated Prometheus rules: labels, joins and templates that fit what the queries return",
        select=select,
        run=run,
        executables=("pint",),
        install="go install github.com/cloudflare/pint/cmd/pint@v0.87.0",
        taste=True,
    ),
)
