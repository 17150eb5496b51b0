"""Measure the secret detector on CredData, Samsung's set of lines from public repositories that people labelled.

    python scripts/measure_creddata.py --creddata CHECKOUT --mirror DIRECTORY [--split even|odd|all] [--list missed|false|unlabelled]

DIRECTORY holds repositories as `OWNER+NAME`, each a git directory, or with one in `repo` or `repo/.git`; whatever of the set is there
with the labelled commit is measured. Files are read from that commit, under their own paths, and never written anywhere; `--list`
names file and line only. Develop on one split (by the commit's first hexadecimal digit) and report the other.

The unit is a line. Found: a hit begins on the line (for a label over several lines: within them). Precision is of hits on labelled lines,
as the set's own benchmark counts; hits on lines without a label, which nobody judged, are counted apart. Core are passwords, tokens, keys
and connection strings; the rest are identifiers: UUIDs, nonces, salts, names of buckets and accounts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.inventory.roles import role_of
from prodify.inventory.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTIFIERS = frozenset(
    "UUID;Nonce;Salt;API;Other;AWS S3 Bucket;AWS Client ID;AWS Multi;Tencent WeChat API App ID;Firebase Domain;Google Multi".split(";")
)
GROUPS = (
    ("private keys", ("PEM", "Private Key", "JWK", "NKEY")),
    ("connection strings", ("URL Credentials",)),
    ("passwords", ("Password", "SecureString", "Credential")),
    ("web tokens, headers", ("JSON Web Token", "Authorization")),
    ("tokens", ("Token", "Auth")),
    ("secrets, keys", ("Secret", "secret", "Key")),
)
"""Group to the words of its categories; the first that fits counts."""


@dataclass
class Tally:
    """Counts by group of label: lines that are true, those of them found, lines that are false, those of them flagged."""

    true: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    unlabelled: int = 0
    absent: int = 0


def group_of(category: str) -> str:
    """Return the group of a label's category (`Key:Password`), "identifiers" for what is not core."""
    if all(part in IDENTIFIERS for part in category.split(":")):
        return "identifiers"
    return next((name for name, words in GROUPS if any(word in category for word in words)), "other")


def repositories(creddata: Path, mirror: Path, split: str) -> Iterator[tuple[str, Path, str, list[dict[str, str]]]]:
    """Yield name, git directory, commit and labels of every repository of the split that is there with its labelled commit."""
    for key, url in sorted(json.loads((creddata / "snapshot.json").read_text(encoding="utf-8")).items()):
        if split != "all" and (int(key[0], 16) % 2 == 0) is not (split == "even"):
            continue
        base = mirror / url.split("github.com/")[1].replace("/", "+")
        place = next((p for p in (base / "repo" / ".git", base / "repo", base / ".git", base) if (p / "HEAD").is_file()), None)
        if (
            place is None
            or subprocess.run(["git", "--git-dir", place, "cat-file", "-e", key[:40]], capture_output=True, check=False).returncode
        ):
            continue
        with (creddata / "meta" / f"{zlib.crc32(bytes.fromhex(key)):08x}.csv").open(encoding="utf-8", newline="") as rows:
            yield base.name, place, key[:40], list(csv.DictReader(rows))


def measure(scanner: Scanner, repository: tuple[str, Path, str, list[dict[str, str]]], tally: Tally, listed: str | None) -> None:
    """Add one repository to `tally`."""
    name, place, commit, labels = repository
    git = ["git", "--git-dir", str(place)]
    paths = (
        subprocess.run([*git, "ls-tree", "-r", "-z", "--name-only", commit], capture_output=True, check=True).stdout.decode().split("\0")
    )
    by_id = {hashlib.sha256(path.encode()).hexdigest()[:8]: path for path in paths if path}
    by_file: dict[str, list[dict[str, str]]] = {}
    for row in labels:
        by_file.setdefault(row["FileID"], []).append(row)
    for file_id, rows in sorted(by_file.items()):
        path = by_id.get(file_id)
        if path is None:
            continue
        blob = subprocess.run([*git, "cat-file", "blob", f"{commit}:{path}"], capture_output=True, check=False)
        if blob.returncode:  # mirrors may lack the largest files
            tally.absent += 1
            continue
        text = blob.stdout.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # the labels count lines as Python's text files do
        hits = {hit.location.line or 0: hit.rule for hit in scanner.scan(path, text, role_of(path))[0]}
        for verdict, line, label in _lines(rows, hits, tally):
            if verdict == listed:
                print(f"{verdict}\t{name}\t{path}\t{line}\t{label}\t{hits.get(line, '')}")  # noqa: T201


def _lines(rows: list[dict[str, str]], hits: dict[int, str], tally: Tally) -> Iterator[tuple[str, int, str]]:
    """Count the labelled lines of one file, and yield what is missed or false."""
    covered: set[int] = set()
    true = {(int(r["LineStart"]), int(r["LineEnd"])): r["Category"] for r in rows if r["GroundTruth"] == "T"}
    for (first, last), category in sorted(true.items()):
        covered.update(range(first, last + 1))
        tally.true[group_of(category)] += 1
        if any(first <= line <= last for line in hits):
            tally.found[group_of(category)] += 1
        else:
            yield "missed", first, category
    false = {int(r["LineStart"]): r["Category"] for r in rows if r["GroundTruth"] != "T" and int(r["LineStart"]) not in covered}
    for line, category in sorted(false.items()):
        tally.false[group_of(category)] += 1
        if line in hits:
            tally.flagged[group_of(category)] += 1
            yield "false", line, category
    for line in sorted(hits.keys() - covered - false.keys()):
        tally.unlabelled += 1
        yield "unlabelled", line, hits[line]


def table(tally: Tally) -> list[str]:
    """Return the lines of the table: one a group, then all that is core."""
    rows = ["| group | found | recall | false flagged | precision |", "| --- | --- | --- | --- | --- |"]
    groups = [g for g in (*(name for name, _ in GROUPS), "other", "identifiers") if tally.true[g] or tally.false[g]]
    core = [g for g in groups if g != "identifiers"]
    for title, members in (*((g, [g]) for g in groups), ("**core**", core)):
        true, found, false, flagged = (sum(counts[g] for g in members) for counts in (tally.true, tally.found, tally.false, tally.flagged))
        rows.append(
            f"| {title} | {found}/{true} | {found / max(1, true):.3f} | {flagged}/{false} | {found / max(1, found + flagged):.3f} |"
        )
    return [*rows, f"\nhits on lines without a label: {tally.unlabelled}; labelled files that the mirror lacks: {tally.absent}"]


def main() -> None:
    """Print the table of the repositories that are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--creddata", type=Path, required=True, help="checkout of Samsung/CredData")
    parser.add_argument("--mirror", type=Path, required=True, help="directory with the repositories that it labels")
    parser.add_argument("--split", choices=("even", "odd", "all"), default="even")
    parser.add_argument("--list", choices=("missed", "false", "unlabelled"), dest="listed")
    arguments = parser.parse_args()
    scanner, tally, names = Scanner(), Tally(), list[str]()
    for repository in repositories(arguments.creddata, arguments.mirror, arguments.split):
        measure(scanner, repository, tally, arguments.listed)
        names.append(repository[0])
    if not names:
        parser.error("none of the labelled repositories was found with its commit")
    print(f"{len(names)} repositories: {', '.join(names)}\n", *table(tally), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
