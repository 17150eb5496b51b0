"""Secrets in git's history: every blob is read once, and only for those with hits is it asked where they came from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.secrets.allow import Ignore
from prodify.inventory.secrets.gitstream import LARGEST_BLOB, Answer, RunGit, blob_sizes, contents, listing
from prodify.inventory.secrets.packheads import binary_blobs, pack_indexes
from prodify.inventory.secrets.parallel import FORK_FROM, in_two
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from prodify.inventory.facts import Role, SecretHit
    from prodify.inventory.secrets.blobcache import BlobCache
    from prodify.inventory.secrets.scanner import Scanner


_HELD = 8 << 20
"""Bytes of suspects that each worker keeps, so that git need not build them a second time."""
_STRETCHES = 8
"""Of the two shares together. What did not help (286 and 490 MB of blobs, two processors): to look only at what differs from the blob that
git keeps a blob as a difference of, told by equal beginnings and ends (55 of 100 bytes are left, and to compare takes as long as to search
them) or by the pack's own differences, read here (as long as git takes, for 787,000 steps); git's larger cache of such blobs, and another
order of them; to read suspects by name in both processes; a reader of git's stream with one buffer and no layers (under 2 of 100); more
stretches, or shares handed out as they are asked for (the two mostly take the same processor time within a tenth as it is)."""
_MANY = 64
"""Suspects whose second look is worth a second process."""
_LOG_OF_BLOBS = ("log", "--all", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-color", "--no-ext-diff", "--format=%H")
"""All commits, newest first, with the blobs that they brought."""
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
    listed: Answer | None = None,
) -> History:
    """Find the secrets of all commits on all references.

    `role_of` gives a path's role. `in_tree` are the hits of the working tree: a secret among them is marked `in_tree`. `cache` spares
    blobs that held nothing before. `ignores` come from `.gitleaksignore`. `limit`: bytes that are read at most. A secret that stands
    in many versions of a file is one hit, with the oldest commit. Well-known defaults are left out. `listed`: what `listing` began.
    """
    listed = listed or listing(run_git)
    indexes = pack_indexes(run_git)  # while git still lists
    sizes = blob_sizes(listed)
    small = [(blob, size) for blob, size in sizes if size <= LARGEST_BLOB and not (cache and cache.is_clean(blob))]
    chosen, complete = _within(small, limit)
    binary = binary_blobs(indexes, chosen)
    log = Answer(run_git, _LOG_OF_BLOBS)
    suspects, clean = _sifted(scanner, run_git, [(blob, size) for blob, size in chosen if blob not in binary], log)
    if cache:
        cache.add([*clean, *binary])
    hits = _located(scanner, run_git, log, role_of, suspects, frozenset(hit.fingerprint for hit in in_tree)) if suspects else []
    kept = [h for h in hits if not _ignored(h, ignores)]
    too_large = sum(size > LARGEST_BLOB for _, size in sizes)
    return History(tuple(kept), len(chosen), too_large, complete)


def _sifted(scanner: Scanner, run_git: RunGit, blobs: Sequence[tuple[str, int]], log: Answer) -> tuple[dict[str, bytes | None], list[str]]:
    """The blobs that may hold a secret, and those that do not; one that git cannot deliver is in neither.

    Beside a suspect stands its content, None beyond `_HELD` bytes of them.
    """
    halves = _halves(blobs) if sum(size for _, size in blobs) >= FORK_FROM else ([blob for blob, _ in blobs], [])

    def sift(turn: int) -> tuple[dict[str, bytes | None], list[str]]:
        suspects: dict[str, bytes | None] = {}
        clean: list[str] = []
        room = _HELD
        for blob, data in contents(run_git, halves[turn]):
            if scanner.suspicious(data):
                room -= len(data)
                suspects[blob] = data if room >= 0 else None
                if turn == 0:
                    log.begin()
            else:
                clean.append(blob)
        return suspects, clean

    first, second = in_two(sift) if halves[1] else (sift(0), ({}, []))
    return first[0] | second[0], first[1] + second[1]


def _halves(blobs: Sequence[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """Two shares of about the same work, cut in stretches of the pack: git builds neighbours from one another.

    One end of a pack is not like the other (large files, many small changes), so each gets every second stretch.
    """
    total = sum(size for _, size in blobs)
    halves: tuple[list[str], list[str]] = ([], [])
    done = 0
    for blob, size in blobs:
        halves[done * _STRETCHES // max(total, 1) % 2].append(blob)
        done += size
    return halves


def _within(blobs: list[tuple[str, int]], limit: int) -> tuple[list[tuple[str, int]], bool]:
    total = 0
    for index, (_, size) in enumerate(blobs):
        total += size
        if total > limit:
            return blobs[:index], False
    return blobs, True


def _located(
    scanner: Scanner,
    run_git: RunGit,
    log: Answer,
    role_of: Callable[[str], Role],
    suspects: Mapping[str, bytes | None],
    known: frozenset[str],
) -> list[SecretHit]:
    """Scan the suspects again under their real names, and keep one hit a secret and path."""
    order = origins(log.read(), frozenset(suspects))
    blobs = sorted(order, key=lambda blob: order[blob][1])

    def scan(turn: int) -> dict[str, list[SecretHit]]:
        share = blobs[turn::2] if len(blobs) >= _MANY else blobs
        paths = ((blob, order[blob][0].path, data) for blob, data in _delivered(run_git, share, suspects))
        return {blob: scanner.scan(path, data, role_of(path), weak=False)[0] for blob, path, data in paths}

    first, second = in_two(scan) if len(blobs) >= _MANY else (scan(0), {})
    of_blob = first | second
    found: dict[tuple[str, str, str], SecretHit] = {}
    for blob in blobs:
        for hit in of_blob.get(blob, ()):
            key = (hit.rule, hit.fingerprint, hit.location.path)
            if key not in found:
                found[key] = replace(hit, form="history", commit=order[blob][0].commit, in_tree=hit.fingerprint in known)
    return sorted(found.values(), key=lambda h: (h.location, h.rule, h.fingerprint))


def _delivered(run_git: RunGit, order: Sequence[str], held: Mapping[str, bytes | None]) -> Iterator[tuple[str, bytes]]:
    """Blobs in that order, from memory where they are held; one that git cannot deliver is left out."""
    rest = contents(run_git, [blob for blob in order if held[blob] is None])
    following = next(rest, None)
    for blob in order:
        data = held[blob]
        if data is None and following is not None and following[0] == blob:
            data, following = following[1], next(rest, None)
        if data is not None:
            yield blob, data


def origins(log: bytes, blobs: frozenset[str]) -> dict[str, tuple[Origin, int]]:
    """Return, for each blob that a commit brought, its oldest origin and that commit's age rank (0 is the oldest)."""
    found: dict[str, tuple[Origin, int]] = {}
    wanted = {blob.encode() for blob in blobs}
    commit, rank = b"", 0
    for blob, path, new_commit in _LOG.findall(log):
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
