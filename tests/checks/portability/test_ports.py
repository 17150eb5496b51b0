"""Where a port is among the settings that are read from outside: in names, tags and keys, not in what is said about them."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

ID = "port-comes-from-environment"
FLASK = {
    "requirements.txt": "flask\ngunicorn\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == '__main__':\n    app.run(port=5000)\n",
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("env = settings()\nbind = '0.0.0.0:' + env['PORT']\n", "pass"),
        ("bind = '0.0.0.0:5000'  # not \"PORT\"\n", "fail"),
        ("'''Nothing reads \"PORT\".'''\nbind = '0.0.0.0:5000'\n", "fail"),
    ],
)
def test_ports_of_gunicorn(text: str, kind: str, judge: Judge) -> None:
    assert judge(ID, {**FLASK, "gunicorn.conf.py": text}).kind == kind


GO = {"go.mod": "module a\n\ngo 1.25\n\nrequire github.com/caarlos0/env/v11 v11.3.1\n"}
READ = """package main

import (
	"net/http"

	"github.com/caarlos0/env/v11"
)

func main() {
	var c Config
	env.Parse(&c)
	http.ListenAndServe(":8080", nil)
}
"""


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ('Listen int `env:"PORT"`', "pass"),
        ("Port int", "pass"),
        ("Name string // the port stands elsewhere", "fail"),
    ],
)
def test_ports_of_go(fields: str, kind: str, judge: Judge) -> None:
    files = {**GO, "main.go": READ, "config.go": f"package main\n\ntype Config struct {{\n\t{fields}\n}}\n"}
    assert judge(ID, files).kind == kind
