"""Secrets that stand in production Python, and the environment variables that take their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role

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
    """The secrets of production Python files, by path and line."""
    found = [h for h in repo.secrets if h.form == "code" and h.role is Role.PRODUCTION and h.location.path.endswith(".py") and h.in_tree]
    return tuple(Literal(hit, env_name(hit)) for hit in sorted(found, key=lambda h: h.location))


def env_name(hit: SecretHit) -> str:
    """The variable for a secret: its own name in capitals (`app.secret_key` gives SECRET_KEY), else one made of its kind."""
    own = re.sub(r"[^A-Za-z0-9]+", "_", re.split(r"[.\[]", hit.name or "")[-1] if hit.name else "").strip("_").upper()
    if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", own) and own not in ("KEY", "TOKEN", "SECRET", "PASSWORD"):
        return own
    made = re.sub(r"[^A-Za-z0-9]+", "_", hit.rule).strip("_").upper()
    prefix = made if re.fullmatch(r"[A-Z][A-Z0-9_]+", made) else "APP"
    return _NAMELESS.get(hit.category, prefix if prefix.endswith(("KEY", "TOKEN", "SECRET")) else f"{prefix}_TOKEN")
