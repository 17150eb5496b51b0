"""The inventory: the only code that reads the audited repository.

`Inventory` answers questions lazily, each at most once; every answer carries the places that show it. Nothing of the
repository is executed and nothing is written.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from prodify.inventory.ahead import Ahead, Facts
    from prodify.inventory.containers import ComposeFile, Dockerfile, Dockerignore
    from prodify.inventory.facts import (
        AnswerRead,
        Component,
        EnvVar,
        ManifestFile,
        Match,
        ModelCall,
        Note,
        OutboundCall,
        Role,
        Route,
        SecretHit,
        Technology,
    )
    from prodify.inventory.files import FileIndex
    from prodify.inventory.historyscan import HistorySecrets
    from prodify.inventory.kubernetes import KubernetesObject
    from prodify.inventory.monitoring import Monitoring
    from prodify.inventory.polyglot.jsmodules import Modules
    from prodify.inventory.polyglot.jsvalues import Values
    from prodify.inventory.pycode import PythonCode
    from prodify.inventory.query import Query
    from prodify.inventory.syntax import Syntax
    from prodify.inventory.terraform import TerraformBlock
    from prodify.inventory.tests import TestFacts
    from prodify.inventory.workflows import Pipeline


class Inventory:
    """Facts about one repository. `root` is a directory.

    `hidden` paths are treated as absent: recipes look at a repository without the files that prodify itself wrote, so that
    what they want does not depend on whether they ran before. `service` names the component to write for where several rival.
    `overlay` holds texts that stand instead of what is on disk. `history`: whether to read git's history; None where it is cheap.

    Raises:
        UsageError: when `root` is missing or no directory.
    """

    def __init__(
        self,
        root: str | Path,
        *,
        hidden: frozenset[str] = frozenset(),
        service: str | None = None,
        overlay: Mapping[str, str] | None = None,
        history: bool | None = None,
    ) -> None:
        from prodify.inventory.files import open_root

        self.files: FileIndex = open_root(root, hidden)
        if overlay:
            from prodify.inventory.overlay import OverlayIndex

            self.files = OverlayIndex(self.files.root, hidden, overlay)
        self.service = service
        self._history = history
        self._ahead: Ahead[Facts] | None = None

    # -- code ---------------------------------------------------------------------------------------------------------

    @cached_property
    def syntax(self) -> Syntax:
        """Structural search in every language."""
        from prodify.inventory.syntax import Syntax

        return Syntax(self.files)

    @cached_property
    def python(self) -> PythonCode:
        """Calls, assignments, functions and imports of the Python files, by resolved name."""
        from prodify.inventory.pycode import PythonCode

        return PythonCode(self.syntax)

    @cached_property
    def scripts(self) -> Modules:
        """What files of JavaScript and TypeScript import and export."""
        from prodify.inventory.polyglot.jsmodules import Modules

        return Modules(self)

    @cached_property
    def script_values(self) -> Values:
        """What names of JavaScript and TypeScript stand for."""
        from prodify.inventory.polyglot.jsvalues import Values

        return Values(self)

    def find(self, *queries: Query, roles: Iterable[Role] | None = None) -> tuple[Match, ...]:
        """What structural queries match, production code by default, by query, path and line."""
        from prodify.inventory.syntax import CODE_ROLES

        wanted = tuple(roles) if roles is not None else CODE_ROLES
        return tuple(match for query in queries for match in self.syntax.find(query, wanted))

    # -- what it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """The deployable or distributable parts, sorted by path."""
        from prodify.inventory.components import find_components

        return find_components(self)

    @cached_property
    def kind(self) -> str:
        """service, worker, cli, library, static-site, notebook or monorepo; "unknown" when nothing was recognised."""
        from prodify.inventory.components import kind_of

        return kind_of(self.components)

    @property
    def services(self) -> tuple[Component, ...]:
        """Components that answer requests or work in the background: what is deployed and operated."""
        return tuple(c for c in self.components if c.kind in ("service", "worker", "bot"))

    @property
    def web_services(self) -> tuple[Component, ...]:
        """Components that answer HTTP requests."""
        return tuple(c for c in self.components if c.kind == "service")

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """HTTP routes of production code, by path and line."""
        from prodify.inventory.routes import find_routes

        return find_routes(self)

    @cached_property
    def environment(self) -> tuple[EnvVar, ...]:
        """Environment variables that production code reads, one entry a place, by name."""
        from prodify.inventory.environment import find_environment

        return find_environment(self)

    @cached_property
    def datastores(self) -> tuple[Technology, ...]:
        """Databases and caches in use (postgres, mysql, sqlite, mongodb, redis ...), one entry each."""
        from prodify.inventory.technologies import find_datastores

        return find_datastores(self)

    @cached_property
    def brokers(self) -> tuple[Technology, ...]:
        """Message brokers and task queues in use (celery, rq, kafka, rabbitmq ...), one entry each."""
        from prodify.inventory.technologies import find_brokers

        return find_brokers(self)

    @cached_property
    def llm_providers(self) -> tuple[Technology, ...]:
        """Model providers that code calls (openai, anthropic, google ...), one entry each."""
        from prodify.inventory.technologies import find_llm_providers

        return find_llm_providers(self)

    @cached_property
    def outbound_calls(self) -> tuple[OutboundCall, ...]:
        """Server-side HTTP calls of production code."""
        from prodify.inventory.outbound import find_outbound_calls

        return find_outbound_calls(self)

    @cached_property
    def model_calls(self) -> tuple[ModelCall, ...]:
        """Calls of language models in production code."""
        from prodify.inventory.outbound import find_model_calls

        return find_model_calls(self)

    @cached_property
    def answer_reads(self) -> tuple[AnswerRead, ...]:
        """Which fields production Python reads from what other services answer."""
        from prodify.inventory.pyanswers import find_answer_reads

        return find_answer_reads(self)

    @cached_property
    def secrets(self) -> tuple[SecretHit, ...]:
        """Secrets in the tree, redacted, by path and line."""
        from prodify.inventory.secretscan import find_secrets

        return find_secrets(self) if self._ready is None else self._ready.secrets

    def look_ahead(self) -> None:
        """Begin to find `secrets` and `tests` in another process where the system can; who asks for them waits for it."""
        from prodify.inventory.ahead import begin

        self._ahead = begin(self)

    @property
    def has_looked_ahead(self) -> bool:
        """Whether another process has found facts, and is done: there is a processor for something else."""
        return self._ahead is not None and self._ahead.is_done()

    @cached_property
    def _ready(self) -> Facts | None:
        """What the other process found, its files counted as read here, too; None without one, or when it failed."""
        found = self._ahead.result() if self._ahead is not None else None
        for path, kind in found.kinds.items() if found is not None else ():
            self.files.content.learn(path, kind)
        return found

    @cached_property
    def history_secrets(self) -> HistorySecrets:
        """Secrets in git's history, redacted, or why it was not read."""
        from prodify.inventory.historyscan import find_history_secrets

        return find_history_secrets(self, self._history)

    # -- dependencies and tests ---------------------------------------------------------------------------------------

    @cached_property
    def manifests(self) -> tuple[ManifestFile, ...]:
        """Files that declare or lock dependencies."""
        from prodify.inventory.dependencies import find_manifests

        return find_manifests(self)

    def uses(self, *packages: str) -> Note | None:
        """Where one of these packages is declared (development groups left out) or imported by production Python; None if nowhere."""
        from prodify.inventory.dependencies import first_use

        return first_use(self, packages)

    @cached_property
    def tests(self) -> TestFacts:
        """First-party tests: which there are, what they assert, what they need."""
        from prodify.inventory.tests import find_tests

        return find_tests(self) if self._ready is None else self._ready.tests

    # -- infrastructure -----------------------------------------------------------------------------------------------

    @cached_property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """Dockerfiles and Containerfiles of the application (development containers left out)."""
        from prodify.inventory.containers import find_dockerfiles

        return find_dockerfiles(self)

    @cached_property
    def test_images(self) -> tuple[Dockerfile, ...]:
        """Dockerfiles below tests, which `dockerfiles` leaves out."""
        from prodify.inventory.containers import find_test_images

        return find_test_images(self)

    @cached_property
    def dockerignores(self) -> tuple[Dockerignore, ...]:
        """The .dockerignore files."""
        from prodify.inventory.containers import find_dockerignores

        return find_dockerignores(self)

    @cached_property
    def compose_files(self) -> tuple[ComposeFile, ...]:
        """Compose files."""
        from prodify.inventory.containers import find_compose_files

        return find_compose_files(self)

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """CI pipelines: GitHub workflows in full; GitLab, CircleCI, Travis and others by their commands."""
        from prodify.inventory.workflows import find_pipelines

        return find_pipelines(self)

    @cached_property
    def kubernetes(self) -> tuple[KubernetesObject, ...]:
        """Kubernetes objects in manifests and kustomize bases (Helm templates are not rendered)."""
        from prodify.inventory.kubernetes import find_objects

        return find_objects(self)

    @cached_property
    def terraform(self) -> tuple[TerraformBlock, ...]:
        """Blocks of Terraform files."""
        from prodify.inventory.terraform import find_blocks

        return find_blocks(self)

    @cached_property
    def monitoring(self) -> Monitoring:
        """Prometheus rules, Alertmanager configuration, dashboards, SLO specifications, collector configuration."""
        from prodify.inventory.monitoring import find_monitoring

        return find_monitoring(self)

    @cached_property
    def has(self) -> Mapping[str, bool]:
        """The yes-or-no summary of the report's `has` block, keys in the contract's order, each found out when it is asked for."""
        from prodify.inventory.presence import Presence

        return Presence(self)
