"""Secrets in the tree: every text file once through the detector, in the order of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import SecretHit


def find_secrets(repo: Inventory) -> tuple[SecretHit, ...]:
    """Every secret of the tree, redacted, by path, line and rule; the same secret twice on a line once.

    Files that are not text, too large to read or gone are left out; they are counted in `repo.files.skipped`.
    """
    from prodify.inventory.secrets.scanner import Scanner

    scanner = Scanner()
    found: dict[tuple[str, int, str, str], SecretHit] = {}
    for path, entry in repo.files.entries.items():
        data = repo.files.read(path)
        if not data:
            continue
        for hit in scanner.scan(path, data, entry.role)[0]:
            found.setdefault((path, hit.location.line or 0, hit.rule, hit.fingerprint), hit)
    return tuple(found[key] for key in sorted(found))
