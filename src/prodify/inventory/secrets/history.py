"""Secrets in git's history: every blob is read once, and only for those with hits is it asked where they came from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.secrets.allow import Ignore
from prodify.inventory.secrets.gitstream import LARGEST_BLOB, RunGit, blob_sizes, contents
from prodify.inventory.secrets.parallel import FORK_FROM, in_two
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from prodify.inventory.facts import Role, SecretHit
    from prodify.inventory.secrets.blobcache import BlobCache
    from prodify.inventory.secrets.scanner import Scanner


_LOG = re.compile(rb"\n?:\d+ \d+ \w+ (\w+) \w\d*\0([^\0]*)\0|\n*([0-9a-f]{40,64})(?:\n|\0)")
"""A changed file with its new blob and path, or a commit."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The oldest commit that brought a blob to a path."""

    commit: str
    path: str


@dataclass(frozen=True, slots=True)
class History:
    """What history holds. `blobs` were looked at, `too_large` left out; `complete` False when the limit of bytes was reached."""

    hits: tuple[SecretHit, ...]
    blobs: int
    too_large: int
    complete: bool


def scan_history(
    scanner: Scanner,
    run_git: RunGit,
    role_of: Callable[[str], Role],
    *,
    in_tree: Iterable[SecretHit] = (),
    cache: BlobCache | None = None,
    ignores: Collection[Ignore] = (),
    limit: int = 1 << 30,
) -> History:
    """Find the secrets of all commits on all references.

    `role_of` gives a path's role. `in_tree` are the hits of the working tree: a secret among them is marked `in_tree`. `cache` spares
    blobs that held nothing before. `ignores` come from `.gitleaksignore`. `limit`: bytes that are read at most. A secret that stands
    in many versions of a file is one hit, with the oldest commit. Well-known defaults are left out.
    """
    sizes = blob_sizes(run_git)
    small = [(blob, size) for blob, size in sizes if size <= LARGEST_BLOB and not (cache and cache.is_clean(blob))]
    chosen, complete = _within(small, limit)
    suspects, clean = _sifted(scanner, run_git, chosen)
    if cache:
        cache.add(clean)
    hits = _located(scanner, run_git, role_of, suspects, frozenset(hit.fingerprint for hit in in_tree)) if suspects else []
    kept = [h for h in hits if not _ignored(h, ignores)]
    too_large = sum(size > LARGEST_BLOB for _, size in sizes)
    return History(tuple(kept), len(chosen), too_large, complete)


def _sifted(scanner: Scanner, run_git: RunGit, blobs: Sequence[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """The blobs that may hold a secret, and those that do not; one that git cannot deliver is in neither.

    Neighbours in the pack stay together: git builds them from one another.
    """
    total = sum(size for _, size in blobs)
    halves: tuple[list[str], list[str]] = ([], [])
    done = 0
    for blob, size in blobs:
        halves[total >= FORK_FROM and done * 2 > total].append(blob)
        done += size

    def sift(turn: int) -> tuple[list[str], list[str]]:
        found: tuple[list[str], list[str]] = ([], [])
        for blob, data in contents(run_git, halves[turn]):
            found[not scanner.suspicious(data)].append(blob)
        return found

    first, second = in_two(sift) if halves[1] else (sift(0), ([], []))
    return first[0] + second[0], first[1] + second[1]


def _within(blobs: list[tuple[str, int]], limit: int) -> tuple[list[tuple[str, int]], bool]:
    total = 0
    for index, (_, size) in enumerate(blobs):
        total += size
        if total > limit:
            return blobs[:index], False
    return blobs, True


def _located(
    scanner: Scanner, run_git: RunGit, role_of: Callable[[str], Role], suspects: Iterable[str], known: frozenset[str]
) -> list[SecretHit]:
    """Scan the suspects again under their real names, and keep one hit a secret and path."""
    found: dict[tuple[str, str, str], SecretHit] = {}
    order = origins(run_git, frozenset(suspects))
    for blob, data in contents(run_git, sorted(order, key=lambda b: order[b][1])):
        origin = order[blob][0]
        for hit in scanner.scan(origin.path, data, role_of(origin.path), weak=False)[0]:
            key = (hit.rule, hit.fingerprint, hit.location.path)
            if key not in found:
                found[key] = replace(hit, form="history", commit=origin.commit, in_tree=hit.fingerprint in known)
    return sorted(found.values(), key=lambda h: (h.location, h.rule, h.fingerprint))


def origins(run_git: RunGit, blobs: frozenset[str]) -> dict[str, tuple[Origin, int]]:
    """Return, for each blob that a commit brought, its oldest origin and that commit's age rank (0 is the oldest)."""
    arguments = ("log", "--all", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-color", "--no-ext-diff", "--format=%H")
    with run_git(arguments, None) as stream:
        raw = stream.read()
    found: dict[str, tuple[Origin, int]] = {}
    wanted = {blob.encode() for blob in blobs}
    commit, rank = b"", 0
    for blob, path, new_commit in _LOG.findall(raw):
        if new_commit:
            commit, rank = new_commit, rank - 1
        elif blob in wanted:
            found[blob.decode()] = (Origin(commit.decode(), path.decode("utf-8", "replace")), rank)
    return found


def _ignored(hit: SecretHit, ignores: Collection[Ignore]) -> bool:
    line = hit.location.line or 0
    return Ignore(hit.location.path, line, hit.commit) in ignores or Ignore(hit.location.path, line) in ignores


def scan_staged(scanner: Scanner, run_git: RunGit, role_of: Callable[[str], Role]) -> dict[str, list[SecretHit]]:
    """Return the hits of what is staged, by path: the content that the next commit would hold, not the working tree's."""
    staged = staged_files(run_git)
    data = dict(contents(run_git, sorted({blob for _, blob in staged})))
    return {path: scanner.scan(path, data[blob], role_of(path))[0] for path, blob in sorted(staged) if blob in data}


def staged_files(run_git: RunGit) -> list[tuple[str, str]]:
    """Return (path, blob id) of every regular file that is staged as new or changed, paths relative to where git runs."""
    with run_git(("rev-parse", "--verify", "-q", "HEAD"), None) as stream:
        has_commit = bool(stream.read().strip())
    if not has_commit:
        with run_git(("ls-files", "-s", "-z", "--cached"), None) as stream:
            rows = [row.partition(b"\t") for row in stream.read().split(b"\0") if row]
        return [(path.decode("utf-8", "replace"), head.split()[1].decode("ascii")) for head, _, path in rows if head.startswith(b"100")]
    arguments = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--diff-filter=AM", "HEAD")
    with run_git(arguments, None) as stream:
        tokens = stream.read().split(b"\0")
    pairs = zip(tokens[::2], tokens[1::2], strict=False)
    return [
        (path.decode("utf-8", "replace"), head.split()[3].decode("ascii")) for head, path in pairs if head.split()[1].startswith(b"100")
    ]
