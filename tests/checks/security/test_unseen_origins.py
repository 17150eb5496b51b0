"""Ways to let every origin in that were met in repositories no rule was written for, and their closed neighbours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
CHECK = "cors-is-not-wildcard"
FLASK = "from flask import Flask, make_response, request\n\napp = Flask(__name__)\n\n\n@app.after_request\ndef open_up(answer):\n"
FASTAPI = (
    "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\nfrom settings import settings\n\n"
    "app = FastAPI()\napp.add_middleware(CORSMiddleware, allow_origins=settings.allowed_origins)\n"
)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("answer.headers['Access-Control-Allow-Origin'] = '*'", "fail"),
        ("answer.headers.add('Access-Control-Allow-Origin', '*')", "fail"),
        ("answer.headers.set('Access-Control-Allow-Origin', '*')", "fail"),
        ("answer.headers.update({'Access-Control-Allow-Origin': '*'})", "fail"),
        ("answer.headers['Access-Control-Allow-Origin'] = request.headers.get('Origin', '*')", "fail"),
        ("answer.headers['Access-Control-Allow-Origin'] = 'https://shop.example'", "pass"),
        ("answer.headers.add('Access-Control-Allow-Methods', '*')", "pass"),
        ("requests.get('https://x.example', headers={'Access-Control-Allow-Origin': '*'})", "pass"),
    ],
)
def test_headers_of_python(judge: Judge, line: str, kind: str) -> None:
    files = {"requirements.txt": "flask\n", "app.py": f"{FLASK}    {line}\n    return answer\n"}
    assert judge(CHECK, files).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("response['Access-Control-Allow-Origin'] = request.env['HTTP_ORIGIN'] || '*'", "fail"),
        ('headers["Access-Control-Allow-Origin"] = request.env["HTTP_ORIGIN"] || "*"', "fail"),
        ("headers 'Access-Control-Allow-Origin' => request.env['HTTP_ORIGIN'] || '*'", "fail"),
        ("response['Access-Control-Allow-Origin'] = ENV['ORIGIN'] || 'https://shop.example'", "pass"),
        ("response['Access-Control-Allow-Origin'] = request.env['HTTP_ORIGIN'] if known", "pass"),
        ("response['Access-Control-Allow-Headers'] = request.env['HTTP_ORIGIN'] || '*'", "pass"),
    ],
)
def test_headers_of_ruby(judge: Judge, line: str, kind: str) -> None:
    files = {"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n", "app.rb": f"require 'sinatra'\n\nbefore do\n  {line}\nend\n"}
    assert judge(CHECK, files).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("header('Access-Control-Allow-Origin: ' . ($_SERVER['HTTP_ORIGIN'] ?? '*'));", "fail"),
        ('header("Access-Control-Allow-Origin: " . ($_SERVER["HTTP_ORIGIN"] ?? "https://shop.example"));', "pass"),
    ],
)
def test_headers_of_php(judge: Judge, line: str, kind: str) -> None:
    composer = '{"require": {"slim/slim": "4"}}\n'
    files = {"composer.json": composer, "public/index.php": f"<?php\n{line}\n$app = AppFactory::create();\n$app->run();\n"}
    assert judge(CHECK, files).kind == kind


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        ("['*']", "fail"),
        ("Field(default_factory=lambda: ['*'])", "fail"),
        ("Field(default=['*'], alias='ORIGINS')", "fail"),
        ("Field('*')", "fail"),
        ("Field(default_factory=list)", "pass"),
        ("Field(default=['https://shop.example'])", "pass"),
    ],
)
def test_settings_of_pydantic(judge: Judge, default: str, kind: str) -> None:
    settings = (
        "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        f"    allowed_origins: list[str] = {default}\n\n\nsettings = Settings()\n"
    )
    files = {"requirements.txt": "fastapi\npydantic-settings\n", "main.py": FASTAPI, "settings.py": settings}
    assert judge(CHECK, files).kind == kind


EXPRESS = "const express = require('express');\nconst cors = require('cors');\nconst app = express();\n"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("app.use(cors({ credentials: true }));", "fail"),
        ("app.use(cors({ origin: (asking, answer) => answer(null, true), credentials: true }));", "fail"),
        ("app.use(cors({ origin: (asking, answer) => { answer(null, true); } }));", "fail"),
        ("app.use(cors({ origin: function (asking, answer) { return answer(null, true); } }));", "fail"),
        ("app.use((q, r, next) => { r.header('Access-Control-Allow-Origin', q.headers.origin || '*'); next(); });", "fail"),
        (
            "app.use((q, r, next) => { r.header('Access-Control-Allow-Origin', process.env.ORIGIN || 'https://x.example'); next(); });",
            "pass",
        ),
        ("app.use(cors({ origin: function (a, b) { if (known(a)) { b(null, true); } else { b(new Error('no')); } } }));", "pass"),
        ("app.use(cors({ origin, credentials: true }));", "pass"),
        ("app.use(cors({ origin(asking, answer) { answer(null, known(asking)); } }));", "pass"),
        ("app.use(cors({ ...options }));", "pass"),
        ("app.use(headers(process.env.ALLOWED_ORIGIN || '*'));", "fail"),
        ("app.use(headers(process.env.ALLOWED_METHODS || '*'));", "pass"),
        ("app.use(cors({ 'origin': 'https://shop.example' }));", "pass"),
    ],
)
def test_options_of_express(judge: Judge, line: str, kind: str) -> None:
    code = f"{EXPRESS}{line}\napp.get('/', (q, r) => r.send('x'));\napp.listen(3000);\n"
    assert judge(CHECK, {"package.json": package("express", "cors"), "server.js": code}).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("app.register(require('@fastify/cors'), { methods: ['GET'] });", "fail"),
        ("app.register(require('@fastify/cors'), { origin: ['https://shop.example'] });", "pass"),
        ("app.register(require('@fastify/static'), { root: '/srv' });", "pass"),
    ],
)
def test_options_of_fastify(judge: Judge, line: str, kind: str) -> None:
    code = f"const app = require('fastify')();\n{line}\napp.get('/', async () => 1);\napp.listen({{ port: 3000 }});\n"
    assert judge(CHECK, {"package.json": package("fastify", "@fastify/cors"), "server.js": code}).kind == kind


@pytest.mark.parametrize(
    ("options", "kind"), [("{ credentials: true }", "fail"), ("{ origin: config.origins, credentials: true }", "pass")]
)
def test_options_of_nest(judge: Judge, options: str, kind: str) -> None:
    code = (
        "import { NestFactory } from '@nestjs/core';\n\nasync function main() {\n  const app = await NestFactory.create(Shop);\n"
        f"  app.enableCors({options});\n  await app.listen(3000);\n}}\nmain();\n"
    )
    assert judge(CHECK, {"package.json": package("@nestjs/core"), "src/main.ts": code}).kind == kind


def package(*names: str) -> str:
    start = {"start": "node server.js"}
    return json.dumps({"name": "shop", "private": True, "scripts": start, "dependencies": dict.fromkeys(names, "1.0.0")})


MICRONAUT = {
    "build.gradle": "plugins { id 'io.micronaut.application' version '4.0.0' }\n",
    "src/main/java/shop/Shop.java": "package shop;\nimport io.micronaut.runtime.Micronaut;\npublic class Shop {\n"
    "  public static void main(String[] args) { Micronaut.run(Shop.class, args); }\n}\n",
}  # fmt: skip
NODE = {
    "package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}\n',
    "server.js": "require('express')().listen(3000)\n",
}


@pytest.mark.parametrize(
    ("base", "path", "text", "kind"),
    [
        (MICRONAUT, "src/main/resources/application.yml", "micronaut:\n  server:\n    cors:\n      enabled: true\n", "fail"),
        (MICRONAUT, "src/main/resources/application.properties", "micronaut.server.cors.enabled=true\n", "fail"),
        (MICRONAUT, "src/main/resources/application.yml", "micronaut:\n  server:\n    cors:\n      enabled: false\n", "pass"),
        (MICRONAUT, "src/main/resources/application.yml", "micronaut:\n  server:\n    cors:\n      enabled: true\n      configurations:\n"
         "        web:\n          allowed-origins: [https://shop.example]\n", "pass"),
        (NODE, "vercel.json", '{"headers": [{"headers": [{"key": "Access-Control-Allow-Origin", "value": "*"}]}]}\n', "fail"),
        (NODE, "vercel.json", '{"headers": [{"source": "/(.*)", "headers": [{"key": "X-Frame-Options", "value": "DENY"}]}]}\n', "pass"),
        (NODE, "web.config", '<customHeaders>\n  <add name="Access-Control-Allow-Origin" value="*" />\n</customHeaders>\n', "fail"),
        (NODE, "web.config", '<add name="Access-Control-Allow-Origin" value="https://shop.example" />\n', "pass"),
    ],
)  # fmt: skip
def test_settings_of_servers(judge: Judge, base: Mapping[str, str], path: str, text: str, kind: str) -> None:
    assert judge(CHECK, {**base, path: text}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind", "lines"),
    [
        ("const open = require('cors')\napp.use(open({ origin: '*' }))\n", "fail", [4]),
        ("const cors = require('cors')\nconst corsOptions = {\n  origin: '*',\n}\napp.use(cors(corsOptions))\n", "fail", [5]),
        ("const open = require('cors')\napp.use(open({ origin: process.env.ORIGIN }))\n", "pass", []),
    ],
)
def test_express_middleware_under_any_name_is_named_once(judge: Judge, code: str, kind: str, lines: list[int]) -> None:
    package = json.dumps({"dependencies": {"express": "5.1.0", "cors": "2.8.5"}})
    app = f"const express = require('express')\nconst app = express()\n{code}app.listen(3000)\n"
    verdict = judge(CHECK, {"package.json": package, "app.js": app})
    assert verdict.kind == kind
    assert [e.location.line for e in verdict.evidence if e.location] == lines
