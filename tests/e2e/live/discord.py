"""A small stand-in for Discord on loopback: what a bot needs of its API over HTTP, and its gateway over WebSocket."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from typing import Any

from tests.e2e.live import quiet

TOKEN = "canary.e2e.4f1d7c9b2a6e8d0f"
_BOT = {"id": "1", "username": "shop", "discriminator": "0", "avatar": None, "bot": True}
_ANN = {"id": "42", "username": "ann", "discriminator": "0", "avatar": None}
_APPLICATION = {
    "id": "1", "name": "shop", "description": "", "flags": 0, "bot_public": True, "bot_require_code_grant": False, "verify_key": "",
    "icon": None, "owner": _ANN, "summary": "", "team": None, "rpc_origins": [],
}  # fmt: skip
_ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What RFC 6455 has a server add to the client's key."""
_DISPATCH, _HEARTBEAT, _IDENTIFY, _HELLO, _ACKNOWLEDGED = 0, 1, 2, 10, 11


def _message(number: int, author: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "id": str(number), "channel_id": "7", "author": author, "content": text, "timestamp": "2026-01-01T00:00:00+00:00", "type": 0,
        "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": False,
    }  # fmt: skip


def _frames(stream: BufferedIOBase) -> Iterator[bytes]:
    """The texts that a client sends, up to where it closes."""
    while len(head := stream.read(2)) == 2 and head[0] & 15 != 8:
        size = head[1] & 127
        if size > 125:
            wide, form = (2, ">H") if size == 126 else (8, ">Q")
            (size,) = struct.unpack(form, stream.read(wide))
        mask = stream.read(4)
        yield bytes(byte ^ mask[i % 4] for i, byte in enumerate(stream.read(size)))


class Discord:
    """`say` sends the bot a message, once it is `connected`; `answers` are the texts that it sent."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self._gateways: list[BufferedIOBase] = []
        self._sent, self._lock = 0, threading.Lock()
        discord = self

        class Handler(quiet.Handler, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/gateway"):
                    discord.accept(self)
                else:
                    self.do_POST()

            def do_POST(self) -> None:
                self.reply(200, discord.answer(self.path, self.sent()))

        self._server = quiet.Server(("127.0.0.1", 0), Handler)
        address = f"127.0.0.1:{self._server.server_address[1]}"
        self.url, self.gateway = f"http://{address}/api", f"ws://{address}/gateway/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, sent: str) -> Any:
        """The result of one call of the bot."""
        if path.endswith("/messages"):
            text = str(json.loads(sent)["content"])
            self.answers.append(text)
            return _message(1000 + len(self.answers), _BOT, text)
        return _APPLICATION if "/applications/" in path else _BOT

    def accept(self, request: BaseHTTPRequestHandler) -> None:
        """Speak as the gateway does, until the bot hangs up."""
        key = hashlib.sha1((request.headers["Sec-WebSocket-Key"] + _ACCEPT).encode(), usedforsecurity=False).digest()
        request.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", base64.b64encode(key).decode())):
            request.send_header(name, value)
        request.end_headers()
        request.close_connection = True
        self._send(request.wfile, {"op": _HELLO, "d": {"heartbeat_interval": 30000}, "s": None, "t": None})
        for text in _frames(request.rfile):
            operation = json.loads(text)["op"]
            if operation == _HEARTBEAT:
                self._send(request.wfile, {"op": _ACKNOWLEDGED, "d": None, "s": None, "t": None})
            elif operation == _IDENTIFY:
                ready = {"v": 10, "user": _BOT, "guilds": [], "session_id": "s", "resume_gateway_url": self.gateway}
                self._dispatch(request.wfile, "READY", {**ready, "application": {"id": "1", "flags": 0}})
                self._gateways.append(request.wfile)

    @property
    def connected(self) -> bool:
        """Whether a bot has logged in."""
        return bool(self._gateways)

    def say(self, text: str) -> None:
        """Send the bot a message."""
        self._dispatch(self._gateways[-1], "MESSAGE_CREATE", _message(100 + self._sent, _ANN, text))

    def _dispatch(self, to: BufferedIOBase, event: str, data: dict[str, Any]) -> None:
        self._sent += 1
        self._send(to, {"op": _DISPATCH, "s": self._sent, "t": event, "d": data})

    def _send(self, to: BufferedIOBase, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
        with self._lock:
            to.write(b"\x81" + size + data)
            to.flush()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
