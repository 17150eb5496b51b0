"""A real OTLP receiver over HTTP: what arrives is decoded with the official protobuf classes and kept."""

from __future__ import annotations

import gzip
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Listens on a free loopback port; `raw` holds the bytes as they came, `spans` and `metrics` the decoded messages.

    `traced` holds every span together with the attributes of its resource.
    """

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.spans: list[Any] = []
        self.traced: list[tuple[dict[str, Any], Any]] = []
        self.metrics: list[Any] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, path: str, body: bytes) -> None:
        """Decode and keep one export request."""
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        self.raw.append(body)
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found = [span for scope in resource.scope_spans for span in scope.spans]
                self.spans += found
                self.traced += [(values(resource.resource.attributes), span) for span in found]
        elif path == "/v1/metrics":
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                attributes = values(resource.resource.attributes)
                self.metrics += [(attributes, metric) for scope in resource.scope_metrics for metric in scope.metrics]

    def latest(self, name: str) -> dict[str, list[Any]]:
        """The last data points of a metric for every instance, by service.instance.id."""
        found: dict[str, list[Any]] = defaultdict(list)
        for resource, metric in self.metrics:
            if metric.name == name:
                data = metric.histogram if metric.HasField("histogram") else metric.sum
                found[resource["service.instance.id"]] = list(data.data_points)
        return dict(found)

    def instruments(self) -> set[tuple[str, str, str]]:
        """Name, unit and kind of everything that arrived."""
        return {(metric.name, metric.unit, kind(metric)) for _, metric in self.metrics}

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def kind(metric: Any) -> str:
    """histogram, counter or gauge: Prometheus shows a sum that may fall as a gauge."""
    if metric.HasField("histogram"):
        return "histogram"
    return "counter" if metric.HasField("sum") and metric.sum.is_monotonic else "gauge"


def values(attributes: Any) -> dict[str, Any]:
    """Attributes as a plain dictionary."""
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
