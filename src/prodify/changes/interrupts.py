"""Signals that ask a process to stop: where they may interrupt, and where the work is brought to an end first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl-C, a polite kill, and a terminal that goes away."""


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[None]:
    """Within, a polite kill and a lost terminal do what Ctrl-C does: they raise KeyboardInterrupt, and the old tree comes back."""
    with _handling(_stop):
        yield


@contextmanager
def unstoppable() -> Iterator[None]:
    """Within, no polite signal interrupts, not even a second Ctrl-C; programs started here inherit that."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: object) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {}
    try:
        for number in _STOPPING:
            # Who started us under nohup or in the background wants a signal ignored; a handler that is not Python's cannot be put back.
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, handler)  # type: ignore[arg-type]
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
