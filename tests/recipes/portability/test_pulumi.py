"""The recipe pulumi: golden programs, what it stays out of, apply and undo, and its tests on the real packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from prodify.changes import apply, undo
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.proposal import Proposal
from prodify.validators import Status, verify
from prodify.wishes import choose
from tests.recipes.conftest import EXAMPLE, MakeRepo, RenderTree, commit_all

FOLDER = "infra/pulumi"
CHECKOUT = Path(__file__).resolve().parents[3]
PYTHON = CHECKOUT / ".tools/pulumi/bin/python"
SLOW = os.environ.get("PRODIFY_SLOW_TESTS") == "1"
CASES = {
    "gcp-kubernetes": ("where2eat-prototype", "platform.cloud=gcp", "platform.runtime=kubernetes"),
    "gcp-cloud-run": ("django-notes", "platform.cloud=gcp", "platform.runtime=cloud-run"),
    "aws-kubernetes": ("where2eat-prototype", "platform.cloud=aws", "platform.runtime=kubernetes"),
    "aws-without-a-database": ("", "platform.cloud=aws", "platform.runtime=kubernetes"),
}
IGNORED = shutil.ignore_patterns("__pycache__", "*.db", "*.sqlite3", "uploads")


def laid_out(example: str, folder: Path, make_repo: MakeRepo) -> Path:
    if example:
        return commit_all(Path(shutil.copytree(EXAMPLE.parent / example, folder / example, ignore=IGNORED)))
    return make_repo({"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask==3.1.3\n"})


def profile_of(root: Path, *words: str) -> Profile:
    return load_profile(Inventory(root), list(words)).profile


@pytest.mark.parametrize("case", ["gcp-kubernetes", "gcp-cloud-run", "aws-kubernetes"])
def test_a_program_for_each_place(
    case: str, tmp_path: Path, make_repo: MakeRepo, render_tree: RenderTree, golden: Callable[..., None]
) -> None:
    example, *words = CASES[case]
    root = laid_out(example, tmp_path, make_repo)
    golden(f"pulumi/{case}", render_tree(["pulumi"], root, profile_of(root, *words)))


@pytest.mark.tools
@pytest.mark.parametrize("case", CASES)
def test_the_program_does_what_its_tests_say(case: str, tmp_path: Path, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    """On the real packages of Pulumi and of the cloud, with nothing but a stand-in for its engine: no network, no account."""
    if not SLOW:
        pytest.skip("takes a minute; PRODIFY_SLOW_TESTS=1 runs it")
    if not PYTHON.exists() and not os.environ.get("PRODIFY_REQUIRE_TOOLS"):
        pytest.skip("pulumi is not installed: make validators-slow")
    example, *words = CASES[case]
    root = laid_out(example, tmp_path, make_repo)
    tree = render_tree(["pulumi"], root, profile_of(root, *words))
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    code, output = outcome_of(root)
    assert code == 0 and " skipped" not in output, output
    broken = {
        "deletion_protection=True": "deletion_protection=False",
        '"env": self.environment': '"env": "test"',
        "recovery_window_in_days": "recovery_windw_in_days",
    }
    program = root / FOLDER / "service_stack.py"
    text = program.read_text(encoding="utf-8")
    for before, after in broken.items():
        if before in text:
            program.write_text(text.replace(before, after), encoding="utf-8")
            assert outcome_of(root)[0] == 1, before


def outcome_of(root: Path) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_", "PULUMI_"))}
    command = [str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    done = subprocess.run(command, cwd=root / FOLDER, env=clean, capture_output=True, text=True, timeout=400, check=False)
    return done.returncode, done.stdout + done.stderr


def test_without_the_packages_the_tests_are_passed_over(flask_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["pulumi"], flask_repo, Profile())
    test = tree[f"{FOLDER}/test_service_stack.py"]
    assert re.search(r'^pytest.importorskip\("pulumi"', test, re.MULTILINE)
    assert test.index("importorskip") < test.index("\nimport pulumi ")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("infra/main.tf", 'resource "google_storage_bucket" "b" {\n  name = "b"\n}\n'),
        ("cdk.json", "{}\n"),
        ("ops/Pulumi.yaml", "name: other\nruntime: nodejs\n"),
    ],
)
def test_it_stays_out_of_the_way_of_what_is_there(path: str, text: str, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask==3.1.3\n"}
    assert render_tree(["pulumi"], make_repo(files), Profile())
    assert render_tree(["pulumi"], make_repo({**files, path: text}), Profile()) == {}


@pytest.mark.parametrize("words", [("platform.cloud=azure",), ("platform.runtime=compose",), ("audience=creator",)])
def test_nothing_for_places_that_it_does_not_know(words: tuple[str, ...], flask_repo: Path, render_tree: RenderTree) -> None:
    assert render_tree(["pulumi"], flask_repo, profile_of(flask_repo, *words)) == {}


def test_secrets_have_the_names_that_terraform_gives_them(tmp_path: Path, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = laid_out("django-notes", tmp_path, make_repo)
    profile = profile_of(root, "platform.cloud=gcp", "platform.runtime=cloud-run")
    program = render_tree(["pulumi"], root, profile)[f"{FOLDER}/service_stack.py"]
    terraform = render_tree(["terraform"], root, profile)["infra/envs/production/service.tf"]
    listed = re.search(r"^SETTINGS = \[(.*)\]$", program, re.MULTILINE)
    assert listed is not None and listed[1].split(", ") == re.findall(r'^    ("\w+"),$', terraform, re.MULTILINE)
    assert "DATABASE_URL" not in listed[1] and 'f"{settings.name}-DATABASE_URL"' in program


@pytest.mark.parametrize("example", ["where2eat-prototype", "django-notes"])
def test_applied_by_name_it_holds_twice_and_goes_without_a_trace(example: str, tmp_path: Path, make_repo: MakeRepo) -> None:
    root = laid_out(example, tmp_path, make_repo)

    def states() -> dict[str, bytes]:
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git/" not in str(p)}

    before, profile = states(), profile_of(root)
    chosen = choose((), ("pulumi",), everything=False, profile=profile)
    proposal = Proposal(root, profile)
    apply(root, proposal.plan(proposal.wishes(chosen)))
    written = [path for path in states() if path not in before and not path.startswith(".prodify")]
    assert f"{FOLDER}/__main__.py" in written
    found = verify(root, written)
    assert found.ok, [problem for outcome in found.outcomes for problem in outcome.problems]
    proven = {outcome.validator for outcome in found.with_status(Status.PASSED)}
    assert proven >= {"pulumi-settings", "python-syntax", "lines-requirements"}
    again = Proposal(root, profile_of(root))
    assert [change.path for change in again.plan(again.wishes(chosen)).changes if change.before != change.after] == []
    undo(root)
    assert states() == before
