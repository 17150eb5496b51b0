"""Limits of model calls that stand elsewhere than in the call, and models by name."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param(
            "def ask(m):\n    return client.responses.create(model='gpt-5.4-mini', input=m, max_output_tokens=99)\n",
            Kind.PASS,
            id="responses",
        ),
        pytest.param("def ask(m):\n    return client.responses.create(model='gpt-5.4-mini', input=m)\n", Kind.FAIL, id="without"),
        pytest.param(
            "LIMIT = 200\n\n\ndef ask(m):\n    return client.chat.completions.create(\n        model='gpt-5.4-mini',\n"
            "        messages=m,\n        max_completion_tokens=LIMIT,\n    )\n",
            Kind.PASS,
            id="by its other name, below, through a constant",
        ),
    ],
)
def test_model_tokens_are_bounded(judge: Judge, code: str, kind: Kind) -> None:
    assert judge("model-tokens-are-bounded", {"requirements.txt": "openai\n", "app.py": HEAD + "\n\n" + code}).kind is kind


def test_a_client_that_is_made_with_a_limit_bounds_its_calls(judge: Judge) -> None:
    code = (
        "from langchain_openai import ChatOpenAI\n\nllm = ChatOpenAI(model='gpt-5.4-mini', max_tokens=200)\n\n\n"
        "def ask(question):\n    return llm.invoke(question)\n"
    )
    verdict = judge("model-tokens-are-bounded", {"requirements.txt": "langchain-openai\n", "app.py": code})
    assert verdict.kind is not Kind.FAIL, verdict


@pytest.mark.parametrize(("model", "kind"), [("gpt-3.5-turbo", Kind.FAIL), ("gpt-5.4-mini", Kind.PASS), ("my-own-model", Kind.PASS)])
def test_model_is_not_retired(judge: Judge, model: str, kind: Kind) -> None:
    code = f"\n\ndef ask(m):\n    return client.chat.completions.create(model='{model}', messages=m, max_tokens=9)\n"
    assert judge("model-is-not-retired", {"requirements.txt": "openai\n", "app.py": HEAD + code}).kind is kind


def test_a_model_in_a_test_is_not_called_in_production(judge: Judge) -> None:
    code = "\n\ndef test_ask():\n    assert client.chat.completions.create(model='gpt-3.5-turbo', messages=[])\n"
    assert judge("model-is-not-retired", {"tests/test_app.py": HEAD + code}).kind is Kind.NOT_APPLICABLE


def test_an_estimate_without_a_price_is_not_judged(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask\n",
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "prodify.yaml": "audience: team\nbudget: {monthly_usd: 100}\nplatform: {runtime: compose, cloud: none}\n",
    }
    assert judge("estimate-fits-budget", files).kind is Kind.OPEN
