"""The database's schema: one history of migrations for all services."""

import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config

import services
from services.access import keys
from services.runtime import database

MIGRATIONS = Path(services.__file__).parent / "migrations"
OWNERS = ("fetcher", "store", "webhooks", "reingest", "access")
MODELS = (
    "services.runtime.ledger.jobs",
    "services.runtime.ledger.instances",
    "services.runtime.ledger.health_gates",
    "services.runtime.audit_log",
    "services.runtime.archive.marker",
    "services.runtime.archive.segments",
    "services.runtime.archive.unchanged",
    "services.runtime.provenance.evidence",
    "services.runtime.provenance.files",
    "services.runtime.provenance.profiles",
    "services.runtime.provenance.public_copies",
    "services.runtime.provenance.results",
    "services.runtime.provenance.sightings",
    "services.runtime.provenance.verdicts",
    "services.runtime.events.tables",
    "services.runtime.transparency_log.tables",
    "services.runtime.troubles.tables",
    "services.fetcher.absence_models",
    "services.fetcher.backfill.models",
    "services.fetcher.coverage.acceptances",
    "services.fetcher.gap_models",
    "services.fetcher.push.models",
    "services.runtime.withholding",
    "services.fetcher.mail.models",
    *(f"services.{name}.models" for name in OWNERS),
)


def upgrade(to: str = "head") -> None:
    """Brings the database to the newest schema, or to this one; does nothing when it is there already."""
    database.make_file()
    command.upgrade(configuration(), to)
    database.engine().dispose()


def first_key() -> str | None:
    """An admin key for an installation that has none yet; it cannot be shown again."""
    with database.transaction() as session:
        return keys.first_key(session, database.utcnow())


def has_key() -> bool:
    """Whether any API key was ever made."""
    with database.reading() as session:
        return keys.has_any(session)


def configuration() -> Config:
    """Alembic's configuration, with every service's tables known."""
    for module in MODELS:
        importlib.import_module(module)
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made
