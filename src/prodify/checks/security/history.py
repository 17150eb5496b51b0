"""Secrets that were committed once and taken out again: whoever clones still gets them."""

from __future__ import annotations

from prodify.api import Effort, Evidence, Inventory, Level, Profile, SecretHit, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.security._redaction import REDACTED


def evidence(hit: SecretHit) -> Evidence:
    """The place of a secret in the commit that brought it; its name or kind as the note, never its value."""
    place = hit.location
    what = f"{hit.name}: {hit.title}" if hit.name else hit.title
    return Evidence(place.path, place.line, place.end_line, f"{what}, commit {(hit.commit or '')[:12]}", REDACTED)


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(312, 540),
    hint="Revoke the key first, then rewrite the history (git filter-repo) and have everybody clone anew.",
)
def no_secret_in_history(repo: Inventory, profile: Profile) -> Verdict:
    """No secret stands in the git history.

    Why:
        What was committed once stays in every clone, fork and backup, also after the file is gone. Only revoking the key ends that.

    Fails:
        ```text title="HISTORY .env"
        DATABASE_URL=postgresql://app:kT9x2LmQ8vR4wZ@db.internal:5432/app
        ```
        ```text title=".gitignore"
        .env
        ```

    Passes:
        ```text title="HISTORY .env.example"
        DATABASE_URL=postgresql://user:password@localhost:5432/app
        ```
        ```text title=".gitignore"
        .env
        ```
    """
    found = repo.history_secrets
    if found.unread is not None:
        return not_applicable(found.unread)
    gone = [hit for hit in found.hits if not hit.in_tree and hit.level == "error"]
    if gone:
        return failed(f"{len(gone)} secret{'s' if len(gone) != 1 else ''} can be read in older commits", *map(evidence, gone))
    return passed("no commit holds a secret that is not in the tree")
