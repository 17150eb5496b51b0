"""Secrets in the tree: every text file once through the detector, in the order of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import SecretHit
    from prodify.inventory.secrets import Scanner


def find_secrets(repo: Inventory) -> tuple[SecretHit, ...]:
    """Every secret of the tree, redacted, by path, line and rule; the same secret twice on a line once.

    Files that are not text, too large to read or gone are left out; they are counted in `repo.files.skipped`. What
    `.gitleaksignore` names is left out, too.
    """
    repo.files.ask_git()  # it lists the files while the detector is loaded
    from prodify.inventory.secrets.scanner import Scanner

    found: dict[tuple[str, int, str, str], SecretHit] = {}
    for path, hits in scan_tree(repo, Scanner()).items():
        for hit in hits:
            found.setdefault((path, hit.location.line or 0, hit.rule, hit.fingerprint), hit)
    return tuple(found[key] for key in sorted(found))


def scan_tree(repo: Inventory, scanner: Scanner) -> Mapping[str, list[SecretHit]]:
    """The hits of every file that has any, by path. Files that a second process read count as read here, too."""
    from prodify.inventory.secrets.parallel import in_order

    content, read = repo.files.content, repo.files.read
    entries = list(repo.files.entries.values())

    def one(index: int) -> tuple[tuple[list[SecretHit], str | None], int] | None:
        entry = entries[index]
        data = read(entry.path)
        if data is None:
            return None
        return (scanner.scan(entry.path, data, None)[0], content.known(entry.path)), len(data)

    hits = {}
    for index, (of_file, kind) in in_order(one, len(entries)):
        path = entries[index].path
        if kind is not None:
            content.learn(path, kind)
        if of_file:
            hits[path] = of_file
    return scanner.without_ignored(hits, repo.files.read(".gitleaksignore")) if hits else hits
