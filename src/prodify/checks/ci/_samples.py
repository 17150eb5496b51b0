"""Pieces that several checks of this step share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Inventory

if TYPE_CHECKING:
    from prodify.inventory.workflows.model import Job, Pipeline


def live(repo: Inventory) -> tuple[Pipeline, ...]:
    """Pipelines that could be read and that something starts."""
    return tuple(p for p in repo.pipelines if p.problem is None)


def github(repo: Inventory) -> tuple[Pipeline, ...]:
    """GitHub workflows that could be read."""
    return tuple(p for p in live(repo) if p.system == "github")


def deploy_jobs(repo: Inventory) -> tuple[tuple[Pipeline, Job], ...]:
    """Jobs that deploy something."""
    return tuple((p, job) for p in live(repo) for job in p.jobs if job.deploys)


def is_production(job: Job) -> bool:
    """Whether a job deploys to production, told from its environment, id and name."""
    return any(word in " ".join((job.environment or "", job.id, job.name or "")).lower() for word in ("prod", "live", "release"))


def is_staging(job: Job) -> bool:
    """Whether a job deploys to something before production."""
    return any(
        word in " ".join((job.environment or "", job.id, job.name or "")).lower()
        for word in ("stag", "preview", "preprod", "uat", "qa", "test-env")
    )
