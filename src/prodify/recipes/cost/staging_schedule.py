"""The recipe `staging-schedule`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Audience, Edit, File, Inventory, Profile, Step, recipe
from prodify.data.images import image
from prodify.escape import Code
from prodify.recipes.scaling.target import kubernetes_target, kubernetes_worker
from prodify.recipes.scaling.worker_manifests import processes
from prodify.recipes.shared.layout import KUBERNETES, UID
from prodify.render import render

OVERLAY = f"{KUBERNETES}/overlays/staging"
FILE = "schedule.yaml"
WAKES, SLEEPS = 8, 18
"""Hours of the working day at which staging wakes and sleeps."""
HOURS_OF_A_WEEK, WORKING_DAYS = 168, 5

# Cloud regions by what their name starts with, and the time zone of the place. The longer beginning stands before the shorter one.
_TIME_ZONES = (
    ("us-west", "America/Los_Angeles"), ("us-east", "America/New_York"), ("us-", "America/Chicago"),
    ("northamerica", "America/Toronto"), ("ca-", "America/Toronto"), ("southamerica", "America/Sao_Paulo"), ("sa-", "America/Sao_Paulo"),
    ("europe-west2", "Europe/London"), ("eu-west-2", "Europe/London"), ("eu-west-1", "Europe/Dublin"), ("europe-north", "Europe/Helsinki"),
    ("europe", "Europe/Berlin"), ("eu-", "Europe/Berlin"), ("asia-northeast", "Asia/Tokyo"), ("ap-northeast-1", "Asia/Tokyo"),
    ("ap-northeast-3", "Asia/Tokyo"), ("ap-northeast-2", "Asia/Seoul"), ("asia-south1", "Asia/Kolkata"), ("asia-south2", "Asia/Kolkata"),
    ("ap-south-", "Asia/Kolkata"), ("asia-southeast1", "Asia/Singapore"), ("ap-southeast-1", "Asia/Singapore"),
    ("australia", "Australia/Sydney"), ("ap-southeast-2", "Australia/Sydney"), ("me-", "Asia/Dubai"), ("africa", "Africa/Johannesburg"),
    ("af-south", "Africa/Johannesburg"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What `cost/schedule.yaml` names: hours of the day, hours of a week, percent of it."""

    service: str
    namespace: str
    names: Code
    selected: Code
    image: str
    uid: int
    time_zone: str
    region: str
    wakes: int
    sleeps: int
    asleep: int
    share: int


@recipe(step=Step.COST, fixes=("staging-scales-to-zero",), after=("kubernetes",), audiences=(Audience.TEAM, Audience.PUBLIC))
def staging_schedule(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Staging on Kubernetes sleeps at night and at weekends: two jobs that may change the number of its pods, and nothing else.

    On Cloud Run staging scales to zero by itself. Where something in staging puts it to sleep already, nothing.
    """
    service, worker = kubernetes_target(repo, profile), kubernetes_worker(repo, profile)
    if service is None or any(
        o.kind in ("CronJob", "ScaledObject") and "staging" in f"{o.path} {o.namespace or ''}" for o in repo.kubernetes
    ):
        return
    background = [process.name for process in processes(worker, profile)] if worker is not None else []
    sleepers = list(dict.fromkeys([service.names.service, *background]))
    asleep = HOURS_OF_A_WEEK - WORKING_DAYS * (SLEEPS - WAKES)
    context = ScheduleContext(
        service=service.names.service,
        names=Code(", ".join(sleepers)),
        selected=Code(f"={sleepers[0]}" if len(sleepers) == 1 else f" in ({','.join(sleepers)})"),
        namespace=f"{service.names.namespace}-staging",
        image=image("kubectl").reference,
        uid=UID,
        time_zone=time_zone(profile.region),
        region=profile.region,
        wakes=WAKES,
        sleeps=SLEEPS,
        asleep=asleep,
        share=round(100 * asleep / HOURS_OF_A_WEEK),
    )
    yield File(f"{OVERLAY}/{FILE}", render("cost/schedule.yaml", context))
    yield Edit(
        f"{OVERLAY}/kustomization.yaml", edits.yaml.ensure_list_item(["resources"], FILE), why="staging sleeps at night and at weekends"
    )


def time_zone(region: str) -> str:
    """The time zone of a cloud's region, UTC for one that is not known.

    >>> time_zone("europe-west2"), time_zone("europe-west1"), time_zone("us-east-1"), time_zone("moon-1")
    ('Europe/London', 'Europe/Berlin', 'America/New_York', 'Etc/UTC')
    """
    known = sorted(_TIME_ZONES, key=lambda row: -len(row[0]))
    return next((zone for start, zone in known if region.startswith(start)), "Etc/UTC")
