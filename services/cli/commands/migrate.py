"""What must be there before anything runs: right settings, the schema, a first key and the first sources."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output.terminal import counted


def migrate(
    no_key: Annotated[
        bool, typer.Option("--no-key", help="Make no admin key: where the output goes into a log, which would keep it.")
    ] = False,
) -> None:
    """Brings the database up to date. At the very first start it also makes an admin key and shows it once."""
    from services.cli.processes import schema
    from services.cli.processes.startup import read_settings

    read_settings(migrated=False)
    with _up_to_date():
        key = None if no_key else schema.first_key()
    if key:
        typer.echo(f"Your admin key, shown this once: {key}")
    elif no_key and not schema.has_key():
        typer.echo("There is no key yet; `dateline keys create NAME --scope admin` makes one and shows it once.")
    else:
        typer.echo("The database is up to date.")


def prepare(seeds: Path, url: str) -> None:
    """Makes everything ready for the processes, whose settings are read, and tells the operator where to look."""
    with _up_to_date():
        _plant(seeds)
        _welcome(url)


@contextmanager
def _up_to_date() -> Iterator[None]:
    """The schema of this version, and nobody else who prepares the same database meanwhile."""
    from services.cli.processes import schema
    from services.runtime import database

    database.make_file()
    with database.alone(lambda: typer.echo("Another Dateline prepares this database; waiting for it ...", err=True)):
        schema.upgrade()
        yield


def _plant(seeds: Path) -> None:
    """The sources of the first start; later the operator decides."""
    from services.fetcher import source_seeds, sources
    from services.runtime.database import transaction, utcnow

    with transaction() as session:
        if not sources.list_sources(session):
            for seed in source_seeds.read_sources(seeds):
                sources.register(session, seed, utcnow())


def _welcome(url: str) -> None:
    from services.cli.processes import schema
    from services.fetcher import sources
    from services.runtime.database import reading
    from services.runtime.egress import egress_settings
    from services.runtime.settings import runtime_settings
    from services.webhooks import custody

    with reading() as session:
        watched = len(sources.list_sources(session))
    typer.echo(f"The desk, for people:         {url}/desk/")
    typer.echo(f"The API, with documentation:  {url}/docs")
    typer.echo(f"{counted(watched, 'source is', 'sources are')} watched; state in {runtime_settings().state}.")
    if key := schema.first_key():
        typer.secho(f"Your admin key, shown this once: {key}", bold=True)
    with reading() as session:
        if lost := custody.lost(session):
            typer.secho(
                f"{counted(lost, 'endpoint has', 'endpoints have')} a secret that cannot be read: {custody.ADVICE}.",
                fg="red",
                err=True,
            )
    if not egress_settings().contact:
        typer.echo("Set DATELINE_CONTACT to your e-mail or web address: newsrooms like to know who is reading.")
