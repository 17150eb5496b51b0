"""`make fuzz`: every target of `targets` for its share of some seconds, each in a process of its own; then with atheris, by coverage.

    python -m tests.hostile.fuzz [SECONDS] [WORD ...]      only targets and groups whose name holds one of the words

Prints how many texts each target was given. Ends with 1 when a target raised, was still busy with one text after `PATIENCE`, or died;
with 2 when nothing was run. Never takes longer than SECONDS, the time to start and one `PATIENCE` per failure.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

from tests.hostile.targets import GROUPS, SEEDS, TARGETS, Target, check, warm

PATIENCE = 10.0
"""Seconds that one text may take; the longest seen is a tenth of a second."""
LEAST = 4
"""Seconds that a group needs at least under atheris, which first has to prepare every module."""
ATHERIS = "atheris"
WITHOUT = "atheris is not importable (`make validators` installs it where it has a wheel: Linux on x86-64, Python 3.11 to 3.13)"


def main(arguments: list[str]) -> int:
    """Run everything and return the exit code."""
    seconds = float(arguments[0]) if arguments else 60.0
    words = arguments[1:]
    names = [name for name in TARGETS if not words or any(word in name or word == TARGETS[name].group for word in words)]
    groups = [group for group in GROUPS if not words or any(word in group for word in words)]
    warm()
    guided = importlib.util.find_spec(ATHERIS) is not None and bool(groups)
    stop = time.monotonic() + seconds
    failed = _generated(names, stop - seconds * 0.4 if guided and names else stop)
    if guided:
        failed += _guided(groups, stop)
    else:
        print(f"guided by coverage: skipped, {WITHOUT if groups else 'no group of that name'}")
    print(f"{len(names)} targets, {len(failed)} failed" + "".join(f"\n  {name}" for name in failed))
    return 1 if failed else 0 if names or guided else 2


def _generated(names: list[str], stop: float) -> list[str]:
    """Give every target generated texts until its share of the time is over."""
    # A fork has everything loaded already; Windows has none.
    context = multiprocessing.get_context("spawn") if sys.platform == "win32" else multiprocessing.get_context("fork")
    failed = []
    for left, name in zip(range(len(names), 0, -1), names, strict=True):
        share = max(0.1, (stop - time.monotonic()) / left)
        with tempfile.TemporaryDirectory(prefix="prodify-fuzz-") as folder:
            note, log = Path(folder, "count"), Path(folder, "text")
            process = context.Process(target=_work, args=(name, share, str(note), str(log)))
            process.start()
            process.join(share + PATIENCE)
            busy = process.is_alive()
            if busy:
                process.kill()
                process.join()
            count = note.read_text() if note.exists() else "0"
            print(f"{name:32} {count:>7} texts", flush=True)
            if busy or process.exitcode:
                failed.append(name)
                what = f"still busy after {PATIENCE:.0f} s" if busy else f"ended with {process.exitcode}"
                print(f"{name}: {what}; the last text: {log.read_text() if log.exists() else '?'}", flush=True)
    return failed


def _work(name: str, share: float, note: str, log: str) -> None:
    """A process: texts until the time is over. Exits with 1 after a text that fails; `log` then holds what could be left of it."""
    target, count, stop = TARGETS[name], 0, time.monotonic() + share
    random, text = Random(), ""
    try:
        while time.monotonic() < stop or not count:
            text = target.given(random)
            Path(log).write_text(repr(text))
            count += 1
            check(target, text)
    except BaseException as error:
        text = smaller(target, text, type(error), time.monotonic() + PATIENCE / 2)
        Path(log).write_text(repr(text))
        traceback.print_exc(limit=-6, file=sys.stdout)
        sys.stdout.flush()
        os._exit(1)
    finally:
        Path(note).write_text(str(count))
    os._exit(0)  # what the parent has opened is not this process's to close


def smaller(target: Target, text: str, kind: type[BaseException], stop: float) -> str:
    """What is left of a text that fails when everything is cut out without which it still fails alike."""
    size = len(text) // 2
    while size and time.monotonic() < stop:
        at = 0
        while at < len(text) and time.monotonic() < stop:
            shorter = text[:at] + text[at + size :]
            try:
                check(target, shorter)
                at += size
            except kind:
                text = shorter
        size //= 2
    return text


def _guided(groups: list[str], stop: float) -> list[str]:
    """Let coverage lead, a group at a time."""
    failed = []
    room = max(1, int((stop - time.monotonic()) / LEAST))
    chosen = groups if room >= len(groups) else Random().sample(groups, room)  # the next run takes others
    if chosen != groups:
        print(f"guided: time for {room} of {len(groups)} groups")
    for left, group in zip(range(len(chosen), 0, -1), chosen, strict=True):
        share = max(2, int((stop - time.monotonic()) / left))
        with tempfile.TemporaryDirectory(prefix="prodify-fuzz-") as folder:
            for number, seed in enumerate(SEEDS):
                Path(folder, str(number)).write_text(seed)
            command = [sys.executable, "-m", "tests.hostile.guided", group, str(share), folder]
            try:
                done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=share + 3 * PATIENCE, check=False)
                lines, code = (done.stdout + done.stderr).splitlines(), done.returncode
            except subprocess.TimeoutExpired as error:
                lines, code = [f"still busy after {error.timeout:.0f} s"], 1
        runs = next((line.split()[-1] for line in reversed(lines) if line.startswith("stat::number_of_executed_units:")), "0")
        print(f"{'guided: ' + group:32} {runs:>7} texts", flush=True)
        if code or runs == "0":
            failed.append(f"guided: {group}")
            print("\n".join(lines[-40:]), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
