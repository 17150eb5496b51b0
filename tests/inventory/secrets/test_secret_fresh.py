"""Shapes that repositories nobody had tuned for brought: two true and two false examples of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from prodify.inventory.secrets import Scanner

HUMAN = make("k{low*5}7R{dig*2}", 4)
DRAWN = make("{b62*24}", 9)

FOUND = {
    "value before its name": ("k8s/a.yaml", f"env:\n- value: {HUMAN}\n  name: DB_PASSWORD\n"),
    "value before its name, JSON": ("task.json", f'{{"value": "{DRAWN}", "name": "API_TOKEN"}}\n'),
    "pw": ("a.cf", f"bind_pw = {HUMAN}\n"),
    "pw in an environment": ("compose.yml", f"environment:\n  - LDAP_BIND_PW={HUMAN}\n"),
    "aligned": ("a.rb", f"config.consumer_key       = '{DRAWN}'\n"),
    "aligned, bare": ("a.cfg", f"password                 = {HUMAN}\n"),
    "apostrophe inside": ("a.yml", "password: \"1k's" + '9vQ2x7"\n'),
    "apostrophe inside, code": ("a.go", "c.Password = \"4t's" + 'B1g9rt"\n'),
    "template of settings": ("deploy/values.yml.j2", f"adminPassword: {HUMAN}\n"),
    "sample of settings": ("conf/app.ini.sample", f"password = {HUMAN}\n"),
    "variables of Ansible": ("deploy/group_vars/all", f"db_password: {HUMAN}\n"),
    "variables of a host": ("host_vars/web1", f"db_password: {HUMAN}\n"),
    "directory": ("users.ldif", f"userPassword: {HUMAN}\n"),
    "before a command": (".github/workflows/a.yml", f"  run: |\n    PGPASSWORD={HUMAN} psql -h db\n"),
    "before a command of MySQL": ("a.yml", f"script:\n  - MYSQL_PWD={HUMAN} mysql -h db\n"),
    "arguments of a command": ("A.java", f'run("--keystore-password", "{HUMAN}");\n'),
    "arguments of another": ("a.py", f"call(['--client-secret', '{DRAWN}'])\n"),
    "line end inside": ("a.yml", f'token: "{DRAWN}\\n"\n'),
    "line end inside, password": ("a.yml", f'password: "{HUMAN}\\n"\n'),
    "well-known with a mark": ("a.yml", "sa_password: Pass" + "word!\n"),
    "well-known with a mark, quoted": ("a.yml", 'password: "Pass' + 'word!"\n'),
    "drawn key in a template": ("conf/development.env.example", f"DJANGO_SECRET_KEY={make('{b62*48}')}\n"),
    "commented key in a template": (".env.example", f"# GITHUB_CLIENT_SECRET={make('{hex*40}')}\n"),
    "keyring of somebody": ("a.py", f'user.set_password("{HUMAN}")\n'),
    "keyring of a test": ("a.py", f'account.set_password("{HUMAN}x")\n'),
    "password with a negation inside": ("a.py", f'password = "no{HUMAN}"\n'),
    "password that begins with a longer word": ("a.py", f'password = "shorty{HUMAN}"\n'),
    "Go's driver": ("a.go", f'dsn := "app:{HUMAN}@tcp(db.acme.io:3306)/shop"\n'),
    "Go's driver on this machine": ("a.go", f'dsn := "user:{HUMAN}@tcp(localhost:3306)/shop"\n'),
    "URL in a document": ("docs/a.md", f"curl http://admin:{HUMAN}@localhost:3000/api\n"),
    "URL of another machine": ("docs/a.md", "curl http://ada:adagrace" + "99@db.acme.io:3000/api\n"),
}

LEFT = {
    "value before its name, a reference": ("k8s/a.yaml", "env:\n- value: ${PASSWORD}\n  name: DB_PASSWORD\n"),
    "value before another name": ("k8s/a.yaml", f"env:\n- value: {HUMAN}\n  name: REGION\n"),
    "pw, a reference": ("a.cf", "bind_pw = $BIND_PW\n"),
    "pw, another word": ("a.yml", f"bind_pwm: {HUMAN}\n"),
    "aligned, a label": ("a.rb", "config.consumer_key       = 'consumer_key'\n"),
    "aligned, a reference": ("a.cfg", "password                 = ${PASSWORD}\n"),
    "apostrophe of another literal": ("a.py", "x = {'password': '', 'name': 'k9vQ2x7'}\n"),
    "apostrophe in a sentence": ("a.yml", 'password: "It\'s a sentence of several words"\n'),
    "template that is filled": ("deploy/values.yml.j2", "adminPassword: {{ admin_password }}\n"),
    "sample with a placeholder": ("conf/app.ini.sample", "password = <password>\n"),
    "variables of Ansible, filled": ("deploy/group_vars/all", "db_password: '{{ vault_password }}'\n"),
    "file without an ending": ("deploy/other/all", f"db_password: {HUMAN}\n"),
    "directory, hashed": ("users.ldif", f"userPassword: {{SSHA}}{make('{b64*32}')}\n"),
    "directory, encoded": ("users.ldif", "userPassword: {{ password }}\n"),
    "before a command, a reference": ("a.yml", "script:\n  - PGPASSWORD=$PASSWORD psql -h db\n"),
    "before a command, nothing": ("a.yml", "script:\n  - PGPASSWORD=${PW:?} psql -h db\n"),
    "flags of a command": ("a.py", "add('--password-file', 'password.txt')\n"),
    "flags one after the other": ("a.py", "add('--password', '--user')\n"),
    "line end inside, empty": ("a.yml", 'token: "\\n"\n'),
    "line end inside, words": ("a.yml", 'token: "the words\\n"\n'),
    "label with a mark": ("a.py", "password = 'Password:'\n"),
    "question with a mark": ("a.py", "password = 'Password?'\n"),
    "plain default in a template": (".env.example", "GRAPHITE_PASS=secret\nDB_PASSWORD=postgres\n"),
    "placeholder in a template": (".env.example", "DJANGO_SECRET_KEY=your-secret-key-here\n"),
    "keyring, asked": ("a.py", 'passwd = keyring.get_password("pgcli", key)\n'),
    "keyring, told": ("a.py", 'keyring.set_password("pgcli", key, passwd)\n'),
    "refused in a test": ("a.spec.ts", "  password: 'too short',\n"),
    "refused": ("docs/a.md", "await login({ password: 'wrong' })\n"),
    "Go's driver, its form": ("a.go", "// user:password@tcp(127.0.0.1:3306)/database\n"),
    "Go's driver, its form with a name": ("a.go", 'dsn := "username:pass@tcp(127.0.0.1:3306)/db"\n'),
    "URL to try": ("docs/a.md", "curl http://admin:admin@localhost:3000/api\n"),
    "URL to try by number": ("docs/a.md", "curl http://root:root@127.0.0.1:3000/api\n"),
}


@pytest.mark.parametrize("case", FOUND)
def test_found(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text = FOUND[case]
    hits = scanner.scan(path, text.encode())[0]
    assert len(hits) == 1
    assert hits == fallback.scan(path, text.encode())[0]


@pytest.mark.parametrize("case", LEFT)
def test_left_alone(case: str, scanner: Scanner) -> None:
    path, text = LEFT[case]
    assert [(h.rule, h.name) for h in scanner.scan(path, text.encode())[0]] == [], case


def test_what_a_sample_holds_is_a_note(scanner: Scanner) -> None:
    def levels(path: str) -> list[str]:
        return [h.level for h in scanner.scan(path, f"password = {HUMAN}\n".encode(), Role.PRODUCTION)[0]]

    assert levels("app.ini.example") == levels("app.ini.dist") == ["note"]
    assert levels("app.ini.j2") == ["error"]
