"""A group of targets under atheris, which leads texts to lines not run yet: `python -m tests.hostile.guided GROUP SECONDS FOLDER`.

`fuzz` starts it where atheris is installed. A text that fails is printed by libFuzzer as base64, with the exception above it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any


def main(group: str, seconds: str, folder: str) -> None:
    """Fuzz until the time is over; libFuzzer ends the process itself."""
    import atheris

    start = time.monotonic()
    # Only what reads or edits: tables, recipes and reports would take seconds to instrument and see no text.
    with atheris.instrument_imports(
        include=["prodify.edits", "prodify.inventory", "prodify.imports", "prodify.changes", "prodify.profile_file"]
    ):
        from tests.hostile.targets import TARGETS, check
        from tests.hostile.texts import TOKENS
    members: list[Any] = [target for target in TARGETS.values() if target.group == group]

    def once(data: bytes) -> None:
        if data:
            text = data[1:].decode("utf-8", "replace")
            check(members[data[0] % len(members)], text)

    words = Path(folder).parent / f"{Path(folder).name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in TOKENS if word))
    options = [
        f"-max_total_time={max(1, int(float(seconds) - (time.monotonic() - start)))}",
        "-timeout=10",
        "-rss_limit_mb=3000",
        "-max_len=3000",
        f"-dict={words}",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    try:
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", folder], once)
        atheris.Fuzz()
    finally:
        words.unlink(missing_ok=True)


def _escaped(word: str) -> str:
    """A word as libFuzzer's dictionaries spell it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main(*sys.argv[1:4])
