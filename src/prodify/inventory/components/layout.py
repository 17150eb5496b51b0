"""Where components are: directories that hold a manifest, an image or code, and which of them a file belongs to."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory.files import FileIndex

MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "python": (
        "requirements*.txt",
        "requirements.in",
        "requirement.txt",
        "req.txt",
        "reqs.txt",
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "Pipfile",
        "environment.yml",
        "environment.yaml",
    ),
    "javascript": ("package.json", "deno.json", "deno.jsonc"),
    "go": ("go.mod",),
    "java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "ruby": ("Gemfile",),
    "rust": ("Cargo.toml",),
    "php": ("composer.json",),
    "csharp": ("*.csproj", "*.fsproj"),
}
"""Files that make a directory a component's root, by ecosystem."""

REQUIREMENTS_DIRS = frozenset(("requirements", "reqs", "deps", "dependencies"))
"""Directories of requirements files; the component is their parent."""

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "python": (".py", ".ipynb"),
    "javascript": (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".vue", ".svelte", ".astro"),
    "go": (".go",),
    "java": (".java", ".kt", ".scala", ".groovy"),
    "ruby": (".rb", ".ru"),
    "rust": (".rs",),
    "php": (".php",),
    "csharp": (".cs", ".fs"),
}
_NO_ROOT = frozenset((".github", ".devcontainer", ".circleci", ".gitlab", ".vscode", ".claude", ".agents"))
_WITHOUT_MANIFEST = frozenset(("python", "php"))
"""Ecosystems whose programs are often committed without any manifest."""
_SERVER = lazy(r"""\b(?:require\(\s*|from\s+|import\s+)["'](?:express|fastify|koa|restify|polka|hapi|@hapi/hapi|connect|hono)["']""")
"""A server of JavaScript that was committed without its package.json; scripts of pages are no program of their own."""
_PYPROJECT_MARKS = ("[project]", "[tool.poetry", "[build-system]", "[tool.pdm", "[tool.flit")
_SETUP_MARKS = ("setuptools", "distutils", "skbuild")


@dataclass(frozen=True, slots=True)
class Root:
    """A directory ("." for the repository's own) in which an ecosystem's component may live, and the manifests that say so."""

    path: str
    manifests: tuple[str, ...] = ()

    def relative(self, path: str) -> str:
        """A repository path as seen from the root.

        >>> Root("backend").relative("backend/app.py")
        'app.py'
        """
        return path if self.path == "." else path[len(self.path) + 1 :]

    def join(self, name: str) -> str:
        """The repository path of a name in the root."""
        return name if self.path == "." else f"{self.path}/{name}"

_COPIED = lazy(r"^[ \t]*(?:COPY|ADD)[ \t]+((?:[^\\\n]|\\\n)+)", re.MULTILINE)
_INSTALLED = lazy(r"(?:-r|--requirement)[ =]*(\S+)")
_IMPORTED = lazy(r"^\s*+(?:from|import)\s++([^\s.]++)[.\s]", re.MULTILINE)


class Layout:
    """Roots and their files, one ecosystem at a time. A file belongs to the deepest root of its ecosystem that holds it."""

    def __init__(self, files: FileIndex) -> None:
        self.files = files

    def roots(self, ecosystem: str) -> tuple[Root, ...]:
        """The ecosystem's roots, sorted by path."""
        return tuple(sorted(self._roots(ecosystem).values(), key=lambda r: r.path))

    def sources(self, ecosystem: str, root: Root) -> tuple[str, ...]:
        """Production source files of the root that no deeper root claims."""
        return self._claims[ecosystem].get(root.path, ())

    def own_files(self, root: Root) -> Iterator[str]:
        """Every file that stands in the root's directory itself."""
        return iter(self._by_directory.get(root.path, ()))

    @cached_property
    def _by_directory(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files.entries:
            found.setdefault(path.rpartition("/")[0] or ".", []).append(path)
        return found

    @cached_property
    def _claims(self) -> dict[str, dict[str, tuple[str, ...]]]:
        claims: dict[str, dict[str, tuple[str, ...]]] = {}
        for ecosystem in MANIFESTS:
            roots = self._roots(ecosystem)
            found: dict[str, list[str]] = {path: [] for path in roots}
            for path in self._code(ecosystem):
                owner = _owner(path, roots)
                if owner is not None:
                    found[owner].append(path)
            claims[ecosystem] = {path: tuple(names) for path, names in found.items()}
        return claims

    @cached_property
    def _by_suffix(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, role in self.files.roles.items():
            if role is Role.PRODUCTION:
                name = path.rpartition("/")[2]
                found.setdefault("." + name.rpartition(".")[2] if "." in name else "", []).append(path)
        return found

    def _code(self, ecosystem: str) -> list[str]:
        return sorted(
            path for suffix in _SUFFIXES[ecosystem] for path in self._by_suffix.get(suffix, ()) if not _NO_ROOT & set(path.split("/")[:-1])
        )

    @cached_property
    def _root_cache(self) -> dict[str, dict[str, Root]]:
        return {}

    def _roots(self, ecosystem: str) -> dict[str, Root]:
        if ecosystem not in self._root_cache:
            self._root_cache[ecosystem] = self._find_roots(ecosystem)
        return self._root_cache[ecosystem]

    def _find_roots(self, ecosystem: str) -> dict[str, Root]:
        found: dict[str, list[str]] = {}
        for path in self.files.select(*MANIFESTS[ecosystem], roles=(Role.PRODUCTION,)):
            directory, _, name = path.rpartition("/")
            if _NO_ROOT & set(directory.split("/")) or not self._declares(path, name):
                continue
            found.setdefault(_home(directory), []).append(path)
        if ecosystem == "python":
            for path in self.files.select("requirements/*.txt", "*/requirements/*.txt", roles=(Role.PRODUCTION,)):
                found.setdefault(_home(path.rpartition("/")[0]), []).append(path)
        code = self._code(ecosystem)
        for path in self.files.select("Dockerfile*", "*.Dockerfile", "Containerfile", roles=(Role.PRODUCTION,)):
            directory = path.rpartition("/")[0]
            if not directory or directory in found or _NO_ROOT & set(directory.split("/")):
                continue
            if any(p.startswith(directory + "/") for p in code) and not self._packs_more(path, directory, MANIFESTS[ecosystem]):
                found.setdefault(directory, [])
        if ecosystem == "javascript" and not self.files.select("package.json"):
            texts = ((path, self.files.text(path) or "") for path in code)
            found |= {_home_of_server(path): [] for path, text in texts if ".listen(" in text and _SERVER.search(text)}
        orphans = _Orphans(self.files, code)
        for path in code if ecosystem in _WITHOUT_MANIFEST else ():
            if _owner(path, found) is None:
                found.setdefault(orphans.home(path), [])
        return {path: Root(path, tuple(sorted(names))) for path, names in found.items()}

    def _packs_more(self, path: str, directory: str, manifests: tuple[str, ...]) -> bool:
        """Whether an image is built from a directory above: it copies or installs a manifest that lies there and not beside it."""
        text = self.files.text(path) or ""
        used = {word.removeprefix("./") for line in (*_COPIED.findall(text), *_INSTALLED.findall(text)) for word in line.split()}
        names = {word for word in used if any(fnmatchcase(word, pattern) for pattern in manifests) and "/" not in word}
        above = [directory.rsplit("/", n)[0] for n in range(1, directory.count("/") + 1)]
        return any(
            f"{directory}/{name}" not in self.files and any((f"{up}/{name}" if up else name) in self.files for up in [*above, ""])
            for name in names
        )

    def _declares(self, path: str, name: str) -> bool:
        """Whether a manifest declares a project: a pyproject.toml or setup.cfg that only configures tools does not."""
        if name == "pyproject.toml":
            return any(mark in (self.files.text(path) or "") for mark in _PYPROJECT_MARKS)
        if name == "setup.cfg":
            return "[metadata]" in (self.files.text(path) or "")
        if name == "setup.py":  # a program that sets something up may bear the same name
            return any(mark in (self.files.text(path) or "") for mark in _SETUP_MARKS)
        return True


_FEW = 8


class _Orphans:
    """Homes for code without any manifest. There may be as many as folders, so what they share is found once."""

    def __init__(self, files: FileIndex, code: list[str]) -> None:
        self._files = files
        self._code = code
        self._asked: dict[str, bool] = {}

    def home(self, path: str) -> str:
        """The repository itself when code lies at its root, in one directory only or in an importable package; else the first directory.

        A Django project is imported from the directory of its manage.py, often below a package of the same name.
        """
        top = path.split("/", 1)[0]
        if "/" not in path or self._at_root:
            return "."
        package = f"{top}/__init__.py" in self._files or (path.endswith(".py") and self._is_imported(top))
        return top if f"{top}/manage.py" in self._files or not (self._alone or package) else "."

    @cached_property
    def _at_root(self) -> bool:
        return any("/" not in other for other in self._code)

    @cached_property
    def _alone(self) -> bool:
        """Whether code lies in one directory and there is no manifest at all."""
        tops = {other.split("/", 1)[0] for other in self._code if "/" in other}
        manifests = (m for names in MANIFESTS.values() for m in names)
        return len(tops) == 1 and not self._files.select(*manifests, roles=(Role.PRODUCTION,))

    def _is_imported(self, top: str) -> bool:
        """Whether code imports a directory; where few are asked for, only the texts that hold its name are looked at closely."""
        known = self._asked.get(top)
        if known is None:
            texts = (self._files.text(path) or "" for path in self._code)
            if len(self._asked) < _FEW:
                known = any(top in text and top in _IMPORTED.findall(text) for text in texts)
            else:
                known = top in self._imported
            self._asked[top] = known
        return known

    @cached_property
    def _imported(self) -> frozenset[str]:
        """The first names of what code imports: directories among them are packages without a marker file."""
        return frozenset(name for path in self._code for name in _IMPORTED.findall(self._files.text(path) or ""))


def _home_of_server(path: str) -> str:
    directory = path.rpartition("/")[0]
    return (directory.rpartition("/")[0] if directory.rpartition("/")[2] == "src" else directory) or "."


def _home(directory: str) -> str:
    parent, _, last = directory.rpartition("/")
    return (parent if last in REQUIREMENTS_DIRS else directory) or "."


def _owner(path: str, roots: Mapping[str, object]) -> str | None:
    """The deepest root that holds a path."""
    directory = path.rpartition("/")[0]
    while directory:
        if directory in roots:
            return directory
        directory = directory.rpartition("/")[0]
    return "." if "." in roots else None
