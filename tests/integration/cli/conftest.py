"""What every test of the commands may ask for: `dateline` itself, run in this process."""

import io
import logging
import shutil
import sys
from dataclasses import dataclass

import pytest
import structlog

from services import cli
from services.fetcher.settings import fetcher_settings
from services.runtime import database
from services.runtime.egress import egress_settings
from services.runtime.settings import runtime_settings
from services.webhooks.people.settings import mail_settings
from services.webhooks.settings import webhook_settings

SETTINGS = (egress_settings, fetcher_settings, webhook_settings, mail_settings)


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    status: int
    out: str
    err: str

    def refuses(self, part):
        """One sentence for the user, and nothing else."""
        assert self.status == 2, self
        assert part in self.err, self
        assert self.err.startswith("dateline: "), self
        assert self.err.count("\n") == 1, self
        return True


@pytest.fixture
def dateline(installation, monkeypatch, capsys):
    """Runs the command in this process; the terminal is wide."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments, stdin=""):
        for settings in SETTINGS:
            settings.cache_clear()
        monkeypatch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
        return Said(status, *capsys.readouterr())

    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield run
    # A command sets up the logs of its process, which here is that of all tests.
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    for settings in SETTINGS:
        settings.cache_clear()


@pytest.fixture
def migrated(db):
    """An installation as `dateline migrate` leaves it, on a database of each kind in turn."""


@pytest.fixture
def on_sqlite(installation, sqlite_tables):
    """The same on SQLite alone, in the state folder."""
    database.make_file()
    shutil.copy(sqlite_tables, runtime_settings().database.removeprefix("sqlite:///"))
