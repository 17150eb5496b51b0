"""A small stand-in for Telegram's Bot API on loopback: long polling, and what the bot said."""

from __future__ import annotations

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from tests.e2e.live import quiet

TOKEN = "123456789:AAcanary-e2e-4f1d7c9b2a6e8d0f3b5c7a9"
_USER = {"id": 42, "is_bot": False, "first_name": "Ann"}
_BOT = {"id": 123456789, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}


class Telegram:
    """`say` sends the bot a message; `answers` are the texts that it sent; `confirmed` is the first update that it has not confirmed."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.confirmed, self.polls, self.updates = 0, 0, list[dict[str, Any]]()
        telegram = self

        class Handler(quiet.Handler, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                sent = self.sent()
                found = re.fullmatch(rf"/bot{re.escape(TOKEN)}/(\w+)", self.path.partition("?")[0])
                unknown = {"ok": False, "error_code": 404, "description": "not found"}
                body = {"ok": True, "result": telegram.answer(found[1], sent)} if found else unknown
                self.reply(200 if found else 404, body)

        self._server = quiet.Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def say(self, text: str) -> None:
        """Send the bot a message."""
        number = len(self.updates) + 1
        message = {"message_id": number, "date": int(time.time()), "chat": {"id": 42, "type": "private"}, "from": _USER, "text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        self.updates.append({"update_id": number, "message": message})

    def answer(self, method: str, sent: str) -> Any:
        """The result of one call of the bot."""
        given = json.loads(sent) if sent.startswith("{") else {key: values[0] for key, values in parse_qs(sent).items()}
        if method == "getMe":
            return _BOT
        if method == "getUpdates":
            return self._poll(int(given.get("offset") or 0), min(2.0, float(given.get("timeout") or 0)))
        if method == "sendMessage":
            self.answers.append(str(given["text"]))
            number = 1000 + len(self.answers)
            return {"message_id": number, "date": int(time.time()), "chat": {"id": 42, "type": "private"}, "text": given["text"]}
        return True

    def _poll(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        self.polls += 1
        self.confirmed = max(self.confirmed, offset)
        end = time.monotonic() + seconds
        while True:
            waiting = [update for update in self.updates if update["update_id"] >= self.confirmed]
            if waiting or time.monotonic() > end:
                return waiting
            time.sleep(0.05)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
