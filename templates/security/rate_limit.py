"""How many requests one client may make: no script tries every password or spends the month's budget in an hour.

Written by prodify (recipe rate-limit); yours to edit, upgrades merge.
"""

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
)


def limit(app: Flask) -> None:
    """Count the requests of every route."""
    if PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=PROXIES)
    limiter.request_filter(lambda: request.path in UNLIMITED)
    limiter.init_app(app)
