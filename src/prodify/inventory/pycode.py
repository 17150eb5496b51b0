"""All Python code of a repository: a lazy view over its files, parsed only where a wanted word occurs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Argument, Assignment, Call, Function, Note, Role
from prodify.inventory.globs import glob_test
from prodify.inventory.pymodule import PyModule, read_module
from prodify.inventory.syntax import CODE_ROLES, Need
from prodify.lazyre import Words, lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

    from prodify.inventory.syntax import Syntax
    from prodify.lazyre import Search

_IMPORT = lazy(r"^[ \t]*(?:from[ \t]+([\w.]+)|import[ \t]+([\w., \t]+))", re.MULTILINE)


class PythonCode:
    """Calls, assignments, functions and imports, found by resolved name.

    Names may hold `*`: `requests.*` (any function of the module), `*.execute` (a method of anything). `roles` limits to files of a role.
    """

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._modules: dict[str, PyModule | None] = {}
        self._import_lines: dict[str, dict[str, list[str]]] = {}
        self._importing: dict[tuple[tuple[str, ...], frozenset[Role]], tuple[str, ...]] = {}

    def module(self, path: str) -> PyModule | None:
        """The facts of one file, None when it cannot be read."""
        if path not in self._modules:
            root = self._syntax.tree(path, "python")
            self._modules[path] = read_module(path, root) if root is not None else None
        return self._modules[path]

    def modules(self, keywords: Iterable[str] = (), roles: Iterable[Role] = CODE_ROLES) -> Iterator[PyModule]:
        """Every file that holds one of the keywords (every file when there are none)."""
        for path in self._syntax.sources("python", keywords, roles):
            module = self.module(path)
            if module is not None:
                yield module

    def _holding(self, names: Iterable[str], roles: Iterable[Role], *, called: bool, where: Search | None = None) -> Iterator[PyModule]:
        """Every file that holds all the literal parts of one of the dotted names: without them none of it can be called there.

        `called`: the last part must be followed by a parenthesis, or stand in an import under another name.
        """
        paths: Iterable[str] = self._syntax.sources_needing("python", [_need(name, called=called) for name in names], roles)
        if isinstance(where, Words) and where.are_names:
            among, where = self._syntax.holding_words("python", where, roles), None
            paths = [path for path in paths if path in among]
        for path in paths:
            module = self.module(path) if where is None or where.search(self._syntax.text(path)) else None
            if module is not None:
                yield module

    def calls(self, *names: str, roles: Iterable[Role] = CODE_ROLES, where: Search | None = None) -> tuple[Call, ...]:
        """Calls whose resolved name matches one of `names`, by path and line; only files in whose text `where` occurs are parsed."""
        return tuple(self.each_call(*names, roles=roles, where=where))

    def each_call(self, *names: str, roles: Iterable[Role] = CODE_ROLES, where: Search | None = None) -> Iterator[Call]:
        """What `calls` finds, one by one, for those who need only the first."""
        wanted = glob_test(names)
        for module in self._holding(names, roles, called=True, where=where):
            yield from module.calls_where(wanted)

    def call_nodes(self, *names: str, roles: Iterable[Role] = CODE_ROLES, where: Search | None = None) -> Iterator[tuple[Call, SgNode]]:
        """What `each_call` finds, each call with its node."""
        wanted = glob_test(names)
        for module in self._holding(names, roles, called=True, where=where):
            yield from module.call_nodes(wanted)

    def assignments(self, *targets: str, roles: Iterable[Role] = CODE_ROLES) -> tuple[Assignment, ...]:
        """Assignments whose target, as written, matches one of `targets`."""
        words = [word for target in targets for word in _words(target)]
        wanted = glob_test(targets)
        return tuple(a for m in self.modules(words, roles) for a in m.assignments if wanted(a.target))

    def functions(self, *decorators: str, roles: Iterable[Role] = CODE_ROLES) -> tuple[Function, ...]:
        """Functions with a decorator whose resolved name matches one of `decorators`."""
        wanted = glob_test(decorators)
        modules = self._holding(decorators, roles, called=False)
        return tuple(f for m in modules for f in m.functions if any(wanted(d.name) for d in f.decorators))

    def importing(self, *modules: str, roles: Iterable[Role] = CODE_ROLES) -> Iterator[str]:
        """Files that import one of `modules` or something of it, told from their text: enough to know that no parse is needed."""
        # Every root of a repository asks for the same frameworks, and there may be as many roots as folders.
        key = (modules, frozenset(roles))
        known = self._importing.get(key)
        if known is None:
            known = self._importing[key] = tuple(self._find_importing(modules, key[1]))
        return iter(known)

    def _find_importing(self, modules: tuple[str, ...], roles: Iterable[Role]) -> Iterator[str]:
        heads = frozenset(name.partition(".")[0] for name in modules)
        below = tuple(name + "." for name in modules)
        for path in self._syntax.sources_needing("python", [_need(name, called=False) for name in modules], roles):
            names = self._imported(path)
            if any(name in modules or name.startswith(below) for head in heads & names.keys() for name in names[head]):
                yield path

    def import_lines(self, path: str) -> tuple[str, ...]:
        """The dotted names of modules on lines that look like imports, without a parse; those of a docstring among them."""
        return tuple(name for names in self._imported(path).values() for name in names)

    def _imported(self, path: str) -> dict[str, list[str]]:
        """The dotted names on the import lines of a file, by their first part."""
        known = self._import_lines.get(path)
        if known is None:
            known = self._import_lines[path] = {}
            for match in _IMPORT.finditer(self._syntax.text(path)):
                for name in [match[1]] if match[1] else [part.split()[0] for part in match[2].split(",") if part.strip()]:
                    known.setdefault(name.partition(".")[0], []).append(name)
        return known

    def imports(self, *modules: str, roles: Iterable[Role] = CODE_ROLES) -> tuple[Note, ...]:
        """Places that import one of `modules` or something of it."""
        return tuple(
            note
            for path in self.importing(*modules, roles=roles)
            if (m := self.module(path)) is not None
            for note in m.imported
            if any(note.note == name or note.note.startswith(name + ".") for name in modules)
        )

    def value_of(self, argument: Argument | None, call: Call) -> tuple[object, bool]:
        """The literal value of a call's argument and True, also through a name assigned once there or in its file; else (None, False)."""
        if argument is None:
            return None, False
        if argument.literal:
            return argument.value, True
        module = self.module(call.location.path)
        if module is None or not argument.text.isidentifier():
            return None, False
        local = [a for a in module.assignments if a.target == argument.text and a.function in (call.function, None)]
        return (local[0].value, True) if len(local) == 1 and local[0].literal else (None, False)

    def imports_in(self, path: str, *modules: str) -> bool:
        """Whether a file imports one of `modules` or something of it."""
        module = self.module(path)
        return module is not None and any(n.note == m or n.note.startswith(m + ".") for n in module.imported for m in modules)


def _need(name: str, *, called: bool) -> Need:
    """What stands in every file that can call the dotted name."""
    parts = tuple(part for part in name.split(".") if part and "*" not in part)
    return Need(parts, parts[-1] if parts and called and not name.endswith("*") else None)


def _words(pattern: str) -> list[str]:
    """The literal words of a target pattern, longest only: a file without it cannot match."""
    words = "".join(c if c.isalnum() or c == "_" else " " for c in pattern.replace("*", " ")).split()
    return [max(words, key=len)] if words else []
