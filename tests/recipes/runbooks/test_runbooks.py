"""The recipes of step 9: a page for every alert and the reverse, commands of the right runtime, links that lead somewhere."""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import OnCall, Platform, Profile, Service
from prodify.recipes import all_recipes
from prodify.recipes.shared.alerts import alerts
from prodify.recipes.shared.layout import Naming
from prodify.recipes.shared.operations import commands
from tests.recipes.conftest import SMALL_FLASK, Golden, MakeRepo, RenderTree

STEP = ("runbook", "on-call", "alertmanager", "postmortem", "game-day")
ALL = (*STEP, "slo", "budget-policy", "telemetry", "health")
RUNTIMES = ("kubernetes", "cloud-run", "compose")
LINK = re.compile(r"\[[^\]]*\]\(([^)#:]+)\)")
CONFIG = "deploy/alertmanager/alertmanager.yml"


def on(runtime: str, **platform: str) -> Profile:
    return replace(Profile(), platform=replace(Platform(), runtime=runtime, **platform))  # type: ignore[arg-type]


def pages(tree: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in tree.items() if path.startswith("docs/")}


def test_small_flask_service(flask_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("runbooks/flask", render_tree(STEP, flask_repo, Profile()))


def test_example(example_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    people = OnCall(primary="@ann", secondary="@ben", channel="#where2eat", hours="08:00 to 22:00 CET")
    service = Service(name="where2eat", owner="@where2eat/team", repository="https://github.com/where2eat/where2eat")
    profile = replace(Profile(origin=(("service.name", "stated"),)), service=service, on_call=people)
    golden("runbooks/example", render_tree(STEP, example_repo, profile))


def test_every_alert_has_its_page_and_every_page_its_alert(example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(ALL, example_repo, Profile())
    rules = [rule for group in yaml.safe_load(tree["deploy/prometheus/rules/slo.yaml"])["groups"] for rule in group["rules"]]
    linked = {rule["annotations"]["runbook_url"] for rule in rules if "alert" in rule}
    by_alert = {path for path, text in tree.items() if path.startswith("docs/runbooks/") and "## First three steps" in text}
    by_alert.remove("docs/runbooks/model-outage.md")
    assert linked == by_alert
    assert len(linked) == len(alerts(Profile(), "x", model=True))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_link_leads_somewhere(runtime: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(ALL, example_repo, on(runtime))
    count = 0
    for path, text in pages(tree).items():
        for target in LINK.findall(text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) in tree, f"{path}: {target}"
            count += 1
    assert count > 50


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_commands_are_those_of_the_runtime(runtime: str, example_repo: Path, render_tree: RenderTree) -> None:
    text = "".join(pages(render_tree(STEP, example_repo, on(runtime))).values())
    tools = {"kubernetes": "kubectl ", "cloud-run": "gcloud run ", "compose": "docker compose "}
    for name, tool in tools.items():
        assert (tool in text) == (name == runtime), tool


def test_every_runtime_knows_the_same_commands() -> None:
    names = Naming("shop", "shop", "shop", "ghcr.io/me/shop")
    keys = {runtime: set(commands(on(runtime), names)) for runtime in RUNTIMES}
    assert keys["kubernetes"] == keys["cloud-run"] == keys["compose"]
    asked = {key for alert in alerts(Profile(), "shop", model=True) for _, key in alert.steps}
    assert asked <= keys["kubernetes"]


@pytest.mark.tools
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_shell_reads_every_command(runtime: str, example_repo: Path, render_tree: RenderTree) -> None:
    texts = pages(render_tree(STEP, example_repo, on(runtime))).values()
    blocks = [block for text in texts for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) > 20
    done = subprocess.run(["sh", "-n"], input="\n".join(blocks), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.tools
def test_promtool_reads_every_query(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    text = "\n".join(pages(render_tree(STEP, example_repo, Profile())).values())
    found = [query.strip() for query in re.findall(r"```promql\n(.*?)```", text, re.DOTALL)]
    assert len(found) > 5
    rules = [{"record": f"asked:{i}", "expr": query} for i, query in enumerate(found)]
    path = tmp_path / "queries.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_creator_gets_what_needs_no_alerts(example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["runbook"], example_repo, replace(Profile(), audience=Audience.CREATOR))
    assert sorted(tree) == [f"docs/runbooks/{name}.md" for name in ("index", "model-outage", "restore", "rollback")]
    assert "slo:" not in "".join(tree.values())
    for path, text in tree.items():
        for target in LINK.findall(text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) in tree, f"{path}: {target}"
    for name in ("on-call", "alertmanager", "postmortem", "game-day"):
        assert Audience.CREATOR not in next(recipe for recipe in all_recipes() if recipe.id == name).audiences


def test_pages_follow_what_the_service_has(flask_repo: Path, render_tree: RenderTree) -> None:
    names = {path.rpartition("/")[2] for path in render_tree(["runbook"], flask_repo, Profile())}
    assert not names & {"restore.md", "model-outage.md", "model-calls-fail.md"}
    assert {"index.md", "rollback.md", "watchdog.md"} <= names


@pytest.mark.parametrize(
    ("cloud", "runtime", "command"),
    [
        ("gcp", "kubernetes", "gcloud sql instances clone"),
        ("aws", "kubernetes", "aws rds restore-db-instance-to-point-in-time"),
        ("azure", "kubernetes", "az postgres flexible-server restore"),
        ("none", "kubernetes", "pg_restore"),
        ("gcp", "compose", "pg_restore"),
    ],
)
def test_restoring_uses_what_the_platform_has(cloud: str, runtime: str, command: str, example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["runbook"], example_repo, on(runtime, cloud=cloud))["docs/runbooks/restore.md"]
    assert command in text
    assert "SQLite" not in text


def test_people_and_hours_are_those_of_the_profile(flask_repo: Path, render_tree: RenderTree) -> None:
    people = OnCall(primary="@ann", secondary="@ben", channel="#help", hours="weekdays", pager="none")
    tree = render_tree([*STEP, "budget-policy"], flask_repo, replace(Profile(), on_call=people))
    text = tree["docs/on-call.md"]
    for word in ("@ann", "@ben", "#help", "weekdays", "nobody is woken"):
        assert word in text
    assert "call @ben" in tree["docs/runbooks/high-latency.md"]
    assert "@ann" in tree["docs/error-budget-policy.md"]
    assert "pagerduty" not in tree[CONFIG]


def test_nobody_is_invented(flask_repo: Path, render_tree: RenderTree) -> None:
    assert "nobody by name yet" in render_tree(STEP, flask_repo, Profile())["docs/on-call.md"]


def test_limits_follow_the_profile(flask_repo: Path, render_tree: RenderTree, changed_profile: Profile) -> None:
    text = "".join(pages(render_tree([*STEP, "budget-policy"], flask_repo, changed_profile)).values())
    assert "99.5 %" in text
    assert "250 ms" in text
    assert "28 days" in text
    for old in ("99.9 %", "300 ms", "30 days"):
        assert old not in text, old


def amtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("amtool")
    if tool is None:
        pytest.skip("amtool is not installed")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.tools
@pytest.mark.parametrize("pager", ["pagerduty", "none"])
def test_alertmanager_accepts_and_routes(pager: str, flask_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    profile = replace(Profile(), on_call=OnCall(pager=pager))  # type: ignore[arg-type]
    path = tmp_path / "alertmanager.yml"
    path.write_text(render_tree(["alertmanager"], flask_repo, profile)[CONFIG], encoding="utf-8")
    checked = amtool("check-config", path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    pages_to = "pager,chat" if pager == "pagerduty" else "chat"
    for alert in alerts(Profile(), "shop", model=True):
        receivers = {"page": pages_to, "ticket": "chat", "heartbeat": "heartbeat"}[alert.severity]
        labels = [f"{key}={value}" for key, value in alert.labels("shop").items()]
        routed = amtool("config", "routes", "test", f"--config.file={path}", f"--verify.receivers={receivers}", *labels)
        assert routed.returncode == 0, f"{alert.name}: {routed.stdout}"
    wrong = amtool("config", "routes", "test", f"--config.file={path}", "--verify.receivers=nobody", "severity=page")
    assert wrong.returncode == 1


def test_secrets_of_alertmanager_are_files(flask_repo: Path, render_tree: RenderTree) -> None:
    config = yaml.safe_load(render_tree(["alertmanager"], flask_repo, Profile())[CONFIG])
    for receiver in config["receivers"]:
        for kind in ("pagerduty_configs", "slack_configs"):
            for entry in receiver.get(kind, []):
                assert not {"routing_key", "api_url", "service_key"} & set(entry)


def test_an_existing_alertmanager_stays_alone(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    mine = "route:\n  receiver: me\nreceivers:\n  - name: me\n    webhook_configs:\n      - url: http://127.0.0.1:9/\n"
    assert render_tree(["alertmanager"], make_repo({**SMALL_FLASK, "ops/alertmanager.yml": mine}), Profile()) == {}


def test_a_library_gets_nothing(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    code = "def add(a, b):\n    return a + b\n"
    root = make_repo({"pyproject.toml": '[project]\nname = "maths"\nversion = "1"\n', "src/maths/__init__.py": code})
    assert render_tree(ALL, root, Profile()) == {}
