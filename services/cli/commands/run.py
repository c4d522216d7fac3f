"""`dateline web`, `worker` and `sweep`: the processes of an installation, one by one."""

from typing import Annotated

import typer

from services.cli.parsing import Host, Port
from services.contracts.wiring import SERVICES


def worker(
    service: Annotated[list[str], typer.Argument(help=f"One or more of: {', '.join(SERVICES)}.")],
    concurrency: Annotated[int | None, typer.Option(help="How many messages at a time.")] = None,
) -> None:
    """Runs a worker for one or more services."""
    from services.cli.processes import roles

    roles.worker(service, concurrency)


def sweep() -> None:
    """Wakes workers for due messages that nobody took. Any number may run."""
    from services.cli.processes import roles

    roles.sweep()


def web(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Runs the web app: API, documentation at /docs, health and metrics."""
    from services.cli.processes import roles

    roles.web(host, port)
