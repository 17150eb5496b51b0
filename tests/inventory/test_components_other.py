from __future__ import annotations

import json

import pytest

from .conftest import Repo


def package(**keys: object) -> str:
    return json.dumps({"name": "web", "private": True, **keys})


def test_express_port_is_the_fallback_of_the_variable(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"express": "5"}, scripts={"start": "cross-env NODE_ENV=production node dist/index.js"}),
            "package-lock.json": "{}",
            "tsconfig.json": "{}",
            "src/index.ts": "import express from 'express';\nconst app = express();\nconst port = process.env.PORT |"
            "| 4010;\napp.listen(port);\n",
        }
    )
    (component,) = inv.components
    assert (component.kind, component.language, component.framework, component.entrypoint, component.port, component.package_manager) == (
        "service", "typescript", "express", "src/index.ts", 4010, "npm",
    )  # fmt: skip


def test_bundled_output_is_traced_to_its_source(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"fastify": "5"}, main="build/server.js"),
            "server.ts": "import Fastify from 'fastify'\nconst app = Fastify()\nawait app.listen({ port: 3456 })\n",
            "pnpm-lock.yaml": "lockfileVersion: '9'\n",
        }
    )
    assert (inv.components[0].entrypoint, inv.components[0].port, inv.components[0].package_manager) == ("server.ts", 3456, "pnpm")


def test_next_application(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"next": "16", "react": "19"}, scripts={"dev": "next dev", "start": "next start -p 3100"}),
            "app/layout.tsx": "export default function L() { return null }\n",
            ".nvmrc": "v22.3.0\n",
        }
    )
    component = inv.components[0]
    assert (component.framework, component.entrypoint, component.port, component.runtime_version) == (
        "next",
        "app/layout.tsx",
        3100,
        "22.3.0",
    )


def test_vite_application_is_web_with_the_module_of_its_page(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"vue": "3"}, devDependencies={"vite": "8"}),
            "index.html": '<script type="module" src="/src/start.ts"></script>',
            "src/start.ts": "import { createApp } from 'vue'\n",
        }
    )
    assert (inv.components[0].kind, inv.components[0].framework, inv.components[0].entrypoint) == ("web", "vue/vite", "src/start.ts")
    assert inv.kind == "static-site"


def test_plug_in_of_a_server_framework_is_a_library(repo: Repo) -> None:
    inv = repo({
        "package.json": json.dumps({"name": "fastify-x", "version": "1.0.0", "main": "index.js", "types": "index.d.ts",
                                    "dependencies": {"fastify-plugin": "5"}, "peerDependencies": {"fastify": "5"}}),
        "index.js": "const fp = require('fastify-plugin')\nmodule.exports = fp(() => {})\n",
    })  # fmt: skip
    assert (inv.components[0].kind, inv.components[0].framework, inv.components[0].entrypoint, inv.components[0].port) == (
        "library", "fastify-plugin", "index.js", None,
    )  # fmt: skip


def test_discord_bot_in_javascript(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"discord.js": "14"}, scripts={"start": "node bot.js"}),
            "bot.js": "const { Client } = require('discord.js')\nnew Client({}).login(process.env.TOKEN)\n",
        }
    )
    assert (inv.components[0].kind, inv.components[0].entrypoint, inv.kind) == ("bot", "bot.js", "worker")


def test_manifest_of_lint_tools_makes_no_component(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(devDependencies={"eslint": "9", "prettier": "3"}, scripts={"lint": "eslint ."}),
            "app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "static/js/app.js": "fetch('/api')\n",
        }
    )
    assert [c.language for c in inv.components] == ["python"]


def test_listed_and_unused_server_makes_no_service(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": package(dependencies={"express": "5", "react": "19"}, devDependencies={"vite": "8"}),
            "src/main.jsx": "import React from 'react'\n",
        }
    )
    assert inv.components[0].kind == "web"


def test_go_module_with_a_tool_beside_its_server(repo: Repo) -> None:
    inv = repo(
        {
            "go.mod": "module example.org/shop/v2\n\ngo 1.24\n",
            "cmd/server/main.go": 'package main\n\nimport "github.com/labstack/echo/v4"\n\nfunc main() {\n\te := echo.New()\n'
            '\te.Start(":9090")\n}\n',
            "tools/seed/main.go": "package main\n\nfunc main() {}\n",
        }
    )
    (component,) = inv.components
    assert (component.name, component.framework, component.entrypoint, component.port, component.runtime_version) == (
        "shop", "echo", "cmd/server/main.go", 9090, "1.24",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "Cargo.toml": '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n',
                "src/main.rs": 'fn main() { TcpListener::bind("0.0.0.0:7070"); }\n',
            },
            ("api", "service", "rust", "axum", "src/main.rs", 7070, "cargo"),
        ),
        (
            {"Cargo.toml": '[package]\nname = "lib"\n[dependencies]\nserde = "1"\n', "src/lib.rs": "pub fn f() {}\n"},
            ("lib", "library", "rust", None, None, None, "cargo"),
        ),
        (
            {
                "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>"
                "<artifactId>spring-boot-starter-web</artifactId>"
                "</dependency></dependencies></project>",
                "src/main/java/a/App.java": "class App { public static void main(String[] a) { SpringApplication.run(App.class); } }\n",
                "src/main/resources/application.properties": "server.port=8181\n",
            },
            ("shop", "service", "java", "spring-boot", "src/main/java/a/App.java", 8181, "maven"),
        ),
        (
            {
                "build.gradle.kts": 'plugins { kotlin("jvm") }\ndependencies { implementation("io.ktor:ktor-server-netty:3.0") }\n',
                "settings.gradle.kts": 'rootProject.name = "kt"\n',
                "src/main/kotlin/App.kt": "fun main() { embeddedServer(Netty, port = 8282) {}.start() }\n",
            },
            ("kt", "service", "kotlin", "ktor", "src/main/kotlin/App.kt", 8282, "gradle"),
        ),
        (
            {
                "Gemfile": "ruby '3.4.1'\ngem 'rails'\n",
                "config.ru": "run Rails.application\n",
                "config/puma.rb": 'port ENV.fetch("PORT") { 3003 }\n',
            },
            ("app", "service", "ruby", "rails", "config.ru", 3003, "bundler"),
        ),
        (
            {
                "composer.json": '{"name": "me/shop", "type": "project", "require": {"php": "^8.3", "laravel/framework": "^12"}}',
                "public/index.php": "<?php\n",
            },
            ("shop", "service", "php", "laravel", "public/index.php", 8000, "composer"),
        ),
        (
            {
                "Api/Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup>'
                "<TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>",
                "Api/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
                "Api/Properties/launchSettings.json": '{"profiles": {"http": {"applicationUrl": "http://localhost:5123"}}}',
            },
            ("Api", "service", "csharp", "aspnetcore", "Program.cs", 5123, "nuget"),
        ),
        (
            {
                "W/W.csproj": '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>',
                "W/Program.cs": "class P { static void Main() { while (true) { Thread.Sleep(1); } } }\n",
            },
            ("W", "worker", "csharp", "dotnet", "Program.cs", None, "nuget"),
        ),
    ],
)
def test_other_languages(repo: Repo, files: dict[str, str], expected: tuple[object, ...]) -> None:
    (component,) = repo(files).components
    assert (component.name, component.kind, component.language, component.framework, component.entrypoint, component.port,
            component.package_manager) == expected  # fmt: skip
    assert component.evidence


def test_pages_alone_are_a_static_site(repo: Repo) -> None:
    inv = repo({"site/index.html": "<h1>hi</h1>", "README.md": "x"})
    assert (inv.kind, inv.components[0].path, inv.components[0].entrypoint) == ("static-site", "site", "index.html")


def test_three_services_in_three_languages(repo: Repo) -> None:
    inv = repo(
        {
            "api/go.mod": "module api\ngo 1.24\n",
            "api/main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8085", nil) }\n',
            "jobs/requirements.txt": "rq\n",
            "jobs/worker.py": "from rq import Worker\nif __name__ == '__main__':\n    Worker(['default']).work()\n",
            "web/package.json": package(dependencies={"koa": "3"}, main="index.js"),
            "web/index.js": "const Koa = require('koa')\nnew Koa().listen(4444)\n",
        }
    )
    assert [(c.path, c.kind, c.framework, c.port) for c in inv.components] == [
        ("api", "service", "net/http", 8085), ("jobs", "worker", "rq", None), ("web", "service", "koa", 4444),
    ]  # fmt: skip
    assert inv.kind == "monorepo"


@pytest.mark.parametrize(
    ("package", "framework"),
    [
        ("github.com/bwmarrin/discordgo", "discordgo"),
        ("gopkg.in/telebot.v3", "telebot"),
        ("gopkg.in/telebot.v4", "telebot"),
        ("github.com/mymmrac/telego", "telego"),
        ("github.com/go-telegram/bot", "go-telegram"),
    ],
)
def test_bots_of_go(repo: Repo, package: str, framework: str) -> None:
    main = f'package main\n\nimport b "{package}"\n\nfunc main() {{\n\tb.Start()\n}}\n'
    (found,) = repo({"go.mod": f"module x\n\ngo 1.25\n\nrequire {package} v1.0.0\n", "main.go": main}).components
    assert (found.kind, found.framework, found.port) == ("bot", framework, None)
