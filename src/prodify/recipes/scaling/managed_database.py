"""The recipe `managed-database`."""

from __future__ import annotations

from collections.abc import Iterator

from prodify.api import Audience, Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.cost.cloud import account
from prodify.recipes.portability.terraform import engine_of, is_described, is_supported
from prodify.recipes.portability.tf_database import CLOUDS, VERSIONS, database_files
from prodify.recipes.portability.tf_edits import database_edits


@recipe(
    step=Step.SCALING,
    fixes=("database-is-backed-up",),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    after=("kubernetes", "cloud-run", "secrets"),
    review=Review.CAREFUL,
)
def managed_database(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """A PostgreSQL that the cloud runs, as Terraform: private, encrypted, backed up, its password in the secret store and in no state.

    Amazon RDS, Cloud SQL or Azure's Flexible Server by the profile's cloud (MySQL on the first two), where Kubernetes or Cloud Run runs
    the service. Says how large the pool of each worker may be. Nothing where infrastructure is written down already.
    """
    found, engine = account(repo, profile, CLOUDS), engine_of(repo)
    if found is None or not is_supported(profile) or is_described(repo) or (found.cloud, engine) not in VERSIONS:
        return
    yield from database_files(repo, profile, found, engine)
    yield from database_edits(repo, profile, found)
