"""Commands that run the whole service on this machine, and prepare its database."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.cli import processes, schema
from services.cli.desk import SEEDS
from services.cli.process import Host, Port, read_settings
from services.cli.supervisor import Supervisor
from services.contracts.errors import UserError
from services.fetcher import sources
from services.runtime import logs, metrics
from services.runtime.database import transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.settings import runtime_settings


def up(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    first_sources: Annotated[Path, typer.Option("--sources", help="What to watch at the very first start.")] = SEEDS,
) -> None:
    """Runs the whole service on this machine: Redis, workers, sweeper and web app; Ctrl-C ends it."""
    logs.configure("up")
    read_settings()
    metrics.share(afresh=True)
    with _only_one(runtime_settings().state):
        _reserve(host, port)
        supervisor = Supervisor()
        supervisor.stop_on_signals()
        try:
            schema.upgrade()
            _plant(first_sources)
            _welcome(f"http://{host}:{port}")
            environment = {"DATELINE_REDIS_URL": processes.start_redis(supervisor, runtime_settings().state / "redis")}
            processes.start_all(supervisor, environment, [f"--host={host}", f"--port={port}"], output=None)
            supervisor.watch()
        finally:
            supervisor.end()


def migrate() -> None:
    """Brings the database up to date; at the very first start it also makes an admin key and shows it once."""
    schema.upgrade()
    if key := schema.first_key():
        typer.echo(f"Your admin key, shown this once: {key}")


def _reserve(host: str, port: int) -> None:
    """A `UserError` when the web app could not listen there; it would be restarted for ever."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise UserError(f"Nothing can listen on {host}, port {port} ({trouble.strerror}); choose others.") from None


def _plant(seeds: Path) -> None:
    """The sources of the first start; later the operator decides."""
    with transaction() as session:
        if not sources.list_sources(session):
            for seed in sources.read_sources(seeds):
                sources.register(session, seed, utcnow())


def _welcome(url: str) -> None:
    typer.echo(f"Dateline listens on {url} (documentation at {url}/docs); state in {runtime_settings().state}.")
    if key := schema.first_key():
        typer.secho(f"Your admin key, shown this once: {key}", bold=True)
    if not egress_settings().contact:
        typer.echo("Set DATELINE_CONTACT to your e-mail or web address: newsrooms like to know who is reading.")


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (state / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"A Dateline is already running on {state}; stop it first, or set DATELINE_STATE to another folder."
            ) from None
        yield
