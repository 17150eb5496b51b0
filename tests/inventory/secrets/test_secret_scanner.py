"""The scanner as a whole: hostile input, allow marks, roles, redaction, fingerprints, keywords, whole trees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.secrets import Scanner, parallel
from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RANDOM = make("{b62*32}")
LINE = f'API_KEY = "{RANDOM}"\n'
STRIPE = make("sk_live_|{b62*24}")


def rules(scanner: Scanner, path: str, text: str | bytes, role: Role = Role.PRODUCTION) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [h.rule for h in scanner.scan(path, data, role)[0]]


def test_keywords_come_from_the_same_pass(cache_dir: Path) -> None:
    scanner = Scanner([b"requests.get", b"Flask(", b"a.b+c", "größe".encode()], cache_dir)
    found = scanner.scan("a.py", b"requests.get(1)\nrequests.get(2)\nflask(\na.b+c\naxb+c\n")[1]
    assert found == {b"requests.get", b"a.b+c"}
    assert scanner.scan("a.py", b"requestsXget aXbbc")[1] == frozenset()
    assert scanner.scan("a.py", "x = größe".encode())[1] == {"größe".encode()}


def test_keywords_of_the_fallback_are_the_same(cache_dir: Path) -> None:
    words = [b"import os", b"app.run(", b"\\d"]
    data = b"import os\nApp.run(\n\\d\n"
    assert (
        Scanner(words, cache_dir).scan("a.py", data)[1]
        == Scanner(words, force_fallback=True).scan("a.py", data)[1]
        == {b"import os", b"\\d"}
    )


@pytest.mark.parametrize(
    "mark", ["# gitleaks:allow", "# pragma: allowlist secret", "// pragma: allowlist secret", "# PRAGMA: allowlist  secret"]
)
def test_inline_marks(mark: str, scanner: Scanner) -> None:
    assert rules(scanner, "a.py", LINE) == ["token"]
    assert rules(scanner, "a.py", LINE.rstrip() + f"  {mark}\n") == []


def test_mark_for_the_next_line_holds_for_that_line_alone(scanner: Scanner) -> None:
    assert rules(scanner, "a.py", "# pragma: allowlist nextline secret\n" + LINE) == []
    assert rules(scanner, "a.py", "# pragma: allowlist nextline secret\nx = 1\n" + LINE) == ["token"]


def test_gitleaksignore_holds_by_path_and_line(scanner: Scanner) -> None:
    files = {
        "src/a.py": LINE + LINE,
        ".gitleaksignore": "# old\nsrc/a.py:generic-api-key:1\n" + "a" * 40 + ":src/a.py:generic-api-key:2\nnonsense\n",
    }
    results = scanner.scan_many((path, text.encode, Role.PRODUCTION) for path, text in files.items())
    assert [h.location.line for h in results["src/a.py"][0]] == [2]


def test_levels_by_role_and_place(scanner: Scanner) -> None:
    def level(path: str, text: str, role: Role) -> str:
        return scanner.scan(path, text.encode(), role)[0][0].level

    assert level("README.md", f"key {STRIPE}\n", Role.DOCS) == "error"
    assert level("docs/setup.md", f"key {STRIPE}\n", Role.DOCS) == "note"
    assert level("tests/test_a.py", f"K = '{STRIPE}'\n", Role.TEST) == "note"
    assert level("tests/.env", f"STRIPE_KEY={STRIPE}\n", Role.TEST) == "error"
    assert level(".env.example", f"STRIPE_KEY={STRIPE}\n", Role.EXAMPLE) == "error"
    google = make("AIzaSy|{b64u*32}Q")
    assert level("server.py", f"KEY = '{google}'\n", Role.PRODUCTION) == "error"
    assert level("Map.tsx", f"const k = '{google}'\n", Role.PRODUCTION) == "warning"
    assert level("firebase.js", f"apiKey: '{google}',\nauthDomain: 'x.firebaseapp.com'\n", Role.PRODUCTION) == "note"


def test_what_stands_in_other_peoples_code_is_a_note(scanner: Scanner) -> None:
    text = f'password = "Tr0ub4dor&3x"\nkey = "{STRIPE}"\n'
    hits = scanner.scan("node_modules/x/index.js", text.encode(), Role.VENDORED)[0]
    assert [(h.rule, h.level) for h in hits] == [("password", "note"), ("stripe-secret-key", "note")]
    assert scanner.scan("vendor/x/.env", b"DB_PASSWORD=Tr0ub4dor3x\n", Role.VENDORED)[0] == []
    assert rules(scanner, "package-lock.json", text) == ["stripe-secret-key"]


def test_env_files_and_their_templates(scanner: Scanner) -> None:
    text = f"DB_PASSWORD=Tr0ub4dor&3x\nSOME_SERVICE={make('{b62*40}')}\n"
    text += f"export JWT_SECRET='abc-def-12'\nPORT=8000\nBUILD_SHA={make('{hex*40}')}\n"
    for name in (".env", ".env.local", ".env.production", "prod.env", "config/.env"):
        hits = scanner.scan(name, text.encode())[0]
        assert [h.name for h in hits] == ["DB_PASSWORD", "SOME_SERVICE", "JWT_SECRET"], name
        assert {h.form for h in hits} == {"env-file"}
    for name in (".env.example", ".env.sample", ".env.template", ".env.dist", "example.env"):
        assert "env-file" not in {h.form for h in scanner.scan(name, text.encode())[0]}, name


def test_kubernetes_secrets_are_decoded(scanner: Scanner) -> None:
    import base64

    def manifest(section: str, value: str) -> str:
        return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n{section}:\n  username: {value}\n  password: {value}\n"

    plain = "Tr0ub4dor" + "-3x!"
    encoded = base64.b64encode(plain.encode()).decode()
    for text in (manifest("data", encoded), manifest("stringData", plain)):
        hits = scanner.scan("k8s/secret.yaml", text.encode())[0]
        assert [(h.name, h.form, h.location.line) for h in hits] == [("password", "manifest", 7)]
    assert scanner.scan("k8s/secret.yaml", manifest("data", base64.b64encode(b"changeit-please-${X}").decode()).encode())[0] == []


def test_whole_file_secrets(scanner: Scanner) -> None:
    assert rules(scanner, "config/master.key", make("{hex*32}") + "\n") == ["rails-master-key"]
    assert rules(scanner, "src/other.key", make("{hex*32}") + "\n") == []
    assert rules(scanner, "home/.pgpass", "#host\ndb.corp.net:5432:app:bob:Tr0ub4dor\n") == ["pgpass"]


def test_a_private_key_is_one_hit_over_its_lines(scanner: Scanner) -> None:
    begin, end = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"
    body = "\n".join(make("{b64*64}", n) for n in range(6))
    (hit,) = scanner.scan("id_rsa", f"# mine\n{begin}\n{body}\n{end}\n".encode())[0]
    assert (hit.category, hit.location.line, hit.level) == ("private-key", 2, "error")
    assert hit.location.end_line is not None and hit.location.end_line > 6
    assert rules(scanner, "doc.md", f"{begin}\n...\n{end}\n") == []


def test_no_value_in_any_field(scanner: Scanner) -> None:
    for value, text in (
        (RANDOM, LINE),
        ("Tr0ub4dor", 'password = "Tr0ub4dor"\n'),
        ("hunter22", "url = 'postgres://bob:hunter22@db.corp.net/x'\n"),
    ):
        (hit,) = scanner.scan("a.py", text.encode())[0]
        assert value not in repr(hit) and value[:5] not in repr(hit)


def test_a_name_that_is_a_secret_is_not_kept(scanner: Scanner) -> None:
    first, second = make("ghp_|{crc62*30}"), make("sk_live_|{b62*24}")
    for text in (f"{first}:{second}\n", f"{second} = '{first}'\n", f"{RANDOM}={second}\n"):
        hits = scanner.scan("a.yml", text.encode())[0]
        assert hits
        assert all(value[:8] not in repr(h) for h in hits for value in (first, second, RANDOM))


def test_fingerprints_survive_moves_and_do_not_allow_guessing(scanner: Scanner) -> None:
    def fingerprint(path: str, text: str) -> str:
        (hit,) = scanner.scan(path, text.encode())[0]
        return hit.fingerprint

    assert fingerprint("a.py", LINE) == fingerprint("b/c.py", "\n\n" + LINE)
    assert fingerprint("a.py", LINE) != fingerprint("a.py", f'API_KEY = "{make("{b62*32}", 9)}"\n')
    assert fingerprint("a.py", 'DB_PASSWORD = "hunter22"\n') == fingerprint("a.py", 'DB_PASSWORD = "velvet41"\n')
    assert fingerprint("a.py", 'DB_PASSWORD = "hunter22"\n') != fingerprint("a.py", 'FTP_PASSWORD = "hunter22"\n')


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode("utf-16"),
        lambda t: b"\xef\xbb\xbf" + t.encode(),
        lambda t: b"\xff\xfa\n" + t.encode(),
        lambda t: t.replace("\n", "\r\n").encode(),
    ],
)
def test_encodings(encode: Callable[[str], bytes], scanner: Scanner) -> None:
    assert rules(scanner, "a.py", encode(LINE)) == ["token"]


def test_binary_files_are_left_out(scanner: Scanner) -> None:
    assert scanner.scan("a.bin", b"\x00\x01" + LINE.encode()) == ([], frozenset())


@pytest.mark.parametrize(
    "data",
    [
        b"password = " * 50_000,
        b'password = "' * 50_000,
        b"://a:b@" * 50_000,
        b"{" * 500_000 + b"secret",
        b'api_key="' + b"aB3" * 500_000 + b'"',
        b"eyJ" + b"A" * 500_000,
        b"-----BEGIN PRIVATE KEY-----" * 10_000,
        b"sk_live_" * 50_000,
        b"kind: Secret\ndata:\n" * 5_000,
        ("k: " + RANDOM + " " + "x" * 10 + "\n").encode() * 10_000,
        (LINE * 3_000).encode(),
        b"name: password\nvalue: " * 10_000,
        b'variable "password" {' * 10_000,
        b"password: '" + b"a\\'" * 50_000,
        b'{"""' * 50_000 + b'password = "hunter22"',
    ],
    ids=lambda d: d[:20].decode(),
)
@pytest.mark.parametrize("path", ["a.py", "a.yml"])
def test_hostile_input_takes_linear_time(data: bytes, path: str, scanner: Scanner) -> None:
    start = time.process_time()
    hits, _ = scanner.scan(path, data)
    assert time.process_time() - start < 2.5
    assert len(hits) <= 500


def test_whole_trees_in_two_processes_or_threads_give_the_same_in_the_same_order(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(number: int) -> Callable[[], bytes | None]:
        if number % 7 == 3:
            return lambda: None
        if number % 11 == 5:

            def broken() -> bytes:
                raise PermissionError("no")

            return broken
        return lambda: (f"x = {number}\n" + LINE * (number % 3)).encode()

    items = [(f"src/f{n}.py", load(n), Role.PRODUCTION) for n in range(120)]
    alone = parallel.scan_many(scanner.scan, items, fork_from=1 << 40)
    for forks in (True, False):
        monkeypatch.setattr(parallel, "_may_fork", lambda forks=forks: forks)
        shared = parallel.scan_many(scanner.scan, items, fork_from=100)
        assert list(alone.items()) == list(shared.items())
    assert len(alone) == len([n for n in range(120) if n % 7 != 3 and n % 11 != 5])


def test_what_fails_in_a_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(path: str, _data: bytes, _role: Role) -> str:
        if path == "f77":
            raise ValueError(path)
        return path

    monkeypatch.setattr(parallel, "_may_fork", lambda: False)
    with pytest.raises(ValueError, match="f77"):
        parallel.scan_many(scan, [(f"f{n}", LINE.encode, Role.PRODUCTION) for n in range(90)], fork_from=1)


def test_a_child_that_dies_costs_time_and_no_finding(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    parent = os.getpid()

    def scan(path: str, data: bytes, role: Role) -> tuple[list[object], frozenset[bytes]]:
        if os.getpid() != parent:
            os._exit(7)
        return scanner.scan(path, data, role)  # type: ignore[return-value]

    monkeypatch.setattr(parallel, "_may_fork", lambda: True)
    items = [(f"f{n}.py", LINE.encode, Role.PRODUCTION) for n in range(40)]
    results = parallel.scan_many(scan, items, fork_from=1)
    assert len(results) == 40 and all(len(hits) == 1 for hits, _ in results.values())
