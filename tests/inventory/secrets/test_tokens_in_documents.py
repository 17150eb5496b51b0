"""Web tokens that a document shows: an example ends by itself, a key that is a token does not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from tests.checks.conftest import lay_out

YEAR = 365 * 24 * 3600


def token(**claims: object) -> str:
    parts = ({"typ": "JWT", "alg": "HS256"}, claims)
    head = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{base64.urlsafe_b64encode(bytes(range(7, 39))).decode().rstrip('=')}"


@pytest.mark.parametrize(
    ("claims", "level"),
    [
        ({"user": 7, "iat": 1_690_000_000, "exp": 1_690_600_000}, "note"),
        ({"user": 7, "iat": 1_690_000_000.5, "exp": 1_690_000_000.5 + YEAR}, "note"),
        ({"role": "service_role", "iat": 1_690_000_000, "exp": 1_690_000_000 + 10 * YEAR}, "error"),
        ({"user": 7, "exp": 1_592_130_539}, "note"),
        ({"user": 7, "exp": 4_000_000_000}, "error"),
        ({"user": 7, "iat": 1_690_000_000}, "error"),
        ({"user": 7, "iat": "then", "exp": []}, "error"),
    ],
)
def test_a_token_in_a_read_me(tmp_path: Path, claims: dict[str, object], level: str) -> None:
    repo = Inventory(lay_out(tmp_path, {"README.md": f'The answer:\n\n    {{"token": "{token(**claims)}"}}\n'}))
    assert {hit.level for hit in repo.secrets} == {level}


def test_a_token_in_code_stays_what_it_is(tmp_path: Path) -> None:
    written = token(user=7, iat=1_690_000_000, exp=1_690_600_000)
    repo = Inventory(lay_out(tmp_path, {"client.py": f'TOKEN = "{written}"\n'}))
    assert {hit.level for hit in repo.secrets} == {"error"}


@pytest.mark.parametrize(
    ("path", "before", "level"),
    [
        ("auth.entity.ts", "  @ApiProperty({\n    description: 'signed token',\n    example:\n      ", "note"),
        ("schema.py", "class Token(BaseModel):\n    token: str = Field(example=", "note"),
        ("auth.entity.ts", "export const counterexample = ", "error"),
    ],
)
def test_what_the_description_of_an_interface_shows(tmp_path: Path, path: str, before: str, level: str) -> None:
    repo = Inventory(lay_out(tmp_path, {path: f"{before}'{token(user=7)}'\n"}))
    assert {hit.level for hit in repo.secrets} == {level}
