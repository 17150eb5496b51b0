"""The section "Operations" of the README: commands of the project, numbers of the profile, nothing of the user's lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from prodify.model import Audience
from prodify.profile import Platform, Profile, Service

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
APP = "from flask import Flask\napp = Flask(__name__)\n"


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("service-readme/example", render_tree(["service-readme"], example_repo, Profile(service=Service(owner="@ada"))))


def test_the_creator_of_a_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    profile = Profile(audience=Audience.CREATOR, platform=Platform(runtime="compose"))
    golden("service-readme/flask", render_tree(["service-readme"], flask_repo, profile))


def test_the_text_before_is_kept(example_repo: Path, render_tree: RenderTree) -> None:
    before = (example_repo / "README.md").read_text()
    assert render_tree(["service-readme"], example_repo, Profile())["README.md"].startswith(before)


def test_every_number_follows_the_profile(flask_repo: Path, render_tree: RenderTree, changed_profile: Profile) -> None:
    text = render_tree(["service-readme"], flask_repo, changed_profile)["README.md"]
    assert "99.5 % of requests succeed over 28 days (201.6 minutes of failure are the error budget)" in text
    assert "within 250 ms" in text
    assert "99.9" not in text
    assert "300" not in text


def test_the_section_is_replaced_when_the_goals_change(flask_repo: Path, render_tree: RenderTree, changed_profile: Profile) -> None:
    (flask_repo / "README.md").write_text(render_tree(["service-readme"], flask_repo, Profile())["README.md"])
    text = render_tree(["service-readme"], flask_repo, changed_profile)["README.md"]
    assert text.count("## Operations") == 1
    assert "99.9 %" not in text


def test_a_repository_without_a_readme_gets_one(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    tree = render_tree(["service-readme"], make_repo({"app.py": APP, "requirements.txt": "flask\n"}), Profile())
    assert "flask --app app:app run" in tree["README.md"]


@pytest.mark.parametrize("files", [{"README.rst": "App\n===\n", "app.py": APP, "requirements.txt": "flask\n"}, {"index.html": "<p>\n"}])
def test_nothing_for_other_formats_and_other_projects(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["service-readme"], make_repo(files), Profile()) == {}


def test_commands_run_where_the_service_stands(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"backend/app.py": APP, "backend/requirements.txt": "flask\n", "README.md": "# x\n"})
    text = render_tree(["service-readme"], root, replace(Profile(), audience=Audience.TEAM))["README.md"]
    assert "cd backend\n" in text


def test_the_example_of_the_settings_is_filled_in_where_it_stands(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"backend/app.py": APP, "backend/requirements.txt": "flask\n", ".env.sample": "A=\n", "README.md": "# x\n"})
    text = render_tree(["service-readme"], root, Profile())["README.md"]
    assert text.index("cp .env.sample .env") < text.index("set -a && . ./.env && set +a") < text.index("cd backend")


def test_settings_are_not_loaded_twice(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"app.py": APP, "requirements.txt": "flask\npython-dotenv\n", "README.md": "# x\n"})
    assert "set -a" not in render_tree(["service-readme"], root, Profile())["README.md"]
