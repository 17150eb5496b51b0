"""`python -m benchmarks`: measure and write benchmarks/README.md. `--trees example,flask` limits, `--history NAME=PATH` adds a history."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks import tools, trees
from benchmarks.measure import BenchmarkError, Pace, in_turn, pace
from benchmarks.report import Section, page

TARGETS = {
    "example": {"Kingfisher --turbo": 0.40},
    "django": {"Kingfisher --turbo": 0.30},
    "big": {"Kingfisher --turbo": 0.45, "ripgrep, one literal": 3.5},
}
"""Tree to the wall time that the detector may take, as a share of the other tool's."""
AUDIT_TARGETS = {"example": {"Kingfisher --turbo": 0.40}, "django": {"Kingfisher": 2.0}}
"""The same for the whole audit."""
HISTORY_TARGET = {"Kingfisher --turbo": 0.75}
HOOK_SECONDS = 0.1
MOST_MEMORY = {"big": 80}
"""Tree to the memory, in MiB, that the detector may take at its peak."""
PEERS = ("kingfisher", "rg", "detect-secrets", "archiet-xray")


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for, write the page, and return 0; 1 when a tool of ours failed."""
    options = _parser().parse_args(arguments)
    before = pace()
    sections = []
    for name in filter(None, options.trees.split(",")):
        place = trees.tree(name)
        if isinstance(place, str):
            print(f"{name}: skipped, {place}", file=sys.stderr)
            continue
        sections += _of_tree(name, place, options.rounds)
    for pair in options.history:
        name, _, path = pair.partition("=")
        sections.append(_of_history(name, Path(path).resolve(), options.rounds))
    text = page(sections, _machine(before, pace()), options.rounds)
    Path(options.output).write_text(text, encoding="utf-8")
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure prodify beside other tools.")
    parser.add_argument("--trees", default="example,flask,django,big", help="comma-separated: example, flask, django, big")
    parser.add_argument("--history", action="append", default=[], metavar="NAME=PATH", help="a repository whose history is measured")
    parser.add_argument("--rounds", type=int, default=5, help="rounds after the warm-up")
    parser.add_argument("-o", "--output", default=str(trees.ROOT / "benchmarks" / "README.md"), help="the page to write")
    return parser


def _of_tree(name: str, place: Path, rounds: int) -> list[Section]:
    files, size = trees.size(place)
    if name == "big" and size < trees.LARGE:
        print(f"big holds {size >> 20} MiB only", file=sys.stderr)
    others, skipped = tools.peers(place, slow=name in ("example", "flask"))
    about = f"{files} files, {size / 1e6:.1f} MB."
    samples = in_turn([tools.ours(place), *others], rounds)
    secrets = Section(f"Secrets: {name}", about, samples, TARGETS.get(name, {}), skipped, memory=MOST_MEMORY.get(name))
    print(f"measured the secrets of {name}", file=sys.stderr)
    if name == "big":
        return [secrets]
    kingfisher = [command for command in others if command.tool.startswith("Kingfisher")]
    auditors, missing = tools.auditors(place)
    audits = in_turn([tools.whole_audit(place), *kingfisher, *auditors], rounds)
    whole = Section(f"Whole audit: {name}", about, audits, AUDIT_TARGETS.get(name, {}), missing)
    print(f"measured the whole audit of {name}", file=sys.stderr)
    return [secrets, whole, *([_of_hook(place, rounds)] if name == "example" else [])]


def _of_hook(place: Path, rounds: int) -> Section:
    new = place / "staged_by_the_benchmark.py"
    new.write_text("GREETING = 'hello'\n", encoding="utf-8")
    try:
        subprocess.run(["git", "add", "-f", new.name], cwd=place, check=True, capture_output=True)
        samples = in_turn([tools.hook(place)], rounds)
    finally:
        subprocess.run(["git", "rm", "-q", "-f", "--cached", new.name], cwd=place, check=False, capture_output=True)
        new.unlink()
    return Section("Pre-commit hook", "One staged file that holds nothing.", samples, seconds=HOOK_SECONDS)


def _of_history(name: str, place: Path, rounds: int) -> Section:
    others, skipped = tools.history_peers(place)
    about = f"{trees.blob_bytes(place) / 1e6:.0f} MB of blobs, all references; nothing known from an earlier run."
    samples = in_turn([tools.our_history(place), *others], rounds)
    print(f"measured the history of {name}", file=sys.stderr)
    return Section(f"History: {name}", about, samples, HISTORY_TARGET, skipped)


def _machine(before: Pace, after: Pace) -> str:
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    versions = "; ".join(tools.version(name) for name in PEERS)
    noise = f"A fixed loop took {before.low:.3f} to {before.high:.3f} s before the measurement (load {before.load:.1f})"
    noise += f" and {after.low:.3f} to {after.high:.3f} s after it (load {after.load:.1f}): the wider apart, the less do seconds say."
    return f"Python {platform.python_version()}, {processor}, {os.cpu_count()} cores. {noise}\n\nOthers: {versions}."


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchmarkError as error:
        sys.exit(f"benchmarks: {error}")
