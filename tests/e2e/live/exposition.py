"""What an OpenTelemetry collector with its Prometheus exporter does: metrics that arrive over OTLP, offered for scraping.

Names follow the OpenTelemetry specification "Prometheus and OpenMetrics Compatibility": dots become underscores, the unit and `_total` for
counters are appended; resource attributes become labels, which is what the generated collector configuration asks for.
"""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.recipes.observability.otlp import Receiver, kind, values

UNITS = {"s": "seconds", "By": "bytes", "ms": "milliseconds"}


class Exposition:
    """Serves /metrics on a free loopback port with the newest data points that a receiver holds of every instance."""

    def __init__(self, receiver: Receiver) -> None:
        exposition = self
        self.receiver = receiver

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exposition.text().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):  # a scrape that was given up
                    self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def text(self) -> str:
        """The exposition format of everything that arrived."""
        newest: dict[tuple[str, str], tuple[dict[str, Any], Any]] = {}
        for resource, metric in list(self.receiver.metrics):
            newest[str(resource.get("service.instance.id")), metric.name] = (resource, metric)
        lines = [line for resource, metric in newest.values() for line in _lines(resource, metric)]
        return "".join(f"{line}\n" for line in lines)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _name(metric: Any) -> str:
    name = re.sub(r"\W", "_", metric.name)
    unit = UNITS.get(metric.unit, "")
    name = f"{name}_{unit}" if unit and not name.endswith(f"_{unit}") else name
    return f"{name}_total" if kind(metric) == "counter" and not name.endswith("_total") else name


def _labels(*sources: dict[str, Any]) -> str:
    merged = {re.sub(r"\W", "_", key): value for source in sources for key, value in source.items()}
    return ",".join(f'{key}="{str(value).translate(_ESCAPES)}"' for key, value in sorted(merged.items()))


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def _lines(resource: dict[str, Any], metric: Any) -> list[str]:
    name, found = _name(metric), []
    data = metric.histogram if metric.HasField("histogram") else metric.sum if metric.HasField("sum") else metric.gauge
    for point in data.data_points:
        labels = _labels(resource, values(point.attributes))
        if not metric.HasField("histogram"):
            found.append(f"{name}{{{labels}}} {point.as_double if point.HasField('as_double') else point.as_int}")
            continue
        total = 0
        for bound, count in zip([*map(repr, point.explicit_bounds), "+Inf"], point.bucket_counts, strict=True):
            total += count
            found.append(f'{name}_bucket{{{labels},le="{bound.removesuffix(".0")}"}} {total}')
        found += [f"{name}_count{{{labels}}} {point.count}", f"{name}_sum{{{labels}}} {point.sum}"]
    return found
