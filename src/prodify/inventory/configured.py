"""Entries called `secret` in a program's own JSON settings: a bare word there is the key in use, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.secrets.values import CODEISH, HASHED, NON_VALUES, URLISH, UUID, is_placeholder, is_reference
from prodify.inventory.yamlview import document
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.yamlview import YamlNode

_SETTINGS = (
    "config.json", "configuration.json", "settings.json", "secrets.json", "secret.json", "keys.json", "credentials.json", "auth.json",
    "config.*.json", "settings.*.json", "*/config/*.json", "config/*.json",
)  # fmt: skip
"""Names under which programs keep their settings; an editor's folder is none of them."""
_NOT_OURS = lazy(
    r"(^|/)\.|(^|/)(locales?|i18n|lang|translations?|schemas?)/|\.schema\.json$|(^|[._-])(example|sample|template|test|dev)s?[._-]"
)
_FEWEST = 4
_DEEPEST = 4


def configured(repo: Inventory) -> Iterator[Note]:
    """Every such entry that holds a value of its own."""
    for path in repo.files.select(*_SETTINGS, roles=(Role.PRODUCTION,)):
        if _NOT_OURS.search(path):
            continue
        text = repo.files.text(path) or ""
        if '"secret"' not in text.lower():
            continue
        root = document(repo.files, path)
        for node in _secrets(root, _DEEPEST) if root is not None else ():
            yield Note(node.location, "the settings hold a secret")


def _secrets(node: YamlNode, depth: int) -> Iterator[YamlNode]:
    for key, value in node.items() if node.kind == "mapping" and depth else ():
        if value.kind == "scalar" and key.lower() == "secret" and _is_value(value.text):
            yield value
        elif value.kind == "mapping":
            yield from _secrets(value, depth - 1)


def _is_value(text: str) -> bool:
    """Whether a value stands for itself: no reference, no request to fill something in, no word that says what belongs there."""
    if len(text) < _FEWEST or " " in text or text.lower() in NON_VALUES or is_reference(text, quoted=True) or is_placeholder(text):
        return False
    return not (URLISH.match(text) or UUID.match(text) or HASHED.match(text) or CODEISH.search(text))
