"""A plan as a unified diff that `git apply` accepts and that makes the same tree."""

from __future__ import annotations

import zlib
from base64 import b85encode
from difflib import SequenceMatcher
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from prodify.changes.content import blob_id, to_bytes
from prodify.edits.text import UTF_16_BE, UTF_16_LE, lines_of

if TYPE_CHECKING:
    from prodify.changes.model import Change, Plan

CONTEXT = 3
NO_NEWLINE = "\\ No newline at end of file\n"


def diff(plan: Plan) -> str:
    """Return the patch of all that applying the plan writes, the lock included; empty when nothing would change.

    Index changes (untracked files) are not part of a patch; see `Plan.untracks`.
    """
    return "".join(_patch(change.path, change.before, change.after, *_modes(change)) for change in plan.writes)


def edits_since(path: str, written: str, now: str) -> str:
    """Return what a user changed in a file since prodify wrote it."""
    return _patch(path, written, now, "100644", "100644") if written != now else ""


def size(change: Change) -> tuple[int, int]:
    """Return how many lines applying a change adds and removes."""
    if not change.writes:
        return 0, 0
    lines = _hunks(lines_of(change.before or ""), lines_of(change.after or ""))
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def difference(change: Change) -> str:
    """Return how the text that prodify would write differs from the file on disk, e.g. for a foreign file."""
    return _patch(change.path, change.before, change.rendered or "", "100644", "100644") if change.rendered != change.before else ""


def _modes(change: Change) -> tuple[str, str]:
    old = "100755" if change.was_executable else "100644"
    stays = change.was_executable and not change.loses_execute
    return old, "100755" if stays or change.executable else "100644"


def _patch(path: str, before: str | None, after: str | None, old_mode: str, new_mode: str) -> str:
    a, b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    head = [f"diff --git {a} {b}\n"]
    if before is None:
        head.append(f"new file mode {new_mode}\n")
    elif after is None:
        head.append(f"deleted file mode {old_mode}\n")
    elif old_mode != new_mode:
        head += [f"old mode {old_mode}\n", f"new mode {new_mode}\n"]
    if before is None and after == "":
        head.append("index 0000000..e69de29\n")
    if before == "" and after is None:
        head.append("index e69de29..0000000\n")
    if any((text or "").startswith((UTF_16_LE, UTF_16_BE)) for text in (before, after)):
        return "".join(head) + _binary(before, after, new_mode if before is not None and old_mode == new_mode else "")
    hunks = _hunks(lines_of(before or ""), lines_of(after or ""))
    if hunks:
        # Like git: a tab ends a name with spaces, which other tools would cut.
        tab = "\t" if " " in path else ""
        head.append("--- /dev/null\n" if before is None else f"--- {a}{tab}\n")
        head.append("+++ /dev/null\n" if after is None else f"+++ {b}{tab}\n")
    return "".join(head + hunks)


def _binary(before: str | None, after: str | None, mode: str) -> str:
    """The lines of a patch of a file that git takes for binary, as UTF-16 is: both contents whole, compressed, in base 85."""
    if before == after:
        return ""
    sides = [b"" if text is None else to_bytes(text) for text in (after, before)]
    ids = ["0" * 40 if text is None else blob_id(text) for text in (before, after)]
    return f"index {ids[0]}..{ids[1]}{mode and ' '}{mode}\nGIT binary patch\n" + "".join(map(_literal, sides))


def _literal(data: bytes) -> str:
    packed = zlib.compress(data)
    lines = [packed[start : start + 52] for start in range(0, len(packed), 52)]
    # A letter in front of each line says how many bytes it holds: A to Z are 1 to 26, a to z the next.
    sizes = ascii_uppercase + ascii_lowercase
    return f"literal {len(data)}\n" + "".join(f"{sizes[len(line) - 1]}{b85encode(line, pad=True).decode()}\n" for line in lines) + "\n"


def _hunks(old: list[str], new: list[str]) -> list[str]:
    out: list[str] = []
    if old == new:
        return out
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        first, last = group[0], group[-1]
        out.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                out += [_line(" ", line) for line in old[i1:i2]]
            else:
                out += [_line("-", line) for line in old[i1:i2]]
                out += [_line("+", line) for line in new[j1:j2]]
    return out


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n{NO_NEWLINE}"


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    # An empty range names the line before it.
    return f"{start + 1 if length else start},{length}"


def _quoted(path: str) -> str:
    """Quote a path as git does: in C style when it holds anything but plain ASCII."""
    data = path.encode("utf-8")
    if all(0x20 <= byte < 0x7F and byte not in b'"\\' for byte in data):
        return path
    special = {0x22: '\\"', 0x5C: "\\\\"}
    return '"' + "".join(special.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data) + '"'
