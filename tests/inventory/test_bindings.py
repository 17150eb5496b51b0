"""What names are given, in every language: through patterns and over lines, and not in comments and texts."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.bindings import declared_types
from prodify.inventory.polyglot.executed import executed_input
from prodify.inventory.polyglot.sqltext import unsafe_sql

from .conftest import Repo

HEAD = "const { execSync: run } = require('child_process');\n"
RUN = {
    "a.js": [
        (HEAD + "app.get('/', (req, res) => {\n  const { file,\n    rest: { name } } = req.query;\n  exec(`ls ${name}`);\n});\n", 1),
        (HEAD + "app.get('/', (req, res) => {\n  let name;\n  name =\n    req.body\n      .name;\n  exec('ls ' + name);\n});\n", 1),
        (HEAD + "app.get('/', (req, res) => {\n  // const name = req.query.name;\n  const name = 'x', other = req.query.name;\n"
                "  exec(`ls ${name} name`);\n});\n", 0),
        (HEAD + "app.get('/', (req, res) => {\n  const name = req.query.name;\n  exec('ls ' + them.name);\n});\n", 0),
    ],
    "A.java": [
        ("class A { void f(@RequestParam(required = false)\n    final String name) { Runtime.getRuntime().exec(\"ls \" + name); } }\n", 1),
        ("class A { void f(String name) { String other = \"@RequestParam String name\"; Runtime.getRuntime().exec(name); } }\n", 0),
    ],
    "a.cs": [
        ("class A { void F([FromQuery(Name = \"n\")] string name, int x) { Process.Start(\"ls\", name); } }\n", 1),
        ("class A { void F([FromQuery] string name, string x) { Process.Start(\"name\", x); } }\n", 0),
    ],
    "a.go": [
        ("package a\nfunc f(w http.ResponseWriter, r *http.Request) {\n\tname, ok := r.FormValue(\n\t\t\"n\"), true\n"
         "\texec.Command(\"sh\", \"-c\", name)\n}\n", 1),
        ("package a\nfunc f(r *http.Request) {\n\tname := \"r.FormValue(x)\" // r.FormValue(y)\n"
         "\texec.Command(\"sh\", \"-c\", name)\n}\n", 0),
    ],
    "a.rb": [
        ("def f\n  @name = params[:name]\n  system(\"ls #{@name}\")\nend\n", 1),
        ("def f\n  name = params[:name]\n  system('ls', name) # system(\"ls #{name}\")\nend\n", 0),
    ],
    "a.php": [
        ("<?php\nfunction f() {\n  list($a, $name) = [\n    1, $_GET['n']];\n  exec(\"ls $name\");\n}\n", 1),
        ("<?php\nfunction f($o) {\n  $name = $_GET['n'];\n  exec('ls ' . $o->name);\n}\n", 0),
    ],
}  # fmt: skip
SQL = {
    "a.ts": [
        ("function f(id: number | string) { db.query(`SELECT a FROM b WHERE id = ${id}`); }\n", 1),
        ("function f(id: number) { db.query(`SELECT a FROM b WHERE id = ${id}`); }\n", 0),
        ("function f(id) {\n  // id: number\n  db.query(`SELECT a FROM b WHERE id = ${id}`);\n}\n", 1),
        ("const LIMIT =\n  parseInt(given, 10);\nfunction f() { db.query(`SELECT a FROM b WHERE id = ${LIMIT}`); }\n", 0),
    ],
    "A.java": [
        ("class A { void f(final int id, String x) { q(\"SELECT a FROM b WHERE id = \" + id); } }\n", 0),
        ("class A { void f(String id) { /* int id */ q(\"SELECT a FROM b WHERE id = \" + id); } }\n", 1),
        ("class A { void f() { for (Long id : ids) { q(\"SELECT a FROM b WHERE id = \" + id); } } }\n", 0),
    ],
    "a.go": [
        ("package a\nfunc f(a string, id, n int) { db.Query(fmt.Sprintf(\"SELECT a FROM b WHERE id = %v\", id)) }\n", 0),
        ("package a\nfunc f(id string) { db.Query(\"SELECT a FROM b WHERE id = \" + id) }\n", 1),
    ],
    "a.php": [
        ("<?php function f(?int $id) { q(\"SELECT a FROM b WHERE id = $id\"); }\n", 0),
        ("<?php function f($id) { $s = 'int $id'; q(\"SELECT a FROM b WHERE id = $id\"); }\n", 1),
    ],
    "a.kt": [
        ("fun f(id: Long?) { q(\"SELECT a FROM b WHERE id = $id\") }\n", 0),
        ("fun f(id: String) { q(\"SELECT a FROM b WHERE id = \" + id) }\n", 1),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "count"), [(path, *case) for path, cases in RUN.items() for case in cases])
def test_what_a_request_gave(repo: Repo, path: str, text: str, count: int) -> None:
    assert len(list(executed_input(repo({path: text})))) == count


@pytest.mark.parametrize(("path", "text", "count"), [(path, *case) for path, cases in SQL.items() for case in cases])
def test_what_a_statement_holds(repo: Repo, path: str, text: str, count: int) -> None:
    assert len(list(unsafe_sql(repo({path: text})))) == count


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("csharp", "class A { void F(int? id, [FromBody] Dto d) { long a = 1, b = 2; foreach (Guid g in x) {} } }",
         {("id", "int"), ("d", "Dto"), ("a", "long"), ("b", "long"), ("g", "Guid")}),
        ("rust", "fn f(a: &i64, mut b: String) { let c: u32 = 1; let d = 2; }", {("a", "i64"), ("b", "String"), ("c", "u32")}),
        ("typescript", "const f = (a: number, b?: boolean) => { let c: string = x; };",
         {("a", "number"), ("b", "boolean"), ("c", "string")}),
    ],
)  # fmt: skip
def test_declared_types(language: str, text: str, expected: set[tuple[str, str]]) -> None:
    from ast_grep_py import SgRoot

    assert {*declared_types(language, SgRoot(text, language).root())} == expected
