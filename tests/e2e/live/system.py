"""All servers of the live test together, around the example with everything applied."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.live import stack
from tests.e2e.live.exposition import Exposition
from tests.e2e.live.upstream import Upstream
from tests.e2e.test_applied_example import SETTINGS, runs_the_service
from tests.recipes.observability.otlp import Receiver

MISSING = [name for name in stack.PROGRAMS if shutil.which(name) is None] + (
    [] if list(Path("/usr/lib/postgresql").glob("*/bin")) else ["postgresql"]
)
LIVE = [
    pytest.mark.servers,
    runs_the_service,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}; make validators installs them"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes minutes; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]
"""The marks of a module that needs all of it."""
CANARIES = {
    "SECRET_KEY": "canary-signing-key-5f2c", "OPENAI_API_KEY": "sk-canary-7d1e9a", "GOOGLE_PLACES_API_KEY": "canary-places-31bb",
    "SMTP_PASSWORD": "canary-mail-90aa", "DATABASE_PASSWORD": stack.DATABASE_PASSWORD,
}  # fmt: skip
"""Secrets by name: none of them may be seen in a log or in telemetry."""


@dataclass
class System:
    """All that runs."""

    root: Path
    home: Path
    service: stack.Service
    postgres: stack.Postgres
    redis: stack.Redis
    upstream: Upstream
    receiver: Receiver
    prometheus: stack.Prometheus
    webhook: stack.Webhook

    def told(self) -> str:
        """Everything that the service said of itself: its log, and its telemetry as it was sent."""
        return self.service.process.text() + b"".join(self.receiver.raw).decode("latin-1")

    def leaked(self) -> list[str]:
        """Names of the canaries that can be read there."""
        told = self.told()
        return [name for name, value in CANARIES.items() if value in told]

    def send(self, path: str, times: int, workers: int = 8) -> list[int]:
        """Ask for a page many times at once; the statuses."""
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(lambda _: self.service.status(path), range(times)))

    def scraped(self, expression: str, least: float) -> bool:
        """Whether a query has a sample that is at least that."""
        return any(value >= least for value in self.prometheus.query(expression).values())


@contextmanager
def running(root: Path, home: Path, settings: Mapping[str, str]) -> Iterator[System]:
    """Start everything around a tree; `settings` are added to the service's environment."""
    receiver, webhook, upstream = Receiver(), stack.Webhook(), Upstream()
    closing: list[stack.Closes] = [receiver, webhook, upstream]
    processes: list[stack.Process] = []
    try:
        closing += [postgres := stack.Postgres(), redis := stack.Redis(home), exposition := Exposition(receiver)]
        manager, address = stack.alertmanager(home, local_routes(root, home, webhook.url))
        processes.append(manager)
        prometheus = stack.Prometheus(home, patient_rules(root, home), exposition.address, address)
        processes.append(prometheus.process)
        environment = {
            **SETTINGS, **CANARIES, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "ENVIRONMENT": "production",
            "OPENAI_BASE_URL": f"{upstream.url}/v1", "LOCAL_LLM_BASE_URL": f"{upstream.url}/v1", "PLACES_BASE_URL": f"{upstream.url}/place",
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_BSP_SCHEDULE_DELAY": "500",
        }  # fmt: skip
        service = stack.Service(root, home, {**environment, **settings})
        processes.append(service.process)
        yield System(root, home, service, postgres, redis, upstream, receiver, prometheus, webhook)
    finally:
        for process in processes:
            process.kill()
        for server in closing:
            server.close()


def patient_rules(root: Path, home: Path) -> Path:
    """The generated rules, evaluated every 2 seconds instead of every minute: the windows and limits stay, the test is short."""
    text = (root / "deploy/prometheus/rules/slo.yaml").read_text()
    assert text.count("interval: 60s") >= 2
    rules = home / "rules.yaml"
    rules.write_text(text.replace("interval: 60s", "interval: 2s"))
    return rules


def local_routes(root: Path, home: Path, webhook: str) -> Path:
    """The generated routes; what would go to the pager and the chat goes to a local webhook under the same receivers' names."""
    text = (root / "deploy/alertmanager/alertmanager.yml").read_text()
    head, _, receivers = text.partition("\nreceivers:\n")
    names = re.findall(r"^  - name: (\S+)", receivers, re.MULTILINE)
    assert {"pager", "chat", "heartbeat"} <= set(names)
    hooks = "".join(f"  - name: {name}\n    webhook_configs: [{{url: '{webhook}', send_resolved: true}}]\n" for name in names)
    # Waiting for alerts of one group is shortened as well.
    routes = home / "alertmanager.yml"
    routes.write_text(re.sub(r"group_wait: \d+s", "group_wait: 1s", head) + "\nreceivers:\n" + hooks)
    return routes
