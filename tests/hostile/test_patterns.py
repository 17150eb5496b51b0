"""No regular expression of the source runs away: each is given texts made of its own words, in a process with a time limit a pattern."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROBE = r"""
import importlib, json, os, pkgutil, re, signal, sys, time
import re._parser as parser
from prodify import lazyre

real, made = re.compile, {}

def note(pattern, flags=0):
    if isinstance(pattern, (str, bytes)):
        made[pattern, int(flags)] = True

class Noted(lazyre._Lazy):
    def __init__(self, pattern, flags):
        note(pattern, flags)
        super().__init__(pattern, flags)

def compiled(pattern, flags=0):
    # What the standard library compiles when one of our modules is imported is not ours.
    if "prodify" in sys._getframe(1).f_globals.get("__name__", ""):
        note(pattern, flags)
    return real(pattern, flags)

lazyre._Lazy = Noted
for name in ("compile", "search", "match", "fullmatch", "findall", "finditer"):
    pass
re.compile = compiled
import prodify
for module in pkgutil.walk_packages(prodify.__path__, "prodify."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ImportError:
            pass
re.compile = real
from prodify.inventory.secrets.plan import make_plan
from prodify.inventory.secrets.rule import PRIVATE_KEY, LEFT, RIGHT
for number, expression, _ in make_plan().expressions():
    note(expression, re.MULTILINE)
for rule in make_plan().rules:
    sides = ("", "") if rule.category == PRIVATE_KEY else ("" if rule.near else LEFT, RIGHT)
    note(f"{sides[0]}{rule.pattern}{sides[1]}".encode(), re.IGNORECASE if rule.caseless else 0)
# Patterns that are written where they are used.
import ast, pathlib
for path in pathlib.Path(prodify.__path__[0]).rglob("*.py"):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            if node.func.value.id == "re" and node.args and isinstance(node.args[0], ast.Constant):
                flags = 0
                for word in ast.walk(node):
                    if isinstance(word, ast.Attribute) and word.attr in ("MULTILINE", "DOTALL", "IGNORECASE", "VERBOSE"):
                        flags |= int(getattr(re, word.attr))
                note(node.args[0].value, flags)

def literals(parsed, found):
    for op, value in parsed:
        name = str(op)
        if name == "LITERAL":
            found.append(chr(value))
        elif name == "IN":
            for kind, item in value:
                if str(kind) == "LITERAL": found.append(chr(item)); break
                if str(kind) == "RANGE": found.append(chr(item[0])); break
                if str(kind) == "CATEGORY": found.append({"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "7"}.get(str(item), "a")); break
                if str(kind) == "NEGATE": found.append("a"); break
        elif name == "ANY" or name == "NOT_LITERAL":
            found.append("a")
        elif name == "BRANCH":
            literals(value[1][0], found)
        elif name == "SUBPATTERN":
            literals(value[-1], found)
        elif name == "ATOMIC_GROUP":
            literals(value, found)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            literals(value[2], found)
    return found

def probes(pattern, flags):
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    own = "".join(literals(parser.parse(text, flags & ~re.UNICODE), []))[:200]
    yield from ("a" * SIZE, " " * SIZE, "\n" * SIZE, "'" * SIZE, '"' * SIZE, "/" * SIZE, "a " * (SIZE // 2), "(" * SIZE, "=a" * (SIZE // 2))
    for part in {own, own[: len(own) // 2], own[:-1], own[:1], own[:3], own[-3:]} - {""}:
        yield part * (SIZE // len(part))
        yield part + "a" * SIZE
        yield part + " " * SIZE
        yield (part + " ") * (SIZE // (len(part) + 1))
        yield (part + "\n") * (SIZE // (len(part) + 1))

class Slow(Exception):
    pass

def ring(*_):
    raise Slow

SIZE, LIMIT, part, parts = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
signal.signal(signal.SIGALRM, ring)
slow, everything = [], sorted(made, key=repr)
for pattern, flags in everything[part::parts]:
    expression = real(pattern, flags)
    for text in probes(pattern, flags):
        given = text.encode("latin-1", "replace") if isinstance(pattern, bytes) else text

        signal.setitimer(signal.ITIMER_REAL, LIMIT * 4)
        start = time.process_time()
        try:
            sum(1 for _ in expression.finditer(given))
        except Slow:
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        spent = time.process_time() - start
        if spent > LIMIT:
            slow.append([round(spent, 1), str(pattern)[:300], text[:60]])
            break
print(json.dumps({"patterns": len(everything), "slow": slow}))
"""


@pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes minutes; PRODIFY_SLOW_TESTS=1 runs it")
def test_no_pattern_takes_more_than_the_square_of_a_length() -> None:
    assert slow(3000, 2.0) == []


def test_no_pattern_runs_away_on_short_texts() -> None:
    """The same with texts on which only exponential work, or the cube of the length, is felt."""
    assert slow(250, 1.0) == []


def slow(size: int, seconds: float) -> list[object]:
    """Patterns that need longer than a number of seconds for one text of a size."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(size), str(seconds), "0", "1"], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    assert answer["patterns"] > 900
    found: list[object] = answer["slow"]
    return found
