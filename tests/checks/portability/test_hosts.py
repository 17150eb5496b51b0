"""Addresses of one machine in code: what a string is there for decides, however its statement is broken over lines."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
URL = "'http://localhost:8001/x'"


@pytest.mark.parametrize(
    ("path", "code", "kind"),
    [
        ("a.py", f"ask({URL})\n", "fail"),
        ("a.py", f"ask(\n    url={URL},\n)\n", "fail"),
        ("a.py", f"SERVICES = [\n    {URL},\n]\n", "fail"),
        ("a.py", "connect(host='localhost')\n", "fail"),
        ("a.py", f"if ask({URL}) == 1:\n    stop()\n", "fail"),
        ("a.py", "open('/Users/maria/data.csv')  # os.environ, one day\n", "fail"),
        ("a.py", f"class Client(Base):\n    url: str = {URL}\n", "fail"),
        ("a.py", f"# ask({URL})\n", "pass"),
        ("a.py", f'"""\nask({URL})\n"""\n', "pass"),
        ("a.py", f"x = 1  # ask({URL})\n", "pass"),
        ("a.py", f"URL = os.environ.get(\n    'URL',\n    {URL},\n)\n", "pass"),
        ("a.py", f"URL = (\n    os.getenv('URL')\n    or {URL}\n)\n", "pass"),
        ("a.py", f"URL = settings.get('URL', {URL})\n", "pass"),
        ("a.py", f"class Config(BaseSettings):\n    url: str = Field(\n        {URL})\n", "pass"),
        ("a.py", f"ALLOWED_ORIGINS = [\n    # ours\n    'https://example.org',\n\n    {URL},\n]\n", "pass"),
        ("a.py", f"if url in (\n    'localhost', {URL},\n):\n    stop()\n", "pass"),
        ("a.py", "serve(app, host='127.0.0.1')\n", "pass"),
        ("a.py", f"print(\n    'see',\n    {URL},\n)\n", "pass"),
        ("a.js", f"fetch(\n  {URL})\n", "fail"),
        ("a.js", f"const url = {URL}; // process.env\n", "fail"),
        ("a.js", f"fetch({URL}, {{ method: 'POST' }})\n  .then((r) => console.log(r.proxy));\n", "fail"),
        ("a.js", f"const url = process.env.TEST ? {URL} : 'mongodb://localhost/y';\n", "fail"),
        ("a.js", f"const url = process.env.URL ? process.env.URL : {URL};\n", "pass"),
        ("a.py", f"URL = os.environ['URL'] if 'URL' in os.environ else {URL}\n", "pass"),
        ("a.js", f"// fetch({URL})\n", "pass"),
        ("a.js", f"/*\n fetch({URL})\n*/\n", "pass"),
        ("a.js", f"const url =\n  process.env.URL ||\n  {URL};\n", "pass"),
        ("a.js", "if (location.hostname === 'localhost') debug();\n", "pass"),
        ("a.ts", f"export default {{ server: {{ proxy: {{\n  '/api': {{\n    target: {URL} }} }} }} }};\n", "pass"),
        ("a.js", f"console.error(\n  'see',\n  {URL});\n", "pass"),
    ],
)
def test_hosts(path: str, code: str, kind: str, judge: Judge) -> None:
    verdict = judge("no-hard-coded-host", {**FLASK, path: code})
    assert (verdict.kind, {e.location.path for e in verdict.evidence}) == (kind, {path} if kind == "fail" else set())
