"""The recipe `keda`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.scaling.target import kubernetes_worker
from prodify.recipes.scaling.workers import Worker
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import KUBERNETES
from prodify.render import render

FOLDER = f"{KUBERNETES}/components/worker-scaling"
OBJECT = "scaled-object.yaml"
_PARAMETERS = {"redis": ("address", "username", "password", "tls"), "rabbitmq": ("host",)}
"""What KEDA's scalers take from a secret, by the broker."""


@dataclass(frozen=True, slots=True)
class ScaledObjectContext:
    """What `scaling/kubernetes/scaled-object.yaml` names: tasks and seconds; `secret` is the variable with the broker's address."""

    name: str
    service: str
    min_replicas: int
    max_replicas: int
    concurrency: int
    typical_seconds: str
    start_seconds: int
    within_goal: int
    waiting: int
    broker: str
    address: str
    queues: tuple[str, ...]
    database: int
    secret: str
    parameters: tuple[str, ...]
    store_key: str


@dataclass(frozen=True, slots=True)
class ComponentContext:
    """What `scaling/kubernetes/worker-scaling.yaml` names."""

    resource: str


@recipe(
    step=Step.SCALING,
    fixes=("workers-scale-on-queue", "autoscaling-is-configured"),
    after=("kubernetes",),
    audiences=TEAM_AND_PUBLIC,
    review=Review.CAREFUL,
)
def keda(repo: Inventory, profile: Profile) -> Iterator[File]:
    """The number of workers follows the tasks that wait: KEDA on Redis or RabbitMQ, with the address of the queue from the secret store.

    A component of the production overlay, written for Celery, RQ and programs that read a list of Redis. Not where the queue or the
    broker's address is not plain from the code.
    """
    worker = kubernetes_worker(repo, profile)
    if worker is not None and worker.listens_to_queue:
        yield from scaling_files(worker, profile)


def scaling_files(worker: Worker, profile: Profile) -> Iterator[File]:
    """The component's files, for this recipe and for `kubernetes`."""
    tasks, at_once = profile.tasks, worker.at_once(profile)
    context = ScaledObjectContext(
        name=worker.name,
        service=worker.names.service,
        min_replicas=profile.scaling.min_replicas,
        max_replicas=profile.max_replicas,
        concurrency=at_once,
        typical_seconds=number(tasks.typical_seconds),
        start_seconds=tasks.start_seconds,
        within_goal=max(1, int(at_once * tasks.start_seconds / tasks.typical_seconds)),
        waiting=tasks.waiting_per_worker(at_once),
        broker=worker.broker,
        address=worker.address,
        queues=worker.queues,
        database=worker.database,
        secret=worker.variable,
        parameters=_PARAMETERS[worker.broker],
        store_key=f"{worker.names.service}-production",
    )
    yield File(f"{FOLDER}/{OBJECT}", render("scaling/kubernetes/scaled-object.yaml", context))
    yield File(f"{FOLDER}/kustomization.yaml", render("scaling/kubernetes/worker-scaling.yaml", ComponentContext(OBJECT)))
