"""The security workflow and the policy: golden files, the real linters, and what other workflows do already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.data import action
from prodify.profile import Profile, Service

from ..scaling.deploying import FLASK, profile_for, prove  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

WORKFLOW = ".github/workflows/security.yml"


def jobs(tree: Mapping[str, str]) -> set[str]:
    return set(yaml.safe_load(tree[WORKFLOW])["jobs"])


def workflow(step: str) -> str:
    head = "name: other\non: [pull_request]\njobs:\n  scan:\n    runs-on: ubuntu-24.04\n    steps:\n"
    return f"{head}      - {step}\n"


def test_the_example_gets_exactly_this_workflow(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("security/scanning", render_tree(("scanning", "security-policy"), example_repo, profile_for()))


@pytest.mark.tools
def test_the_real_linters_have_nothing_to_say(example_repo: Path, render_tree: Render) -> None:
    prove(
        example_repo, render_tree(("scanning",), example_repo, profile_for()), "actionlint", "zizmor", "schema-github-workflows", "yamllint"
    )


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        (f"uses: {action('github/codeql-action/analyze')}", "codeql"),
        (f"uses: {action('actions/dependency-review-action')}", "dependency-review"),
        (f"uses: {action('aquasecurity/trivy-action')}", "files"),
        ("run: zizmor .", "workflows"),
    ],
)
def test_what_another_workflow_scans_is_left_out(step: str, missing: str, make_repo: MakeRepo, render_tree: Render) -> None:
    everything = {"dependency-review", "files", "image", "codeql", "workflows"}
    found = jobs(render_tree(("scanning",), make_repo({**FLASK, ".github/workflows/other.yml": workflow(step)}), profile_for()))
    assert found == everything - {missing} - ({"image"} if missing == "files" else set())


def test_the_image_scan_of_our_own_ci_leaves_nothing_out(make_repo: MakeRepo, render_tree: Render) -> None:
    own = workflow(f"uses: {action('aquasecurity/trivy-action')}")
    assert "files" in jobs(render_tree(("scanning",), make_repo({**FLASK, ".github/workflows/ci.yml": own}), profile_for()))


def test_languages_are_those_of_the_code(make_repo: MakeRepo, render_tree: Render) -> None:
    text = render_tree(("scanning",), make_repo({**FLASK, "static/app.js": "let a = 1;\n"}), profile_for())[WORKFLOW]
    assert yaml.safe_load(text)["jobs"]["codeql"]["strategy"]["matrix"]["language"] == ["javascript-typescript", "python"]


@pytest.mark.parametrize(
    "files", [{"README.md": "# Nothing\n"}, {**FLASK, ".gitlab-ci.yml": "test:\n  script: [pytest]\n"}], ids=["nothing", "gitlab"]
)
def test_where_it_does_not_suit_nothing_is_written(files: Mapping[str, str], make_repo: MakeRepo, render_tree: Render) -> None:
    assert WORKFLOW not in render_tree(("scanning",), make_repo(files), profile_for())


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (Service(owner="ann@shop.example"), "Write to <ann@shop.example>."),
        (Service(owner="@ann", repository="https://github.com/ann/shop"), "https://github.com/ann/shop/security/advisories/new"),
        (Service(owner="@ann"), "Tell @ann, in private."),
        (Service(), ""),
    ],
)
def test_the_policy_says_where_to_report_or_is_not_written(
    service: Service, expected: str, make_repo: MakeRepo, render_tree: Render
) -> None:
    tree = render_tree(("security-policy",), make_repo(FLASK), Profile(service=service))
    assert expected in tree["SECURITY.md"] if expected else tree == {}


def test_a_policy_elsewhere_is_enough(make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("security-policy",), make_repo({**FLASK, ".github/SECURITY.md": "# Ours\n"}), profile_for()) == {}
