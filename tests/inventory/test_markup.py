"""Texts that code puts together, told by their nodes: what only looks like it in a text or a comment does not count."""

from __future__ import annotations

import pytest
from ast_grep_py import SgRoot

from prodify.inventory.markup import bound_to, holes, is_put_together, joins_values


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("f'<p>{name}</p>'", True),
        ("rf'''<p>\n{name}'''", True),
        ("f'<p></p>'", False),
        ("'<p>' + name", True),
        ("name\n  + '</p>'", True),
        ("'<p>%s' % name", True),
        ("'<p>{}'.format(\n    name)", True),
        ("load('a + b')  # .format(", False),
        ("load('x', '100 % sure')", False),
        ("number % 7", False),
        ("f'{", False),
    ],
)
def test_put_together(code: str, expected: bool) -> None:
    assert is_put_together(code) is expected


@pytest.mark.parametrize(
    ("code", "found", "joined"),
    [
        ("`<b>${name}</b>`", ["name"], False),
        ("`<ul>${items.map((i) => `<li>${i.text}</li>`).join('')}</ul>`", ["i.text"], False),
        ("`${ { a: 1 }[key] }`", ["{ a: 1 }[key]"], False),
        ("'<b>' +\n  // whose\n  name", [], True),
        ("'<b>' + x.length + '</b>' + y", [], True),
        ("'<b>' + 'c' + 3", [], False),
        ("\"' + name\"", [], False),
        ("a + b", [], False),
    ],
)
def test_markup_of_scripts(code: str, found: list[str], joined: bool) -> None:
    root = SgRoot(f"x = {code};\n", "javascript").root()
    assert (list(holes(root)), joins_values(root)) == (found, joined)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("page = render(x)", ["page"]),
        ("self.page = mark_safe(\n    render(x))", ["page"]),
        ("context['page'] = render(x)", ["page"]),
        ("show(a, page=render(x))", ["page"]),
        ("context = {'page': await render(x)}", ["page"]),
        ("page: str = (render(x))", ["page"]),
        ("page = other(render(x))", []),
        ("render(x)", []),
        ("render(x)['page'] = 3", []),
    ],
)
def test_who_gets_what_a_call_makes(code: str, names: list[str]) -> None:
    root = SgRoot(code + "\n", "python").root()
    call = next(node for node in root.find_all(kind="call") if node.text().startswith("render"))
    assert list(bound_to(call)) == names
