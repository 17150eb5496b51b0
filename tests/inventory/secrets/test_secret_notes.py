"""What may be a secret, found as a note: words as passwords, short tokens, forms, wrapped values; and what is not even that."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from prodify.inventory.secrets import Scanner

SHORT = "k3j9" + "x7q2"
UUID = "123e4567-e89b-12d3-a456-426614174000"
PAIR = base64.b64encode(b"test" + b":pass").decode()

NOTES = {
    "words as a password": ("config.json", '{"password": "sendgrid-pass"}'),
    "two words": ("users.yml", "password: 'uss enterprise'"),
    "word in a document": ("docs/a.md", "password=mynodemanager"),
    "default in a document": ("docs/a.md", "  password: 'change" + "it'"),
    "commented setting": ("application.properties", "#server.ssl.key-store-password=change" + "it"),
    "asserted": ("app.py", "assert config.sudo.password == 'sikrit'"),
    "brackets in a drawn password": ("a.js", "password: 'Qm3df#3DU]p8'"),
    "short token": ("app.py", f"webhook_secret = '{SHORT}'"),
    "uuid as a key": ("app.py", f"api_key = '{UUID}'"),
    "digits as a cipher's key": ("A.java", 'String AES_KEY = "2095132720' + '951327";'),
    "wrapped": ("a.py", f"cipher_key = unhexlify('{make('{hex*64}')}')"),
    "wrapped key": ("a_test.go", f'k := PublicKey{{Key: String("{make("{b62*40}")}")}}'),
    "form": ("A.java", f'body = "oauth_token={SHORT}&oauth_verifier=abc";'),
    "setting in a string": ("A.java", '"sync.nacos.password=na' + 'qosh",'),
    "basic, plain": ("a.js", f"headers: {{ authorization: 'Basic {PAIR}' }}"),
    "curl in a document": ("docs/a.md", 'curl --user "admin:adm' + 'in" https://registry.acme.io'),
    "sql in a document": ("docs/a.md", "SQL> alter user sys identified by Wel" + "come1 container=all;"),
    "single dash": ("docs/a.md", "Invoke-Spray -UserList u.txt -Password Winter" + "2020"),
    "openssl": ("a.sh", "openssl pkcs12 -out a.p12 -password pass:change" + "it"),
    "url with a number": ("a.yml", "zone: http://bob:1234" + "56@peer1:8080/eureka/"),
    "digits in a document": ("docs/a.md", "  password: 121" + "212\n"),
    "uuid as a token in a document": ("docs/a.md", f'"access_token": "{UUID}"'),
    "drawn key in a document": ("docs/a.md", f"  secret-key: {make('{abc*32}', 1)}\n"),
    "oauth verifier": ("a_test.py", f"params = {{'oauth_verifier': '{SHORT}'}}"),
    "html manual": ("docs/a.html", "  password: T0pS3" + "cr3t\n"),
}


@pytest.mark.parametrize("case", NOTES)
def test_a_note(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text = NOTES[case]
    role = Role.DOCS if path.startswith("docs/") else Role.PRODUCTION
    hits = scanner.scan(path, f"{text}\n".encode(), role)[0]
    assert len(hits) == 1, case
    assert case == "openssl" or hits[0].level == "note"
    assert hits == fallback.scan(path, f"{text}\n".encode(), role)[0]


NOTHING = {
    "counted digits in a document": ("docs/a.md", "  password: 123" + "456\n"),
    "uuid of something else in a document": ("docs/a.md", f'"next_token": "{UUID}"'),
    "repeats the name": ("a.py", "password = 'new_password'"),
    "type": ("a.ts", "password: 'string'"),
    "message": ("a.py", "password = 'please enter'"),
    "a call that passes": ("a.test.js", "t.pass('Closed')"),
    "reader": ("a.py", f"token = session.get('{SHORT}')"),
    "encrypted": ("a.py", f"token = decrypt('{SHORT}')"),
    "attribute": ("a.html", "password: formData.password"),
    "variable in a form": ("a.py", 'url = f"/login?password={password}&token={token}"'),
    "keyword arguments": ("a.py", "connect(user=user, password=password_of_user, token=token_of_user)"),
    "prose with a flag": ("docs/a.md", "Use the -password flag or the --password option"),
    "prose about basic": ("docs/a.md", "We use basic authentication with basic credentials."),
    "generic url": ("docs/a.md", "https://user:change" + "me@localhost:9200"),
    "generic comment": ("a.go", "// curl -i -u admin:password http://localhost:8080"),
    "compared": ("a.ts", "if (field.password === 'current') {}"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_not_even_a_note(case: str, scanner: Scanner) -> None:
    path, text = NOTHING[case]
    assert [(h.rule, h.name) for h in scanner.scan(path, f"{text}\n".encode())[0]] == [], case


def test_notes_are_for_the_tree_only(scanner: Scanner) -> None:
    text = f"webhook_secret = '{SHORT}'\n".encode()
    assert scanner.scan("a.py", text, weak=False)[0] == []
    assert not scanner.suspicious(text)


def test_what_a_test_shows_is_a_note(scanner: Scanner) -> None:
    def levels(value: str) -> list[str]:
        return [h.level for h in scanner.scan("x.py", f"DB_PASSWORD = '{value}'\n".encode(), Role.TEST)[0]]

    assert levels("change" + "me") == ["note"]
    assert levels("zhu" + "am") == ["note"]
    assert levels("test") == levels("admin") == levels("123456") == []


def test_settings_by_name_and_value(scanner: Scanner) -> None:
    for text in ("config.get('db_password', '{}')", "define('db_password','{}');", "os.getenv('db_password', '{}')"):
        hits = scanner.scan("a.php", text.format("Tr0ub4" + "dor3x").encode())[0]
        assert [(h.rule, h.name) for h in hits] == [("password", "db_password")], text


def test_the_password_of_a_database_in_memory_is_a_note(scanner: Scanner) -> None:
    text = "spring.datasource.url=jdbc:{}\nspring.datasource.password={}\n"
    value = "Tr0ub4" + "dor3x"
    levels = [
        [h.level for h in scanner.scan("application.properties", text.format(url, value).encode())[0]]
        for url in ("h2:mem:testdb", "postgresql://db.acme.io/app")
    ]
    assert levels == [["note"], ["error"]]


def test_env_files_hold_no_notes(scanner: Scanner) -> None:
    assert scanner.scan(".env", b"ZONE=http://bob:1234" + b"56@peer1:8080/\nTITLE=x\n")[0] == []
