"""Where in a file a variable of a template stands: in a string, a comment, a word of a command, a scalar, running text.

The template's own text tells it, as in contextual escaping of HTML: what stands before the variable is read as the language of the
file, which the template's name gives, other variables being letters. Branches of a template are read one after the other; each leaves
the strings as it found them.
"""

from __future__ import annotations

import re

VARIABLE = "\ue000"
"""Stands for a variable in text that is read."""

Place = tuple[str, ...]

_LANGUAGES = {
    ".yml": "yaml", ".yaml": "yaml", ".md": "markdown", ".py": "python", ".tf": "hcl", ".hcl": "hcl", ".js": "javascript", ".sh": "shell",
    ".toml": "toml", "Dockerfile": "dockerfile", "env.example": "settings", "CODEOWNERS": "owners", ".rego": "rego",
}  # fmt: skip
_WORKFLOWS = re.compile(r"^(ci/(ci|deploy|policy|login-\w+)|security/security)\.yml$")
_SCRIPTS = ("run", "script", "command")
"""Keys whose block is a script of a shell."""


def place_of(template: str, before: str, after: str) -> Place:
    """The place after `before` and in front of `after`, the rest of the line; innermost language first.

    >>> place_of("x.yaml", "name: ", ""), place_of("x.yaml", "name: ", "-web"), place_of("x.py", 'a = "', '"')
    (('yaml.value',), ('yaml.part',), ('string.double',))
    """
    language = next((name for ending, name in _LANGUAGES.items() if template.endswith(ending)), "")
    line = before.rpartition("\n")[2]
    if language == "yaml":
        found = _yaml(before, line, after)
        return (*found, "workflow") if _WORKFLOWS.match(template) else found
    if language == "markdown":
        return _markdown(before, line)
    if language == "python":
        return _python(before)
    if language == "javascript":
        return _script(before)
    if language == "dockerfile":
        return _dockerfile(before, line)
    return _by_line(language, line, after)


def _by_line(language: str, line: str, after: str) -> Place:
    """Languages in which no string goes over a line's end."""
    if language == "shell":
        return _shell(line)
    state = quotation(line)
    if language == "settings":
        if not line and not after:
            return ("alone",)
        named = re.fullmatch(r"(?:# )?", line) is not None and after.startswith("=")
        return ("setting.name",) if named else ("setting.value",) if "=" in line else ("comment",)
    if state == "#":
        return ("comment",)
    if language == "owners":
        return ("list.word",)
    if language == "hcl":
        return ("hcl.double",) if state == '"' else ("bare",)
    return ("string.double",) if state == '"' else ("bare",)


def quotation(line: str, *, backslash: bool = True) -> str:
    """The quotation mark that is open at the end of a line, "#" inside a comment, else nothing."""
    state, at = "", 0
    while at < len(line):
        char = line[at]
        if state and char == "\\" and (state == '"' and backslash):
            at += 1
        elif state and char == state:
            state = ""
        elif not state and char in "\"'":
            state = char
        elif not state and char == "\\" and backslash:
            at += 1
        elif not state and char == "#" and (at == 0 or line[at - 1].isspace()):
            return "#"
        at += 1
    return state


def _shell(line: str) -> Place:
    return {"": ("shell.word",), "'": ("shell.single",), '"': ("shell.double",), "#": ("comment",)}[quotation(line)]


# -- YAML ---------------------------------------------------------------------------------------------------------------------

_BLOCK = re.compile(r"^( *)(?:- )?(?:([\w./-]+): )?[|>][-+]?$")
_SCALAR = re.compile(r"^[ ]*(?:- )*(?:[\w./\ue000-]+: )?(.*)$")


def _yaml(before: str, line: str, after: str) -> Place:
    key = _open_block(before)
    if key is not None:
        return (*_shell(line), "yaml.block") if key in _SCRIPTS else ("yaml.block",)
    scalar = _SCALAR.match(line)
    inside = scalar[1] if scalar else line
    state = _yaml_quotation(inside)
    if state == "#":
        return ("comment",)
    if state:
        return ("yaml.double",) if state == '"' else ("yaml.single",)
    if line.rpartition("run: ")[1] and re.fullmatch(r" *(?:- )?run: ", line[: line.index("run: ") + 5]):
        return (*_shell(inside), "yaml.part")
    rest = re.sub(r"\s+#.*$", "", after)
    if not line.strip() and not rest:
        return ("alone",)
    whole = not inside and (not rest or rest == ":" or rest.startswith(": "))
    in_list = re.fullmatch(r"\[(?:.*, )?", inside) is not None and re.match(r"\]|, ", after) is not None
    return ("yaml.value",) if whole or in_list else ("yaml.part",)


def _open_block(before: str) -> str | None:
    """The key of the block scalar that the last line stands in, None for none."""
    lines = before.split("\n")
    indent = len(lines[-1]) - len(lines[-1].lstrip(" "))
    for line in reversed(lines[:-1]):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip(" "))
        if depth < indent:
            found = _BLOCK.match(line)
            if found:
                return found[2] or ""
            indent = depth
    return None


def _yaml_quotation(scalar: str) -> str:
    """As `quotation`: in YAML a mark opens a string only where a scalar begins, so that the apostrophe of a word is none."""
    state, at = "", 0
    while at < len(scalar):
        char = scalar[at]
        if state == '"' and char == "\\":
            at += 1
        elif state and char == state:
            state = ""
        elif not state and char in "\"'" and (at == 0 or scalar[at - 1] in " [{,"):
            state = char
        elif not state and char == "#" and (at == 0 or scalar[at - 1].isspace()):
            return "#"
        at += 1
    return state


# -- code ---------------------------------------------------------------------------------------------------------------------

_PYTHON = re.compile(r'#[^\n]*|([rRbBfF]*)("""|\'\'\'|"|\')')
_SCRIPT = re.compile(r"//[^\n]*|/\*|[\"'`]|/(?![/*\s])(?:\\.|[^/\n\\])+/")


def _python(text: str) -> Place:
    at = 0
    while (found := _PYTHON.search(text, at)) is not None:
        if found[2] is None:
            if found.end() == len(text):
                return ("comment",)
            at = found.end()
            continue
        end = _end_of(text, found.end(), found[2])
        if end is None:
            return ("python.raw",) if "r" in found[1].lower() else ("string.double",) if '"' in found[2] else ("string.single",)
        at = end
    return ("bare",)


def _script(text: str) -> Place:
    at = 0
    while (found := _SCRIPT.search(text, at)) is not None:
        mark = found[0]
        if mark.startswith("//"):
            if found.end() == len(text):
                return ("script.comment",)
            at = found.end()
        elif mark == "/*":
            end = text.find("*/", found.end())
            if end < 0:
                return ("script.comment",)
            at = end + 2
        elif mark.startswith("/"):
            at = found.end()
        else:
            after = _end_of(text, found.end(), mark)
            if after is None:
                return {'"': ("script.double",), "'": ("string.single",), "`": ("bare",)}[mark]
            at = after
    return ("bare",)


def _end_of(text: str, at: int, mark: str) -> int | None:
    """Where the string that is open at `at` ends, None when it does not."""
    found = re.compile(rf"(?:\\.|(?!{mark}).)*?{mark}", re.DOTALL).match(text, at)
    return found.end() if found else None


def _dockerfile(before: str, line: str) -> Place:
    lines = before.split("\n")
    start = len(lines) - 1
    while start > 0 and lines[start - 1].endswith("\\"):
        start -= 1
    if line.lstrip().startswith("#"):
        return ("comment",)
    if lines[start].startswith("RUN "):
        return _shell(line)
    return ("dockerfile.double",) if quotation(line) == '"' else ("dockerfile.word",)


# -- text ---------------------------------------------------------------------------------------------------------------------

_FENCE = re.compile(r"^\s*```(\w*)", re.MULTILINE)


def _markdown(before: str, line: str) -> Place:
    fences = _FENCE.findall(before.rpartition("\n")[0])
    if len(fences) % 2:
        return _shell(line) if fences[-1] == "sh" else ("line",)
    inside = "markdown.code" if line.count("`") % 2 else "markdown.text"
    return (inside, "markdown.cell") if line.startswith("|") else (inside,)
