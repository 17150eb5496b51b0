"""Dockerfiles: the user of the last stage. Comments, continuations, here-documents and the escape directive are understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prodify.edits.text import CannotEdit, Editor, lines_of, preserving, with_final_newline

_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_STARTS = ("CMD", "ENTRYPOINT")
_HAND = "Edit it by hand."


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction: keyword in capitals, the rest with continuations joined, first line and the one behind its last (from 0)."""

    keyword: str
    value: str
    first: int
    behind: int


def add_user(user: str) -> Editor:
    """Let the image run as `user` (name or number, with or without group): one USER in front of the last stage's start command.

    A last stage that names any user but root is left as it is.

    >>> print(add_user("10001")("FROM python:3.14-slim\\nCOPY . .\\nCMD python app.py\\n"), end="")
    FROM python:3.14-slim
    COPY . .
    USER 10001
    CMD python app.py

    Raises:
        CannotEdit: (from the editor) when the text is no Dockerfile, or its last stage goes back to root on purpose.
        ValueError: for what cannot be a user.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][\w-]*(:[A-Za-z0-9_][\w-]*)?", user):
        raise ValueError(f"{user!r} is not a user")

    @preserving
    def edit(text: str) -> str:
        found = instructions(text)
        starts = [number for number, item in enumerate(found) if item.keyword == "FROM"]
        if not starts:
            raise CannotEdit("it has no FROM instruction", _HAND)
        stage = found[starts[-1] :]
        users = [item for item in stage if item.keyword == "USER"]
        if users and not re.fullmatch(r"(root|0)(:.*)?", users[-1].value):
            return text
        if users:
            raise CannotEdit(
                f"line {users[-1].first + 1} makes root the user", "Name another user there, and give it the files that it writes."
            )
        lines = lines_of(with_final_newline(text))
        place = next((item.first for item in stage if item.keyword in _STARTS), len(lines))
        return "".join([*lines[:place], f"USER {user}\n", *lines[place:]])

    return edit


def instructions(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile in their order; a here-document belongs to its instruction.

    Raises:
        CannotEdit: when the last instruction or a here-document has no end.
    """
    lines = [line.rstrip("\r\n") for line in lines_of(text)]
    directive = re.match(r"\s*#\s*escape\s*=\s*`", lines[0]) if lines else None
    escape = "`" if directive else "\\"
    found: list[Instruction] = []
    at = 0
    while at < len(lines):
        first = at
        words: list[str] = []
        while at < len(lines):
            line = lines[at].strip()
            at += 1
            if line.startswith("#") or (not line and words):
                continue
            words.append(line.removesuffix(escape).strip())
            if not line.endswith(escape):
                break
            if not any(rest.strip() and not rest.strip().startswith("#") for rest in lines[at:]):
                raise CannotEdit(f"line {at} is continued and nothing follows", _HAND)
        head, _, value = " ".join(words).strip().partition(" ")
        for _, mark in _HEREDOC.findall(value) if head.upper() in ("RUN", "COPY", "ADD") else ():
            while at < len(lines) and lines[at].strip() != mark:
                at += 1
            if at == len(lines):
                raise CannotEdit(f"the here-document {mark} does not end", _HAND)
            at += 1
        first = next((n for n in range(first, at) if lines[n].strip() and not lines[n].strip().startswith("#")), first)
        if head:
            found.append(Instruction(head.upper(), value.strip(), first, min(at, len(lines))))
    return found
