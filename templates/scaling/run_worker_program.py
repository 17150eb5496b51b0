"""Starts {= program =}{= purpose =}.

Written by prodify (recipe worker); yours to edit, upgrades merge.
"""

from __future__ import annotations

#% if beats or finishes
import asyncio
#% endif
import os
#% if not command
import runpy
#% endif
#% if framework != "rq"
import signal
import sys
#% endif
#% if framework == "list"
import threading
#% endif
#% if framework == "list" or measured and framework == "rq"
import time
#% endif
#% if measured and framework == "rq"
from datetime import timezone
#% endif
#% if finishes == "aiogram"
from contextlib import suppress
#% endif
from pathlib import Path
from typing import Any

os.environ.setdefault("OTEL_SERVICE_NAME", "{= name =}")

#% if measured
# First of all: a connection that is opened before it stays untraced.
{= telemetry_import =}  # noqa: F401
#% endif
#% if finishes == "aiogram"
from aiogram import Dispatcher
from aiogram.exceptions import AiogramError
#% elif finishes == "discord"
from discord import Client
#% endif
#% if framework in ("rq", "list")
#% if measured
#% if framework == "rq"
from opentelemetry import metrics, trace
#% else
from opentelemetry import metrics
#% endif
from opentelemetry.metrics import Observation
#% if framework == "rq"
from opentelemetry.sdk.metrics.export import MetricExportResult
#% endif
#% endif
#% if framework == "list"
from redis import Redis
#% endif
#% if measured
from redis.exceptions import RedisError
#% endif
#% if framework == "rq"
from rq import SimpleWorker, Worker
#% if command
from rq.cli import main as rq
#% endif
#% endif
#% endif
{= "" =}
#% if command
COMMAND = {= command =}
#% else
PROGRAM = Path(__file__).resolve().parent / "{= program =}"
#% endif
#% if framework == "rq"
# RQ finishes the job that it has begun when it is asked to stop, and takes no other.
# The worker touches this file whenever it reports to Redis; a probe looks how old it is.
ALIVE = Path(os.environ.get("WORKER_ALIVE_FILE", "{= alive_file =}"))  # nosec B108 - nothing of worth is in it
#% elif framework == "list"
QUEUES = {= queues =}
# Touched before each item; a probe looks how old it is.
ALIVE = Path(os.environ.get("WORKER_ALIVE_FILE", "{= alive_file =}"))  # nosec B108 - nothing of worth is in it
# Seconds that one question to Redis may wait: as long may pass before a program that has nothing to do notices that it is to stop.
PATIENCE = 1
#% elif beats
# Touched every few seconds from the program's event loop; a probe looks how old it is.
ALIVE = Path(os.environ.get("WORKER_ALIVE_FILE", "{= alive_file =}"))  # nosec B108 - nothing of worth is in it
#% endif
#% if finishes
# Seconds that what is under way may take to its end once the program is to stop: the platform ends it {= spare =} seconds later.
PATIENCE = {= patience =}
#% endif
#% if measured and framework in ("rq", "list")
{= "" =}
# Seconds. The bounds between which durations are counted.
#% if framework == "rq"
WAIT_BOUNDS = {= wait_bounds =}
#% endif
RUN_BOUNDS = {= run_bounds =}
#% if framework == "rq"
_tracer = trace.get_tracer("{= package =}.tasks")
#% endif
_meter = metrics.get_meter("{= package =}.tasks")
#% if framework == "rq"
_waited = _meter.create_histogram(
    "messaging.wait.duration", "s", "From when a task was put into its queue until it began", explicit_bucket_boundaries_advisory=WAIT_BOUNDS
)
#% endif
_ran = _meter.create_histogram(
    "messaging.process.duration", "s", "From a task's beginning to its end", explicit_bucket_boundaries_advisory=RUN_BOUNDS
)
#% endif
#% if measured and framework == "rq"
{= "" =}

def measure(kind: type[Worker] | type[SimpleWorker]) -> None:
    """Trace and count the jobs of a class of workers: here, since the process that does the job ends with it."""
    work, execute, perform = kind.work, kind.execute_job, kind.perform_job

    def work_and_count(self: Any, *arguments: Any, **options: Any) -> Any:
        parent = os.getpid()

        def waiting(_options: Any) -> Any:
            if os.getpid() != parent:
                return  # the process that does a job need not ask as well
            for queue in self.queues:
                try:
                    # The same list that the autoscaler asks for.
                    yield Observation(queue.count, {"messaging.destination.name": queue.key})
                except RedisError:
                    return  # Redis does not answer, and a length that is missing says so

        _meter.create_observable_gauge("messaging.queue.length", [waiting], "{message}", "Tasks that wait")
        _fork_between_measurements()
        return work(self, *arguments, **options)

    def execute_job(self: Any, job: Any, queue: Any) -> Any:
        if job.enqueued_at is not None:
            due = job.enqueued_at.replace(tzinfo=job.enqueued_at.tzinfo or timezone.utc).timestamp()
            _waited.record(max(0.0, time.time() - due), {"task.name": job.func_name})
        begun = time.perf_counter()
        with _tracer.start_as_current_span(f"run/{job.func_name}", kind=trace.SpanKind.CONSUMER):
            done = execute(self, job, queue)
        state = str(getattr(job.get_status(refresh=True), "value", "") or "finished")
        attributes = {"task.name": job.func_name, "task.state": {"failed": "failure", "finished": "success"}.get(state, "retry")}
        if state == "failed":
            attributes["error.type"] = "JobFailed"
        _ran.record(time.perf_counter() - begun, attributes)
        return done

    def perform_job(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return perform(self, *arguments, **options)
        finally:
            # What the job itself traced; its process ends without the usual farewell.
            getattr(trace.get_tracer_provider(), "force_flush", lambda _ms: None)(2000)

    kind.work, kind.execute_job, kind.perform_job = work_and_count, execute_job, perform_job  # type: ignore[method-assign]


def _fork_between_measurements() -> None:
    """A process that is forked while another thread of its parent measures or sends waits for that thread for ever: it is not there.

    And the process of a job begins with the worker's counts, which it would send once more as its own: it sends none.
    The names are the SDK's own (1.45); where a later one names them otherwise, nothing is held.
    """
    provider = metrics.get_meter_provider()
    places = [(getattr(provider, "_measurement_consumer", None), "_lock")]
    readers = getattr(provider, "_metric_readers", ())
    places += [(reader, "_export_lock") for reader in readers]
    locks = [lock for owner, name in places if (lock := getattr(owner, name, None)) is not None]
    held: list[Any] = []

    def hold() -> None:
        held.extend(lock for lock in locks if lock.acquire(timeout=10))

    def release() -> None:
        while held:
            held.pop().release()

    def keep_quiet() -> None:
        release()
        for exporter in (getattr(reader, "_exporter", None) for reader in readers):
            if exporter is not None:
                exporter.export = lambda *_, **__: MetricExportResult.SUCCESS

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=hold, after_in_parent=release, after_in_child=keep_quiet)
#% endif
{= "" =}

#% if framework == "rq"
def touching(kind: type[Worker] | type[SimpleWorker]) -> None:
    """Touch the file with every heartbeat."""
    heartbeat = kind.heartbeat

    def beat(self: Any, *arguments: Any, **options: Any) -> Any:
        ALIVE.touch()
        return heartbeat(self, *arguments, **options)

    kind.heartbeat = beat  # type: ignore[method-assign]
#% elif framework == "list"
class Items:
    """What the program is at: between two items, or at one that it took from its queue.

    A program that takes an item and is ended before it is done with it has lost the item, so it is ended where it asks for the next one.
    """

    def __init__(self) -> None:
        self.begun: float | None = None
        self.asking = self.stopping = False
        self.client: Any = None

    def between(self, client: Any) -> None:
        """Before an item is taken: the last one is done. Only the program knows whether it went well."""
        self.done("ended")
        if self.client is None:
            self.client = client
#% if measured
            _meter.create_observable_gauge("messaging.queue.length", [self.waiting], "{message}", "Tasks that wait")
#% endif
        ALIVE.touch()
        if self.stopping:
            sys.exit(0)

    def done(self, state: str, error: BaseException | None = None) -> None:
        """Measure the item that was taken, if there is one."""
        begun, self.begun = self.begun, None
#% if measured
        if begun is not None:
            attributes = {"task.name": QUEUES[0], "task.state": state, **({"error.type": type(error).__name__} if error else {})}
            _ran.record(time.perf_counter() - begun, attributes)
#% endif
{= "" =}
#% if measured
    def waiting(self, _options: Any) -> Any:
        """How many items wait: in the same lists that the autoscaler asks for."""
        for name in QUEUES:
            try:
                yield Observation(int(self.client.llen(name)), {"messaging.destination.name": name})
            except RedisError:
                return  # Redis does not answer, and a length that is missing says so

#% endif
    def stop(self, *_: Any) -> None:
        """On SIGTERM: at once with nothing in hand, else as soon as the program asks for the next item."""
        self.stopping = True
        if self.begun is None and not self.asking:
            sys.exit(0)

    def stand_between(self, name: str, *, waits: bool) -> None:
        """Let the program take through us. `waits`: the method waits until there is an item, or for so many seconds."""
        take = getattr(Redis, name)

        def asked(client: Any, keys: Any, *arguments: Any, **options: Any) -> Any:
            names = keys if isinstance(keys, (list, tuple)) else [keys]
            ours = any((key.decode() if isinstance(key, bytes) else key) in QUEUES for key in names)
            if not ours or threading.current_thread() is not threading.main_thread():
                return take(client, keys, *arguments, **options)
            self.between(client)
            self.asking = True
            try:
                found = self._wait(take, client, keys, *arguments, **options) if waits else take(client, keys, *arguments, **options)
                self.begun = None if found is None else time.perf_counter()
            finally:
                self.asking = False
            return found

        setattr(Redis, name, asked)

    def _wait(self, take: Any, client: Any, keys: Any, timeout: float | None = 0) -> Any:
        """Ask again and again for a moment instead of once for long: a question that is broken off may have taken an item already."""
        end = time.monotonic() + timeout if timeout else None
        while True:
            left = PATIENCE if end is None else min(PATIENCE, end - time.monotonic())
            if left <= 0:
                return None
            found = take(client, keys, left)
            if found is not None:
                return found
            ALIVE.touch()
            if self.stopping:
                sys.exit(0)
#% else
#% if beats
def give_signs_of_life() -> None:
    """Touch the file from whatever event loop the program starts: when that hangs, the file grows old."""
    run_forever = asyncio.BaseEventLoop.run_forever

    def run_and_touch(self: Any) -> None:
        due: list[asyncio.Handle] = []

        def touch() -> None:
            ALIVE.touch()
            due[:] = [self.call_later(5, touch)]

        due.append(self.call_soon(touch))
        try:
            run_forever(self)
        finally:
            due[0].cancel()

    asyncio.BaseEventLoop.run_forever = run_and_touch  # type: ignore[method-assign]


#% endif
#% if finishes == "aiogram"
def finish_updates() -> None:
    """Let aiogram finish the updates that it is at when it stops. On its own it closes its connections and ends what handles them.

    Telegram was told of most of them by then that they need not come again, so an update that is cut off is lost.
    """
    process = getattr(Dispatcher, "_process_update", None)  # aiogram's own name (3.31)
    if process is None:
        print("This version of aiogram is not known here: an update that it is at when it stops is cut off.", file=sys.stderr)
        return
    shut_down, stop_polling = Dispatcher.emit_shutdown, Dispatcher.stop_polling
    under_way: set[Any] = set()
    latest: dict[Any, int] = {}

    async def process_apart(self: Any, bot: Any, update: Any, **options: Any) -> Any:
        task = asyncio.ensure_future(process(self, bot, update, **options))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        latest[bot] = update.update_id
        # With handle_as_tasks=False it is the asking for updates that waits here, and that is broken off first.
        return await asyncio.shield(task)

    async def finish_and_shut_down(self: Any, *arguments: Any, **data: Any) -> Any:
        if under_way:
            await asyncio.wait(set(under_way), timeout=PATIENCE)
        for bot in data.get("bots", ()):
            if bot in latest and not under_way:
                # So that what is done does not come again; what has not been begun does.
                with suppress(AiogramError):
                    await bot.get_updates(offset=latest[bot] + 1, limit=1, timeout=0, request_timeout=2)
        return await shut_down(self, *arguments, **data)

    async def stop_here(self: Any) -> None:
        under_way.discard(asyncio.current_task())  # a handler that stops the bot would wait for its own end
        await stop_polling(self)

    for name, method in (("_process_update", process_apart), ("emit_shutdown", finish_and_shut_down), ("stop_polling", stop_here)):
        setattr(Dispatcher, name, method)


#% endif
#% if finishes == "discord"
class Events:
    """The events that the program is at. On its own discord.py knows no SIGTERM, and what handles an event is ended in the middle.

    Discord gives out no event twice: what comes after the program was told to stop is not begun, so that nothing is cut off.
    """

    # They tell that the program is connected, and what handles them often runs for ever.
    LASTING = ("on_connect", "on_ready", "on_resumed", "on_shard_connect", "on_shard_ready", "on_shard_resumed")

    def __init__(self) -> None:
        self.stopping = False
        self.begun: set[Any] = set()

    def stand_between(self) -> None:
        """Let the program's client begin its events through us."""
        schedule = getattr(Client, "_schedule_event", None)  # discord.py's own name (2.7)
        if schedule is None:
            print("This version of discord.py is not known here: an event that it is at when it stops is cut off.", file=sys.stderr)
            return

        def begin(client: Any, handler: Any, name: str, *arguments: Any, **options: Any) -> Any:
            if self.stopping:
                return None
            task = schedule(client, handler, name, *arguments, **options)
            if name not in self.LASTING:
                self.begun.add(task)
                task.add_done_callback(self.begun.discard)
            return task

        Client._schedule_event = begin  # type: ignore[method-assign]

    def stop(self, *_: Any) -> None:
        """On SIGTERM: as soon as what has been begun is done, at the latest when patience ends."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            sys.exit(0)
        if not self.stopping:
            self.stopping = True
            # From outside of the loop, so that it wakes up.
            loop.call_soon_threadsafe(self._end, loop, loop.time() + PATIENCE)

    def _end(self, loop: asyncio.AbstractEventLoop, latest: float) -> None:
        # Slash commands, buttons and forms are known by the names of their tasks.
        names = [task.get_name() for task in asyncio.all_tasks(loop)]
        commands = any(name == "CommandTree-invoker" or name.startswith("discord-ui-") and "-dispatch-" in name for name in names)
        if loop.time() >= latest or not (self.begun or commands):
            sys.exit(0)
        loop.call_later(0.1, self._end, loop, latest)
#% else
def stop(*_: Any) -> None:
    """End the program between two of its statements, as Ctrl+C does: `finally` blocks and what runs at exit still run.

    What it was in the middle of is lost unless your code sees to it: confirm an item when it is done, not when it is taken.
    """
    sys.exit(0)
#% endif
#% endif
{= "" =}

if __name__ == "__main__":
#% if framework == "rq"
    for worker_class in (Worker, SimpleWorker):
        touching(worker_class)
#% if measured
        measure(worker_class)
#% endif
#% if command
#% if address and address != "RQ_REDIS_URL"
    # Where RQ's own program looks for the address of Redis.
    os.environ.setdefault("RQ_REDIS_URL", os.environ["{= address =}"])
#% endif
    rq(COMMAND, prog_name="rq")
#% else
    runpy.run_path(str(PROGRAM), run_name="__main__")
#% endif
#% elif framework == "list"
    items = Items()
    ALIVE.touch()
    for method, waits in (("blpop", True), ("brpop", True), ("lpop", False), ("rpop", False)):
        items.stand_between(method, waits=waits)
    signal.signal(signal.SIGTERM, items.stop)
    try:
        runpy.run_path(str(PROGRAM), run_name="__main__")
    except Exception as error:
        # The program ends by it, and the item that it was at is gone: put it back where your code catches such errors.
        items.done("failure", error)
        raise
#% else
#% if beats
    ALIVE.touch()
    give_signs_of_life()
#% endif
#% if finishes == "aiogram"
    # aiogram sees to the signal itself as soon as it asks for updates.
    finish_updates()
#% endif
#% if finishes == "discord"
    events = Events()
    events.stand_between()
    signal.signal(signal.SIGTERM, events.stop)
#% else
    signal.signal(signal.SIGTERM, stop)
#% endif
    runpy.run_path(str(PROGRAM), run_name="__main__")
#% endif
