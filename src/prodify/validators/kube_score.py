"""kube-score: how objects for Kubernetes hold up in operation, over what each kustomization renders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.kubernetes_references import dig
from prodify.validators.kustomize import renderings, select_whole
from prodify.validators.sources import load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTH_PATH = "/healthz"
"""What generated services answer beside /readyz."""

GOOD = 7
"""Grades from here on are "almost" (7) and "OK" (10); 5 is a warning and 1 critical."""

OPTIONAL = ("container-ports-check", "container-seccomp-profile")
"""Optional checks that are asked; the others want every request to equal its limit, which leaves no room for a burst."""


def always(_item: Any, _objects: Sequence[Any]) -> bool:
    """Whatever the object."""
    return True


def scales_a_rollout(item: Any, _objects: Sequence[Any]) -> bool:
    """Whether an autoscaler is about a canary rollout."""
    return bool(dig(item, "spec", "scaleTargetRef", "kind") == "Rollout")


def _in_staging(item: Any, _objects: Sequence[Any]) -> bool:
    return str(dig(item, "metadata", "namespace")).endswith("-staging")


def _has_one_address_to_ask(item: Any, _objects: Sequence[Any]) -> bool:
    """Whether the service answers no address of ours, of which there are always two."""
    containers = dig(item, "spec", "template", "spec", "containers") or [{}]
    return bool(dig(containers[0], "livenessProbe", "httpGet", "path") != HEALTH_PATH)


def has_no_network_rules(_item: Any, objects: Sequence[Any]) -> bool:
    """Whether no rule is about a service: one about the pods of scheduled jobs comes with the jobs."""
    jobs = [dig(item, "spec", "jobTemplate", "spec", "template", "metadata", "labels") or {} for item in objects]
    rules = [dig(item, "spec", "podSelector", "matchLabels") or {} for item in objects if dig(item, "kind") == "NetworkPolicy"]
    return all(rule and any(rule.items() <= labels.items() for labels in jobs) for rule in rules)


EXCEPTIONS: Mapping[str, tuple[Callable[[Any, Sequence[Any]], bool], str]] = {
    "container-image-pull-policy": (always, "images are deployed by digest, which cannot come to mean another image"),
    "deployment-has-host-podantiaffinity": (always, "topologySpreadConstraints spread the pods, over zones as well"),
    "deployment-replicas": (always, "the autoscaler sets the number, also where it follows the rollout of a canary"),
    "horizontalpodautoscaler-has-target": (scales_a_rollout, "the tool does not know Argo's Rollout; kubernetes-references does"),
    "horizontalpodautoscaler-replicas": (_in_staging, "one pod is enough to try things out, and costs the least"),
    "pod-networkpolicy": (
        has_no_network_rules,
        "rules of the network belong to the audience public; where there are any, none may be left out",
    ),
    "pod-probes-identical": (_has_one_address_to_ask, "there is but one address to ask"),
}
"""Checks that are not held against an object, with the condition and the reason; the templates say the same beside the line."""


def run(job: Job) -> Iterator[Problem]:
    """Yield every warning and worse, but for the exceptions and the limit of CPU: it would slow requests down on an idle machine."""
    options = [word for name in OPTIONAL for word in ("--enable-optional-test", name)]
    for path, rendered, complaint in renderings(job):
        if complaint:
            continue  # the validator kustomize says so
        file = job.scratch() / "rendered.yaml"
        file.write_text(rendered, encoding="utf-8")
        done = job.call([job.tools["kube-score"], "score", "--output-format=json", "--ignore-container-cpu-limit", *options, str(file)])
        try:
            scored = json.loads(done.stdout)
        except ValueError as error:
            raise ToolError(f"kube-score ended with {done.code}: {done.last_words}") from error
        objects = [document.value for document in load_documents("rendered.yaml", rendered)]
        for item in scored or ():
            yield from _judge(path, item, objects)


def _judge(path: str, item: Any, objects: list[Any]) -> Iterator[Problem]:
    """Yield the problems of one scored object."""
    kind, name, space = dig(item, "type_meta", "kind"), dig(item, "object_meta", "name"), dig(item, "object_meta", "namespace")
    original = next(
        (
            one
            for one in objects
            if (dig(one, "kind"), dig(one, "metadata", "name"), dig(one, "metadata", "namespace")) == (kind, name, space)
        ),
        None,
    )  # fmt: skip
    for found in item["checks"]:
        check = found["check"]["id"]
        condition, _reason = EXCEPTIONS.get(check, (None, ""))
        if found["skipped"] or found["grade"] >= GOOD or (condition is not None and condition(original, objects)):
            continue
        for comment in found["comments"] or [{"path": "", "summary": found["check"]["comment"]}]:
            place = f" ({comment['path']})" if comment["path"] else ""
            yield Problem(path, None, f"renders {kind} {name}{place}: {comment['summary']} [{check}]")


VALIDATORS = (
    Validator(
        name="kube-score",
        title="rendered Kubernetes objects: probes, limits, disruptions, network, security",
        select=select_whole,
        run=run,
        executables=("kube-score", "kubectl|kustomize"),
        install="go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
    ),
)
