"""Secrets in git's history: looked at where that is cheap or asked for, and else said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.errors import UsageError
from prodify.inventory.roles import role_of
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import SecretHit
    from prodify.inventory.secrets.blobcache import BlobCache
    from prodify.inventory.secrets.gitstream import Answer

CHEAP_KIB = 50 * 1024
"""Packed and loose objects, in KiB, up to which history is read without being asked for: about a second of work."""
CHEAP_REST = 200 << 20
"""Bytes of unpacked blobs that an earlier look left, up to which a larger history is read as well."""


@dataclass(frozen=True, slots=True)
class HistorySecrets:
    """What history holds; `unread` says why it was not looked at, None when it was."""

    hits: tuple[SecretHit, ...] = ()
    unread: str | None = None


def find_history_secrets(repo: Inventory, wanted: bool | None) -> HistorySecrets:
    """The secrets of all commits, redacted, each with the oldest commit that brought it. `wanted` None decides by the size."""
    if repo.files.git is None or repo.files.git.head is None:
        return HistorySecrets(unread="there is no git history")
    if wanted is False:
        return HistorySecrets(unread="git history was left out, as asked for")
    from prodify.inventory import git

    prefix, counts = git.run_all(repo.files.root, ("rev-parse", "--show-prefix"), ("count-objects", "-v"))
    if prefix is None or counts is None or prefix.strip():
        return HistorySecrets(unread="the directory is a part of a larger repository; its history is read with that")
    from prodify.inventory.secrets.allow import parse_gitleaksignore
    from prodify.inventory.secrets.blobcache import BlobCache
    from prodify.inventory.secrets.gitstream import listing, runner

    in_tree = repo.secrets  # before git is asked: nobody may fork until it has answered
    run_git, size = runner(repo.files.root), stored_kib(counts)
    listed = listing(run_git) if wanted or size <= CHEAP_KIB else None
    from prodify.inventory.secrets.history import scan_history
    from prodify.inventory.secrets.scanner import Scanner

    scanner = Scanner()
    cache = BlobCache(scanner.digest)
    if listed is None and not cache.is_empty:
        listed = listing(run_git)
    if wanted is None and size > CHEAP_KIB and not (listed and _is_mostly_known(listed, cache)):
        return HistorySecrets(unread=f"git history was not read, it holds {size // 1024} MB of objects; --history reads it")
    marks = parse_gitleaksignore(repo.files.text(".gitleaksignore") or "")
    try:
        found = scan_history(scanner, run_git, role_of, in_tree=in_tree, cache=cache, ignores=marks, listed=listed)
    except UsageError as error:
        return HistorySecrets(unread=f"git history was not read: {error.message}")
    return HistorySecrets(found.hits)


def stored_kib(counts: bytes) -> int:
    """KiB of packed and loose objects, from the answer of `git count-objects -v`.

    >>> stored_kib(b"count: 3\\nsize: 12\\nin-pack: 9\\nsize-pack: 30\\n")
    42
    """
    rows = dict(line.split(": ", 1) for line in counts.decode("ascii", "replace").splitlines() if ": " in line)
    return sum(int(rows.get(key, "0")) for key in ("size", "size-pack"))


def _is_mostly_known(listed: Answer, cache: BlobCache) -> bool:
    """Whether an earlier look knows all but a little of the history."""
    from prodify.inventory.secrets.gitstream import LARGEST_BLOB, blob_sizes

    return sum(size for blob, size in blob_sizes(listed) if size <= LARGEST_BLOB and not cache.is_clean(blob)) <= CHEAP_REST
