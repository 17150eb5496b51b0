"""How many requests one client may make: no script tries every password or spends the month's budget in an hour.

Written by prodify (recipe rate-limit); yours to edit, upgrades merge.
"""

#% if framework == "flask"
import os

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

# Per client address. A single route gets a limit of its own by @limiter.limit("5/minute").
LIMITS = [limit.strip() for limit in os.environ.get("RATE_LIMITS", "{= limits =}").split(",")]
# Counters shared by all workers and replicas; without it each worker counts for itself, and the limit grows with their number.
STORAGE = os.environ.get("RATE_LIMIT_STORAGE", os.environ.get("REDIS_URL", "memory://"))
# How many proxies of yours stand before the service. Each adds one address to X-Forwarded-For; more would believe the client.
PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
# Probes come from one address, often.
UNLIMITED = {= unlimited =}

limiter = Limiter(
    get_remote_address,
    default_limits=LIMITS,
    storage_uri=STORAGE,
    # Seconds. A counter that does not answer must not hold up whoever asks.
    storage_options={"socket_timeout": 0.3, "socket_connect_timeout": 0.3} if STORAGE.startswith("redis") else {},
    strategy="moving-window",
    headers_enabled=True,
    # The limit may fail, the service may not: while Redis is away each worker counts for itself, and the log says so.
    in_memory_fallback_enabled=True,
    # Several requests may find that out at once; the first one switches over, the others are let through.
    swallow_errors=True,
)


def limit(app: Flask) -> None:
    """Count the requests of every route."""
    if PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=PROXIES)
    limiter.request_filter(lambda: request.path in UNLIMITED)
    limiter.init_app(app)
#% else
import logging
import os
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from limits import parse_many
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

# Per client address.
LIMITS = parse_many(os.environ.get("RATE_LIMITS", "{= limits =}").replace(",", ";"))
# Counters shared by all workers and replicas; without it each worker counts for itself, and the limit grows with their number.
STORAGE = os.environ.get("RATE_LIMIT_STORAGE", os.environ.get("REDIS_URL", "memory://"))
# Seconds. A counter that does not answer must not hold up whoever asks.
OPTIONS: dict[str, Any] = {"implementation": "redispy", "socket_timeout": 0.3, "socket_connect_timeout": 0.3}
# How many proxies of yours stand before the service. Each adds one address to X-Forwarded-For; more would believe the client.
PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
# Probes come from one address, often.
UNLIMITED = {= unlimited =}

log = logging.getLogger(__name__)


def limit(app: FastAPI) -> None:
    """Count the requests of every route."""
    app.add_middleware(RateLimit)


class RateLimit:
    """Middleware that answers 429 to who asks too often. Plain ASGI, so that answers may stream."""

    def __init__(self, app: Any) -> None:
        self.app = app
        shared: Any = storage_from_string(f"async+{STORAGE}", **(OPTIONS if STORAGE.startswith("redis") else {}))
        own: Any = storage_from_string("async+memory://")
        # The limit may fail, the service may not: while Redis is away each worker counts for itself, and the log says so.
        self.limiters = [MovingWindowRateLimiter(shared), MovingWindowRateLimiter(own)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED or await self.allowed(client_of(scope)):
            await self.app(scope, receive, send)
            return
        seconds = str(min(item.get_expiry() for item in LIMITS))
        await JSONResponse({"detail": "too many requests"}, 429, {"Retry-After": seconds})(scope, receive, send)

    async def allowed(self, client: str) -> bool:
        for limiter in self.limiters:
            try:
                return all([await limiter.hit(item, client) for item in LIMITS])
            except Exception as error:  # noqa: BLE001 - whatever the counter raises, requests go on
                log.warning("the counter of requests does not answer: %s", type(error).__name__)
        return True


def client_of(scope: Any) -> str:
    """The address that the last proxy that is not ours talked to."""
    forwarded = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for").split(",")
    if PROXIES and len(forwarded) >= PROXIES:
        return forwarded[-PROXIES].strip()
    return str(scope["client"][0]) if scope.get("client") else "unknown"
#% endif
