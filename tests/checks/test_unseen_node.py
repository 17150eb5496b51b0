"""Checks on shapes of JavaScript repositories that were met in repositories no rule was written for."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge
from tests.checks.test_unseen_python import places

SERVER = "import express from 'express';\nimport { ask } from './lib/ask';\n\nconst app = express();\n" + (
    "app.get('/', async (q, r) => r.send(await ask(q.query.q)));\napp.listen(3000);\n"
)
CLIENT = "import OpenAI from 'openai';\n\nexport const openai = new OpenAI({ apiKey: process.env.KEY });\n"


def project(files: Mapping[str, str], **more: object) -> dict[str, str]:
    needed = {"express": "5", "openai": "5"}
    manifest = {"name": "shop", "private": True, "scripts": {"start": "node src/server.ts"}, "dependencies": needed}
    return {"package.json": json.dumps({**manifest, **more}, indent=1), "src/server.ts": SERVER, "src/lib/ai.ts": CLIENT, **files}


def ask(imports: str, parameters: str = "question: string", model: str = "model: MODEL") -> str:
    create = f"openai.chat.completions.create({{ {model}, max_tokens: 9, messages: [] }})"
    return f"{imports}\n\nexport const ask = async ({parameters}) => {{\n  return await {create};\n}};\n"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"src/lib/ask.ts": ask("import { openai } from './ai';", model="model: 'gpt-3.5-turbo'")}, ("src/lib/ask.ts", 4)),
        ({"src/lib/ask.ts": ask("import { openai } from '@/lib/ai';", model="model: 'gpt-3.5-turbo'")}, ("src/lib/ask.ts", 4)),
        (
            {
                "src/lib/ask.ts": ask("import { openai } from './ai';\nimport { MODEL } from './names';"),
                "src/lib/names.ts": "const LIMIT = 3;\nexport const MODEL = 'gpt-3.5-turbo';\n",
            },
            ("src/lib/names.ts", 2),
        ),
        (
            {
                "src/lib/ask.ts": ask("import { openai } from './ai';\nimport { MODEL } from './names';", "q, model = MODEL", "model"),
                "src/lib/names.ts": 'const MODEL = "gpt-3.5-turbo";\nexport { MODEL };\n',
            },
            ("src/lib/names.ts", 1),
        ),
        ({"src/lib/ask.ts": ask("import { openai } from './ai';\nconst MODEL = 'gpt-3.5-turbo';")}, ("src/lib/ask.ts", 2)),
    ],
)
def test_models_of_a_client_that_another_file_makes(judge: Judge, files: Mapping[str, str], place: tuple[str, int]) -> None:
    assert places(judge, "model-is-not-retired", project(files)) == [place]


@pytest.mark.parametrize(
    "imports", ["import { openai } from './mail';", "import { openai } from 'elsewhere';", "import { other } from './ai';"]
)
def test_a_call_of_another_client_names_no_model(judge: Judge, imports: str) -> None:
    asked = ask(imports, model="model: pick()").replace("chat.completions", "messages")
    mail = "import twilio from 'twilio';\nexport const openai = twilio();\n"
    assert judge("model-is-not-retired", project({"src/lib/ask.ts": asked, "src/lib/mail.ts": mail})).kind is Kind.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ("18.x", Kind.FAIL),
        ("^16.0.0", Kind.FAIL),
        (">=18.18.0 <19.0.0", Kind.FAIL),
        ("16 || 18", Kind.FAIL),
        (">=24 <25", Kind.PASS),
        ("16 || 24", Kind.PASS),
        (">=14", Kind.NOT_APPLICABLE),
        ("14 || >=16", Kind.NOT_APPLICABLE),
    ],
)
def test_a_range_of_engines_ends_with_the_newest_version_that_it_allows(judge: Judge, wanted: str, kind: Kind) -> None:
    files = project({"src/lib/ask.ts": ask("import { openai } from './ai';")}, engines={"node": wanted})
    assert judge("runtime-version-is-supported", files).kind is kind
