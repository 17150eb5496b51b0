"""How services of other languages stop, change their schema and read their settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
GO = {
    "go.mod": "module shop\n\ngo 1.26\n\nrequire github.com/lib/pq v1.10.9\n",
    "main.go": 'package main\n\nimport (\n\t"net/http"\n\n\t_ "github.com/lib/pq"\n)\n\n'
    'func main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    "Dockerfile": 'FROM golang:1.26\nCOPY . .\nCMD ["./shop"]\n',
}
NODE = {
    "package.json": '{"name": "shop", "main": "index.js", "dependencies": {"express": "5.1.0"}}',
    "index.js": "const express = require('express');\nconst app = express();\napp.listen(3000);\n",
    "Dockerfile": 'FROM node:24\nCOPY . .\nCMD ["node", "index.js"]\n',
}


@pytest.mark.parametrize(
    ("base", "path", "text"),
    [
        (GO, "stop.go", "package main\n\nfunc wait() {\n\tsignal.Notify(stop, syscall.SIGTERM)\n}\n"),
        (GO, "stop.go", "package main\n\nfunc wait() {\n\tctx, _ := signal.NotifyContext(c, os.Interrupt)\n}\n"),
        (NODE, "stop.js", "process.on('SIGTERM', () => server.close());\n"),
    ],
)
def test_other_languages_handle_the_stop_signal(judge: Judge, base: dict[str, str], path: str, text: str) -> None:
    assert judge("shutdown-is-graceful", {**base, path: text}).kind == "pass"


@pytest.mark.parametrize("base", [GO, NODE])
def test_without_a_handler(judge: Judge, base: dict[str, str]) -> None:
    assert judge("shutdown-is-graceful", base).kind == "fail"


@pytest.mark.parametrize(
    ("base", "path", "text"),
    [
        (GO, "config.go", 'package main\n\nvar options = map[string]string{"PORT": "8080"}\n\nfunc load() {\n\tparse(os.Environ())\n}\n'),
        (GO, "config.go", 'package main\n\nfunc load() {\n\tviper.SetDefault("port", 8080)\n\tviper.AutomaticEnv()\n}\n'),
        (NODE, "config.js", "const schema = Joi.object({ PORT: Joi.number() });\nmodule.exports = schema.validate(process.env);\n"),
    ],
)
@pytest.mark.parametrize("identifier", ["configuration-comes-from-environment", "port-comes-from-environment"])
def test_readers_of_the_whole_environment(judge: Judge, identifier: str, base: dict[str, str], path: str, text: str) -> None:
    assert judge(identifier, {**base, path: text}).kind == "pass"


@pytest.mark.parametrize("base", [GO, NODE])
def test_a_port_that_nothing_reads(judge: Judge, base: dict[str, str]) -> None:
    assert judge("port-comes-from-environment", base).kind == "fail"


def test_migrations_in_code(judge: Judge) -> None:
    assert judge("migrations-exist", {**GO, "internal/database/migrations.go": "package database\n"}).kind == "pass"


def test_no_migrations(judge: Judge) -> None:
    assert judge("migrations-exist", GO).kind == "fail"


def test_images_that_make_packages_run_nothing(judge: Judge) -> None:
    build = {"packaging/debian/Dockerfile": 'FROM debian:13\nCMD ["/build.sh"]\n'}
    own = {key: value for key, value in GO.items() if key != "Dockerfile"}
    assert judge("image-runs-as-non-root", {**own, **build}).kind == "notApplicable"
    assert judge("image-runs-as-non-root", {**own, "packaging/docker/Dockerfile": build["packaging/debian/Dockerfile"]}).kind == "fail"


def test_servers_that_read_the_port_by_themselves(judge: Judge) -> None:
    package = '{"name": "shop", "scripts": {"start": "next start"}, "dependencies": {"next": "16.0.0", "react": "19.2.0"}}'
    files = {"package.json": package, "app/page.tsx": "export default function Page() {\n  return null;\n}\n"}
    assert judge("port-comes-from-environment", files).kind == "pass"
