"""The tools that are measured, with the options under which they do comparable work. A missing one is skipped with the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Command
from benchmarks.trees import ROOT, folder

KINGFISHER = ("--no-validate", "--no-update-check", "-q", "-f", "jsonl")
TURBO = ("--turbo", "--no-binary", "--no-extract-archives")
NOTHING = "zzqqxx"
"""A literal that no tree holds: ripgrep reads everything and prints nothing."""


def find(name: str) -> str | None:
    """The program, on PATH, beside this interpreter, or in the environment `peers` of the data folder."""
    places = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent), str(folder() / "peers" / "bin")])
    return shutil.which(name, path=places)


def version(name: str) -> str:
    """What a program says of its version, in one line; "not installed" when it is not there."""
    program = find(name)
    if program is None:
        return "not installed"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    if done.returncode != 0:  # a Python tool without that option: ask the environment that it stands in
        code = f"import importlib.metadata as m; print({name!r}, m.version({name!r}))"
        done = subprocess.run([Path(program).with_name("python"), "-c", code], capture_output=True, text=True, check=False, timeout=30)
    lines = (done.stdout or done.stderr).strip().splitlines()
    found = lines[0] if lines else "unknown"
    return found if any(c.isalpha() for c in found) else f"{name} {found}"


def ours(tree: Path) -> Command:
    """The detector over a tree, process included."""
    return Command("prodify secrets", (sys.executable, "-m", "benchmarks.secrets", str(tree)), ROOT)


def whole_audit(tree: Path) -> Command:
    """The whole audit, as a user runs it."""
    return Command("prodify audit", (sys.executable, "-m", "prodify", "audit", str(tree), "--format", "json", "--no-history"), ROOT)


def hook(tree: Path) -> Command:
    """The pre-commit mode."""
    return Command("prodify audit --staged", (sys.executable, "-m", "prodify", "audit", "--staged", "--fail-on", "error"), tree)


def our_history(repository: Path) -> Command:
    """The detector over a history, nothing known from before."""
    return Command("prodify secrets", (sys.executable, "-m", "benchmarks.secrets", "--history", str(repository)), ROOT)


def peers(tree: Path, *, slow: bool) -> tuple[list[Command], dict[str, str]]:
    """The other tools for a tree, and those that are skipped with the reason. `slow`: whether to run detect-secrets."""
    found: list[Command] = []
    skipped: dict[str, str] = {}
    kingfisher, rg, detect = find("kingfisher"), find("rg"), find("detect-secrets")
    if kingfisher:
        base = (kingfisher, "scan", ".", "--git-history", "none", *KINGFISHER)
        found += [Command("Kingfisher --turbo", (*base, *TURBO), tree, (0, 200)), Command("Kingfisher", base, tree, (0, 200))]
    else:
        skipped["Kingfisher"] = "not installed: pip install kingfisher-bin"
    if rg:
        found.append(Command("ripgrep, one literal", (rg, "-c", NOTHING, "."), tree, (0, 1)))
    else:
        skipped["ripgrep"] = "not installed: pip install ripgrep"
    if detect and slow:
        found.append(Command("detect-secrets -n", (detect, "scan", "-n"), tree))
    else:
        skipped["detect-secrets"] = "takes minutes on this tree" if detect else "not installed: pip install detect-secrets"
    return found, skipped


def auditors(tree: Path) -> tuple[list[Command], dict[str, str]]:
    """Other tools that judge a whole repository offline, and those that are skipped with the reason."""
    xray = find("archiet-xray")
    if xray is None:
        return [], {"archiet-xray": "not installed: pip install archiet-xray"}
    return [Command("archiet-xray", (xray, str(tree), "--quiet", "--out", str(folder() / "out" / tree.name)), tree)], {}


def history_peers(repository: Path) -> tuple[list[Command], dict[str, str]]:
    """The other tools for a history."""
    kingfisher = find("kingfisher")
    if kingfisher is None:
        return [], {"Kingfisher": "not installed: pip install kingfisher-bin"}
    base = (kingfisher, "scan", str(repository), *KINGFISHER)
    return [Command("Kingfisher --turbo", (*base, *TURBO), repository, (0, 200)), Command("Kingfisher", base, repository, (0, 200))], {}
