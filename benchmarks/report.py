"""The tables of benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Sample, median, ratio

HEAD = """# Benchmarks

Written by `make bench`; every figure comes from one run, tools in turn, medians of {rounds} rounds after a warm-up round.
The machine is shared, so the ratios say more than the seconds: they are medians of the ratios within each round.

{machine}

The other tools are looked for on PATH and in the environment `peers` of the data folder (`$PRODIFY_BENCH_DATA`, else
`~/.cache/prodify-bench`), where `pip install kingfisher-bin ripgrep detect-secrets archiet-xray` puts them. Histories are those of the
repositories given with `--history NAME=PATH`. Kingfisher runs without validation and update check and, on trees, without history;
"--turbo" also leaves out archives and binary files, which is the work that prodify does. detect-secrets runs without
verification (`-n`), and on the smaller trees only; ripgrep looks for one literal that no file holds, which is about the cost of
reading the files; archiet-xray scores a repository's readiness for production offline, from fewer facts. A target is the share of
that tool's wall time that prodify may take; in prodify's own row it is absolute.
"""


@dataclass
class Section:
    """One table: a title, what is measured, the samples by tool (the first is ours), targets by other tool, and what was skipped.

    `seconds` and `memory`: wall time and peak MiB that we may take, where that is fixed.
    """

    title: str
    about: str
    samples: Mapping[str, Sequence[Sample]]
    targets: Mapping[str, float] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    memory: int | None = None


def table(section: Section) -> str:
    """A section as Markdown."""
    rows = ["| tool | wall s (min-max) | cpu s | peak MiB | ours / its, wall | ours / its, cpu | target |"]
    rows.append("| --- | --: | --: | --: | --: | --: | --: |")
    first = next(iter(section.samples.values()))
    for tool, samples in section.samples.items():
        middle = median(samples)
        cells = ["", ""]
        if samples is not first:
            cells = [f"{value:.2f}" for value in ratio(first, samples)]
        target = f"{section.targets[tool]:.2f}" if tool in section.targets else ""
        if samples is first:
            fixed = (f"{section.seconds} s" if section.seconds else "", f"{section.memory} MiB" if section.memory else "")
            target = ", ".join(filter(None, fixed))
        low, high = min(s.wall for s in samples), max(s.wall for s in samples)
        wall = f"{middle.wall:.3f} ({low:.3f}-{high:.3f})"
        rows.append(f"| {tool} | {wall} | {middle.cpu:.3f} | {middle.peak:.0f} | {cells[0]} | {cells[1]} | {target} |")
    notes = "".join(f"\nSkipped: {tool} ({why}).\n" for tool, why in sorted(section.skipped.items()))
    return f"## {section.title}\n\n{section.about}\n\n" + "\n".join(rows) + f"\n{notes}"


def page(sections: Sequence[Section], machine: str, rounds: int) -> str:
    """The whole page."""
    return HEAD.format(machine=machine, rounds=rounds) + "".join("\n" + table(section) for section in sections)
