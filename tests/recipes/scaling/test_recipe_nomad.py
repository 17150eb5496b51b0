"""The recipe nomad: golden jobs, numbers of the profile, what validators read in them, hostile values, apply and undo."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from prodify.changes import apply, undo
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.inventory.terraform import TerraformBlock, read_blocks
from prodify.model import Audience
from prodify.profile import Profile
from prodify.proposal import Proposal
from prodify.validators import Status, nomad, verify
from prodify.wishes import choose
from tests.recipes.conftest import EXAMPLE, MakeRepo, RenderTree, commit_all

JOB = "deploy/nomad/service.nomad.hcl"
CELERY = {
    "app.py": (
        "import os\n\nfrom flask import Flask\n\nfrom tasks import add\n\n"
        'app = Flask(__name__)\napp.secret_key = os.environ["SECRET_KEY"]\n\n\n'
        '@app.route("/add", methods=["POST"])\ndef start():\n    add.delay(1, 2)\n    return "", 202\n'
    ),
    "tasks.py": (
        "import os\n\nfrom celery import Celery\n\ncelery = Celery(\"tasks\", broker=os.environ[\"CELERY_BROKER_URL\"])\n"
        'celery.conf.beat_schedule = {"nightly": {"task": "tasks.add", "schedule": 86400.0, "args": (1, 1)}}\n\n\n'
        "@celery.task\ndef add(a, b):\n    return a + b\n"
    ),
    "requirements.txt": "flask==3.1.3\ncelery==5.6.0\nredis==7.1.0\n",
    "README.md": "# Adder\n\nAdds in the background.\n",
}  # fmt: skip


def profile_of(root: Path, *words: str) -> Profile:
    return load_profile(Inventory(root), list(words)).profile


def blocks_of(text: str, *path: str) -> list[TerraformBlock]:
    """The blocks below the job at a path of types."""
    found = [block for block in read_blocks(JOB, text) if block.type == "job"]
    for kind in path:
        found = [inner for block in found for inner in block.blocks if inner.type == kind]
    return found


def outcomes(root: Path, tree: Mapping[str, str]) -> dict[str, Status]:
    """What the validators say of a tree that is laid out over a repository."""
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    found = verify(root, list(tree))
    said = [(outcome.validator, problem) for outcome in found.outcomes for problem in outcome.problems]
    assert found.ok, said
    return {outcome.validator: outcome.status for outcome in found.outcomes}


@pytest.fixture
def adder(make_repo: MakeRepo) -> Path:
    return make_repo(CELERY)


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("nomad/example", render_tree(["nomad"], example_repo, profile_of(example_repo)))


def test_django_with_vault(tmp_path: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    root = commit_all(Path(shutil.copytree(EXAMPLE.parent / "django-notes", tmp_path / "notes")))
    words = ("platform.cloud=none", "service.host=notes.example.org", "scaling.min_replicas=3", "scaling.max_replicas=7")
    tree = render_tree(["nomad"], root, profile_of(root, *words))
    golden("nomad/django", tree)
    assert "nomadVar" not in tree[JOB] and 'local.production ? "notes.example.org" : "staging.notes.example.org"' in tree[JOB]


def test_workers_beside_a_service(adder: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    tree = render_tree(["nomad"], adder, profile_of(adder, "tasks.limit_seconds=300"))
    golden("nomad/celery", tree)
    groups = {group.name: group for group in blocks_of(tree[JOB], "group")}
    assert list(groups) == ["web", "worker", "beat"]
    assert groups["beat"].attributes["count"] == "1" and groups["beat"].block("scaling") is None
    task = groups["worker"].block("task")
    assert task is not None and task.attributes["kill_timeout"] == '"310s"'
    assert 'max_kill_timeout = "310s"' in tree["deploy/nomad/README.md"]


def test_numbers_are_those_of_the_profile(example_repo: Path, render_tree: RenderTree) -> None:
    words = ("scaling.min_replicas=4", "scaling.max_replicas=9", "scaling.cpu_target_percent=45")
    text = render_tree(["nomad"], example_repo, profile_of(example_repo, *words))[JOB]
    (group,) = blocks_of(text, "group")
    scaling = group.block("scaling")
    assert scaling is not None and nomad.numbers(group.attributes["count"]) == nomad.numbers(scaling.attributes["min"]) == [4, 1]
    assert nomad.numbers(scaling.attributes["max"]) == [9, 2] and re.search(r"target = 45$", text, re.MULTILINE)


@pytest.mark.parametrize("repo", ["example_repo", "adder", "flask_repo"])
@pytest.mark.parametrize("store", ["gcp", "vault"])
def test_validators_agree(repo: str, store: str, render_tree: RenderTree, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(repo)
    profile = profile_of(root, f"platform.secret_store={store}")
    tree = render_tree(["nomad", "secrets", "env-example", "dockerfile", "profile"], root, profile)
    said = outcomes(root, tree)
    for validator in ("nomad-jobs", "one-number", "environment-everywhere"):
        assert said[validator] is Status.PASSED, validator
    assert said["hcl"] in (Status.PASSED, Status.MISSING) and said["shellcheck"] in (Status.PASSED, Status.MISSING)


@pytest.mark.parametrize(
    ("before", "after", "validator", "word"),
    [
        ("count = local.production ? 2 : 1", "count = local.production ? 5 : 1", "one-number", "min_replicas is 5"),
        ('kill_timeout = "40s"', 'kill_timeout = "25s"', "one-number", "25 in the Nomad job"),
        ("        # SMTP_PORT = \"\"\n", "", "environment-everywhere", "SMTP_PORT"),
        ("          SECRET_KEY={{ .SECRET_KEY | toJSON }}\n", "", "environment-everywhere", "SECRET_KEY"),
        ('ports           = ["http"]', 'ports           = ["htpp"]', "nomad-jobs", "htpp"),
    ],
)  # fmt: skip
def test_what_drifts_is_noticed(before: str, after: str, validator: str, word: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["nomad", "env-example", "profile"], example_repo, profile_of(example_repo))
    assert before in tree[JOB]
    tree[JOB] = tree[JOB].replace(before, after)
    for path, text in tree.items():
        (example_repo / path).parent.mkdir(parents=True, exist_ok=True)
        (example_repo / path).write_text(text, encoding="utf-8")
    (outcome,) = verify(example_repo, list(tree), only=[validator]).outcomes
    assert outcome.status is Status.FAILED and word in " ".join(problem.message for problem in outcome.problems)


def test_no_secret_of_the_store_stands_in_plain_text(example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["nomad"], example_repo, profile_of(example_repo))[JOB]
    (task,) = nomad.tasks(JOB, text, "where2eat")
    assert {"OPENAI_API_KEY", "DATABASE_URL", "SECRET_KEY"} <= task.secret
    assert not {name for block in blocks_of(text, "group", "task", "env") for name in block.attributes} & task.secret


def test_a_strange_name_stays_data(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {
        "app.py": (
            'from flask import Flask\n\napp = Flask(__name__)\napp.config["UPLOAD_FOLDER"] = "up-${x}"\n\n\n'
            '@app.route("/health")\ndef health():\n    return "ok"\n'
        ),
        "requirements.txt": "flask==3.1.3\n",
    }
    root = make_repo(files)
    profile = replace(profile_of(root), service=replace(Profile().service, name="a1"))
    text = render_tree(["nomad"], root, profile)[JOB]
    assert "${x}" not in text.replace("$${x}", "")
    assert [check.string("path") for check in blocks_of(text, "group", "service", "check")] == ["/health", "/readyz"]


@pytest.mark.parametrize(
    "files", [{"main.go": "package main\nfunc main() {}\n", "go.mod": "module x\n"}, {"README.md": "# Nothing\n"}]
)  # fmt: skip
def test_nothing_without_a_python_service(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["nomad"], make_repo(files), Profile()) == {}


def test_nothing_for_its_creator_alone_and_nothing_unless_named(flask_repo: Path, render_tree: RenderTree) -> None:
    assert render_tree(["nomad"], flask_repo, replace(Profile(), audience=Audience.CREATOR)) == {}
    assert "nomad" not in {recipe.id for recipe in choose((), (), everything=True, profile=Profile())}


@pytest.mark.parametrize("example", ["where2eat-prototype", "django-notes"])
def test_applied_by_name_it_holds_twice_and_goes_without_a_trace(example: str, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.db", "*.sqlite3", "uploads")
    root = commit_all(Path(shutil.copytree(EXAMPLE.parent / example, tmp_path / example, ignore=ignored)))

    def states() -> dict[str, bytes]:
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git/" not in str(p)}

    before = states()
    repo = Inventory(root)
    profile = load_profile(repo).profile
    # Passwords that stand in the code today are read from the environment once `secrets` took them out.
    chosen = choose((), ("secrets", "nomad"), everything=False, profile=profile)
    proposal = Proposal(root, profile)
    apply(root, proposal.plan(proposal.wishes(chosen)))
    written = [path for path in states() if path not in before and not path.startswith(".prodify")]
    assert "deploy/nomad/service.nomad.hcl" in written
    assert verify(root, written).ok
    again = Proposal(root, load_profile(Inventory(root)).profile)
    assert [change.path for change in again.plan(again.wishes(chosen)).changes if change.before != change.after] == []
    undo(root)
    assert states() == before


@pytest.mark.tools
def test_the_release_waits_for_the_migration(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    """Against programs that answer as Nomad and jq do: nothing is released after a migration that failed."""
    script = render_tree(["nomad"], example_repo, profile_of(example_repo))["deploy/nomad/release.sh"]
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    folder = tmp_path / "nomad"
    (folder / "bin").mkdir(parents=True)
    (folder / "release.sh").write_text(script, encoding="utf-8")
    log = folder / "log"
    (folder / "bin/nomad").write_text(f'#!/bin/sh\necho "$@" >> {log}\n', encoding="utf-8")
    for status, code, released in (("complete", 0, True), ("failed", 1, False)):
        log.write_text("", encoding="utf-8")
        (folder / "bin/jq").write_text(f"#!/bin/sh\ncat > /dev/null\necho {status}\n", encoding="utf-8")
        for program in ("nomad", "jq"):
            (folder / "bin" / program).chmod(0o755)
        command = ["bash", str(folder / "release.sh"), "staging", "sha256:" + "a" * 64]
        done = subprocess.run(command, env={"PATH": f"{folder}/bin:/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stderr
        calls = log.read_text(encoding="utf-8").splitlines()
        assert "migrate.nomad.hcl" in calls[0] and "-namespace where2eat-staging where2eat-migrate" in calls[1]
        assert any("service.nomad.hcl" in call for call in calls) is released
