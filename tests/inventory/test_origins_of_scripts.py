"""Origins of JavaScript: however options are written, what a comment or a text says is none."""

from __future__ import annotations

import pytest

from prodify.checks.security._origins import OPEN

from .conftest import Repo

OPENED = {
    "app.use(cors({\n  // any\n  'origin': '*', methods: { a: 1 },\n}));": 1,
    "fast.register(cors, { /* x */ origin: true, hook: { a: 1 } });": 1,
    "fast.register(cors);\nfast.register(require('@fastify/cors'), {});": 2,
    "app.enableCors();\napp.enableCors({ origin: true, more: { x: 1 } });\napp.enableCors({});": 3,
    "answer.setHeader('Access-Control-Allow-Origin', asked.headers.origin || '*');": 1,
    "answer.header('access-control-allow-origin',\n  asked.get('Origin') /* or */ ?? `*`);": 1,
    "answer.set('Access-Control-Allow-Origin', asked.headers['origin'] || \"*\");": 1,
    "const corsOptions = { methods: { a: 1 }, origin: '*' };": 1,
    "io(server, { cors: { credentials: {}, origin: `*` } });": 1,
    "const headers = { 'Access-Control-Allow-Origin': '*' };": 1,
    "module.exports = { headers: [{ key: 'Access-Control-Allow-Origin', /* all */ value: '*' }] };": 1,
    "const origin = process.env.CORS_ORIGIN\n  ?? '*';": 1,
}
CLOSED = (
    "// app.use(cors({ origin: '*' }))\nconst text = `cors({ origin: '*' })`;",
    "app.use(cors({ origin: ['https://example.org'] }));",
    "app.use(cors({ /* origin: '*' */ origin: 'https://example.org' }));",
    "fast.register(cors, { origin: 'https://example.org' });\nfast.register(other);",
    "app.enableCors({ origin: names });",
    "answer.setHeader('Access-Control-Allow-Origin', asked.headers.origin || 'https://example.org');",
    "fetch(url, { headers: { 'Access-Control-Allow-Origin': '*' } });",
    "axios.create({ headers: { 'Access-Control-Allow-Origin': '*' } });",
    "const requestOptions = { headers: { 'Access-Control-Allow-Origin': '*' } };",
    "const a = process.env.OTHER || '*', b = names.ORIGIN || process.env.ORIGINS || '*';",
)


@pytest.mark.parametrize("text", OPENED)
def test_every_origin(repo: Repo, text: str) -> None:
    assert len({found.location for found in repo({"a.js": text + "\n"}).find(*OPEN)}) == OPENED[text]


@pytest.mark.parametrize("text", CLOSED)
def test_some_origins(repo: Repo, text: str) -> None:
    assert repo({"a.js": text + "\n"}).find(*OPEN) == ()


def test_types_hide_nothing(repo: Repo) -> None:
    text = "const corsOptions: CorsOptions = { origin: '*' } as const;\nconst b = { cors: { origin: true } satisfies CorsOptions };\n"
    assert [found.location.line for found in repo({"a.ts": text}).find(*OPEN)] == [1, 2]
