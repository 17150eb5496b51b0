"""Old pins beside new releases: the list of packages gets the bound without which the service stops at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.profile import Profile

APP = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("stated", "bounds"),
    [
        ("flask==2.2.2\n", {"werkzeug<3"}),
        ("flask\ngunicorn==20.1.0\n", {"setuptools<82"}),
        ("Flask==2.2.2\nWerkzeug==2.2.2\n", set()),
        ("flask==1.1.4\n", {"werkzeug<3", "jinja2<3.1", "itsdangerous<2.1"}),
        ("flask==3.1.0\nopenai==1.47.0\n", {"httpx<0.28"}),
        ("flask==3.1.0\nopenai==1.47.0\nhttpx==0.27.2\n", set()),
        ("flask>=2\nopenai\n", set()),
        ("flask==3.1.0\nopenai==2.1.0\n", set()),
        ("flask==2.3.3\nFlask_SQLAlchemy==2.5.1\n", {"sqlalchemy<2"}),
    ],
)
def test_what_an_old_pin_does_not_stand_is_bounded(
    stated: str,
    bounds: set[str],
    make_repo: Callable[[Mapping[str, str]], Path],
    render_tree: Callable[..., dict[str, str]],
) -> None:
    tree = render_tree(["server"], make_repo({"app.py": APP, "requirements.txt": stated}), Profile())
    added = set(tree["requirements.txt"].removeprefix(stated).split())
    assert {line for line in added if "<" in line} == bounds


def test_a_bound_alone_is_no_use_of_a_package(
    make_repo: Callable[[Mapping[str, str]], Path], render_tree: Callable[..., dict[str, str]]
) -> None:
    app = "import openai\n" + APP
    root = make_repo({"app.py": app, "requirements.txt": "flask==3.1.0\nopenai==1.47.0\n"})
    first = render_tree(["telemetry", "server"], root, Profile())
    for path, text in first.items():
        (root / path).write_text(text)
    assert "httpx<0.28\n" in first["requirements.txt"]
    assert {**first, **render_tree(["telemetry", "server"], root, Profile())} == first
