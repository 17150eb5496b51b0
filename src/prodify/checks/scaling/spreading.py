"""Where replicas run, and how many workers follow a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

if TYPE_CHECKING:
    from prodify.inventory.kubernetes import KubernetesObject

_QUEUES = frozenset(
    ("celery", "rq", "kafka", "rabbitmq", "sqs", "dramatiq", "huey", "pubsub", "nats", "arq", "bullmq", "sidekiq", "pika", "redis-queue")
)


@check(
    step=Step.SCALING,
    level=Level.NOTE,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    fixed_by="kubernetes",
    hint="Add topologySpreadConstraints over zones and machines, or anti-affinity, to the pods.",
)
def replicas_are_spread(repo: Inventory, profile: Profile) -> Verdict:
    """Replicas run on different machines and in different zones.

    Why:
        Three replicas on one machine are one: when it goes, all of them go, and that is what replicas were for.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          replicas: 3
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          replicas: 3
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              topologySpreadConstraints:
                - maxSkew: 1
                  topologyKey: topology.kubernetes.io/zone
                  whenUnsatisfiable: ScheduleAnyway
                  labelSelector: {matchLabels: {app: app}}
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```
    """
    pods = [
        o
        for o in repo.kubernetes
        if o.is_long_running and o.kind in ("Deployment", "StatefulSet", "Rollout", "ReplicaSet") and o.replicas != 1
    ]
    pods = [o for o in pods if o.pod_spec is not None]
    if not pods:
        return not_applicable("no workload with several replicas")
    packed = [o for o in pods if not _is_spread(o)]
    return failed("all replicas may run on one machine", *packed) if packed else passed("replicas are spread", *pods)


def _is_spread(item: KubernetesObject) -> bool:
    spec = item.pod_spec
    return spec is not None and (spec.get("topologySpreadConstraints") is not None or spec.get("affinity", "podAntiAffinity") is not None)


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=3,
    audiences=(Audience.TEAM, Audience.PUBLIC),
    effort=Effort.HOURS,
    fixed_by="keda",
    hint="Scale the workers on the length of their queue: a KEDA ScaledObject, or an autoscaler on an external metric.",
)
def workers_scale_on_queue(repo: Inventory, profile: Profile) -> Verdict:
    """The number of workers follows the length of their queue.

    Why:
        A worker that waits for others uses no CPU: an autoscaler that looks at CPU sees nothing while ten thousand jobs pile up.

    Fails:
        ```text title="requirements.txt"
        celery
        redis
        ```
        ```python title="tasks.py"
        from celery import Celery

        app = Celery("tasks", broker="redis://queue:6379/0")

        @app.task
        def mail(address):
            send(address)
        ```

    Passes:
        ```text title="requirements.txt"
        celery
        redis
        ```
        ```python title="tasks.py"
        from celery import Celery

        app = Celery("tasks", broker="redis://queue:6379/0")

        @app.task
        def mail(address):
            send(address)
        ```
        ```yaml title="deploy/worker.yaml"
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: worker}
        spec:
          scaleTargetRef: {name: worker}
          triggers:
            - type: redis
              metadata: {address: "queue:6379", listName: celery, listLength: "20"}
        ```
    """
    queues = [t for t in repo.brokers if t.name in _QUEUES]
    workers = [c for c in repo.services if c.kind == "worker"]
    if profile.platform.runtime == "compose":
        return not_applicable("one machine holds as many workers as it holds")
    if not repo.services or not queues or not (workers or any(t.name in ("rq", "dramatiq", "huey", "arq") for t in queues)):
        return not_applicable("no worker reads a queue")
    objects = [
        o
        for o in repo.kubernetes
        if o.kind in ("ScaledObject", "ScaledJob") or (o.kind == "HorizontalPodAutoscaler" and _on_queue(o.path, repo))
    ]
    blocks = [
        b
        for b in repo.terraform
        if b.kind in ("aws_appautoscaling_policy", "aws_lambda_event_source_mapping", "google_cloud_run_v2_worker_pool")
    ]
    push = [b for b in repo.terraform if b.kind == "google_pubsub_subscription" and b.block("push_config") is not None]
    if objects or blocks or push:
        return passed("workers follow their queue", *objects, *blocks, *push)
    found = [n for c in workers for n in c.evidence[:1]] or [Note(t.location, t.name) for t in queues]
    return failed("the number of workers does not follow their queue", *found)


def _on_queue(path: str, repo: Inventory) -> bool:
    return "External" in (repo.files.text(Location(path).path) or "")
