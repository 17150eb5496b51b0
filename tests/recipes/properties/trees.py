"""Real trees in git, what prodify would do to them, and their state before and after."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from prodify.changes import Plan, apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.proposal import Proposal
from prodify.recipes import all_recipes

from .rendering import write
from .repositories import files_of

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "where2eat-prototype"
ENVIRONMENT = {
    **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "tester@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}  # fmt: skip
CONTROL = "\ufeff# ours\r\nvenv/\r\nlast without an end"
"""A file of the user's in which every detail of style is unusual."""


def git(root: Path, *arguments: str, text: str | None = None) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, env=ENVIRONMENT, input=(text or "").encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def repository(root: Path, kind: str) -> Path:
    """A committed tree of that kind; the user's .gitignore has CRLF, a byte order mark and no final newline, and one file is executable."""
    if kind == "example":
        shutil.copytree(EXAMPLE, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.db", "uploads"))
    else:
        write(root, {**files_of(kind), ".gitignore": CONTROL, "run.sh": "#!/bin/sh\n"})
        (root / "run.sh").chmod(0o755)
    git(root, "init", "-q", "-b", "main", "--template=")
    git(root, "add", "--force", "--all")
    git(root, "commit", "-q", "-m", "Start")
    return root


def planned(root: Path, words: Sequence[str] = ()) -> Plan:
    """The plan of every recipe that suits the audience, those applied by name only as well."""
    profile = load_profile(Inventory(root), list(words)).profile
    proposal = Proposal(root, profile)
    return proposal.plan(proposal.wishes([recipe for recipe in all_recipes() if profile.audience in recipe.audiences]))


def upgraded(root: Path, words: Sequence[str]) -> Plan:
    """The plan of an upgrade to other settings."""
    proposal = Proposal(root, load_profile(Inventory(root), list(words)).profile)
    return proposal.plan(proposal.wishes(proposal.applied_recipes()))


def applied(root: Path, words: Sequence[str] = ()) -> Plan:
    made = planned(root, words)
    apply(root, made, allow_dirty=True)
    return made


def state(root: Path) -> dict[str, tuple[bytes, int] | None]:
    """Every file and folder outside git's and prodify's own: bytes and permission bits, None for a folder."""
    found: dict[str, tuple[bytes, int] | None] = {}
    for place in sorted(root.rglob("*")):
        name = place.relative_to(root).as_posix()
        if not name.startswith((".git/", ".prodify")) and name != ".git":
            found[name] = (place.read_bytes(), place.stat().st_mode & 0o777) if place.is_file() else None
    return found
