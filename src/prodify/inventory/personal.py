"""Personal data in models and forms, told from the names of their fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_NAMES: Mapping[str, str] = {
    "email": "e_?mail|mail_address",
    "phone": "phone|phone_number|mobile|mobile_number|telephone",
    "name": "first_?name|last_?name|full_?name|surname|real_name|display_name",
    "address": "street|postal_code|post_code|zip_?code|home_address|street_address|postal_address",
    "birth-date": "birth_?date|date_of_birth|dob|birthday",
    "location": "latitude|longitude|geo_?location|gps",
    "payment": "iban|card_number|credit_card|cvv|bank_account",
    "health": "diagnosis|blood_type|medical_record|allergies",
    "credentials": "password|password_hash|hashed_password|passwd",
}
CLASSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple((label, lazy(rf"(^|_)({names})(_|$|\d)")) for label, names in _NAMES.items())
"""Data classes of the profile, and the field names (snake case) that stand for them."""

_FIELD = lazy(
    r"(Column|mapped_column|relationship|Field|StringField|EmailField|CharField|TextField|db\.\w+|models\.\w+|fields\.\w+)\b"
)
_MARKS = lazy(
    r"=\s*+\(?\s*+(Column|mapped_column|relationship|Field|StringField|EmailField|CharField|TextField|db\.|models\.|fields\.|[^\n]{0,40}\.Column\()"
    r"|\b(request\.(form|values|POST)|cleaned_data)\.get\("
)
"""What a file with fields has, besides a keyword."""
_FORM_GETTERS = ("request.form.get", "request.values.get", "request.POST.get", ".cleaned_data.get")
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")


def data_classes(repo: Inventory) -> tuple[Note, ...]:
    """The data classes that models and forms hold, one note each (its text is the class), with the first field that shows it."""
    fields: dict[str, list[tuple[str, Note]]] = {}
    found = []
    for label, pattern in CLASSES:
        shown = (
            note
            for path in repo.syntax.sources("python", _written(_NAMES[label]))
            for name, note in _fields_of(repo, path, fields)
            if pattern.search(name)
        )
        first = next(shown, None)
        if first is not None:
            found.append(Note(first.location, label))
    return tuple(found)


def _written(names: str) -> Iterator[str]:
    """How source code may write names given in snake case: as they are, as constants and in camel case."""
    for name in names.split("|"):
        parts = name.replace("?", "").split("_")
        joints = ("_", "") if "?" in name else ("_",)
        title = [part.capitalize() for part in parts]
        yield from (joint.join(case) for joint in joints for case in (parts, title, [part.upper() for part in parts]))
        yield from ("".join(title), parts[0] + "".join(title[1:]))


def _fields_of(repo: Inventory, path: str, known: dict[str, list[tuple[str, Note]]]) -> list[tuple[str, Note]]:
    """The fields of a file, their names in snake case."""
    if path not in known:
        module = repo.python.module(path) if _MARKS.search(repo.syntax.text(path)) else None
        known[path] = [(_CAMEL.sub("_", name).lower(), note) for name, note in _fields(module)] if module is not None else []
    return known[path]


def _fields(module: PyModule) -> Iterator[tuple[str, Note]]:
    """Model and form fields: assignments to a field constructor, and form values that handlers read."""
    for assignment in module.assignments:
        if _FIELD.match(assignment.text) or ".Column(" in assignment.text[:40]:
            yield assignment.target.split(":")[0].strip(), Note(assignment.location, assignment.target)
    for call in module.calls_where(lambda name: name.endswith(_FORM_GETTERS)):
        if call.args:
            yield str(call.args[0].value or ""), Note(call.location, "form field")
