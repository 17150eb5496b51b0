"""Settings of gunicorn, the server that runs the application in production.

Written by prodify (recipe server); yours to edit, upgrades merge.
"""

import json
import logging
import os
from datetime import datetime, timezone
from pathlib import Path

from gunicorn.glogging import Logger

# The platform says which port; every address, because a container has its own network.
bind = "0.0.0.0:" + os.environ.get("PORT", "{= port =}")

# Processes of one container. More traffic is served by more containers, not by more workers.
workers = int(os.environ.get("WEB_CONCURRENCY", "{= workers =}"))

# Each worker answers this many requests at once: {= rps =} requests a second that take up to {= latency_ms =} ms, shared by the workers.
worker_class = "gthread"
threads = {= threads =}

# A worker that hangs for this many seconds is replaced; one that is asked to stop gets as long to finish its requests.
timeout = {= timeout =}
graceful_timeout = {= graceful =}

# Longer than the load balancer keeps an idle connection, so that it is never the server that closes one under a request.
keepalive = {= keepalive =}

# Workers are replaced after a while, not all at once: bounds the damage of a slow memory leak.
max_requests = 1000
max_requests_jitter = 100

# Heartbeats in memory, and no control socket: the container's file system is read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108 - gunicorn makes its files there safely
control_socket_disable = True

# Each worker loads the application itself, so that its telemetry threads live in the process that serves.
preload_app = False

# Whose X-Forwarded-* headers are believed. Set it to "*" only where nothing but your load balancer reaches the port.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")

# Log lines that tell nothing: the probes ask every few seconds.
QUIET_PATHS: list[str] = {= quiet_paths =}


class JsonFormatter(logging.Formatter):
    """One JSON object a line, which log stores read without rules of their own."""

    def format(self, record):
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        entry = {"timestamp": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class JsonLogger(Logger):
    """gunicorn's logger with JSON lines. No query strings, addresses or headers: they may hold personal data."""

    def setup(self, cfg):
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                handler.setFormatter(JsonFormatter())

    def access(self, resp, req, environ, request_time):
        if self.cfg.accesslog and req.path not in QUIET_PATHS:
            fields = {"method": req.method, "path": req.path, "status": int(resp.status_code)}
            fields["seconds"] = round(request_time.total_seconds(), 4)
            self.access_log.info("request", extra={"fields": fields})


logger_class = JsonLogger
{=% if telemetry %=}
# The module telemetry writes a line for every request, with the id of its trace; without that module gunicorn does.
accesslog = None if (Path(__file__).parent / "{= telemetry =}").is_file() else "-"
{=% else %=}
accesslog = "-"
{=% endif %=}
errorlog = "-"
