"""Settings of Python: fields of settings classes, and reads that cope with a variable that is not set."""

from __future__ import annotations

import pytest

from .conftest import Repo


def test_fields_of_settings(repo: Repo) -> None:
    text = """from typing import ClassVar
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    # commented: str = "x"
    '''other: str = "alias='NO'"'''
    model_config = SettingsConfigDict(
        env_prefix="APP_",
    )
    shared: ClassVar[int] = 3
    url: str  # required: int = 3
    name: str = Field(
        ...,
        alias="REAL_NAME",
    )
    length: int = Field(min_length=3, description="default")
    size: dict[str, int] = {"default": 1}
    port: int = Field(default=8000)
    made: list[str] = Field(default_factory=list)
    key: str = Field(default=...)
    plain = 3

class Old(BaseSettings):
    a: str
    class Config:
        env_prefix = 'OLD_'
"""
    found = {e.name: e.has_default for e in repo({"settings.py": text}).environment}
    assert found == {
        "APP_URL": False, "REAL_NAME": False, "APP_LENGTH": False, "APP_SIZE": True, "APP_PORT": True, "APP_MADE": True, "APP_KEY": False,
        "OLD_A": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "required"),
    [
        ("a = os.getenv('A')  # or 3", True),
        ("a = os.getenv('A') or 3", False),
        ("a = (\n    os.getenv('A')\n    or 3\n)", False),
        ("a = 3 or os.getenv('A')", True),
        ("a = int(os.getenv('A')) or 3", False),
        ("a = os.getenv('A').lower() == 'x'", False),
        ("if check(\n    1,\n    os.getenv('A'),\n):\n    pass", False),
        ("if ready:\n    a = os.getenv('A')", True),
        ("a = {'x': os.getenv('A'), 'y': 1 == 2}", True),
        ("a = not os.getenv('A')", False),
        ("a = bool(os.getenv('A'))", False),
        ("a = os.getenv('A') if ready else 3", False),
        ("a = 3 if os.getenv('A') else 4", False),
        ("a = 3 if ready else os.getenv('A')", True),
        ("assert os.getenv('A'), 'if'", False),
        ("text = 'if not'; a = os.getenv('A')", True),
        ("if 'A' in os.environ:\n    a = os.getenv('A')", False),
        ("if 'A' not in environ:\n    raise SystemExit\na = os.getenv('A')", False),
        ("# if 'A' in os.environ\na = os.getenv('A')", True),
    ],
)
def test_who_copes_with_a_variable_that_is_not_set(repo: Repo, line: str, required: bool) -> None:
    (found,) = repo({"a.py": f"import os\nfrom os import environ\n{line}\n"}).environment
    assert found.required is required
