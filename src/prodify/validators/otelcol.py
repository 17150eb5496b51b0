"""otelcol validate: the collector itself reads the configuration, with every key of every component and every statement of its language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Note, Problem, Validator
from prodify.validators.otel_collector import embedded, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PARTS = frozenset(
    "attributes batch filter health_check memory_limiter otlp otlp_http prometheus_remote_write resource transform".split()
)
"""What prodify's configuration names; a small distribution of the collector may lack some of it."""

UNKNOWN_TYPE = re.compile(r"'(?P<section>\w+)' unknown type: \"(?P<type>[^\"]+)\"")



def run(job: Job) -> Iterator[Problem | Note]:
    """Yield what the collector says of every configuration.

    One that is built here has the parts that prodify's configuration names (scripts/go/otelcol), and others have other parts: what a
    configuration names beyond them cannot be proven, and a note says so. Only in what prodify wrote is an unknown name a mistake.
    """
    program = job.tools.get("otelcol-contrib") or job.tools["otelcol"]
    ours = set(job.sources.ours("*.yaml", "*.yml"))
    for path in job.files:
        for outer in job.sources.documents(path):
            for document in embedded(outer):
                fault = _fault(job, program, document.value)
                foreign = UNKNOWN_TYPE.search(fault)
                if foreign and (path not in ours or foreign["type"] in PARTS):
                    yield Note(f"{path}: not proven, this collector has no {foreign['type']} among its {foreign['section']}")
                elif fault:
                    yield Problem(path, document.line, fault)


def _fault(job: Job, program: str, config: Mapping[str, Any]) -> str:
    """Return what the collector says against a configuration, or the empty string."""
    import yaml

    file = job.scratch() / "collector.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    done = job.call([program, "validate", f"--config={file}"])
    if done.code == 0:
        return ""
    said, _, _again = done.stderr.removeprefix("Error: ").partition("\n20")  # it says everything a second time, with the date before it
    return " ".join(said.replace(str(file), "the configuration").split())[:400] or done.last_words


VALIDATORS = (
    Validator(
        name="otel-collector-validate",
        title="OpenTelemetry Collector: the program itself accepts its configuration",
        select=select,
        run=run,
        executables=("otelcol-contrib|otelcol",),
        install="go install of the parts in scripts/go/otelcol: make validators-go",
    ),
)
