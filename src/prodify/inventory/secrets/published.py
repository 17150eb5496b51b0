"""Keys that their vendor publishes with its own samples, known by digest: whoever copied the sample has leaked nothing."""

from __future__ import annotations

import hashlib

from prodify.inventory.secrets.lazy import wordset

# Of Google's Android SDK for Firebase (google-services.json, strings.xml and the tests of its public repository).
_DIGESTS = wordset(
    "2037abcaffb2 27a9a42931df 37f8f09bdf12 3a8b61d0f636 49f777db995e 4c98242dcadc 6ca6473b42d9 6f1ef2461e63 "
    "8731261cb72d a19f89ab3555 a6c814bc555a ab3ea7c28e92 dc0fcf046c61 ea9bb1082cf9 eb540d2b6ee2 f56e323494a6 "
)


def is_published(value: str) -> bool:
    """Whether the value is one of those keys."""
    return hashlib.sha256(value.encode()).hexdigest()[:12] in _DIGESTS
