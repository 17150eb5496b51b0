"""Measure the secret detector on the published examples of other scanners' rules.

    python scripts/measure_vectors.py --noseyparker CHECKOUT --gitleaks CHECKOUT [--list missed|flagged]

Each example is scanned as a file of its own; where the project gives it a path it keeps it. All others are put into one text file, the
layout that assumes least and finds least, since the detector is careful with prose. With `--layout look` they stand where such a text
would: what calls curl as a script, a quoted literal among a programming language's punctuation as code, all else as configuration.

Of gitleaks only literal strings count: what its generator builds at run time is left out. A negative of one rule can be the example of
another (a token of the same vendor, say): the last column leaves those out. Nothing of those projects is stored here, and no example is
printed: `--list` names rule and number only.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from prodify.inventory.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT, SCRIPT, CODE, CONFIGURATION = "app/notes.txt", "bin/run.sh", "src/app.js", "config/app.conf"
_COMMAND = re.compile(r"\bcurl\s")
_PROGRAM = re.compile(
    r"""["'`][^\n]*;\s*$|;\s*//|\w\(|\)\s*\{|:=|[=!]=|^\s*(?:const|let|var|private|public|static|String|if|return|export const)\s""", re.M
)
_GO_TOKEN = re.compile(r'(?P<string>`[^`]*`|"(?:\\.|[^"\\\n])*")|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<other>.)', re.DOTALL)


@dataclass(frozen=True)
class Vector:
    """One example: the rule's name with the example's number, whether it is a secret, the file name and the text."""

    label: str
    secret: bool
    path: str
    text: str

    def place(self, layout: str) -> str:
        """Return the path that the example is scanned under."""
        if self.path != TEXT or layout == "text":
            return self.path
        if _COMMAND.search(self.text):
            return SCRIPT
        return CODE if any(quote in self.text for quote in "\"'`") and _PROGRAM.search(self.text) else CONFIGURATION


def noseyparker(checkout: Path) -> Iterator[Vector]:
    """Yield the examples and negative examples of every rule file."""
    for file in sorted(checkout.rglob("builtin/rules/*.yml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8")).get("rules", []):
            for key, secret in (("examples", True), ("negative_examples", False)):
                for number, text in enumerate(rule.get(key) or []):
                    yield Vector(f"{rule['id']}#{number}", secret, TEXT, str(text))


def gitleaks(checkout: Path) -> Iterator[Vector]:
    """Yield the literal `tps` and `fps` strings of every rule source."""
    for file in sorted(checkout.rglob("config/rules/*.go")):
        source = file.read_text(encoding="utf-8")
        for found in re.finditer(r"\b(tps|fps)\s*:?=\s*(\[\]string|map\[string\]string|append\(\s*(?:tps|fps)\s*,)[{\s]*", source):
            mapped = found[2].startswith("map")
            for number, (path, text) in enumerate(_elements(source, found.end(), mapped=mapped)):
                yield Vector(f"{file.stem}:{source.count(chr(10), 0, found.start()) + 1}#{number}", found[1] == "tps", path, text)


def _elements(source: str, start: int, *, mapped: bool) -> Iterator[tuple[str, str]]:
    """Yield path and text of the list's elements that are one string literal each, up to the bracket that closes the list."""
    depth, element = 0, list[str]()
    for token in _GO_TOKEN.finditer(source, start):
        if token["comment"] or token["space"]:
            continue
        text = token[0]
        closing = depth == 0 and text in "})"
        if (text == "," and depth == 0) or closing:
            strings = [_unquoted(s) for s in element if s[0] in '`"' and len(s) > 1]
            if mapped and len(element) == 3 and element[1] == ":" and len(strings) == 2:
                yield strings[0], strings[1]
            elif not mapped and len(element) == len(strings) == 1:
                yield TEXT, strings[0]
            if closing:
                return
            element = []
            continue
        depth += (text in "({[") - (text in ")}]")
        element.append(text)


def _unquoted(literal: str) -> str:
    if literal[0] == "`":
        return literal[1:-1]
    simple = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda m: simple.get(m[1], m[1]), literal[1:-1])


def measure(name: str, vectors: list[Vector], layout: str, listed: str | None) -> str:
    """Return the table's row for `vectors`, and print the labels of the missed or the flagged ones when asked to."""
    scanner = Scanner()
    hit = {v: bool(scanner.scan(v.place(layout), v.text.replace("gitleaks:allow", "").encode())[0]) for v in vectors}
    yes, no = [v for v in vectors if v.secret], [v for v in vectors if not v.secret]
    if listed:
        for vector in yes if listed == "missed" else no:
            if hit[vector] is (listed == "flagged"):
                print(f"{name} {listed}: {vector.label}")  # noqa: T201
    found, flagged = sum(hit[v] for v in yes), sum(hit[v] for v in no)
    examples = {v.text.strip() for v in yes}
    own = [v for v in no if v.text.strip() not in examples]
    wrong = sum(hit[v] for v in own)
    return (
        f"| {name} | {found}/{len(yes)} | {found / max(1, len(yes)):.3f} "
        f"| {flagged}/{len(no)} | {flagged / max(1, len(no)):.3f} | {wrong}/{len(own)} |"
    )


def main() -> None:
    """Print the table for the checkouts that were given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noseyparker", type=Path, help="checkout of praetorian-inc/noseyparker")
    parser.add_argument("--gitleaks", type=Path, help="checkout of gitleaks/gitleaks")
    parser.add_argument("--list", choices=("missed", "flagged"), dest="listed")
    parser.add_argument("--layout", choices=("look", "text"), default="text")
    arguments = parser.parse_args()
    rows = [
        measure(name, list(read(path)), arguments.layout, arguments.listed)
        for name, read, path in (("noseyparker", noseyparker, arguments.noseyparker), ("gitleaks", gitleaks, arguments.gitleaks))
        if path
    ]
    if not rows:
        parser.error("no checkout was given: pass --noseyparker or --gitleaks with the path of one")
    print("| vectors | found | recall | negatives flagged | share | of none's examples |\n" + "| --- " * 6 + "|", *rows, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
