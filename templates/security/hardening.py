"""Limits and headers that every answer and every request should have.

Written by prodify (recipe hardening); yours to edit, upgrades merge.
"""

import os

from flask import Flask, Response, request

# Larger requests are refused with 413 before they fill the memory or the disk.
MAX_REQUEST_BYTES = int(os.environ.get("MAX_REQUEST_BYTES", str(10 * 1024 * 1024)))


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
