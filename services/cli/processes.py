"""The processes that make an installation: workers, the sweeper, the web app and a Redis."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import redis

from services.cli.supervisor import Process, Supervisor
from services.contracts.errors import UserError
from services.runtime import redis_server
from services.runtime.settings import runtime_settings

WORKERS = (("fetcher",), ("parser",), ("store", "admin"), ("webhooks",))
"""The workers of one machine. What only writes to the database shares one; what may hang or be killed has its own."""


def dateline(name: str, *arguments: str, environment: Mapping[str, str], output: Path | None = None) -> Process:
    """A process that runs this command with other arguments."""
    return Process(name, [sys.executable, "-m", "services.cli", *arguments], environment, output)


def start_redis(supervisor: Supervisor, folder: Path) -> str:
    """The Redis of the settings when it answers, else a private one; returns its address."""
    if given := runtime_settings().redis_url:
        return given
    command, url = redis_server.command(folder)
    supervisor.start(Process("redis", command, foundation=True, output=folder / "output.log"))
    _wait_for_redis(url)
    return url


def start_all(supervisor: Supervisor, environment: Mapping[str, str], web: list[str], output: Path | None) -> None:
    """Starts the workers, the sweeper and the web app."""
    for together in WORKERS:
        name = "+".join(together)
        supervisor.start(dateline(name, "worker", *together, environment=environment, output=output))
    supervisor.start(dateline("sweeper", "sweep", environment=environment, output=output))
    supervisor.start(dateline("web", "web", *web, environment=environment, output=output))


def _wait_for_redis(url: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline:
            try:
                client.ping()
            except redis.exceptions.ConnectionError:
                time.sleep(0.02)
            else:
                return
    raise UserError(
        f"The Redis server was started but did not answer within {seconds:.0f} s; see its log in the state folder."
    )
