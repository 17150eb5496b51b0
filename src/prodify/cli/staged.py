"""`prodify audit --staged`: the pre-commit mode. Secrets in what is about to be committed, and nothing that costs time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.cli.session import emit, say
from prodify.inventory import Inventory
from prodify.inventory.staged import StagedIndex
from prodify.model import Kind, Level

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.model import Finding

def audit_staged(path: Path, fail_on: str, *, ignores: bool = True, quiet: bool = False) -> int:
    """Print a line for every failure among the staged files; return 1 when one is at or above `fail_on`, a level or "never", else 0."""
    repo = Inventory(path)
    repo.files = StagedIndex(path)
    found = _failures(repo, path, ignores=ignores, quiet=quiet) if repo.files.entries and repo.secrets else ()
    if found:
        from prodify.reports.text import lines_of

        emit("".join(f"{line}\n" for finding in found for line in lines_of(finding)))
    counted = [finding for finding in found if finding.suppressed is None]
    if counted and not quiet:
        say("take the secret out and read it from the environment; a key that has left this machine must be revoked")
    if fail_on == "never":
        return 0
    limit = list(Level).index(Level(fail_on))
    return 1 if any(list(Level).index(finding.level) <= limit for finding in counted) else 0


def _failures(repo: Inventory, path: Path, *, ignores: bool, quiet: bool) -> tuple[Finding, ...]:
    """The failing findings, those that are accepted marked so."""
    from datetime import date

    from prodify.audit import run_check
    from prodify.checks.security import secrets
    from prodify.profile import Profile
    from prodify.profile_file import load
    from prodify.suppress import suppress

    # The checks that judge one file at a time.
    checks = (secrets.no_env_file_with_secrets_is_committed, secrets.no_secret_in_code, secrets.secret_key_is_not_a_default)
    found = tuple(f for check in checks if (f := run_check(check, repo, Profile())).kind is Kind.FAIL)
    if not ignores:
        return found
    names = {f.check for f in found}
    accepted = [entry for entry in load(Inventory(path).files).profile.ignore if entry.check in names]
    marked, notices = suppress(found, repo, accepted, date.today())
    for notice in notices if not quiet else ():
        say(notice)
    return marked
