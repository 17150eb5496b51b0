"""The generated function, run against fakes: what it decides, what it never touches, and what it asks the clouds to do."""

from __future__ import annotations

import ast
import base64
import importlib.util
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from prodify.profile import Profile

from ..scaling.deploying import profile_for, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
FOLDER = "infra/functions/suspend"
BEFORE = "budget-suspend/replicas"


class Function(SimpleNamespace):
    """The two modules as a cloud would load them."""

    main: Any
    cloud: Any


def load(root: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch, cloud: str) -> Function:
    write(root, render_tree(("suspend",), root, profile_for(cloud=cloud)))
    made: dict[str, ModuleType] = {}
    for name in ("cloud", "main"):
        spec = importlib.util.spec_from_file_location(name, root / FOLDER / f"{name}.py")
        assert spec and spec.loader
        made[name] = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, made[name])
        spec.loader.exec_module(made[name])
    for setting in ("SUSPEND_APPLY", "SUSPEND_PERCENT", "SLACK_WEBHOOK_URL"):
        monkeypatch.delenv(setting, raising=False)
    return Function(main=made["main"], cloud=made["cloud"])


@pytest.fixture(params=["gcp", "aws"])
def function(request: pytest.FixtureRequest, flask_repo: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch) -> Function:
    return load(flask_repo, render_tree, monkeypatch, request.param)


@pytest.fixture
def gcp(flask_repo: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch) -> Function:
    return load(flask_repo, render_tree, monkeypatch, "gcp")


@pytest.fixture
def aws(flask_repo: Path, render_tree: Render, monkeypatch: pytest.MonkeyPatch) -> Function:
    return load(flask_repo, render_tree, monkeypatch, "aws")


class FakeKind:
    """Resources that obey, but for those whose name begins with "stuck"."""

    name = "fake"

    def __init__(self, resource: Any, *found: tuple[str, dict[str, str], bool]) -> None:
        self.found = [resource(name, dict(labels), running) for name, labels, running in found]
        self.done: list[tuple[str, str]] = []

    def list(self) -> Iterator[Any]:
        yield from self.found

    def suspend(self, resource: Any) -> None:
        self._act("suspend", resource, running=False)
        resource.labels["suspended-by"] = "budget"

    def resume(self, resource: Any) -> None:
        self._act("resume", resource, running=True)
        resource.labels.pop("suspended-by")

    def _act(self, action: str, resource: Any, *, running: bool) -> None:
        if resource.name.startswith("stuck"):
            raise OSError("no way to " + resource.name)
        resource.running = running
        self.done.append((action, resource.name))


def fakes(function: Function) -> FakeKind:
    staging = {"environment": "staging"}
    return FakeKind(
        function.cloud.Resource,
        ("staging", staging, True),
        ("dev", {"env": "dev"}, True),
        ("off", staging, False),
        ("production", {"environment": "production"}, True),
        ("bare", {}, True),
        ("kept", {**staging, "suspend": "Never"}, True),
        ("contradiction", {**staging, "env": "production"}, True),
    )


def test_only_standard_library_is_imported_at_the_start(function: Function) -> None:
    for module in (function.main, function.cloud):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        names = [a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names]
        names += [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert {name.split(".")[0] for name in names} - {"cloud"} <= sys.stdlib_module_names


def test_development_and_staging_are_suspended_and_nothing_else(function: Function) -> None:
    kind = fakes(function)
    record = function.main.run("suspend", "80 %", [kind], True)
    assert kind.done == [("suspend", "staging"), ("suspend", "dev")]
    assert record["resources"] == ["fake staging", "fake dev"] and record["dry_run"] is False and record["failed"] == []
    assert record["severity"] == "NOTICE" and record["audit"] == "budget-suspend" and record["time"].endswith("+00:00")


def test_a_second_run_finds_nothing_to_do(function: Function) -> None:
    kind = fakes(function)
    function.main.run("suspend", "", [kind], True)
    assert function.main.run("suspend", "", [kind], True)["resources"] == [] and len(kind.done) == 2


def test_resuming_wakes_what_was_suspended_and_not_what_people_stopped(function: Function) -> None:
    kind = fakes(function)
    function.main.run("suspend", "", [kind], True)
    assert function.main.run("resume", "", [kind], True)["resources"] == ["fake staging", "fake dev"]
    assert kind.done[2:] == [("resume", "staging"), ("resume", "dev")]
    assert function.main.run("resume", "", [kind], True)["resources"] == []


def test_a_dry_run_says_what_it_would_do(function: Function) -> None:
    kind = fakes(function)
    record = function.main.run("suspend", "", [kind], False)
    assert record["resources"] == ["fake staging", "fake dev"] and record["dry_run"] is True and kind.done == []


def test_what_fails_is_recorded_and_the_rest_goes_on(function: Function) -> None:
    staging = {"environment": "staging"}
    good, bad = FakeKind(function.cloud.Resource, ("stuck", staging, True), ("ok", staging, True)), fakes(function)
    bad.name, bad.list = "broken", lambda: (_ for _ in ()).throw(OSError("forbidden"))  # type: ignore[method-assign]
    record = function.main.run("suspend", "", [bad, good], True)
    assert record["resources"] == ["fake ok"] and record["severity"] == "ERROR"
    assert record["failed"] == ["broken: OSError: forbidden", "fake stuck: OSError: no way to stuck"]


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ({"costAmount": 79.9, "budgetAmount": 100}, "nothing"),
        ({"costAmount": 80, "budgetAmount": 100}, "suspend"),
        ({"costAmount": 300.0, "budgetAmount": 200.0}, "suspend"),
        ({"costAmount": 0, "budgetAmount": 200.0}, "nothing"),
        ({"action": "resume"}, "resume"),
        ({"action": "suspend", "cause": "by hand"}, "suspend"),
    ],
)
def test_the_limit_decides(function: Function, message: dict[str, Any], action: str) -> None:
    assert function.main.decide(message, 80.0)[0] == action


@pytest.mark.parametrize(
    "message",
    [
        {}, {"costAmount": 100}, {"costAmount": "100", "budgetAmount": 100}, {"costAmount": 100, "budgetAmount": 0}, {"action": "destroy"},
        {"costAmount": float("nan"), "budgetAmount": 100}, {"costAmount": True, "budgetAmount": 1}, {"costAmount": -1, "budgetAmount": 1},
    ],
)  # fmt: skip
def test_a_message_without_amounts_does_nothing(function: Function, message: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no amounts"):
        function.main.decide(message, 80.0)


def pubsub(message: dict[str, Any]) -> Any:
    """A CloudEvent as the functions framework gives it."""
    return SimpleNamespace(data={"message": {"data": base64.b64encode(json.dumps(message).encode()).decode()}})


def test_the_entry_point_is_a_dry_run_until_told_and_leaves_a_record(
    gcp: Function, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = fakes(gcp)
    monkeypatch.setattr(gcp.cloud, "kinds", lambda: [kind])
    event = pubsub({"costAmount": 90, "budgetAmount": 100})
    gcp.main.main(event)
    assert kind.done == []
    monkeypatch.setenv("SUSPEND_APPLY", "yes")
    gcp.main.main(event)
    assert kind.done == []
    monkeypatch.setenv("SUSPEND_APPLY", "true")
    monkeypatch.setenv("SUSPEND_PERCENT", "95")
    gcp.main.main(event)
    assert kind.done == []
    monkeypatch.setenv("SUSPEND_PERCENT", "90")
    gcp.main.main(event)
    assert [name for _, name in kind.done] == ["staging", "dev"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["dry_run"] for line in lines] == [True, True, False, False]
    assert [line["action"] for line in lines] == ["suspend", "suspend", "nothing", "suspend"]
    assert lines[-1]["cause"] == "90 % of the budget is used, the limit is 90 %"


def test_events_of_aws(aws: Function) -> None:
    notification = {"Records": [{"Sns": {"Message": "AWS Budget Notification"}}]}
    assert aws.main.decide(aws.cloud.message_of(notification), 80.0)[0] == "suspend"
    assert aws.main.decide(aws.cloud.message_of({"action": "resume"}), 80.0)[0] == "resume"
    with pytest.raises(ValueError, match="no message"):
        aws.cloud.message_of("hello")


class Slack:
    """A fake of urlopen that keeps what was posted."""

    def __init__(self, error: Exception | None = None) -> None:
        self.posted: list[Any] = []
        self.error = error

    def __call__(self, request: Any, timeout: float) -> Any:
        if self.error:
            raise self.error
        self.posted.append((request.full_url, json.loads(request.data)["text"], timeout))
        return io.BytesIO(b"ok")


def test_slack_is_told_once_of_what_was_done(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    slack, kind = Slack(), fakes(function)
    monkeypatch.setattr(function.main.urllib.request, "urlopen", slack)
    for _ in range(2):
        function.main.tell(function.main.run("suspend", "81 %", [kind], False), "https://hooks.example.org/x")
    assert len(slack.posted) == 1 and "Dry run: would suspend (81 %)" in slack.posted[0][1] and "fake staging" in slack.posted[0][1]
    function.main.tell(function.main.run("suspend", "81 %", [kind], True), "https://hooks.example.org/x")
    assert slack.posted[1][1].startswith("Suspended (81 %):") and slack.posted[1][2] == 10
    function.main.tell(function.main.run("suspend", "82 %", [kind], True), "https://hooks.example.org/x")
    for nowhere in ("", "http://hooks.example.org/x"):
        function.main.tell(function.main.run("resume", "", [kind], True), nowhere)
    assert len(slack.posted) == 2


def test_a_slack_that_fails_changes_nothing_and_its_address_is_not_logged(
    function: Function, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://hooks.example.org/" + "services/T0"
    monkeypatch.setattr(function.main.urllib.request, "urlopen", Slack(OSError(f"cannot reach {address}")))
    function.main.tell(function.main.run("suspend", "", [fakes(function)], True), address)
    said = capsys.readouterr().out
    assert "Slack was not told: OSError" in said and "hooks.example.org" not in said


class FakeApi:
    """Google's interfaces with one service, one instance, a replica, and a cluster with a deployment."""

    def __init__(self, cloud: Any) -> None:
        self.patches: list[tuple[str, Any]] = []
        self.pages = lambda url, key: cloud.Api.pages(self, url, key)
        labels = {"environment": "staging", "cloud.example.org/own": "x"}
        self.service: dict[str, Any] = {
            "name": "projects/p/locations/r/services/shop-staging",
            "labels": labels,
            "scaling": {"minInstanceCount": 1},
        }
        self.deployment: dict[str, Any] = {
            "metadata": {"name": "shop", "namespace": "shop-staging", "labels": {"environment": "staging"}},
            "spec": {"replicas": 3},
        }

    def call(self, method: str, url: str, body: Any = None, **more: Any) -> Any:
        if method == "PATCH":
            self.patches.append((url, body))
            return {}
        if "sqladmin" in url:
            settings = {"activationPolicy": "ALWAYS", "userLabels": {"environment": "staging"}}
            items = [{"name": "db", "settings": settings}, {"name": "copy", "instanceType": "READ_REPLICA_INSTANCE", "settings": settings}]
            return {"items": items[:1], "nextPageToken": "2 &"} if "pageToken" not in url else {"items": items[1:]}
        if "container" in url:
            return {"clusters": [{"endpoint": "10.0.0.2", "masterAuth": {"clusterCaCertificate": base64.b64encode(b"PEM").decode()}}]}
        if "10.0.0.2" in url:
            assert more["authority"] == "PEM" and "labelSelector=environment%20in" in url
            return {"items": [self.deployment]}
        return {"services": [self.service]}


def test_google_cloud_is_asked_for_exactly_that(gcp: Function) -> None:
    api = FakeApi(gcp.cloud)
    kinds = [gcp.cloud.CloudRun(api, "p", "r"), gcp.cloud.CloudSql(api, "p"), gcp.cloud.Deployments(api, "p")]
    record = gcp.main.run("suspend", "", kinds, True)
    assert record["failed"] == [] and [name.split()[0] for name in record["resources"]] == ["cloud-run", "cloud-sql", "deployment"]
    run, sql, deployment = api.patches
    assert run[0].endswith("/v2/projects/p/locations/r/services/shop-staging?updateMask=labels,scaling")
    assert run[1]["scaling"] == {"scalingMode": "MANUAL", "manualInstanceCount": 0, "minInstanceCount": 1}
    assert run[1]["labels"] == {"environment": "staging", "suspended-by": "budget"}
    assert sql[1]["settings"] == {"activationPolicy": "NEVER", "userLabels": {"environment": "staging", "suspended-by": "budget"}}
    assert deployment[0] == "https://10.0.0.2/apis/apps/v1/namespaces/shop-staging/deployments/shop"
    assert deployment[1]["spec"] == {"replicas": 0} and deployment[1]["metadata"]["annotations"] == {BEFORE: "3"}


def test_google_cloud_resumes_to_what_it_was(gcp: Function) -> None:
    api = FakeApi(gcp.cloud)
    api.service["scaling"] = {"scalingMode": "MANUAL"}
    for labels in (api.service["labels"], api.deployment["metadata"]["labels"]):
        labels["suspended-by"] = "budget"
    api.deployment["metadata"]["annotations"] = {BEFORE: "3"}
    api.deployment["spec"] = {"replicas": 0}
    kinds = [gcp.cloud.CloudRun(api, "p", "r"), gcp.cloud.Deployments(api, "p")]
    assert len(gcp.main.run("resume", "", kinds, True)["resources"]) == 2
    assert api.patches[0][1] == {"labels": {"environment": "staging"}, "scaling": {"scalingMode": "AUTOMATIC"}}
    assert api.patches[1][1]["spec"] == {"replicas": 3} and api.patches[1][1]["metadata"]["labels"] == {"suspended-by": None}


class FakeClient:
    """A client of AWS that answers lists from a table and keeps every other call."""

    def __init__(self, service: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
        self.service, self.calls = service, calls

    def get_paginator(self, name: str) -> Any:
        tags = [{"Key": "environment", "Value": "staging"}]
        database = {"DBInstanceIdentifier": "db", "DBInstanceArn": "arn:db", "DBInstanceStatus": "available", "TagList": tags}
        machine = {"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": tags}
        scaled = {**machine, "InstanceId": "i-2", "Tags": [*tags, {"Key": "aws:autoscaling:groupName", "Value": "g"}]}
        pages = {
            "describe_db_instances": [{"DBInstances": [database, {**database, "DBClusterIdentifier": "c"}]}],
            "describe_instances": [{"Reservations": [{"Instances": [machine, scaled]}]}],
            "list_clusters": [{"clusterArns": ["c"]}],
            "list_services": [{"serviceArns": ["arn:s"]}, {"serviceArns": []}],
        }
        return SimpleNamespace(paginate=lambda **_: pages[name])

    def describe_services(self, **_: Any) -> Any:
        tags = [{"key": "environment", "value": "staging"}]
        return {"services": [{"serviceName": "shop", "serviceArn": "arn:s", "desiredCount": 4, "tags": tags}]}

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda **arguments: self.calls.append((name, arguments))


def test_aws_is_asked_for_exactly_that(aws: Function) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    record = aws.main.run("suspend", "", aws.cloud.kinds(lambda service: FakeClient(service, calls)), True)
    assert record["failed"] == [] and record["resources"] == ["rds db", "ec2 i-1", "ecs shop"]
    assert [name for name, _ in calls] == [
        "add_tags_to_resource", "stop_db_instance", "create_tags", "stop_instances", "tag_resource", "update_service",
    ]  # fmt: skip
    assert calls[1][1] == {"DBInstanceIdentifier": "db"} and calls[3][1] == {"InstanceIds": ["i-1"]}
    assert calls[5][1] == {"cluster": "c", "service": "arn:s", "desiredCount": 0}
    assert {"key": "budget-suspend-count", "value": "4"} in calls[4][1]["tags"]


@pytest.mark.parametrize("running", [True, False])
def test_aws_resumes_to_what_it_was(aws: Function, running: bool) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    client = FakeClient("ecs", calls)
    tags = [
        {"key": key, "value": value}
        for key, value in (("environment", "staging"), ("suspended-by", "budget"), ("budget-suspend-count", "4"))
    ]
    service = {"serviceName": "shop", "serviceArn": "arn:s", "desiredCount": 2 if running else 0, "tags": tags}
    client.describe_services = lambda **_: {"services": [service]}  # type: ignore[method-assign]
    record = aws.main.run("resume", "", [aws.cloud.Ecs(client)], True)
    assert len(record["resources"]) == (0 if running else 1)
    assert [arguments.get("desiredCount") for name, arguments in calls if name == "update_service"] == ([] if running else [4])
