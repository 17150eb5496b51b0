"""From the name that Python imports to the distribution that is installed, and back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from prodify.inventory.dependencies.importnames import NAMESPACES, PAIRS, PROVIDED, REMOVED_STDLIB, SHARED
from prodify.inventory.dependencies.model import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

STDLIB = (
    frozenset(sys.stdlib_module_names)
    | REMOVED_STDLIB
    | {"__main__", "__future__", "_typeshed", "tomllib", "annotationlib", "compression", "pip"}
)


def _table() -> dict[str, tuple[str, ...]]:
    pairs = (pair.partition("=") for pair in PAIRS.split())
    return {name: tuple(normalised(d) for d in distributions.split(",")) for name, _, distributions in pairs}


DISTRIBUTIONS = _table()
"""Import name to normalised distribution names, the usual one first."""


def distributions_of(module: str) -> tuple[str, ...]:
    """Distributions that may provide an imported module, the usual one first.

    >>> distributions_of("yaml"), distributions_of("google.cloud.storage")[0], distributions_of("requests.adapters")
    (('pyyaml',), 'google-cloud-storage', ('requests',))
    """
    parts = module.split(".")
    for count in range(len(parts), 0, -1):
        known = NAMESPACES.get(".".join(parts[:count]))
        if known is not None:
            return known
    head = parts[0]
    if head in SHARED and len(parts) > 1:
        names = [normalised("-".join(parts[:count])) for count in range(min(len(parts), 4), 1, -1)]
        cloud = names[1:2] if head == "google" and len(parts) > 3 else []
        return tuple(dict.fromkeys([*cloud, *names, normalised(head)]))
    return DISTRIBUTIONS.get(head, (normalised(head),))


def modules_of(distribution: str) -> tuple[str, ...]:
    """Top-level (or namespace) modules that a distribution may provide.

    >>> modules_of("PyYAML"), modules_of("flask-login")
    (('yaml',), ('flask_login', 'flask.login'))
    """
    name = normalised(distribution)
    known = [module for module, distributions in DISTRIBUTIONS.items() if name in distributions]
    known += [module for module, distributions in NAMESPACES.items() if name in distributions]
    if known:
        return tuple(known)
    plain = name.replace("-", "_")
    guesses = [plain, name.replace("-", ".")] if "-" in name else [plain]
    for affix in ("python-", "django-", "py"):
        if name.startswith(affix):
            guesses.append(name.removeprefix(affix).replace("-", "_"))
    if name.endswith(("-python", "-py", "-client", "-binary")):
        guesses.append(name.rpartition("-")[0].replace("-", "_"))
    return tuple(dict.fromkeys(guess for guess in guesses if guess))


def is_declared(module: str, declared: Iterable[str]) -> bool:
    """Whether one of the declared (normalised) distributions provides a module, itself or as part of its interface.

    >>> is_declared("jinja2", ["flask"]), is_declared("google.cloud.storage", ["google-cloud-storage"]), is_declared("requests", ["httpx"])
    (True, True, False)
    """
    names = set(declared)
    parts = module.split(".")
    head = normalised(parts[0])
    candidates = {*distributions_of(module), head, f"python-{head}", f"py{head}", f"django-{head}"}
    candidates |= {f"{head}-{suffix}" for suffix in ("python", "py", "client", "binary", "sdk")}
    if candidates & names:
        return True
    if any(normalised(given) in candidates for name in names for given in PROVIDED.get(name, "").split()):
        return True
    if parts[0] in SHARED:
        prefix = normalised("-".join(parts[:2])) if len(parts) > 2 else f"{head}-"
        return any(name.startswith(prefix) for name in names)
    return head in ("langchain", "streamlit") and any(name.startswith(head + "-") for name in names)
