"""A Redis that tasks wait in, and a worker that is started by what was generated for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.live.stack import Process, free_port, wait_for
from tests.recipes.observability.otlp import Receiver, values


class Broker:
    """A Redis that keeps what it was told on disk; `kill` and `start` as often as wanted."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self.process = Process(self.home / "redis.log", ["redis-server", *options, "--dir", str(self.home)], self.home)
        wait_for("Redis", lambda: b"PONG" in self.ask("ping"), 20)

    def ask(self, *command: str) -> bytes:
        """The answer of redis-cli."""
        program = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *command]
        return subprocess.run(program, capture_output=True, timeout=10, check=False).stdout.strip()

    def number(self, *command: str) -> int:
        """The answer as a number, 0 for none."""
        return int(self.ask(*command) or 0)


class Program:
    """A worker or bot of an applied repository, and a receiver; `alive` is what its probe looks at, `python` has its packages."""

    def __init__(self, root: Path, home: Path, name: str, python: str = sys.executable, **settings: str) -> None:
        self.root, self.home, self.name, self.python = root, home, name, python
        self.receiver, self.alive = Receiver(), home / "worker.alive"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "PYTEST", "COV_"))}
        self.environment = {
            **inherited, **settings, "OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.endpoint, "ENVIRONMENT": "production",
            "OTEL_METRIC_EXPORT_INTERVAL": "500", "OTEL_BSP_SCHEDULE_DELAY": "300", "WORKER_ALIVE_FILE": str(self.alive),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self.process = self.start()

    def start(self, **more: str) -> Process:
        """Start it with the command of its manifest."""
        command = self.container()["command"]
        assert command[0] == "python"
        log = self.home / f"worker-{time.monotonic_ns()}.log"
        self.process = Process(log, [self.python, *command[1:]], self.root, {**self.environment, **more})
        return self.process

    def deployment(self) -> dict[str, Any]:
        """Its Deployment."""
        documents = yaml.safe_load_all((self.root / "deploy/kubernetes/base/worker.yaml").read_text(encoding="utf-8"))
        return next(d for d in documents if d["kind"] == "Deployment" and d["metadata"]["name"] == self.name)

    def container(self) -> dict[str, Any]:
        """Its container in there."""
        (found,) = self.deployment()["spec"]["template"]["spec"]["containers"]
        return dict(found)

    def is_alive(self) -> bool:
        """What the probe of the manifest says."""
        command = [part.replace("/tmp/worker.alive", str(self.alive)) for part in self.container()["livenessProbe"]["exec"]["command"]]
        return subprocess.run([sys.executable, *command[1:]], check=False, timeout=10, capture_output=True).returncode == 0

    def close(self) -> None:
        """End everything."""
        self.process.kill()
        self.receiver.close()


class Worker(Program):
    """A worker of an applied repository, and its broker."""

    def __init__(self, root: Path, home: Path, name: str) -> None:
        self.broker = Broker(home)
        super().__init__(root, home, name, REDIS_URL=self.broker.url)

    def points(self, metric: str) -> list[tuple[dict[str, Any], Any]]:
        """The newest measurement of each process and kind: its attributes and the point."""
        latest: dict[tuple[str, str], tuple[dict[str, Any], Any]] = {}
        for resource, found in list(self.receiver.metrics):
            if found.name == metric and resource["service.name"] == self.name:
                for point in (found.histogram if found.HasField("histogram") else found.gauge).data_points:
                    attributes = values(point.attributes)
                    latest[resource["service.instance.id"], json.dumps(attributes, sort_keys=True)] = (attributes, point)
        return list(latest.values())

    def counted(self, metric: str, **wanted: str) -> int:
        """How many measurements arrived, over all processes."""
        named = {key.replace("_", "."): value for key, value in wanted.items()}
        return sum(point.count for attributes, point in self.points(metric) if named.items() <= attributes.items())

    def waiting(self, queue: str) -> int:
        """The length of the queue as it was measured last."""
        found = [metric for _, metric in list(self.receiver.metrics) if metric.name == "messaging.queue.length"]
        points = {values(p.attributes)["messaging.destination.name"]: p.as_int for metric in found[-1:] for p in metric.gauge.data_points}
        return int(points.get(queue, -1))

    def close(self) -> None:
        """End everything."""
        super().close()
        self.broker.process.kill()
