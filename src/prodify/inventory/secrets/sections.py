"""The section that an entry of a settings file stands in, where only that tells what the entry is: `jwt:` above `secret: words`."""

from __future__ import annotations

from prodify.inventory.secrets.lazy import lazy

_HEADER = lazy(
    rb"""^[ \t]*(?:\[{1,2}(?P<table>[\w. \-]{1,60})\]{1,2}|["']?(?P<key>[\w.\-]{1,60})["']?[ \t]*[:{=][ \t]*\{?)"""
    rb"""[ \t]*(?:#[^\n]*)?\r?$"""
)
_SIGNS = lazy(rb"(?i)(?:^|[._\- ])(jwt|sessions?|cookies?)$")
_PLAIN = ("secret", "key", "Secret", "Key")
_BACK = 800
_MOST = 40


def of_section(data: bytes, at: int, name: str) -> str:
    """`name` with the section before it when that says that tokens, sessions or cookies are signed with the value at `at`.

    >>> text = b"jwt:\\n  expires: 1h\\n  key: our phrase\\n"
    >>> of_section(text, text.index(b"our"), "key"), of_section(text, text.index(b"1h"), "expires")
    ('jwt_key', 'expires')
    """
    before, _, last = name.rpartition(".")
    if last not in _PLAIN:
        return name
    if before:
        found = _SIGNS.search(before.encode("utf-8", "replace"))
        return f"{found[1].decode()}_{last}" if found else name
    start = data.rfind(b"\n", max(0, at - 200), at) + 1
    lines = data[max(0, start - _BACK) : start].split(b"\n")[-_MOST:]
    indent = _indent(data[start:at])
    for line in reversed(lines):
        if not line.strip() or line.lstrip().startswith((b"#", b";", b"//")):
            continue
        header = _HEADER.match(line)
        table = header is not None and header["table"] is not None
        if header is None or not (table or _indent(line) < indent):
            indent = indent if header is None else min(indent, _indent(line))
            continue
        found = _SIGNS.search(header["table"] or header["key"])
        if found:
            return f"{found[1].decode()}_{last}"
        if table:
            return name
        indent = _indent(line)
    return name


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
