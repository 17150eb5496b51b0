"""The recipe `security-policy`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Step, recipe
from prodify.escape import Code, markdown
from prodify.render import render

PATH = "SECURITY.md"
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class SecurityPolicyContext:
    """What `security/SECURITY.md` names: one sentence on where to report."""

    how: Code


@recipe(step=Step.SECURITY, fixes=("security-contact-exists",), audiences=(Audience.TEAM, Audience.PUBLIC))
def security_policy(repo: Inventory, profile: Profile) -> Iterator[File]:
    """SECURITY.md: where to report a weakness, and what happens then.

    Needs `service.owner` or the address of a repository on GitHub; a policy that stands elsewhere in the repository is left to it.
    """
    how = _contact(profile)
    if how and not any(path != PATH for path in repo.files.select("SECURITY.md", "SECURITY.rst", "SECURITY.txt", "security.txt")):
        yield File(PATH, render("security/SECURITY.md", SecurityPolicyContext(how)))


def _contact(profile: Profile) -> Code:
    owner, repository = profile.service.owner, profile.service.repository.rstrip("/")
    if _ADDRESS.fullmatch(owner):
        return Code(f"Write to <{owner}>.")
    if repository.startswith("https://github.com/"):
        return Code(f"Report it [privately on GitHub]({repository}/security/advisories/new).")
    return Code(f"Tell {markdown(owner)}, in private." if owner else "")
