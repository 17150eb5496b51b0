"""Secrets leave the repository: what is untracked, edited and listed, and that no value shows up anywhere."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.api import Edit, Untrack
from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Profile
from prodify.recipes import all_recipes
from prodify.recipes.security.rotation import add_lines

from ..scaling.deploying import FLASK, profile_for, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

ROTATION = "docs/secrets-rotation.md"
KEY = "AIza" + "SyD1f0" + "u8E9kcE3oEJJ8X1o9585yMa6Fv4"
"""Drawn at random in the shape of a real key; opens nothing."""
WITH_KEY = {**FLASK, "places.py": f'KEY_OF_PLACES = "{KEY}xy"\n'}


def wishes(root: Path, kind: type) -> list[object]:
    found = {recipe.id: recipe for recipe in all_recipes()}["secrets"].run(Inventory(root), profile_for())
    return [wish for wish in found if isinstance(wish, kind)]


def test_the_example_changes_exactly_so(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("security/secrets", render_tree(("secrets",), example_repo, profile_for()))


def test_env_files_are_untracked_and_examples_are_not(make_repo: MakeRepo) -> None:
    root = make_repo({**FLASK, ".env": "DEBUG=1\n", "web/.env.local": "A=1\n", ".env.example": "DEBUG=\n", ".env.sample": "A=\n"})
    assert [wish.path for wish in wishes(root, Untrack) if isinstance(wish, Untrack)] == [".env", "web/.env.local"]


def test_a_key_of_one_feature_may_be_missing_the_signing_key_may_not(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("secrets",), example_repo, profile_for())
    assert 'BACKUP_PLACES_KEY = os.environ.get("BACKUP_PLACES_KEY", "")' in tree["recommender.py"]
    assert 'app.secret_key = os.environ["SECRET_KEY"]' in tree["app.py"]


def test_no_value_is_written_anywhere(example_repo: Path, render_tree: Render) -> None:
    lines = [line for line in (example_repo / ".env").read_text(encoding="utf-8").splitlines() if "=" in line]
    values = {line.partition("=")[2].strip() for line in lines if line.startswith(("SECRET_KEY", "OPENAI", "GOOGLE", "SMTP_PASSWORD"))}
    values |= {
        "supersecretkey",
        (example_repo / "recommender.py").read_text(encoding="utf-8").split('BACKUP_PLACES_KEY = "')[1].split('"')[0],
    }
    assert len(values) == 6
    written = "\n".join(render_tree(("secrets",), example_repo, profile_for()).values())
    assert not [value[:4] for value in values if value in written]


def test_once_applied_it_wants_nothing_more_and_the_list_stays(example_repo: Path, render_tree: Render) -> None:
    first = render_tree(("secrets",), example_repo, profile_for())
    write(example_repo, first)
    subprocess.run(["git", "rm", "--cached", "--quiet", ".env"], cwd=example_repo, check=True)
    again = render_tree(("secrets",), example_repo, profile_for())
    assert {path: text for path, text in again.items() if first.get(path) != text} == {}
    assert wishes(example_repo, Untrack) == []
    assert ROTATION in first and ROTATION not in again


def test_new_finds_join_the_list_and_ticks_stay(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(WITH_KEY)
    page = render_tree(("secrets",), root, profile_for())[ROTATION]
    assert "- [ ] `KEY_OF_PLACES` in `places.py`, line 1" in page
    ticked = page.replace("- [ ]", "- [x]")
    edit = add_lines(
        ["- [ ] `KEY_OF_PLACES` in `places.py`, line 9 (token)", "- [ ] `OTHER` in `b.py`, line 2 (token)"], Inventory(root), profile_for()
    )
    after = edit(ticked)
    assert after == edit(after)
    assert [line for line in after.splitlines() if line.startswith("- [")] == [
        *[line for line in ticked.splitlines() if line.startswith("- [")],
        "- [ ] `OTHER` in `b.py`, line 2 (token)",
    ]


def test_a_page_whose_list_was_removed_is_left_alone(make_repo: MakeRepo) -> None:
    edit = add_lines(["- [ ] `A` in `a.py`, line 1 (token)"], Inventory(make_repo(FLASK)), profile_for())
    assert edit("# Ours\n\nAll rotated.\n") == "# Ours\n\nAll rotated.\n"


@pytest.mark.parametrize(
    ("runtime", "cloud", "expected"),
    [
        ("kubernetes", "gcp", "gcloud secrets versions add shop-production "),
        ("kubernetes", "aws", "--secret-id shop-production "),
        ("kubernetes", "azure", "--vault-name shop --name shop-production "),
        ("kubernetes", "none", "vault kv patch secret/shop-production "),
        ("cloud-run", "gcp", "gcloud secrets versions add shop-production-NAME "),
        ("compose", "none", "install -m 600 /dev/null .env"),
    ],
)
def test_the_page_names_the_store_that_the_runtime_reads(
    runtime: str, cloud: str, expected: str, make_repo: MakeRepo, render_tree: Render
) -> None:
    assert expected in render_tree(("secrets",), make_repo(WITH_KEY), profile_for(runtime, cloud=cloud))[ROTATION]


def test_a_creator_gets_no_objects_for_a_cluster(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("secrets",), example_repo, profile_for(audience=Audience.CREATOR))
    assert not [path for path in tree if path.startswith("deploy/")]


def test_a_repository_without_secrets_gets_the_ignore_rule_alone(make_repo: MakeRepo) -> None:
    assert [wish.path for wish in wishes(make_repo(FLASK), Edit) if isinstance(wish, Edit)] == [".gitignore"]


EXPRESS = {"package.json": '{"name": "shop", "dependencies": {"express": "^5.0.0"}, "scripts": {"start": "node src/server.js"}}\n'}


def test_javascript_on_the_server_reads_the_environment(make_repo: MakeRepo, render_tree: Render) -> None:
    server = f"const express = require('express')\nconst app = express()\nconst mapsKey = '{KEY}xy'\napp.listen(3000)\n"
    root = make_repo({**EXPRESS, "src/server.js": server, "public/map.js": f"const mapsKey = '{KEY}xy';\n"})
    tree = render_tree(("secrets",), root, profile_for())
    assert tree["src/server.js"] == server.replace(f"'{KEY}xy'", "process.env.MAPS_KEY")
    assert "public/map.js" not in tree


def test_the_example_stays_in_git_under_its_name(make_repo: MakeRepo, render_tree: Callable[..., dict[str, str]]) -> None:
    root = make_repo({**FLASK, ".env.sample": "A=\n"})
    assert "!.env.sample\n" in render_tree(["secrets"], root, Profile())[".gitignore"]
