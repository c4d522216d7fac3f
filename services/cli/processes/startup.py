"""What every process makes sure of before it begins: settings that exist and can be used, and a database of its age."""

import os
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import structlog
from pydantic_settings import BaseSettings
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

import services
from services.contracts.errors import UserError
from services.fetcher.settings import fetcher_settings
from services.parser.settings import parser_settings
from services.runtime import database, engines
from services.runtime.egress import egress_settings
from services.runtime.settings import runtime_settings
from services.runtime.transparency_log.settings import log_settings
from services.webhooks.people.settings import mail_settings
from services.webhooks.settings import webhook_settings

SCALED = ("FETCHER", "PARSER", "STORE", "WEBHOOKS", "WEB")
ELSEWHERE = frozenset(
    {"DATELINE_CRASH_AT", "DATELINE_KEY", "DATELINE_PORT", "DATELINE_PUBLISH", "DATELINE_SERVER", "DATELINE_TAG"}
    | {f"DATELINE_SCALE_{service}" for service in SCALED}
)
"""Variables that others read: tests, the examples of receivers, and Docker Compose."""
VERSIONS = Path(services.__file__).parent / "migrations" / "versions"
KEY_BYTES = 32


def refuse_unknown_settings(environment: Iterable[str] | None = None) -> None:
    """Raises a `UserError` for a `DATELINE_…` variable that nothing reads, and names the nearest that exists."""
    known = sorted(_known() | ELSEWHERE)
    for name in sorted(os.environ if environment is None else environment):
        if name.startswith("DATELINE_") and name not in known:
            near = get_close_matches(name, known, 1, cutoff=0.0)[0]
            raise UserError(f"There is no setting {name}; the nearest is {near}. Correct it, or take it away.")


def refuse_bad_key(keys: str) -> None:
    """Raises a `UserError` when DATELINE_SECRET_KEY holds something that is no key; it is not repeated."""
    if not all(map(_is_key, keys.replace(",", " ").split())):
        raise UserError(
            f"DATELINE_SECRET_KEY cannot be used: each key is {KEY_BYTES} bytes in URL-safe base64, several stand with "
            "a comma between; `openssl rand -base64 32 | tr '+/' '-_'` makes one."
        )


def refuse_other_schema(*, older: bool = True) -> None:
    """Raises a `UserError` when the database is of a newer version than this program or, if `older`, not migrated.

    While the database is away nothing is known of it, and work waits for it anyway.
    """
    try:
        _judge(_revision(), older=older)
    except OperationalError:
        return
    except engines.NoInstallation:
        if older:
            raise


def open_installation() -> None:
    """For a command that works on the database of this machine: it is there, and of this version; else a `UserError`.

    What its work logs goes to standard error: its output is for whoever asked.
    """
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        _judge(_revision(), older=True)
    except engines.NoInstallation:
        refuse_unknown_settings()  # one of them may have meant to say where it is
        raise


def _judge(at: str | None, *, older: bool) -> None:
    versions = _versions()
    if at and at < versions[0]:
        raise UserError(
            f"The database was made by a development version from before 0.1.0 (it is at {at}), and no migration "
            "leads on from there. Begin with an empty one, and give it your captures with `dateline import`."
        )
    if at and at not in versions:
        raise UserError(
            f"The database was migrated by a newer Dateline (to {at}; this one knows {versions[-1]}). "
            "Run that version, or give this one the copy of the database from before."
        )
    if older and at != versions[-1]:
        state = f"is at {at}" if at else "has no tables yet"
        raise UserError(f"The database {state}, and this version needs {versions[-1]}: run `dateline migrate` first.")


def read_settings(*, migrated: bool = True) -> None:
    """Reads every service's settings, so that a wrong one is told to the operator now and not to the first message.

    Refuses, unless it is to be migrated still, a database of another age than this program.
    """
    of_webhooks = (webhook_settings, mail_settings)
    for read in (runtime_settings, egress_settings, fetcher_settings, parser_settings, log_settings, *of_webhooks):
        read()
    refuse_unknown_settings()
    refuse_bad_key(runtime_settings().secret_key.get_secret_value())
    refuse_other_schema(older=migrated)


def newest_version() -> str:
    """The version that migrations lead to."""
    return _versions()[-1]


def _versions() -> list[str]:
    # With a letter in front, and from r0100 on, because histories of before 0.1.0 had bare numbers and smaller ones.
    return sorted(f"r{path.name.partition('_')[0]}" for path in VERSIONS.glob("[0-9]*.py"))


def _revision() -> str | None:
    # By a connection that is closed with it: whoever forks must hold none open, and others keep theirs.
    with database.closing() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        value: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return value


def _known() -> set[str]:
    entries = [subclass for subclass in BaseSettings.__subclasses__() if subclass.__module__.startswith("services.")]
    return {name for settings in entries for name in _names(settings)}


def _names(settings: type[BaseSettings]) -> Iterable[str]:
    prefix = settings.model_config.get("env_prefix", "")
    return (str(field.validation_alias or f"{prefix}{name.upper()}") for name, field in settings.model_fields.items())


def _is_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == KEY_BYTES
    except ValueError:
        return False
