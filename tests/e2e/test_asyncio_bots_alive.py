"""Bots with aiogram and discord.py, everything applied, alive: told to stop in the middle of an answer, they send it and begin no other.

Telegram and Discord are stand-ins on loopback. The libraries have an environment of their own: aiogram holds pydantic back.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.live.broker import Program
from tests.e2e.live.discord import TOKEN as DISCORD_TOKEN
from tests.e2e.live.discord import Discord
from tests.e2e.live.stack import wait_for
from tests.e2e.live.telegram import TOKEN, Telegram
from tests.e2e.test_programs_alive import COMMON, laid_out

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".tools/bots/bin/python"
"""Where `make validators-slow` puts the libraries of requirements/bots.txt."""
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        not PYTHON.exists() and not os.environ.get("PRODIFY_REQUIRE_TOOLS"), reason="aiogram is not installed: make validators-slow"
    ),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes half a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

AIOGRAM = {
    **COMMON,
    "bot.py": """import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import Message

dp = Dispatcher()


@dp.message(Command("slow"))
async def slow(message: Message) -> None:
    await message.answer("begun")
    await asyncio.sleep(float(os.environ["SECONDS"]))
    await message.answer("ended")


@dp.message(Command("stop"))
async def stop(message: Message) -> None:
    await message.answer("bye")
    await dp.stop_polling()


@dp.message()
async def other(message: Message) -> None:
    await message.answer("hello")


async def main() -> None:
    api = TelegramAPIServer.from_base(os.environ.get("TELEGRAM_API", "https://api.telegram.org"))
    bot = Bot(os.environ["TELEGRAM_TOKEN"], session=AiohttpSession(api=api))
    await dp.start_polling(bot, handle_as_tasks="AS_TASKS" in os.environ)


if __name__ == "__main__":
    asyncio.run(main())
""",
    "requirements.txt": "aiogram\n",
}
DISCORD = {
    **COMMON,
    "bot.py": """import asyncio
import os

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

if "DISCORD_API" in os.environ:
    Route.BASE = os.environ["DISCORD_API"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY"])
intents = discord.Intents.default()
intents.message_content = True
client = discord.Client(intents=intents)


@client.event
async def on_ready():
    while True:
        await asyncio.sleep(60)


@client.event
async def on_message(message):
    if message.author == client.user:
        return
    if message.content != "slow":
        await message.channel.send("hello")
        return
    await message.channel.send("begun")
    await asyncio.sleep(3)
    await message.channel.send("ended")


if __name__ == "__main__":
    client.run(os.environ["DISCORD_TOKEN"])
""",
    "requirements.txt": "discord.py\n",
}


@pytest.fixture
def discord() -> Iterator[Discord]:
    """The stand-in for Discord."""
    found = Discord()
    yield found
    found.close()


def started(root: Path, home: Path, **settings: str) -> Program:
    """The bot, started as its manifest says."""
    assert PYTHON.exists(), "aiogram has to be there: make validators-slow"
    return Program(root, home, "shop", str(PYTHON), **settings)


@pytest.fixture(scope="module")
def bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Program, Telegram]]]:
    """Bots with aiogram, everything applied, each with a Telegram of its own: started at once, since aiogram takes seconds to import.

    Their handlers run each as a task of its own or one after the other, and take longer than it takes to give a sign of life, or not.
    """
    root = laid_out(tmp_path_factory.mktemp("aiogram"), AIOGRAM)
    found: dict[str, tuple[Program, Telegram]] = {}
    try:
        for name, seconds in (("tasks", 6), ("row", 2), ("stopped", 2)):
            telegram = Telegram()
            chosen = {} if name == "row" else {"AS_TASKS": "1"}
            addressed = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": telegram.url, "SECONDS": str(seconds), **chosen}
            found[name] = started(root, tmp_path_factory.mktemp(name), **addressed), telegram
        yield found
    finally:
        for bot, telegram in found.values():
            bot.close()
            telegram.close()


def grace(bot: Program) -> int:
    """Seconds that its manifest gives it to stop."""
    return int(bot.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"])


@pytest.mark.parametrize("name", ["tasks", "row"])
def test_aiogram_finishes_the_update_that_it_is_at(name: str, bots: dict[str, tuple[Program, Telegram]]) -> None:
    bot, telegram = bots[name]
    telegram.say("/slow")
    wait_for("its beginning", lambda: telegram.answers == ["begun"], 60)
    if name == "tasks":
        wait_for("the next question", lambda: telegram.confirmed == 2, 30)
    os.utime(bot.alive, (0, 0))
    bot.process.process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    wait_for("the end of asking", lambda: "Polling stopped" in bot.process.text(), 10)
    telegram.say("hello")
    if name == "tasks":
        wait_for("a sign of life", bot.is_alive, 10)
        assert bot.process.process.poll() is None and telegram.answers == ["begun"], "while it finishes"
    bot.process.process.wait(timeout=grace(bot))
    assert bot.process.process.returncode == 0 and time.monotonic() - told < grace(bot), bot.process.text()
    assert telegram.answers == ["begun", "ended"], bot.process.text()
    assert telegram.confirmed == 2, "the first is not given out again, the second is"


def test_a_handler_of_aiogram_may_stop_the_bot_itself(bots: dict[str, tuple[Program, Telegram]]) -> None:
    bot, telegram = bots["stopped"]
    telegram.say("/stop")
    wait_for("its answer", lambda: telegram.answers == ["bye"], 60)
    bot.process.process.wait(timeout=15)
    assert bot.process.process.returncode == 0, "it does not wait for its own end"


def test_discord_finishes_the_message_that_it_is_at(discord: Discord, tmp_path: Path) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    home.mkdir()
    bot = started(laid_out(root, DISCORD), home, DISCORD_TOKEN=DISCORD_TOKEN, DISCORD_API=discord.url, DISCORD_GATEWAY=discord.gateway)
    try:
        wait_for("its login", lambda: discord.connected, 30)
        discord.say("slow")
        wait_for("its beginning", lambda: discord.answers == ["begun"], 30)
        bot.process.process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        time.sleep(0.5)
        discord.say("hello")
        bot.process.process.wait(timeout=grace(bot))
        # The patience of twenty seconds is not for `on_ready`, which never ends here.
        assert bot.process.process.returncode == 0 and time.monotonic() - told < 15, bot.process.text()
        assert discord.answers == ["begun", "ended"], bot.process.text()
    finally:
        bot.close()


def test_the_environment_has_what_generated_files_pin() -> None:
    pinned = {row["name"]: row["version"] for row in yaml.safe_load((ROOT / "src/prodify/data/packages.yaml").read_text(encoding="utf-8"))}
    found = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements/bots.in").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(found) == 3 and found == {name: pinned[name] for name in found}
