"""Files that name commands: package.json scripts, Makefiles, justfiles, Taskfiles, tox.ini, noxfiles, pyproject tasks."""

from __future__ import annotations

import ast
import re
from dataclasses import field
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING

from prodify.inventory.pyexpr import parsed_module, written
from prodify.inventory.yamlview import load_all, load_json
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE = 4000
"""Characters of a logical line that are read; people's are far shorter."""
_FACTOR = lazy(r"^(?:py|pypy|python)(?:$|[\d.$-])|\$")
"""Environments of tox by interpreter: `py`, `py312`, `py3.12-min`, or a name that is known only when it runs."""
MAX_TASKS = 300
"""Tasks taken from one TOML file."""


@dataclass(slots=True)
class Target:
    """One target: its script lines with their line numbers, and the targets it depends on."""

    lines: list[tuple[str, int]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TargetFile:
    """The targets of one file, in order. `default` runs when none is named.

    `has_base`: every environment of tox that names only interpreters runs the commands of the nameless one.
    """

    path: str
    targets: dict[str, Target] = field(default_factory=dict)
    default: tuple[str, ...] = ()
    has_base: bool = False

    def scripts(self, name: str) -> list[tuple[str, int]]:
        """Script texts and lines of a target and of what it depends on; the default's for an empty name. A glob names several."""
        wanted = list(self.default) if not name else [t for t in self.targets if t == name or ("*" in name and fnmatchcase(t, name))]
        if not wanted and self.has_base and _FACTOR.match(name):
            wanted = [""]
        found: list[tuple[str, int]] = []
        seen: set[str] = set()
        while wanted and len(seen) < 100:
            target = wanted.pop(0)
            if target in seen or target not in self.targets:
                continue
            seen.add(target)
            found.extend(self.targets[target].lines)
            wanted.extend(self.targets[target].needs)
        return found


def read_target_file(path: str, text: str) -> TargetFile:
    """The targets of a file by its name; none for a file that cannot be read."""
    name = path.rpartition("/")[2].lower()
    if name == "package.json" or name in ("composer.json", "deno.json", "deno.jsonc"):
        return _json_scripts(path, text)
    if name in ("makefile", "gnumakefile") or name.endswith(".mk"):
        return _makefile(path, text)
    if "justfile" in name:
        return _justfile(path, text)
    if name.startswith("taskfile"):
        return _taskfile(path, text)
    if name == "noxfile.py":
        return _noxfile(path, text)
    if name.endswith((".ini", ".cfg")):
        return _tox_ini(path, text)
    return _toml_tasks(path, text) if name.endswith(".toml") else _makefile(path, text)


def _json_scripts(path: str, text: str) -> TargetFile:
    file = TargetFile(path)
    root = load_json(text, path)
    scripts = root.get("tasks" if "deno" in path else "scripts")
    for name, node in scripts.items() if scripts is not None else ():
        texts = [node] if node.kind == "scalar" else list(node)
        file.targets[name] = Target([(n.text.removeprefix("@"), n.line) for n in texts if n.kind == "scalar"])
    for name in list(file.targets):
        for hook in (f"pre{name}", f"post{name}"):
            if hook in file.targets:
                file.targets[name].needs.append(hook)
    return file


_RULE = lazy(r"^([A-Za-z0-9_./%$(){} -]+?)\s*::?(?!=)\s*([^=]*)$")
_MAKE_VARIABLE = lazy(r"^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:?+]?=\s*(.*)$")
_MAKE_REFERENCE = lazy(r"\$[({]([A-Za-z_][\w.-]*)[)}]")


def _makefile(path: str, text: str) -> TargetFile:
    file, variables = TargetFile(path), {"MAKE": "make"}
    current: list[Target] = []
    for number, line in _logical_lines(text):
        if line.startswith("\t"):
            command = _make_fill(line.strip().lstrip("@-+ "), variables)
            for target in current:
                target.lines.append((command, number))
        elif (assignment := _MAKE_VARIABLE.match(line)) is not None:
            variables[assignment.group(1)] = assignment.group(2).split(" #")[0].strip()[:MAX_LINE]
        elif line.strip() and not line.startswith((" ", "#")) and (rule := _RULE.match(line)) is not None:
            needs, _, inline = rule.group(2).split("#")[0].partition(";")
            names = rule.group(1).split()
            current = [file.targets.setdefault(name, Target()) for name in names if not name.startswith(".")]
            for target in current:
                target.needs.extend(needs.replace("|", " ").split())
                if inline.strip():
                    target.lines.append((_make_fill(inline.strip(), variables), number))
            if not file.default and current:
                file.default = (names[0],)
    return file


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a Makefile with continuations joined, and the number of the first; overlong ones are passed over."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        number, parts = index + 1, [lines[index].rstrip("\r")]
        index += 1
        while parts[-1].endswith("\\") and index < len(lines):
            parts[-1] = parts[-1][:-1]
            parts.append(lines[index].strip())
            index += 1
        line = " ".join(parts)
        if len(line) <= MAX_LINE:
            yield number, line


def _make_fill(text: str, variables: dict[str, str]) -> str:
    for _ in range(4):
        filled = _MAKE_REFERENCE.sub(lambda m: variables.get(m.group(1), ""), text)[:MAX_LINE]
        if filled == text:
            break
        text = filled
    return text.replace("$$", "$")


def _justfile(path: str, text: str) -> TargetFile:
    file, current = TargetFile(path), None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"^@?([A-Za-z_][\w-]*)((?:\s[^:=]++)?+)\s*+:(?!=)\s*(.*)$", line)
        if header is not None:
            current = file.targets.setdefault(header.group(1), Target())
            current.needs = re.findall(r"[A-Za-z_][\w-]*", header.group(3).split("#")[0])
            file.default = file.default or (header.group(1),)
        elif current is not None and line[:1] in (" ", "\t") and line.strip():
            current.lines.append((line.strip().lstrip("@-"), number))
        elif line.strip() and not line.startswith("#"):
            current = None
    return file


def _taskfile(path: str, text: str) -> TargetFile:
    file = TargetFile(path, default=("default",))
    docs = load_all(text, path)
    tasks = docs[0].get("tasks") if docs else None
    for name, node in tasks.items() if tasks is not None else ():
        target = file.targets[name] = Target()
        body = node.get("cmds") or node.get("cmd") if node.kind == "mapping" else node
        for item in ([body] if body.kind == "scalar" else list(body)) if body is not None else ():
            if item.kind == "scalar":
                target.lines.append((item.text, item.content_line))
            elif (command := item.get("cmd")) is not None:
                target.lines.append((command.text, command.content_line))
            elif (task := item.string("task")) is not None:
                target.needs.append(task)
        deps = node.get("deps") if node.kind == "mapping" else None
        target.needs += [d.text or (d.string("task") or "") for d in deps or ()]
    return file


def _tox_ini(path: str, text: str) -> TargetFile:
    file, section, key = TargetFile(path), "", ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"^\[([^\]]+)\]", line)
        if header is not None:
            section, key = header.group(1), ""
            continue
        entry = re.match(r"^([A-Za-z_]+)\s*=\s*(.*)$", line)
        if entry is not None:
            key = entry.group(1)
        if section.startswith("testenv") and key in ("commands", "commands_pre"):
            name = section.partition(":")[2]
            command = entry.group(2) if entry is not None else line.strip()
            command = re.sub(r"^[^:{}\s]+:\s+", "", command.lstrip("- ")).replace("{posargs}", "")
            if command and not command.startswith("#"):
                _add_line(file.targets.setdefault(name, Target()), command, number)
    file.default, file.has_base = tuple(file.targets), "" in file.targets
    return file


def _add_line(target: Target, command: str, number: int) -> None:
    """A line of a script; it continues the one before that ends in a backslash."""
    if target.lines and target.lines[-1][0].endswith("\\"):
        before, first = target.lines.pop()
        command, number = f"{before[:-1].rstrip()} {command}"[:MAX_LINE], first
    target.lines.append((command, number))


def _noxfile(path: str, text: str) -> TargetFile:
    """Sessions by their functions and by the names that decorators give them; helpers that sessions call are followed."""
    file, sessions = TargetFile(path), list[str]()
    tree = parsed_module(text)
    for function in tree.body if tree is not None else ():
        if isinstance(function, ast.FunctionDef):
            target = file.targets.setdefault(function.name, Target())
            _add_session(target, function)
            made = [d for d in function.decorator_list if written(d.func if isinstance(d, ast.Call) else d) in ("nox.session", "session")]
            names = [k.value.value for d in made if isinstance(d, ast.Call) for k in d.keywords
                     if k.arg == "name" and isinstance(k.value, ast.Constant) and isinstance(k.value.value, str)]  # fmt: skip
            file.targets.update(dict.fromkeys(names, target))
            sessions += (names or [function.name]) if made else []
        elif isinstance(function, ast.Assign) and written(function.targets[0]) == "nox.options.sessions":
            chosen = [n.value for n in ast.walk(function.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            file.default = tuple(chosen)
    file.default = tuple(name for name in file.default if name in file.targets) or tuple(sessions) or tuple(file.targets)
    return file


def _add_session(target: Target, function: ast.FunctionDef) -> None:
    """The commands that a function runs, each with its line, and the functions that it calls."""
    for call in sorted((n for n in ast.walk(function) if isinstance(n, ast.Call)), key=lambda n: (n.lineno, n.col_offset)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("run", "run_always"):
            words = [word for argument in call.args if (word := _word(argument))]
            if words:
                target.lines.append((" ".join(words)[:MAX_LINE], call.lineno))
        elif isinstance(call.func, ast.Name):
            target.needs.append(call.func.id)


def _word(argument: ast.expr) -> str:
    """A word of a command as it is written, empty for what is known only when it runs."""
    if isinstance(argument, ast.JoinedStr):
        return "".join(_word(part) for part in argument.values)
    if isinstance(argument, ast.FormattedValue):
        return f"{{{written(argument.value)}}}"
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _toml_tasks(path: str, text: str) -> TargetFile:
    """Tasks of poethepoet, taskipy, pdm, hatch and tox in a TOML file."""
    import tomllib

    file = TargetFile(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return file
    tool = data.get("tool", data)
    tool = tool if isinstance(tool, dict) else {}
    tables = [_table(tool, *keys) for keys in (("poe", "tasks"), ("taskipy", "tasks"), ("pdm", "scripts"), ("rye", "scripts"))]
    tables.append(_table(data, "tasks"))
    tables += [_table(env, "scripts") for env in _table(tool, "hatch", "envs").values() if isinstance(env, dict)]
    for table in tables:
        for name, body in islice(table.items(), MAX_TASKS):
            _toml_task(file, text, str(name), body)
    legacy = _table(tool, "tox").get("legacy_tox_ini")
    if isinstance(legacy, str):
        inner = _tox_ini(path, legacy)
        file.targets.update(inner.targets)
        file.default, file.has_base = inner.default, inner.has_base
    base = _table(data, "env_run_base") or _table(tool, "tox", "env_run_base")
    for name, env in {"": base, **_table(data, "env"), **_table(tool, "tox", "env")}.items():
        for command in env.get("commands", ()) if isinstance(env, dict) else ():
            if isinstance(command, list):
                words = " ".join(word for word in command if isinstance(word, str))
                file.targets.setdefault(name, Target()).lines.append((words, 1))
    file.has_base = file.has_base or bool(base)
    file.default = file.default or tuple(name for name in file.targets if name in ("", "py"))
    return file


def _table(data: object, *keys: str) -> dict[str, object]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _toml_task(file: TargetFile, text: str, name: str, body: object) -> None:
    found = re.search(rf"^[ \t]*[\"']?{re.escape(name)}[\"']?\s*=", text, re.MULTILINE)
    line = text.count("\n", 0, found.start()) + 1 if found is not None else 1
    if isinstance(body, dict):
        body = next((body[key] for key in ("cmd", "shell", "sequence", "composite", "chain") if key in body), None)
    target = file.targets.setdefault(name, Target())
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, str):
            target.lines.append((item, line))
            if isinstance(body, list):
                target.needs.append(item)
