"""Trees that try to do harm: what is no file, what is no text, what nests, what repeats, and names that no program expects."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

DEEP = 10_000
LINE = "import os\nfrom flask import Flask\napp = Flask(__name__)\nDEBUG = True\n"

slow = pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="one of many alike; PRODIFY_SLOW_TESTS=1 runs it")
"""For cases that need a whole audit each and seldom tell more than their neighbours."""
Maker = Callable[[Path], None]


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a directory."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def no_files(root: Path) -> None:
    """Pipes, a socket and links to devices, to themselves and out of the tree, under names that are read first."""
    for name in (
        ".gitignore",
        "prodify.yaml",
        ".prodify.lock.json",
        "requirements.txt",
        "Dockerfile",
        ".env",
        "pipe.py",
        ".gitleaksignore",
    ):
        os.mkfifo(root / name)
    (root / "sub").mkdir()
    os.mkfifo(root / "sub" / ".gitignore")
    os.mkfifo(root / "sub" / "pyvenv.cfg")
    here = Path.cwd()
    os.chdir(root)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("app.sock")
    finally:
        os.chdir(here)
    links = {
        "zero.py": "/dev/zero",
        "package.json": "/dev/zero",
        "README.md": "/dev/tty",
        "random.yaml": "/dev/urandom",
        "pyproject.toml": "/dev/stdin",
        "loop": "loop",
        "a": "b",
        "b": "a",
        "up": "..",
        "etc": "/etc",
        "passwd.py": "/etc/passwd",
        "sub/back": "../sub",
        "compose.yaml": "/etc/passwd",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)


def large(root: Path) -> None:
    """One line of 100 MB without a byte on the disk, one of a megabyte without a break, one that is just read."""
    with (root / "huge.txt").open("wb") as stream:
        stream.truncate(100 << 20)
    write(
        root,
        {
            "line.py": b"x = '" + b"a" * 1_000_000 + b"'\n",
            "line.js": b"a=" * 500_000,
            "line.sql": b"x" * (3 << 20),
            "line.md": b"[" * 900_000,
        },
    )


_BRACKETS = {
    "py": "import os, requests\nx = ()",
    "js": "const e = require('express'); process.env.A; x = ()",
    "ts": "import e from 'express'; x = ()",
    "json": "[]",
    "yaml": "[]",
    "toml": "a = []",
    "tf": 'resource "a" "b" {}',
    "go": "package main\nvar x = ()",
    "java": "class A { Object x = ()",
    "rb": "x = ()",
    "rs": "fn main() { ()",
    "php": "<?php $x = ()",
    "cs": "class A { object x = ()",
    "kt": "val x = ()",
    "sh": "$()",
    "sql": "()",
}


def deep(root: Path) -> None:
    """Brackets ten thousand deep in every language, closed and not, and what else nests."""
    files: dict[str, str] = {}
    for ending, text in _BRACKETS.items():
        start, opened, closed = text[:-2], text[-2], text[-1]
        files[f"closed.{ending}"] = f"{start}{opened * DEEP}1{closed * DEEP}\n"
        files[f"open.{ending}"] = start + opened * DEEP
    files |= {
        "pages.html": "<div>" * DEEP,
        "page.tsx": "import a from 'express'; x = " + "<a>" * DEEP,
        "book.ipynb": '{"cells": ' + "[" * DEEP,
        "chain.py": "import requests\nx = requests.get('x')" + ".b()" * DEEP,
        "chain.js": "const e = require('express'); e()" + ".get('/x', f)" * DEEP,
        "sum.py": "import os\nx = " + "+".join(["os.environ['A']"] * DEEP),
        "sum.js": "x = process.env.A" + " + process.env.A" * DEEP,
        "equal.py": "import flask\n" + "a = " * DEEP + "1\n",
        "minus.py": "import flask\nx = " + "-" * DEEP + "1\n",
        "elif.py": "import os\nif a:\n  b\n" + "elif os.environ['A']:\n  b\n" * DEEP,
        "else.js": "process.env.A;" + "if (a) {} else " * DEEP + "{}",
        "functions.py": "".join(" " * n + "def f():\n" for n in range(400)),
        "lambda.py": "import os\nx = " + "lambda: " * DEEP + "1",
        "package.json": '{"a":' * DEEP,
        "pyproject.toml": "a = " + "[" * DEEP,
        "Dockerfile": "FROM a\nCMD " + "[" * DEEP,
        "Procfile": "web: " + "[" * DEEP,
        "heroku.yml": "run:\n  web: " + "[" * DEEP,
        "a/b.yaml": "- " * DEEP + "x",
        "a/c.yaml": "".join(" " * n + "a:\n" for n in range(1200)),
    }
    write(root, files)


def numbers(root: Path) -> None:
    """Numbers that Python refuses to read, that are no numbers, or that no machine has as a port."""
    many, odd = "9" * 50_000, "²"
    python = f"from flask import Flask\napp = Flask(__name__)\nPORT = {many}\napp.run(port={many})\nHistogram(buckets=[{many}, 1, 2, 3])\n"
    write(
        root,
        {
            "app.py": python,
            "odd.py": f"import flask\napp = flask.Flask('x')\napp.run(port='{odd}')\n",
            "gunicorn.conf.py": f"bind = '0:{many}'",
            "pyproject.toml": f"[project]\nname = 'a'\nversion = {many}\n",
            "b/pyproject.toml": "[project]\nname = 'a'\nx = 2001-99-99\n",
            "package.json": f'{{"name": "a", "version": {many}, "scripts": {{"start": "node server.js --port {many}"}}}}',
            "server.js": f"const e = require('express'); const app = e(); app.listen({many}); app.listen('{odd}')",
            "Dockerfile": f"FROM a\nEXPOSE {many} {odd}\nENV PORT={odd}\n",
            "Procfile": f"web: gunicorn app:app --bind 0.0.0.0:{many}\n",
            "k8s/a.yaml": f"apiVersion: v1\nkind: Service\nspec: {{ports: [{{port: {many}}}]}}\n---\na: 0x{many}\nb: 1e999999\nc: .inf\n",
            "compose.yaml": f"services: {{a: {{image: x, ports: ['{many}:{odd}', {many}]}}}}\n",
            "Cargo.toml": f"[package]\nname = 'a'\nversion = {many}\n",
            "Rocket.toml": f"[default]\nport = {many}\n",
            "src/main.rs": "#[launch] fn main() {}",
            ".streamlit/config.toml": f"[server]\nport = {many}\n",
            ".gitleaksignore": f"a.py:b:{many}\na.py:b:{odd}\n",
            "main.tf": f'resource "a" "b" {{\n  c = {many}\n}}\n',
            ".github/workflows/ci.yml": f"on: push\njobs: {{a: {{timeout-minutes: {many}, steps: [{{run: make}}]}}}}\n",
        },
    )


def bombs(root: Path) -> None:
    """Aliases that multiply, under every name that is read as YAML."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    bomb = "\n".join(lines) + "\n"
    names = "bomb.yaml compose.yaml .github/workflows/ci.yml .gitlab-ci.yml k8s/a.yaml rules.yml .pre-commit-config.yaml serverless.yml"
    write(root, dict.fromkeys(names.split(), bomb) | {"merge.yaml": "a: &a\n  <<: *a\n  b: 1\nx: {<<: [*a, *a]}\n"})


def names(root: Path) -> None:
    """Names of devices, with line ends, quotes, escapes, and with bytes that are no UTF-8."""
    odd = (
        "con.py",
        "aux.txt",
        "nul",
        "COM1.env",
        "a\nb.py",
        "q\"uote'.py",
        "esc\x1b[31m.py",
        "tab\t.py",
        "back\\slash.py",
        "..hidden.py",
        "-rf.py",
        "$(id).py",
        "a b;c.py",
        ":colon.py",
        "trailing.",
        "*star.py",
        "[x].py",
        "\u202egnp.py",
        "::set-output.py",
        "<b>.py",
        "|x|.py",
        "%n.py",
    )
    text = "import os\npassword = '" + "Zk3hf82hf92" + "hf92hf'\nos.environ['A']\n"
    write(root, {f"names/{name}": text for name in odd})
    for raw in (b"\xff\xfe.py", b"caf\xe9.env", b"\xed\xa0\x80.py"):
        Path(os.fsdecode(os.path.join(os.fsencode(root), b"names", raw))).write_text(text)


def encodings(root: Path) -> None:
    """The same text in encodings that say so and in those that do not, and NUL bytes where they hurt."""
    kinds = "utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be latin-1 utf-8-sig cp037 utf-7".split()
    write(
        root,
        {f"{kind}.py": (LINE + "# é\n").encode(kind) for kind in kinds}
        | {f"{kind}/requirements.txt": "flask\n".encode(kind) for kind in kinds},
    )
    write(
        root,
        {
            "bad.py": LINE.encode() + b"\xff\xfe\x80\xc3(\n",
            "odd.py": b"\xff\xfea\x00b",
            "surrogate.py": b"\xff\xfe\x00\xd8\x00\xd8",
            "bom.py": b"\xff\xfe",
        },
    )
    for place in (0, 1, 100, 8191, 8192, 8193, 20_000):
        data = bytearray((LINE * 500).encode())
        data[place:place] = b"\0"
        write(
            root,
            {
                f"nul{place}.py": bytes(data),
                f"nul{place}.yaml": bytes(data),
                f"nul{place}.toml": bytes(data),
                f"nul{place}/.env": bytes(data),
            },
        )


HARMFUL: Mapping[str, Maker] = {made.__name__: made for made in (no_files, large, deep, numbers, bombs, names, encodings)}
"""Every kind by its name."""


def git(root: Path, *arguments: str) -> str:
    """Run git in a test repository and return what it says."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
