"""Running commands in turn and taking the medians: a shared machine's noise then meets every tool alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A tool's name as the tables show it, its arguments, where it runs, and the exit codes that mean that it did its work."""

    tool: str
    arguments: tuple[str, ...]
    cwd: Path
    good: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Sample:
    """One run: wall and processor seconds, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Pace:
    """How even the machine runs: the shortest and longest of some runs of one loop, in seconds, and the load average."""

    low: float
    high: float
    load: float


def pace(runs: int = 15) -> Pace:
    """Run a fixed loop some times, in about a second."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        sum(number * number for number in range(600_000))
        taken.append(time.perf_counter() - start)
    return Pace(min(taken), max(taken), os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0)


class BenchmarkError(Exception):
    """A tool did not do its work, so that its time says nothing."""


def run(command: Command) -> Sample:
    """Run once. Processor time and memory are those of the process and its children.

    Raises:
        BenchmarkError: for an exit code that the command does not name.
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
    start = time.perf_counter()
    process = subprocess.Popen(
        command.arguments, cwd=command.cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in command.good:
        raise BenchmarkError(f"{command.tool} ended with {code}: {errors.decode(errors='replace').strip()[-300:]}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def in_turn(commands: Sequence[Command], rounds: int) -> dict[str, list[Sample]]:
    """Run all commands once to warm the caches, then `rounds` times in turn; samples by tool."""
    found: dict[str, list[Sample]] = {command.tool: [] for command in commands}
    for number in range(rounds + 1):
        for command in commands:
            sample = run(command)
            if number:
                found[command.tool].append(sample)
    return found


def median(samples: Sequence[Sample]) -> Sample:
    """The medians of wall time, processor time and peak memory."""
    return Sample(*(statistics.median(getattr(s, name) for s in samples) for name in ("wall", "cpu", "peak")))


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> tuple[float, float]:
    """Wall and processor time over the other tool's: the medians of the ratios within each round."""
    pairs = list(zip(ours, theirs, strict=True))
    return statistics.median(a.wall / b.wall for a, b in pairs), statistics.median(a.cpu / b.cpu for a, b in pairs)
