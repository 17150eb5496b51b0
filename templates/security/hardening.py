"""Limits and headers that every answer and every request should have.

Written by prodify (recipe hardening); yours to edit, upgrades merge.
"""

import os
#% if framework == "flask"
{= "" =}
from flask import Flask, Response, request
#% else
from typing import Any

from fastapi import FastAPI, HTTPException
from starlette.datastructures import MutableHeaders
#% endif
{= "" =}
# Larger requests are refused with 413 before they fill the memory or the disk.
MAX_REQUEST_BYTES = int(os.environ.get("MAX_REQUEST_BYTES", str(10 * 1024 * 1024)))
#% if framework == "flask"
{= "" =}

def protect(app: Flask) -> None:
    """Protect the session cookie, bound the size of requests and set the headers that make browsers careful."""
    if app.config.get("MAX_CONTENT_LENGTH") is None:
        app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    # Out of reach of scripts, and not sent along when another site posts a form.
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    # Over TLS only, except on a developer's machine, which has none.
    app.config["SESSION_COOKIE_SECURE"] = os.environ.get("ENVIRONMENT", "development") != "development"
    app.after_request(_set_headers)


def _set_headers(response: Response) -> Response:
    # The type that the server states is the type; nothing uploaded turns into a script.
    response.headers["X-Content-Type-Options"] = "nosniff"
    # No other site shows these pages in a frame to catch clicks.
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    # Other sites learn where a visitor came from, not which page.
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if request.is_secure:
        # From now on by TLS only, for a year.
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
#% else
{= "" =}
# The schema, and with it the pages /docs and /redoc, tells everybody every route. In production only where API_DOCS=1 asks for it.
OPENAPI_URL = "/openapi.json" if os.environ.get("ENVIRONMENT") != "production" or os.environ.get("API_DOCS") == "1" else None


def protect(app: FastAPI) -> None:
    """Bound the size of requests and set the headers that make browsers careful."""
    app.add_middleware(Protection)


class Protection:
    """Middleware around every route. Plain ASGI, so that answers may stream."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0

        async def bounded() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_REQUEST_BYTES:
                raise HTTPException(413, "the request is too large")
            return message

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), secure=scope["scheme"] == "https")
            await send(message)

        await self.app(scope, bounded, sending)


def _set_headers(headers: MutableHeaders, *, secure: bool) -> None:
    # The type that the server states is the type; nothing uploaded turns into a script.
    headers["X-Content-Type-Options"] = "nosniff"
    # No other site shows these pages in a frame to catch clicks.
    headers["X-Frame-Options"] = "SAMEORIGIN"
    # Other sites learn where a visitor came from, not which page.
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if secure:
        # From now on by TLS only, for a year.
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
#% endif
