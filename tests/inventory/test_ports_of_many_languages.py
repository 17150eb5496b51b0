"""The port that a component listens on, as programs and their files say it in many languages."""

from __future__ import annotations

import pytest

from .conftest import Repo

KTOR = {
    "build.gradle.kts": 'dependencies { implementation("io.ktor:ktor-server-core:2.3.1") }\n',
    "src/main/kotlin/A.kt": "fun main(args: Array<String>) = io.ktor.server.netty.EngineMain.main(args)\n",
}
SPRING = {
    "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n<artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>\n",
    "src/main/java/Shop.java": "@SpringBootApplication\npublic class Shop {\n"
    "  public static void main(String[] a) { SpringApplication.run(Shop.class, a); }\n}\n",
}
AXUM = {"Cargo.toml": '[package]\nname = "s"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\naxum = "0.7"\n'}
ASPNET = {"a.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n'}
SINATRA = {"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n", "app.rb": "require 'sinatra'\nget('/') { 1 }\n"}
SLIM = {"composer.json": '{"require": {"slim/slim": "4"}}\n', "public/index.php": "<?php\n$app = AppFactory::create();\n$app->run();\n"}
LARAVEL = {"composer.json": '{"require": {"laravel/framework": "11"}}\n', "public/index.php": "<?php\n", "artisan": ""}
EXPRESS = {"package.json": '{"name": "shop", "main": "server.js", "dependencies": {"express": "^4.18.0"}}'}
GO = {"go.mod": "module x\n\ngo 1.25\n"}
RESOURCES = "src/main/resources/"


def rust(body: str) -> dict[str, str]:
    return {**AXUM, "src/main.rs": f"#[tokio::main]\nasync fn main() {{\n    {body}\n}}\n"}


def go(before: str, inside: str) -> dict[str, str]:
    return {**GO, "main.go": f'package main\n\nimport "net/http"\n\n{before}\n\nfunc main() {{\n\t{inside}\n}}\n'}


@pytest.mark.parametrize(
    "files",
    [
        {**KTOR, RESOURCES + "application.conf": "ktor {\n  deployment {\n    port = 7100\n    port = ${?PORT}\n  }\n}\n"},
        {**KTOR, RESOURCES + "application.conf": "ktor {\n  deployment {\n    host = ${?HOST}\n    port = 7100\n  }\n}\n"},
        {**KTOR, RESOURCES + "application.yaml": "ktor:\n  deployment:\n    port: 7100\n"},
        {**SPRING, RESOURCES + "application.yml": "server:\n  servlet:\n    a: b\n  port: ${PORT:7100}\n"},
        {**SPRING, RESOURCES + "application-dev.yml": "server:\n  port: 1\n", RESOURCES + "application.yml": "server:\n  port: 7100\n"},
        {**SPRING, RESOURCES + "application-it.yml": "server:\n  port: 1\n", RESOURCES + "application-prod.yml": "server:\n  port: 7100\n"},
        {**SPRING, RESOURCES + "bootstrap.yml": "server:\n  port: 7100\n"},
        rust('let port: u16 = std::env::var("PORT").unwrap_or_else(|_| "7100".into()).parse().unwrap();\n    serve(port);'),
        rust('let addr = format!("0.0.0.0:{}", 7100);\n    tokio::net::TcpListener::bind(addr).await.unwrap();'),
        rust("let addr = SocketAddr::from(([0, 0, 0, 0], 7100));\n    axum::Server::bind(&addr);"),
        {**ASPNET, "Program.cs": "var app = 1;\n", "appsettings.json": '{"Kestrel": {"Endpoints": {"Http": {"Url": "http://*:7100"}}}}\n'},
        {**ASPNET, "Program.cs": "builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(7100));\n"},
        {**ASPNET, "Program.cs": 'var p = Environment.GetEnvironmentVariable("PORT") ?? "7100";\napp.Run($"http://0.0.0.0:{p}");\n'},
        {**ASPNET, "Program.cs": 'var p = builder.Configuration["PORT"] ?? "7100";\napp.Run($"http://0.0.0.0:{p}");\n'},
        {**SINATRA, "app.rb": "require 'sinatra'\nset :port, 7100\nget('/') { 1 }\n"},
        {**SINATRA, "config.ru": "#\\ -s puma -p 7100\nrequire './app'\nrun Sinatra::Application\n"},
        {**SLIM, "composer.json": '{"require": {"slim/slim": "4"}, "scripts": {"start": "php -S localhost:7100 -t public"}}\n'},
        {**LARAVEL, "Dockerfile": 'FROM php:8.3-cli\nCMD ["php", "artisan", "serve", "--host=0.0.0.0", "--port=7100"]\n'},
        {**rust('let port = dotenv::var("PORT").expect("PORT");\n    serve(port);'), ".env.sample": "DB_PORT = 5432\nPORT = 7100\n"},
        {**go("", 'http.ListenAndServe(os.Getenv("LISTEN"), nil)'), "Dockerfile": "FROM golang:1.25\nEXPOSE 7100\nCMD ./x\n"},
        {**EXPRESS, "server.js": "require('express')().listen(process.env.PORT);\n", ".env": "PORT=7100\n"},
        {
            "package.json": '{"name": "jobs", "main": "server.js", "scripts": {"start": "node server.js"}}',
            "server.js": "const http = require('http');\nconst { port } = require('./config');\nhttp\n .createServer()\n .listen(port);\n",
            "config/index.js": "const { PORT } = process.env;\nconst port = PORT || 7100;\n\nmodule.exports = { port };\n",
        },
        {**go("", 'http.ListenAndServe(":"+must(os.Getenv("PORT")), nil)'), ".env.example": "# web\nexport PORT='7100' # any\n"},
        {
            **go("", "serve(config.All.Port)\n\thttp.ListenAndServe(addr, nil)"),
            "configs/env_variables.go": 'package configs\n\nvar db = Int("DB_PORT", 3306)\nvar own = Int("PORT", 7100)\n',
        },
        go("", 'port := getEnv("PORT", "7100")\n\thttp.ListenAndServe(":"+port, nil)'),
        go('type C struct {\n\tPort int `env:"PORT" envDefault:"7100"`\n}', 'http.ListenAndServe(fmt.Sprintf(":%d", c.Port), nil)'),
        go('var f = &cli.IntFlag{Name: "port", Value: 7100}', "http.ListenAndServe(addr, nil)"),
        go('var f = Get(Options{EnvName: "PORT", DefaultValue: "7100"})', "http.ListenAndServe(addr, nil)"),
    ],
)
def test_the_port_that_is_written(repo: Repo, files: dict[str, str]) -> None:
    assert [c.port for c in repo(files).components] == [7100]


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({**KTOR, RESOURCES + "application.conf": "ktor {\n  application {\n    modules = [a]\n  }\n}\nsmtp {\n  port = 25\n}\n"}, 8080),
        ({**SLIM, "README.md": "Start it with `php -S localhost:7100`.\n"}, 8080),
        (go('var f = &cli.IntFlag{Name: "workers", Value: 7100}', "http.ListenAndServe(addr, nil)"), 8080),
        (go('type C struct {\n\tDBPort int `env:"DB_PORT" envDefault:"7100"`\n}', "http.ListenAndServe(addr, nil)"), 8080),
        ({**rust('let port = dotenv::var("PORT").expect("PORT");'), "web/.env.sample": "PORT = 7100\n"}, 3000),
        ({**rust('let port = dotenv::var("DB_PORT").expect("PORT");'), ".env.sample": "DB_PORT = 7100\n"}, 3000),
        ({**rust("serve(3000);"), ".env.sample": "PORT = 7100\n"}, 3000),
        ({**ASPNET, "Program.cs": 'var p = Environment.GetEnvironmentVariable("REPORT") ?? "7100";\n'}, 8080),
    ],
)
def test_another_number_is_none(repo: Repo, files: dict[str, str], port: int) -> None:
    assert [c.port for c in repo(files).components] == [port]
