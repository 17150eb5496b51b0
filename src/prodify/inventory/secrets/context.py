"""Reads name and value around the offset where a contextual trigger ended. Every window is bounded, every step linear."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.secrets.faint import is_plain_token
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate, Literal, judge
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.names import NameKind, classify
from prodify.inventory.secrets.sections import of_section
from prodify.inventory.secrets.values import echoes, is_human, is_identifier, is_random

if TYPE_CHECKING:
    from collections.abc import Sequence

BACK = 200
"""Bytes looked at before a value, for its name."""
LONGEST = 4096
"""Longest value that is read."""

# Read from right to left: the text before the opening quote, reversed, so that one anchored match finds the name.
_BEFORE = lazy(
    rb"""(?P<pre>(?:\(gnirtS(?:\.[a-z]{2,8})?|\(edoced\.46esaB|\(etyb\]\[|\(morf::gnirtS|\(morf\.reffuB|\(emoS|\(rtSterceS|\(rts|\s?=\s?tluafed\s?\(dleiF|br|[brufBRUF@$\[(]|\[?\s{0,20}\()?)
    \s{0,40}
    (?P<sep>>=|=:|=\+|-<|>-|=\?\?|=\|\||=\s?(?:(?:eulaV)?tluafed|kcabllaf)\s{0,40},|={1,3}!?|:|\|\||\?\?|:\?|ro(?=\s)|,|\()
    \s{0,40}
    (?P<type>(?:[\w<>\[\]|.?&]{1,24}(?:\ \|\ \w{1,9})?(?:\ citats'&)?[\x20\t]{0,3}:[\x20\t]{0,4}
        |(?:gnirts|gnirt[Ss]\ [Ss][Aa]|etyb\]\[|\}[^{}\n]{0,24};teg\ \{)\s)?)
    \s{0,8}
    (?P<close>["'`\])}\\]{0,6})
    (?:\]\d{0,4}\[)?
    (?P<name>[\w.\-\x80-\xff]{1,80})
    (?P<before>\s{0,3}["'`\\]{0,2}[\[(.{]?\s{0,3}[\w.\-]{0,40})""",
    re.VERBOSE | re.DOTALL,
)
_WRAPPER = lazy(rb"\(([\w.:<>]{1,40})(?: wen)?(?=[\s=:>(])")
_HASHES = lazy(rb"(?i)(?:hash|crypt|encode)\w{0,8}$")
"""A call whose argument is the password that its result keeps; any other one's is no value of the name before it."""
_ENCODES = lazy(
    rb"(?i)(?:^|[.:])(?:quote(?:_plus)?|(?:raw)?url_?encode|encodeURI(?:Component)?|(?:query|path)escape|escapedatastring|cgi\.escape"
    rb"|encode_www_form_component)$"
)
"""Functions that write a text so that it may stand in an address."""
_READS = lazy(rb"(?i)get|read|load|find|prompt|input|require|import|crypt|lookup|param|search|select|hash|digest|translate|^_+$|^t$")
"""What a call does whose argument is no value but the name of one, or an encrypted one."""
_JOIN = lazy(rb"""[ \t]*+(?:\+|\.(?=[ \t\r\n])|\\)?[ \t]*+(?:\r?\n[ \t]*+)?(?:\+|\.(?=[ \t]))?[ \t]*+(["'])""")
_ENDS = frozenset((b",", b")", b"]", b"}", b":", b";", b""))
"""What stands behind most literals: no other one is joined to those."""
_STRICT = (NameKind.TOKEN, NameKind.FRAMEWORK)
_FALLBACKS = frozenset((b"||", b"??", b"?:", b"or", b"||=", b"??="))
_GETTERS = lazy(
    rb"""(?i)(?:get|env|environ|getenv|config|fetch|default|property|lookup|value|str|param|setting|option|secret|decouple|read)\w*[\[(.{]?\s{0,3}["'`\\]{0,2}$"""
)
_SETTERS = lazy(
    r"(?i)^(?:(?:set|with|use)_?[a-z_]*|(?:hash|make|generate|encrypt)?_?(?:[a-z]+_)*)(?:password|passwd|pass|token|secret|apikey|api_key|secretkey|secret_key|key|bearer|auth_?token|hash)$"
)
_DEFINES = lazy(
    rb"""(?i)(?:define|define_const|setenv|putenv|set|setdefault|put|append|header|setheader|setproperty|add|insert|setitem|from_string)\(\s{0,3}["'`\\]{0,2}$"""
)
_CODE_KINDS = (FileKind.CODE, FileKind.MARKUP)
_SIGNING_CONTEXT = lazy(rb"(?i)session|jwt|cookie|passport|strategy|sign")
_WITH_DIGIT = lazy(rb"[^\s\d]{0,40}\d")
_CONSTANT = lazy(rb"""\b([A-Z][A-Z0-9_]{2,40})(?:\s?:\s?[&\w]{1,12})?(?: string| String)?\s?=\s?["']([\w-]{3,40})["']""")
_OPENSSL = lazy(rb"-pass(?:word|in|out)?[ \t]{1,4}$")
_ASSERTED = lazy(rb"[ \t]*(?:assert|expect)")
_ENVVAR = lazy(r"^[A-Z][A-Z0-9_]+$")


def last_match(pattern: re.Pattern[bytes], data: bytes, start: int, end: int) -> re.Match[bytes] | None:
    """Return the last match that begins in the window, None when there is none."""
    last = None
    for found in pattern.finditer(data, start, end):
        last = found
    return last


def read_quoted(data: bytes, at: int) -> tuple[str, int] | None:
    """Return the text between the quote at `at` and its partner on the same line, and the offset of that partner.

    A quote behind a backslash (code inside a JSON string, as in notebooks) has a partner behind a backslash.
    """
    quote = data[at : at + 1]
    limit = min(len(data), at + LONGEST)
    line_end = data.find(b"\n", at, limit)
    limit = limit if line_end < 0 else line_end
    escaped = data[at - 1 : at] == b"\\"
    position = at + 1
    while True:
        close = data.find(quote, position, limit)
        if close < 0:
            return None
        if escaped or data[close - 1 : close] != b"\\" or data[close - 2 : close] == b"\\\\":
            break
        position = close + 1
    text = data[at + 1 : close]
    return (text.removesuffix(b"\\") if escaped else text).decode("utf-8", "replace"), close


def _joined(data: bytes, value: str, end: int) -> tuple[str, int]:
    """Append the literals that follow with a plus, a backslash or nothing between: a key split over lines is still a key."""
    if data[end + 1 : end + 2] in _ENDS:
        return value, end
    for _ in range(12):
        found = _JOIN.match(data, end + 1, min(len(data), end + 200))
        if not found:
            break
        more = read_quoted(data, found.end() - 1)
        if more is None:
            break
        value, end = value + more[0], more[1]
    return value, end


def quoted(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the literal whose opening quote stands at `at`."""
    left = _left(data, at)
    read = _read(data, left, at)
    return (_bound(read, data, left, at, kind) if read else None) or _argument(data, left, at, kind)


def quoted_in(data: bytes, at: int, kinds: Sequence[FileKind]) -> list[Candidate | None]:
    """Judge the literal whose opening quote stands at `at`, as it would count in each of several kinds of files; it is read once."""
    left = _left(data, at)
    read = _read(data, left, at)
    return [(_bound(read, data, left, at, kind) if read else None) or _argument(data, left, at, kind) for kind in kinds]


def _left(data: bytes, at: int) -> bytes:
    """What stands before a literal, its opening quote's backslash left out."""
    start = at - 1 if data[at - 1 : at] == b"\\" else at
    return data[max(0, start - BACK) : start]


def _argument(data: bytes, left: bytes, at: int, kind: FileKind) -> Candidate | None:
    """A literal that goes through a call before it is bound: worth a note when it looks like what it is called."""
    wrapped = _WRAPPER.match(left[::-1])
    if wrapped is None or _READS.search(wrapped[1][::-1]):
        return None
    left = left[: -wrapped.end()]
    read = _read(data, left, at)
    found = _bound(read, data, left, at, kind) if read else None
    if found is not None and _ENCODES.search(wrapped[1][::-1]):  # `quote_plus("...")` is the password, written for an address
        return found
    if found is None or not is_plain_token(found.value):
        return None
    found.quiet = True
    return found


class _Read(NamedTuple):
    """A literal with what stands around it: `written` is its name from right to left, as `close` is; `end` that of all its parts."""

    name: str
    written: bytes
    separator: bytes
    before: bytes
    close: bytes
    value: str
    end: int


def _read(data: bytes, left: bytes, at: int) -> _Read | None:
    """Read the literal at `at` when `left`, what stands before it, ends with a secret's name and what binds the two."""
    found = _BEFORE.match(left[::-1])
    if not found:
        return None
    name = _secret_name(found["name"])
    if name is None:
        return None
    separator = found["sep"][::-1].strip()
    if separator == b"(" and found["type"] and not _HASHES.search(found["type"][::-1]):  # `password: digest.toString("hex")`
        return None
    read = read_quoted(data, at)
    if read is None:
        return None
    value, end = first = read
    if value[:1] in (",", ";", ")"):  # the quote closed a literal: `label: "Password:", other: "..."`
        return None
    value = value.removesuffix("\\n")  # as YAML and base 64 end what was encrypted
    if separator in (b"=", b":", b":=", b"=>", b"=="):
        value, end = _joined(data, value, end)
        if b"+" in data[end + 1 : end + 4] and len(value) < 16:
            return None
    if data[first[1] + 1 : first[1] + 2] == b"%" or data[first[1] + 1 : first[1] + 8] == b".format(":
        return None
    return _Read(name, found["name"], separator, found["before"][::-1], found["close"], value, end)


def _bound(read: _Read, data: bytes, left: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge what was read at `at`, behind `left`."""
    name, written, sep, before, close, value, end = read
    if kind is FileKind.CONFIG:
        name = of_section(data, at, name)
    if _names_a_key(data, at, name):
        return None
    bound = _binding(sep, name, before, close)
    if sep == b"," and written.endswith(b"--"):  # `"--password", "..."`: the arguments of a command
        bound = None if value.startswith("-") else False
    if sep == b"(" and (name.rpartition(".")[2].startswith("get") or data[end + 1 : end + 2] == b","):
        return None  # `keyring.set_password("service", ...)`: whose password it is
    if bound and sep == b"," and "_" in value and _ENVVAR.match(value) and not _GETTERS.search(before):
        bound = None  # one name after the other in a list of settings
    if bound is None and sep.startswith(b",") and is_random(value, 20) and classify(name) in _STRICT:
        bound = False  # `set(:secret, "...")`: two arguments, and the second is drawn
    if bound is None or (kind is FileKind.CODE and _is_listed_name(data, at, name, value)):
        return None
    # What is no secret beside sessions and web tokens is none anywhere: most are done before it is asked what stands near.
    literal = Literal(name, value, at + 1, end, sep.decode(), True, bound, True)
    if b"!" in sep or sep in (b"==", b"==="):
        return _comparison(literal, kind, asserted=_ASSERTED.match(left[left.rfind(b"\n") + 1 :]) is not None)
    judged = judge(literal, kind)
    if judged is None or _SIGNING_CONTEXT.search(left, max(0, len(left) - 120)):
        return judged
    return judge(Literal(name, value, at + 1, end, sep.decode(), True, bound), kind)


def _is_listed_name(data: bytes, at: int, name: str, value: str) -> bool:
    """Whether a constant stands in a list of names: it says its own in small letters, and so does the one above or below it."""
    if not (name.isupper() and value.islower() and echoes(name, value)):
        return False
    rows = _CONSTANT.finditer(data, max(0, at - BACK), min(len(data), at + BACK))
    names = ((row[1].decode(), row[2].decode()) for row in rows)
    return any(own != name and told.islower() and echoes(own, told) for own, told in names)


@lru_cache(maxsize=4096)
def _secret_name(reversed_name: bytes) -> str | None:
    """The name that was read from right to left, without the way to an environment variable (`process.env.KEY` is KEY).

    None when it does not speak of a secret.
    """
    name = reversed_name[::-1].decode("utf-8", "replace").strip(".-")
    last = name.rsplit(".", 1)[-1]
    name = last if _ENVVAR.match(last) and "env" in name.lower() else name
    return name if classify(name) is not None else None


def _binding(sep: bytes, name: str, before: bytes, close: bytes) -> bool | None:
    """Say whether the literal is a fallback (True), an assignment (False) or not bound to the name at all (None)."""
    if sep in _FALLBACKS:
        return True
    if sep.startswith(b","):
        if b"default" in sep or b"fallback" in sep:
            return True
        if _DEFINES.search(before):
            return False
        quoted_name = any(q in close for q in b"\"'`")
        inside = b")" not in close and b"]" not in close
        return True if quoted_name and inside and (_GETTERS.search(before) or _ENVVAR.match(name)) else None
    if sep == b"(":
        return False if _SETTERS.match(name.rsplit(".", 1)[-1]) and not close else None
    return False


def _comparison(literal: Literal, kind: FileKind, *, asserted: bool) -> Candidate | None:
    """A literal that a password is compared with is the password."""
    if classify(literal.name) is not NameKind.PASSWORD or kind not in _CODE_KINDS:
        return None
    if not literal.value or " " in literal.value or (literal.value.isalpha() and not asserted) or is_identifier(literal.value):
        return None
    found = judge(literal, kind)
    if found is not None and literal.value.isalpha():
        found.quiet = True
    return found


_UNQUOTED = lazy(rb"""(?P<gap>[ \t]{0,16}[=: ][ \t]{0,20})["']?(?P<name>[\w.\-\x80-\xff]{1,80})(?P<before>[^\n]{0,24})""")
_LINE_START = lazy(
    rb"""^(?:[ \t]{0,40}|.*[ \t"'])"""
    rb"""(?:-[ \t]*|export[ \t]+|set[ \t]+|ENV[ \t]+|ARG[ \t]+|[#;/]{1,3}[ \t]*|--?|-e[ \t]+|--env[ \t]+|--build-arg[ \t]+)?["']?$""",
    re.DOTALL,
)


def unquoted(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the bare value at `at` in configuration, shell or prose: `KEY=value`, `key: value`, `ENV KEY value`, `--password value`."""
    line = data.rfind(b"\n", max(0, at - BACK), at) + 1
    line = line or max(0, at - BACK)
    found = _UNQUOTED.match(data[line:at][::-1])
    if not found:
        return None
    name = found["name"][::-1].decode("utf-8", "replace").lstrip("-.")
    gap = found["gap"].strip()
    before = data[line : at - found.end("name")]
    written = found["name"][::-1]
    flag = written.startswith(b"-")
    prose = kind in (FileKind.DOCS, FileKind.MARKUP) or not written.startswith(b"--")
    if flag and not gap and prose and not _WITH_DIGIT.match(data, at):  # "the --password flag"
        return None
    if (not gap and not (before.strip() in (b"ENV", b"ARG", b"machine", b"login") or flag or name in ("password", "passwd"))) or classify(
        name
    ) is None:
        return None
    if not gap and name in ("password", "passwd") and not flag and b"login" not in before:
        return None
    if flag and not gap and data[at : at + 1] == b"-":  # `--disabled-password --gecos`: a switch, and the next one
        return None
    if gap and gap != b"=" and not _is_entry(data, at, name, before, kind):
        return None
    if _names_a_key(data, at, name):
        return None
    if kind is FileKind.CONFIG and not flag:
        name = of_section(data, at, name)
    variable = name.isupper() and len(found["gap"]) == 1  # `PGPASSWORD=value command`
    value, end = read_bare(data, at, spaces=kind is FileKind.CONFIG and gap == b"=" and not (flag or variable))
    if _in_flow(data, at, before):
        value, end = value.rstrip("}]"), end - len(value) + len(value.rstrip("}]"))
    if kind is FileKind.SHELL and value == name and name.islower():  # a keyword argument of a program in a here-document
        return None
    candidate = judge(Literal(name, value, at, end, gap.decode() or " ", False), kind)
    if candidate is not None and classify(name) is NameKind.KEY:
        candidate.quiet = True
    return candidate


def _names_a_key(data: bytes, at: int, name: str) -> bool:
    """Whether an entry `secretKey` says under which name an ExternalSecret keeps what its `remoteRef` points to."""
    return name == "secretKey" and _REMOTE.search(data, max(0, at - 200), at + 200) is not None


def _is_entry(data: bytes, at: int, name: str, before: bytes, kind: FileKind) -> bool:
    """Whether `name: value` is an entry: nothing else stands before it, and in prose nothing behind it either."""
    if name == "pass" and _OPENSSL.search(before):
        return True
    if kind is FileKind.SHELL:
        return is_random(read_bare(data, at, spaces=False)[0], 20)
    if before.strip(b" \t\"'-#;"):
        return _in_flow(data, at, before) or (
            kind is FileKind.DOCS and classify(name) is NameKind.PASSWORD and is_human(read_bare(data, at, spaces=False)[0])
        )
    if kind not in (FileKind.DOCS, FileKind.MARKUP) or name.isupper():
        return True
    alone = _ALONE.match(data, at, at + 200)
    if alone is None:
        return False
    name_kind = classify(name)
    value = alone[1].decode("utf-8", "replace")
    return name_kind is NameKind.PASSWORD or (name_kind is NameKind.FRAMEWORK and (is_plain_token(value) or is_random(value, 20)))


def _in_flow(data: bytes, at: int, before: bytes) -> bool:
    """Whether the entry stands in a mapping on one line, `{ user: me, password: ... }`, and not in code that looks like one."""
    return (
        before.rstrip(b" \t\"'").endswith((b"{", b",")) and _FLOW.match(data, at, at + 200) is not None and not _CODE_BEFORE.search(before)
    )


_CODE_BEFORE = lazy(rb"\$\{|\(")
_FLOW = lazy(rb"""[^\s"'`<>,{}()]{3,128}[ \t]*[,}\]]""")
_REMOTE = lazy(rb"\bremoteRef[\"']?\s{0,8}:")
_NEXT_PARAMETER = lazy(rb"&(?=\w{1,40}=)")
_ALONE = lazy(rb"""([^\s"'`<>]{7,128}|(?=[^\s\d]{0,6}\d)[^\s"'`<>]{5,6})[ \t]*(?:[ \t]#[^\n]*)?\r?(?:\n|\Z)""")
_BARE = lazy(rb"""[^\s"'`<>]{1,1024}""")
_REST_OF_LINE = lazy(rb"""[^\r\n"'`<>]{1,1024}""")


def read_bare(data: bytes, at: int, *, spaces: bool) -> tuple[str, int]:
    """Return the text of a value without quotes, and where it ends. `spaces`: it goes on to the end of the line."""
    found = (_REST_OF_LINE if spaces else _BARE).match(data, at, min(len(data), at + 1024))
    text = found.group() if found else b""
    if spaces:
        text = re.split(rb"\s[#;]|\s\\?-{0,2}[A-Za-z_]\w*=|\s-{1,2}[a-z]|\s&&", text, maxsplit=1)[0]
    text = _NEXT_PARAMETER.split(text, maxsplit=1)[0].rstrip(b" \t,;\\)")
    return text.decode("utf-8", "replace"), at + len(text)
