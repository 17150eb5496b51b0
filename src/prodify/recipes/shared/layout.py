"""Where generated files stand, and how the generated parts name each other. Every recipe takes paths and names from here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component
    from prodify.profile import Profile

PORT = 8080
"""The port that generated images listen on unless PORT says otherwise."""
HEALTH_PATH = "/healthz"
"""Liveness: the process answers. Never asks a dependency."""
READY_PATH = "/readyz"
"""Readiness: the dependencies answer."""
UID = 10001
"""Numeric user of generated images; Kubernetes' runAsNonRoot needs a number."""

KUBERNETES = "deploy/kubernetes"
PROMETHEUS_RULES = "deploy/prometheus/rules"
PROMETHEUS_TESTS = "deploy/prometheus/tests"
ALERTMANAGER = "deploy/alertmanager/alertmanager.yml"
COLLECTOR = "deploy/otel/collector.yaml"
DASHBOARDS = "deploy/grafana"
OPENSLO = "slo/openslo.yaml"
INFRA = "infra"
RUNBOOKS = "docs/runbooks"
PRODUCTION_GUIDE = "docs/production/README.md"
LOAD_TESTS = "load"


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one service's parts. `package` is an importable form of the service's name."""

    service: str
    namespace: str
    package: str
    image: str


def naming(repo: Inventory, profile: Profile) -> Naming:
    """Names for the main service: from the profile, else from the component, else "app"."""
    component = main_component(repo)
    stated = profile.source("service.name") != "default"
    service = profile.service.name if stated or component is None else dns_label(component.name)
    return Naming(service, service, service.replace("-", "_"), f"{profile.platform.registry}/{profile.service.owner_slug}/{service}")


def main_component(repo: Inventory) -> Component | None:
    """The component that recipes write for: the one chosen by name or path, else the only web service, else the only worker or bot.

    None when there is none or several rival, and when no generated file could name its folder.
    """
    found = chosen_component(repo)
    return found if found is not None and can_be_named(found) else None


def can_be_named(component: Component) -> bool:
    """Whether generated files can name the component's folder and its entry point."""
    return is_writable(component.path) and (component.entrypoint or "").isprintable()


def is_writable(path: str) -> bool:
    """Whether every language that recipes write can name a folder: letters, digits, spaces and . _ - + @ ~ ( ) between slashes.

    >>> is_writable("services/my api"), is_writable("a;b"), is_writable("-x"), is_writable("${{ x }}")
    (True, False, False, False)
    """
    return path.isprintable() and all(re.fullmatch(r"[\w.+@~(][\w .+@~()-]*", part) is not None for part in path.split("/"))


def chosen_component(repo: Inventory) -> Component | None:
    """The component that recipes would write for, whatever its folder is called."""
    if repo.service is not None:
        return next((c for c in repo.services if repo.service in (c.name, c.path)), None)
    for group in (repo.web_services, repo.services):
        if len(group) == 1:
            return group[0]
    root = [c for c in repo.services if c.path == "."]
    return root[0] if len(root) == 1 else None


def workers_elsewhere(repo: Inventory, main: Component) -> list[Component]:
    """The workers and bots that no image of the web service `main` can hold: they stand in another folder, with its own dependencies."""
    if main not in repo.web_services:
        return []
    return [c for c in repo.services if c.kind in ("worker", "bot") and c.path != main.path]


def dns_label(text: str) -> str:
    """A DNS label (RFC 1123) made of any text: lower case, digits and hyphens, at most 63 characters.

    >>> dns_label("Where2Eat Prototype!")
    'where2eat-prototype'
    """
    label = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
    return label or "app"
