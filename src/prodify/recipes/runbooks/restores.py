"""How data comes back, by store and platform; no recipe of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.recipes.runbooks.texts import Procedure, Step

if TYPE_CHECKING:
    from prodify.profile import Profile

ORDER = ("postgres", "mysql", "mongodb", "sqlite", "redis")
NAMES = {"postgres": "PostgreSQL", "mysql": "MySQL", "mongodb": "MongoDB", "sqlite": "SQLite", "redis": "Redis"}

# Point-in-time recovery of managed databases. $TIME is in UTC, such as 2026-11-22T10:00:00Z.
_MANAGED = {
    "gcp": 'gcloud sql instances clone "$INSTANCE" "$INSTANCE-restored" --point-in-time "$TIME"',
    "aws": 'aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier "$INSTANCE" '
    '--target-db-instance-identifier "$INSTANCE-restored" --restore-time "$TIME"',
    "azure": 'az {kind} flexible-server restore --source-server "$INSTANCE" --name "$INSTANCE-restored" --restore-time "$TIME"',
}
_FROM_DUMP = {
    "postgres": 'createdb restored && pg_restore --no-owner --dbname restored "$BACKUP"',
    "mysql": 'mysql --execute "CREATE DATABASE restored" && gunzip --stdout "$BACKUP" | mysql restored',
}
_COMPARE = {
    "postgres": 'psql "$RESTORED_URL" --command "SELECT relname, n_live_tup FROM pg_stat_user_tables ORDER BY n_live_tup DESC LIMIT 10"',
    "mysql": 'mysql restored --execute "SELECT table_name, table_rows FROM information_schema.tables ORDER BY table_rows DESC LIMIT 10"',
}


def stores(found: tuple[str, ...]) -> tuple[str, ...]:
    """The stores to restore. SQLite beside a server is the fallback of a development machine."""
    servers = {name for name in found if name in ("postgres", "mysql", "mongodb")}
    return tuple(name for name in ORDER if name in found and not (name == "sqlite" and servers))


def _step(text: str, command: str) -> Step:
    """A step, both of whose parts are ours."""
    return Step(Code(text), Code(command))


def procedure(store: str, profile: Profile, restart: str) -> Procedure:
    """How the data of one store comes back."""
    switch = _step("Point the service at the restored data (the address in its secret store), then restart it", restart)
    if store in ("postgres", "mysql"):
        kind = {"postgres": "postgres", "mysql": "mysql"}[store]
        managed = _MANAGED.get(profile.platform.cloud) if profile.platform.runtime != "compose" else None
        first = (
            _step("Restore beside the running database, as of the chosen time", managed.replace("{kind}", kind))
            if managed
            else _step("Restore the newest good dump beside the running database", _FROM_DUMP[store])
        )
        return Procedure(NAMES[store], (first, _step("Compare it with what you expect", _COMPARE[store]), switch))
    if store == "mongodb":
        command = 'mongorestore --gzip --archive="$BACKUP" --nsFrom "*" --nsTo "restored_*"'
        restore = _step("Restore the dump beside the running database", command)
        compare = _step("Compare it with what you expect", 'mongosh "$RESTORED_URL" --eval "db.stats()"')
        return Procedure(NAMES[store], (restore, compare, switch))
    if store == "sqlite":
        save = _step("Keep what is there, it shows what happened", 'cp "$DATABASE_FILE" "$DATABASE_FILE.broken"')
        back = _step("Put the backup beside it and check it", 'cp "$BACKUP" restored.db && sqlite3 restored.db "PRAGMA integrity_check"')
        return Procedure(NAMES[store], (save, back, _step("Replace the file while the service is stopped, then start it", restart)))
    look = _step("It holds copies, which come back by themselves. Is it up?", 'redis-cli -u "$REDIS_URL" ping')
    return Procedure(NAMES[store], (look, _step("Start the service with an empty cache; the first requests are slow", restart)))
