"""How the workflow logs in to the registry of images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from prodify.escape import Code
from prodify.recipes.ci.deploy import login

if TYPE_CHECKING:
    from prodify.profile import Profile

_CLOUDS: dict[str, Literal["gcp", "aws", "azure"]] = {".pkg.dev": "gcp", ".amazonaws.com": "aws", ".azurecr.io": "azure"}
_COMMANDS = {
    "gcp": 'gcloud auth print-access-token | docker login "${REGISTRY%%/*}" --username oauth2accesstoken --password-stdin',
    "aws": 'aws ecr get-login-password | docker login "${REGISTRY%%/*}" --username AWS --password-stdin',
    "azure": 'az acr login --name "${REGISTRY%%.*}"',
}


@dataclass(frozen=True, slots=True)
class Registry:
    """`steps` log in to the cloud that the registry belongs to (empty for others), `command` logs docker in.

    `stored`: the registry takes a user and a token that the environment "registry" holds.
    """

    steps: Code
    command: Code
    stored: bool


def registry_of(profile: Profile) -> Registry:
    """The login for the profile's registry: GitHub's own by the job's token, a cloud's by its keyless login, others by a stored token."""
    host = profile.platform.registry.partition("/")[0]
    cloud = next((name for end, name in _CLOUDS.items() if host.endswith(end)), None)
    if cloud is not None:
        at_cloud = replace(profile, platform=replace(profile.platform, cloud=cloud))
        return Registry(login(at_cloud, cluster=False), Code(_COMMANDS[cloud]), stored=False)
    command = 'echo "$TOKEN" | docker login "${REGISTRY%%/*}" --username "$ACTOR" --password-stdin'
    return Registry(Code(""), Code(command), stored=host != "ghcr.io")
