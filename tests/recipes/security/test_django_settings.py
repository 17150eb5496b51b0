"""Django's settings: literals give way to the environment, lines at the end protect cookies, and what is decided already stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prodify.profile import Profile
from prodify.recipes.security.djangosettings import DEBUG, HOSTS, hardened_settings, hosts_from_environment
from tests.recipes.conftest import MakeRepo, RenderTree
from tests.recipes.observability.test_django import DJANGO, SETTINGS

LINES = ("CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("DEBUG = True  # for now\n", f"DEBUG = {DEBUG}  # for now\n"),
        ("ALLOWED_HOSTS = []\n", f"ALLOWED_HOSTS = {HOSTS}\n"),
        ("ALLOWED_HOSTS = ['*',]\n", f"ALLOWED_HOSTS = {HOSTS}\n"),
    ],
)
def test_a_literal_gives_way(before: str, after: str) -> None:
    text = hardened_settings()("import os\n" + before)
    assert text.startswith("import os\n" + after + "\n# Added by prodify")
    assert hardened_settings()(text) == text


@pytest.mark.parametrize(
    "kept",
    [
        "DEBUG = False\n",
        'DEBUG = env.bool("DEBUG")\n',
        "DEBUG = True\nif HEROKU:\n    DEBUG = False\n",
        'ALLOWED_HOSTS = ["example.org"]\n',
        'ALLOWED_HOSTS = ["*"]\nALLOWED_HOSTS += more()\n',
        'def local():\n    DEBUG = True\n    return DEBUG\n',
    ],
)
def test_what_somebody_decided_stays(kept: str) -> None:
    assert kept in hardened_settings()("import os\n" + kept)


def test_lines_that_are_there_are_not_added() -> None:
    text = hardened_settings()("if LIVE:\n    SESSION_COOKIE_SECURE = True\nSECURE_HSTS_SECONDS = 60")
    assert text.startswith("import os\n")
    assert [text.count(f"{name} =") for name in LINES] == [1] * len(LINES)
    assert "SECURE_HSTS_SECONDS = 60\n" in text
    everything = "".join(f"{name} = 1\n" for name in LINES)
    assert hardened_settings()(everything) == everything


def test_hosts_are_known_to_come_from_the_environment() -> None:
    assert hosts_from_environment("ALLOWED_HOSTS = []\n")
    assert not hosts_from_environment('ALLOWED_HOSTS = ["example.org"]\n')
    assert not hosts_from_environment("def broken(:\n")


def test_one_plain_file_is_edited_and_a_chain_is_left_to_people(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    debug = SETTINGS.replace('os.environ.get("DJANGO_DEBUG") == "1"', "True")
    root = make_repo({**DJANGO, "shop/settings.py": debug})
    tree = render_tree(["hardening"], root, Profile())
    assert set(tree) == {"shop/settings.py"}
    assert f"DEBUG = {DEBUG}\n" in tree["shop/settings.py"]
    chain = {**DJANGO, "shop/base.py": debug, "shop/settings.py": "from shop.base import *\n"}
    assert render_tree(["hardening"], make_repo(chain), Profile()) == {}


def test_the_readme_says_what_only_people_can_do(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    def section(root: Path) -> str:
        return render_tree(["service-readme"], root, Profile())["README.md"]

    text = section(make_repo(DJANGO))
    assert "set -a && . ./.env && set +a\n" in text
    assert re.search(r"^kubectl --namespace \S+ exec deploy/\S+ -- python manage.py migrate --noinput$", text, re.MULTILINE)
    assert "WhiteNoise" in text
    assert "`ALLOWED_HOSTS` holds" not in text
    assert "`ALLOWED_HOSTS` holds" in section(make_repo({**DJANGO, "shop/settings.py": SETTINGS.replace('["example.org"]', "[]")}))
