"""The generated backup of MongoDB and its restore drill, run for real: a server that speaks its protocol, and MongoDB's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.helpers import ROOT
from tests.e2e.live.backups import backups_of
from tests.e2e.live.stack import Process, free_port, wait_for

TOOLS = f"{ROOT / '.tools/bin'}{os.pathsep}{os.environ.get('PATH', '')}"
"""Where `make validators-slow` puts the server. The shell is npm's package mongosh; MongoDB's Database Tools come from MongoDB."""
MISSING = [name for name in ("ferretdb", "mongodump", "mongorestore", "mongosh") if shutil.which(name, path=TOOLS) is None]
HOW = "make validators-slow; npm install --global mongosh; MongoDB's Database Tools"
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not found ({HOW})"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]
CODE = (
    "import os\n\nfrom flask import Flask\nfrom pymongo import MongoClient\n\napp = Flask(__name__)\n"
    'db = MongoClient(os.environ["MONGODB_URI"])\n'
)
DOCUMENTS = """
const place = server.getSiblingDB('shop');
place.orders.insertMany(Array.from({length: 500}, (_, n) => ({who: 'user ' + n})));
place.getCollection('odd-name').insertMany([{n: 1}, {n: 2}]);
server.getSiblingDB('other').things.insertOne({a: 1});
"""


class Mongo:
    """A server with empty databases."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="live-mongo-"))
        self.port = free_port()
        (self.home / "data").mkdir()
        program = str(shutil.which("ferretdb", path=TOOLS))
        self.process = Process(self.home / "log", [program, f"127.0.0.1:{self.port}", str(self.home / "data")], self.home)
        self.url = f"mongodb://127.0.0.1:{self.port}/shop"
        wait_for("the server", lambda: "listening" in self.process.text().lower() or self.answers(), 30)

    def answers(self) -> bool:
        """Whether it does."""
        return self.ask("print('yes')", check=False) == "yes"

    def ask(self, text: str, *, check: bool = True) -> str:
        """What the shell prints."""
        command = ["mongosh", "--quiet", "--nodb", "--eval", f"const server = connect('{self.url}'); {text}"]
        done = subprocess.run(command, env={**os.environ, "PATH": TOOLS}, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout.strip()

    def close(self) -> None:
        """Remove it."""
        self.process.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture
def database() -> Iterator[Mongo]:
    server = Mongo()
    yield server
    server.close()


def test_what_was_dropped_comes_back_and_the_drill_says_what_is_true(database: Mongo, tmp_path: Path) -> None:
    kept = backups_of(tmp_path, CODE, "flask\npymongo\n", {"PATH": TOOLS, "MONGODB_URI": database.url})
    backups, run = kept.folder, kept.run

    def databases() -> str:
        asked = "server.getSiblingDB('admin').runCommand({listDatabases: 1}).databases"
        return database.ask(f"print({asked}.map(d => d.name).sort().join(' '))")

    backups.mkdir()
    assert run("restore-drill.sh").returncode == 1, "no dump yet"
    database.ask(DOCUMENTS)
    there = databases()
    made = run("backup.sh")
    assert made.returncode == 0, made.stderr
    (dump,) = backups.iterdir()
    assert dump.stat().st_mode & 0o077 == 0, "a dump is nobody else's to read"

    drill = run("restore-drill.sh", EXACT="1")
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert drill.stdout.rstrip().endswith("| 2 collections |") and dump.name in drill.stdout
    assert databases() == there, "the drill leaves nothing behind"

    database.ask("server.orders.insertOne({who: 'later'})")
    changed = run("restore-drill.sh")
    assert changed.returncode == 0 and "orders\t501" in changed.stdout
    assert run("restore-drill.sh", EXACT="1").returncode == 1
    database.ask("server.newer.insertOne({n: 1})")
    missing = run("restore-drill.sh")
    assert missing.returncode == 1 and "not in the dump: newer" in missing.stderr
    assert databases() == there

    database.ask("server.dropDatabase()")
    assert "shop" not in databases()
    # As the README says it, into a database beside the one in use.
    address = f"mongodb://127.0.0.1:{database.port}/"
    command = ["mongorestore", f"--uri={address}", "--gzip", f"--archive={dump}", "--nsInclude=shop.*"]
    subprocess.run(command, env=kept.environment, check=True, capture_output=True, timeout=60)
    assert database.ask("print(server.orders.countDocuments({}), server.getCollection('odd-name').countDocuments({}))") == "500 2"

    broken = backups / "2999-01-01T000000Z.archive.gz"
    broken.write_bytes(dump.read_bytes()[:200])
    assert run("restore-drill.sh").returncode != 0, "half a dump restores nothing"
    assert databases() == there
