"""PHP between the HTML of a page, as most PHP of beginners is written."""

from __future__ import annotations

import pytest

from prodify.inventory.phptags import php_only

from .conftest import Repo

PAGE = """<!DOCTYPE html>
<html><body class="it's <?= $kind ?>">
<p>Don't "quote" `this`</p>
<?php if (isset($_GET['q'])): ?>
  <b>it's</b>
  <?php system("grep " . $_GET['q']); // done ?> <i>?></i>
<?php endif; ?>
<?php
$base = getenv('API_BASE');
$hit = file_get_contents("https://api.example.com/v1?a=?>&b=1");
$row = $db->query("SELECT * FROM users WHERE name = '" . $_POST['name'] . "'");
?>
</body></html>
"""


def test_everything_keeps_its_place() -> None:
    code = php_only(PAGE)
    assert len(code) == len(PAGE)
    assert code.count("\n") == PAGE.count("\n")
    for piece in ("$kind", "isset($_GET['q'])", "getenv('API_BASE')", '"https://api.example.com/v1?a=?>&b=1"', "endif;"):
        assert code.index(piece) == PAGE.index(piece)
    for page in ("Don't", "<i>", "body", "class", "?></i>"):
        assert page not in code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<?php\n$a = 1;\n", "<?php\n$a = 1;\n"),
        ("<?php\n$a = 1;\n?>\n", "<?php\n$a = 1;\n?>\n"),
        ("<?xml version='1.0'?>\n<a/>\n", " " * 21 + "\n" + " " * 4 + "\n"),
        ("<p><? f() ?>", "      f() ; "),
        ("<p><?php $a = <<<X\n ?> it's\n X;\nf(); ?>", "         $a = <<<X\n ?> it's\n X;\nf(); ; "),
        ("<p><?php /* ?> */ #[A] ?>b", "         /* ?> */ #[A] ;  "),
        ("<p><?php f('\\'?>') ?", "         f('\\'?>') ?"),
        ("<p>{{ $a }}</p>", " " * 15),
        ("", ""),
    ],
)
def test_what_is_code(text: str, code: str) -> None:
    assert php_only(text) == code


def test_facts_of_a_page(repo: Repo) -> None:
    found = repo({"index.php": PAGE, "composer.json": '{"require": {"php": "^8.2"}}'})
    assert [(v.name, v.location.line) for v in found.environment] == [("API_BASE", 9)]
    from prodify.inventory.polyglot.executed import executed_input
    from prodify.inventory.polyglot.sqltext import unsafe_sql

    assert [n.location.line for n in executed_input(found)] == [6]
    assert [n.location.line for n in unsafe_sql(found)] == [11]
    assert [c.location.line for c in found.outbound_calls] == [10]
