"""The example prototype really runs: a group signs up, gets recommendations, votes, and sees who won, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "where2eat-prototype"
for package in ("flask", "sqlalchemy", "openai", "flask_cors", "dotenv", "requests"):
    pytest.importorskip(package, reason=f"the example needs {package}: pip install -r examples/where2eat-prototype/requirements.txt")

START_SECONDS = 30.0
PLACES = [
    {"name": "Pasta Palace", "formatted_address": "1 Via Roma", "rating": 4.1, "place_id": "p1", "types": ["restaurant"]},
    {"name": "Sushi Corner", "formatted_address": "2 Quay Street", "rating": 4.7, "place_id": "p2", "types": ["restaurant"]},
    {"name": "Taco Tower", "formatted_address": "3 Hill Road", "rating": 3.9, "place_id": "p3", "types": ["restaurant"]},
]
SCORES = {"Pasta Palace": 9, "Sushi Corner": 4, "Taco Tower": 7}


@dataclass
class Upstream:
    """A stand-in for the model provider and the places API, and what the application asked of it."""

    url: str = ""
    completions: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    place_queries: list[dict[str, list[str]]] = field(default_factory=list)


def completion(request: dict[str, Any]) -> dict[str, Any]:
    prompt = request["messages"][-1]["content"]
    name = next(name for name in SCORES if name in prompt)
    message = {"role": "assistant", "content": f"{SCORES[name]}| {name} is a match.", "refusal": None}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": request["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 60, "completion_tokens": 9, "total_tokens": 69},
    }  # fmt: skip


@pytest.fixture(scope="module")
def upstream_server() -> Iterator[Upstream]:
    seen = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            if url.path != "/place/textsearch/json":
                self.answer(404, {"error_message": f"no such path: {url.path}"})
                return
            seen.place_queries.append(urllib.parse.parse_qs(url.query))
            self.answer(200, {"html_attributions": [], "results": PLACES, "status": "OK"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if self.path != "/v1/chat/completions":
                self.answer(404, {"error": {"message": f"no such path: {self.path}"}})
                return
            request = json.loads(body)
            seen.completions.append(request)
            seen.authorizations.append(self.headers.get("Authorization", ""))
            self.answer(200, completion(request))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def upstream(upstream_server: Upstream) -> Upstream:
    """The stand-in with nothing asked of it yet."""
    upstream_server.completions.clear()
    upstream_server.authorizations.clear()
    upstream_server.place_queries.clear()
    return upstream_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_as_postgres(*command: str) -> None:
    """Run a PostgreSQL program; as root, which these programs refuse, through the `postgres` user."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode == 0, f"{command[0]} failed: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    pytest.importorskip("psycopg2", reason="the example application reaches PostgreSQL through psycopg2")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server below /usr/lib/postgresql: apt-get install postgresql")
    programs = found[-1].parent
    # Not below tmp_path: pytest closes its folders to everyone but its own user, and the server runs as another.
    home = Path(tempfile.mkdtemp(prefix="where2eat-postgres-"))
    data, password_file, port = home / "data", home / "password", free_port()
    password_file.write_text("only-for-this-test\n")
    try:
        if os.geteuid() == 0:
            if shutil.which("runuser") is None:
                pytest.skip("running as root without runuser: PostgreSQL refuses to start as root")
            for path in (home, password_file):
                shutil.chown(path, "postgres")
        login = ("--username=where2eat", f"--pwfile={password_file}", "--auth=scram-sha-256")
        run_as_postgres(str(programs / "initdb"), "-D", str(data), *login, "--encoding=UTF8", "--no-sync")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(home / "log")
        run_as_postgres(str(programs / "pg_ctl"), "-D", str(data), "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgresql://where2eat:only-for-this-test@127.0.0.1:{port}/postgres"
        finally:
            run_as_postgres(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'where2eat.db'}"
    return str(request.getfixturevalue("postgres_url"))


def copy_of_the_example(folder: Path) -> Path:
    copy = folder / "where2eat"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "venv", "uploads", "*.db"))
    return copy


def clean_environment(**extra: str) -> dict[str, str]:
    """Only what a process needs to start, so that the settings of whoever runs the tests do not leak in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", **extra}


@contextlib.contextmanager
def flask_run(prototype: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start `flask run` on a free port; yields the base URL."""
    log = prototype.parent / "flask.log"
    with log.open("wb") as output:
        # --no-reload: the .env switches debug mode on, whose reloader would leave a second process behind.
        command = [sys.executable, "-m", "flask", "run", "--no-reload", "--port", "0"]
        process = subprocess.Popen(command, cwd=prototype, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (match := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text())):
            assert process.poll() is None, f"flask run ended at once: {log.read_text()}"
            assert time.monotonic() < deadline, f"flask run did not start in {START_SECONDS} s: {log.read_text()}"
            time.sleep(0.05)
        yield match.group(1)
    finally:
        process.terminate()
        process.wait(timeout=10)


class Browser:
    """One person with cookies. Redirects are followed, errors are answers."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, path: str, data: bytes | None = None, content_type: str = "application/x-www-form-urlencoded") -> tuple[int, str]:
        request = urllib.request.Request(self.base + path, data=data)
        if data is not None:
            request.add_header("Content-Type", content_type)
        try:
            with self.opener.open(request, timeout=30) as response:
                self.headers = response.headers
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def form(self, path: str, **fields: str) -> tuple[int, str]:
        return self.open(path, urllib.parse.urlencode(fields).encode())

    def json(self, path: str, body: dict[str, Any] | None = None) -> Any:
        status, text = self.open(path, None if body is None else json.dumps(body).encode(), "application/json")
        assert status == 200, f"{path}: {status} {text}"
        return json.loads(text)

    def upload(self, path: str, name: str, content: bytes) -> tuple[int, str]:
        head = f'--edge\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        return self.open(path, head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge")


@dataclass
class Site:
    """One run of the application: where it answers and where its files lie. One a database, since a start takes a second or two."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def site(database_url: str, upstream_server: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = copy_of_the_example(tmp_path_factory.mktemp("site"))
    urls = {"OPENAI_BASE_URL": f"{upstream_server.url}/v1", "PLACES_BASE_URL": f"{upstream_server.url}/place"}
    with flask_run(folder, clean_environment(DATABASE_URL=database_url, **urls)) as base:
        yield Site(base, folder)


def sign_up(site: Site, name: str, diet: str = "") -> Browser:
    # A new address each time: the database outlives one test.
    email = f"{name.lower()}-{time.time_ns()}@example.org"
    browser = Browser(site.url)
    status, page = browser.form("/signup", name=name, email=email, password="carbonara", diet=diet)
    assert (status, "Welcome! You can log in now" in page) == (200, True)
    assert browser.form("/signup", name=name, email=email, password="carbonara")[0] == 400
    assert browser.form("/login", email=email, password="wrong")[0] == 401
    status, page = browser.form("/login", email=email, password="carbonara")
    assert (status, f"Hi {name}!" in page) == (200, True)
    return browser


def start_group(browser: Browser, name: str, description: str = "") -> int:
    status, page = browser.form("/groups/new", name=name, city="Genoa", craving="cheap", description=description)
    assert (status, f"<h1>{name}</h1>" in page) == (200, True)
    found = re.search(r"/groups/(\d+)/recommend", page)
    assert found, "the page of the group links to its recommendations"
    return int(found.group(1))


@pytest.mark.servers
def test_a_group_of_friends_decides_where_to_eat(site: Site, upstream: Upstream) -> None:
    ada = sign_up(site, "Ada", diet="vegetarian food")
    group = start_group(ada, "Friday Club")
    bob = sign_up(site, "Bob")
    status, page = bob.open(f"/join/friday-club-{group}")
    assert (status, "Members: Ada, Bob" in page) == (200, True)

    ideas = ada.json(f"/api/groups/{group}/recommend", {"craving": "noodles"})
    assert [(r["name"], r["score"]) for r in ideas] == [("Pasta Palace", 9), ("Taco Tower", 7), ("Sushi Corner", 4)]
    assert ideas[0]["reason"] == "Pasta Palace is a match."
    assert upstream.place_queries[0]["query"] == ["noodles restaurants in Genoa"]
    assert len(upstream.completions) == len(PLACES)
    assert all("Ada eats vegetarian food" in call["messages"][-1]["content"] for call in upstream.completions)

    taco = next(r["id"] for r in ideas if r["name"] == "Taco Tower")
    assert ada.json(f"/api/groups/{group}/vote", {"restaurant_id": ideas[0]["id"]})["ok"] is True
    assert bob.json(f"/api/groups/{group}/vote", {"restaurant_id": taco})["ok"] is True
    assert ada.json(f"/api/groups/{group}/vote", {"restaurant_id": taco})["restaurant_id"] == taco
    results = ada.json(f"/api/groups/{group}/results")
    assert [(r["name"], r["votes"], sorted(r["voters"])) for r in results] == [
        ("Taco Tower", 2, ["Ada", "Bob"]), ("Pasta Palace", 0, []), ("Sushi Corner", 0, []),
    ]  # fmt: skip
    assert "🏆 Taco Tower wins!" in bob.open(f"/groups/{group}/results")[1]

    status, page = ada.open("/search?q=tower")
    assert (status, "Taco Tower" in page, "Sushi Corner" in page) == (200, True, False)

    status, page = ada.upload(f"/restaurants/{taco}/photo", "dinner.png", b"not really a picture")
    assert (status, "/uploads/dinner.png" in page) == (200, True)
    assert (site.folder / "uploads" / "dinner.png").read_bytes() == b"not really a picture"
    assert ada.open("/uploads/dinner.png") == (200, "not really a picture")

    assert [m["name"] for m in bob.json(f"/api/groups/{group}")["members"]] == ["Ada", "Bob"]
    assert "Friday Club" in bob.open("/")[1]
    assert "Log in" in bob.open("/logout")[1]


@pytest.mark.servers
def test_the_pages_for_recommendations_and_errors_answer(site: Site, upstream: Upstream) -> None:
    ada = sign_up(site, "Ada")
    group = start_group(ada, "Lunch")
    status, page = ada.open(f"/groups/{group}/recommend")
    assert status == 200
    assert page.index("Pasta Palace") < page.index("Taco Tower") < page.index("Sushi Corner")
    missing = 10_000_000
    pages = [f"/groups/{missing}", f"/groups/{missing}/recommend", f"/groups/{missing}/results"]
    for path in (*pages, f"/api/groups/{missing}", "/join/nothing"):
        assert ada.open(path)[0] == 404, path
    assert Browser(site.url).open(f"/api/groups/{group}/vote", b"{}", "application/json")[0] == 400
    assert "<h1>Log in</h1>" in Browser(site.url).open("/groups/new")[1]


@pytest.mark.servers
def test_the_weaknesses_of_the_prototype_are_real(site: Site, upstream: Upstream) -> None:
    ada = sign_up(site, "Ada")
    group = start_group(ada, "Open House", description="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in ada.open(f"/groups/{group}")[1]
    assert ada.headers["Access-Control-Allow-Origin"] == "*"

    stranger = Browser(site.url)
    ideas = stranger.json(f"/api/groups/{group}/recommend", {})
    assert len(ideas) == len(PLACES), "anyone spends the owner's money"
    members = stranger.json(f"/api/groups/{group}")["members"]
    assert members[0]["email"].startswith("ada-"), "anyone reads the members' addresses"
    vote = {"restaurant_id": ideas[0]["id"], "user_id": members[0]["id"]}
    assert stranger.json(f"/api/groups/{group}/vote", vote)["ok"] is True, "anyone votes as someone else"

    assert "Pasta Palace" not in stranger.open("/search?q=nothing")[1]
    injected = urllib.parse.quote("nothing' OR '1' LIKE '1")
    assert "Pasta Palace" in stranger.open(f"/search?q={injected}")[1]

    assert [stranger.open(path)[0] for path in ("/health", "/healthz", "/ready")] == [404, 404, 404]
    assert {call["model"] for call in upstream.completions} == {"gpt-3.5-turbo"}
    assert not any("max_tokens" in call or "max_completion_tokens" in call for call in upstream.completions)
    assert all(value.startswith("Bearer sk-proj-") for value in upstream.authorizations), "the key comes from the committed .env"


NO_NETWORK = """
import socket
def refuse(*arguments):
    raise AssertionError("the application opened a connection while it was imported")
socket.socket.connect = socket.getaddrinfo = refuse
import app
print(len(list(app.app.url_map.iter_rules())))
"""


@pytest.mark.parametrize("with_env_file", [True, False])
def test_the_application_imports_without_network_and_settings(tmp_path: Path, with_env_file: bool) -> None:
    prototype = copy_of_the_example(tmp_path)
    if not with_env_file:
        (prototype / ".env").unlink()
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK], cwd=prototype, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 16


def test_the_committed_settings_hold_well_formed_keys() -> None:
    lines = (EXAMPLE / ".env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    google = r"AIza[0-9A-Za-z_-]{35}"
    shapes = {
        "OPENAI_API_KEY": r"sk-proj-[A-Za-z0-9_-]{124}",
        "GOOGLE_PLACES_API_KEY": google,
        "DATABASE_URL": r"postgresql://\w+:[^@\s]+@localhost:5432/\w+",
        "SMTP_PASSWORD": r"\S{12,}",
        "SECRET_KEY": r"\S{12,}",
        "FLASK_DEBUG": "1",
    }
    wrong = [name for name, shape in shapes.items() if not re.fullmatch(shape, settings.get(name, ""))]
    assert wrong == [], f"not in .env, or not in their provider's shape: {wrong}"
    in_code = re.findall(f'"({google})"', (EXAMPLE / "recommender.py").read_text())
    assert [key == settings["GOOGLE_PLACES_API_KEY"] for key in in_code] == [False], "one more key stands in the code"


def test_the_committed_settings_are_tracked_by_git() -> None:
    root = EXAMPLE.parents[1]
    if not (root / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout, or no git")
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "--", str(EXAMPLE / ".env")], capture_output=True, text=True, check=True)
    assert listed.stdout.strip() == "examples/where2eat-prototype/.env", "git add --force the .env: the audit has to find it committed"
