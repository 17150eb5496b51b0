"""What the stand-ins for services with JSON over HTTP share: a server on loopback that says nothing of what it is asked."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open, as those services do."""

    protocol_version = "HTTP/1.1"

    def sent(self) -> str:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def reply(self, status: int, body: object) -> None:
        """Answer with JSON."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Waits for nobody when it is closed."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a client that hung up."""
