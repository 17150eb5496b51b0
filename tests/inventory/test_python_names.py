"""Names of Python and pools of JavaScript, in the shapes that a line of text does not tell."""

from __future__ import annotations

import pytest

from prodify.inventory.django import settings_chain
from prodify.inventory.pools import pools
from prodify.inventory.pynames import names_of

from .conftest import Repo


def test_imports_over_lines_name_what_they_take(repo: Repo) -> None:
    text = "from google.cloud import (\n    storage,  # firestore\n    firestore as store,\n)\nclient = store.Client()\n"
    made = repo({"app.py": text})
    assert [found.name for found in made.datastores] == ["firestore"]
    assert made.datastores[0].location.line == 1
    assert repo({"app.py": '"""\nfrom google.cloud import firestore\n"""\nfrom google.cloud import storage\n'}).datastores == ()


def test_settings_follow_stars_and_no_texts(repo: Repo) -> None:
    files = {
        "requirements.txt": "django\n",
        "manage.py": "import os\nfrom django.core.management import execute_from_command_line\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
        "site1/__init__.py": "",
        "site1/settings.py": '"""\nfrom .old import *\n"""\nif True:\n    from .base import *  # noqa\nDEBUG = False\n',
        "site1/base.py": "DEBUG = True\n",
        "site1/old.py": "DEBUG = True\n",
    }
    assert settings_chain(repo(files)) == ("site1/base.py", "site1/settings.py")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("f('a', b=c.d)  # e", {"f", "b", "c", "d"}),
        ("    run(\n        f'{x} y',\n    )", {"run", "x"}),
        ("broken(x,", {"broken", "x"}),
    ],
)
def test_names_of_code(code: str, names: set[str]) -> None:
    assert names_of(code) == names


@pytest.mark.parametrize(
    ("text", "size", "chosen"),
    [
        ("import pg from 'pg';\nconst { Pool } = pg;\nconst p = new Pool({ max: 5 });\n", 5, True),
        ("const { Pool: P } = require('pg');\nconst o = { max: 7 };\nmodule.exports = new P({ ...o, /* max: 9 */ });\n", 7, True),
        ("import * as db from 'pg';\nexport const p = new db.Pool({ connectionString: 'max: 3' });\n", 10, False),
        ("import { Pool } from 'pg';\nexport const p = new Pool(settings);\n", None, True),
        ("import { Pool } from 'pg';\nexport const p = new Pool({ max: Number(process.env.MAX) });\n", None, True),
    ],
)
def test_pools_of_node_postgres(repo: Repo, text: str, size: int | None, chosen: bool) -> None:
    assert [(found.size, found.chosen) for found in pools(repo({"db.mjs": text}))] == [(size, chosen)]


def test_pools_of_others_are_none(repo: Repo) -> None:
    assert pools(repo({"a.js": "// require('pg')\nconst { Pool } = require('threads');\nconst s = \"'pg'\", p = new Pool();\n"})) == ()
