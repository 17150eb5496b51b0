"""What only people can fill in, read off the files that were placed, so that the production guide never promises more than they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.recipes.ci.hosting import GITLAB_FILE, GITLAB_SECURITY
from prodify.recipes.ci.renovate import PATH as RENOVATE
from prodify.recipes.security.secret_store import STORE_NAMES
from prodify.recipes.shared.layout import ALERTMANAGER, COLLECTOR, INFRA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prodify.api import Placed, Profile

_SECRET_FILES = re.compile(r"_file: \S*/([A-Za-z0-9._-]+)$", re.MULTILINE)
_COLLECTOR_SETTING = re.compile(r"\$\{env:([A-Z][A-Z0-9_]*)[:}]")
_VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_NEEDED = re.compile(r"^# (DEPLOY_ENABLED .*)\.$", re.MULTILINE)
_STATE = re.compile(r'^\s*backend "\w+"', re.MULTILINE)
_STORED = re.compile(r"^kind: ExternalSecret$|secretKeyRef:", re.MULTILINE)


def fill_in(placed: Sequence[Placed], profile: Profile) -> Code:
    """One sentence for a step: what its files wait for, or "nothing"; the whole is Markdown."""
    texts = {item.path: item.text for item in placed if item.text is not None}
    edited = {item.recipe.id for item in placed}
    said = [*_workflows(texts), *_recorded(edited), *_environment(placed), *_stored(texts, profile)]
    said += [*_alerting(texts, edited, profile), *_cloud(texts), *_named(edited)]
    return Code(f"Fill in: {'; '.join(said)}." if said else "Fill in: nothing.")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(set(names)))


def _workflows(texts: dict[str, str]) -> Iterator[str]:
    gitlab = _NEEDED.search(texts.get(GITLAB_FILE, ""))
    if gitlab:
        yield f"the project's variables {_names(re.findall(r'[A-Z][A-Z0-9_]+', re.sub(r' [(][^)]*[)]', '', gitlab[1])))}"
    if GITLAB_SECURITY in texts:
        yield f"a schedule for the nightly run, as the head of `{GITLAB_SECURITY}` says"
    if RENOVATE in texts:
        yield "who runs Renovate for the project: an app of the instance, or a scheduled pipeline"
    joined = "\n".join(text for path, text in texts.items() if "/workflows/" in path)
    for kind in ("vars", "secrets"):
        found = set(re.findall(rf"\b{kind}\.([A-Z][A-Z0-9_]*)", joined)) - {"GITHUB_TOKEN"}
        if found:
            yield f"repository {'variables' if kind == 'vars' else 'secrets'} {_names(found)}"


def _recorded(edited: set[str]) -> Iterator[str]:
    if edited & {"unit", "contract"}:
        yield "what the service answers today: `RECORD=1 pytest tests/characterisation`, look it through, commit it"


def _environment(placed: Sequence[Placed]) -> Iterator[str]:
    for path in (item.path for item in placed if item.recipe.id == "env-example"):
        yield f"the values that `{path}` names, in `.env` on your machine and in the secret store elsewhere"


def _stored(texts: dict[str, str], profile: Profile) -> Iterator[str]:
    if any(_STORED.search(text) for path, text in texts.items() if path.endswith((".yaml", ".yml"))):
        yield f"the values of the secrets, in {STORE_NAMES[profile.secret_store]}; the manifest lists their names"


def _named(edited: set[str]) -> Iterator[str]:
    """What recipes wait for that are applied by name only."""
    if "nomad" in edited:
        yield "Nomad's two namespaces with their settings, and `max_kill_timeout` of its machines (`deploy/nomad/README.md`)"
    if "crossplane" in edited:
        yield "what stands in capitals in both requests to Crossplane (`deploy/crossplane/README.md`)"
    if "pulumi" in edited:
        yield "Pulumi's bucket and key, the account in `Pulumi.*.yaml`, and the values of the secrets (`infra/pulumi/README.md`)"


def _alerting(texts: dict[str, str], edited: set[str], profile: Profile) -> Iterator[str]:
    if files := _SECRET_FILES.findall(texts.get(ALERTMANAGER, "")):
        yield f"the secret files {_names(files)} under `/etc/alertmanager/secrets`"
    if "on-call" in edited and not (profile.on_call.primary or profile.service.owner):
        yield "who is called, as `on_call.primary` in `prodify.yaml`"
    settings = set(_COLLECTOR_SETTING.findall(texts.get(COLLECTOR, ""))) - {"LISTEN_ADDRESS"}
    if settings:
        yield f"where the collector sends to, as its settings {_names(settings)}, unless their defaults suit"


def _cloud(texts: dict[str, str]) -> Iterator[str]:
    """Variables without a default, and the bucket of the state, of the configurations that are planned by themselves."""
    roots = [text for path, text in texts.items() if path.startswith(f"{INFRA}/envs/") and path.endswith(".tf")]
    needed = {name for text in roots for name, body in _VARIABLE.findall(text) if not re.search(r"^\s*default\s*=", body, re.MULTILINE)}
    if needed:
        yield f"the Terraform variables {_names(needed)}"
    if any(_STATE.search(text) for text in roots):
        yield "where the Terraform state is kept (`-backend-config`)"
