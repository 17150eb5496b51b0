"""Which of the ten steps a foreign finding belongs to, as data: the first row whose pattern occurs in the tool, rule and tags."""

from __future__ import annotations

import re

from prodify.model import Step

_SCANNERS = r"gitleaks|kingfisher|trufflehog|detect-secrets|noseyparker"
QUOTES = re.compile(rf"{_SCANNERS}|secret|credential|passw|private.?key|api.?key|token", re.I)
"""Tools, rules and tags whose messages may quote a secret."""
SECRET = re.compile(rf"{_SCANNERS}|\bsecrets?\b|hard-?coded.(?:secret|credential|password)", re.I)
"""Tools, rules and tags that report secrets themselves."""
SECRET_CWE = frozenset((256, 259, 312, 321, 522, 538, 540, 798))
_STEPS = (
    (re.compile(r"zizmor|actionlint|ckv2?_gha|github.?actions|\bworkflow", re.I), Step.CI),
    (re.compile(r"prometheus|opentelemetry|logging-(?:config|missing)|\bobservability\b", re.I), Step.OBSERVABILITY),
    (re.compile(r"pytest|flake8-pytest|\btesting\b", re.I), Step.TESTING),
    (re.compile(r"resource-?(?:limits|requests)|\bprobes?\b|liveness|readiness", re.I), Step.SCALING),
)


def is_secret(words: str, cwe: frozenset[int]) -> bool:
    """Whether a finding with these words (tool, rule, tags) and weaknesses reports a secret."""
    return bool(SECRET.search(words)) or bool(cwe & SECRET_CWE)


def may_quote(words: str, cwe: frozenset[int]) -> bool:
    """Whether the message of a finding with these words and weaknesses may hold a secret's value."""
    return bool(QUOTES.search(words)) or bool(cwe & SECRET_CWE)


def step_of(words: str) -> Step:
    """The step of a finding; security when nothing else is said."""
    return next((step for pattern, step in _STEPS if pattern.search(words)), Step.SECURITY)
