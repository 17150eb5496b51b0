"""The generated backup of MySQL and its restore drill on a real MariaDB: dump, change, drop, restore, compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live.backups import backups_of
from tests.e2e.live.stack import Process, free_port, wait_for

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        shutil.which("mariadbd") is None or shutil.which("mariadb-dump") is None, reason="MariaDB (mariadb-server-core) is not installed"
    ),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]
CODE = 'import os\n\nimport pymysql\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = pymysql.connect(os.environ["DATABASE_URL"])\n'
PASSWORD = "p@ss:w%rd/'\"\\"
ENCODED = "p%40ss%3Aw%25rd%2F%27%22%5C"
TABLES = """
CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, who varchar(80) NOT NULL);
CREATE TABLE `Odd ``Name` (n integer);
INSERT INTO orders (who) SELECT CONCAT('user ', seq) FROM seq_1_to_500;
INSERT INTO `Odd ``Name` VALUES (1), (2);
"""


class MariaDb:
    """A server with the user `app`, who may do everything in the database `shop` and make those of the drill."""

    def __init__(self) -> None:
        self.home, self.port = Path(tempfile.mkdtemp(prefix="live-mariadb-")), free_port()
        self.socket = self.home / "socket"
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={self.home}/data", "--auth-root-authentication-method=normal", *user]
        subprocess.run(install, check=True, capture_output=True, timeout=60)
        options = [f"--datadir={self.home}/data", f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1"]
        command = [shutil.which("mariadbd") or "", "--no-defaults", *options, f"--pid-file={self.home}/pid", *user]
        self.process = Process(self.home / "log", command, self.home)
        wait_for("MariaDB", lambda: self.run("SELECT 1", check=False).returncode == 0, 30)
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        self.run(
            f"CREATE DATABASE shop; CREATE USER app@localhost IDENTIFIED BY '{quoted}'; GRANT ALL ON shop.* TO app@localhost; "
            r"GRANT ALL ON `restore\_drill\_%`.* TO app@localhost"
        )
        self.url = f"mysql+pymysql://app:{ENCODED}@127.0.0.1:{self.port}/shop?charset=utf8mb4"

    def run(self, text: str, *, check: bool = True, database: str = "") -> subprocess.CompletedProcess[str]:
        """Run SQL as root."""
        program = ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch", "--skip-column-names", database]
        return subprocess.run([word for word in program if word], input=text, capture_output=True, text=True, timeout=30, check=check)

    def close(self) -> None:
        """End and remove it."""
        self.process.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture
def database() -> Iterator[MariaDb]:
    server = MariaDb()
    yield server
    server.close()


def test_what_was_dropped_comes_back_and_the_drill_says_what_is_true(database: MariaDb, tmp_path: Path) -> None:
    kept = backups_of(tmp_path, CODE, "flask\npymysql\n", {"DATABASE_URL": database.url})
    backups, run = kept.folder, kept.run

    def databases() -> str:
        return database.run("SHOW DATABASES").stdout

    def orders() -> str:
        return database.run("SELECT md5(group_concat(id, who ORDER BY id)) FROM orders", database="shop").stdout

    assert run("restore-drill.sh").returncode == 1, "no dump yet"
    database.run(TABLES, database="shop")
    before, there = orders(), databases()
    old = backups / "2020-01-01T000000Z.sql.gz"
    backups.mkdir()
    old.write_text("an old one", encoding="utf-8")
    os.utime(old, (0, 0))
    made = run("backup.sh")
    assert made.returncode == 0, made.stderr
    (dump,) = backups.iterdir()
    assert dump.stat().st_mode & 0o077 == 0, "a dump is nobody else's to read"

    drill = run("restore-drill.sh", EXACT="1")
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert drill.stdout.rstrip().endswith("| 2 tables, 502 rows |") and dump.name in drill.stdout
    assert databases() == there, "the drill leaves nothing behind"

    database.run("INSERT INTO orders (who) VALUES ('later')", database="shop")
    changed = run("restore-drill.sh")
    assert changed.returncode == 0 and "orders\t501" in changed.stdout
    assert run("restore-drill.sh", EXACT="1").returncode == 1

    database.run("CREATE TABLE newer (n integer)", database="shop")
    missing = run("restore-drill.sh")
    assert missing.returncode == 1 and "not in the dump: newer" in missing.stderr
    assert databases() == there

    database.run("DROP DATABASE shop; CREATE DATABASE shop")
    restore = f"gunzip --stdout {dump} | mariadb --no-defaults --socket={database.socket} --user=root shop"
    subprocess.run(["sh", "-c", restore], check=True, timeout=60)
    assert orders() == before and run("restore-drill.sh", EXACT="1").returncode == 0

    refused = run("backup.sh", DATABASE_URL=database.url.replace("/shop", "/nothing"))
    assert refused.returncode != 0 and [path.name for path in backups.glob("*.sql.gz")] == [dump.name], "half a dump gets no name"
    broken = backups / "2999-01-01T000000Z.sql.gz"
    broken.write_bytes(dump.read_bytes()[:200])
    assert run("restore-drill.sh").returncode != 0, "half a dump restores nothing"
    assert databases() == there
