"""What a library and a command-line tool are not asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
LIBRARY = {
    "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["requests"]\n',
    "src/shop/__init__.py": "import os\n\nimport requests\n\nPAGER = os.environ.get('SHOP_PAGER')\n\n"
    "def load(session, url):\n    session['next'] = url\n    return requests.get(url, timeout=3)\n",
}


@pytest.mark.parametrize(
    "identifier", ["cookies-are-protected", "chaos-tests-exist", "secrets-come-from-a-store", "environment-variables-are-documented"]
)
def test_a_library_is_not_asked(judge: Judge, identifier: str) -> None:
    assert judge(identifier, LIBRARY).kind == "notApplicable"


@pytest.mark.parametrize("identifier", ["cookies-are-protected", "chaos-tests-exist", "environment-variables-are-documented"])
def test_a_service_is(judge: Judge, identifier: str) -> None:
    code = LIBRARY["src/shop/__init__.py"].replace(
        "import requests\n", "import requests\nfrom flask import Flask, session\n\napp = Flask(__name__)\n"
    )
    assert judge(identifier, {"requirements.txt": "flask\nrequests\n", "app.py": code}).kind == "fail"


def test_a_script_beside_a_component_shares_its_runtime(judge: Judge) -> None:
    script = {"tools/pack/build.py": "import sys\n\nif __name__ == '__main__':\n    print(sys.argv)\n"}
    assert judge("runtime-version-is-declared", {**LIBRARY, **script}).kind == "pass"


@pytest.mark.parametrize(
    ("line", "kind"), [("brew install shop", "pass"), ("go install example.org/shop@latest", "pass"), ("Made with love", "fail")]
)
def test_commands_of_a_readme(judge: Judge, line: str, kind: str) -> None:
    assert judge("readme-says-how-to-run", {**LIBRARY, "README.md": f"# Shop\n\n{line}\n"}).kind == kind


def test_pages_without_a_program_need_no_unit_test(judge: Judge) -> None:
    site = {"_config.yml": "title: Shop\n", "index.html": "<!doctype html>\n<title>Shop</title>\n", "js/menu.js": "document.title = 'x';\n"}
    assert judge("unit-tests-exist", site).kind == "notApplicable"


def test_a_program_beside_pages_does(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask\n",
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "static/index.html": "<p>x</p>\n",
    }
    assert judge("unit-tests-exist", files).kind == "fail"
