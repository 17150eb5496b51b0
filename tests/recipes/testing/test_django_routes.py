"""Which of Django's routes can be asked without having run them, and where the tests as a whole are left to people."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.shared.layout import main_component
from prodify.recipes.testing.routes import cases
from tests.recipes.conftest import MakeRepo, RenderTree
from tests.recipes.observability.test_django import DJANGO

VIEWS = "from django.http import HttpResponse\n\n\ndef show(request, **values):\n    return HttpResponse('')\n"
URLS = """from django.contrib import admin
from django.urls import include, path, re_path

from shop import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("orders/", include("orders.urls")),
    path("things/<uuid:thing>/", views.show),
    path("tags/<slug:tag>/<path:rest>", views.show),
    path("years/<year:year>/", views.show),
    re_path(r"^old/(?P<number>[0-9]+)/$", views.show),
]
"""
ORDERS = 'from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path("<int:order>/", views.show)]\n'
FILES = {
    **DJANGO, "shop/urls.py": URLS, "shop/views.py": VIEWS, "orders/__init__.py": "", "orders/urls.py": ORDERS,
    "unused/__init__.py": "", "unused/urls.py": ORDERS.replace("<int:order>/", "nowhere/"),
}  # fmt: skip


def asked(root: Path) -> list[str]:
    repo = Inventory(root)
    component = main_component(repo)
    assert component is not None
    return [case.address for case in cases(repo, component)]


def test_what_is_certain_is_asked(make_repo: MakeRepo) -> None:
    thing = "/things/00000000-0000-0000-0000-000000000001/"
    assert asked(make_repo(FILES)) == ["/orders/1/", "/tags/sample/sample/sample", thing]


def test_addresses_with_a_language_in_front_are_not(make_repo: MakeRepo) -> None:
    urls = URLS.replace("urlpatterns = [", "urlpatterns = i18n_patterns(").replace("]\n", ")\n")
    assert asked(make_repo({**FILES, "shop/urls.py": urls})) == []


@pytest.mark.parametrize(
    "change",
    [
        {"shop/models.py": "from django.contrib.postgres.fields import ArrayField\n"},
        {"orders/migrations/0001_initial.py": "operations = [migrations.RunSQL('CREATE EXTENSION vector')]\n"},
        {"requirements.txt": "django\npytest-django\n"},
    ],
    ids=["fields of PostgreSQL", "SQL in migrations", "pytest-django"],
)
def test_what_cannot_be_green_at_once_is_not_written(make_repo: MakeRepo, render_tree: RenderTree, change: dict[str, str]) -> None:
    assert "tests/characterisation/conftest.py" in render_tree(["unit"], make_repo(FILES), Profile())
    assert render_tree(["unit"], make_repo({**FILES, **change}), Profile()) == {}
