"""Calls of language models in JavaScript and TypeScript, in the shapes that code really has."""

from __future__ import annotations

import pytest

from prodify.inventory.facts import ModelCall

from .conftest import Repo

PACKAGE = '{"name": "a", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5.0.0", "openai": "6.0.0", "ai": "5.0.0"}}\n'
SERVER = "const express = require('express');\nconst app = express();\napp.get('/x', (q, r) => r.send('y'));\napp.listen(3000);\n"
ASK = "{ model: 'gpt-5.4-mini', max_tokens: 99, messages: [] }"


def calls(repo: Repo, text: str, path: str = "ask.js", **more: str) -> tuple[ModelCall, ...]:
    """The model calls of a file of a small service."""
    files = {name.replace("__", "/") + ".js": content for name, content in more.items()}
    return repo({"package.json": PACKAGE, "server.js": SERVER, path: text, **files}).model_calls


@pytest.mark.parametrize(
    "made",
    [
        "const { OpenAI: Client } = require('openai');\nconst c = new Client();",
        "const OpenAI = require('openai').OpenAI;\nconst c = new OpenAI();",
        "import Client, { toFile } from 'openai';\nconst c = new Client();",
        "import * as sdk from 'openai';\nconst c = new sdk.OpenAI();",
        "const { OpenAI } = await import('openai');\nlet c;\nc = new OpenAI();",
        "import { OpenAI as Other } from 'openai'; const c = (new Other());",
        "import OpenAI from \"openai\"\nexport const c = new OpenAI({ apiKey: process.env.KEY, })",
    ],
)
def test_a_client_is_known_by_what_made_it(repo: Repo, made: str) -> None:
    (found,) = calls(repo, f"{made}\nasync function ask() {{ return c.chat.completions.create({ASK}); }}\n", "ask.mjs")
    assert (found.provider, found.model, found.max_tokens) == ("openai", "gpt-5.4-mini", True)


def test_typescript_of_every_kind(repo: Repo) -> None:
    text = """import OpenAI = require("openai");
type Options = { model: string };
enum Model { Small = "gpt-5.4-nano" }
export class Asker {
  private readonly client: OpenAI = new OpenAI({ timeout: 2000 });
  constructor(private readonly model: string = "gpt-5.4-mini" as const) {}
  async one(): Promise<string> {
    return await this.client.responses.create<Options>({ model: this.model, max_output_tokens: 9 } satisfies Options);
  }
  async two() { return (this.client!).responses.create({ model: Model.Small, input: `x` }); }
}
"""
    one, two = calls(repo, text, "ask.ts")
    assert (one.model, one.max_tokens, one.timeout, one.name) == ("gpt-5.4-mini", True, True, "this.client.responses.create")
    assert (two.model, two.max_tokens, two.timeout) == ("gpt-5.4-nano", False, True)


def test_calls_over_lines_and_comments(repo: Repo) -> None:
    text = f"""import OpenAI from 'openai';
// client.chat.completions.create({ASK})
/* const old = new OpenAI({{ timeout: 3 }}) */
const help = "client.chat.completions.create({{ model: 'x' }})";
const client = new OpenAI();
const answer = await client
  .chat
  .completions // the usual one
  .create({{
    // max_tokens: 3, timeout: 4
    model: `gpt-5.4-mini`,
    messages: [{{ role: "system", content: "never say max_tokens: 5 or model: 'gpt-2'" }}],
  }});
"""
    (found,) = calls(repo, text, "ask.mjs")
    assert (found.name, found.model, found.max_tokens, found.timeout) == ("client.chat.completions.create", "gpt-5.4-mini", False, False)


def test_options_behind_names(repo: Repo) -> None:
    text = """const OpenAI = require('openai');
const { MODEL = 'gpt-5.4-mini' } = process.env;
const base = { max_tokens: 99 };
const client = new OpenAI();
async function one(prompt) {
  const payload = { ...base, model: MODEL, messages: [] };
  return client.chat.completions.create(payload);
}
async function two(model = process.env.OTHER ?? 'gpt-5.4-nano') {
  return client.chat.completions.create({ model, messages: [] });
}
async function three() { return client.chat.completions.create({ model: getenv('OPENAI_MODEL'), messages: [] }); }
"""
    one, two, three = calls(repo, text)
    assert (one.model, one.max_tokens, one.configurable) == ("gpt-5.4-mini", True, True)
    assert (two.model, two.max_tokens, two.configurable) == ("gpt-5.4-nano", False, True)
    assert (three.model, three.configurable) == (None, False)


def test_a_name_means_what_its_own_function_says(repo: Repo) -> None:
    text = """const OpenAI = require('openai');
const client = new OpenAI();
const one = (x) => { const model = 'gpt-5.4'; return client.responses.create({ model, input: x }); };
const two = (x) => { const model = 'gpt-5.4-mini'; return client.responses.create({ model, input: x }); };
"""
    assert [found.model for found in calls(repo, text)] == ["gpt-5.4", "gpt-5.4-mini"]


def test_clients_and_models_of_other_files(repo: Repo) -> None:
    text = "import { client } from './lib/index.js';\nimport { MODELS, SMALL as small } from './models.js';\n" \
        "export const a = () => client.responses.create({ model: MODELS.fast, input: 'x' });\n" \
        "export const b = () => client.responses.create({ model: small, input: 'x' });\n"  # fmt: skip
    found = calls(
        repo,
        text,
        lib__index="export * from './openai.js';\n",
        lib__openai="import OpenAI from 'openai';\nexport const client = new OpenAI({ timeout: 9 });\n",
        models="export const MODELS = { slow: 'gpt-5.4', fast: 'gpt-5.4-mini' };\nexport const SMALL = 'gpt-5.4-nano';\n",
    )
    assert [(f.provider, f.model, f.timeout) for f in found] == [("openai", "gpt-5.4-mini", True), ("openai", "gpt-5.4-nano", True)]


def test_two_sdks_in_one_file(repo: Repo) -> None:
    text = """import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
const openai = new OpenAI({ timeout: 9 });
const groq = new OpenAI({ baseURL: 'https://api.groq.com/openai/v1' });
const anthropic = new Anthropic();
const a = () => anthropic.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 9, messages: [] });
const b = () => openai.responses.create({ model: 'gpt-5.4', input: 'x' });
const c = () => groq.chat.completions.create({ model: 'llama-3.3-70b-versatile', messages: [] });
"""
    assert [(f.provider, f.timeout) for f in calls(repo, text, "ask.mjs")] == [("anthropic", False), ("openai", True), ("groq", False)]


def test_functions_of_ai_under_other_names_and_in_jsx(repo: Repo) -> None:
    text = """import { generateText as ask, type ToolSet } from 'ai';
import { openai } from '@ai-sdk/openai';
const prompt = <T,>(x: T) => <b title={`${x}`}>generateText(model)</b>;
export const one = async () => await ask({ model: openai('gpt-5.4-mini'), maxOutputTokens: 9, prompt: 'x' });
"""
    (found,) = calls(repo, text, "ask.tsx")
    assert (found.provider, found.name, found.model, found.max_tokens) == ("openai", "ask", "gpt-5.4-mini", True)


def test_functions_of_ones_own_are_no_calls_of_a_model(repo: Repo) -> None:
    text = """const OpenAI = require('openai');
function generateText(x) { return x; }
module.exports = generateText({ model: 'gpt-5.4' });
"""
    assert calls(repo, text) == ()


def test_google_names_its_model_where_the_client_is_made(repo: Repo) -> None:
    text = """import { GoogleGenerativeAI } from '@google/generative-ai';
const google = new GoogleGenerativeAI(process.env.KEY);
const small = google.getGenerativeModel({ model: 'gemini-2.5-flash', generationConfig: { maxOutputTokens: 9 } });
const big = google.getGenerativeModel({ model: "gemini-2.5-pro" });
export const a = () => big.generateContent('x');
export const b = () => small.generateContentStream('x');
"""
    assert [(f.provider, f.model) for f in calls(repo, text, "ask.mjs")] == [("google", "gemini-2.5-pro"), ("google", "gemini-2.5-flash")]


def test_a_request_without_an_sdk(repo: Repo) -> None:
    text = """// fetch('https://api.openai.com/v1/chat/completions', { body: JSON.stringify({ messages }) })
const a = (messages) => fetch(`https://api.openai.com/v1/chat/completions`, {
  method: 'POST', signal: AbortSignal.timeout(900), body: JSON.stringify({ 'model': 'gpt-5.4', messages, max_tokens: 9 }) });
const b = () => fetch('https://example.org/x', { body: JSON.stringify({ prompt: 'as on https: //api.openai.com' }) });
"""
    (found,) = calls(repo, text)
    assert (found.provider, found.model, found.max_tokens, found.timeout, found.location.line) == ("openai", "gpt-5.4", True, True, 2)


def test_types_alone_load_no_sdk(repo: Repo) -> None:
    files = {"package.json": PACKAGE, "server.js": SERVER}
    assert repo({**files, "a.ts": "import type OpenAI from 'openai';\nexport type A = OpenAI;\n"}).llm_providers == ()
    assert repo({**files, "a.ts": "import { type OpenAI } from 'openai';\nexport type A = OpenAI;\n"}).llm_providers == ()
    (found,) = repo({**files, "a.ts": "// import x from 'ollama'\nexport { default as Client } from 'openai';\n"}).llm_providers
    assert (found.name, found.location.line) == ("openai", 2)
