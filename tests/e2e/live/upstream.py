"""A language model and a places API on loopback, whose failures are switched while they run."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLACE = {"name": "Pasta Palace", "formatted_address": "1 Via Roma", "rating": 4.1}
Behaviour = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers a request; the bytes are what a healthy server would say."""


def write(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def good(handler: BaseHTTPRequestHandler, healthy: bytes) -> None:
    """Answer as a healthy server does."""
    write(handler, healthy)


def refuse(status: int, headers: dict[str, str] | None = None) -> Behaviour:
    """Answer with an error that repeats the key that came in, as some providers do."""

    def behave(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        key = handler.headers.get("Authorization", "")
        write(handler, json.dumps({"error": {"message": f"refused: {key} {handler.path}", "code": "refused"}}).encode(), status, headers)

    return behave


def slowly(seconds: float) -> Behaviour:
    """Answer well, after some seconds."""

    def behave(handler: BaseHTTPRequestHandler, healthy: bytes) -> None:
        time.sleep(seconds)
        good(handler, healthy)

    return behave


def malformed(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Answer with a page instead of JSON."""
    write(handler, b"<html>maintenance</html>")


def truncated(handler: BaseHTTPRequestHandler, healthy: bytes) -> None:
    """Promise a whole answer and break off in the middle."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(healthy)))
    handler.end_headers()
    handler.wfile.write(healthy[: len(healthy) // 2])


class Upstream:
    """Listens on a free loopback port. `behave` says how each model, by name, and "places" answer; `asked` holds who was asked, when."""

    def __init__(self) -> None:
        self.behave: dict[str, Behaviour] = {}
        self.asked: list[tuple[str, float]] = []
        self.limits: list[int] = []
        self.keys: set[str] = set()
        self.closing = threading.Event()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                upstream.keys |= set(query.get("key", []))
                upstream.answer(self, "places", json.dumps({"results": [PLACE], "status": "OK"}).encode())

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                upstream.limits.append(request.get("max_tokens") or request.get("max_completion_tokens") or 0)
                upstream.keys.add(self.headers.get("Authorization", ""))
                upstream.answer(self, request["model"], completion(request["model"]))

            def log_message(self, *_args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_args: Any) -> None:
                """Whoever asked has gone: that is what these failures are for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, who: str, healthy: bytes) -> None:
        """Answer as was switched."""
        self.asked.append((who, time.monotonic()))
        self.behave.get(who, good)(handler, healthy)

    def never(self, _handler: BaseHTTPRequestHandler, _: bytes) -> None:
        """Take the question and say nothing, until the end of the test."""
        self.closing.wait()

    def switch(self, **behave: Behaviour) -> None:
        """Forget what was asked, and behave from now on; who is not named is well."""
        self.behave = behave
        self.asked.clear()

    def order(self) -> list[str]:
        """Who was asked, in order."""
        return [who for who, _ in self.asked]

    def close(self) -> None:
        """Stop listening."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def completion(model: str) -> bytes:
    """A chat completion; the answer names the model, so that a reader of the page knows who gave it."""
    message = {"role": "assistant", "content": f"9| {model} says yes", "refusal": None}
    told = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 60, "completion_tokens": 9, "total_tokens": 69},
    }  # fmt: skip
    return json.dumps(told).encode()
