"""Evidence for secrets that shows where they stand and never what they are."""

from __future__ import annotations

from prodify.api import Evidence, SecretHit

REDACTED = "<redacted>"


def evidence(hit: SecretHit) -> Evidence:
    """The place of a secret; its name or kind as the note, never its value."""
    place = hit.location
    note = f"{hit.name}: {hit.title}" if hit.name else hit.title
    return Evidence(place.path, place.line, place.end_line, note, REDACTED)
