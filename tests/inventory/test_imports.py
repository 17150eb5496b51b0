"""Imports of every language, read from the syntax tree: what is quoted or commented out imports nothing."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.imports import imports

from .conftest import Repo

CASES = {
    "javascript": (
        "a.js",
        "// import x from 'pg'\nimport {\n  Pool as P,\n} from 'pg';\nconst { Redis: R } = require(\n  'ioredis'\n);\n"
        "export * from \"mysql2\";\n"
        "const s = \"import a from 'sqlite3'\", t = `require('mongodb')`;\nconst m = await import(`mongoose`);\n",
        ("pg", "ioredis", "mysql2", "sqlite3", "mongodb", "mongoose"),
        [("pg", 4), ("ioredis", 6), ("mysql2", 8), ("mongoose", 10)],
    ),
    "go": (
        "a.go",
        'package a\n// import "github.com/lib/pq"\nimport "database/sql"\nimport (\n\t_ `github.com/lib/pq` // the driver\n'
        '\tx "github.com/x/y"\n)\n'
        'var s = "github.com/lib/pq"\nvar list = []string{\n\t"github.com/lib/pq",\n}\n',
        ("github.com/lib/pq", "database/sql"),
        [("database/sql", 3), ("github.com/lib/pq", 5), ("github.com/x/y", 6)],
    ),
    "java": (
        "a.kt",
        "package a\n/*\nimport com.mongodb.Old\n*/\nimport com.mongodb.client.MongoClient as Client\nimport org.x.*\n"
        "val s = \"\"\"\nimport com.mongodb.No\n\"\"\"\n",
        ("com.mongodb",),
        [("com.mongodb.client.MongoClient", 5), ("org.x", 6)],
    ),
    "ruby": (
        "a.rb",
        "# require 'pg'\n=begin\nrequire 'pg'\n=end\nrequire \"redis/client\"\nx.require 'pg'\n"
        "text = <<~T\n  require 'pg'\nT\nrequire('pg') if ENV['A']\n",
        ("pg", "redis"),
        [("redis/client", 5), ("pg", 10)],
    ),
    "rust": (
        "a.rs",
        "// use redis::Client;\nuse {\n    mongodb::Client,\n    redis as cache,\n};\npub(crate) use mysql::{Pool, prelude::*};\n"
        'fn f() { let a = postgres::Client::connect("use sled::x;"); let b: sled::Db = x(); }\n',
        ("redis", "mongodb", "mysql", "postgres", "sled"),
        [("mongodb", 3), ("redis", 4), ("mysql", 6), ("postgres", 7)],
    ),
    "csharp": (
        "a.cs",
        "// using Npgsql;\nglobal using Npgsql;\nusing Cache = StackExchange.Redis.IDatabase;\nusing static System.Math;\n"
        'class A { string s = "using MongoDB.Driver;"; }\n',
        ("Npgsql", "StackExchange.Redis", "MongoDB.Driver"),
        [("Npgsql", 2), ("StackExchange.Redis.IDatabase", 3), ("System.Math", 4)],
    ),
    "php": (
        "a.php",
        "<?php\n# use Predis\\Client;\nuse Predis\\Client as C;\nuse MongoDB\\{Client, Database};\n$s = 'use RdKafka\\Conf;';\n",
        ("Predis", "MongoDB", "RdKafka"),
        [("Predis\\Client", 3), ("MongoDB\\Client", 4), ("MongoDB\\Database", 4)],
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_what_is_imported(repo: Repo, language: str) -> None:
    path, text, names, expected = CASES[language]
    found = [(name, line) for _, name, line in imports(repo({path: text}), language, names)]
    assert [row for row in found if row[0] in dict(expected)] == expected
    assert {name for name, _ in found} == set(dict(expected))


def test_java_itself(repo: Repo) -> None:
    text = "package a;\nimport static org.postgresql.Driver.*;\nimport com.mongodb.MongoClient;\n"
    text += "// import redis.clients.jedis.Jedis;\nclass A {}\n"
    found = list(imports(repo({"A.java": text}), "java", ("org.postgresql", "com.mongodb", "redis.clients.jedis")))
    assert found == [("A.java", "org.postgresql.Driver", 2), ("A.java", "com.mongodb.MongoClient", 3)]


def test_files_without_a_name_are_not_parsed(repo: Repo) -> None:
    made = repo({"a.cs": "class Nested {}\n", "b.js": "const page = 'page';\n"})
    assert list(imports(made, "csharp", ("Nest",))) == list(imports(made, "javascript", ("pg",))) == []
    assert made.syntax._trees == {}


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.go", "package a\n// https://api.openai.com/v1\nvar u = `\nhttps://api.openai.com/v1`\n", 4),
        ("a.php", "<?php /* https://api.openai.com/v1 */ ?><a href='https://api.openai.com/'>x</a>\n"
         "<?php $u = \"https://api.openai.com/$v\";\n", 2),
        ("a.rb", "x = 1 # https://api.openai.com/v1\nu = <<~U\n  https://api.openai.com/v1\nU\n", 3),
        ("A.java", "class A {\n  /* see\n  https://api.openai.com/v1 */\n  String u = \"https://api.openai.com/v1\";\n}\n", 4),
        ("a.cs", "class A {\n  string u = $\"https://api.openai.com/{v}\"; // https://api.anthropic.com/\n}\n", 2),
        ("a.kt", "val u = \"https://api.openai.com/${v}\"\n", 1),
        ("a.rs", "//! https://api.openai.com/\nfn f() { g(format!(\"https://api.openai.com/{}\", v)); }\n", 2),
        ("a.tsx", "const A = () => <p>\n  {/* https://api.openai.com/ */}\n  {ask(`https://api.openai.com/${v}`)}\n</p>;\n", 3),
    ],
)  # fmt: skip
def test_addresses_of_models_stand_in_texts(repo: Repo, path: str, text: str, line: int) -> None:
    (found,) = repo({path: text}).llm_providers
    assert (found.name, found.location.line) == ("openai", line)


def test_an_address_that_a_text_explains_is_not_called(repo: Repo) -> None:
    text = "description <<-TEXT\n  Options:\n  * `base_url` - set it to `http://localhost:11434/v1` for Ollama.\nTEXT\n"
    assert repo({"a.rb": text}).llm_providers == ()
