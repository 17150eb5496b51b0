"""The cache of answers: where it is put, what it keeps and what not, and that it is alive with and without Redis."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from prodify.edits.pycached import fetching, keep_answers
from prodify.edits.text import CannotEdit
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.scaling.cache import functions_to_keep
from tests.e2e.live.stack import Redis, free_port

RenderTree = Callable[..., dict[str, str]]
Load = Callable[..., Any]
MakeRepo = Callable[[Mapping[str, str]], Path]

APP = '''import os

import requests
from flask import Flask, jsonify

WEATHER_URL = os.getenv("WEATHER_URL", "https://api.example.org/weather")

app = Flask(__name__)


def weather(city, days=1):
    answer = requests.get(WEATHER_URL, params={"city": city, "days": days}, timeout=5)
    answer.raise_for_status()
    return answer.json()


@app.route("/weather/<city>")
def page(city):
    return jsonify({"pid": os.getpid(), "weather": weather(city)})
'''
SERVICE = {"app.py": APP, "requirements.txt": "flask\nrequests\n"}


class Weather:
    """Answers slowly, and counts; `status` and `body` say what."""

    def __init__(self) -> None:
        self.asked, self.status, self.body, self.seconds = 0, 200, b'{"celsius": 4}', 0.5
        weather = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                weather.asked += 1
                time.sleep(weather.seconds)
                self.send_response(weather.status)
                self.send_header("Content-Length", str(len(weather.body)))
                self.end_headers()
                self.wfile.write(weather.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def weather() -> Iterator[Weather]:
    server = Weather()
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_a_flask_service(make_repo: MakeRepo, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("cache/flask", render_tree(["cache"], make_repo({**SERVICE, ".env.example": "# WEATHER_URL=\n"}), Profile()))


def test_the_examples(render_tree: RenderTree, example_repo: Path) -> None:
    assert render_tree(["cache"], example_repo, Profile()) == {}, "it keeps answers in a dictionary of its own"
    trails = Path(__file__).resolve().parents[3] / "examples" / "fastapi-trails"
    assert functions_to_keep(Inventory(trails)) == {"trails/weather.py": ("forecast",)}


def test_a_second_run_on_the_result_wants_the_same(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(SERVICE)
    first = render_tree(["cache"], root, Profile())
    assert "\n\n@answer_cache.cached\ndef weather(city, days=1):\n" in first["app.py"]
    for path, text in first.items():
        (root / path).write_text(text)
    again = render_tree(["cache"], root, Profile())
    assert again == {"answer_cache.py": first["answer_cache.py"]}, "the decorator stands already, the module is still wanted"


FETCH = "import requests, httpx, os\nURL = 'https://a.example.org'\n"
KEPT = [
    "def f(q):\n    return requests.get(URL, params={'q': q}).json()['all']\n",
    "def f(q):\n    r = requests.get(URL + q, headers={'K': os.environ.get('K')})\n    r.raise_for_status()\n    return r.json()\n",
    "async def f(q):\n    async with httpx.AsyncClient() as c:\n        r = await c.get(URL + q)\n        return r.json().get('now')\n",
    "def f(q):\n    with requests.Session() as s:\n        found = s.get(f'{URL}/{q.lower()}').json()['all'][0]\n    return found\n",
]
NOT_KEPT = {
    "about a person": "def f(user_id):\n    return requests.get(URL, params={'q': user_id}).json()['all']\n",
    "the caller's key": "def f(q, key):\n    return requests.get(URL, headers={'Authorization': key}).json()['all']\n",
    "a login": "def f(q):\n    return requests.get(URL, auth=('a', 'b')).json()['all']\n",
    "who asks, from outside": "from flask import g\nme = g\ndef f(q):\n    return requests.get(URL, params={'q': me.id}).json()['all']\n",
    "an error's body": "def f(q):\n    return requests.get(URL, params={'q': q}).json()\n",
    "no JSON": "def f(q):\n    return requests.get(URL, params={'q': q}).text\n",
    "it writes": "def f(q):\n    return requests.post(URL, json={'q': q}).json()['all']\n",
    "it changes something": "SEEN = {}\ndef f(q):\n    SEEN[q] = 1\n    return requests.get(URL).json()['all']\n",
    "it calls something unknown": "def f(q):\n    log(q)\n    return requests.get(URL).json()['all']\n",
    "a fallback": "L = []\ndef f(q):\n    try:\n        return requests.get(URL).json()['all']\n    except KeyError:\n        return L\n",
    "decorated": "@app.get('/')\ndef f(q):\n    return requests.get(URL).json()['all']\n",
    "any arguments": "def f(*q):\n    return requests.get(URL).json()['all']\n",
    "a generator": "def f(q):\n    yield requests.get(URL).json()['all']\n",
    "no Python": "def f(:\n",
}


@pytest.mark.parametrize("code", KEPT)
def test_what_only_fetches_is_kept(code: str) -> None:
    assert fetching(FETCH + code, "answer_cache") == ("f",)
    edit = keep_answers(frozenset("f"), "answer_cache", "import answer_cache")
    after = edit(FETCH + code)
    assert after == FETCH.replace("os\n", "os\nimport answer_cache\n") + "@answer_cache.cached\n" + code
    assert edit(after) == after and fetching(after, "answer_cache") == ("f",)


@pytest.mark.parametrize("code", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_what_is_not_certain_is_left_alone(code: str) -> None:
    assert fetching(FETCH + code, "answer_cache") == ()
    with pytest.raises(CannotEdit):
        keep_answers(frozenset("f"), "answer_cache", "import answer_cache")(FETCH + code)


# -- the module --------------------------------------------------------------------------------------------------------


@pytest.fixture
def load(make_repo: MakeRepo, render_tree: RenderTree, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Another copy of the module, as another process would have it."""
    path = make_repo({"x": ""}) / "answer_cache.py"
    path.write_text(render_tree(["cache"], make_repo(SERVICE), Profile())["answer_cache.py"])

    def loaded(**environment: str) -> Any:
        monkeypatch.delenv("REDIS_URL", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location(f"answer_cache_{time.monotonic_ns()}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


def test_the_same_question_is_asked_once_and_others_are_not_mixed_up(load: Load) -> None:
    asked: list[tuple[str, int]] = []

    def f(city: str, days: int = 1) -> dict[str, Any]:
        asked.append((city, days))
        return {"city": city, "days": days}

    kept = load().cached(f)
    found = [kept("a"), kept(city="a"), kept("a", 1), kept("a", days=2), kept("b")]
    assert [(answer["city"], answer["days"]) for answer in found] == [("a", 1), ("a", 1), ("a", 1), ("a", 2), ("b", 1)]
    assert asked == [("a", 1), ("a", 2), ("b", 1)]
    found[0]["city"] = "spoilt"
    assert kept("a")["city"] == "a", "whoever changes an answer changes only his own"


def test_many_at_once_ask_once(load: Load) -> None:
    asked: list[str] = []

    def f(city: str) -> list[str]:
        asked.append(city)
        time.sleep(0.2)
        return [city]

    kept = load().cached(f)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(kept, ["a"] * 8)) == [["a"]] * 8
    assert asked == ["a"]


def test_coroutines_ask_once_and_the_loop_goes_on(load: Load) -> None:
    asked: list[str] = []

    async def f(city: str) -> list[str]:
        asked.append(city)
        await asyncio.sleep(0.2)
        return [city]

    kept = load().cached(f)

    async def together() -> tuple[list[list[str]], int]:
        everything = asyncio.gather(*(kept("a") for _ in range(8)))
        beats = 0
        while not everything.done():
            await asyncio.sleep(0.01)
            beats += 1
        return await everything, beats

    found, beats = asyncio.run(together())
    assert found == [["a"]] * 8 and asked == ["a"]
    assert beats > 8, "the event loop stood still"


def test_errors_are_not_kept_and_shared_only_by_those_who_wait(load: Load) -> None:
    asked: list[str] = []

    def f(city: str) -> list[str]:
        asked.append(city)
        time.sleep(0.2)
        raise ConnectionError(city)

    kept = load().cached(f)
    with ThreadPoolExecutor(4) as pool:
        errors = [pool.submit(kept, "a").exception() for _ in range(4)]
    assert all(isinstance(error, ConnectionError) for error in errors)
    before = len(asked)
    with pytest.raises(ConnectionError):
        kept("a")
    assert len(asked) == before + 1


@pytest.mark.parametrize("nothing", [None, [], {}, ""])
def test_nothing_is_not_kept(nothing: object, load: Load) -> None:
    asked: list[str] = []

    def f(city: str) -> object:
        asked.append(city)
        return nothing

    kept = load().cached(f)
    assert [kept("a"), kept("a")] == [nothing, nothing] and len(asked) == 2


def test_what_json_cannot_hold_is_passed_through(load: Load) -> None:
    module = load()
    assert module.cached(lambda city: (city, 1))("a") == ("a", 1), "a tuple stays a tuple"
    assert module.cached(lambda it: [1])({1, 2}) == [1], "arguments that are no plain values"


def test_answers_end_at_their_time_and_not_all_at_once(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load()
    asked: list[int] = []

    def f(number: int) -> list[int]:
        asked.append(number)
        return [number]

    kept = module.cached(f, seconds=100)
    for number in range(50):
        kept(number)
    ends = [until for until, _ in module._own.answers.values()]
    assert 5 < max(ends) - min(ends) < 21
    start = time.time()
    monkeypatch.setattr(module.time, "time", lambda: start + 111)
    kept(1)
    assert len(asked) == 51


def test_the_process_keeps_so_many_and_no_more(load: Load) -> None:
    module = load()
    kept = module.cached(lambda number: [number])
    for number in range(module.SIZE + 10):
        kept(number)
    assert len(module._own.answers) == module.SIZE
    module.cached(lambda number: ["x" * module.LARGEST])(1)
    assert all(len(text) <= module.LARGEST for _, text in module._own.answers.values())


def test_zero_seconds_switch_it_off(load: Load) -> None:
    asked: list[str] = []

    def f(city: str) -> list[str]:
        asked.append(city)
        return [city]

    kept = load(ANSWER_CACHE_SECONDS="0").cached(f)
    assert [kept("a"), kept("a")] == [["a"], ["a"]] and len(asked) == 2


def test_what_is_about_a_person_is_refused_at_once(load: Load) -> None:
    module = load()
    with pytest.raises(TypeError, match="is about a person"):
        module.cached(lambda user_id: user_id)
    assert module.cached(lambda author: [author], personal=True)("a") == ["a"]


def test_hits_and_misses_are_counted(load: Load) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="the packages of requirements/e2e.in are not installed")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    module = load()
    module._lookups = MeterProvider([reader]).get_meter("test").create_counter("cache.lookups", "{lookup}")

    def broken(city: str) -> list[str]:
        raise ConnectionError(city)

    kept, failing = module.cached(lambda city: [city]), module.cached(broken)
    for city in "aab":
        kept(city)
    with pytest.raises(ConnectionError):
        failing("a")
    data = reader.get_metrics_data()
    assert data is not None
    metric = data.resource_metrics[0].scope_metrics[0].metrics[0]
    counts = {p.attributes["cache.result"]: p.value for p in metric.data.data_points}  # type: ignore[union-attr,index]
    assert counts == {"miss": 2, "hit": 1, "error": 1}


# -- alive -------------------------------------------------------------------------------------------------------------

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    pytest.importorskip("redis", reason="the packages of requirements/e2e.in are not installed")
    server = Redis(tmp_path)
    yield server
    server.close()


@needs_redis
@pytest.mark.servers
def test_an_answer_of_another_process_is_taken_and_a_hung_redis_costs_little(load: Load, redis: Redis) -> None:
    def f(city: str) -> list[str]:
        asked.append(city)
        return [city]

    asked: list[str] = []
    one, other = load(REDIS_URL=redis.url), load(REDIS_URL=redis.url)
    assert one.cached(f)("a") == other.cached(f)("a") == ["a"]
    assert asked == ["a"]
    assert redis.call("DBSIZE") == b":1", "nobody's claim stays behind"
    redis.pause()
    began = time.monotonic()
    assert [other.cached(f)(city) for city in ("a", "b", "c", "b")] == [["a"], ["b"], ["c"], ["b"]]
    assert time.monotonic() - began < 1.5 and asked == ["a", "b", "c"]
    redis.go_on()


@needs_redis
@pytest.mark.servers
def test_a_claim_of_a_process_that_died_holds_nobody_up_for_long(load: Load, redis: Redis) -> None:
    module = load(REDIS_URL=redis.url)
    module.PATIENCE = 0.3
    kept = module._Kept(lambda city: [city], 60)
    key = kept.key(("a",), {})
    redis.call("SET", f"{key}:asking", "somebody")
    began = time.monotonic()
    assert kept.now(("a",), {}) == ["a"]
    assert 0.2 < time.monotonic() - began < 2
    assert redis.call("EXISTS", f"{key}:asking") == b":1", "the claim of another is not taken away"


@needs_redis
@pytest.mark.servers
def test_two_workers_ask_once_and_go_on_when_redis_falls(
    make_repo: MakeRepo, render_tree: RenderTree, redis: Redis, weather: Weather, tmp_path: Path
) -> None:
    for package in ("flask", "requests", "gunicorn"):
        pytest.importorskip(package, reason="the packages of requirements/e2e.in are not installed")
    root = make_repo(SERVICE)
    for path, text in render_tree(["cache"], root, Profile()).items():
        (root / path).write_text(text)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers=2", "--threads=8", f"--bind=127.0.0.1:{port}", "app:app"]
    with (tmp_path / "log").open("w") as log:
        served = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, env={
            "REDIS_URL": redis.url, "WEATHER_URL": weather.url, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path),
        })  # fmt: skip

    def ask(city: str) -> tuple[int, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/weather/{city}", timeout=15) as answer:
            body = json.loads(answer.read())
            return int(body["pid"]), body["weather"]

    def ask_many(city: str) -> set[int]:
        """Until both workers have answered: the processes."""
        pids: set[int] = set()
        with ThreadPoolExecutor(16) as pool:
            for _ in range(10):
                found = list(pool.map(ask, [city] * 16))
                assert all(body == {"celsius": 4} for _, body in found)
                pids |= {pid for pid, _ in found}
                if len(pids) == 2:
                    break
        return pids

    try:
        wait_until_it_listens(port, tmp_path / "log")
        assert len(ask_many("Goslar")) == 2 and weather.asked == 1
        redis.kill()
        began = time.monotonic()
        assert len(ask_many("Goslar")) == 2 and weather.asked == 1, "what is known stays known"
        assert len(ask_many("Thale")) == 2 and weather.asked in (2, 3), "each worker asks once"
        assert time.monotonic() - began < 10
        weather.status, weather.body = 503, b'{"error": "away"}'
        for _ in range(2):
            with pytest.raises(urllib.error.HTTPError, match="500"):
                ask("Wernigerode")
        weather.status, weather.body = 200, b'{"celsius": 4}'
        assert ask("Wernigerode")[1] == {"celsius": 4}, "an error is not kept"
    finally:
        served.terminate()
        served.wait(20)


def wait_until_it_listens(port: int, log: Path) -> None:
    import socket

    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
