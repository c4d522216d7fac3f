"""The processes of an installation, one by one. Lean on purpose: what they import, each of them pays for."""

import importlib
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGINT, SIGTERM, signal

from services.cli.processes import startup
from services.contracts.errors import UserError
from services.contracts.wiring import SERVICES
from services.runtime import logs, metrics
from services.runtime.celery.worker_process import Pool
from services.runtime.ledger.run_worker import run_worker
from services.runtime.ledger.sweeper import sweep_for_ever
from services.runtime.settings import runtime_settings


@dataclass(frozen=True)
class Crew:
    """How the workers of a service run."""

    pool: Pool
    concurrency: int
    in_flight: int = 0
    """Requests to newsrooms that it waits for at a time, in threads of their own."""


CREWS: dict[str, Crew] = {
    # Waiting for the network is most of the work; the client's own deadline ends it, whatever the server does.
    "fetcher": Crew("threads", 2, in_flight=32),
    # A page may pin the C parser for longer than anyone waits: only a process can be killed.
    "parser": Crew("prefork", max(1, min(4, (os.cpu_count() or 2) - 1))),
    "store": Crew("threads", 1),
    "webhooks": Crew("threads", 8),
    "reingest": Crew("threads", 1),
}


def worker(service: Sequence[str], concurrency: int | None = None) -> None:
    """Runs a worker for one or more services."""
    if unknown := [name for name in service if name not in SERVICES]:
        raise UserError(f"There is no service {unknown[0]!r}; the services are {', '.join(SERVICES)}.")
    if not runtime_settings().redis_url:
        raise UserError("A worker needs a Redis: set DATELINE_REDIS_URL, or use `dateline up`, which brings its own.")
    crews = [CREWS[name] for name in service]
    pool: Pool = "prefork" if any(crew.pool == "prefork" for crew in crews) else "threads"
    in_flight = max(crew.in_flight for crew in crews)
    if in_flight and pool == "prefork":
        # A process that forks must have no threads that hold locks, nor a database open.
        raise UserError("The parser works in processes and the fetcher in threads; give each a worker of its own.")
    _begin("+".join(service))
    for name in service:
        importlib.import_module(f"services.{name}.tasks")
    if "reingest" in service:
        importlib.import_module("services.scopes").connect()  # it asks other services, which not every worker loads
    at_a_time = max(crew.concurrency for crew in crews)
    if concurrency:
        at_a_time, in_flight = (at_a_time, concurrency) if in_flight else (concurrency, 0)
    run_worker(service, pool=pool, concurrency=at_a_time, name="+".join(service), in_flight=in_flight)


def sweep() -> None:
    """Wakes workers for due messages that nobody took. Any number may run."""
    _begin("sweeper")
    stop = threading.Event()
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: stop.set())
    sweep_for_ever(stop)


def web(host: str, port: int) -> None:
    """Runs the web app: API, documentation at /docs, health and metrics."""
    _begin("web")
    import uvicorn  # noqa: PLC0415 - the other processes need no web server

    from services.cli.processes.web_server import WebServer  # noqa: PLC0415 - as above

    proxies = runtime_settings().proxies
    config = uvicorn.Config(
        "services.app:create_app",
        factory=True,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=5,
    )
    server = WebServer(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)


def _begin(service: str) -> None:
    logs.configure(service)
    startup.read_settings()  # refuses where there is no installation, before anything is written
    metrics.share()
