"""How a change reaches the users: by machine, through staging, past a gate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    undecided,
)
from prodify.checks.ci._samples import deploy_jobs, deployments, is_staging, production_jobs

if TYPE_CHECKING:
    from prodify.inventory.workflows.model import Job, Pipeline
from prodify.lazyre import lazy

_GITOPS = ("argoproj.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
_PULLED = ("render.yaml", "vercel.json", "netlify.toml", "railway.json", "railway.toml", ".do/app.yaml", "now.json", "amplify.yml")
"""Files of platforms that deploy every push to the default branch by themselves."""
_GATE = lazy(r"(?<![a-z])(gate|approv|slo(?![a-z])|error.?budget|burn|analysis|soak|manual)", re.IGNORECASE)
_BY_HAND = frozenset(("workflow_dispatch", "release", "tag", "manual", "web"))


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="ci",
    hint="Add a job that deploys what CI built, and run it on the default branch instead of from somebody's machine.",
)
def deploy_is_automated(repo: Inventory, profile: Profile) -> Verdict:
    """A machine deploys, not a person.

    Why:
        What is deployed from a laptop holds whatever lay there, works only while that person is there, and is done rarely because it hurts.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          deploy:
            runs-on: ubuntu-24.04
            steps:
              - run: gcloud run deploy app --image "$IMAGE"
        ```
    """
    if not repo.services:
        return not_applicable("no service to deploy")
    steps = [note for _, job in deploy_jobs(repo) for note in deployments(job)]
    pulled = [
        o for o in repo.kubernetes if o.group in _GITOPS and o.kind in ("Application", "ApplicationSet", "Kustomization", "HelmRelease")
    ]
    platform = [Location(p) for p in _PULLED if p in repo.files]
    if steps or pulled or platform:
        return passed("a machine deploys", *steps[:5], *pulled, *platform)
    return failed("nothing deploys the service but people")


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="ci",
    hint="Deploy to a staging environment first, look at it with a smoke test, and let the production job need that one.",
)
def staging_precedes_production(repo: Inventory, profile: Profile) -> Verdict:
    """A release goes to staging before it goes to production.

    Why:
        A missing variable, a migration that locks or an image that does not start shows on staging, where it costs nobody anything.

    Fails:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            environment: production
            steps:
              - run: kubectl apply -k deploy/overlays/production
        ```

    Passes:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          staging:
            runs-on: ubuntu-24.04
            environment: staging
            steps:
              - run: kubectl apply -k deploy/overlays/staging
          production:
            needs: staging
            runs-on: ubuntu-24.04
            environment: production
            steps:
              - run: kubectl apply -k deploy/overlays/production
        ```
    """
    jobs = deploy_jobs(repo)
    if not jobs:
        return not_applicable("no pipeline deploys anything")
    production = production_jobs(repo)
    if not production:
        return not_applicable("no pipeline deploys to production")
    staging = [(p, j) for p, j in jobs if is_staging(j)]
    if not staging:
        return failed("production is where a release is tried first", *(Note(j.location, f"job {j.id}") for _, j in production))
    beside = [(p, j) for p, j in production if p.system == "github" and not _follows(p, j, staging)]
    if beside:
        return failed(
            "staging does not come before production", *(Note(j.location, f"job {j.id} does not wait for staging") for _, j in beside)
        )
    return passed("staging comes first", *(Note(j.location, f"job {j.id}") for _, j in (*staging, *production)))


def _follows(pipeline: Pipeline, job: Job, staging: list[tuple[Pipeline, Job]]) -> bool:
    """Whether staging ran before a job: as one of its needs, or in another pipeline than this one."""
    here = [j for p, j in staging if p is pipeline]
    return not here or any(j in pipeline.before(job) for j in here)


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="ci",
    hint="Let production wait: for an approval (an environment with required reviewers) or for a job that asks the error budget.",
)
def production_deploy_is_gated(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody or something may say no before production changes.

    Why:
        Without a gate every merge is live minutes later, also the one at five on Friday while the error budget is already spent.

    Fails:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            steps:
              - run: kubectl apply -k deploy/overlays/production
        ```

    Passes:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          gate:
            runs-on: ubuntu-24.04
            steps:
              - run: ./scripts/ask-error-budget.sh
          production:
            needs: gate
            runs-on: ubuntu-24.04
            environment: production
            steps:
              - run: kubectl apply -k deploy/overlays/production
        ```
    """
    production = production_jobs(repo)
    if not production:
        return not_applicable("no pipeline deploys to production")
    watched = [o for o in repo.kubernetes if o.kind in ("AnalysisTemplate", "ClusterAnalysisTemplate", "Canary")]
    open_jobs = [(p, j) for p, j in production if not _is_gated(p, j)]
    if watched or not open_jobs:
        return passed("production waits for a gate", *watched, *(Note(j.location, f"job {j.id}") for _, j in production))
    named = [(p, j) for p, j in open_jobs if j.environment]
    if len(named) == len(open_jobs):
        places = [Note(j.environment_location or j.location, f"environment {j.environment}") for _, j in named]
        return undecided("whether the environment asks for an approval is a setting outside the repository", *places)
    return failed("production changes without anybody being asked", *(Note(j.location, f"job {j.id}") for _, j in open_jobs))


def _is_gated(pipeline: Pipeline, job: Job) -> bool:
    """Whether a job waits: started by hand, or after a job whose name or commands are those of a gate."""
    if job.manual or (pipeline.triggers and set(pipeline.triggers) <= _BY_HAND):
        return True
    before = pipeline.before(job)
    texts = [text for j in before for text in (j.id, j.name or "", *(s.name or "" for s in j.steps), *(s.uses or "" for s in j.steps))]
    return any(j.manual for j in before) or any(_GATE.search(text) for text in texts)
