"""How a value is written at a place of a generated file, so that it stays a value there: one function for each kind of place.

What we wrote ourselves in the language of the file is `Code` and stands as it is. All else is taken for a stranger's: a service's
name, a folder, a route, an address. It comes out as one string, scalar or word; where the place cannot hold it, Unwritable says so.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.errors import ProdifyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Code(str):
    """Text in the language of the file it goes into, made by us: it is written as it is, and strangers' values in it are quoted."""

    __slots__ = ()


class Unwritable(ProdifyError):
    """A value that cannot stand at its place: exit code 2, nothing written. The message does not hold the value."""

    def __init__(self, why: str) -> None:
        super().__init__(why, "Rename what it comes from, or set another value in prodify.yaml.")


def code(parts: Iterable[str], separator: str = "") -> Code:
    """Pieces of code, joined."""
    return Code(separator.join(parts))


def written(value: object, place: tuple[str, ...]) -> str:
    """The value as it stands at a place: numbers and code as they are, strings through the place's functions, the innermost first.

    >>> written('say "hi"', ("yaml.value",)), written(3, ("yaml.value",)), written(Code("[a]"), ("yaml.value",))
    ('"say \\\\"hi\\\\""', '3', '[a]')
    """
    if isinstance(value, Code):
        return str(value)
    if not isinstance(value, str):
        return str(value)
    for name in place:
        value = PLACES[name](value)
    return value


# -- what several languages share ---------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """The text on one line, with every character that is not seen (line ends, bidirectional controls) written as its number.

    >>> one_line("a\\nb\\u202ec"), one_line("a b")
    ('a\\\\nb\\\\u202ec', 'a b')
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else _numbered(c) for c in text)


_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _numbered(character: str) -> str:
    number = ord(character)
    return _SHORT.get(character) or (f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}")


def _quotable(text: str, mark: str) -> str:
    """Backslashes and the quotation mark escaped, and every character that is not seen as its number."""
    return one_line(text.replace("\\", "\\\\").replace(mark, f"\\{mark}"))


def _seen(text: str, where: str) -> str:
    if not text.isprintable():
        raise Unwritable(f"{where} cannot hold a line break or a character that is not seen")
    return text


def _word(text: str) -> str:
    """A number, true, false, or a list of such; a dotted name."""
    if not _BARE.fullmatch(text):
        raise Unwritable("text stands where a file holds a number or a name")
    return text


def _alone(text: str) -> str:
    """Nothing: a line of a data file is no value."""
    if text:
        raise Unwritable("text stands where a file holds its own lines")
    return text


_BARE = re.compile(r"(?:true|false|True|False|-?\d+(?:\.\d+)?(?:, -?\d+(?:\.\d+)?)*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?", re.ASCII)

# -- YAML ---------------------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"(?:--?)?[A-Za-z0-9_/.][\w./@+:%=~,-]*(?: [\w./@+:%=~,-]+)*")
_PART = re.compile(r"[\w./@+:%=~,()*$-]*(?: [\w./@+:%=~,()*-]+)*")
_NOT_TEXT = re.compile(r"[-+.]?[0-9][0-9a-fA-F_.,:eExXoOTZtz+-]*|\.(?:inf|nan)|~|null|true|false|yes|no|on|off|y|n|nan|inf", re.IGNORECASE)
"""What some version of YAML reads as a number, a date, a truth value or nothing."""


def yaml_value(text: str) -> str:
    """A whole scalar: bare where every version of YAML reads it as that text, else between double quotes.

    >>> yaml_value("europe-west1"), yaml_value("on"), yaml_value("a: b"), yaml_value("2024-01-01")
    ('europe-west1', '"on"', '"a: b"', '"2024-01-01"')
    """
    plain = _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text) and ": " not in text and not text.endswith(":")
    return text if plain else f'"{yaml_double(text)}"'


def yaml_double(text: str) -> str:
    """What stands between double quotes."""
    return _quotable(text, '"')


def yaml_single(text: str) -> str:
    """What stands between single quotes, where there are no escapes."""
    return _seen(text, "a scalar in single quotes").replace("'", "''")


def yaml_part(text: str) -> str:
    """A part of a bare scalar: nothing that could end it."""
    if not _PART.fullmatch(text) or ": " in text or text.endswith(":"):
        raise Unwritable("a value with other characters than letters, digits, spaces and . _ / @ + = , ( ) - stands inside a bare scalar")
    return text


def yaml_block(text: str) -> str:
    """A part of a line of a block scalar."""
    return _seen(text, "a line of a block")


def workflow(text: str) -> str:
    """Anything in a workflow: GitHub evaluates what stands between these marks before any shell or YAML sees it."""
    if "${{" in text or "}}" in text:
        raise Unwritable("a workflow cannot hold the marks of its expressions as text")
    return text


# -- shell and Dockerfiles ----------------------------------------------------------------------------------------------------

_SHELL_PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


def shell_word(text: str) -> str:
    """A word or a part of one, quoted where the shell would read more than letters in it.

    >>> shell_word("deploy/app"), shell_word("my app"), shell_word("it's; id")
    ('deploy/app', "'my app'", "'it'\\\\''s; id'")
    """
    text = _seen(text, "a command")
    return text if _SHELL_PLAIN.fullmatch(text) else "'" + shell_single(text) + "'"


def shell_single(text: str) -> str:
    """What stands between single quotes of a shell."""
    return _seen(text, "a command").replace("'", "'\\''")


def shell_double(text: str) -> str:
    """What stands between double quotes of a shell; a history mark is none in a script."""
    return re.sub(r'([\\"$`])', r"\\\1", _seen(text, "a command"))


def dockerfile_word(text: str) -> str:
    """A word of an instruction other than RUN."""
    if not re.fullmatch(r"[\w@%+=:,./-]*", text, re.ASCII):
        raise Unwritable("a word of a Dockerfile holds other characters than letters, digits and @ % + = : , . / -")
    return text


def dockerfile_double(text: str) -> str:
    """What stands between double quotes of an instruction."""
    return re.sub(r'([\\"$])', r"\\\1", _seen(text, "a Dockerfile"))


# -- programming and configuration languages ----------------------------------------------------------------------------------


def string_double(text: str) -> str:
    """What stands between double quotes in Python, TOML and YAML.

    >>> string_double('a"b\\\\c\\u2028')
    'a\\\\"b\\\\\\\\c\\\\u2028'
    """
    return _quotable(text, '"')


def python_list(items: Iterable[str]) -> Code:
    """A list of strings in Python: `python_list(["/", "/a"])` is `["/", "/a"]`."""
    return Code("[" + ", ".join(f'"{string_double(item)}"' for item in items) + "]")


def script_double(text: str) -> str:
    """What stands between double quotes in JavaScript, which knows no eight-digit numbers of characters."""
    return json.dumps(text)[1:-1]


def script_list(items: Iterable[str]) -> Code:
    """A list of strings in JavaScript."""
    return Code("[" + ", ".join(f'"{script_double(item)}"' for item in items) + "]")


def string_single(text: str) -> str:
    """What stands between single quotes in Python and JavaScript."""
    return _quotable(text, "'")


def python_raw(text: str) -> str:
    """What stands in a raw string, where there are no escapes."""
    if '"' in text or "\\" in text:
        raise Unwritable("a raw string cannot hold quotation marks and backslashes")
    return _seen(text, "a raw string")


def hcl_double(text: str) -> str:
    """What stands between double quotes in HCL, the marks of its templates taken literally.

    >>> hcl_double('"${hi}" %{if}')
    '\\\\"$${hi}\\\\" %%{if}'
    """
    return _quotable(text, '"').replace("${", "$${").replace("%{", "%%{")


def script_comment(text: str) -> str:
    """Text in a comment of JavaScript, of either kind."""
    return one_line(text).replace("*/", "* /")


def setting_name(text: str) -> str:
    """The name of an environment variable in a file of settings."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise Unwritable("a file of settings holds names of letters, digits and _ only")
    return text


def setting_value(text: str) -> str:
    """A value in a file of settings; quoted as `edits.dotenv` does."""
    text = _seen(text, "a file of settings")
    if re.fullmatch(r"[\w./:@%+,=?&{}~-]*", text):
        return text
    return f"'{text}'" if "'" not in text else '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


def list_word(text: str) -> str:
    """A word of a list of code owners."""
    if not re.fullmatch(r"[^\s#\[\]!*?\\][^\s#]*", text) or not text.isprintable():
        raise Unwritable("a list of code owners holds names and addresses only")
    return text


# -- Markdown -----------------------------------------------------------------------------------------------------------------

_MARKS = re.compile(r"[\\`*\[\]<>|]|&(?=#?\w+;)|~(?=~)|(?<!\w)_|_(?!\w)|!(?=\[)")
_AT_START = re.compile(r"(?=[#>+=-](?:\s|$)|[-=]{2,}|~~~)|(?<=\d)(?=[.)](?:\s|$))")


def markdown(text: str) -> Code:
    """Text that Markdown shows as it is: no link, no markup, no HTML, no cell border.

    >>> markdown("#alerts"), markdown("a|b <i>"), markdown("first_last@example.org")
    ('#alerts', 'a\\\\|b \\\\<i\\\\>', 'first_last@example.org')
    """
    text = _MARKS.sub(lambda found: f"\\{found[0]}", one_line(text))
    return Code(_AT_START.sub(r"\\", text, count=1) if _AT_START.match(text) or re.match(r"\d+[.)](\s|$)", text) else text)


def markdown_code(text: str) -> str:
    """What stands between single backticks."""
    return one_line(text).replace("`", "'")


def cell(text: str) -> str:
    """A bar in a cell of a table would end it."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


PLACES: dict[str, Callable[[str], str]] = {
    "alone": _alone, "bare": _word, "comment": one_line, "line": one_line,
    "yaml.value": yaml_value, "yaml.double": yaml_double, "yaml.single": yaml_single, "yaml.part": yaml_part, "yaml.block": yaml_block,
    "workflow": workflow,
    "shell.word": shell_word, "shell.single": shell_single, "shell.double": shell_double,
    "dockerfile.word": dockerfile_word, "dockerfile.double": dockerfile_double,
    "string.double": string_double, "string.single": string_single, "script.double": script_double, "python.raw": python_raw,
    "hcl.double": hcl_double, "script.comment": script_comment,
    "setting.name": setting_name, "setting.value": setting_value, "list.word": list_word,
    "markdown.text": markdown, "markdown.code": markdown_code, "markdown.cell": cell,
}  # fmt: skip
"""Every kind of place by its name, as `prodify.places` gives it."""
