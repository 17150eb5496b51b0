"""Starts uvicorn, the server that runs the application in production.

Written by prodify (recipe server); yours to edit, upgrades merge.
"""

import os

import uvicorn

if __name__ == "__main__":
    uvicorn.run(
        "{= application =}",
        factory={= factory =},
        # The platform says which port; every address, because a container has its own network.
        host="0.0.0.0",  # nosec B104
        port=int(os.environ.get("PORT", "{= port =}")),
        # One process a container. More traffic is served by more containers.
        workers=int(os.environ.get("WEB_CONCURRENCY", "1")),
        # Requests that one process works on at once; what comes on top is told to try again, so that the others stay fast.
        limit_concurrency=int(os.environ.get("LIMIT_CONCURRENCY", "{= limit_concurrency =}")),
        # How long a stopping server may finish its requests.
        timeout_graceful_shutdown={= graceful =},
        # Longer than the load balancer keeps an idle connection: the server must not close one under a request.
        timeout_keep_alive={= keepalive =},
        # Whose X-Forwarded-* headers are believed. Set it to "*" only where nothing but your load balancer reaches the port.
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        # Says which software runs, to nobody's use but an attacker's.
        server_header=False,
    )
