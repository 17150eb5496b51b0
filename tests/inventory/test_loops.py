"""Shapes that go wrong under load, read from the syntax tree: what texts and comments say is none, and every spelling counts."""

from __future__ import annotations

import pytest

from prodify.inventory.loops import endless_retries, growing_dictionaries, swallowed_errors, unclosed_sessions

from .conftest import Repo


@pytest.mark.parametrize(
    ("handler", "dropped"),
    [
        ("except Exception:\n    pass", True),
        ("except:\n    ...", True),
        ("except BaseException as error: pass", True),
        ("except (ValueError, Exception):\n    pass", True),
        ("except (\n    ValueError,\n    Exception,\n) as error:\n    pass", True),
        ("except Exception:\n    # best effort\n    pass  # really", True),
        ("except builtins.Exception:\n    pass", True),
        ("except Exception:\n    '''nothing to be done'''", True),
        ("except ValueError:\n    pass", False),
        ("except errors.SessionException:\n    pass", False),
        ("except Exception:\n    log.exception('x')", False),
        ("except ValueError:\n    text = '''\nexcept Exception:\n    pass\n'''", False),
        ("except ValueError:\n    # except Exception: pass\n    stop()", False),
    ],
)
def test_dropped_errors(repo: Repo, handler: str, dropped: bool) -> None:
    found = swallowed_errors(repo({"app.py": f"try:\n    work()\n{handler}\n"}))
    assert [(note.location.line, note.note) for note in found] == ([(3, handler.splitlines()[0])] if dropped else [])


CALL = "requests.get(url, timeout=5)"
LOOP = """import requests

def load(url):
    while {}:
        {}
        try:
            {}
        except OSError:
            {}
        {}
"""


@pytest.mark.parametrize(
    ("condition", "before", "call", "handler", "after", "endless"),
    [
        ("True", "wait()", f"return {CALL}", "pass", "", True),
        ("1", "wait()", f"return {CALL}", "pass", "", True),
        ("(True)", "wait()", f"return {CALL}", "pass", "", True),
        ("True", "wait()", "return requests.\\\n  get(\n    url)", "pass", "", True),
        ("True", "wait()", "return client.chat.completions.create()", "pass", "", True),
        ("True", "wait()", f"answer = {CALL}", "continue", "return answer", True),
        ("True", "# three attempts at most, then we return", f"return {CALL}", "log('break')", "", True),
        ("True", "entries = 1", f"return {CALL}", "pass", "", True),
        ("True", "turn += 1", f"return {CALL}", "if turn > 3:\n                raise", "", False),
        ("True", "turn += 1\n        if turn == 9: return", f"return {CALL}", "pass", "", False),
        ("True", "attempts = next(left)", f"return {CALL}", "pass", "", False),
        ("True", "wait()", f"return {CALL}", "sys.exit(1)", "", False),
        ("True", "wait()", f"return {CALL}", "break", "", False),
        ("True", "url = input()", f"print({CALL})", "pass", "", False),
        ("True", "message = await socket.receive_text()", f"print({CALL})", "pass", "", False),
        ("True", "wait()", "return 'requests.get(url)'", "pass", "", False),
        ("True", "wait()", "return urllib.parse.quote(url)", "pass", "", False),
        ("True", "wait()", "return compute()", "pass", CALL, False),
        ("waiting", "wait()", f"return {CALL}", "pass", "", False),
    ],
)
def test_endless_retries(repo: Repo, condition: str, before: str, call: str, handler: str, after: str, endless: bool) -> None:
    text = LOOP.format(condition, before, call, handler, after)
    assert [note.location.line for note in endless_retries(repo({"client.py": text}))] == ([4] if endless else [])


def test_a_loop_over_many_in_an_endless_loop_is_no_retry(repo: Repo) -> None:
    text = """
        import requests
        from requests import get

        def watch(urls):
            while True:
                for url in urls:
                    try:
                        get(url)
                    except OSError:
                        pass

        def load(url):
            while True:
                try:
                    return get(url)
                except OSError:
                    pass
    """
    assert [note.location.line for note in endless_retries(repo({"client.py": text}))] == [13]


@pytest.mark.parametrize(
    ("made", "body", "grows"),
    [
        ("cache = {}", "cache[key] = 1", True),
        ("cache={}", "cache [ key ] = 1", True),
        ("cache: dict[str, int] = {}", "cache[key], other = 1, 2", True),
        ("cache = dict()", "cache[\n        f'{key}-x'\n    ] = 1", True),
        ("cache = {}", "cache.setdefault(key, 1)", True),
        ("cache = defaultdict(list)", "cache[key].append(1)", True),
        ("cache = {}", "cache[key] = 1  # cache.clear() is never called", True),
        ("cache = {}", "cache[key] = 1; print('del cache[key]')", True),
        ("cache = {}", "cache['one'] = 1", False),
        ("cache = {}", "print(f'cache[key] = 1')", False),
        ("cache = {}", "if cache[key] == 1: pass", False),
        ("cache = {}", "cache[key] = 1\n    del cache[old]", False),
        ("cache = {}", "cache[key] = 1\n    if len( cache ) > 100: cache.popitem()", False),
        ("cache = {}", "cache[key] = 1\n    cache.pop(\n        old)", False),
        ("cache = {}", "cache = {}\n    cache[key] = 1", False),
        ("cache = {}", "global cache\n    cache[key] = 1\n    if late(): cache = {}", False),
        ("cache = {}", "global cache\n    cache[key] = 1", True),
        ("settings = {}", "settings[key] = 1", False),
        ("cache = TTLCache(9, 9)\nother = {}", "cache[key] = 1", False),
    ],
)
def test_growing_dictionaries(repo: Repo, made: str, body: str, grows: bool) -> None:
    text = f"from collections import defaultdict\n\n{made}\n\ndef remember(key):\n    {body}\n"
    assert [note.note for note in growing_dictionaries(repo({"app.py": text}))] == (["cache"] if grows else [])


def test_what_a_script_fills_once_does_not_grow(repo: Repo) -> None:
    assert growing_dictionaries(repo({"app.py": "results = {}\nfor name in names:\n    results[name] = 1\n"})) == ()


FACTORY = "from sqlalchemy.orm import sessionmaker, scoped_session\n\nSession = sessionmaker(bind=engine)\n\ndef work():\n    {}\n"


@pytest.mark.parametrize(
    ("body", "closed"),
    [
        ("db = Session()\n    db.query(A)", False),
        ("db = Session()\n    # db.close() comes later\n    print('db.close()')", False),
        ("db = Session()  # with care\n    db.query(A)", False),
        ("store(Session())", False),
        ("db = Session()\n    db.\\\n        close()", True),
        ("db: Session = (\n        Session()\n    )\n    db.close()", True),
        ("with Session() as db:\n        db.query(A)", True),
        ("with (\n        lock,\n        Session() as db,\n    ):\n        db.query(A)", True),
        ("with closing(\n        Session()\n    ) as db:\n        db.query(A)", True),
        ("db = Session()\n    with db:\n        db.query(A)", True),
        ("db = stack.enter_context(Session())", True),
        ("db = Session()\n    try:\n        yield db\n    finally:\n        pass", True),
        ("return Session()", True),
        ("db = Session()\n    return db", True),
    ],
)
def test_sessions(repo: Repo, body: str, closed: bool) -> None:
    opened, left = unclosed_sessions(repo({"db.py": FACTORY.format(body)}))
    assert [note.note for note in opened] == ["Session()"]
    assert [note.note for note in left] == ([] if closed else ["Session()"])


@pytest.mark.parametrize(
    ("made", "opened"),
    [
        ("async_sessionmaker[AsyncSession](engine)", 1),
        ("sqlalchemy.orm.sessionmaker(\n    bind=engine)", 1),
        ("scoped_session(sessionmaker(bind=engine))", 0),
        ("'sessionmaker(bind=engine)'", 0),
        ("None  # sessionmaker(bind=engine)", 0),
    ],
)
def test_factories(repo: Repo, made: str, opened: int) -> None:
    text = f"import sqlalchemy.orm\n\nLocal = {made}\n\ndef work():\n    db = Local()\n"
    assert len(unclosed_sessions(repo({"db.py": text}))[0]) == opened


def test_what_an_object_keeps_is_closed_by_another_method(repo: Repo) -> None:
    head = """from sqlalchemy.orm import sessionmaker

Session = sessionmaker()

class Work:
    def __enter__(self):
        self.db = Session()
"""
    assert len(unclosed_sessions(repo({"a.py": head}))[1]) == 1
    assert unclosed_sessions(repo({"a.py": f"{head}\n    def __exit__(self, *_):\n        self.db.close()\n"}))[1] == ()
