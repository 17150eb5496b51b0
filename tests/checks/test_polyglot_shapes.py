"""Shapes of JavaScript, Java, Ruby, C# and Go repositories that no rule was written for when they were met."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from .conftest import Judge


def manifest(*names: str, **keys: object) -> str:
    return json.dumps({"name": "shop", "private": True, "dependencies": dict.fromkeys(names, "1.0.0"), **keys}, indent=1)


EXPRESS = "const express = require('express')\nconst app = express()\napp.listen(process.env.PORT || 3000)\n"
SPRING = {
    "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n<artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>\n",
    "src/main/java/Shop.java": "@SpringBootApplication\npublic class Shop {\n"
    "  public static void main(String[] a) { SpringApplication.run(Shop.class, a); }\n}\n",
}
ASPNET = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n'


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({"server.js": EXPRESS + "const axios = require('axios')\n"}, {"axios"}),
        ({"server.js": EXPRESS + "import('@scope/tool/deep/file')\n"}, {"@scope/tool"}),
        ({"server.js": EXPRESS + "// const axios = require('axios')\n"}, set()),
        ({"server.js": EXPRESS + "let fast\ntry { fast = require('bufferutil') } catch { fast = null }\n"}, set()),
        ({"server.js": EXPRESS + "const fs = require('fs/promises')\nconst own = require('./own')\nconst n = require('node:os')\n"}, set()),
        ({"src/index.ts": "import type { X } from 'only-types'\nimport express from 'express'\nexpress().listen(1)\n"}, set()),
        (
            {
                "src/index.ts": "import { a } from '@app/a'\nimport express from 'express'\nimport { c } from 'components/c'\n",
                "src/components/c.ts": "export const c = 1\n",
                "tsconfig.json": '{"compilerOptions": {"paths": {"@app/*": ["./src/*"]}}}\n',
            },
            set(),
        ),
        ({"server.test.js": "const supertest = require('supertest')\n", "server.js": EXPRESS}, set()),
    ],
)
def test_imports_that_package_json_lacks(judge: Judge, files: Mapping[str, str], missing: set[str]) -> None:
    verdict = judge("dependencies-are-declared", {"package.json": manifest("express"), **files})
    assert {e.note for e in verdict.evidence if e.note and verdict.kind == "fail"} == missing


def test_another_package_of_the_workspace_is_declared_by_being_there(judge: Judge) -> None:
    files = {
        "package.json": manifest(workspaces=["packages/*"]),
        "packages/api/package.json": manifest("express", name="api"),
        "packages/api/index.js": EXPRESS + "require('shared')\n",
        "packages/shared/package.json": manifest(name="shared"),
    }
    assert judge("dependencies-are-declared", files).kind != "fail"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"src/main/resources/application.properties": "spring.h2.console.enabled=true\n"}, "fail"),
        ({"src/main/resources/application.yml": "spring:\n  h2:\n    console:\n      enabled: true\n"}, "fail"),
        ({"src/main/resources/application-dev.properties": "spring.h2.console.enabled=true\n"}, "pass"),
        ({"src/main/resources/application.properties": "# spring.h2.console.enabled=true\n"}, "pass"),
    ],
)
def test_a_database_shell_of_spring(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("debug-is-off", {**SPRING, **files}).kind == kind


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("app.UseDeveloperExceptionPage();\n", "fail"),
        ("if (app.Environment.IsDevelopment())\n{\n    app.UseDeveloperExceptionPage();\n}\n", "pass"),
    ],
)
def test_the_developers_error_page(judge: Judge, program: str, kind: str) -> None:
    assert judge("debug-is-off", {"Shop.csproj": ASPNET, "Program.cs": "var app = builder.Build();\n" + program}).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"Dockerfile": "FROM golang:1.17-alpine\n", "go.mod": "module x\n\ngo 1.17\n"}, "fail"),
        ({"go.mod": "module x\n\ngo 1.17\n", "main.go": "package main\n\nfunc main() {}\n"}, "notApplicable"),
        ({"Shop.csproj": ASPNET.replace("net10.0", "net6.0"), "Program.cs": ""}, "fail"),
        ({"Gemfile": "source 'https://rubygems.org'\nruby '2.7.4'\ngem 'sinatra'\n", "app.rb": ""}, "fail"),
        ({"package.json": manifest("express", engines={"node": ">=14"}), "server.js": EXPRESS}, "notApplicable"),
        ({"package.json": manifest("express", engines={"node": "14.x"}), "server.js": EXPRESS}, "fail"),
    ],
)
def test_runtimes_that_are_named_exactly(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("runtime-version-is-supported", files).kind == kind


CALL = """
export default async function handler(req, res) {
  const answer = await fetch("https://api.openai.com/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({ model: "%s", messages: [] %s }),
  })
  res.json(await answer.json())
}
"""


@pytest.mark.parametrize(("model", "rest", "retired", "bounded"), [
    ("text-davinci-003", "", "fail", "fail"), ("gpt-5.4-mini", ", max_tokens: 200", "pass", "pass"),
])  # fmt: skip
def test_a_model_that_is_called_by_its_address(judge: Judge, model: str, rest: str, retired: str, bounded: str) -> None:
    files = {"package.json": manifest("next", scripts={"start": "next start"}), "pages/api/ask.ts": CALL % (model, rest)}
    assert judge("model-is-not-retired", files).kind == retired
    assert judge("model-tokens-are-bounded", files).kind == bounded


def test_a_body_that_is_made_elsewhere_says_nothing_of_limits(judge: Judge) -> None:
    call = CALL.replace('JSON.stringify({ model: "%s", messages: [] %s })', "JSON.stringify(payload)")
    files = {"package.json": manifest("next", scripts={"start": "next start"}), "pages/api/ask.ts": call}
    assert judge("model-tokens-are-bounded", files).kind == "notApplicable"


FASTIFY = (
    "import Fastify from 'fastify'\nconst app = Fastify({ logger: %s })\nconst options = { schema: { body: {} } }\n%s\n"
    "app.listen({ port: 1 })\n"
)


@pytest.mark.parametrize(("logger", "kind"), [("true", "pass"), ("{ level: 'warn' }", "pass"), ("false", "fail")])
def test_fastifys_own_logger_writes_json(judge: Judge, logger: str, kind: str) -> None:
    files = {"package.json": manifest("fastify", main="app.mjs"), "app.mjs": FASTIFY % (logger, "")}
    assert judge("logs-are-structured", files).kind == kind


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        ("app.post('/orders', options, async (request) => save(request.body))", "pass"),
        ("app.post('/orders', { schema: { body: {} } }, async (request) => save(request.body))", "pass"),
        ("app.post('/orders', async (request) => save(request.body))", "fail"),
    ],
)
def test_fastifys_schemas_check_bodies(judge: Judge, route: str, kind: str) -> None:
    files = {"package.json": manifest("fastify", main="app.mjs"), "app.mjs": FASTIFY % ("true", route)}
    assert judge("inputs-are-validated", files).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (SPRING, "pass"),
        ({"Shop.csproj": ASPNET, "Program.cs": "var app = builder.Build();\napp.Run();\n"}, "pass"),
        ({"Shop.csproj": ASPNET, "Program.cs": 'var app = builder.Build();\napp.Run("http://0.0.0.0:5000");\n'}, "fail"),
        ({"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n", "app.rb": "require 'sinatra'\nset :port, 3001\n"}, "fail"),
        ({"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n", "app.rb": "require 'sinatra'\nget('/') { 'ok' }\n"}, "pass"),
        ({"package.json": manifest("express"), "server.js": EXPRESS.replace("process.env.PORT || 3000", "process.env.APP_PORT")}, "pass"),
        (
            {"package.json": manifest("express"), "server.js": EXPRESS.replace("process.env.PORT || 3000", "3000, process.env.DB_PORT")},
            "fail",
        ),
    ],
)
def test_who_reads_the_port(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("port-comes-from-environment", files).kind == kind


def test_aspnets_configuration_lies_under_the_environment(judge: Judge) -> None:
    program = 'var text = builder.Configuration.GetConnectionString("Default");\noptions.UseSqlServer(text);\n'
    assert judge("configuration-comes-from-environment", {"Shop.csproj": ASPNET, "Program.cs": program}).kind == "pass"


GO = {"go.mod": "module x\n\ngo 1.24\nrequire github.com/gin-gonic/gin v1.10.0\n"}
RUBY = {"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n"}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({**GO, "main.go": 'package main\n\nfunc sign() {\n    token, _ := claims.SignedString([]byte("letmein"))\n}\n'}, "fail"),
        ({**GO, "main.go": "package main\n\nfunc sign() {\n    token, _ := claims.SignedString([]byte(key))\n}\n"}, "pass"),
        ({**GO, "main.go": 'package main\n\n// token, _ := claims.SignedString([]byte("letmein"))\n'}, "pass"),
        ({**RUBY, "app.rb": "require 'sinatra'\nJWT.encode(payload, 'letmein', 'HS256')\n"}, "fail"),
        ({**RUBY, "app.rb": "require 'sinatra'\nJWT.encode payload(user), ENV['JWT_SECRET'], 'HS256'\n"}, "pass"),
        ({"Shop.csproj": ASPNET, "Program.cs": 'var k = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("letmein"));\n'}, "fail"),
        ({"Shop.csproj": ASPNET, "Program.cs": 'var k = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(config["Key"]));\n'}, "pass"),
        ({**SPRING, "src/main/java/T.java": 'class T { Object k = Keys.hmacShaKeyFor("letmein".getBytes()); }\n'}, "fail"),
    ],
)
def test_signing_keys_without_a_name(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    verdict = judge("secret-key-is-not-a-default", files)
    assert (verdict.kind == "fail") == (kind == "fail")
    assert all("letmein" not in (e.note or "") for e in verdict.evidence)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("set :allow_origin, '*'", "fail"),
        ("set :allow_origin, :any", "fail"),
        ("# set :allow_origin, '*'", "pass"),
        ("set :allow_origin, ENV['ORIGIN']", "pass"),
        ("headers['Access-Control-Allow-Origin'] = '*'", "fail"),
    ],
)
def test_any_origin_in_ruby(judge: Judge, line: str, kind: str) -> None:
    assert judge("cors-is-not-wildcard", {**RUBY, "app.rb": f"require 'sinatra'\n{line}\n"}).kind == kind


@pytest.mark.parametrize(("line", "kind"), [('w.Header().Set("Access-Control-Allow-Origin", "*")', "fail"),
                                            ('w.Header().Set("Access-Control-Allow-Origin", origin)', "pass")])  # fmt: skip
def test_any_origin_by_a_header_in_go(judge: Judge, line: str, kind: str) -> None:
    main = f'package main\n\nimport "net/http"\n\nfunc main() {{\n    {line}\n    http.ListenAndServe(":80", nil)\n}}\n'
    assert judge("cors-is-not-wildcard", {"go.mod": "module x\n\ngo 1.24\n", "main.go": main}).kind == kind


OPENAI = "import OpenAI from 'openai'\nconst openai = new OpenAI()\nexport const act = () => %s\n"


def test_a_message_of_a_thread_is_no_call_of_a_model(judge: Judge) -> None:
    files = {"package.json": manifest("openai", "express"), "server.js": EXPRESS}
    message = {"ask.js": OPENAI % "openai.beta.threads.messages.create(id, { role: 'user', content: 'x' })"}
    assert judge("model-tokens-are-bounded", {**files, **message}).kind == "notApplicable"
    assistant = {"ask.js": OPENAI % "openai.beta.assistants.create({ model: 'gpt-4-turbo' })"}
    assert judge("model-is-not-retired", {**files, **assistant}).kind == "fail"


def test_a_compose_files_command_says_the_port_of_a_rack_server(judge: Judge) -> None:
    compose = "services:\n  api:\n    build: .\n    command: bundle exec rackup --host 0.0.0.0 -p 5000\n"
    files = {**RUBY, "config.ru": "run Sinatra::Application\n", "compose.yaml": compose, "Dockerfile": "FROM ruby:3.4\nEXPOSE 5000\n"}
    assert judge("ports-agree", files).kind != "fail"


LARAVEL = {
    "composer.json": json.dumps({"type": "project", "require": {"php": "^8.4", "laravel/framework": "^12", "guzzlehttp/guzzle": "^7"}}),
    "public/index.php": "<?php\n",
}
SERVICE = """<?php
use GuzzleHttp\\Client;
class Answers {
    public function __construct() { $this->client = new Client(['base_uri' => 'https://api.openai.com/v1/' %s]); }
    public function ask($messages) {
        return $this->client->post('chat/completions', [%s 'json' => ['model' => '%s', 'messages' => $messages %s]]);
    }
}
"""


@pytest.mark.parametrize(
    ("values", "check", "kind"),
    [
        (("", "", "gpt-3.5-turbo", ""), "model-is-not-retired", "fail"),
        (("", "", "gpt-5.4-mini", ""), "model-is-not-retired", "pass"),
        (("", "", "gpt-5.4-mini", ""), "model-tokens-are-bounded", "fail"),
        (("", "", "gpt-5.4-mini", ", 'max_tokens' => 200"), "model-tokens-are-bounded", "pass"),
        (("", "", "gpt-5.4-mini", ""), "outbound-calls-have-timeouts", "fail"),
        ((", 'timeout' => 20", "", "gpt-5.4-mini", ""), "outbound-calls-have-timeouts", "pass"),
        (("", "'verify' => false,", "gpt-5.4-mini", ""), "tls-is-verified", "fail"),
        (("", "'verify' => true,", "gpt-5.4-mini", ""), "tls-is-verified", "pass"),
    ],
)
def test_a_model_called_from_php(judge: Judge, values: tuple[str, str, str, str], check: str, kind: str) -> None:
    assert judge(check, {**LARAVEL, "app/Answers.php": SERVICE % values}).kind == kind


@pytest.mark.parametrize(("origins", "kind"), [("['*']", "fail"), ("[env('FRONTEND_URL')]", "pass")])
def test_any_origin_in_laravels_settings(judge: Judge, origins: str, kind: str) -> None:
    settings = f"<?php\nreturn [\n    'paths' => ['api/*'],\n    'allowed_origins' => {origins},\n    'allowed_headers' => ['*'],\n];\n"
    assert judge("cors-is-not-wildcard", {**LARAVEL, "config/cors.php": settings}).kind == kind


def test_laravels_cast_is_no_password(judge: Judge) -> None:
    user = "<?php\nclass User {\n    protected $casts = [\n        'password' => 'hashed',\n    ];\n}\n"
    assert judge("no-secret-in-code", {**LARAVEL, "app/Models/User.php": user}).kind == "pass"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("call.js", "const https = require('https')\nconst agent = new https.Agent({ rejectUnauthorized: false })\n", "fail"),
        ("call.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'\n", "fail"),
        ("call.js", "// process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'\n", "pass"),
        ("db.js", "const pool = new Pool({ ssl: { rejectUnauthorized: false } })\n", "pass"),
    ],
)
def test_certificates_that_node_does_not_check(judge: Judge, name: str, text: str, kind: str) -> None:
    verdict = judge("tls-is-verified", {"package.json": manifest("express", "pg"), "server.js": EXPRESS, name: text})
    assert (verdict.kind == "fail") == (kind == "fail")


def test_a_server_whose_packages_are_all_for_development(judge: Judge) -> None:
    koa = "const Koa = require('koa')\nnew Koa().listen(8081)\n"
    data = {"name": "shop", "devDependencies": {"koa": "2"}}
    files = {"package.json": json.dumps(data), "server.js": koa, "index.html": "<h1>hello</h1>\n"}
    assert judge("port-comes-from-environment", files).kind == "fail"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("server.register(cors, {})", "fail"),
        ("server.register(cors)", "fail"),
        ("app.register(require('@fastify/cors'), { origin: '*' })", "fail"),
        ("server.register(cors, { origin: process.env.URL })", "pass"),
        ("server.register(cookie, {})", "pass"),
        ("// server.register(cors, {})", "pass"),
    ],
)
def test_fastifys_cors_lets_every_origin_in_by_default(judge: Judge, line: str, kind: str) -> None:
    files = {
        "package.json": manifest("fastify", main="app.js"),
        "app.js": f"const app = require('fastify')()\n{line}\napp.listen({{ port: 1 }})\n",
    }
    assert judge("cors-is-not-wildcard", files).kind == kind


@pytest.mark.parametrize(
    ("path", "line", "kind"),
    [
        ("auth.js", "console.log(token)", "fail"),
        ("auth.js", "logger.info('user', password)", "fail"),
        ("auth.js", "console.log('token')", "pass"),
        ("auth.js", "console.log(tokens)", "pass"),
        ("auth.js", "// console.log(token)", "pass"),
        ("page.jsx", "console.log(token)", "pass"),
    ],
)
def test_credentials_in_nodes_log(judge: Judge, path: str, line: str, kind: str) -> None:
    files = {
        "package.json": manifest("express"),
        "server.js": EXPRESS,
        path: f"export function show(token, password, tokens) {{\n  {line}\n}}\n",
    }
    assert judge("logs-hold-no-secrets", files).kind == kind


def test_springs_actuator_answers_health_checks(judge: Judge) -> None:
    pom = SPRING["pom.xml"].replace(
        "</dependencies>",
        "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId></dependency></dependencies>",
    )
    assert judge("health-endpoint-exists", {**SPRING, "pom.xml": pom}).kind == "pass"
    assert judge("health-endpoint-exists", SPRING).kind == "fail"


@pytest.mark.parametrize(
    ("path", "command", "kind"),
    [
        ("Dockerfile", "yarn global add serve", "fail"),
        ("Dockerfile", "yarn global add serve@14.2.4", "pass"),
        ("Dockerfile", "npm install -g newman", "fail"),
        ("examples/Dockerfile", "npm install -g newman", "pass"),
    ],
)
def test_what_images_install_by_name(judge: Judge, path: str, command: str, kind: str) -> None:
    lock = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/express": {"version": "1.0.0"}}})
    files = {
        "package.json": manifest("express"),
        "package-lock.json": lock,
        "server.js": EXPRESS,
        path: f"FROM node:24-slim\nRUN {command}\n",
    }
    assert judge("dependencies-are-locked", files).kind == kind
