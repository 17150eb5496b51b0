"""What all tests of recipes share: small repositories, the rendering of recipes in memory, and golden folders."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prodify.api import Edit, File, Overview, Placed
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes import all_recipes

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "where2eat-prototype"
GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("PRODIFY_UPDATE_GOLDEN") == "1"

SMALL_FLASK = {
    "app.py": (
        "import os\n\nfrom flask import Flask, jsonify, redirect\n\napp = Flask(__name__)\n"
        'app.secret_key = os.environ["SECRET_KEY"]\n\n\n'
        '@app.route("/")\ndef index():\n    return "hello"\n\n\n'
        '@app.route("/items/<int:item_id>", methods=["GET", "POST"])\ndef item(item_id):\n    return jsonify({"id": item_id})\n\n\n'
        '@app.route("/old")\ndef old():\n    return redirect("/")\n'
    ),
    "requirements.txt": "flask==3.1.3\n",
    "README.md": "# Small\n\nA small service.\n",
}

RenderTree = Callable[[Iterable[str], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]


def commit_all(root: Path) -> Path:
    """Make a git repository with one commit of a folder; the machine's own git settings play no part."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "--force", "--all"], [*identity, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *command], cwd=root, env=environment, check=True, capture_output=True)
    return root


def tree_of(recipes: Iterable[str], root: Path, profile: Profile) -> dict[str, str]:
    """What the named recipes want, path to text: files as rendered, edits applied to what stands on disk or was rendered before.

    An edit of a file that is not there and may not be created is left out, as it is when changes are planned.
    """
    wanted = tuple(recipes)
    repo = Inventory(root)
    known = {recipe.id: recipe for recipe in all_recipes()}
    unknown = set(wanted) - set(known)
    assert not unknown, f"no such recipe: {sorted(unknown)}; there are {sorted(known)}"
    tree: dict[str, str] = {}
    asked = [(recipe, wish) for recipe in known.values() if recipe.id in wanted for wish in recipe.run(repo, profile)]
    placed = [Placed(r, w.path, w.text if isinstance(w, File) else None) for r, w in asked if not isinstance(w, Overview)]
    wishes = [File(wish.path, wish.text_of(placed)) if isinstance(wish, Overview) else wish for _, wish in asked]
    for file in (wish for wish in wishes if isinstance(wish, File)):
        assert tree.setdefault(file.path, file.text) == file.text, f"two recipes want {file.path}"
    for edit in (wish for wish in wishes if isinstance(wish, Edit)):
        on_disk = root / edit.path
        before = tree.get(edit.path) or (on_disk.read_text(encoding="utf-8") if on_disk.is_file() else None)
        if before is None and not edit.create:
            continue
        after = edit.apply(before or "")
        assert edit.apply(after) == after, f"the edit of {edit.path} is not idempotent"
        if after != (before or ""):
            tree[edit.path] = after
    return dict(sorted(tree.items()))


@pytest.fixture
def render_tree() -> RenderTree:
    """`render_tree(recipe ids, root, profile)`: path to text of everything the recipes want."""
    return tree_of


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """`make_repo({path: text})`: a committed git repository in a fresh folder."""
    count = 0

    def make(files: Mapping[str, str]) -> Path:
        nonlocal count
        count += 1
        root = tmp_path / f"repo-{count}"
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return commit_all(root)

    return make


@pytest.fixture
def example_repo(tmp_path: Path) -> Path:
    """A committed copy of the example prototype."""
    target = tmp_path / "where2eat-prototype"
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("__pycache__", "*.db", "uploads", ".pytest_cache"))
    return commit_all(target)


@pytest.fixture
def flask_repo(make_repo: MakeRepo) -> Path:
    """A committed small Flask service: three routes, one required setting, no database, no model."""
    return make_repo(SMALL_FLASK)


@pytest.fixture
def golden() -> Golden:
    """`golden("ci/example", tree)`: the tree equals the files below golden/ci/example, each stored with the suffix .golden.

    With PRODIFY_UPDATE_GOLDEN=1 in the environment the files are written anew instead; read the diff before committing it.
    """

    def compare(case: str, tree: Mapping[str, str]) -> None:
        folder = GOLDEN / case
        if UPDATE:
            shutil.rmtree(folder, ignore_errors=True)
            for path, text in tree.items():
                target = folder / f"{path}.golden"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        stored = {
            file.relative_to(folder).as_posix().removesuffix(".golden"): file.read_text(encoding="utf-8")
            for file in folder.rglob("*.golden")
        }  # fmt: skip
        assert sorted(tree) == sorted(stored), f"other files than in {folder}; PRODIFY_UPDATE_GOLDEN=1 writes them anew"
        for path, text in tree.items():
            assert text == stored[path], f"{path} differs from {folder}; PRODIFY_UPDATE_GOLDEN=1 writes it anew"

    return compare


def with_slo(profile: Profile, **changes: Any) -> Profile:
    """The profile with other objectives; `threshold_ms` goes to the latency objective."""
    threshold = changes.pop("threshold_ms", profile.slo.latency.threshold_ms)
    return replace(profile, slo=replace(profile.slo, latency=replace(profile.slo.latency, threshold_ms=threshold), **changes))


@pytest.fixture
def changed_profile() -> Profile:
    """A profile whose objectives all differ from the defaults: 250 ms, 99.5 %, 28 days."""
    return with_slo(Profile(), threshold_ms=250, availability_percent=99.5, window_days=28)
