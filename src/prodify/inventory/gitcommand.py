"""How git is called, safe on hostile repositories.

The audited repository's own configuration can name programs (fsmonitor, hooks, filters, textconv, transports, signatures).
Only plumbing that never runs them is used, the program-valued settings are overridden, and system and user configuration are
left out, so that the answer is the same on every machine.
"""

from __future__ import annotations

import os

_HARDENING = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "safe.directory=*",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.pager=cat",
    "-c",
    "submodule.recurse=false",
    "-c",
    "protocol.allow=never",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.mailmap=false",
    "-c",
    f"core.excludesFile={os.devnull}",
    "-c",
    f"core.attributesFile={os.devnull}",
    "-c",
    f"diff.orderFile={os.devnull}",
)


def command(*args: str) -> list[str]:
    """The full argument list of a hardened git command, for callers that stream its output."""
    return ["git", *_HARDENING, *args]


def environment() -> dict[str, str]:
    """The environment of every git process: no user or system configuration, no prompts, no optional locks."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        # A missing object would be fetched from a promisor remote, and the repository says with which program. Its own
        # `protocol.ext.allow` counts more than a general refusal; this variable counts more than both.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
