"""`dateline up`: the whole service on this machine. Lean on purpose: what it loads, it loads for all its processes."""

import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import services
from services.cli import processes
from services.cli.refusals import answer_for
from services.cli.supervisor import Process, Supervisor
from services.contracts.errors import UserError
from services.runtime import logs, metrics
from services.runtime.settings import runtime_settings

Host = Annotated[str, typer.Option(help="The address that the web app listens on.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="The port that the web app listens on.")]
SEEDS = Path(services.__file__).parents[1] / "seeds" / "sources.toml"


def up(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    first_sources: Annotated[Path, typer.Option("--sources", help="What to watch at the very first start.")] = SEEDS,
) -> None:
    """Runs the whole service on this machine: Redis, workers, sweeper and web app; Ctrl-C ends it."""
    logs.configure("up")
    with _only_one(runtime_settings().state):
        _reserve(host, port)
        metrics.share(afresh=True)
        supervisor = Supervisor()
        supervisor.stop_on_signals()
        try:
            preparing = Process("prepare", partial(_prepare, first_sources, f"http://{host}:{port}"))
            supervisor.start(preparing)
            processes.load()
            if status := supervisor.waits_for(preparing):
                sys.exit(status)
            processes.start_redis(supervisor, runtime_settings().state / "redis")
            processes.start_all(supervisor, [f"--host={host}", f"--port={port}"])
            supervisor.watch()
        finally:
            supervisor.end()


def _prepare(seeds: Path, url: str) -> None:
    from services.cli.prepare import prepare  # noqa: PLC0415 - in a fork that then ends: nobody else needs all that

    answer_for(partial(prepare, seeds, url))


def _reserve(host: str, port: int) -> None:
    """A `UserError` when the web app could not listen there; it would be restarted for ever."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise UserError(f"Nothing can listen on {host}, port {port} ({trouble.strerror}); choose others.") from None


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (state / "up.lock").open("w") as lock:
        try:
            # Not `flock`, which a fork would go on holding.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise UserError(
                f"A Dateline is already running on {state}; stop it first, or set DATELINE_STATE to another folder."
            ) from None
        yield
