"""Where the repository is hosted: which system's pipelines recipes write. No recipe of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

GITLAB_FILE = ".gitlab-ci.yml"


def on_gitlab(repo: Inventory, profile: Profile) -> bool:
    """Whether the repository is on GitLab: the profile's address says so, or there is a pipeline of GitLab and none of GitHub.

    The address is `service.repository`; an instance of one's own counts when its host has "gitlab" in it.
    """
    host = profile.service.repository.partition("://")[2].partition("/")[0].lower()
    if host:
        return "gitlab" in host
    return GITLAB_FILE in repo.files and not any(pipeline.path.startswith(".github/") for pipeline in repo.pipelines)
