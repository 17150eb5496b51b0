"""Starts uvicorn, the server that runs the application in production.

Written by prodify (recipe server); yours to edit, upgrades merge.
"""

import json
import logging
import os
import signal
import sys
from datetime import datetime, timezone
#% if telemetry
from pathlib import Path
#% endif
from typing import Any

import uvicorn


class JsonFormatter(logging.Formatter):
    """One JSON object a line, which log stores read without rules of their own. No addresses or query strings: they may hold personal data."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        entry: dict[str, object] = {"timestamp": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.name == "uvicorn.access" and isinstance(record.args, tuple) and len(record.args) == 5:
            _client, method, path, _version, status = record.args
            entry |= {"message": "request", "method": method, "path": str(path).partition("?")[0], "status": status}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "serve.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "loggers": {"uvicorn": {"handlers": ["stdout"], "level": os.environ.get("LOG_LEVEL", "INFO").upper(), "propagate": False}},
}

# uvicorn stops at SIGTERM, finishes its requests, and then raises the signal once more. Without this it would end the process on the
# spot, and with it the last traces and metrics. Also runs in the workers, which import this file.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

if __name__ == "__main__":
    uvicorn.run(
        "{= application =}",
        factory={= factory =},
        # The platform says which port; every address, because a container has its own network.
        host="0.0.0.0",  # nosec B104
        port=int(os.environ.get("PORT", "{= port =}")),
        # Processes of one container. More traffic is served by more containers, not by more workers.
        workers=int(os.environ.get("WEB_CONCURRENCY", "1")),
        # Connections that one process holds, idle ones among them; whoever comes on top is told to try again. Bounds the memory.
        limit_concurrency=int(os.environ.get("LIMIT_CONCURRENCY", "{= limit_concurrency =}")),
#% if hangs_after
        # Seconds. A worker that does not answer for this long is killed, with the requests under way: patient with slow starts and busy CPUs.
        timeout_worker_healthcheck={= hangs_after =},
#% endif
#% if ends_in_time
        # How long a stopping server may finish its requests.
        timeout_graceful_shutdown={= graceful =},
#% endif
        # Longer than the load balancer keeps an idle connection: the server must not close one under a request.
        timeout_keep_alive={= keepalive =},
        # Whose X-Forwarded-* headers are believed. Set it to "*" only where nothing but your load balancer reaches the port.
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        # Says which software runs, to nobody's use but an attacker's.
        server_header=False,
        log_config=LOGGING,
#% if telemetry
        # The module telemetry writes a line for every request, with the id of its trace; without that module uvicorn does.
        access_log=not (Path(__file__).parent / "{= telemetry =}").is_file(),
#% endif
    )
