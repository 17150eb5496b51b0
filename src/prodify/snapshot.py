"""Profile and inventory as plain data, in the shape of the report's contract; keys are never missing, absent values are null."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prodify.inventory.facts import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component, EnvVar, Route
    from prodify.model import Location
    from prodify.profile import Profile

HAS = tuple(
    (
        "tests ci dockerfile compose k8s terraform env_example readme lockfile healthcheck otel metrics structured_logs rate_limit "
        "migrations precommit license codeowners dependabot"
    ).split()
)
"""The keys of the `has` block, in the contract's order."""


def profile_snapshot(profile: Profile) -> dict[str, Any]:
    """The resolved profile, and where every value that is not a default came from."""
    data = asdict(profile)
    origin = dict(data.pop("origin"))
    data.pop("ignore")
    data["audience"] = profile.audience.value
    data["resolved"] = {
        "max_replicas": profile.max_replicas,
        "secret_store": profile.secret_store,
        "stated": sorted(k for k, v in origin.items() if v in ("stated", "set")),
        "inferred": sorted(k for k, v in origin.items() if v == "inferred"),
    }
    plain: dict[str, Any] = _lists(data)
    return plain


def prepare(repo: Inventory) -> None:
    """Find out what the inventory block needs and takes long, without what another process is looking for."""
    for fact in ("environment", "routes", "datastores", "outbound_calls", "llm_providers"):
        with suppress(Exception):  # said when the block is made
            getattr(repo, fact)


def _calls_others(repo: Inventory) -> bool:
    """Whether the program calls others over HTTP: a call that is written out, or a model's or a service's SDK on the platform's own client.

    Python's SDKs bring their own client, with limits of its own, and are told among the providers of models alone.
    """
    if repo.outbound_calls or any(not t.location.path.endswith((".py", ".ipynb")) for t in repo.llm_providers):
        return True
    from prodify.inventory import polyglot

    return any(True for _ in polyglot.services(repo))


def inventory_snapshot(repo: Inventory) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The inventory block of the report, and a notice for every part that could not be told.

    A fault in one fact must not keep the rest of the report from its reader, so that fact is empty and said to be.
    """
    parts: dict[str, tuple[Callable[[], Any], Any]] = {
        "kind": (lambda: repo.kind, "unknown"),
        "components": (lambda: [_component(c) for c in repo.components], []),
        "datastores": (lambda: [t.name for t in repo.datastores], []),
        "brokers": (lambda: [t.name for t in repo.brokers], []),
        "llm_providers": (lambda: [t.name for t in repo.llm_providers], []),
        "external_http": (lambda: _calls_others(repo), False),
        "environment": (lambda: _environment(repo.environment), []),
        "routes": (lambda: [_route(route) for route in repo.routes], []),
        "has": (lambda: dict(repo.has), dict.fromkeys(HAS, False)),
        "skipped": (lambda: asdict(repo.files.skipped), asdict(Skipped())),
    }
    data, notices = {}, []
    for key, (tell, otherwise) in parts.items():
        try:
            data[key] = tell()
        except Exception as error:  # a fault of ours in one fact
            data[key] = otherwise
            notices.append(f"inventory: {key} could not be told ({type(error).__name__}); please report it")
    return data, tuple(notices)


def _component(component: Component) -> dict[str, Any]:
    return {
        "path": component.path, "name": component.name, "kind": component.kind, "language": component.language,
        "framework": component.framework, "entrypoint": component.entrypoint, "port": component.port,
        "package_manager": component.package_manager, "runtime_version": component.runtime_version,
        "candidates": list(component.candidates),
        "evidence": [{**location(n.location), "note": n.note} for n in component.evidence],
        "proof": {name: location(place) for name, place in component.proof},
    }  # fmt: skip


def _environment(variables: tuple[EnvVar, ...]) -> list[dict[str, Any]]:
    """One row a name: the first place that reads it; required when any place requires it."""
    rows: dict[str, dict[str, Any]] = {}
    for variable in variables:
        row = rows.setdefault(
            variable.name,
            {
                "name": variable.name,
                "path": variable.location.path,
                "line": variable.location.line,
                "required": False,
                "secret": variable.secret,
            },
        )
        row["required"] = row["required"] or variable.required
    return [rows[name] for name in sorted(rows)]


def _route(route: Route) -> dict[str, Any]:
    return {
        "method": ",".join(route.methods), "path": route.path, "component": route.component, "handler": route.handler,
        "framework": route.framework, "location": location(route.location),
    }  # fmt: skip


def location(place: Location) -> dict[str, Any]:
    """A place as data."""
    return {"path": place.path, "line": place.line, "end_line": place.end_line}


def _lists(value: Any) -> Any:
    """Tuples as lists, so that what is dumped is what JSON and YAML read back."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
