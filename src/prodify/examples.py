"""The examples in a check's docstring: small repositories that fail or pass, which run as tests and stand in the documentation."""

from __future__ import annotations

import re

from prodify.lazydata import dataclass
from prodify.lazyre import lazy

_FENCE = lazy(r'^```(\w*)[ \t]+title="([^"]+)"[^\n]*\n(.*?)^```[ \t]*$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """One file of an example: relative POSIX path, text and the language for highlighting."""

    path: str
    text: str
    language: str


def example_files(text: str) -> tuple[ExampleFile, ...]:
    """The fenced blocks with a title of a docstring section.

    >>> example_files('```python title="app.py"\\nx = 1\\n```')[0].path
    'app.py'
    """
    return tuple(ExampleFile(title, body, language) for language, title, body in _FENCE.findall(text))
