"""Three-way merge of texts: the user's edits and prodify's new text, both made from the same base."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from prodify.changes.diff3 import Chunk, Collision, compare, compare_two
from prodify.changes.git import call
from prodify.changes.pins import only_bumps
from prodify.edits.text import canonical, lines_of, restore_style, with_final_newline

MARKER = 7
"""Length of git's conflict markers, which editors and linters know."""


class Merged(NamedTuple):
    """The merged text and the number of places that need a person."""

    text: str
    conflicts: int


def merge3(base: str, yours: str, theirs: str, *, use_git: bool = True) -> Merged:
    """Merge by lines. Line ends, byte order mark and final newline follow `yours` where it changed them, else `theirs`.

    git's own merge is used where git is installed, difflib otherwise. A version pin that was bumped on both sides (by an update robot and
    by prodify) stays as `yours` has it: dated pins belong to whoever keeps the repository up to date.
    """
    texts = [with_final_newline(canonical(text)) for text in (base, yours, theirs)]
    lines = [lines_of(text) for text in texts]
    chunks = _by_git(texts) if use_git and not _mergeable_trivially(texts) else None
    if chunks is None:
        chunks = compare(*lines)
    return _finish(chunks, canonical(base), yours, canonical(theirs))


def merge_without_base(yours: str, theirs: str) -> Merged:
    """Mark every difference between two texts whose common base is lost; both texts are wholly contained."""
    chunks = compare_two(lines_of(with_final_newline(canonical(yours))), lines_of(with_final_newline(canonical(theirs))))
    return _finish(chunks, None, yours, canonical(theirs))


_MARKED = re.compile(r"^(<{7,})(?: .*)?\n(?:.*\n)*?={7,}\n(?:.*\n)*?>{7,}(?: .*)?$", re.MULTILINE)


def holds_markers(text: str) -> bool:
    """Whether a conflict that a merge marked, prodify's or git's, still waits for a person.

    >>> holds_markers("<<<<<<< yours\\na\\n=======\\nb\\n>>>>>>> prodify\\n"), holds_markers("Title\\n=======\\n")
    (True, False)
    """
    plain = canonical(text)
    return "<<<<<<<" in plain and ">>>>>>>" in plain and _MARKED.search(plain) is not None


def _mergeable_trivially(texts: list[str]) -> bool:
    base, yours, theirs = texts
    return yours in (base, theirs) or theirs == base


def _finish(chunks: list[Chunk], base: str | None, yours: str, theirs: str) -> Merged:
    chunks = [line for chunk in chunks for line in _settle_pins(chunk)]
    text = _render(chunks)
    conflicts = sum(isinstance(chunk, Collision) for chunk in chunks)
    plain = canonical(yours)
    ends = [side == "" or side.endswith("\n") for side in (base if base is not None else plain, plain, theirs)]
    if text and not conflicts and not (ends[2] if ends[1] == ends[0] else ends[1]):
        text = text[:-1]
    return Merged(text if plain == yours else restore_style(yours, text, keep_missing_newline=False), conflicts)


def _settle_pins(chunk: Chunk) -> list[Chunk]:
    if isinstance(chunk, str) or chunk.base is None:
        return [chunk]
    both = only_bumps(chunk.base, chunk.yours) and only_bumps(chunk.base, chunk.theirs)
    return list(chunk.yours) if both else [chunk]


def _render(chunks: list[Chunk]) -> str:
    """Write collisions with git's markers in diff3 style; the markers grow where a line already looks like one."""
    size = MARKER
    for chunk in chunks:
        for line in [chunk] if isinstance(chunk, str) else [*chunk.yours, *(chunk.base or ()), *chunk.theirs]:
            if looks_marked := re.match(r"<{7,}|={7,}|>{7,}|\|{7,}", line):
                size = max(size, len(looks_marked[0]) + 1)
    out: list[str] = []
    for chunk in chunks:
        if isinstance(chunk, str):
            out.append(chunk)
            continue
        out += [f"{'<' * size} yours\n", *chunk.yours]
        if chunk.base is not None:
            out += [f"{'|' * size} base\n", *chunk.base]
        out += [f"{'=' * size}\n", *chunk.theirs, f"{'>' * size} prodify\n"]
    return "".join(out)


def _by_git(texts: list[str]) -> list[Chunk] | None:
    """Merge with `git merge-file`; None where it is missing or refuses the text."""
    longest = max((len(m[0]) for text in texts for m in re.finditer(r"^(<+|=+|>+|\|+)", text, re.MULTILINE)), default=0)
    size = max(MARKER, longest + 1)
    if size > 200 or any("\0" in text for text in texts):
        return None
    with tempfile.TemporaryDirectory(prefix="prodify-") as folder:
        names = ("base", "yours", "theirs")
        for name, text in zip(names, texts, strict=True):
            (Path(folder) / name).write_bytes(text.encode("utf-8"))
        labels = ("-L", "y", "-L", "b", "-L", "t")
        arguments = ("--stdout", "--quiet", "--diff3", f"--marker-size={size}", *labels, "yours", "base", "theirs")
        # The exit code is the number of conflicts, at most 127; above it an error.
        answer = call(Path(folder), "merge-file", *arguments, accept=range(128))
    return None if answer is None else _parse(answer.decode("utf-8"), size)


def _parse(text: str, size: int) -> list[Chunk]:
    """Read git's diff3 output back into chunks; the markers are longer than any run of their characters in the texts."""
    marks = {"<" * size + " y\n": "yours", "|" * size + " b\n": "base", "=" * size + "\n": "theirs", ">" * size + " t\n": ""}
    chunks: list[Chunk] = []
    parts: dict[str, list[str]] = {}
    side = ""
    for line in lines_of(text):
        if line not in marks:
            (parts[side] if side else chunks).append(line)
            continue
        side = marks[line]
        if side == "yours":
            parts = {"yours": [], "base": [], "theirs": []}
        elif not side:
            chunks.append(Collision(tuple(parts["base"]), tuple(parts["yours"]), tuple(parts["theirs"])))
    return chunks
