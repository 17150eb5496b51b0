"""Shapes that expressions over the text got wrong, and such that must go on being found, of readers that ask the syntax tree now."""

from __future__ import annotations

import json

import pytest

from prodify.inventory.polyglot import othermodels
from prodify.inventory.polyglot.assembled import assembled
from prodify.inventory.polyglot.logged import logged_credentials
from prodify.inventory.polyglot.sqltext import unsafe_sql

from .conftest import Repo

CARGO = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\naxum = "0.8"\n'
POM = "<project><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId>"
POM += "</dependency></dependencies></project>"


def rust(line: str) -> dict[str, str]:
    return {"Cargo.toml": CARGO, "src/main.rs": f"fn main() {{\n    let app = axum::Router::new();\n    {line}\n}}\n"}


def java(line: str) -> dict[str, str]:
    head = "import org.springframework.boot.autoconfigure.SpringBootApplication;\n@SpringBootApplication\n"
    return {"pom.xml": POM, "src/main/java/A.java": f"{head}class A {{ void f() {{\n{line}\n}} }}\n"}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (rust('info!(user = %name, token = %token, "signed in");'), True),
        (rust('println!("{password:?}");'), True),
        (rust('println!(\n        "a, \\"b\\" {}", // with the rest\n        self.password,\n    );'), True),
        (rust('println!(r#"{} "{{password}}""#, name);'), False),
        (rust('println!("{{password}} {}", name); /* password */'), False),
        (rust('println!("{}", f(a, password.len()));'), False),
        (rust('// println!("{}", password);'), False),
        (java("log\n  .info(\n    user.getPassword());"), True),
        (java('System.out.println("p " + password);'), True),
        (java('String s = "log.info(password)"; // log.info(password)'), False),
        (java('catalogue.information(password); logs.put("x", password);'), False),
    ],
)
def test_credentials_in_logs(repo: Repo, files: dict[str, str], found: bool) -> None:
    assert bool(list(logged_credentials(repo(files)))) is found


@pytest.mark.parametrize(
    ("annotation", "verbs"),
    [
        ('@RequestMapping(value = "/a", method = RequestMethod.POST)', ["POST"]),
        ('@RequestMapping(method = {\n  RequestMethod.GET,\n  RequestMethod.PUT }, value = "/a")', ["GET", "PUT"]),
        ('@RequestMapping(value = "/a", method = DELETE)', ["DELETE"]),
        ('@RequestMapping(value = "/a", produces = "RequestMethod.GET" /* method = POST */)', ["ANY"]),
        ('@RequestMapping("/a")', ["ANY"]),
    ],
)
def test_verbs_of_a_request_mapping(repo: Repo, annotation: str, verbs: list[str]) -> None:
    code = f"@RestController\nclass A {{\n  {annotation}\n  String a() {{ return null; }}\n}}\n"
    assert sorted(verb for route in repo({"pom.xml": POM, "src/main/java/A.java": code}).routes for verb in route.methods) == verbs


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("a.go", "package a\nvar q = fmt.Sprintf(\n\t\"SELECT a FROM b WHERE c = '%s'\", c)\n", 1),
        ("A.java", "class A { void f() { q(\"SELECT a FROM b WHERE c = '%s'\"\n  .formatted(c)); } }\n", 1),
        ("a.js", "db.query('SELECT a FROM b WHERE c = ' + f(x, 'to escape'))\n", 1),
        ("a.js", "db.query('SELECT a FROM b WHERE c = ' + f(x /* escape */))\n", 1),
        ("a.js", "db.query('SELECT a FROM b WHERE c = ' + db.escape(x))\n", 0),
        ("a.js", "db.query('SELECT a FROM b WHERE c IN (' + ids.map(() => '?').join() + ')')\n", 0),
    ],
)
def test_statements(repo: Repo, language: str, text: str, count: int) -> None:
    assert len(list(unsafe_sql(repo({language: text})))) == count


@pytest.mark.parametrize(
    ("body", "limited"),
    [
        ("['model' => 'gpt-4o-mini', 'max_tokens' => 100]", True),
        ("['model' => 'gpt-4o-mini', 'maxTokens' => 100]", True),
        ("['model' => 'gpt-4o-mini'] // max_tokens is for later\n", False),
        ("['model' => 'gpt-4o-mini', 'note' => 'say no max_tokens']", False),
    ],
)
def test_limits_of_a_model(repo: Repo, body: str, limited: bool) -> None:
    text = f"<?php\n$a = ask('https://api.openai.com/v1/chat/completions',\n {body});\n"
    assert [call.max_tokens for call in othermodels.model_calls(repo({"a.php": text}))] == [limited]


def test_a_key_added_to_an_address(repo: Repo) -> None:
    key = "9f86d081884c7d65" + "9a2feaa0c55ad015"
    files = {
        "a.js": f'const u =\n  "https://api.example.com/v1?q=1&apikey=" +\n  "{key}"\n',
        "b.js": f'const u = "https://api.example.com/v1"\nconst s = \'x=" + "{key}\'\n',
        "package.json": json.dumps({"name": "a"}),
    }
    assert [(n.location.path, n.location.line) for n in assembled(repo(files))] == [("a.js", 3)]
