"""The one page that leads to all others: complete, without dead links, and up to date after every apply."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from prodify.changes import apply
from prodify.inventory import Inventory
from prodify.model import Step
from prodify.profile import Profile
from prodify.profile_file import load
from prodify.proposal import Proposal
from prodify.recipes.runbooks.guide_texts import BACK, DOCUMENTS, PURPOSE, TRY
from prodify.recipes.runbooks.production_guide import PATH
from prodify.wishes import choose
from tests.recipes.conftest import commit_all
from tests.recipes.scaling.deploying import FLASK

EXAMPLE = Path(__file__).parents[3] / "examples" / "where2eat-prototype"


def write_steps(root: Path, *steps: Step, everything: bool = False, settings: tuple[str, ...] = ()) -> str:
    """Apply steps, and return the page."""
    profile: Profile = load(Inventory(root, history=False).files, settings, {}).profile
    proposal = Proposal(root, profile)
    apply(root, proposal.plan(proposal.wishes(choose(steps, (), everything=everything, profile=profile))), allow_dirty=True)
    page = root / PATH
    return page.read_text(encoding="utf-8") if page.exists() else ""


def dead_links(root: Path, text: str) -> list[str]:
    found = re.findall(r"\]\(([^)#]+)", text)
    return [link for link in found if not (root / PATH).parent.joinpath(link).resolve().exists()]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    shutil.copytree(EXAMPLE, root)
    return commit_all(root)


def test_it_leads_to_every_step_and_every_link_is_alive(example: Path) -> None:
    text = write_steps(example, everything=True)
    assert re.findall(r"^### (\d+)", text, re.MULTILINE) == [str(step.number) for step in Step]
    assert dead_links(example, text) == []
    assert "`GKE_CLUSTER`" in text and text.count("```mermaid") == 1
    assert write_steps(example, everything=True) == text


def test_a_step_that_comes_later_joins_the_page(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    for path, content in FLASK.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    commit_all(root)
    assert write_steps(root, Step.SLO) == ""
    first = write_steps(root, Step.RUNBOOKS)
    assert re.findall(r"^### (\d+)", first, re.MULTILINE) == ["5", "9"] and dead_links(root, first) == []
    second = write_steps(root, Step.CI)
    assert re.findall(r"^### (\d+)", second, re.MULTILINE) == ["2", "5", "9"] and dead_links(root, second) == []


@pytest.mark.parametrize(("runtime", "place"), [("compose", "one machine"), ("cloud-run", "Cloud Run")])
def test_the_drawing_names_what_runs_it(example: Path, runtime: str, place: str) -> None:
    text = write_steps(example, Step.RUNBOOKS, settings=(f"platform.runtime={runtime}",))
    assert f'subgraph place["{place}"]' in text and 'store0[("PostgreSQL")]' in text


def test_the_texts_name_steps_and_recipes_that_exist() -> None:
    from prodify.recipes import all_recipes

    assert set(PURPOSE) == set(Step)
    recipes = {recipe.id for recipe in all_recipes() if recipe.id != "production-guide"}
    assert set(TRY) <= recipes
    assert set(BACK) | DOCUMENTS == recipes and not set(BACK) & DOCUMENTS, "each says how it is taken back, or is read by people only"


def test_it_names_what_only_people_know(example: Path) -> None:
    text = write_steps(example, everything=True)
    waits = dict(zip(re.findall(r"^### (\d+)", text, re.MULTILINE), re.findall(r"^Fill in: (.*)\.$", text, re.MULTILINE), strict=True))
    assert "`GKE_CLUSTER`" in waits["2"] and waits["5"] == "nothing"
    assert "`RECORD=1 pytest tests/characterisation`" in waits["3"]
    assert "`PROMETHEUS_REMOTE_WRITE_URL`, `TRACES_OTLP_URL`" in waits["4"] and "Google Secret Manager" in waits["6"]
    assert "`pagerduty-routing-key`, `slack-webhook-url`" in waits["9"] and "`on_call.primary`" in waits["9"]
    assert "`project`" in waits["10"] and "-backend-config" in waits["10"]


def test_who_is_called_is_asked_for_only_while_nobody_is(example: Path) -> None:
    text = write_steps(example, Step.RUNBOOKS, settings=("on_call.primary=Ada",))
    assert "`on_call.primary`" not in text


def test_the_fallback_of_a_development_machine_is_not_drawn(example: Path) -> None:
    drawing = write_steps(example, Step.RUNBOOKS).partition("```mermaid")[2].partition("```")[0]
    assert "PostgreSQL" in drawing and "qlite" not in drawing.lower()
