"""What the service does while the things that it depends on fail: the language model, the places API, Redis."""

from __future__ import annotations

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.live import upstream as fake
from tests.e2e.live.group import Group
from tests.e2e.live.stack import wait_for
from tests.e2e.live.system import LIVE, System, running
from tests.recipes.observability.otlp import values

pytestmark = LIVE
BUDGET, TIMEOUT, TOTAL, PAUSE = 6.0, 2.0, 5.0, 1.0
"""Seconds: a request's model calls together, one call, all attempts of a question, and how long a failing model is left alone."""
SETTINGS = {
    "LLM_PROVIDER": "openai", "LLM_MODEL": "primary", "LLM_FALLBACKS": "local:secondary", "LLM_TIMEOUT_SECONDS": f"{TIMEOUT}",
    "LLM_TOTAL_SECONDS": f"{TOTAL}", "LLM_PAUSE_SECONDS": f"{PAUSE}", "LLM_MAX_OUTPUT_TOKENS": "77", "RATE_LIMITS": "60/minute",
}  # fmt: skip
THREADS = 16
"""Requests that two workers work on at once."""
MOVED = {
    "recommender.py": (
        ("from openai import OpenAI\n", "import llm_adapter\n"),
        (
            r"    client = OpenAI\(.*?    return answer\.choices\[0\]\.message\.content\n",
            '    return llm_adapter.complete(prompt, system="You are Where2Eat, a friendly foodie.")\n',
        ),
        (r"    restaurants = \[\]\n", f"    with llm_adapter.within({BUDGET}):\n        return ranked(db, group, wishes)\n\n\n"
                                  "def ranked(db, group, wishes):\n    restaurants = []\n"),
        (r"score_text, reason = answer\.split", "degraded = answer.degraded\n            score_text, reason = answer.text.split"),
        (r'        reason = "Looks tasty!"\n', '        reason, degraded = "Looks tasty!", False\n'),
        (r"        db\.add\(restaurant\)\n", "        db.add(restaurant)\n        restaurant.degraded = degraded\n"),
    ),
    "api.py": ((r"r\.to_dict\(\) for r in restaurants\]", '{**r.to_dict(), "degraded": r.degraded} for r in restaurants]'),),
}  # fmt: skip
"""What the adapter's first lines tell people to do with the calls that were there, and a field that says `degraded`."""
FAILURES = {
    "429": fake.refuse(429), "429 with Retry-After": fake.refuse(429, {"Retry-After": "1"}), "500": fake.refuse(500),
    "slow": fake.slowly(TIMEOUT + 0.5), "malformed": fake.malformed, "truncated": fake.truncated, "401": fake.refuse(401), "never": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def system(applied_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    home = tmp_path_factory.mktemp("dependencies")
    root = shutil.copytree(applied_example, home / "where2eat")
    for name, changes in MOVED.items():
        text = (root / name).read_text()
        for pattern, new in changes:
            text, times = re.subn(pattern, lambda _, new=new: str(new), text, count=1, flags=re.DOTALL)  # type: ignore[misc]
            assert times == 1, f"{name} has no {pattern}"
        (root / name).write_text(text)
    with running(root, home, SETTINGS) as everything:
        yield everything


@pytest.fixture
def group(system: System) -> Group:
    """A group, everything well, and models that no worker has a reason to leave alone."""
    system.upstream.switch()
    found = Group(system)
    good: Counter[str] = Counter()

    def well() -> bool:
        well = "primary" in found.ask()["reason"]
        good[found.worker] = good[found.worker] + 1 if well else 0
        return len(good) == 2 and min(good.values()) >= 2

    wait_for("the first model answers both workers", well, 30)
    system.upstream.switch()
    return found


def behaviour(system: System, name: str) -> fake.Behaviour:
    return FAILURES[name] or system.upstream.never


@pytest.mark.parametrize("failure", FAILURES)
def test_the_fallback_answers_in_its_turn_and_in_time(system: System, group: Group, failure: str) -> None:
    system.upstream.switch(primary=behaviour(system, failure))
    began = time.monotonic()
    found = group.ask()
    assert time.monotonic() - began < BUDGET
    assert (found["reason"], found["degraded"], found["score"]) == ("secondary says yes", False, 9)
    assert system.upstream.order() == ["places", "primary", "secondary"]
    assert set(system.upstream.limits) == {77}, "every call bounds its tokens"


@pytest.mark.parametrize("failure", FAILURES)
def test_when_no_model_answers_the_answer_says_degraded(system: System, group: Group, failure: str) -> None:
    system.upstream.switch(primary=behaviour(system, failure), secondary=behaviour(system, failure))
    began = time.monotonic()
    found = group.ask()
    assert time.monotonic() - began < BUDGET + 0.5
    assert found["degraded"] and found["score"] == pytest.approx(4.1), "the place's own rating stands in"
    # In their order, twice unless that is hopeless; one that has failed too often by now is passed over.
    asked, promised = system.upstream.order()[1:], ["primary", "secondary"] * (1 if failure == "401" else 2)
    assert asked and len(asked) <= len(promised) and is_subsequence(asked, promised), asked
    firsts = [at for who, at in system.upstream.asked if who == "primary"]
    if failure == "429 with Retry-After" and len(firsts) == 2:
        assert firsts[1] - firsts[0] >= 1, "what the provider asked for is kept"


def is_subsequence(some: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in some)


def test_an_answer_is_shared_by_all_workers_and_an_older_one_is_better_than_none(system: System, group: Group) -> None:
    assert "primary" in group.ask("paella")["reason"]
    with ThreadPoolExecutor(8) as pool:
        assert {found["reason"] for found in pool.map(group.ask, ["paella"] * 24)} == {"primary says yes"}
    assert system.upstream.order().count("primary") == 1, "asked once, for both workers"

    redis = pytest.importorskip("redis", reason="not installed: make validators")
    with redis.Redis(port=system.redis.port) as client:
        keys = list(client.scan_iter("llm:*"))
        for key in keys:
            _, answer = json.loads(client.get(key))
            assert "paella" not in json.dumps(answer)
            client.set(key, json.dumps([time.time() - 7200, answer]))
    system.upstream.switch(primary=fake.refuse(500), secondary=fake.refuse(500))
    found = group.ask("paella")
    assert (found["reason"], found["degraded"]) == ("primary says yes", True)


def test_a_model_that_keeps_failing_is_left_alone_and_asked_again_later(system: System, group: Group) -> None:
    groups = [group, *(Group(system) for _ in range(3))]
    system.upstream.switch(primary=fake.refuse(500))
    for expected in (48, 12):
        system.upstream.asked.clear()
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda number: groups[number % 4].ask(), range(expected)))
        assert {one["reason"] for one in found} == {"secondary says yes"}
    # Of the last twelve each of two workers may have tried once or twice whether it is back.
    assert system.upstream.order().count("primary") <= 6
    system.upstream.switch()
    wait_for("the first model is asked again", lambda: "primary" in group.ask()["reason"], PAUSE * 3)


def test_models_that_never_answer_do_not_take_the_threads_of_other_pages(system: System, group: Group) -> None:
    groups = [group, *(Group(system) for _ in range(THREADS + 3))]
    system.upstream.switch(primary=system.upstream.never, secondary=system.upstream.never)

    def seconds_of_other_pages() -> float:
        with ThreadPoolExecutor(len(groups)) as pool:
            began = time.monotonic()
            asked = [pool.submit(one.ask) for one in groups]
            time.sleep(TIMEOUT / 2)
            assert not all(answer.done() for answer in asked), "some wait for a model"
            before = time.monotonic()
            assert [system.service.status("/healthz") for _ in range(4)] == [200] * 4
            taken = time.monotonic() - before
            assert all(answer.result()["degraded"] for answer in asked)
        assert time.monotonic() - began < 2 * BUDGET
        return taken

    # Were the threads taken, it would be so every time; a busy machine is slow once.
    for _ in range(3):
        if seconds_of_other_pages() < TIMEOUT / 3:
            return
        time.sleep(PAUSE * 2)
    pytest.fail("a page that needs no model waits for one")


@pytest.mark.parametrize("failure", [name for name in FAILURES if name != "slow"])
def test_places_that_cannot_be_found_cost_the_request_nothing_else(system: System, group: Group, failure: str) -> None:
    system.upstream.switch(places=behaviour(system, failure))
    began = time.monotonic()
    found = group.ask()
    assert time.monotonic() - began < 12, "10 seconds for one call"
    assert found["name"] == "Luigi's Trattoria", "the sample that the prototype shows"
    # Where finding them took all of the request's time, nothing is left for the model.
    assert found["degraded"] if failure == "never" else found["reason"] == "primary says yes"


def test_the_limit_counts_for_all_workers_and_goes_on_without_redis(system: System, group: Group) -> None:
    def ask(address: str, times: int) -> list[int]:
        def one(_: int) -> int:
            request = urllib.request.Request(f"{system.service.url}/search?q=a", headers={"X-Forwarded-For": address})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code

        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, range(times)))

    assert ask("198.51.100.1", 80).count(200) == 60, "60 a minute, whichever worker answers"
    for name, fails, recovers in (("killed", system.redis.kill, system.redis.start), ("hanging", system.redis.pause, system.redis.go_on)):
        fails()
        try:
            began = time.monotonic()
            statuses = ask(f"198.51.100.{len(name)}", 80)
            assert set(statuses) <= {200, 429} and statuses.count(200) >= 60, name
            assert time.monotonic() - began < 10, name
            assert "primary" in group.ask()["reason"]
            assert system.service.status("/readyz") == 200
        finally:
            recovers()
        wait_for("Redis answers", lambda: system.redis.call("PING") == b"+PONG", 10)
    log = system.service.process.text()
    assert "Rate limit storage unreachable" in log and "the cache of answers does not answer" in log


def test_model_calls_are_measured_and_traced_without_what_was_said(system: System, group: Group) -> None:
    system.upstream.switch(primary=fake.refuse(429))
    group.ask("canary-craving-44ad")

    def calls() -> list[dict[str, Any]]:
        return [values(span.attributes) for span in system.receiver.spans if span.name.startswith("chat ")]

    def seen() -> bool:
        kinds = {(call["gen_ai.request.model"], call.get("error.type")) for call in calls()}
        return kinds >= {("primary", None), ("secondary", None), ("primary", "429")}

    wait_for("spans of model calls arrive", seen, 15)
    assert {call["gen_ai.operation.name"] for call in calls()} == {"chat"}
    assert {call["gen_ai.request.max_tokens"] for call in calls()} == {77}
    assert any(call.get("gen_ai.usage.input_tokens") == 60 and call["gen_ai.usage.output_tokens"] == 9 for call in calls())
    wait_for("durations arrive", lambda: "gen_ai.client.operation.duration" in {name for name, _, _ in system.receiver.instruments()}, 15)
    sent = b"".join(system.receiver.raw)
    for word in (b"canary-craving-44ad", b"friendly foodie", b"says yes"):
        assert word not in sent


def test_nobody_who_waits_for_a_model_is_lost_at_the_end_and_no_secret_was_told(system: System, group: Group) -> None:
    groups = [Group(system) for _ in range(6)]
    assert any("canary" in key for key in system.upstream.keys), "the keys were used"
    system.upstream.switch(primary=fake.slowly(0.8))
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(one.ask) for one in groups]
        time.sleep(0.4)
        seconds = system.service.process.stop()
        assert [answer.result()["reason"] for answer in waiting] == ["primary says yes"] * 6
    assert system.service.process.process.returncode == 0 and seconds < 30
    assert system.leaked() == []
