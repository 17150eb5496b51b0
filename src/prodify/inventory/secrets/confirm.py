"""Confirms a token rule at the offset where the engine saw it end: exact pattern, entropy, structure, no placeholder."""

from __future__ import annotations

import re

from prodify.inventory.secrets.judge import Candidate
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.redact import entropy
from prodify.inventory.secrets.rule import PRIVATE_KEY, Rule, confirmer
from prodify.inventory.secrets.structures import CHECKS
from prodify.inventory.secrets.values import has_sequence, is_filled

_FILLER = lazy(r"(?i)x{4,}|\.{3,}|\*{3,}|example|placeholder|your[-_]|[-_]your|redacted|dummy|changeme|insert[-_]|replace[-_]|[-_]here|<|>")
_NAME = lazy(rb"""([\w.\-]{1,80})\\?["'`\]\)]{0,3}[ \t]{0,4}(?:=>|:=|\|\||\?\?|[=:,]|\(|\bor\b)[ \t]{0,4}\(?(?:[brfu@$]{0,2}\\?["'`])?$""")
_PEM_BODY = lazy(rb"""(?:[A-Za-z0-9+/=]{16,}(?:\\\\?[nr]|["'+,\s\\])*){1,}""")
_PEM_START = lazy(rb"""(?:\\\\?[nr]|["'+,\s\\]|Proc-Type:[^\n]*|DEK-Info:[^\n]*|Version:[^\n]*|Comment:[^\n]*){0,60}""")


def confirm(rule: Rule, data: bytes, end: int) -> Candidate | None:
    """Return the candidate of `rule` whose match ends at or after `end`, None when what stands there cannot be real."""
    if rule.category == PRIVATE_KEY and rule.pattern.startswith("-----BEGIN"):
        return _private_key(rule, data, end)
    pattern = confirmer(rule)
    for found in pattern.finditer(data, max(0, end - rule.window), min(len(data), end + rule.window)):
        if found.start() < end <= found.end():
            return _confirmed(rule, data, found)
        if found.start() >= end:
            break
    return None


def _confirmed(rule: Rule, data: bytes, found: re.Match[bytes]) -> Candidate | None:
    group = 1 if found.re.groups and found.group(1) is not None else 0
    value = found.group(group).decode("ascii", "replace")
    sequence = has_sequence(value)
    if _FILLER.search(value) or is_filled(value) or (sequence and not rule.near) or entropy(value) < rule.entropy:
        return None
    if rule.browser and _is_published(value):
        return None
    if rule.structure and not CHECKS[rule.structure](value):
        return None
    left = data[max(0, found.start(group) - 120) : found.start(group)]
    name = _NAME.search(left)
    label = name[1].decode("ascii", "replace") if name else None
    start, end = found.span(group)
    priority = 20 if rule.near else 10
    return Candidate(
        start, end, rule.id, rule.title, rule.category, label, value, priority,
        weak=sequence, random=not sequence, prefix=group == 0 and not rule.near, browser=rule.browser,
    )  # fmt: skip


def _is_published(value: str) -> bool:
    from prodify.inventory.secrets.published import is_published

    return is_published(value)


def _private_key(rule: Rule, data: bytes, end: int) -> Candidate | None:
    start = data.rfind(b"-----BEGIN", max(0, end - 80), end)
    lead = _PEM_START.match(data, end, min(len(data), end + 400))
    body = _PEM_BODY.match(data, lead.end() if lead else end, min(len(data), end + 8192))
    if start < 0 or body is None:
        return None
    text = re.sub(rb"\\\\?[nr]|[^A-Za-z0-9+/=]", b"", body.group())
    # OpenSSH's keys begin with a long run of zero bytes, so runs say nothing here.
    if len(text) < 64 or entropy(text[:400].decode("ascii")) < 4.0:
        return None
    return Candidate(start, body.end(), rule.id, rule.title, rule.category, None, text.decode("ascii"), 5, random=True)
