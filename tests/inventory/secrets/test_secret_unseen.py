"""Secrets and look-alikes of repositories in many languages, met when no rule knew them."""

from __future__ import annotations

import pytest

from prodify.inventory.secrets.scanner import Scanner

from .secret_shapes import make

HUMAN = "Tr0ub4dor&9"
DRAWN = make("{hex*32}")
KEYS = 'val key = hex("674673827382")\nval mac = SecretKeySpec(key, "HmacSHA256")\n'
LIST = 'object Names {\n    const val USERNAME = "username"\n    const val PASSWORD = "password"\n}\n'
RUST = '#[cfg(test)]\nmod tests {\n    fn t() {\n        let raw_password = "hunter2secret9";\n    }\n}\n'


@pytest.mark.parametrize(
    ("path", "text", "level"),
    [
        ("resource/prod.yaml", 'DB:\n  PASSWORD: "!Secret1234"\n', "error"),
        ("config/services.php", f"<?php return ['client_secrete' => '{DRAWN}'];\n", "error"),
        ("Api.java", 'private static final String RATES_API_KEY = "7c41e0a9";\n', "error"),
        ("Hash.kt", KEYS, "warning"),
        ("Program.cs", 'var signKey = Encoding.UTF8.GetBytes("orange-tiger-7");\nnew SymmetricSecurityKey(signKey);\n', "warning"),
        ("config.go", 'dsn := "host=localhost user=app password=mysecretpassword dbname=app"\n', "warning"),
        ("config.go", 'dsn := "host=localhost user=postgres password=postgres dbname=app"\n', "note"),
        ("launchSettings.json", '{"env": {"IssuerSigningKey": "OurSuperSecretKey123456789012345@9"}}\n', "warning"),
        ("k8s/app.yaml", f"env:\n  - value: {HUMAN}\n    name: DB_PASSWORD\n", "error"),
        ("task.json", f'[{{"value": "{HUMAN}", "name": "DB_PASSWORD"}}]\n', "error"),
        ("login.rs", 'if user.password == "hunter22" {}\n', "error"),
        ("src/a.rs", RUST.replace("#[cfg(test)]\n", ""), "error"),
        ("src/a.rs", RUST + 'const DB_PASSWORD: &str = "hunter2secret8";\n', "error"),
        ("token.rb", f"JWT.encode payload, '{HUMAN}', 'HS256'\n", "warning"),
        ("mail.go", f'auth := smtp.PlainAuth("", "a@corp.net", "{HUMAN}", "smtp.corp.net")\n', "error"),
        ("mail.go", f'd := gomail.NewDialer("smtp.corp.net", 587, "user", "{HUMAN}")\n', "error"),
        ("call.rs", f'client.get(u).basic_auth("admin", Some("{HUMAN}"))\n', "error"),
        ("Call.java", f'String a = Credentials.basic("admin", "{HUMAN}");\n', "error"),
        ("Mail.cs", f'var c = new NetworkCredential("user", "{HUMAN}", "corp");\n', "error"),
        ("Seed.java", f'user.withUser("u").password(passwordEncoder().encode("{HUMAN}"));\n', "error"),
        ("hibernate.cfg.xml", f'<property name="connection.password">{HUMAN.replace("&", "")}</property>\n', "error"),
        (".env", f"# SECRET_KEY=\nSECRET_KEY={DRAWN}\n", "error"),
    ],
)
def test_found(path: str, text: str, level: str, scanner: Scanner) -> None:
    hits = [hit for hit in scanner.scan(path, text.encode())[0] if hit.level == level]
    assert len(hits) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("env.rs", 'pub const ENV_JWT_SECRET: &str = "JWT_SECRET";\n'),
        ("env.go", 'const JWTSecretEnv = 1\nconst ENV_DB_PASSWORD = "DB_PASSWORD"\n'),
        ("Names.kt", LIST),
        ("auth.rs", 'if user.password == "web3_auth" {}\n'),
        ("clean.rs", "let q = \"DELETE FROM users WHERE password != 'oauth_only'\";\n"),
        ("Form.php", "<?php $rules = ['password' => 'min:8', 'token' => 'size:40'];\n"),
        (".env", "JWT_SECRET_KEY=%kernel.project_dir%/config/jwt/private.pem\n"),
        ("changelog/1.2/issue-7", "Requests of this form are refused:\n\ncurl -u foo/config:attack http://localhost:8000/foo\n"),
        ("src/a.rs", RUST),
        ("src/a.rs", RUST.replace("mod tests {", "#[allow(dead_code)]\nmod tests {")),
        ("config/initializers/devise.rb", f"  # config.secret_key = '{make('{hex*128}')}'\n"),
        ("k8s/app.yaml", "env:\n  - name: A\n    value: Tr0ub4dor-9\n  - name: DB_PASSWORD\n    valueFrom: {}\n"),
        ("k8s/app.yaml", "env:\n  - value: $(DB_PASSWORD)\n    name: DB_PASSWORD\n"),
        ("Cache.cs", 'var cacheKey = Encoding.UTF8.GetBytes("orders:list");\n'),
        ("mail.go", 'auth := smtp.PlainAuth("", user, password, "smtp.corp.net")\n'),
        ("call.rs", 'client.get(u).basic_auth("admin", Some(password))\n'),
        ("Seed.java", 'String coded = passwordEncoder.encode(request.getPassword());\n'),
        ("pom.xml", '<property name="connection.password">${db.password}</property>\n'),
        ("token.rb", "JWT.encode payload, ENV['SECRET'], 'HS256'\n"),
        ("Version.java", 'static final String API_KEY_VERSION = "version2";\n'),
    ],
)
def test_nothing_above_a_note(path: str, text: str, scanner: Scanner) -> None:
    assert [(hit.rule, hit.level) for hit in scanner.scan(path, text.encode())[0] if hit.level != "note"] == []
