"""What of a request is run as code: read from the syntax tree, not from the text."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.executed import executed_input

from .conftest import Repo

JS = "const { exec } = require('child_process')\n"


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        # over lines, and in other spellings
        ("a.js", JS + "app.get('/', (req, res) => {\n  exec(\n    'ls ' +\n      req\n        .query.path,\n  )\n})\n", [3]),
        ("a.js", JS + "app.get('/', (req, res) => exec(`ls ${req?.['query'].path}`))\n", [2]),
        ("a.js", "require('node:child_process')\n  .exec('ls ' + request.body.path)\n", [1]),
        ("a.js", JS + "app.get('/', (req, res) => {\n  const { query } = req\n  exec('ls ' + query.path)\n})\n", [4]),
        ("a.ts", "app.get('/', (req: R, res: S) => { eval(req.body as string) })\n", [1]),
        ("a.js", "new Function(req.body.code)()\n", [1]),
        (
            "a.go",
            'package a\nfunc f(r *R) {\n\texec.CommandContext(r.Context(),\n\t\t"sh", "-c", r.URL.\n\t\t\tQuery().Get("x"))\n}\n',
            [3],
        ),
        ("a.go", 'package a\nfunc f(r *R) {\n\tx := mux.Vars(r)["x"]\n\texec.Command("bash", "-c", x)\n}\n', [4]),
        (
            "A.java",
            'class A { void f(R request) {\n  Runtime.getRuntime()\n    .exec("ls " + request\n      .getParameter("x"));\n} }\n',
            [2],
        ),
        ("a.rb", 'def show\n  system(\n    "ls #{params[:path]}"\n  )\nend\n', [2]),
        ("a.rb", "def show\n  Kernel.eval request\n    .body.read\nend\n", [2]),
        ("a.php", "<?php\n\\system(\n  'ls ' . $_GET['x']\n);\n", [2]),
        ("a.php", "<?php\neval(file_get_contents('php://input'));\n", [2]),
        ("a.php", "<?php\nfunction f($request) { $x = $request\n  ->input('x'); passthru($x); }\n", [3]),
        ("A.cs", 'class A { void F() { System.Diagnostics.Process\n  .Start("ls " + HttpContext.Request.Query["x"]); } }\n', [1]),
        # what is only said, and what is something else
        ("a.js", JS + "exec('ls req.query.path') // req.body\n", []),
        ("a.js", "const exec = f\nexec('ls ' + req.query.path) // child_process\n", []),
        ("a.js", "// eval(req.body)\nconst s = 'eval(req.body)'\npattern.exec(req.query.path)\n", []),
        ("a.js", JS + "exec('ls ' + config.req.query)\n", []),
        ("a.go", 'package a\nfunc f(r *R) {\n\texec.Command("git", "log", r.FormValue("sh"))\n}\n', []),
        ("a.rb", "def show\n  system('ls', params[:path])\n  system(\"ls 'params[:path]'\") # params\nend\n", []),
        ("a.rb", "def show(params)\n  eval(config.params)\nend\n", []),
        ("a.php", "<?php\nsystem('ls ' . '$_GET'); /* $_GET */\n", []),
        (
            "a.php",
            "<?php\nsystem('ls ' . $_GET['x']); // escapeshellarg() is for later\nsystem('ls ' . escapeshellarg($_GET['x']));\n",
            [2],
        ),
        ("A.cs", 'class A { void F() { Process.Start("Request.Query"); } }\n', []),
    ],
)
def test_where_request_data_is_run(repo: Repo, path: str, text: str, lines: list[int]) -> None:
    assert [note.location.line for note in executed_input(repo({path: text}))] == lines
