"""The secret detector: what is a secret, where, how sure, and never the value itself."""

from __future__ import annotations

from prodify.inventory.secrets.scanner import Scanner

__all__ = ["Scanner"]
