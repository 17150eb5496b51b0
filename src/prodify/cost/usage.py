"""What of a repository costs money, read from the inventory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.inventory.data.model_names import SUCCESSORS, retired_models

if TYPE_CHECKING:
    from prodify.inventory import Inventory

SQL = ("postgres", "mysql", "mariadb")
CACHES = ("redis", "memcached")
SERVERS = frozenset(
    (*SQL, *CACHES, "mongodb", "elasticsearch", "opensearch", "cassandra", "clickhouse", "neo4j", "rabbitmq", "kafka", "nats")
)
"""Datastores and brokers that need a server; a file such as SQLite and a library such as Celery do not."""
_OWN_MACHINES = ("ollama", "llamacpp", "vllm", "local")


@dataclass(frozen=True, slots=True)
class Model:
    """A language model that code calls. `name` None: not written in the code; a retired model counts as its successor."""

    provider: str
    name: str | None

    @property
    def is_local(self) -> bool:
        """Whether it runs on a machine of one's own: no price a token."""
        return self.provider in _OWN_MACHINES


@dataclass(frozen=True, slots=True)
class Usage:
    """What costs money. `stores` are datastores and brokers that need a server; `secrets` how many settings a store holds."""

    models: tuple[Model, ...] = ()
    model_calls_in_loops: bool = False
    stores: tuple[str, ...] = ()
    secrets: int = 0
    services: int = 1

    @property
    def sql(self) -> str | None:
        """The SQL server in use, PostgreSQL before MySQL; None without."""
        return next((name for name in SQL if name in self.stores), None)


def usage_of(repo: Inventory, *, secrets: int = 0) -> Usage:
    """Read a repository; `secrets` is the number of settings that its secret store is to hold."""
    models = {_current(call.provider, call.model) for call in repo.model_calls}
    if not models:
        models = {Model(found.name, None) for found in repo.llm_providers}
    stores = {found.name for found in (*repo.datastores, *repo.brokers)} & SERVERS
    return Usage(
        models=tuple(sorted(models, key=lambda model: (model.provider, model.name or ""))),
        model_calls_in_loops=any(call.in_loop for call in repo.model_calls),
        stores=tuple(sorted(stores)),
        secrets=secrets,
        services=len(repo.services),
    )


def _current(provider: str, name: str | None) -> Model:
    """The model, or the current one that generated code calls in place of a retired one."""
    if name in retired_models() and provider in SUCCESSORS:
        return Model(provider, SUCCESSORS[provider])
    return Model(provider, name)
