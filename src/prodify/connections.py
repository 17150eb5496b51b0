"""The arithmetic of database connections, in one place: pool x workers x replicas, and the background workers', must fit the database.

The check `database-pool-is-sized` and the recipe `managed-database` both count with it, so that what one writes the other accepts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DEFAULT_LIMIT = 100
"""PostgreSQL's own default of max_connections."""
RESERVED = 10
"""Connections that are not the service's: PostgreSQL keeps three for its superuser, the cloud's agents take some, and a migration, a dump
and a person who looks for what is wrong need one each."""
SURGE_PERCENT = 25
"""Share of the pods that a release starts beside those that run (`maxSurge` of the Deployment)."""
WORKERS = 2
"""Worker processes in a container with about one CPU; the service scales by containers, not by workers."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a database has room for: `limit` connections for `replicas` containers of `workers` processes each.

    `background` processes do tasks and open connections as well: processes of each background worker x their number.
    """

    limit: int
    workers: int
    replicas: int
    background: int = 0

    @property
    def at_release(self) -> int:
        """Processes while a release rolls out, when old and new ones run side by side.

        >>> Room(100, 2, 20).at_release, Room(100, 2, 20, background=10).at_release
        (50, 63)
        """
        return self.workers * _surging(self.replicas) + _surging(self.background)

    @property
    def pool(self) -> int:
        """Most connections that each process may open, 0 where not even one fits.

        >>> Room(200, 2, 20).pool, Room(100, 2, 20).pool, Room(25, 2, 20).pool
        (3, 1, 0)
        """
        return max(0, (self.limit - RESERVED) // self.at_release)

    def asked(self, pool: int, each: int | None = None) -> int:
        """Connections that all processes open together when each fills its pool; releases left out.

        `each`: the most connections of a background process, where that is not the pool.

        >>> Room(100, 2, 20).asked(150), Room(100, 2, 2, background=4).asked(10), Room(100, 2, 2, background=4).asked(10, each=1)
        (6000, 80, 44)
        """
        return pool * self.workers * self.replicas + (pool if each is None else each) * self.background

    def takes(self, pool: int, each: int | None = None) -> bool:
        """Whether the database takes them.

        >>> Room(100, 2, 2).takes(15), Room(100, 2, 20).takes(15)
        (True, False)
        """
        return self.asked(pool, each) <= self.limit


def _surging(number: int) -> int:
    """So many and those that a release starts beside them."""
    return math.ceil(number * (100 + SURGE_PERCENT) / 100)
