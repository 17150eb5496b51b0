"""Which image is deployed, and with whose key."""

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
)
from prodify.checks.ci._samples import deploy_jobs, deployments, live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.workflows.model import Pipeline
from prodify.lazyre import lazy

_DIGEST = lazy(r"@\$?\{?\{?[^}\n]*(sha256|digest)|sha256:[0-9a-f$\[]|\bdigest\b", re.IGNORECASE)
_IMAGE = lazy(
    r"kubectl|kustomize|helm|gcloud run|deploy-cloudrun|ecs|docker (stack|service)|nomad|containerapp|apprunner|k8s", re.IGNORECASE
)
_KEYS = lazy(r"^(AWS_SECRET_ACCESS_KEY|AZURE_CREDENTIALS|ARM_CLIENT_SECRET|AZURE_CLIENT_SECRET|GCP_SA_KEY|GOOGLE_CREDENTIALS)$")
_KEYED_INPUTS = {
    "google-github-actions/auth": ("credentials_json",),
    "google-github-actions/setup-gcloud": ("service_account_key",),
    "aws-actions/configure-aws-credentials": ("aws-secret-access-key",),
    "azure/login": ("creds",),
}
"""Actions that log in to a cloud, and the inputs that hold a key that is kept."""


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    cwe=(494,),
    fixed_by="ci",
    hint="Hand the digest that the build printed from job to job, and deploy registry/name@sha256:... instead of a tag.",
)
def deploys_use_digests(repo: Inventory, profile: Profile) -> Verdict:
    """What is deployed is named by its digest.

    Why:
        A tag can be moved between the scan, staging and production; a digest is the very image that was tested.

    Fails:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            steps:
              - run: docker build -t ghcr.io/o/app:latest . && docker push ghcr.io/o/app:latest
              - run: kubectl set image deploy/app app=ghcr.io/o/app:latest
        ```

    Passes:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            steps:
              - id: build
                uses: docker/build-push-action@v7
                with: {push: true, tags: "ghcr.io/o/app:main"}
              - run: kubectl set image deploy/app "app=ghcr.io/o/app@${{ steps.build.outputs.digest }}"
        ```
    """
    jobs = [(p, j) for p, j in deploy_jobs(repo) if any(_IMAGE.search(n.note) for n in deployments(j))]
    if not jobs:
        return not_applicable("no pipeline deploys an image")
    pinned = [i for o in repo.kubernetes if o.is_long_running for c in o.containers if (i := c.image) is not None and i.is_pinned]
    by_tag = [(p, j) for p, j in jobs if not _names_digest(repo, p)]
    if not by_tag:
        return passed("images are deployed by their digest", *(Note(j.location, f"job {j.id}") for _, j in jobs))
    if pinned:
        return passed("the manifests name digests", *(i.location for i in pinned))
    return failed("an image is deployed by a tag that can be moved", *(n for _, j in by_tag for n in deployments(j)[:1]))


def _names_digest(repo: Inventory, pipeline: Pipeline) -> bool:
    """Whether a pipeline speaks of an image's digest; the digests of container actions do not count."""
    return any(
        _DIGEST.search(line) and "docker://" not in line for line in repo.files.lines(pipeline.path) if not line.lstrip().startswith("#")
    )


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    cwe=(522, 798),
    fixed_by="ci",
    hint="Let the cloud trust the pipeline's own identity (OpenID Connect) and delete the stored key.",
)
def cloud_login_is_keyless(repo: Inventory, profile: Profile) -> Verdict:
    """Pipelines log in to the cloud without a stored key.

    Why:
        A stored key works for ever and from everywhere, for whoever got hold of it; a token of the pipeline's identity ends with the job.

    Fails:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            steps:
              - uses: aws-actions/configure-aws-credentials@v6
                with:
                  aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}
                  aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
                  aws-region: eu-central-1
        ```

    Passes:
        ```yaml title=".github/workflows/deploy.yml"
        name: deploy
        on: [push]
        jobs:
          production:
            runs-on: ubuntu-24.04
            permissions: {id-token: write}
            steps:
              - uses: aws-actions/configure-aws-credentials@v6
                with:
                  role-to-assume: ${{ vars.AWS_ROLE }}
                  aws-region: eu-central-1
        ```
    """
    logins = [use for p in live(repo) for use in p.uses if use.name.lower() in _KEYED_INPUTS]
    keys = [Note(u.location, f"{u.name} with {k}") for u in logins for k in _KEYED_INPUTS[u.name.lower()] if u.input(k) is not None]
    keys += _key_variables(repo)
    activated = [c for p in live(repo) for c in p.runs("gcloud auth activate-service-account")]
    if keys or activated:
        return failed("a stored key logs in to the cloud", *keys, *activated)
    return passed("pipelines log in with their own identity", *logins) if logins else not_applicable("no pipeline logs in to a cloud")


def _key_variables(repo: Inventory) -> list[Note]:
    """Where a pipeline hands a cloud key on as an environment variable; the place is the job or step, the value is not shown."""

    def found() -> Iterator[Note]:
        for pipeline in live(repo):
            yield from (Note(Location(pipeline.path), name) for name in pipeline.env if _KEYS.match(name))
            for job in pipeline.jobs:
                yield from (Note(job.location, name) for name in job.env if _KEYS.match(name))
                yield from (Note(step.location, name) for step in job.steps for name in step.env if _KEYS.match(name))

    return list(found())
