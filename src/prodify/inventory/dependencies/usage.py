"""How the imports of Python code agree with what its manifests declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.dependencies.importnames import IMPLICIT
from prodify.inventory.dependencies.model import normalised
from prodify.inventory.dependencies.names import STDLIB, distributions_of, is_declared, modules_of
from prodify.inventory.facts import Note, Role
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Dependency, ManifestFile
    from prodify.inventory.pymodule import PyModule

_WORD = lazy(r"[A-Za-z_][\w-]*")
_MAX_WORDS = 30_000_000
_TOOL_FILES = frozenset(
    "setup.py noxfile.py conftest.py fabfile.py tasks.py dodo.py SConstruct versioneer.py gunicorn.conf.py manage.py".split()
)
_OPTIONAL = lazy(r"\b(ImportError|ModuleNotFoundError|Exception)\b|except\s*:")
_CONDITION = lazy(r"TYPE_CHECKING|sys\.version|sys\.platform|platform\.|os\.name|find_spec|hexversion|PY2|PY3")


def python_manifests(repo: Inventory) -> dict[str, list[ManifestFile]]:
    """Declaring Python manifests by directory."""
    found: dict[str, list[ManifestFile]] = {}
    for manifest in repo.manifests:
        if not manifest.lock and getattr(manifest, "ecosystem", "pypi") == "pypi":
            found.setdefault(manifest.component, []).append(manifest)
    return found


def undeclared(repo: Inventory) -> tuple[Note, ...]:
    """Modules that production code imports and that no manifest above it declares; one note a module and component, at the first import."""
    manifests = python_manifests(repo)
    if not manifests:
        return ()
    first_party = _first_party(repo)
    found: dict[tuple[str, str], Note] = {}
    declared_above: dict[str, set[str]] = {}
    for path in repo.syntax.sources("python", (), (Role.PRODUCTION,)):
        if path.rpartition("/")[2] in _TOOL_FILES:
            continue
        groups = _above(path, manifests)
        if not groups or any(getattr(m, "problem", None) for group in groups for m in manifests[group]):
            continue
        declared = declared_above.get(groups[0])
        if declared is None:
            declared = declared_above[groups[0]] = _declared(groups, manifests)
        suspects = [n for n in repo.python.import_lines(path) if _is_third_party(n, first_party) and not is_declared(n, declared)]
        module = repo.python.module(path) if suspects else None  # parsed only where the text already says so
        if module is None:
            continue
        optional: frozenset[int] | None = None
        for note in module.imported:
            key = (groups[0], distributions_of(note.note)[0])
            if key in found or not _is_third_party(note.note, first_party) or is_declared(note.note, declared):
                continue
            optional = _optional_lines(repo, module) if optional is None else optional
            if note.location.line not in optional:
                found[key] = Note(note.location, key[1])
    return tuple(sorted(found.values(), key=lambda n: (n.location.path, n.location.line or 0)))


def _declared(groups: list[str], manifests: dict[str, list[ManifestFile]]) -> set[str]:
    """The normalised names of what manifests in these directories declare, and of the projects themselves."""
    found = {normalised(d.name) for group in groups for m in manifests[group] for d in m.dependencies}
    return found | {normalised(name) for group in groups for m in manifests[group] if (name := getattr(m, "project", None))}


def _above(path: str, manifests: dict[str, list[ManifestFile]]) -> list[str]:
    """Directories with manifests at or above a file, nearest first."""
    parts = path.split("/")[:-1]
    candidates = ["/".join(parts[:n]) or "." for n in range(len(parts), -1, -1)]
    return [directory for directory in candidates if directory in manifests]


def _first_party(repo: Inventory) -> frozenset[str]:
    """Names that the repository's own Python files and packages have."""
    names: set[str] = set()
    for path, entry in repo.files.entries.items():
        if path.endswith((".py", ".pyx", ".pyi", ".so", ".ipynb")) and entry.role != Role.VENDORED:
            parts = path.split("/")
            names.update(parts[:-1])
            names.add(parts[-1].partition(".")[0])
    return frozenset(names)


def _is_third_party(module: str, first_party: frozenset[str]) -> bool:
    head = module.partition(".")[0]
    generated = head.endswith(("_pb2", "_pb2_grpc")) or head in ("_version", "setuptools", "pkg_resources")
    return bool(head) and not module.startswith(".") and head not in STDLIB and head not in first_party and not generated


def _optional_lines(repo: Inventory, module: PyModule) -> frozenset[int]:
    """Lines of imports that stand in `try` with a handler for their failure, or under a condition on versions, platforms or types."""
    root = repo.syntax.tree(module.path, "python")
    nodes = [
        node for kind in ("import_statement", "import_from_statement") for node in (root.find_all(kind=kind) if root is not None else ())
    ]
    return frozenset(node.range().start.line + 1 for node in nodes if any(_guards(ancestor) for ancestor in node.ancestors()))


def _guards(ancestor: SgNode) -> bool:
    kind = ancestor.kind()
    if kind == "try_statement":
        return any(c.kind() == "except_clause" and _OPTIONAL.search(c.text().partition("\n")[0]) is not None for c in ancestor.children())
    if kind == "except_clause":
        return True
    if kind == "if_statement":
        condition = ancestor.field("condition")
        return condition is not None and _CONDITION.search(condition.text()) is not None
    return False


def unused(repo: Inventory) -> tuple[Dependency, ...]:
    """Production dependencies that nothing imports or names. Frozen lists, which hold what others need, are left out."""
    used = {name for path in repo.syntax.sources("python", (), tuple(Role)) for name in repo.python.import_lines(path)}
    prefixes = {".".join(name.split(".")[:count]) for name in used for count in range(1, name.count(".") + 2)}
    candidates = []
    for manifest in (m for group in python_manifests(repo).values() for m in group):
        listed = [d for d in manifest.dependencies if not d.dev]
        if getattr(manifest, "compiled", False) or _is_frozen(listed):
            continue
        for dependency in listed:
            name = normalised(dependency.name)
            implicit = name in IMPLICIT or name.startswith(("types-", "pytest", "opentelemetry-")) or name.endswith("-stubs")
            if not implicit and not prefixes.intersection(modules_of(dependency.name)):
                candidates.append(dependency)
    words = _words(repo) if candidates else set()
    return tuple(d for d in candidates if not words.intersection(_spellings(d)))


def _is_frozen(listed: list[Dependency]) -> bool:
    """Whether a list looks like the output of `pip freeze`: long, and nearly all of it exact."""
    return len(listed) > 8 and sum(d.pin == "exact" for d in listed) >= 0.8 * len(listed)


def _spellings(dependency: Dependency) -> set[str]:
    heads = {module.lower() for module in modules_of(dependency.name) if "." not in module}
    return {dependency.name.lower(), normalised(dependency.name), normalised(dependency.name).replace("-", "_")} | heads


def _words(repo: Inventory) -> set[str]:
    """Every word that settings, scripts, notebooks and container files hold, lower case."""
    patterns = ("*.py", "*.ipynb", "*.sh", "*.toml", "*.cfg", "*.ini", "*.yml", "*.yaml", "Procfile", "Dockerfile*", "Makefile", "justfile")
    manifests = {m.path for m in repo.manifests}
    found: set[str] = set()
    size = 0
    for path in repo.files.select(*patterns):
        text = repo.files.text(path) if path not in manifests else None
        if text is not None and size < _MAX_WORDS:
            size += len(text)
            found.update(word.lower() for word in set(_WORD.findall(text)))
    return found
