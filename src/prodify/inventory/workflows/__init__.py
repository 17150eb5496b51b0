"""CI pipelines as typed views: GitHub workflows in full, other systems by jobs and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.commands import Command
from prodify.inventory.workflows.model import ActionUse, Job, Permissions, Pipeline, PipelineStep

if TYPE_CHECKING:
    from prodify.inventory import Inventory

__all__ = ["ActionUse", "Command", "Job", "Permissions", "Pipeline", "PipelineStep", "find_pipelines"]


def find_pipelines(repo: Inventory) -> tuple[Pipeline, ...]:
    """Every CI pipeline, by path."""
    from prodify.inventory.workflows.systems import read_pipelines

    return read_pipelines(repo.files)
