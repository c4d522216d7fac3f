"""The two ways to use the database, and the one way to keep an instant."""

import contextlib
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, make_url, select, text
from sqlalchemy.exc import OperationalError, StatementError

from services.runtime import database, engines
from services.runtime.database import UtcDateTime, after_commit, reading, transaction
from services.runtime.settings import runtime_settings

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)


# Outside the models of the services.
SIGHTINGS = Table("sightings", MetaData(), Column("at", UtcDateTime))


@pytest.fixture
def sightings(installation):
    """Makes one at this instant in a transaction."""
    database.make_file()
    SIGHTINGS.create(database.engine())

    def see(at=NOON):
        with transaction() as session:
            session.execute(SIGHTINGS.insert().values(at=at))

    return see


def seen():
    with reading() as session:
        return list(session.scalars(select(SIGHTINGS.c.at)))


def test_an_instant_comes_back_as_it_went_aware_and_in_utc(sightings):
    sightings(NOON.astimezone(timezone(timedelta(hours=-5))))
    (result,) = seen()
    assert (result, result.tzinfo) == (NOON, UTC)


def test_an_instant_without_a_zone_is_refused(sightings):
    """It would mean another time on every machine."""
    with pytest.raises(StatementError, match="has no time zone"):
        sightings(NOON.replace(tzinfo=None))
    assert seen() == []


def test_a_transaction_is_all_or_nothing_and_what_follows_it_too(sightings):
    """What was to be done after the commit is not done when there was none."""
    messages = []

    def fails():
        with transaction() as session:
            session.execute(SIGHTINGS.insert().values(at=NOON))
            after_commit(session, lambda: messages.append("lost"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert (seen(), messages) == ([], [])
    with transaction() as session:
        session.execute(SIGHTINGS.insert().values(at=NOON))
        after_commit(session, lambda: messages.append(len(seen())))
        assert messages == []
    assert messages == [1], "only after the commit, when others see it"


def test_a_reader_cannot_write(sightings):
    with pytest.raises(OperationalError, match="readonly"), reading() as session:
        session.execute(text("INSERT INTO sightings (at) VALUES ('2026-01-12 12:00:00')"))
    sightings()
    assert len(seen()) == 1, "and the same connection writes again for a writer"


def test_a_reader_does_not_wait_for_a_writer(sightings):
    """Nor see what is not committed."""
    with transaction() as session:
        session.execute(SIGHTINGS.insert().values(at=NOON))
        assert seen() == []


def test_the_file_of_the_database_is_made_for_its_owner_alone(installation, tmp_path):
    """A first start needs no preparation, and whoever reads the file is the operator: its log and index as well."""
    installation(database_url=f"sqlite:///{tmp_path}/a/b/news.db")
    database.make_file()
    with database.transaction() as session:
        session.execute(text("CREATE TABLE news (id INTEGER)"))
        files = list((tmp_path / "a/b").iterdir())
        assert {file.name for file in files} == {"news.db", "news.db-wal", "news.db-shm"}
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o700


def test_looking_for_a_database_leaves_none_behind(installation, tmp_path):
    """A command in the wrong folder made a second installation there, and said that there is no news."""
    installation(state=str(tmp_path / "elsewhere"))
    with pytest.raises(
        engines.NoInstallation, match=r"There is no Dateline here: .*/elsewhere/dateline.db does not exist"
    ):
        database.engine()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_opened_while_somebody_else_writes_to_it(installation):
    """Of several processes that start together, one ended with "database is locked", without waiting at all."""
    installation()
    database.make_file()
    path = make_url(runtime_settings().database).database
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as first:
        first.execute("BEGIN IMMEDIATE")
        first.execute("CREATE TABLE words (word TEXT)")
        ends = threading.Timer(0.3, first.execute, ["COMMIT"])
        ends.start()
        with reading() as session:
            assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert session.execute(text("SELECT count(*) FROM words")).scalar() == 0
        ends.join()
