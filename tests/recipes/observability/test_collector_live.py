"""The generated configuration in the collector itself: spans and metrics go in over OTLP and come out as the configuration promises.

The collector is built from scripts/go/otelcol by `make validators-go`. Where it sends to are receivers of ours on loopback; remote write is
taken by the Prometheus of the machine.
"""

from __future__ import annotations

import json
import os
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.profile import Platform, Profile
from prodify.validators.process import find_executable
from tests.e2e.live.stack import Process, free_port, get, wait_for
from tests.recipes.conftest import RenderTree
from tests.recipes.observability.otlp import Receiver, values

pytestmark = [pytest.mark.servers, pytest.mark.tools]

OTELCOL, PROMETHEUS = find_executable("otelcol"), find_executable("prometheus")
REQUIRED = os.environ.get("PRODIFY_REQUIRE_TOOLS") == "1" and not os.environ.get("PRODIFY_WITHOUT_GO")
SECRET_QUERY = "https://api.example.com/v1/find?key=canary-key-0815&q=soup"


@dataclass
class Chain:
    """A running collector between a client and the stores."""

    port: int
    health: int
    receiver: Receiver
    prometheus: int
    log: Path

    def send(self, path: str, message: Any) -> None:
        """Export one request over OTLP/HTTP."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", message.SerializeToString(), {"Content-Type": "application/x-protobuf"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def series(self, query: str) -> list[dict[str, Any]]:
        """What Prometheus answers."""
        _, body = get(f"http://127.0.0.1:{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        return list(json.loads(body)["data"]["result"]) if body else []


def on_free_ports(text: str) -> tuple[str, dict[str, int]]:
    """The generated text, its ports of this machine replaced by free ones; nothing else is changed."""
    ports = {fixed: free_port() for fixed in ("4317", "4318", "13133")}
    for fixed, free in ports.items():
        text, count = re.subn(rf"(LISTEN_ADDRESS:-127\.0\.0\.1\}}):{fixed}\b", rf"\g<1>:{free}", text)
        assert count == 1, f"port {fixed} stands {count} times in the configuration"
    return text, ports


@pytest.fixture
def chain(shop_repo: Path, render_tree: RenderTree, receiver: Receiver, tmp_path: Path) -> Iterator[Chain]:
    if OTELCOL is None or PROMETHEUS is None:
        assert not REQUIRED, "otelcol (make validators-go) and prometheus (make validators) have to be there"
        pytest.skip("otelcol (make validators-go) or prometheus (make validators) is not installed")
    tree = render_tree(["collector"], shop_repo, Profile(platform=Platform(runtime="compose")))
    text, ports = on_free_ports(tree["deploy/otel/collector.yaml"])
    (tmp_path / "collector.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text("global: {scrape_interval: 1s}\n", encoding="utf-8")
    web = free_port()
    started = []
    try:
        command = [PROMETHEUS, "--config.file=prometheus.yml", f"--storage.tsdb.path={tmp_path / 'tsdb'}"]
        command += [f"--web.listen-address=127.0.0.1:{web}", "--web.enable-remote-write-receiver"]
        started.append(Process(tmp_path / "prometheus.log", command, tmp_path))
        wait_for("Prometheus is ready", lambda: get(f"http://127.0.0.1:{web}/-/ready")[0] == 200, 30)
        environment = {"PATH": os.environ["PATH"], "TRACES_OTLP_URL": receiver.endpoint}
        environment["PROMETHEUS_REMOTE_WRITE_URL"] = f"http://127.0.0.1:{web}/api/v1/write"
        log = tmp_path / "otelcol.log"
        started.append(Process(log, [OTELCOL, "--config=collector.yaml"], tmp_path, environment))
        wait_for("the collector is healthy", lambda: get(f"http://127.0.0.1:{ports['13133']}/")[0] == 200, 30)
        yield Chain(ports["4318"], ports["13133"], receiver, web, log)
    finally:
        for process in reversed(started):
            process.stop()


def attribute(message: Any, **attributes: str) -> None:
    """Add text attributes; two underscores stand for a dot."""
    for key, value in attributes.items():
        message.attributes.add(key=key.replace("__", ".")).value.string_value = value


def trace_request(count: int) -> Any:
    """A request of one service: a probe, calls with personal data in them, and `count` plain spans."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    attribute(resource.resource, service__name="shop", deployment__environment__name="production")
    spans = resource.scope_spans.add().spans
    for number in range(count + 3):
        span = spans.add(trace_id=bytes([1] * 15 + [number]), span_id=bytes([1] * 7 + [number]), name="GET /items", kind=2)
        span.start_time_unix_nano, span.end_time_unix_nano = 1, 2
    attribute(spans[0], http__route="/healthz")
    attribute(spans[1], url__path="/readyz")
    attribute(spans[2], http__route="/items/{item_id}", url__full=SECRET_QUERY, url__query="q=soup", client__address="203.0.113.9")
    attribute(spans[2], user__email="ann@example.com", note="mail to ann@example.com")
    attribute(spans[2], db__query__text="SELECT * FROM guests WHERE name = 'Ann Doe'")
    spans[2].attributes.add(key="http.request.header.authorization").value.string_value = "canary-header"
    return message


def metrics_request(value: int) -> Any:
    """A counter of one service, as its SDK sends it."""
    import time

    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    message = ExportMetricsServiceRequest()
    resource = message.resource_metrics.add()
    attribute(resource.resource, service__name="shop", deployment__environment__name="production", telemetry__sdk__language="python")
    metric = resource.scope_metrics.add().metrics.add(name="shop.orders", unit="{order}")
    metric.sum.is_monotonic, metric.sum.aggregation_temporality = True, 2
    now = time.time_ns()
    metric.sum.data_points.add(as_int=value, start_time_unix_nano=now - 60 * 10**9, time_unix_nano=now)
    return message


def test_spans_come_out_without_probes_and_personal_data(chain: Chain) -> None:
    chain.send("/v1/traces", trace_request(5))
    wait_for("spans arrive", lambda: len(chain.receiver.spans) >= 6, 15)
    found = [values(span.attributes) for span in chain.receiver.spans]
    assert len(found) == 6, "five plain spans and the one with personal data; the two of probes are dropped"
    assert not {"/healthz", "/readyz"} & {str(item.get(key)) for item in found for key in ("http.route", "url.path")}
    (told,) = [item for item in found if "http.route" in item]
    assert told == {
        "http.route": "/items/{item_id}",
        "url.full": "https://api.example.com/v1/find",
        "db.query.text": "SELECT * FROM guests WHERE name = '?'",
        "note": "mail to (e-mail)",
    }
    sent = b"".join(chain.receiver.raw)
    for word in (b"canary", b"ann@example.com", b"Ann Doe", b"203.0.113.9"):
        assert word not in sent


def test_spans_are_sent_in_batches(chain: Chain) -> None:
    for _ in range(20):
        chain.send("/v1/traces", trace_request(2))
    wait_for("spans arrive", lambda: len(chain.receiver.spans) == 60, 15)
    assert len(chain.receiver.raw) < 20, "twenty requests came in within a second and go on in fewer"


def test_metrics_reach_prometheus_under_the_labels_that_the_rules_select_by(chain: Chain) -> None:
    chain.send("/v1/metrics", metrics_request(7))
    query = 'shop_orders_total{service_name="shop", deployment_environment_name="production"}'
    wait_for("the series is there", lambda: chain.series(query), 20)
    (series,) = chain.series(query)
    assert series["value"][1] == "7"
    assert series["metric"]["job"] == "shop"
    assert not [label for label in series["metric"] if label.startswith("telemetry_sdk")]


def test_the_collector_finds_nothing_outdated_in_its_configuration(chain: Chain) -> None:
    said = chain.log.read_text(encoding="utf-8")
    assert "Everything is ready" in said
    assert not [line for line in said.splitlines() if "deprecated" in line or "rewrite them" in line]


def test_the_collector_is_of_the_release_that_the_image_is_of() -> None:
    module = (Path(__file__).parents[3] / "scripts" / "go" / "otelcol" / "go.mod").read_text(encoding="utf-8")
    release = re.search(r"go\.opentelemetry\.io/collector/otelcol v(\S+)", module)
    images = yaml.safe_load((Path(__file__).parents[3] / "src" / "prodify" / "data" / "images.yaml").read_text(encoding="utf-8"))
    (tag,) = [item["tag"] for item in images if item["name"] == "otel-collector"]
    assert release is not None
    assert release[1] == tag
