"""Default tags for Terraform that is there already: wired once, left alone where it is tagged, stable, valid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.edits import CannotEdit
from prodify.inventory import Inventory
from prodify.inventory.terraform import read_blocks
from prodify.profile import Profile
from prodify.recipes import all_recipes
from prodify.recipes.cost.providers import is_tagged, with_default_tags

from ..scaling.deploying import profile_for, prove, write  # noqa: TID252
from .hcl import problems

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\n'
PROVIDER = 'provider "aws" {\n  region = "eu-west-1" # Ireland\n}\n'


def files(*, providers: str = "", folder: str = "infra") -> dict[str, str]:
    found = {f"{folder}/main.tf": BUCKET}
    return {**found, f"{folder}/providers.tf": providers} if providers else found


@pytest.mark.tools
def test_a_provider_that_is_there_is_edited(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(files(providers=PROVIDER))
    tree = render_tree(("tags",), root, profile_for(cloud="aws"))
    assert sorted(tree) == [
        "infra/labels.tf",
        "infra/modules/labels/labels.tftest.hcl",
        "infra/modules/labels/main.tf",
        "infra/providers.tf",
    ]
    assert tree["infra/providers.tf"].startswith('provider "aws" {\n  region = "eu-west-1" # Ireland\n')
    assert 'provider "' not in tree["infra/labels.tf"] and 'source      = "./modules/labels"' in tree["infra/labels.tf"]
    assert problems({**files(), **tree}) == []
    prove(root, tree, "terraform-fmt")


@pytest.mark.tools
@pytest.mark.parametrize(
    ("folder", "source"), [("infra", "./modules/labels"), ("", "./infra/modules/labels"), ("cloud/staging", "../../infra/modules/labels")]
)
def test_a_provider_that_is_missing_is_written(folder: str, source: str, make_repo: MakeRepo, render_tree: Render) -> None:
    path = f"{folder}/main.tf".lstrip("/")
    root = make_repo({path: BUCKET})
    tree = render_tree(("tags",), root, profile_for(cloud="aws"))
    mine = tree[f"{folder}/labels.tf".lstrip("/")]
    assert 'provider "aws" {\n  default_tags {' in mine and f'source      = "{source}"' in mine
    assert f'environment = "{"staging" if folder.endswith("staging") else "production"}"' in mine
    assert problems({path: BUCKET, **tree}) == []
    prove(root, tree, "terraform-fmt")


def test_modules_that_others_call_get_no_provider(make_repo: MakeRepo, render_tree: Render) -> None:
    call = 'module "logs" {\n  source = "./logs"\n}\nresource "google_pubsub_topic" "t" {\n  name = "t"\n}\n'
    tree = render_tree(("tags",), make_repo({"infra/main.tf": call, "infra/logs/main.tf": BUCKET}), profile_for())
    assert "infra/labels.tf" in tree and "infra/logs/labels.tf" not in tree


@pytest.mark.parametrize(
    "tagged",
    [
        {"infra/main.tf": BUCKET.replace("}", '  tags   = { service = "x" }\n}')},
        files(providers='provider "aws" {\n  default_tags {\n    tags = { service = "x" }\n  }\n}\n'),
        {"infra/main.tf": 'resource "azurerm_storage_account" "a" {\n  name = "a"\n}\n'},
    ],
)
def test_what_is_tagged_or_unknown_is_left_alone(tagged: Mapping[str, str], make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("tags",), make_repo(tagged), profile_for(cloud="aws")) == {}


def test_the_second_run_wants_what_the_first_wanted(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(files(providers=PROVIDER))
    recipe = next(r for r in all_recipes() if r.id == "tags")

    def wanted(hidden: frozenset[str] = frozenset()) -> list[str]:
        return [wish.path for wish in recipe.run(Inventory(root, hidden=hidden), profile_for(cloud="aws"))]

    first = wanted()
    write(root, render_tree(("tags",), root, profile_for(cloud="aws")))
    assert wanted(frozenset(first) - {"infra/providers.tf"}) == first


FORMS = [
    'provider "aws" {}\n',
    'provider "aws" { region = "x" }\n',
    'provider "aws" {\n}\n',
    'provider "aws" {\n  alias = "b" }\n',
    '  provider "aws" {\n    region = "x"\n  }\n',
    PROVIDER + "\n" + PROVIDER.replace("region", "alias ="),
    PROVIDER + "\n" + PROVIDER,
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_block_is_tagged_once_or_left_with_a_reason(form: str) -> None:
    edit = with_default_tags("aws", "local.tags")
    try:
        after = edit(form)
    except CannotEdit as error:
        assert "by hand" in (error.hint or "")
        return
    assert edit(after) == after
    blocks = read_blocks("x.tf", after)
    assert blocks and all(is_tagged(block) for block in blocks) and not any(block.problem for block in blocks)
    assert after.count("local.tags") == form.count("provider")


def test_other_providers_stay() -> None:
    assert with_default_tags("google", "local.labels")(PROVIDER) == PROVIDER


@given(st.text(alphabet='provide"aws google{}=\n #x[]', max_size=120))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    edit = with_default_tags("aws", "local.tags")
    try:
        after = edit(text)
    except CannotEdit:
        return
    assert edit(after) == after
