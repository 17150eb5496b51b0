"""kube-linter: every built-in check, over what each kustomization renders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.kube_score import has_no_network_rules, scales_a_rollout
from prodify.validators.kubernetes_references import dig
from prodify.validators.kustomize import renderings, select_whole
from prodify.validators.sources import load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT: Mapping[str, str] = {
    "dnsconfig-options": "how names are looked up is the cluster's affair",
    "hpa-minimum-three-replicas": "how many there are at least is a goal of the profile",
    "minimum-three-replicas": "how many there are at least is a goal of the profile",
    "no-node-affinity": "which machines a cluster has is not known; spread constraints keep the pods apart",
    "required-annotation-email": "who answers for the service stands in docs/on-call.md, once",
    "required-label-owner": "who answers for the service stands in docs/on-call.md, once",
    "restart-policy": "Always is what a Deployment has when nothing is said; jobs are started again by their own backoffLimit",
    "schema-validation": "it fetches schemas from the network; kubeconform holds the same objects against those that are at hand",
}
"""Checks that are not asked at all, with the reason."""


def _is_job(item: Any, _objects: Sequence[Any]) -> bool:
    return str(dig(item, "kind")) in ("Job", "CronJob")


def _is_not_called(item: Any, objects: Sequence[Any]) -> bool:
    """Whether no request reaches the pods: a job, or a worker, which opens no port."""
    containers = dig(item, "spec", "template", "spec", "containers") or [{}]
    return _is_job(item, objects) or not any(container.get("ports") for container in containers)


def _is_spread(item: Any, _objects: Sequence[Any]) -> bool:
    return bool(dig(item, "spec", "template", "spec", "topologySpreadConstraints"))


def _is_replaced_whole(item: Any, _objects: Sequence[Any]) -> bool:
    return bool(dig(item, "spec", "strategy", "type") == "Recreate" and dig(item, "spec", "replicas") == 1)


EXCEPTIONS: Mapping[str, tuple[Callable[[Any, Sequence[Any]], bool], str]] = {
    "dangling-horizontalpodautoscaler": (scales_a_rollout, "the tool does not know Argo's Rollout; kubernetes-references does"),
    "env-value-from": (_is_job, "the secret is made by the ExternalSecret of the service, in another kustomization"),
    "no-anti-affinity": (_is_spread, "topologySpreadConstraints keep the pods apart, over zones as well"),
    "no-liveness-probe": (_is_not_called, "a job has a deadline; a probe cannot tell a worker that waits from one that hangs"),
    "no-readiness-probe": (_is_not_called, "nobody sends requests to a job or a worker"),
    "no-rolling-update-strategy": (_is_replaced_whole, "what plans tasks by the clock must not run twice, not even for a moment"),
    "non-isolated-pod": (has_no_network_rules, "rules of the network belong to the audience public; where there are some, none may lack"),
    "read-secret-from-env-var": (_is_job, "pg_dump reads its password from the environment, or from a file in a home that it has not"),
}
"""Checks that are not held against an object, with the condition and the reason; the templates say the same beside the line."""


def run(job: Job) -> Iterator[Problem]:
    """Yield every finding but the exceptions; a configuration of the user's own is not read."""
    for path, rendered, complaint in renderings(job):
        if complaint:
            continue  # the validator kustomize says so
        folder = job.scratch()
        (folder / "rendered.yaml").write_text(rendered, encoding="utf-8")
        settings = {"checks": {"addAllBuiltIn": True, "exclude": sorted(LEFT_OUT)}}
        (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")
        done = job.call(
            [job.tools["kube-linter"], "lint", "--config", str(folder / "config.yaml"), "--format", "json", str(folder / "rendered.yaml")]
        )
        try:
            reports = json.loads(done.stdout)["Reports"] or ()
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"kube-linter ended with {done.code}: {done.last_words}") from error
        if done.code not in (0, 1) or (done.code == 1 and not reports):
            raise ToolError(f"kube-linter ended with {done.code}: {done.last_words}")
        objects = [document.value for document in load_documents("rendered.yaml", rendered)]
        yield from (problem for report in reports for problem in _judge(path, report, objects))


def _judge(path: str, report: Any, objects: Sequence[Any]) -> Iterator[Problem]:
    """Yield one report as a problem, unless it is an exception."""
    check, about = report["Check"], report["Object"]["K8sObject"]
    kind, name = about["GroupVersionKind"]["Kind"], about["Name"]
    named = (kind, name, about.get("Namespace") or None)
    original = next((one for one in objects if _identity(one) == named), None)
    condition, _reason = EXCEPTIONS.get(check, (None, ""))
    if condition is None or not condition(original, objects):
        yield Problem(path, None, f"renders {kind} {name}: {report['Diagnostic']['Message']} [{check}]")


def _identity(one: Any) -> tuple[Any, Any, Any]:
    return dig(one, "kind"), dig(one, "metadata", "name"), dig(one, "metadata", "namespace")


VALIDATORS = (
    Validator(
        name="kube-linter",
        title="rendered Kubernetes objects: all of kube-linter's checks",
        select=select_whole,
        run=run,
        executables=("kube-linter", "kubectl|kustomize"),
        install="go install of github.com/stackrox/kube-linter v0.8.3: make validators-go",
        taste=True,
    ),
)
