"""The processes that make an installation: workers, the sweeper, the web app and a Redis."""

import gc
import importlib
import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.cli.output.refusals import answer_for
from services.cli.processes.supervisor import Process, Supervisor
from services.contracts.errors import UserError
from services.runtime import redis_server
from services.runtime.settings import runtime_settings

WORKERS = (("fetcher",), ("parser",), ("store", "reingest"), ("webhooks",), ("webhooks",))
"""The workers of one machine. What only writes to the database shares one; what may hang or be killed has its own.

Two deliver: the threads of one take turns on one core, and a fork costs 35 MB.
"""
SHARED = (
    "services.cli.processes.roles",
    *(f"services.{name}.tasks" for together in WORKERS for name in together),
    "services.scopes",
    "services.app",
    "services.cli.processes.web_server",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.loops",
    "kombu.transport.redis",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
)
"""What the processes run on. Loaded before they are forked, it is loaded once, and is in memory once."""


def load() -> None:
    """Imports what the processes will need."""
    # Nothing of it is garbage, now or later. A collector that looked would only take time, and in each process write
    # to memory that could else be shared.
    gc.disable()
    for module in SHARED:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()


def refuse_without_redis() -> None:
    """A `UserError` where no Redis is named and none could be started, before anything else is done."""
    if not runtime_settings().redis_url:
        redis_server.find_server()


def start_redis(supervisor: Supervisor, folder: Path) -> None:
    """The Redis of the settings, else a private one; from now on the settings name it."""
    if runtime_settings().redis_url:
        return
    command, url = redis_server.command(folder)
    output = folder / "output.log"
    output.unlink(missing_ok=True)
    server = Process("redis", command, foundation=True, output=output)
    supervisor.start(server)
    _wait_for_redis(url, server)
    os.environ["DATELINE_REDIS_URL"] = url
    runtime_settings.cache_clear()


def start_all(supervisor: Supervisor, host: str, port: int) -> None:
    """Starts the web app, the workers and the sweeper, as forks of this process, which has loaded what they need."""
    from services.cli.processes import roles, startup  # noqa: PLC0415 - by now they are loaded

    # What each fork would do first, done once, so that they share what it takes: 3 MB each.
    startup.read_settings()
    gc.freeze()
    supervisor.start(_fork("web", partial(roles.web, host, port)))
    for together in WORKERS:
        supervisor.start(_fork(f"worker {' '.join(together)}", partial(roles.worker, list(together))))
    supervisor.start(_fork("sweep", roles.sweep))


def _fork(name: str, work: Callable[[], None]) -> Process:
    """A process that does what the command of this name does. To read a command line, too, would take 5 MB of each."""
    return Process(name, partial(answer_for, work))


def _wait_for_redis(url: str, server: Process, seconds: float = 10.0) -> None:
    import redis  # noqa: PLC0415 - by now it is loaded

    deadline = time.monotonic() + seconds
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline and not server.has_exited():
            try:
                client.ping()
            except redis.exceptions.ConnectionError:
                time.sleep(0.02)
            else:
                return
    happened = "ended" if server.has_exited() else f"did not answer within {seconds:.0f} s"
    raise UserError(f"The Redis server was started and {happened}; {_last_words(server)}.")


def _last_words(server: Process) -> str:
    """What it says at last, without its process number and time."""
    lines = server.output.read_text(errors="replace").split("\n") if server.output else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    text = re.sub(r"^\d+:\w .{20,30}? [*#.-] ", "", last).rstrip(".")
    return f"it said: {text}" if text else "it said nothing"
