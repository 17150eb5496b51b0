"""Names of datastores that several checks of this step share."""

from __future__ import annotations

SQL = frozenset(("postgres", "mysql", "sqlite", "mssql", "oracle", "mariadb", "cockroachdb"))
