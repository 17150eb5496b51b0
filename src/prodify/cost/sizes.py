"""The sizes that generated infrastructure starts with; the estimate prices exactly these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.profile import Profile

CONTAINER_CPU = 1.0
CONTAINER_GIB = 0.5
"""vCPU and GiB of an instance on Cloud Run."""
POD_CPU = 0.1
POD_GIB = 0.25
"""What a pod requests in Kubernetes."""
_SINGLE_ZONE_PERCENT = {"azure": 99.9}
_SINGLE_ZONE_PERCENT_ELSEWHERE = 99.5


@dataclass(frozen=True, slots=True)
class Database:
    """A managed database: the cloud's name of the machine, vCPU, GB of memory and of disk; `price`: its row where it has one of its own.

    `connections`: the most that it is told to take.
    """

    machine: str
    vcpu: float
    memory_gb: float
    disk_gb: int
    connections: int
    price: str | None = None


DATABASES = {
    ("gcp", "production"): Database("db-custom-1-3840", 1, 3.75, 10, 200),
    ("gcp", "staging"): Database("db-f1-micro", 0.2, 0.6, 10, 25, "gcp-sql-micro"),
    ("aws", "production"): Database("db.t4g.small", 2, 2, 20, 160, "aws-sql-small"),
    ("aws", "staging"): Database("db.t4g.micro", 2, 1, 20, 80, "aws-sql-micro"),
    ("azure", "production"): Database("GP_Standard_D2ds_v5", 2, 8, 32, 400, "azure-sql-d2ds"),
    ("azure", "staging"): Database("B_Standard_B1ms", 1, 2, 32, 50, "azure-sql-b1ms"),
}
"""By cloud and environment: the smallest that is sold for staging, and for production the next (on Azure the first with a stand-by).

Connections: Cloud SQL's default for the shared machine (25); twice its default (100) on 3.75 GB; below what Amazon RDS's formula,
memory / 9,531,392 bytes, gives (112 and 225); Azure's default for 2 GB (50) and less than half of it for 8 GB (859).
"""


def single_zone_percent(profile: Profile) -> float:
    """What a database in one zone promises; who promises more needs a stand-by.

    Amazon RDS's service level agreement says 99.5 % for a single zone, Azure's 99.9 % for a Flexible Server without a stand-by (general
    knowledge of 2026-11-22); Google gives none and counts as Amazon.
    """
    return _SINGLE_ZONE_PERCENT.get(profile.platform.cloud, _SINGLE_ZONE_PERCENT_ELSEWHERE)


def stands_by(profile: Profile) -> bool:
    """Whether production's database has a stand-by in another zone: the goal is above what one zone promises."""
    return profile.slo.availability_percent > single_zone_percent(profile)
