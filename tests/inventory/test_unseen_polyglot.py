"""Shapes of repositories in Go, Java, Kotlin, Ruby, Rust, PHP, C# and of frameworks with two halves, met when no rule knew them."""

from __future__ import annotations

import pytest

from .conftest import Repo

NEXT = '{"name": "x", "private": true, "dependencies": {"next": "16"}, "scripts": {"dev": "next dev"}}'
GO_MOD = "module example.org/shop\n\ngo 1.25\n\nrequire github.com/gin-gonic/gin v1.10.0\n"
VIPER = """
    package main

    import (
    \t"github.com/gin-gonic/gin"
    \t"github.com/spf13/viper"
    )

    func main() {
    \tr := gin.Default()
    \tr.Run(":" + viper.GetString("PORT"))
    }
"""
ACTIX = {
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nactix-web = "4"\nconfig = "0.14"\n',
    "src/main.rs": "#[actix_web::main]\nasync fn main() -> std::io::Result<()> {\n    run(read()).await\n}\n"
    "fn read() -> Settings { config::Config::builder().build().unwrap().try_deserialize().unwrap() }\n",
}


@pytest.mark.parametrize(
    ("name", "text", "called"),
    [
        ("app/lib/a.js", "import fs from 'node:fs'\nexport const f = () => fetch('https://x')\n", True),
        ("app/lib/b.ts", "'use server'\nexport async function act() { await fetch('https://x') }\n", True),
        ("app/lib/c.ts", "const k = process.env.API_KEY\nexport const f = () => fetch('https://x', {headers: {k}})\n", True),
        ("app/lib/d.tsx", "export const loader = async () => fetch('https://x')\n", True),
        ("app/lib/e.tsx", "export async function action() { return fetch('https://x') }\n", True),
        ("app/lib/f.server.ts", "export const f = () => fetch('https://x')\n", True),
        ("src/server/g.ts", "export const f = () => fetch('https://x')\n", True),
        ("app/lib/h.ts", "const k = process.env.NEXT_PUBLIC_KEY\nexport const f = () => fetch('https://x', {headers: {k}})\n", False),
        ("app/lib/i.ts", "// process.env.API_KEY and import 'node:fs' are not here\nexport const f = () => fetch('https://x')\n", False),
        ("app/lib/j.tsx", "'use client'\nconst k = process.env.API_KEY\nexport const f = () => fetch('https://x')\n", False),
        ("app/lib/k.ts", "const said = 'use server'\nexport const f = () => fetch('https://x')\n", False),
        ("app/lib/l.ts", "const loader = 1\nexport const f = () => fetch('https://x')\n", False),
    ],
)
def test_halves_of_a_framework(repo: Repo, name: str, text: str, called: bool) -> None:
    inv = repo({"package.json": NEXT, "app/page.tsx": "export default function P() { return null }\n", name: text})
    assert bool(inv.outbound_calls) is called


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"resource/properties-prod.yaml": 'DB:\n  PORT: 3306\nPORT: "8999"\n', "resource/properties-test.yaml": 'PORT: "8099"\n'}, 8999),
        ({"config/config.toml": "[database]\nport = 5432\n\n[server]\nport = 7001\n"}, 7001),
        ({"config.json": '{"redis": {"addr": "localhost:6379"}, "http": {"addr": ":7002"}}\n'}, 7002),
        ({"configs/prod.yml": "server:\n  listen: 0.0.0.0:7003\n", "configs/local.yml": "server:\n  listen: :1\n"}, 7003),
        ({"config/app.yml": "database:\n  port: 5432\n"}, 8080),
        ({"docs/config.yml": "port: 7004\n"}, 8080),
    ],
)
def test_a_port_that_go_reads_from_a_file(repo: Repo, files: dict[str, str], port: int) -> None:
    assert [c.port for c in repo({"go.mod": GO_MOD, "main.go": VIPER, **files}).components] == [port]


def test_a_file_that_nothing_reads_says_no_port(repo: Repo) -> None:
    program = 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tgin.Default().Run()\n}\n'
    assert [c.port for c in repo({"go.mod": GO_MOD, "main.go": program, "config.yaml": "port: 7005\n"}).components] == [8080]


def test_a_port_that_rust_reads_from_a_file(repo: Repo) -> None:
    inv = repo({**ACTIX, "configuration/base.yaml": "application:\n  port: 7006\ndatabase:\n  port: 5432\n"})
    assert [c.port for c in inv.components] == [7006]


@pytest.mark.parametrize(
    "line",
    [
        'cfg := Server{Listen: ":7007"}',
        'cfg := Server{HTTPAddr: "0.0.0.0:7007"}',
        'addr := flag.String("listen", ":7007", "where to listen")',
        'viper.SetDefault("http.addr", ":7007")',
        'flags.StringVar(&addr, "bind-address", ":7007", "where to listen")',
    ],
)
def test_an_address_that_a_flag_or_a_field_gives(repo: Repo, line: str) -> None:
    program = f'package main\n\nimport "net/http"\n\nfunc main() {{\n\t{line}\n\thttp.ListenAndServe(cfg, nil)\n}}\n'
    assert [c.port for c in repo({"go.mod": "module x\n\ngo 1.25\n", "main.go": program}).components] == [7007]


def test_the_profile_of_a_project_says_the_port(repo: Repo) -> None:
    profiles = """
        {"iisSettings": {"iisExpress": {"applicationUrl": "http://localhost:62759/", "sslPort": 0}},
         "profiles": {
          "IIS Express": {"commandName": "IISExpress", "applicationUrl": "http://localhost:62760"},
          "Shop": {"commandName": "Project", "environmentVariables": {"A": "b"}, "applicationUrl": "http://localhost:7008/"}}}
    """
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n'
    inv = repo({"Shop.csproj": project, "Program.cs": "var app = 1;\n", "Properties/launchSettings.json": profiles})
    assert [c.port for c in inv.components] == [7008]


def test_the_address_of_iis_is_not_the_projects(repo: Repo) -> None:
    settings = """
        {"iisSettings": {"iisExpress": {"applicationUrl": "http://localhost:62759/", "sslPort": 44301}},
         "profiles": {"http": {"applicationUrl": "http://localhost:7009"}}}
    """
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n'
    assert [c.port for c in repo({"Shop.csproj": project, "Properties/launchSettings.json": settings}).components] == [7009]


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("migrations/Version20250404095906.php", True),
        ("migrations/2025-02-27-092216_users/up.sql", True),
        ("migration/src/m20250101_000001_users.rs", True),
        ("src/main/resources/db/migration/V1__users.sql", True),
        ("docs/Version20250404095906.php", False),
    ],
)
def test_migrations_of_more_tools(repo: Repo, path: str, there: bool) -> None:
    assert repo({path: "-- nothing\n"}).has["migrations"] is there


@pytest.mark.parametrize(
    ("files", "there"),
    [
        ({"app/Http/Kernel.php": "<?php\nclass Kernel { protected $groups = ['api' => ['throttle:60,1']]; }\n"}, False),
        (
            {
                "app/Http/Kernel.php": "<?php\nclass Kernel { protected $groups = ['api' => ['throttle:60,1']]; }\n",
                "app/Providers/Routes.php": "<?php\nRoute::prefix('api')->middleware('api')->group($f);\n",
            },
            True,
        ),
        (
            {
                "app/Http/Kernel.php": "<?php\nclass Kernel { protected $groups = ['api' => ['throttle:60,1']]; }\n",
                "app/Http/routes.php": "<?php\nRoute::group(['middleware' => ['api']], function () {});\n",
            },
            True,
        ),
        ({"routes/web.php": "<?php\nRoute::post('/login', 'A@b')->middleware('throttle:5,1');\n"}, True),
        ({"routes/web.php": "<?php\nRoute::post('/login', 'A@b')->middleware(['auth', 'throttle']);\n"}, True),
        ({"resources/lang/en/auth.php": "<?php\nreturn ['throttle' => 'Too many attempts.'];\n"}, False),
        ({"app/Http/Kernel.php": "<?php\nclass Kernel { /* 'throttle:60,1' */ protected $groups = []; }\n"}, False),
        ({"app/controllers/a_controller.rb": "class A < B\n  rate_limit to: 10, within: 3.minutes, only: :create\nend\n"}, True),
        ({"Program.cs": "var app = b.Build();\napp.UseRateLimiter();\n"}, True),
        ({"src/A.java": "class A {\n  @RateLimiter(name = \"api\")\n  void get() {}\n}\n"}, True),
    ],
)
def test_limits_that_come_with_the_framework(repo: Repo, files: dict[str, str], there: bool) -> None:
    assert repo(files).has["rate_limit"] is there


def test_a_package_that_go_imports_counts_although_it_is_called_indirect(repo: Repo) -> None:
    module = "module x\n\ngo 1.25\n\nrequire go.uber.org/zap v1.26.0 // indirect\n"
    logs = 'package main\n\nimport "go.uber.org/zap"\n\nfunc main() {\n\tzap.Must(zap.NewProduction())\n}\n'
    assert repo({"go.mod": module, "main.go": logs}).has["structured_logs"] is True
    assert repo({"go.mod": module, "main.go": 'package main\n\nfunc main() {}\n'}).has["structured_logs"] is False


def test_requests_that_a_parent_class_sends(repo: Repo) -> None:
    inv = repo(
        {
            "Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\ngem 'httparty'\n",
            "app.rb": "require 'sinatra'\nget('/') { Rates.new.all }\n",
            "lib/base.rb": "class Base\n  include HTTParty\nend\n",
            "lib/rates.rb": "class Rates < Base\n  base_uri 'https://x.example'\n  def all\n    self.class.get('/all')\n  end\nend\n",
        }
    )
    assert [(c.library, c.timeout) for c in inv.outbound_calls] == [("httparty", True)]


def test_assertions_of_rest_assured(repo: Repo) -> None:
    test = 'class T {\n  @Test\n  public void put() {\n    given().body("{}").when().put("/cars").then().statusCode(200);\n  }\n}\n'
    assert repo({"pom.xml": "<project></project>\n", "src/test/java/T.java": test}).has["tests"] is True
