"""Flags of other makes count, and switches of tooling do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.checks.portability.flags import risky_changes_have_flags
from prodify.inventory import Inventory
from prodify.model import Kind
from prodify.profile import Profile
from tests.checks.conftest import lay_out

FLASK = "from flask import Flask\nimport os\napp = Flask(__name__)\n\n@app.route('/')\ndef index():\n    return 'x'\n"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"app.py": FLASK, "requirements.txt": "flask\n"}, Kind.FAIL),
        ({"app.py": FLASK, "requirements.txt": "flask\nUnleashClient\n"}, Kind.PASS),
        ({"app.py": FLASK + "NEW = os.environ.get('FEATURE_NEW_SEARCH')\n", "requirements.txt": "flask\n"}, Kind.PASS),
        ({"app.py": FLASK + "MAILS = os.environ.get('ENABLE_TRACING')\n", "requirements.txt": "flask\n"}, Kind.FAIL),
        ({"app.py": FLASK, "requirements.txt": "flask\nopenfeature-sdk\n"}, Kind.FAIL),
        ({"index.js": "require('express')().listen(3000)\n",
          "package.json": '{"dependencies": {"express": "5", "@openfeature/server-sdk": "1"}}'}, Kind.PASS),
        ({"lib.py": "def f():\n    return 1\n", "pyproject.toml": "[project]\nname = 'lib'\nversion = '1'\n"}, Kind.NOT_APPLICABLE),
    ],
)  # fmt: skip
def test_what_counts_as_a_flag(files: dict[str, str], kind: Kind, tmp_path: Path) -> None:
    lay_out(tmp_path, files)
    assert risky_changes_have_flags.run(Inventory(tmp_path), Profile()).kind is kind
