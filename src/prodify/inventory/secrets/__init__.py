"""The secret detector: what is a secret, where, how sure, and never the value itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prodify.inventory.secrets.scanner import Scanner

__all__ = ["Scanner"]


def __getattr__(name: str) -> Any:
    # The hook imports this package on every commit and rarely needs the scanner.
    if name == "Scanner":
        from prodify.inventory.secrets.scanner import Scanner

        return Scanner
    raise AttributeError(name)
