"""Judgements of repositories in Go, Java, Kotlin, Ruby, Rust and PHP whose shapes no rule knew when they were met."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from .conftest import Judge
from .test_polyglot_shapes import GO, LARAVEL, RUBY, SPRING

ROCKET = {"Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nrocket = "0.5"\n'}
KOTLIN = {
    "build.gradle.kts": 'dependencies { implementation("org.springframework.boot:spring-boot-starter-web:4.0.0") }\n',
    "src/main/kotlin/Shop.kt": "@SpringBootApplication\nclass Shop\n\nfun main(args: Array<String>) { runApplication<Shop>(*args) }\n",
}


def rocket(line: str) -> Mapping[str, str]:
    return {**ROCKET, "src/main.rs": f"#[launch]\nfn rocket() -> _ {{ rocket::build() }}\n\nfn answer() {{\n    {line};\n}}\n"}


def go(line: str, package: str) -> Mapping[str, str]:
    module = f"module x\n\ngo 1.25\n\nrequire {package} v1.0.0\n"
    return {"go.mod": module, "main.go": f'package main\n\nimport "{package}"\n\nfunc main() {{\n\t{line}\n\tapp.Listen(":3000")\n}}\n'}


def java(body: str) -> Mapping[str, str]:
    return {**SPRING, "src/main/java/C.java": f"class C {{\n  void f(R r) {{\n    {body};\n  }}\n}}\n"}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (rocket('response.set_header(rocket::http::Header::new("Access-Control-Allow-Origin", "*"))'), "fail"),
        (rocket('response.set_header(Header::new("Access-Control-Allow-Origin", "*"))'), "fail"),
        (rocket('response.set_header(rocket::http::Header::new("Access-Control-Allow-Origin", origin))'), "pass"),
        (rocket('response.set_raw_header("Access-Control-Allow-Origin", "*")'), "fail"),
        (rocket('headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))'), "fail"),
        (java('r.addEndpoint("/news").setAllowedOrigins("*").withSockJS()'), "fail"),
        (java('r.addEndpoint("/news").setAllowedOriginPatterns("*")'), "fail"),
        (java('r.addEndpoint("/news").setAllowedOrigins("https://shop.example")'), "pass"),
        (java('c.setAllowedOrigins(List.of("*"))'), "fail"),
        (java('c.setAllowedOrigins(Arrays.asList("*"))'), "fail"),
        ({**KOTLIN, "src/main/kotlin/C.kt": 'fun f(c: C) { c.allowedOrigins = listOf("*") }\n'}, "fail"),
        ({**KOTLIN, "src/main/kotlin/C.kt": 'fun f(c: C) { c.addAllowedOriginPattern("*") }\n'}, "fail"),
        ({**KOTLIN, "src/main/kotlin/C.kt": 'fun f(c: C) { c.allowedOrigins = listOf(origin) }\n'}, "pass"),
        (rocket("CorsOptions::default().to_cors()"), "fail"),
        (rocket('layer.allow_origin("*".parse::<HeaderValue>().unwrap())'), "fail"),
        (java('r.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")'), "fail"),
        (java('r.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "http://localhost:5002")'), "pass"),
        (java('r.getHeaders().add("Access-Control-Allow-Origin", "*")'), "fail"),
        (java('r.getHeaders().add("Access-Control-Allow-Methods", "*")'), "pass"),
        ({**KOTLIN, "src/main/kotlin/C.kt": 'fun f() { install(CORS) { allowHost("*") } }\n'}, "fail"),
        ({**KOTLIN, "src/main/kotlin/C.kt": 'fun f() { install(CORS) { allowHost("shop.example") } }\n'}, "pass"),
        (go("app.Use(cors.New(cors.Config{AllowHeaders: \"Origin\"}))", "github.com/gofiber/fiber/v2"), "fail"),
        (go('app.Use(cors.New(cors.Config{AllowOrigins: "https://shop.example"}))', "github.com/gofiber/fiber/v2"), "pass"),
        (go("e.Use(middleware.CORSWithConfig(middleware.CORSConfig{AllowMethods: m}))", "github.com/labstack/echo/v4"), "fail"),
        (go("c := cors.Config{AllowOriginFunc: func(o string) bool { return true }}", "github.com/gin-gonic/gin"), "fail"),
        (go("c := cors.Config{AllowOriginFunc: func(o string) bool { return known[o] }}", "github.com/gin-gonic/gin"), "pass"),
        ({**LARAVEL, "app/Http/Middleware/Cors.php": "<?php\n$h = ['Access-Control-Allow-Origin' => '*'];\n"}, "fail"),
        ({**LARAVEL, "public/.htaccess": 'Header set Access-Control-Allow-Origin "*"\n'}, "fail"),
        ({**LARAVEL, "config/packages/nelmio_cors.yaml": "nelmio_cors:\n    defaults:\n        allow_origin: ['*']\n"}, "fail"),
        ({**LARAVEL, "config/packages/nelmio_cors.yaml": "nelmio_cors:\n    defaults:\n        allow_origin: ['%env(A)%']\n"}, "pass"),
        ({**LARAVEL, "config/cors.php": "<?php\nreturn ['allowedOrigins' => ['*']];\n"}, "fail"),
        ({**LARAVEL, "config/cors.php": "<?php\nreturn ['allowedOrigins' => array('*')];\n"}, "fail"),
        ({**LARAVEL, "config/cors.php": "<?php\nreturn ['allowedHeaders' => ['*']];\n"}, "pass"),
    ],
)
def test_any_origin(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("cors-is-not-wildcard", files).kind == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("env('APP_DEBUG', true)", "fail"),
        ("(bool) env('APP_DEBUG', true)", "fail"),
        ("env('APP_DEBUG', false)", "pass"),
        ("env('APP_DEBUG')", "pass"),
    ],
)
def test_debugging_that_laravel_does_unless_told(judge: Judge, value: str, kind: str) -> None:
    assert judge("debug-is-off", {**LARAVEL, "config/app.php": f"<?php\nreturn ['name' => 'x', 'debug' => {value}];\n"}).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (java('log.info("Authorization: {}", authorization)'), "fail"),
        (java('log.info("Authorized: {}", authorized)'), "pass"),
        ({**GO, "main.go": 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tprivateKey := read()\n'
          '\tlog.Printf("key %s", privateKey)\n\tgin.Default().Run()\n}\n'}, "fail"),
        ({**GO, "main.go": 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tcert, privateKey := files()\n'
          '\tlog.Printf("key %s", privateKey)\n\tgin.Default().RunTLS(":443", cert, privateKey)\n}\n'}, "pass"),
    ],
)  # fmt: skip
def test_credentials_in_the_log(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    assert judge("logs-hold-no-secrets", files).kind == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [("db/migrate/20250101000000_fill.rb", "notApplicable"), ("lib/fill.rb", "fail"), ("database/seeds/fill.rb", "notApplicable")],
)
def test_statements_of_migrations(judge: Judge, path: str, kind: str) -> None:
    fill = 'class Fill\n  def up(id)\n    connection.update("UPDATE feeds SET user_id = 1 WHERE id = #{id}")\n  end\nend\n'
    assert judge("sql-is-parameterised", {**RUBY, "app.rb": "require 'sinatra'\nget('/') { 'hi' }\n", path: fill}).kind == kind


@pytest.mark.parametrize(("version", "kind"), [("2.2.2@shop", "fail"), ("ruby-2.4.10", "fail"), ("3.4.1", "pass")])
def test_a_version_file_of_ruby(judge: Judge, version: str, kind: str) -> None:
    files = {**RUBY, "app.rb": "require 'sinatra'\nget('/') { 'hi' }\n", ".ruby-version": version + "\n"}
    assert judge("runtime-version-is-supported", files).kind == kind
