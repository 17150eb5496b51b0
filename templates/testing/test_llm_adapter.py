"""What the service does when a language model fails: every way in which providers fail, played by a local server.

Nothing here leaves the machine, and no key is needed. Written by prodify (recipe model-failures); yours to edit, upgrades merge.
"""

from __future__ import annotations

#% if asynchronous
import asyncio
#% endif
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[{= levels_up =}]{= source_suffix =}))

{= import_line =}  # noqa: E402 - the path above comes first

GOOD = {"choices": [{"message": {"content": "Try the noodle bar."}, "finish_reason": "stop"}], "usage": {"total_tokens": 42}}


class Provider:
    """A provider that does as it is told. `requests` holds what was asked."""

    def __init__(self) -> None:
        self.behave: Callable[[BaseHTTPRequestHandler], None] = answer(GOOD)
        self.requests: list[dict] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.requests.append(json.loads(body))
                provider.behave(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with JSON (or with text as it is)."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return behave


def stall(handler: BaseHTTPRequestHandler) -> None:
    """Accept the question and say nothing."""
    time.sleep(2)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer one byte at a time, for longer than anybody should wait."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def babble(handler: BaseHTTPRequestHandler) -> None:
    """Answer in no language of the web."""
    handler.wfile.write(b"\x00\x01 nonsense\r\n\r\n")


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Break off in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(json.dumps(GOOD).encode()[:40])


FAILURES = {
    "too many requests": answer({"error": {"code": "rate_limit_exceeded"}}, 429),
    "too many requests, with a time to wait": answer({"error": {}}, 429, {"Retry-After": "1"}),
    "the quota is spent": answer({"error": {"code": "insufficient_quota"}}, 429),
    "server error": answer({"error": {}}, 500),
    "overloaded": answer({"error": {}}, 529),
    "not available": answer("upstream connect error", 503),
    "the key was revoked": answer({"error": {}}, 401),
    "the model is retired": answer({"error": {"code": "model_not_found"}}, 404),
    "the prompt is too long": answer({"error": {"code": "context_length_exceeded"}}, 400),
    "no answer at all": stall,
    "an answer that never ends": drip,
    "an answer cut short": cut,
    "no HTTP": babble,
    "no JSON": answer("<html>maintenance</html>"),
    "another shape": answer({"result": "ok"}),
    "no choices": answer({"choices": []}),
    "an empty answer": answer({"choices": [{"message": {"content": ""}, "finish_reason": "stop"}]}),
    "nothing but a tool call": answer({"choices": [{"message": {"content": None}, "finish_reason": "tool_calls"}]}),
    "refused by a filter": answer({"choices": [{"message": {"content": "..."}, "finish_reason": "content_filter"}]}),
}


@pytest.fixture
def primary() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()


@pytest.fixture
def secondary() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()


def chain(*providers: Provider, **options: Any) -> llm_adapter.Chain:
    models = [llm_adapter.OpenAiModel(f"model-{number}", provider.url, "test") for number, provider in enumerate(providers)]
    return llm_adapter.Chain(models, **{"timeout": 0.3, "total": 1.0, **options})


def test_a_model_answers(primary: Provider) -> None:
    found = chain(primary).complete("Where shall we eat?", system="Be brief.")
    assert (found.text, found.model, found.degraded, found.tokens) == ("Try the noodle bar.", "model-0", False, 42)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_without_a_fallback_a_stand_in_is_given_in_time(failure: Callable, primary: Provider) -> None:
    primary.behave = failure
    started = time.monotonic()
    found = chain(primary).complete("Where?")
    assert found.degraded and found.text == llm_adapter.STAND_IN
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_the_next_model_answers_instead(failure: Callable, primary: Provider, secondary: Provider) -> None:
    primary.behave = failure
    found = chain(primary, secondary).complete("Where?")
    assert (found.text, found.model, found.degraded) == ("Try the noodle bar.", "model-1", False)
    assert len(primary.requests) == 1, "the fallback comes before a second attempt"


def test_a_passing_failure_is_tried_again(primary: Provider) -> None:
    bad = answer({"error": {}}, 503)

    def first_bad(handler: BaseHTTPRequestHandler) -> None:
        (bad if len(primary.requests) == 1 else answer(GOOD))(handler)

    primary.behave = first_bad
    assert not chain(primary).complete("Where?").degraded
    assert len(primary.requests) == 2


@pytest.mark.parametrize("failure", ["the quota is spent", "the key was revoked", "the model is retired", "the prompt is too long"])
def test_what_waiting_does_not_help_is_not_tried_again(failure: str, primary: Provider) -> None:
    primary.behave = FAILURES[failure]
    assert chain(primary).complete("Where?").degraded
    assert len(primary.requests) == 1


def test_every_request_limits_its_answer(primary: Provider) -> None:
    chain(primary, max_tokens=50).complete("Where?", max_tokens=5000)
    assert primary.requests[0]["max_tokens"] == 50


def test_a_model_that_keeps_failing_is_left_alone(primary: Provider, secondary: Provider) -> None:
    primary.behave = FAILURES["server error"]
    both = chain(primary, secondary)
    for number in range(12):
        assert not both.complete(f"question {number}").degraded
    assert len(primary.requests) == 5, "after five failures nobody asks for a while"


def test_one_call_finds_out_whether_a_model_is_back(primary: Provider) -> None:
    primary.behave = FAILURES["the key was revoked"]
    one = chain(primary, pause=0.2)
    for number in range(8):
        assert one.complete(f"question {number}").degraded
    assert len(primary.requests) == 5
    time.sleep(0.25)
    assert one.complete("still away?").degraded and one.complete("and now?").degraded
    assert len(primary.requests) == 6, "one call after the pause, and another pause when it fails"
    primary.behave = answer(GOOD)
    time.sleep(0.25)
    assert not one.complete("back?").degraded and not one.complete("and more?").degraded


def test_several_calls_share_the_time_of_one_request(primary: Provider) -> None:
    primary.behave = stall
    started = time.monotonic()
    with llm_adapter.within(0.8):
        found = [chain(primary).complete(f"question {number}") for number in range(5)]
    assert all(answer.degraded for answer in found)
    assert time.monotonic() - started < 1.5


def test_calls_that_wait_leave_room_for_others(primary: Provider) -> None:
    primary.behave = stall
    one = chain(primary, concurrent=2, rounds=1)
    waiting = [threading.Thread(target=one.complete, args=(f"question {number}",)) for number in range(2)]
    for thread in waiting:
        thread.start()
    while len(primary.requests) < 2:
        time.sleep(0.01)
    started = time.monotonic()
    assert one.complete("one more").degraded
    assert time.monotonic() - started < 0.2
    for thread in waiting:
        thread.join()
    primary.behave = answer(GOOD)
    assert not one.complete("room again").degraded


def test_the_same_question_is_asked_once(primary: Provider) -> None:
    one = chain(primary)
    assert not one.complete("Where?").cached
    assert one.complete("Where?").cached
    assert len(primary.requests) == 1


#% if asynchronous
def test_coroutines_go_on_while_a_model_thinks(primary: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    primary.behave = stall
    monkeypatch.setattr(llm_adapter, "_chain", chain(primary))

    async def together() -> tuple[int, bool]:
        thinking = asyncio.ensure_future(llm_adapter.complete_async("Where?"))
        beats = 0
        while not thinking.done():
            await asyncio.sleep(0.01)
            beats += 1
        return beats, (await thinking).degraded

    beats, degraded = asyncio.run(together())
    assert degraded
    assert beats > 10, "the event loop stood still"


#% endif
def test_a_stand_in_is_not_remembered(primary: Provider) -> None:
    primary.behave = FAILURES["the key was revoked"]
    one = chain(primary)
    assert one.complete("Where?").degraded
    primary.behave = answer(GOOD)
    assert not one.complete("Where?").degraded


def test_an_older_answer_is_given_while_no_model_answers(primary: Provider) -> None:
    one = chain(primary, cache_seconds=0.05)
    one.complete("Where?")
    time.sleep(0.1)
    primary.behave = FAILURES["server error"]
    found = one.complete("Where?")
    assert (found.text, found.cached, found.degraded) == ("Try the noodle bar.", True, True)
    assert one.complete("Something else?").text == llm_adapter.STAND_IN


def test_a_cache_that_is_away_costs_nothing(primary: Provider) -> None:
    pytest.importorskip("redis")
    one = chain(primary, cache=llm_adapter.Cache("redis://127.0.0.1:9/0"))
    assert not one.complete("Where?").cached
    assert one.complete("Where?").cached


def test_the_daily_cap_stops_spending(primary: Provider) -> None:
    one = chain(primary, daily_token_cap=80)
    assert [one.complete(f"question {number}").degraded for number in range(3)] == [False, False, True]
    assert len(primary.requests) == 2


def test_a_prompt_without_end_is_refused_before_it_costs_anything(primary: Provider) -> None:
    assert chain(primary).complete("x" * (llm_adapter.PROMPT_LIMIT + 1)).degraded
    assert not primary.requests


@pytest.mark.parametrize("usage", [None, [], "many", {"total_tokens": "42"}, {"total_tokens": -1}])
def test_what_a_call_cost_may_be_told_in_any_form(usage: object, primary: Provider) -> None:
    primary.behave = answer({**GOOD, "usage": usage})
    assert chain(primary).complete("Where?").tokens == 0


def test_nobody_listening(primary: Provider) -> None:
    primary.server.shutdown()
    primary.server.server_close()
    assert chain(primary).complete("Where?").degraded


def test_the_environment_names_the_models(monkeypatch: pytest.MonkeyPatch, primary: Provider) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    monkeypatch.setenv("LLM_MODEL", "one")
    monkeypatch.setenv("LLM_FALLBACKS", "anthropic:two, local:three, fake:four")
    monkeypatch.setenv("OPENAI_BASE_URL", primary.url)
    made = llm_adapter.from_environment()
    assert [model.name for model in made.models] == ["one", "two", "three", "four"]
    assert made.complete("Where?").model == "one"


def test_an_unknown_provider_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "nobody")
    with pytest.raises(ValueError, match="openai, anthropic, local, fake"):
        llm_adapter.from_environment()


def test_anthropic_is_asked_in_its_own_form(primary: Provider) -> None:
    primary.behave = answer({"content": [{"type": "text", "text": "The noodle bar."}], "usage": {"input_tokens": 3, "output_tokens": 4}})
    model = llm_adapter.AnthropicModel("claude", primary.url.removesuffix("/v1"), "test")
    found = llm_adapter.Chain([model]).complete("Where?", system="Be brief.")
    assert (found.text, found.tokens, found.prompt_tokens) == ("The noodle bar.", 7, 3)
    assert primary.requests[0]["system"] == "Be brief." and primary.requests[0]["max_tokens"] > 0
