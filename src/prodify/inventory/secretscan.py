"""Secrets in the tree: every text file once through the detector, in the order of the index."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Role, SecretHit
    from prodify.inventory.secrets import Scanner


def find_secrets(repo: Inventory) -> tuple[SecretHit, ...]:
    """Every secret of the tree, redacted, by path, line and rule; the same secret twice on a line once.

    Files that are not text, too large to read or gone are left out; they are counted in `repo.files.skipped`. What
    `.gitleaksignore` names is left out, too.
    """
    from prodify.inventory.secrets.scanner import Scanner

    found: dict[tuple[str, int, str, str], SecretHit] = {}
    for path, hits in scan_tree(repo, Scanner()).items():
        for hit in hits:
            found.setdefault((path, hit.location.line or 0, hit.rule, hit.fingerprint), hit)
    return tuple(found[key] for key in sorted(found))


def scan_tree(repo: Inventory, scanner: Scanner) -> Mapping[str, list[SecretHit]]:
    """The hits of every file by path. Files that a second process read count as read here, too."""
    from prodify.inventory.secrets.parallel import scan_many

    content = repo.files.content

    def scan(path: str, data: bytes, role: Role) -> tuple[list[SecretHit], str | None]:
        return scanner.scan(path, data, role)[0], content.known(path)

    items = [(path, partial(repo.files.read, path), entry.role) for path, entry in repo.files.entries.items()]
    hits = {}
    for path, (of_file, about) in scan_many(scan, items).items():
        if about is not None:
            content.learn(path, about)
        hits[path] = of_file
    return scanner.without_ignored(hits, repo.files.read(".gitleaksignore"))
