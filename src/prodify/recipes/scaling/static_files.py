"""The recipe `static-files`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit, Inventory, Profile, Review, Step, recipe
from prodify.data import requirement
from prodify.edits.pycalls import Splice, editor
from prodify.edits.pysource import checked, parse
from prodify.edits.text import CannotEdit, Editor, preserving, with_final_newline
from prodify.recipes.security.djangosettings import plain_settings
from prodify.recipes.shared.packages import can_list, listed

if TYPE_CHECKING:
    from prodify.edits.pysource import Source
    from prodify.recipes.scaling.service import Deployable

FOLDER = "staticfiles"
_MIDDLEWARE = "whitenoise.middleware.WhiteNoiseMiddleware"
_SECURITY = "django.middleware.security.SecurityMiddleware"
_ELSEWHERE = ("django-storages", "django-cloudinary-storage", "collectfast", "django-bunny")
"""Packages that keep static files outside the service."""


@recipe(step=Step.SCALING, fixes=(), after=("hardening", "secrets"), review=Review.CAREFUL)
def static_files(repo: Inventory, profile: Profile) -> Iterator[Edit]:
    """Django's static files within the service: WhiteNoise serves what the image collected when it was built.

    With debug mode off Django serves none itself, and the admin pages come without their style. Only for settings in one plain file with
    a BASE_DIR and a list of middleware; files that another package keeps in a bucket are left to it.
    """
    from prodify.recipes.scaling.service import deployable

    service = deployable(repo, profile)
    settings = wanted(repo, service) if service is not None else None
    if service is None or settings is None:
        return
    yield Edit(settings, collected(), why="WhiteNoise serves the static files; with debug mode off Django serves none")
    edit = listed(repo, service.directory, (requirement("whitenoise"),), "serves the static files")
    assert edit is not None, "there is a list, or the settings were not edited"
    yield edit
    yield Edit(".gitignore", edits.gitignore.add(f"{FOLDER}/"), why="collected when the image is built")


def wanted(repo: Inventory, service: Deployable) -> str | None:
    """The settings that are edited, also once they were; None where static files are none of the service's business or cannot be wired."""
    path = plain_settings(repo) if service.component.framework == "django" else None
    text = (repo.files.text(path) or "") if path is not None else ""
    if path is None or "django.contrib.staticfiles" not in text or repo.uses(*_ELSEWHERE) is not None:
        return None
    if not can_list(repo, service.directory, (requirement("whitenoise"),)):
        return None
    try:
        return path if _MIDDLEWARE in collected()(text) else None
    except CannotEdit:
        return None


def collects(repo: Inventory, service: Deployable) -> bool:
    """Whether the image collects the static files: WhiteNoise is, or will be, among the middleware, and the folder is named."""
    if service.component.framework != "django":
        return False
    if wanted(repo, service) is not None:
        return True
    path = plain_settings(repo)
    text = (repo.files.text(path) or "") if path is not None else ""
    return _MIDDLEWARE in text and "STATIC_ROOT" in text


def collected() -> Editor:
    """The editor of the settings: WhiteNoise behind the security middleware, and a folder for what is collected.

    Raises:
        CannotEdit: (from the editor) when BASE_DIR or a plain list of middleware is missing.
    """
    listed = editor(_middleware)

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        names = {node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        after = text if _MIDDLEWARE in text else listed(text)
        if _MIDDLEWARE not in after:
            raise CannotEdit("the list of middleware is not written plainly", f"Add {_MIDDLEWARE} behind {_SECURITY} by hand.")
        if "STATIC_ROOT" in names:
            return checked(text, after)
        if "BASE_DIR" not in names:
            raise CannotEdit("there is no BASE_DIR", "Set STATIC_ROOT by hand.")
        line = f'STATIC_ROOT = os.path.join(BASE_DIR, "{FOLDER}")' if "BASE_DIR = os." in text else f'STATIC_ROOT = BASE_DIR / "{FOLDER}"'
        comment = "# Where collectstatic puts what WhiteNoise serves; filled when the image is built."
        return checked(text, f"{with_final_newline(after)}{comment}\n{line}\n")

    return edit


def _middleware(source: Source, _: dict[str, str]) -> Iterator[Splice]:
    for node in source.tree.body:
        named = isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["MIDDLEWARE"]
        if not named or not isinstance(node, ast.Assign) or not isinstance(node.value, ast.List):
            continue
        found = [item for item in node.value.elts if isinstance(item, ast.Constant) and item.value == _SECURITY]
        if found:
            start, end = source.span(found[0])
            before = source.text[source.offset(found[0].lineno, 0) : start]
            gap = f"\n{before}" if not before.strip() else " "
            yield end, end, f',{gap}"{_MIDDLEWARE}"'
