"""Mistakes that guides to production are known for, one by one: none of them can be in what is generated.

Each entry names the mistake and returns where it stands; nothing is the only right answer. The trees are the example for the public on
Kubernetes and the same on Cloud Run.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.changes import Lock, apply
from prodify.profile import Platform, Profile, Service
from tests.cli.conftest import copy_example
from tests.e2e.matrix.proving import proposal

WORKFLOWS = ".github/workflows/"
CI, DEPLOY = f"{WORKFLOWS}ci.yml", f"{WORKFLOWS}deploy.yml"


@dataclass(frozen=True)
class Tree:
    """Path to text of everything that was written."""

    texts: Mapping[str, str]
    profile: Profile

    @cached_property
    def workflows(self) -> dict[str, Any]:
        """The workflows, parsed; `on` is the key True in YAML 1.1."""
        return {path: yaml.safe_load(text) for path, text in self.texts.items() if path.startswith(WORKFLOWS)}

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """Every YAML document below deploy."""
        texts = [text for path, text in self.texts.items() if path.startswith("deploy/") and path.endswith((".yaml", ".yml"))]
        return [document for text in texts for document in yaml.safe_load_all(text) if isinstance(document, dict)]

    def jobs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every job with its place."""
        for path, workflow in self.workflows.items():
            for name, job in workflow["jobs"].items():
                yield f"{path}: {name}", job

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every step with its place."""
        for place, job in self.jobs():
            for step in job.get("steps", ()):
                yield f"{place}: {step.get('name', step.get('uses'))}", step

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind."""
        return [item for item in self.objects if item.get("kind") == kind]

    def holding(self, pattern: str, *, flags: int = re.IGNORECASE) -> list[str]:
        """The files whose text matches."""
        return [path for path, text in self.texts.items() if re.search(pattern, text, flags)]


def tree_of(root: Path, profile: Profile) -> Tree:
    copy_example(root)
    apply(root, proposal(root, profile))
    written = [path for path in Lock.load(root).entries if (root / path).is_file()]
    return Tree({path: (root / path).read_text(encoding="utf-8") for path in written}, profile)


@pytest.fixture(scope="module", params=["kubernetes", "cloud-run"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    service = Service(name="where2eat", owner="@ann", repository="https://github.com/Ann/Where2Eat")
    stated = (("service.name", "stated"), ("service.owner", "stated"))
    profile = Profile(service=service, platform=replace(Platform(), runtime=request.param), origin=stated)
    return tree_of(tmp_path_factory.mktemp("known") / "where2eat", profile)


def lacks(tree: Tree, path: str, *words: str) -> list[str]:
    return [f"{path} without {word}" for word in words if word not in tree.texts.get(path, "")]


def undefined_names(tree: Tree) -> list[str]:
    """Names that telemetry.py reads and nothing in it defines."""
    module = ast.parse(tree.texts["telemetry.py"])
    nodes = list(ast.walk(module))
    known = set(dir(builtins)) | {"__name__", "__file__"}
    known |= {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    known |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    known |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    known |= {str(node.name) for node in nodes if isinstance(node, ast.ExceptHandler)}
    known |= {(a.asname or a.name).partition(".")[0] for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    return [node.id for node in nodes if isinstance(node, ast.Name) and node.id not in known]


def unpinned(tree: Tree) -> list[str]:
    uses = [(place, str(holder["uses"])) for place, holder in (*tree.steps(), *tree.jobs()) if "uses" in holder]
    return [f"{place}: {name}" for place, name in uses if not name.startswith("./") and not re.search(r"@[0-9a-f]{40}$", name)]


def endpoints_by_tls(tree: Tree) -> list[str]:
    """Addresses of collectors in the cluster by https, which a plaintext receiver does not speak, and multicast names."""
    return tree.holding(r"https://[\w.-]*(?:otel|collector)[\w.-]*:431[78]") + tree.holding(r"https?://[\w-]+\.local\b")


def metrics_of_pods(tree: Tree) -> list[str]:
    scalers = tree.of_kind("HorizontalPodAutoscaler")
    wrong = [f"{metric['type']} metric" for item in scalers for metric in item["spec"]["metrics"] if metric["type"] in ("Pods", "Object")]
    wrong += ["no behavior" for item in scalers if not {"scaleUp", "scaleDown"} <= set(item["spec"].get("behavior", {}))]
    containers = [c for item in tree.of_kind("Deployment") for c in item["spec"]["template"]["spec"]["containers"]]
    return wrong + [f"{c['name']} without a CPU request" for c in containers if "cpu" not in c.get("resources", {}).get("requests", {})]


def rules(tree: Tree) -> list[dict[str, Any]]:
    groups = yaml.safe_load(tree.texts["deploy/prometheus/rules/slo.yaml"])["groups"]
    return [rule for group in groups for rule in group["rules"]]


def burns(tree: Tree) -> list[str]:
    """Pages of the objectives that do not look at two windows."""
    pages = [r for r in rules(tree) if "alert" in r and r["labels"]["severity"] == "page" and r["labels"].get("kind") == "burn"]
    if not pages:
        return ["no page on the burn rate"]
    return [r["alert"] for r in pages if " and " not in " ".join(str(r["expr"]).split())]


def bounds(tree: Tree) -> list[str]:
    found = re.search(r"^DURATION_BOUNDS = (\[[^\]]*\])", tree.texts["telemetry.py"], re.MULTILINE)
    values = json.loads(found[1]) if found else []
    slo = tree.profile.slo
    return [f"no bucket at {limit} s" for limit in (slo.latency.threshold_seconds, slo.guardrails.latency_seconds) if limit not in values]


def standing(tree: Tree) -> list[str]:
    """Production that sleeps, or staging that never does."""
    fewest = [item["spec"]["minReplicas"] for item in tree.of_kind("HorizontalPodAutoscaler")]
    wrong = [f"production keeps {number}" for number in fewest if number < 2]
    for item in tree.objects:
        if item.get("apiVersion") == "serving.knative.dev/v1":
            fewest = item["spec"]["template"]["metadata"]["annotations"]["autoscaling.knative.dev/minScale"]
            environment = item["metadata"]["labels"]["environment"]
            wrong += [f"{environment} keeps {fewest}"] if fewest != {"staging": "0", "production": "2"}[environment] else []
    return wrong


def shares(tree: Tree) -> list[str]:
    """Shares of the budget at which staging is suspended that are not the profile's one."""
    wanted = f"{tree.profile.budget.suspend_percent:g}"
    pattern = re.compile(r'(?:SUSPEND_PERCENT|suspend_percent)\s*=\s*"?(\d+)')
    return [f"{path}: {found}" for path, text in tree.texts.items() for found in pattern.findall(text) if found != wanted]


def deploys(tree: Tree) -> list[str]:
    """Deploying jobs without code, environment or a login without a stored key."""
    wrong = []
    for name, job in tree.workflows[DEPLOY]["jobs"].items():
        steps = " ".join(str(step.get("uses", "")) + " " + str(step.get("with", "")) for step in job.get("steps", ()))
        if name in ("staging", "production"):
            wrong += [f"{name} without an environment"] if "environment" not in job else []
            wrong += [f"{name} without the code"] if "actions/checkout@" not in steps and name == "staging" else []
            wrong += [f"{name} without a login"] if "workload_identity_provider" not in steps else []
    return wrong


MISTAKES: Mapping[str, Callable[[Tree], object]] = {
    "an action by a tag that somebody can move": unpinned,
    "a workflow with whatever rights the token has": lambda t: [p for p, w in t.workflows.items() if w.get("permissions") != {}],
    "an image is pushed without the right to": lambda t: [] if "packages: write" in t.texts[CI] else [CI],
    "the checkout leaves its credentials behind": lambda t: [
        place for place, s in t.steps() if "checkout@" in s.get("uses", "") and s.get("with", {}).get("persist-credentials") is not False
    ],
    "pull requests are not tested": lambda t: [k for k in ("pull_request", "merge_group") if k not in t.workflows[CI][True]],
    "a job may hang for six hours": lambda t: [place for place, job in t.jobs() if "uses" not in job and "timeout-minutes" not in job],
    "two runs overtake each other": lambda t: [
        place
        for place, job in t.jobs()
        if "uses" not in job and "concurrency" not in job and "concurrency" not in t.workflows[place.split(":")[0]]
    ],
    "a step called push that only logs in": lambda t: [
        place for place, s in t.steps() if re.match("push", s.get("name", ""), re.I) and "docker push" not in s.get("run", "")
    ],
    "capitals in an image's name": lambda t: [] if "${REPOSITORY,,}" in t.texts[CI] else [CI],
    "pytest runs and nothing installs it": lambda t: lacks(t, "requirements-dev.txt", "pytest==") + lacks(t, CI, "requirements-dev.txt"),
    "a deploy job without code, environment or login": deploys,
    "Terraform applies what nobody saw": lambda t: t.holding(r"terraform\b[^\n]*(?:apply|destroy)[^\n]*-auto-approve"),
    "a module without a place for its state": lambda t: [
        p for p, text in t.texts.items() if re.match(r"infra/envs/[^/]+/main\.tf$", p) and not re.search(r'backend "', text)
    ],
    "the main branch is built and never deployed": lambda t: [] if "deploy" in t.workflows[CI]["jobs"] else [CI],
    "a deployment by a tag": lambda t: lacks(t, DEPLOY, "@sha256:") + lacks(t, CI, "@${{ needs.publish.outputs.digest }}"),
    "an image is pushed before it is scanned": lambda t: [] if t.workflows[CI]["jobs"]["publish"]["needs"] == "image" else [CI],
    "no list of what is inside": lambda t: lacks(t, CI, "cyclonedx", "sbom-path"),
    "code that raises a NameError": undefined_names,
    "TLS to a collector that speaks none, multicast names": endpoints_by_tls,
    "a service without a name": lambda t: lacks(t, "telemetry.py", '"OTEL_SERVICE_NAME", "where2eat"', "RESOURCE"),
    "three signals promised and one sent": lambda t: lacks(t, "telemetry.py", "TracerProvider(", "MeterProvider(", "trace_id"),
    # The SDK's providers send what they hold when the process ends, unless they are told not to or the process is cut off.
    "the last spans are lost at the end": lambda t: t.holding(r"shutdown_on_exit\s*=\s*False|os\._exit\("),
    "the scaler asks a metric that nobody serves": metrics_of_pods,
    "Pod Security Policies, gone since 1.25": lambda t: t.holding("PodSecurityPolic"),
    "pods without the restricted profile": lambda t: [
        n["metadata"]["name"]
        for n in t.of_kind("Namespace")
        if n["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted"
    ],
    "Sentinel, Opsgenie and k6 Cloud are advised": lambda t: t.holding(r"\bsentinel\b|opsgenie|k6 cloud"),
    "no bucket at the limits of the goals": bounds,
    "pages on a threshold instead of the burn rate": burns,
    "the budget is suspended at two shares": shares,
    "production sleeps, or staging never": standing,
    "a Python that is nearly out of support": lambda t: [v for v in re.findall(r'python-version: "3\.(\d+)"', t.texts[CI]) if int(v) < 12],
    "percentiles of 95 where 0.95 is meant": lambda t: t.holding(r"histogram_quantile\(\s*[1-9]"),
    "semantic conventions of two ages": lambda t: t.holding(r"http_server_duration_(?:milliseconds|bucket)"),
    "a load test that cannot fail": lambda t: lacks(t, "load/k6.js", "checks:", "http_reqs:", "http_req_failed:"),
    "an alert that says not what to do": lambda t: [
        r["alert"] for r in rules(t) if "alert" in r and "runbook_url" not in r["annotations"]
    ],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_known_mistake_is_generated(mistake: str, tree: Tree) -> None:
    found = MISTAKES[mistake](tree)
    assert not found
