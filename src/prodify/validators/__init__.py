"""Proof: one module for each real tool that judges what prodify generated.

A module with a `VALIDATORS` tuple is found by itself; the rest of the package (base, process, sources, runner) is what they share.
"""

from __future__ import annotations

from prodify.validators.base import Outcome, Problem, Status, Validator, Verification
from prodify.validators.runner import discover, missing, verify

__all__ = ["Outcome", "Problem", "Status", "Validator", "Verification", "discover", "missing", "verify"]
