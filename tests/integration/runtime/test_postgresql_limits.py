"""What PostgreSQL is told to end: a wait for a lock, a statement without an end, a writer that does nothing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from services.runtime import engines
from services.runtime.database import reading, transaction

pytestmark = [pytest.mark.integration, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


@pytest.fixture
def hurried(db, monkeypatch):
    """Makes one of the limits a second."""

    def limit(name):
        monkeypatch.setattr(engines, name, 1000)
        engines.engine_of.cache_clear()

    return limit


def waits(session, seconds):
    session.execute(text(f"SELECT pg_sleep({seconds})"))


def takes_the_keys(session):
    session.execute(text("LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE"))


def test_nobody_waits_for_ever_for_what_another_one_holds(hurried):
    """A process that was frozen in its write stopped every other one, without a word."""
    hurried("BUSY_TIMEOUT")
    with transaction() as holder:
        takes_the_keys(holder)
        with pytest.raises(OperationalError, match="lock timeout"), transaction() as waiting:
            takes_the_keys(waiting)


def test_a_statement_without_an_end_is_ended(hurried):
    hurried("STATEMENT_TIMEOUT")
    with pytest.raises(OperationalError, match="statement timeout"), reading() as session:
        waits(session, 30)


def test_a_writer_that_does_nothing_loses_what_it_holds(hurried):
    """So that a frozen process stops the others for a minute, and not until somebody looks."""
    hurried("IDLE_TIMEOUT")
    with pytest.raises(DBAPIError, match="idle-in-transaction"), transaction() as frozen:  # noqa: PT012 - in its midst
        takes_the_keys(frozen)
        with transaction() as other:
            takes_the_keys(other)
        waits(frozen, 0)


def test_a_reader_may_do_something_else_meanwhile(hurried):
    """An audit reads the whole archive while it counts; nobody waits for what a reader holds."""
    hurried("IDLE_TIMEOUT")
    with reading() as session:
        waits(session, 0)
        with transaction() as other:
            waits(other, 1.5)
        waits(session, 0)
