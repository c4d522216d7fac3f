"""Commands that run the service, or one process of it."""

import fcntl
import importlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM, signal
from typing import Annotated

import typer
import uvicorn

from services.cli import processes, schema
from services.cli.desk import SEEDS
from services.cli.supervisor import Supervisor
from services.contracts.errors import UserError
from services.contracts.wiring import SERVICES
from services.fetcher import sources
from services.fetcher.settings import fetcher_settings
from services.runtime import bus, logs, metrics
from services.runtime.database import transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.settings import runtime_settings
from services.runtime.sweeper import sweep_for_ever
from services.webhooks.settings import webhook_settings

Host = Annotated[str, typer.Option(help="The address that the web app listens on.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="The port that the web app listens on.")]


def up(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    first_sources: Annotated[Path, typer.Option("--sources", help="What to watch at the very first start.")] = SEEDS,
) -> None:
    """Runs the whole service on this machine: Redis, workers, sweeper and web app; Ctrl-C ends it."""
    logs.configure("up")
    _read_settings()
    metrics.share()
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


def worker(
    service: Annotated[list[str], typer.Argument(help=f"One or more of: {', '.join(SERVICES)}.")],
    concurrency: Annotated[int | None, typer.Option(help="How many messages at a time.")] = None,
) -> None:
    """Runs a worker for one or more services."""
    if unknown := [name for name in service if name not in SERVICES]:
        raise UserError(f"There is no service {unknown[0]!r}; the services are {', '.join(SERVICES)}.")
    if not runtime_settings().redis_url:
        raise UserError("A worker needs a Redis: set DATELINE_REDIS_URL, or use `dateline up`, which brings its own.")
    logs.configure("+".join(service))
    _read_settings()
    metrics.share()
    for name in service:
        importlib.import_module(f"services.{name}.tasks")
    crews = [processes.CREWS[name] for name in service]
    pool: bus.Pool = "prefork" if any(crew.pool == "prefork" for crew in crews) else "threads"
    bus.run_worker(
        service, pool=pool, concurrency=concurrency or max(crew.concurrency for crew in crews), name="+".join(service)
    )


def sweep() -> None:
    """Reminds workers of what is due and was not picked up; any number may run."""
    logs.configure("sweeper")
    metrics.share()
    stop = threading.Event()
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: stop.set())
    sweep_for_ever(stop)


def web(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Runs the web app: API, documentation at /docs, health and metrics."""
    logs.configure("web")
    metrics.share()
    uvicorn.run(
        "services.app:create_app",
        factory=True,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def migrate() -> None:
    """Brings the database up to date; at the very first start it also makes an admin key and shows it once."""
    schema.upgrade()
    if key := schema.first_key():
        typer.echo(f"Your admin key, shown this once: {key}")


def _read_settings() -> None:
    """Reads every service's settings, so that a wrong one is told to the operator now and not to the first message."""
    for read in (runtime_settings, egress_settings, fetcher_settings, webhook_settings):
        read()


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
