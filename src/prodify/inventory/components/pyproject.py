"""What a Python root's manifests say: its name, package manager, runtime version, console scripts, whether it is a distribution."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from prodify.inventory.components.common import note_at
from prodify.inventory.placed import PlacedStr, line_at
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root

_SCRIPT = lazy(r"""["']?\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)""")
_IMAGE = lazy(r"^(?:docker\.io/)?(?:library/)?(?:[\w./-]*/)?python:(\d+(?:\.\d+)*)")
_UV_IMAGE = lazy(r"python(\d\.\d+)")


@dataclass(frozen=True, slots=True)
class PythonProject:
    """Facts of the manifests. `scripts` maps a console script to `module:function`; `distribution`: metadata to build and publish with."""

    name: str | None = None
    manager: str | None = None
    runtime: str | None = None
    scripts: Mapping[str, str] = field(default_factory=dict)
    distribution: bool = False
    library: bool = False
    application: bool = False


def table(data: object, *keys: str) -> dict[str, object]:
    """A nested table of parsed TOML or JSON, empty when something else stands there."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def read_toml(repo: Inventory, path: str) -> dict[str, object]:
    """A TOML file's content, empty when it is missing or malformed."""
    text = repo.files.text(path) if path in repo.files else None
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def read_project(repo: Inventory, layout: Layout, root: Root) -> PythonProject:
    """The facts of one root."""
    data = read_toml(repo, root.join("pyproject.toml"))
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    setup = (repo.files.text(root.join("setup.py")) or "") + "\n" + (repo.files.text(root.join("setup.cfg")) or "")
    name = project.get("name") or poetry.get("name") or _setup_name(setup)
    scripts = {str(k): str(v) for k, v in {**table(poetry, "scripts"), **table(project, "scripts")}.items()} | _setup_scripts(setup)
    classifiers = " ".join(str(c) for c in _list(project.get("classifiers")) + _list(poetry.get("classifiers"))) + setup
    built = bool(name) and ("build-system" in data or "setup(" in setup or "[metadata]" in setup)
    return PythonProject(
        name=str(name) if name else None,
        manager=_manager(repo, layout, root, data),
        runtime=_runtime(repo, root, data, setup),
        scripts=scripts,
        distribution=built and poetry.get("package-mode") is not False,
        library="Software Development :: Libraries" in classifiers,
        application="Environment :: Console" in classifiers,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _setup_name(text: str) -> str | None:
    match = re.search(r"""^\s*name\s*=\s*["']?([A-Za-z][\w.-]*)["']?,?\s*$""", text, re.MULTILINE) or re.search(
        r"""\bsetup\(\s*name\s*=\s*["']([A-Za-z][\w.-]*)["']""", text
    )
    return match[1] if match else None


def _setup_scripts(text: str) -> dict[str, str]:
    start = text.find("console_scripts")
    if start < 0:
        return {}
    block = re.split(r"\n\s*\n|\]", text[start : start + 3000], maxsplit=1)[0]
    return {match[1]: match[2] for match in _SCRIPT.finditer(block.partition("console_scripts")[2])}


def _manager(repo: Inventory, layout: Layout, root: Root, data: dict[str, object]) -> str | None:
    """The package manager: by lock file, then by tool table, then by the manifest that is there."""
    names = {path.rpartition("/")[2] for path in layout.own_files(root)}
    for lock, manager in (
        ("uv.lock", "uv"),
        ("poetry.lock", "poetry"),
        ("Pipfile.lock", "pipenv"),
        ("pdm.lock", "pdm"),
        ("pixi.lock", "pixi"),
    ):
        if lock in names:
            return PlacedStr(manager, Location(root.join(lock), 1))
    tools, own = table(data, "tool"), root.join("pyproject.toml")
    for tool in ("uv", "poetry", "pdm"):
        if tool in tools and tool in ("poetry", "pdm"):
            return PlacedStr(tool, note_at(repo, own, f"[tool.{tool}", "").location)
    if "Pipfile" in names:
        return PlacedStr("pipenv", Location(root.join("Pipfile"), 1))
    if root.path != "." and "uv.lock" in repo.files and own in repo.files:
        return PlacedStr("uv", Location("uv.lock", 1))
    manifests = {path.rpartition("/")[2] for path in root.manifests}
    if manifests & {"environment.yml", "environment.yaml"} and not any(
        m.startswith("requirements") or m == "pyproject.toml" for m in manifests
    ):
        return PlacedStr("conda", Location(root.manifests[0], 1))
    if table(tools, "uv"):
        return PlacedStr("uv", note_at(repo, own, "[tool.uv", "").location)
    return PlacedStr("pip", Location(_first(root), 1)) if manifests else None


def _first(root: Root) -> str:
    """The manifest that pip reads before others."""
    return next((m for m in root.manifests if m.endswith("requirements.txt")), root.manifests[0])


def _runtime(repo: Inventory, root: Root, data: dict[str, object], setup: str) -> str | None:
    """The Python version that the repository asks for: the file that pins it, the image, then the range."""
    for base in dict.fromkeys((root, type(root)("."))):
        for name, pattern in (
            (".python-version", r"^\s*(?:python-|cpython-)?(\d[\w.]*)"),
            ("runtime.txt", r"^\s*python-(\d[\w.]*)"),
            (".tool-versions", r"^python\s+(\S+)"),
            ("mise.toml", r"""^python\s*=\s*["'](\d[\w.]*)"""),
        ):
            text = repo.files.text(base.join(name)) if base.join(name) in repo.files else None
            if text and (match := re.search(pattern, text, re.MULTILINE)):
                return PlacedStr(match[1], Location(base.join(name), line_at(text, match.start(1))))
    for image in sorted(repo.dockerfiles, key=lambda d: (not d.path.startswith("" if root.path == "." else root.path + "/"), d.path)):
        if root.path != "." and not image.path.startswith(root.path + "/"):
            continue
        for base_image in image.base_images:
            text = base_image.text
            if (match := _IMAGE.match(text)) or ("uv" in text and (match := _UV_IMAGE.search(text))):
                return PlacedStr(match[1], base_image.location)
    project, poetry = table(data, "project"), table(data, "tool", "poetry", "dependencies")
    declared = project.get("requires-python") or poetry.get("python")
    if isinstance(declared, str) and "{{" not in declared:
        key = "requires-python" if project.get("requires-python") else "python"
        return PlacedStr(declared, note_at(repo, root.join("pyproject.toml"), key, "").location)
    match = re.search(r"""python_requires\s*=\s*["']?([^"'\n,)]+)""", setup)
    if match:
        names = [root.join(name) for name in ("setup.py", "setup.cfg")]
        home = next((path for path in names if "python_requires" in (repo.files.text(path) or "")), names[0])
        return PlacedStr(match[1].strip(), note_at(repo, home, "python_requires", "").location)
    pipfile = re.search(r"""^python_(?:full_)?version\s*=\s*["']([^"']+)""", repo.files.text(root.join("Pipfile")) or "", re.MULTILINE)
    if pipfile is None or "{{" in pipfile[1]:
        return None
    return PlacedStr(pipfile[1], note_at(repo, root.join("Pipfile"), pipfile[0].strip(), "").location)
