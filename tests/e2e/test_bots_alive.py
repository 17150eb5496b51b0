"""A bot on Telegram and a program that plans by APScheduler, everything applied, alive: started as their manifests say, ended by SIGTERM.

Telegram is a stand-in on loopback, which the bot is told of by a setting.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live.broker import Worker
from tests.e2e.live.stack import Process, wait_for
from tests.e2e.live.telegram import TOKEN, Telegram
from tests.e2e.test_programs_alive import COMMON, laid_out

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

BOT = {
    **COMMON,
    "bot.py": '''import asyncio
import logging
import os

import httpx
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

logging.basicConfig(level=logging.INFO)


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    logging.getLogger().warning("asked by %s", httpx.URL("https://api.telegram.org/bot" + os.environ["TELEGRAM_TOKEN"]))
    await update.message.reply_text("hello")


async def slow(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_text("begun")
    await asyncio.sleep(3)
    await update.message.reply_text("ended")


async def fail(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    raise ValueError("no stock")


def main() -> None:
    address = os.environ.get("TELEGRAM_API", "https://api.telegram.org")
    app = Application.builder().token(os.environ["TELEGRAM_TOKEN"]).base_url(address + "/bot").build()
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CommandHandler("slow", slow))
    app.add_handler(CommandHandler("fail", fail))
    app.run_polling()


if __name__ == "__main__":
    main()
''',
    "requirements.txt": "python-telegram-bot\nhttpx\n",
}
SCHEDULER = {
    **COMMON,
    "worker.py": '''import os
import time

import redis
from apscheduler.schedulers.blocking import BlockingScheduler

store = redis.from_url(os.environ["REDIS_URL"])
scheduler = BlockingScheduler()


@scheduler.scheduled_job("interval", seconds=1, max_instances=1)
def clean():
    store.incr("begun")
    time.sleep(0.7)
    store.incr("ended")


if __name__ == "__main__":
    try:
        scheduler.start()
    finally:
        store.set("said", "goodbye")
''',
    "requirements.txt": "apscheduler\nredis\n",
    "Procfile": "worker: python worker.py\n",
}


class Bot(Worker):
    """The bot, and the Telegram that it talks to."""

    def __init__(self, root: Path, home: Path, name: str) -> None:
        self.telegram = Telegram()
        super().__init__(root, home, name)

    def start(self, **more: str) -> Process:
        """Start it with its token and the address of the stand-in."""
        return super().start(**{"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": self.telegram.url, **more})

    def close(self) -> None:
        """End everything."""
        super().close()
        self.telegram.close()


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The bot, started as its manifest says."""
    for name in ("telegram", "opentelemetry.sdk"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    found = Bot(laid_out(tmp_path_factory.mktemp("bot"), BOT), tmp_path_factory.mktemp("bot-home"), "shop")
    yield found
    found.close()


def test_the_bot_answers_and_logs_json_without_its_token(bot: Bot) -> None:
    assert bot.deployment()["spec"]["replicas"] == 1 and bot.deployment()["spec"]["strategy"] == {"type": "Recreate"}
    bot.telegram.say("/start")
    wait_for("its answer", lambda: bot.telegram.answers == ["hello"], 30)
    bot.telegram.say("/fail")
    wait_for("the failure", lambda: "no stock" in bot.process.text(), 10)
    lines = [line for line in bot.process.text().splitlines() if line.strip()]
    assert lines and all(json.loads(line)["service"] == "shop" for line in lines)
    assert TOKEN not in bot.process.text(), "whoever reads the log could speak for the bot"
    wait_for("its spans", lambda: len(bot.receiver.spans) > 3, 10)
    spans = [str(span) for span in list(bot.receiver.spans)]
    assert any("getUpdates" in span or "sendMessage" in span for span in spans) and not any(TOKEN in span for span in spans)


def test_the_bot_finishes_the_answer_that_it_is_at_and_loses_no_message(bot: Bot) -> None:
    bot.telegram.say("/slow")
    wait_for("its beginning", lambda: bot.telegram.answers[-1] == "begun", 10)
    grace = bot.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    took = bot.process.stop(grace)
    assert bot.process.process.returncode == 0 and 1 < took < 10
    assert bot.telegram.answers[-1] == "ended", "cut off"
    assert bot.telegram.confirmed > len(bot.telegram.updates), "answered, and not given out again"
    bot.telegram.say("/start")
    answers = len(bot.telegram.answers)
    bot.start()
    wait_for("the message that waited", lambda: bot.telegram.answers[answers:] == ["hello"], 30)
    assert bot.process.stop(grace) < 8, "with nothing in hand it stops at once"


def test_the_sign_of_life_grows_old_when_the_event_loop_hangs(bot: Bot) -> None:
    bot.start()
    answers = len(bot.telegram.answers)
    bot.telegram.say("/start")
    wait_for("an answer", lambda: len(bot.telegram.answers) > answers, 30)
    assert bot.is_alive()
    bot.process.process.send_signal(signal.SIGSTOP)
    try:
        os.utime(bot.alive, (time.time() - 81, time.time() - 81))
        time.sleep(6)
        assert not bot.is_alive(), "a minute and the longest task (20 s)"
    finally:
        bot.process.process.send_signal(signal.SIGCONT)
    wait_for("a sign of life", bot.is_alive, 10)


def test_what_apscheduler_plans_runs_once_and_is_finished(tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("redis", "apscheduler"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    worker = Worker(laid_out(tmp_path_factory.mktemp("planned"), SCHEDULER), tmp_path_factory.mktemp("planned-home"), "shop")
    try:
        assert worker.deployment()["spec"]["replicas"] == 1 and worker.deployment()["spec"]["strategy"] == {"type": "Recreate"}
        wait_for("its work", lambda: worker.broker.number("get", "ended") >= 2, 30)
        begun = worker.broker.number("get", "begun")
        wait_for("the next run", lambda: worker.broker.number("get", "begun") > begun, 10)
        assert worker.process.stop(15) < 5 and worker.process.process.returncode == 0
        assert worker.broker.ask("get", "said") == b"goodbye"
        assert worker.broker.number("get", "ended") == worker.broker.number("get", "begun"), "cut off"
        lines = [line for line in worker.process.text().splitlines() if line.strip()]
        assert all(json.loads(line)["service"] == "shop" for line in lines)
    finally:
        worker.close()
