"""Where prototypes keep secrets, one case a place, and what only looks like one. Values are drawn, none is written here."""

from __future__ import annotations

import base64

import pytest

from prodify.inventory.secrets import Scanner
from tests.inventory.secrets.secret_shapes import make

VALUE = make("{b62*32}", 5)
PASSWORD = make("k{b62*6}#{dig*3}R", 3)
UUID = make("{hex*8}-{hex*4}-4{hex*3}-a{hex*3}-{hex*12}")
HASH = make("{hex*64}")
ENCODED = base64.b64encode(PASSWORD.encode()).decode()

PLACES = {
    "environ.get default": ("app/a.py", f'TOKEN = os.environ.get("API_TOKEN", "{VALUE}")'),
    "or default": ("src/a.js", f"const apiKey = process.env.API_KEY || '{VALUE}';"),
    "yaml": ("conf/a.yaml", f"db:\n  password: {PASSWORD}"),
    "json": ("conf/a.json", f'{{"api_key": "{VALUE}"}}'),
    "toml": ("conf/a.toml", f'[db]\npassword = "{PASSWORD}"'),
    "ini": ("conf/a.ini", f"[db]\npassword = {PASSWORD}"),
    "terraform default": ("infra/a.tf", f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}'),
    "spring properties": ("src/application.properties", f"spring.datasource.password={PASSWORD}"),
    "connection string of C#": ("appsettings.json", f'{{"Default": "Server=db.acme.io;User Id=app;Password={PASSWORD};"}}'),
    "compose environment": ("docker-compose.yml", f"services:\n  a:\n    environment:\n      API_TOKEN: {VALUE}"),
    "kubernetes secret": ("k8s/a.yaml", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  password: {ENCODED}\n"),
    "notebook": ("a.ipynb", f'{{"cells": [{{"source": ["api_key = \\"{VALUE}\\"\\n"]}}]}}'),
    "markdown": ("docs/a.md", f"```\nexport API_TOKEN={VALUE}\n```"),
    "shell history": ("docs/a.md", f"$ curl -H 'Authorization: Bearer {VALUE}' https://api.acme.io"),
    "connection string": ("app/a.py", f'URL = "postgresql://app:{PASSWORD.replace("#", "")}@db.acme.io/app"'),
    "framework key default": ("app/a.py", 'SECRET_KEY = os.getenv("SECRET_KEY", "dev-secret")'),
    "jwt secret": ("src/a.js", f"jwt.sign(user, '{VALUE}')"),
    "basic auth url": ("app/a.py", f'URL = "https://app:{PASSWORD.replace("#", "")}@api.acme.io/"'),
}
HARMLESS = {
    "placeholder": ("app/a.py", 'API_TOKEN = "your-api-token-here"'),
    "example": ("app/a.py", 'API_TOKEN = "example-token-1234567890"'),
    "repeated": ("app/a.py", f'API_TOKEN = "{"x1" * 12}"'),
    "sequence": ("app/a.py", 'API_TOKEN = "abcdefghijklmnop12345678"'),
    "uuid": ("app/a.py", f'request_id = "{UUID}"'),
    "hash": ("app/a.py", f'sha256_digest = "{HASH}"'),
    "integrity of a lock file": ("package-lock.json", f'{{"integrity": "sha512-{VALUE}=="}}'),
    "publishable key": ("src/a.js", f"const publishableKey = 'pk_live_{VALUE[:24]}';"),
    "jasypt": ("src/application.properties", f"spring.datasource.password=ENC({VALUE})"),
    "ansible vault": ("group_vars/a.yml", f"db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {HASH}"),
    "sops": ("conf/a.yaml", f"password: ENC[AES256_GCM,data:{VALUE},iv:{VALUE},tag:{VALUE},type:str]"),
    "sealed secret": ("k8s/a.yaml", f"kind: SealedSecret\nspec:\n  encryptedData:\n    cert: {VALUE}"),
    "minified": ("static/a.min.js", f'var a={{apiKey:"{VALUE}"}}'),
    "gitleaks:allow": ("app/a.py", f'API_TOKEN = "{VALUE}"  # gitleaks:allow'),
    "allowlist secret": ("app/a.py", f'API_TOKEN = "{VALUE}"  # pragma: allowlist secret'),
}


@pytest.mark.parametrize("place", PLACES)
def test_found_in(place: str, scanner: Scanner) -> None:
    path, text = PLACES[place]
    assert scanner.scan(path, f"{text}\n".encode())[0], place


@pytest.mark.parametrize("case", HARMLESS)
def test_left_alone(case: str, scanner: Scanner) -> None:
    path, text = HARMLESS[case]
    assert [h.rule for h in scanner.scan(path, f"{text}\n".encode())[0]] == [], case
