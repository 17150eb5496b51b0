"""The version of the tool and of its ruleset; constants, so that `--version` imports nothing."""

__version__ = "0.1.0"

RULESET = "2026.11"
"""Year and month of the catalogue. The same ruleset and tree give the same score."""
