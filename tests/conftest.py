"""What all tests share: no property test fails because the machine is busy, and signals mean what they mean at a terminal."""

from __future__ import annotations

import signal

from hypothesis import settings

settings.register_profile("prodify", deadline=None)
settings.load_profile("prodify")

# A run in the background starts with some signals ignored, and whatever it starts inherits that: no test could interrupt anything.
for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)
