"""`dateline up`: the whole service on this machine. Lean on purpose: what it loads, it loads for all its processes."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import services
from services.cli.parsing import Host, Port
from services.cli.processes.lock import only_one
from services.contracts.errors import UserError

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not listened on here
SEEDS = Path(services.__file__).parent / "seeds" / "sources.toml"


def up(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    first_sources: Annotated[
        Path,
        typer.Option("--sources", help="What to watch at the very first start.", show_default="those that come along"),
    ] = SEEDS,
    clock: Annotated[
        Path | None, typer.Option(help="For drills alone: a file with the seconds by which all processes are ahead.")
    ] = None,
) -> None:
    """Runs the whole service on this machine: Redis, workers, sweeper and web app. Ctrl-C ends it."""
    from services.cli.processes import installation
    from services.cli.processes.supervisor import Process, Supervisor
    from services.runtime import clock as drill
    from services.runtime import logs, metrics
    from services.runtime.state_folder import make_state_folder

    logs.configure("up")
    drill.follow_file(clock)
    state = make_state_folder()
    with only_one(
        state / "up.lock",
        f"A Dateline is already running on {state}; stop it first, or set DATELINE_STATE to another folder.",
    ):
        if clock:
            typer.echo(f"This is a drill: its time is that of {clock}.")
        installation.refuse_without_redis()
        metrics.share(afresh=True)
        supervisor = Supervisor()
        supervisor.stop_on_signals()
        try:
            preparing = Process("prepare", partial(_prepare, first_sources, host, port))
            supervisor.start(preparing)
            installation.load()
            if status := supervisor.waits_for(preparing):
                _refuse(status)
            installation.start_redis(supervisor, state / "redis")
            installation.start_all(supervisor, host, port)
            supervisor.watch(_ready(host, port))
        finally:
            supervisor.end()


def _prepare(seeds: Path, host: str, port: int) -> None:
    """Settings first: a misspelt DATELINE_PORT would be told as a port that is taken."""
    from services.cli.commands.migrate import prepare
    from services.cli.output.refusals import answer_for
    from services.cli.processes.startup import read_settings

    def work() -> None:
        read_settings(migrated=False)
        _reserve(host, port)
        prepare(seeds, _url(host, port))

    answer_for(work)


def _refuse(status: int) -> NoReturn:
    """Ends as the preparation has ended, which has said why, unless the system had ended it."""
    from services.runtime.settings import runtime_settings

    if status < 0:
        raise UserError(
            f"Preparing the database was ended by the system ({signal.Signals(-status).name}): "
            f"look whether the disk of {runtime_settings().state} or the memory is full."
        )
    sys.exit(status)


def _url(host: str, port: int) -> str:
    """Where a person on this machine finds it."""
    place = _ANYWHERE.get(host, host)
    return f"http://[{place}]:{port}" if ":" in place else f"http://{place}:{port}"


def _ready(host: str, port: int) -> Iterator[None]:
    """Asks whether the web app answers by now, once for each turn, and says so when it does."""
    while True:
        with suppress(OSError), socket.create_connection((_ANYWHERE.get(host, host), port), timeout=0.2):
            typer.echo("Dateline is ready; Ctrl-C ends it.")
            return
        yield


def _reserve(host: str, port: int) -> None:
    """A `UserError` when the web app could not listen there; it would be restarted for ever."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise UserError(
                f"Nothing can listen on {host}, port {port} ({trouble.strerror}). "
                "Choose another port: `dateline up --port 8090`, `make up PORT=8090`, or DATELINE_PORT=8090."
            ) from None
