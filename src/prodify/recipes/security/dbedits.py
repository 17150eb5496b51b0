"""Edits of the places that open connections to a database: how long they wait, and whether a pool looks before it gives one away."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.edits.pycalls import Splice, append, editor, resolved
from prodify.inventory.dbconnects import LIBPQ, POOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.edits.pysource import Source
    from prodify.edits.text import Editor
    from prodify.inventory import Inventory

CONNECT_SECONDS = 5
"""Long for a database that is well and in the same region; short for a request that waits."""
_TOO_OLD = re.compile(r"^(==|===|~=|<=?)?\s*(2|3\.[01])(\.|$)")
"""Versions of psycopg_pool whose pools cannot look at a connection before they give it away: those before 3.2."""


def looks(repo: Inventory) -> bool:
    """Whether psycopg's pools can look at connections in the version that the project wants; the newest can."""
    listed = [dependency for manifest in repo.manifests for dependency in manifest.dependencies]
    wanted = [d.specifier for d in listed if d.name.lower().replace("_", "-") == "psycopg-pool"]
    return not any(part.strip() and _TOO_OLD.search(part.strip()) for specifier in wanted for part in specifier.split(","))


def with_connect_timeouts(look: bool = True) -> Editor:
    """Connections that PostgreSQL's client would try to open for ever give up; psycopg's pools look before they give one away (`look`).

    >>> print(with_connect_timeouts()("import psycopg2\\ndb = psycopg2.connect(DSN)\\n").splitlines()[-1])
    db = psycopg2.connect(DSN, connect_timeout=5)
    """

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if not isinstance(node, ast.Call):
                continue
            name = resolved(node.func, imports)
            starred = any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
            if starred or "connect_timeout" in ast.unparse(node):
                continue
            if name in LIBPQ:
                yield append(source, node, f"connect_timeout={CONNECT_SECONDS}")
            elif name in POOLS and (more := _pool(node, look)):
                yield append(source, node, ", ".join(more))

    return editor(find)


def _pool(call: ast.Call, look: bool) -> list[str]:
    """What a pool is not told yet; nothing where the keywords of its connections stand elsewhere."""
    given = {k.arg for k in call.keywords}
    if "kwargs" in given or len(call.args) > 1:
        return []
    wanted = {"timeout": str(CONNECT_SECONDS), "check": f"{ast.unparse(call.func)}.check_connection" if look else ""}
    more = [f"{name}={value}" for name, value in wanted.items() if value and name not in given]
    return [f'kwargs={{"connect_timeout": {CONNECT_SECONDS}}}', *more]
