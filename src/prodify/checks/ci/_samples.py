"""Pieces that several checks of this step share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Inventory, Note

if TYPE_CHECKING:
    from prodify.inventory.workflows.model import Job, Pipeline
from prodify.lazyre import lazy

_PRODUCTION = lazy(r"(?<![a-z])(prod|live(?!ness)|release)", re.IGNORECASE)
_EARLIER = lazy(r"(?<![a-z])(stag|preview|pre-?prod|uat(?![a-z])|qa(?![a-z])|test-env|dev(elopment)?(?![a-z])|sandbox)", re.IGNORECASE)
_PAGES = lazy(r"gh-pages|github-pages|deploy-pages|mkdocs|ghpages", re.IGNORECASE)


def live(repo: Inventory) -> tuple[Pipeline, ...]:
    """Pipelines that could be read and that something starts."""
    return tuple(p for p in repo.pipelines if p.problem is None)


def github(repo: Inventory) -> tuple[Pipeline, ...]:
    """GitHub workflows that could be read."""
    return tuple(p for p in live(repo) if p.system == "github")


def deployments(job: Job) -> tuple[Note, ...]:
    """Where a job deploys the service; publishing documentation pages is none."""
    return tuple(note for note in job.deploys if not _PAGES.search(note.note))


def deploy_jobs(repo: Inventory) -> tuple[tuple[Pipeline, Job], ...]:
    """Jobs that deploy the service."""
    return tuple((p, job) for p in live(repo) for job in p.jobs if deployments(job))


def production_jobs(repo: Inventory) -> tuple[tuple[Pipeline, Job], ...]:
    """Jobs that deploy to production: those that say so, else all that do not name an earlier environment."""
    jobs = deploy_jobs(repo)
    return tuple((p, j) for p, j in jobs if is_production(j)) or tuple((p, j) for p, j in jobs if not is_staging(j))


def is_production(job: Job) -> bool:
    """Whether a job deploys to production, told from its environment, id and name."""
    return _PRODUCTION.search(_words(job)) is not None and not is_staging(job)


def is_staging(job: Job) -> bool:
    """Whether a job deploys to something before production."""
    return _EARLIER.search(_words(job)) is not None


def _words(job: Job) -> str:
    return " ".join((job.environment or "", job.id, job.name or ""))
