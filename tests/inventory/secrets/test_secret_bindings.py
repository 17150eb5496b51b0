"""How languages and formats bind a name to a secret, each with the same shape beside it that binds none; and what is a note at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.secrets.names import NameKind, classify
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from prodify.inventory.secrets import Scanner

MARKS = {
    "@V": make("{b62*32}", 7),
    "@P": make("k{b62*6}{dig*3}R", 4),
    "@H": make("{hex*32}", 3),
    "@D": "kai" + "ser9",
}
"""A drawn value, a password, a hexadecimal value and a word with a number, so that no line below holds a secret."""

BOUND = {
    "bash, appended": ("ci.yml", "run: |\n  TOKEN+='@V'", "run: |\n  TOKEN+='$PART'"),
    "basic": ("a.vb", 'Dim password As String = "@P"', 'Dim label As String = "Password"'),
    "r": ("a.R", 'password <- "@P"', 'password <- Sys.getenv("PW")'),
    "scala, map": ("a.scala", 'Map("password" -> "@P")', 'Map("password" -> settings.password)'),
    "c, array": ("a.c", 'char passwd[] = "@P";', "char passwd[64];"),
    "c#, property": ("a.cs", 'public string Password { get; set; } = "@P";', 'public string Password { get; set; } = "";'),
    "rust, lifetime": ("a.rs", "const TOKEN: &'static str = \"@V\";", "const TOKEN: &'static str = env!(\"T\");"),
    "rspec": ("a_spec.rb", "let(:api_token) { '@V' }", "let(:api_token) { build(:token) }"),
    "rspec, stub": ("a_spec.rb", "allow(x).to receive(:token) { '@H' }", "allow(x).to receive(:token) { user.token }"),
    "groovy": ("build.gradle", "credentials {\n  password '@P'\n}", "credentials {\n  password project.deployPassword\n}"),
    "groovy, signing": ("build.gradle", 'release { storePassword "@P" }', 'release { storePassword System.getenv("P") }'),
    "clojure": ("a.clj", '{:password "@P"}', "{:password (env :password)}"),
    "xml, entry": ("a.xml", '<entry key="password">@P</entry>', '<entry key="password">${password}</entry>'),
    "xml, prop": ("a.xml", '<prop key="hibernate.connection.password">@P</prop>', '<prop key="hibernate.connection.password"></prop>'),
    "xml, nested value": ("a.xml", '<property name="password"><value>@P</value>', '<property name="password"><value>${p}</value>'),
    "xml, android": ("strings.xml", '<string name="api_secret">@V</string>', '<string name="forgot_password">Forgot?</string>'),
    "plist": ("a.plist", "<key>apiPassword</key>\n<string>@P</string>", "<key>apiPassword</key>\n<string>$(PW)</string>"),
    "servlet": (
        "web.xml",
        "<param-name>dbPassword</param-name>\n<param-value>@P</param-value>",
        "<param-name>dbPassword</param-name>\n<param-value>${db}</param-value>",
    ),
    "flow mapping": ("a.yml", "  - { user: app, password: @P }", "  - { user: app, password: $PW }"),
    "java, apache": ("A.java", 'new UsernamePasswordCredentials("app", "@P");', 'new UsernamePasswordCredentials("app", pw);'),
    "java, net": ("A.java", 'new PasswordAuthentication("app", "@P".toCharArray());', 'new PasswordAuthentication("app", pw());'),
    "go, url": ("a.go", 'u.User = url.UserPassword("app", "@P")', 'u.User = url.UserPassword("app", pw)'),
    "python, requests": ("a.py", "requests.get(u, auth=('app', '@P'))", "requests.get(u, auth=('app', pw))"),
    "supertest": ("a.js", "request(app).get('/').auth('app', '@P')", "request(app).get('/').auth('app', pw)"),
    "perl": ("a.pl", "DBI->connect('dbi:mysql:x', 'app', '@P');", "DBI->connect('dbi:mysql:x', 'app', $pw);"),
    "named after what is decoded": ("a.py", "secret_hex = '@H'", "secret_hex = secret.hex()"),
    "names grown together": ("a.sh", 'mysqlrootpwd="@P"', 'oldpwd="@P"'),
    "names of stores": ("a.sh", "keytool -storepass @P -alias x", "keytool -storepass $PW -alias x"),
    "key grown together": ("a.py", "AUTHKEY = '@V'", "HOTKEY = 'Ctrl+Shift+P12'"),
}  # fmt: skip


def filled(text: str) -> str:
    for mark, value in MARKS.items():
        text = text.replace(mark, value)
    return f"{text}\n"


@pytest.mark.parametrize("case", BOUND)
def test_found(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text, _ = BOUND[case]
    data = filled(text).encode()
    assert len(scanner.scan(path, data)[0]) == 1, case
    assert scanner.scan(path, data) == fallback.scan(path, data)


@pytest.mark.parametrize("case", BOUND)
def test_left(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, _, text = BOUND[case]
    data = filled(text).encode()
    assert scanner.scan(path, data) == ([], frozenset()), case
    assert fallback.scan(path, data) == ([], frozenset())


NOTES = {
    "typed a second time": ("a.py", "form = {'password_confirmation': '@P'}", "form = {'password_confirmation': password}"),
    "some key": ("a.yml", "docker_repokey: '@H'", "docker_repokey: '{{ repokey }}'"),
    "behind a constructor": ("A.java", 'Value password = new Sensitive("@P");', 'Value password = new Sensitive("");'),
    "in a comment without quotes": ("a.go", "// user=app,password=@D,db=0", "// user=app,password=secret,db=0"),
    "comment of a script": ("a.sql", "-- Password: @D", "-- Password: ask"),
    "constant that is a number": ("a.go", "// PASSWORD=@D", "SET_PASSWORD = 0x7f1"),
    "in a sentence": ("docs/a.md", "log in (password: @P)", "log in (password: yours)"),
    "plain, with a number, in a document": ("docs/a.md", "- ADMIN_PASSWD=boss1" + "2", "- ADMIN_PASSWD=test1" + "2"),
    "template that is copied": (".env.example", "SHOP_PASSWORD=orders-db", "SHOP_PASSWORD=postgres\nPW_PASSWORD=your-password"),
    "words in settings": ("a.yml", "password: orders-db-password", "password: orders_password_file_path.txt"),
    "dollar at the end": ("a.js", "var password = '12" + "345678Aa$'", "var password = '^[a-z]+$'"),
    "two alphabets": ("a.py", "pwd = 'harb\N{LATIN SMALL LETTER SCHWA}r'", "pwd = 'contrase\N{LATIN SMALL LETTER N WITH TILDE}a'"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTES)
def test_a_note(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text, nothing = NOTES[case]
    data = filled(text).encode()
    assert [hit.level for hit in scanner.scan(path, data)[0]] == ["note"], case
    assert scanner.scan(path, data) == fallback.scan(path, data)
    assert scanner.scan(path, filled(nothing).encode())[0] == [], case


def test_the_default_of_a_service_in_the_settings_of_a_test_is_a_note(scanner: Scanner) -> None:
    for value, levels in (("guest", ["note"]), ("test", []), ("pass", [])):
        assert [h.level for h in scanner.scan("spec/config.yml", f"password: {value}\n".encode(), Role.TEST)[0]] == levels


def test_an_argument_of_a_call_is_no_value_of_the_name_before_it(scanner: Scanner) -> None:
    assert scanner.scan("a.ts", b"return { password: hash.toString('ascii') + salt }\n")[0] == []
    assert scanner.scan("a.ts", b"return { password: Passwords.hashSync('654" + b"3217') }\n")[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password_confirmation", NameKind.PASSWORD),
        ("confirmation", None),
        ("mysqlrootpwd", NameKind.PASSWORD),
        ("OLDPWD", None),
        ("authkey", NameKind.TOKEN),
        ("repokey", NameKind.KEY),
        ("monkey", None),
        ("publickey", None),
        ("token_bytes", NameKind.TOKEN),
    ],
)
def test_names(name: str, kind: NameKind | None) -> None:
    assert classify(name) is kind
