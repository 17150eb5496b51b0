"""Python frameworks by the constructor that makes an application object.

Default ports are those of the framework's own server or its usual command, from each project's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping

from prodify.lazydata import dataclass


@dataclass(frozen=True, slots=True)
class PythonFramework:
    """`name` as reports show it; `kind` of component an object of it makes; `port` listened on when nothing is written."""

    name: str
    kind: str
    port: int | None


WEB: Mapping[str, PythonFramework] = {
    "flask.Flask": PythonFramework("flask", "service", 5000),
    "flask_openapi3.OpenAPI": PythonFramework("flask", "service", 5000),
    "apiflask.APIFlask": PythonFramework("flask", "service", 5000),
    "connexion.FlaskApp": PythonFramework("connexion", "service", 8080),
    "connexion.App": PythonFramework("connexion", "service", 8080),
    "connexion.AsyncApp": PythonFramework("connexion", "service", 8000),
    "fastapi.FastAPI": PythonFramework("fastapi", "service", 8000),
    "starlette.applications.Starlette": PythonFramework("starlette", "service", 8000),
    "litestar.Litestar": PythonFramework("litestar", "service", 8000),
    "quart.Quart": PythonFramework("quart", "service", 5000),
    "sanic.Sanic": PythonFramework("sanic", "service", 8000),
    "sanic.app.Sanic": PythonFramework("sanic", "service", 8000),
    "aiohttp.web.Application": PythonFramework("aiohttp", "service", 8080),
    "tornado.web.Application": PythonFramework("tornado", "service", 8888),
    "bottle.Bottle": PythonFramework("bottle", "service", 8080),
    "falcon.App": PythonFramework("falcon", "service", 8000),
    "falcon.asgi.App": PythonFramework("falcon", "service", 8000),
    "falcon.API": PythonFramework("falcon", "service", 8000),
    "pyramid.config.Configurator": PythonFramework("pyramid", "service", 6543),
    "robyn.Robyn": PythonFramework("robyn", "service", 8080),
    "blacksheep.Application": PythonFramework("blacksheep", "service", 8000),
    "blacksheep.server.Application": PythonFramework("blacksheep", "service", 8000),
    "chalice.Chalice": PythonFramework("chalice", "service", 8000),
    "dash.Dash": PythonFramework("dash", "service", 8050),
    "gradio.Blocks": PythonFramework("gradio", "service", 7860),
    "gradio.Interface": PythonFramework("gradio", "service", 7860),
    "gradio.ChatInterface": PythonFramework("gradio", "service", 7860),
    "gradio.TabbedInterface": PythonFramework("gradio", "service", 7860),
    "mcp.server.fastmcp.FastMCP": PythonFramework("mcp", "service", 8000),
    "fastmcp.FastMCP": PythonFramework("mcp", "service", 8000),
    "grpc.server": PythonFramework("grpc", "service", 50051),
    "grpc.aio.server": PythonFramework("grpc", "service", 50051),
    "http.server.HTTPServer": PythonFramework("http.server", "service", 8000),
    "http.server.ThreadingHTTPServer": PythonFramework("http.server", "service", 8000),
}
"""Constructors of web applications."""

SCRIPT_UI: Mapping[str, PythonFramework] = {
    "streamlit": PythonFramework("streamlit", "service", 8501),
    "chainlit": PythonFramework("chainlit", "service", 8000),
    "nicegui": PythonFramework("nicegui", "service", 8080),
    "panel": PythonFramework("panel", "service", 5006),
}
"""Modules whose import at the top of a script makes the script itself the application."""

BOTS: Mapping[str, PythonFramework] = {
    "discord.Client": PythonFramework("discord.py", "bot", None),
    "discord.AutoShardedClient": PythonFramework("discord.py", "bot", None),
    "discord.Bot": PythonFramework("discord.py", "bot", None),
    "discord.ext.commands.Bot": PythonFramework("discord.py", "bot", None),
    "discord.ext.commands.AutoShardedBot": PythonFramework("discord.py", "bot", None),
    "nextcord.Client": PythonFramework("nextcord", "bot", None),
    "nextcord.ext.commands.Bot": PythonFramework("nextcord", "bot", None),
    "disnake.Client": PythonFramework("disnake", "bot", None),
    "disnake.ext.commands.Bot": PythonFramework("disnake", "bot", None),
    "interactions.Client": PythonFramework("interactions.py", "bot", None),
    "hikari.GatewayBot": PythonFramework("hikari", "bot", None),
    "telegram.ext.Updater": PythonFramework("python-telegram-bot", "bot", None),
    "telegram.ext.ApplicationBuilder": PythonFramework("python-telegram-bot", "bot", None),
    "telegram.ext.Application.builder": PythonFramework("python-telegram-bot", "bot", None),
    "telebot.TeleBot": PythonFramework("telebot", "bot", None),
    "telebot.async_telebot.AsyncTeleBot": PythonFramework("telebot", "bot", None),
    "aiogram.Dispatcher": PythonFramework("aiogram", "bot", None),
    "pyrogram.Client": PythonFramework("pyrogram", "bot", None),
    "telethon.TelegramClient": PythonFramework("telethon", "bot", None),
    "slack_bolt.App": PythonFramework("slack-bolt", "bot", 3000),
    "slack_bolt.async_app.AsyncApp": PythonFramework("slack-bolt", "bot", 3000),
    "tweepy.StreamingClient": PythonFramework("tweepy", "bot", None),
    "praw.Reddit": PythonFramework("praw", "bot", None),
}
"""Constructors of chat bots. A class derived from one counts like the class itself."""

WORKERS: Mapping[str, PythonFramework] = {
    "celery.Celery": PythonFramework("celery", "worker", None),
    "rq.Worker": PythonFramework("rq", "worker", None),
    "rq.SimpleWorker": PythonFramework("rq", "worker", None),
    "huey.RedisHuey": PythonFramework("huey", "worker", None),
    "huey.SqliteHuey": PythonFramework("huey", "worker", None),
    "dramatiq.actor": PythonFramework("dramatiq", "worker", None),
    "procrastinate.App": PythonFramework("procrastinate", "worker", None),
    "faust.App": PythonFramework("faust", "worker", None),
    "faststream.FastStream": PythonFramework("faststream", "worker", None),
    "kafka.KafkaConsumer": PythonFramework("kafka", "worker", None),
    "confluent_kafka.Consumer": PythonFramework("kafka", "worker", None),
    "aiokafka.AIOKafkaConsumer": PythonFramework("kafka", "worker", None),
    "apscheduler.schedulers.blocking.BlockingScheduler": PythonFramework("apscheduler", "worker", None),
    "temporalio.worker.Worker": PythonFramework("temporal", "worker", None),
    "prefect.flow": PythonFramework("prefect", "worker", None),
    "airflow.DAG": PythonFramework("airflow", "worker", None),
    "airflow.sdk.DAG": PythonFramework("airflow", "worker", None),
}
"""Constructors of background workers."""

CLI_MODULES = ("argparse", "click", "typer", "fire", "docopt", "cyclopts", "optparse")
"""Modules whose import makes a runnable file a command-line tool."""

ENTRY_NAMES = ("app", "main", "wsgi", "asgi", "server", "run", "application", "api", "index", "bot", "worker", "start", "__main__")
"""File names that people give to the file that starts it all; the order breaks no tie, membership does."""
