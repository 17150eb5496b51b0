"""The recipe local-stack: a valid compose file that mounts what the other recipes write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from prodify.profile import Profile
from prodify.recipes import all_recipes
from tests.recipes.conftest import Golden, RenderTree


def test_golden(shop_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("local-stack/flask", render_tree(["local-stack"], shop_repo, Profile()))


def test_it_is_applied_by_name_only() -> None:
    assert not next(recipe for recipe in all_recipes() if recipe.id == "local-stack").default


def test_what_it_mounts_is_written_by_other_recipes(shop_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["local-stack", "collector", "dashboard", "slo"], shop_repo, Profile())
    services = yaml.safe_load(tree["compose.observability.yaml"])["services"]
    volumes = [volume for service in services.values() for volume in service.get("volumes", [])]
    mounted = [volume.split(":")[0].removeprefix("./") for volume in volumes if volume.startswith("./")]
    assert len(mounted) == 3
    for source in mounted:
        assert source in tree or any(path.startswith(f"{source}/") for path in tree), source


def test_ports_are_open_to_this_machine_only(fastapi_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["local-stack"], fastapi_repo, Profile())["compose.observability.yaml"]
    ports = [port for service in yaml.safe_load(text)["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "uvicorn main:app" in text


@pytest.mark.tools
def test_the_schema_accepts_it(shop_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    path = tmp_path / "compose.yaml"
    path.write_text(render_tree(["local-stack"], shop_repo, Profile())["compose.observability.yaml"], encoding="utf-8")
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run([tool, "--builtin-schema", "vendor.compose-spec", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
