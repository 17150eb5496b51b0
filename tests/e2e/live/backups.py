"""The generated scripts that back a database up and try a backup, run for a small service."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from prodify.profile import Profile
from tests.recipes.conftest import commit_all, tree_of


@dataclass(frozen=True)
class Backups:
    """`folder` is where dumps go; it is not there yet."""

    scripts: Path
    folder: Path
    environment: dict[str, str]

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one of the scripts, with more settings."""
        command, environment = ["sh", str(self.scripts / script)], {**self.environment, **more}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def backups_of(home: Path, code: str, packages: str, settings: dict[str, str]) -> Backups:
    """Lay out a service with that code and those packages, and write its scripts into `home`."""
    root = home / "shop"
    root.mkdir()
    (root / "app.py").write_text(code, encoding="utf-8")
    (root / "requirements.txt").write_text(packages, encoding="utf-8")
    tree = tree_of(("backup",), commit_all(root), Profile())
    for name in ("backup.sh", "restore-drill.sh"):
        (home / name).write_text(tree[f"deploy/backup/{name}"], encoding="utf-8")
    folder = home / "backups"
    return Backups(home, folder, {**os.environ, "BACKUP_DIR": str(folder), **settings})
