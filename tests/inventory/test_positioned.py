"""Passwords by position. No literal here is one of anybody's."""

from __future__ import annotations

import pytest

from prodify.inventory.polyglot.positioned import handed_over

from .conftest import Repo

PW = "Tr0ub4dor" + "&3xq"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.php", '<p>it\'s</p><?php\n$c = mysqli_connect(\n  "localhost",\n  "root",\n  "{}"\n);\n'),
        ("a.php", "<?php\n$c = new PDO($dsn,\n 'root', /* a comma, */\n\n '{}');\n"),
        ("A.java", 'class A {{ Object c = DriverManager.getConnection(\n  url("a,b"),\n  "app",\n\n "{}"); }}\n'),
        ("A.java", 'class A {{ Object c = new PasswordAuthentication("a",\n  \n "{}".toCharArray()); }}\n'),
        ("A.kt", 'val c = DriverManager.getConnection(url, "app",\n\n "{}")\n'),
        ("a.rb", "PG.connect('h', 5432, nil, nil,\n 'db',\n 'app', '{}')\n"),
        ("a.rb", "Net::SSH.start 'h',\n 'app',\n '{}'\n"),
        ("a.go", 'package a\nvar a = smtp.PlainAuth("", user(1, 2),\n\n\t"{}", host)\n'),
        ("a.rs", 'fn f() {{ let c = Credentials::new(user(),\n\n "{}".to_string()); }}\n'),
        ("a.rs", 'fn f() {{ let c = client.get(url).basic_auth(user(),\n\n Some("{}")); }}\n'),
        ("A.cs", 'class A {{ object c = new NetworkCredential("a",\n\n "{}"); }}\n'),
        ("a.py", 'import smtplib\nserver.login(\n    "a@example.org",\n    "{}",\n)\n'),
        ("a.js", 'const s = new Sequelize("db",\n "root",\n\n "{}", {{ dialect: "mysql" }})\n'),
        ("a.ts", 'const s: Sequelize = new Sequelize(\n  "db",\n  "root",\n  "{}",\n)\n'),
    ],
)
@pytest.mark.parametrize(
    ("said", "found"),
    [(PW, True), ("your_password", False), ("${DB_PASSWORD}", False), ("", False), ("<password>", False)],
)
def test_a_password_by_position(repo: Repo, path: str, text: str, said: str, found: bool) -> None:
    place = text.format(said).split(said)[0] if said else ""
    places = [note.location.line for note in handed_over(repo({path: text.format(said)}))]
    assert places == ([place.count("\n") + 1] if found else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_a.py", f'server.login("a", "{PW}")\n'),
        ("a.py", f'# server.login("a", "{PW}")\ns = \'server.login("a", "{PW}")\'\n'),
        ("a.py", 'server.login("a", f"{secret}")\nserver.login(user, password)\nserver.login(password="x", user="b")\n'),
        (
            "a.php",
            '<?php\n$c = mysqli_connect("localhost", "root", "a$pass");\n$c = mysqli_connect("h", "root", getenv("DB_PASSWORD"));\n',
        ),
        ("a.rb", f"PG.connect(host: 'h', dbname: '{PW}')\nPG.connect('h', 5432, nil, nil, 'db', '{PW}')\n"),
        ("a.js", f"const s = new Sequelize('db', 'root', `${{process.env.PW}}`)\nconst t = new Sequelize('mysql://h/{PW}')\n"),
    ],
)
def test_what_is_no_password(repo: Repo, path: str, text: str) -> None:
    assert list(handed_over(repo({path: text}))) == []
