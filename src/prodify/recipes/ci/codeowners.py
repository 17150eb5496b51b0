"""Recipe `codeowners`: who reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Step, recipe
from prodify.recipes.ci.hosting import on_gitlab
from prodify.render import render

PATH = ".github/CODEOWNERS"
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class CodeownersContext:
    """What `ci/CODEOWNERS` names."""

    owner: str


@recipe(step=Step.CI, fixes=("owner-is-named",), audiences=(Audience.TEAM, Audience.PUBLIC))
def codeowners(repo: Inventory, profile: Profile) -> Iterator[File]:
    """CODEOWNERS with the owner that the profile states, as @user, @org/team or an address; nothing without one."""
    owner = profile.service.owner.strip()
    if _OWNER.fullmatch(owner) and not any(path in repo.files for path in ("CODEOWNERS", "docs/CODEOWNERS")):
        yield File("CODEOWNERS" if on_gitlab(repo, profile) else PATH, render("ci/CODEOWNERS", CodeownersContext(owner)))
