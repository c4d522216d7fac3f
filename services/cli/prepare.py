"""What must be there before anything runs: right settings, the schema, a first key and the first sources."""

from pathlib import Path

import typer

from services.cli import schema
from services.cli.process import read_settings
from services.fetcher import sources
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.settings import runtime_settings
from services.webhooks import custody


def migrate() -> None:
    """Brings the database up to date; at the very first start it also makes an admin key and shows it once."""
    read_settings(migrated=False)
    schema.upgrade()
    if key := schema.first_key():
        typer.echo(f"Your admin key, shown this once: {key}")


def prepare(seeds: Path, url: str) -> None:
    """Makes everything ready for the processes, and tells the operator where to look."""
    read_settings(migrated=False)
    schema.upgrade()
    _plant(seeds)
    _welcome(url)


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
    with reading() as session:
        if lost := custody.lost(session):
            typer.secho(f"{lost} endpoints have a secret that cannot be read: {custody.ADVICE}.", fg="red", err=True)
    if not egress_settings().contact:
        typer.echo("Set DATELINE_CONTACT to your e-mail or web address: newsrooms like to know who is reading.")
