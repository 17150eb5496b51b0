"""Dockerfiles: the last stage gets a user in front of its start command, and every other line stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.edits import CannotEdit, dockerfile

from .conftest import hold, styled

USER = dockerfile.add_user("10001:10001")
FILES = [
    """
FROM python:3.14-slim
COPY . .
+USER 10001:10001
CMD ["python", "app.py"]
""",
    """
# syntax=docker/dockerfile:1
FROM node:24 AS build
USER node
RUN npm ci \\
    # why
    && npm run build
CMD x

FROM node:24-slim
COPY --from=build /app /app
# start it
+USER 10001:10001
entrypoint ["node"]
CMD ["server.js"]
""",
    """
FROM debian:13
RUN <<EOF
CMD not this one
EOF
COPY <<'A' <<"B" /x/
FROM nothing
A
CMD nor this
B
+USER 10001:10001
CMD run \\
  it
""",
    """
# escape=`
FROM mcr.microsoft.com/windows:x
RUN a `
  CMD b
+USER 10001:10001
CMD c
""",
    """
ARG V=3.14
FROM python:${V}
RUN x
+USER 10001:10001
""",
    """
FROM python:3.14
USER app
CMD x
""",
]


@pytest.mark.parametrize("shown", FILES)
def test_the_last_stage_gets_a_user(shown: str) -> None:
    lines = shown.removeprefix("\n").splitlines(keepends=True)
    before = "".join(line for line in lines if not line.startswith("+"))
    assert hold(USER, before) == "".join(line.removeprefix("+") for line in lines)


@pytest.mark.parametrize(("text", "reason"), [("", "no FROM"), ("RUN x\n", "no FROM"), ("FROM a\nUSER root\nCMD x\n", "line 2 makes root")])
def test_what_cannot_be_edited_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        USER(text)


def test_what_is_no_user_is_a_programming_error() -> None:
    for wrong in ("", "a b", "10001\nRUN x", "-1"):
        with pytest.raises(ValueError, match="not a user"):
            dockerfile.add_user(wrong)


LINES = ["FROM a", "FROM b AS c", "RUN x \\", "  && y", "# c", "", "USER app", "CMD x", "ENTRYPOINT y", "RUN <<E", "E", "COPY . ."]


@given(text=styled(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)))
@settings(max_examples=200, deadline=None)
def test_any_file_gains_one_line_at_most(text: str) -> None:
    result = hold(USER, text)
    assert result is None or result == text or sum("USER 10001:10001" in line for line in result.splitlines()) == 1
