"""The manifests of background workers; part of the recipe `kubernetes`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.escape import Code
from prodify.recipes.scaling.workers import ALIVE_FILE, ALIVE_SECONDS, SPARE_SECONDS, STARTER, Worker
from prodify.recipes.shared.layout import KUBERNETES, UID
from prodify.render import render

if TYPE_CHECKING:
    from prodify.profile import Profile

PATH = f"{KUBERNETES}/base/worker.yaml"
PROGRAM_SECONDS = 30
"""How long a program of one's own may take to stop."""
_PROCESS_MEMORY = 128
"""MiB that a Python process with a web framework and a database client takes: general knowledge, to be measured."""


@dataclass(frozen=True, slots=True)
class Process:
    """One Deployment. Times in seconds, memory in MiB; `replicas` 0 leaves the number to a scaler, `single` allows only one."""

    name: str
    command: Code
    replicas: int
    single: bool
    longest: int
    termination: int
    memory: int
    probe: Code


@dataclass(frozen=True, slots=True)
class WorkerManifestContext:
    """What `scaling/kubernetes/worker.yaml` names; `disrupted` is the worker whose pods are evicted one by one, or empty."""

    alone: bool
    account: str
    role_arn: str
    image: str
    has_secrets: bool
    uid: int
    processes: tuple[Process, ...]
    disrupted: str


def probe(worker: Worker, profile: Profile) -> list[str]:
    """The command that tells whether the worker's sign of life is fresh; empty where it gives none."""
    if not worker.gives_signs:
        return []
    seconds = ALIVE_SECONDS[worker.framework] + (profile.tasks.limit_seconds if worker.framework in ("list", "loop") else 0)
    late = f"time.time() - os.path.getmtime('{ALIVE_FILE}') > {seconds}"
    return ["python", "-c", f"import os, sys, time; sys.exit({late})"]


def stop_seconds(worker: Worker, profile: Profile) -> int:
    """How long a worker that is told to stop may take: the longest task, and some more."""
    return PROGRAM_SECONDS if worker.framework == "loop" else profile.tasks.limit_seconds + SPARE_SECONDS


def processes(worker: Worker, profile: Profile) -> tuple[Process, ...]:
    """The worker, and what plans its tasks by the clock where the code does so."""
    check = probe(worker, profile)
    alive = Code(json.dumps(check) if check else "")
    single = not worker.can_be_many
    replicas = 1 if single else 0 if worker.listens_to_queue else profile.scaling.min_replicas
    at_once = worker.at_once(profile)
    main = Process(
        name=worker.name,
        command=Code(json.dumps(["python", STARTER])),
        replicas=replicas,
        single=single,
        longest=0 if worker.framework == "loop" else profile.tasks.limit_seconds,
        termination=stop_seconds(worker, profile),
        memory=_PROCESS_MEMORY * (1 + at_once),
        probe=alive,
    )
    if not worker.schedules:
        return (main,)
    command = Code(json.dumps(["python", STARTER, "beat"]))
    return main, Process(worker.scheduler, command, 1, True, 0, PROGRAM_SECONDS, _PROCESS_MEMORY, alive)


def worker_file(worker: Worker, profile: Profile, *, has_secrets: bool, role_arn: str) -> File:
    """The Deployment of the worker and, where the code plans tasks, of its scheduler."""
    context = WorkerManifestContext(
        alone=not worker.beside,
        account=worker.names.service,
        role_arn=role_arn,
        image=worker.names.image,
        has_secrets=has_secrets,
        uid=UID,
        processes=processes(worker, profile),
        disrupted=worker.name if worker.can_be_many else "",
    )
    return File(PATH, render("scaling/kubernetes/worker.yaml", context))
