"""Secrets in commands, manifests and structures, and their neighbours that are none."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from prodify.inventory.secrets import Scanner

VALUE = make("{b62*32}", 5)
PASSWORD = make("k{b62*6}#{dig*3}R", 3)
UUID = make("{hex*8}-{hex*4}-4{hex*3}-a{hex*3}-{hex*12}")
WEB_KEY = make("{b64u*42}0", 2)


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def manifest(entry: str, kind: str = "Secret") -> str:
    return f"apiVersion: v1\nkind: {kind}\ndata:\n  # what the service needs\n  {entry}\n"


FOUND = {
    "curl, quoted user": ("run.sh", f"curl -u 'bob:{PASSWORD}' https://api.acme.io", "curl-password"),
    "curl, password quoted apart": ("run.sh", f"curl --user bob:'{PASSWORD}' https://api.acme.io", "curl-password"),
    "curl, no user": ("run.sh", f'curl -u ":{PASSWORD}" https://api.acme.io', "curl-password"),
    "curl, token as the user": ("run.sh", f'curl -u "{VALUE}:" https://api.acme.io', "curl-password"),
    "curl over lines": ("run.sh", f"curl -X POST https://api.acme.io \\\n  --data a=b \\\n  -u bob:{PASSWORD}", "curl-password"),
    "curl, key in a header": ("run.sh", f'curl -H "X-Api-Key: {UUID}" https://api.acme.io', "curl-header"),
    "curl, second header": ("run.sh", f'curl -H "Accept: a/b; c=d" -H "Token: {VALUE[:14]}7" https://api.acme.io', "curl-header"),
    "sql": ("init.sql", f"CREATE USER app IDENTIFIED BY '{PASSWORD}';", "sql-password"),
    "sql of postgres": ("init.sql", f"ALTER ROLE app WITH LOGIN PASSWORD '{PASSWORD}';", "sql-password"),
    "powershell": ("a.ps1", f"$s = ConvertTo-SecureString '{PASSWORD}' -AsPlainText -Force", "sql-password"),
    "manifest, bytes": ("k8s/a.yaml", manifest(f"password: {b64(bytes(range(128, 224, 3)))}"), "manifest-secret"),
    "manifest, lower case": ("k8s/a.yaml", manifest(f"extra: {b64('admin:' + PASSWORD)}", "secret"), "manifest-secret"),
    "manifest, kind last": ("k8s/a.yaml", f"apiVersion: v1\ndata:\n  extra: {b64('k:' + PASSWORD)}\nkind: Secret", "manifest-secret"),
    "manifest, block scalar": (
        "k8s/a.yaml",
        manifest(".dockercfg: |\n    " + b64(json.dumps({"auths": {"r.acme.io": {"auth": "b3BlbnNl"}}}))),
        "manifest-secret",
    ),
    "json web key": ("a.js", f"const key = {{ kty: 'EC', crv: 'P-256', x: 'abc',\n  d: '{WEB_KEY}' }}", "json-web-key"),
    "json in a string": ("a.json", '{"Apitoken": "{\\"name\\":\\"root\\",\\"sig\\":\\"' + VALUE + '\\"}"}', "token"),
    "nested yaml": ("a.yml", f"test:\n  api_token: '{VALUE}'", "token"),
    "two arguments": ("a.rb", f"property_set(:auth0, :client_secret, '{VALUE}')", "token"),
    "wrapped": ("a.go", f'r := Remove{{Token: String("{VALUE}")}}', "token"),
    "several assignments on a line": ("a.yml", f"- DB_USER=root DB_PASSWORD={PASSWORD} DB_HOST=db", "password"),
    "form": ("a.conf", f"body = version=1&auth_token={VALUE}&page=2", "key-in-url"),
    "document": ("docs/a.md", "```\nADMIN_PASSWORD=Wintertime" + "1\n```", "password"),
    "openssh": (
        "id",
        "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nb3BlbnNzaC1rZXktdjE" + "A" * 12 + make("{b64*70}\n{b64*70}\n{b64*70}\n"),
        "private-key",
    ),
    "vendor's key that counts up": ("a.sh", "SNYK_TOKEN=" + "12345678-ABCD-EFAB-CDEF-" + "1234567890AB", "snyk-token"),
}


@pytest.mark.parametrize("case", FOUND)
def test_found(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text, rule = FOUND[case]
    assert [h.rule for h in scanner.scan(path, text.encode())[0]] == [rule]
    assert scanner.scan(path, text.encode()) == fallback.scan(path, text.encode())


LEFT = {
    "curl, variables": ("run.sh", 'curl -u "${USER}":"${PASSWORD}" a; curl -u $A:$B c; curl --user "$1:$2" d'),
    "curl, placeholders": ("run.sh", "curl -u user:password a\ncurl -u <user:password> b\ncurl -u ACCOUNT_SID:AUTH_TOKEN c"),
    "curl, another command": ("run.sh", f"curl https://api.acme.io\nprintf -u bob:{PASSWORD}"),
    "curl, header without a key": ("run.sh", f'curl -H "Content-Type: {VALUE}" -H "Authorization: Bearer $TOKEN" -H "Token: <token>"'),
    "sql, bound": ("init.sql", "CREATE USER app IDENTIFIED BY :password; ALTER USER app IDENTIFIED BY '${PW}'"),
    "sql, prose": ("docs/a.md", "The user is identified by the password that the role has."),
    "secure string": ("a.ps1", "ConvertTo-SecureString $env:PW -AsPlainText; ConvertTo-SecureString -Key 1"),
    "manifest, other kind": ("k8s/a.yaml", manifest(f"extra: {b64('admin:' + PASSWORD)}", "SecretStore")),
    "manifest, certificate": ("k8s/a.yaml", manifest("ca.crt: " + b64("-----BEGIN CERTIFICATE-----\nMIIB\n"))),
    "manifest, user": ("k8s/a.yaml", manifest("username: " + b64("application"))),
    "public json web key": ("a.js", f"const key = {{ kty: 'EC', x: '{WEB_KEY}', y: '{WEB_KEY}' }}"),
    "form token": ("a.html", f'<input name="authenticity_token" value="{VALUE}">'),
    "words": ("a.go", 'token := "access-token-123"; clientSecret := "someRandomBINARYKEY"; apiKey := "base64EncodedKey"'),
    "label": ("a.ts", 'passwordLabel:"Password:",rememberMeLabel:"Remember me:"'),
    "marks": ("a.cfg", 'password = "###DB_PASSWORD###"\ndb_password = "%RANDOM%@%RANDOM%"'),
    "keyword arguments": ("a.py", "connect(user=user, password=password, database=database)"),
    "counting": ("a.conf", "licenseKey=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6"),
    "aws secret of another length": ("a.conf", f"AWS_SECRET_ACCESS_KEY={make('{hex*42}')}"),
    "example of a vendor": ("a.md", "curl https://slack.com/api/auth.test?token=xoxp-TOKEN_HERE&pretty=1"),
}


@pytest.mark.parametrize("case", LEFT)
def test_left_alone(case: str, scanner: Scanner) -> None:
    path, text = LEFT[case]
    assert [(h.rule, h.name) for h in scanner.scan(path, text.encode())[0]] == [], case


def test_a_key_that_its_vendor_publishes_is_no_leak(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    from hashlib import sha256

    from prodify.inventory.secrets import published

    text = make("AIzaSy|{b64u*32}Q")
    assert [h.rule for h in scanner.scan("a.py", f"K = '{text}'".encode())[0]] == ["google-api-key"]
    monkeypatch.setattr(published, "_DIGESTS", {sha256(text.encode()).hexdigest()[:12]})
    assert scanner.scan("a.py", f"K = '{text}'".encode())[0] == []


def test_what_is_trivial_in_a_test_is_no_finding(scanner: Scanner) -> None:
    def levels(value: str, role: Role) -> list[str]:
        return [h.level for h in scanner.scan("x.py", f"DB_PASSWORD = '{value}'\n".encode(), role)[0]]

    for value in ("test", "admin" + "123", "password" + "1", "test-password", "123456"):
        assert levels(value, Role.TEST) == []
    assert levels("admin" + "123", Role.PRODUCTION) == ["warning"]
    assert levels("letmein" + "123", Role.TEST) == ["note"]
    assert levels(PASSWORD, Role.TEST) == ["note"]
