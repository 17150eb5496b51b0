"""The recipe `profile`: what it writes, and where it writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.shared.layout import naming


def test_the_small_service(flask_repo: Path, render_tree: Callable[..., dict[str, str]], golden: Callable[..., None]) -> None:
    golden("profile/flask", render_tree(["profile"], flask_repo, Profile()))


def test_the_example(example_repo: Path, render_tree: Callable[..., dict[str, str]], golden: Callable[..., None]) -> None:
    tree = render_tree(["profile"], example_repo, Profile())
    golden("profile/example", tree)
    assert yaml.safe_load(tree["prodify.yaml"])["service"]["name"] == naming(Inventory(example_repo), Profile()).service


def test_every_number_follows_the_profile(flask_repo: Path, render_tree: Callable[..., dict[str, str]], changed_profile: Profile) -> None:
    slo = yaml.safe_load(render_tree(["profile"], flask_repo, changed_profile)["prodify.yaml"])["slo"]
    assert (slo["latency"]["threshold_ms"], slo["availability_percent"], slo["window_days"]) == (250, 99.5, 28)


def test_a_profile_kept_elsewhere_is_not_doubled(
    make_repo: Callable[[Mapping[str, str]], Path], render_tree: Callable[..., dict[str, str]]
) -> None:
    stated = replace(Profile(), origin=(("service.name", "stated"),))
    in_pyproject = make_repo({"app.py": "print()\n", "pyproject.toml": '[tool.prodify.service]\nname = "x"\n'})
    assert render_tree(["profile"], in_pyproject, stated) == {}
    assert render_tree(["profile"], make_repo({"prodify.yml": "audience: team\n"}), stated) == {}
    assert list(render_tree(["profile"], make_repo({"prodify.yaml": "audience: team\n"}), stated)) == ["prodify.yaml"]
