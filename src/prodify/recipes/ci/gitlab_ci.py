"""Recipe `gitlab-ci`: GitLab CI from a merge request to production."""

from __future__ import annotations

from collections.abc import Iterator

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.ci.ci import linter_and_tools
from prodify.recipes.ci.gitlab import gitlab_pipeline
from prodify.recipes.ci.project import python_project


@recipe(
    step=Step.CI,
    fixes=(
        "ci-exists", "tests-run-on-pull-requests", "default-branch-is-built", "lint-runs-in-ci", "image-is-built-in-ci",
        "deploy-is-automated", "staging-precedes-production", "production-deploy-is-gated", "deploys-use-digests",
        "image-is-scanned", "sbom-is-generated", "artefacts-are-attested", "coverage-is-measured",
    ),
    default=False,
    review=Review.CAREFUL,
)  # fmt: skip
def gitlab_ci(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """GitLab CI: test, lint, build, scan, push by digest, sign; staging, smoke test, SLO gate, production by hand.

    The recipe `ci` writes the very same where `service.repository` names a host of GitLab; by this name it is written for any repository.
    Nothing is deployed before the variable DEPLOY_ENABLED is set; clusters are reached through GitLab's agent, Cloud Run by the job's
    own identity: no key is stored.
    """
    project = python_project(repo)
    if project is None or any(pipeline.runs_tests for pipeline in repo.pipelines if pipeline.system == "gitlab"):
        return
    yield gitlab_pipeline(repo, profile, project)
    yield from linter_and_tools(repo, project)
