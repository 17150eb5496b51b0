"""Where the repository is hosted: which system's pipelines recipes write. No recipe of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

GITLAB_FILE = ".gitlab-ci.yml"
GITLAB_SECURITY = ".gitlab/security.gitlab-ci.yml"
GITLAB_POLICY = ".gitlab/policy.gitlab-ci.yml"
"""Parts of the pipeline that other recipes write; it includes those that are there."""


def on_gitlab(repo: Inventory, profile: Profile) -> bool:
    """Whether the repository is on GitLab: the profile's address says so, or there is a pipeline of GitLab and none of GitHub.

    The address is `service.repository`; an instance of one's own counts when its host has "gitlab" in it.
    """
    host = profile.service.repository.partition("://")[2].partition("/")[0].lower()
    if host:
        return "gitlab" in host
    return GITLAB_FILE in repo.files and not any(pipeline.path.startswith(".github/") for pipeline in repo.pipelines)


def has_gitlab_pipeline(repo: Inventory, profile: Profile) -> bool:
    """Whether the pipeline on GitLab is the one that recipes write, so that it includes what other recipes add to it."""
    from prodify.recipes.ci.project import python_project

    return on_gitlab(repo, profile) and python_project(repo) is not None and not any(p.runs_tests for p in repo.pipelines)
