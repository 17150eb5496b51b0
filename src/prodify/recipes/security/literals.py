"""Secrets that stand in production code on the server, and the environment variables that take their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.edits.jssource import LANGUAGES
from prodify.inventory.facts import Role
from prodify.inventory.polyglot.javascript import server_side

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import SecretHit

# For secrets that stand under no name of their own, by category.
_NAMELESS = {"framework-key": "SECRET_KEY", "connection-string": "DATABASE_URL", "password": "PASSWORD", "private-key": "PRIVATE_KEY"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A secret in code: where it stands and the variable that replaces it."""

    hit: SecretHit
    env: str


def literals(repo: Inventory) -> tuple[Literal, ...]:
    """The secrets of production Python, and of JavaScript and TypeScript that runs on the server, by path and line.

    What the browser loads has no environment: a secret there must move to the server, which no edit can do.
    """
    code = [hit for hit in repo.secrets if hit.form == "code" and hit.role is Role.PRODUCTION and hit.in_tree and hit.level != "note"]
    found = [hit for hit in code if _is_editable(repo, hit.location.path)]
    return tuple(Literal(hit, env_name(hit)) for hit in sorted(found, key=lambda h: h.location))


def _is_editable(repo: Inventory, path: str) -> bool:
    return path.endswith(".py") or (path.endswith(tuple(LANGUAGES)) and server_side(repo, path))


def env_name(hit: SecretHit) -> str:
    """The variable for a secret: its own name in capitals (`app.secret_key` and `secretKey` give SECRET_KEY), else one made of its kind."""
    name = re.split(r"[.\[]", hit.name or "")[-1] if hit.name else ""
    own = re.sub(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").upper()
    if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", own) and own not in ("KEY", "TOKEN", "SECRET", "PASSWORD"):
        return own
    made = re.sub(r"[^A-Za-z0-9]+", "_", hit.rule).strip("_").upper()
    prefix = made if re.fullmatch(r"[A-Z][A-Z0-9_]+", made) else "APP"
    return _NAMELESS.get(hit.category, prefix if prefix.endswith(("KEY", "TOKEN", "SECRET")) else f"{prefix}_TOKEN")
