"""Facts about shapes of code that were met in repositories no rule was written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.inventory.facts import Role
from prodify.inventory.roles import role_of
from tests.checks.conftest import lay_out


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("extras/profiling/benchmarks.py", Role.TEST),
        ("benchmarks/load.py", Role.TEST),
        ("contrib/docker-compose/basic.yml", Role.EXAMPLE),
        ("django/contrib/auth/views.py", Role.PRODUCTION),
        ("shop.1", Role.DOCS),
        ("src/shop/bench.py", Role.PRODUCTION),
    ],
)
def test_roles_by_path(path: str, role: Role) -> None:
    assert role_of(path) is role


def test_a_benchmark_with_a_server_does_not_make_a_command_a_service(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "fetcher"\nversion = "1"\n[project.scripts]\nfetch = "fetcher.__main__:main"\n',
        "fetcher/__init__.py": "",
        "fetcher/__main__.py": "import argparse\n\ndef main():\n    argparse.ArgumentParser().parse_args()\n",
        "extras/profiling/benchmarks.py": "from http.server import HTTPServer\n\nserver = HTTPServer(('', 0), None)\n"
        "if __name__ == '__main__':\n    server.serve_forever()\n",
    }
    repo = Inventory(lay_out(tmp_path, files))
    assert [c.kind for c in repo.components] == ["cli"]
    assert repo.services == ()


def test_routes_of_a_named_list_are_included(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\n",
        "manage.py": "import django\n",
        "shop/urls.py": "from django.urls import include, path\n\nfrom shop import views\n\n"
        "api_urls = [path('status/', views.status), path('orders/', views.orders)]\n"
        "loop = [path('x/', include(loop))]\n"
        "urlpatterns = [path('api/v1/', include(api_urls)), path('api/v2/', include(api_urls)), path('l/', include(loop))]\n",
        "shop/views.py": "def status(request):\n    return None\n\ndef orders(request):\n    return None\n",
    }
    found = {route.path for route in Inventory(lay_out(tmp_path, files)).routes}
    assert {"/api/v1/status/", "/api/v2/status/", "/api/v1/orders/", "/api/v2/orders/"} <= found
