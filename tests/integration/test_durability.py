"""What a commit promises: what others have seen waits for the disk, what would be redone does not."""

import pytest
from sqlalchemy import text

from services.contracts.messages import PollChannel, SaveArticle
from services.contracts.wiring import ROUTES
from services.runtime.database import is_sqlite, reading, transaction, utcnow
from services.runtime.ledger.jobs import claim, due, enqueue


def waits_for_the_disk(session) -> bool:
    if is_sqlite(session):
        return session.execute(text("PRAGMA synchronous")).scalar() == 2
    return session.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_commit_lasts_unless_it_is_said_otherwise(db):
    """The same connection, used for one and the other in turn, keeps each promise."""
    for lasting in (True, False, True, False):
        with transaction(lasting=lasting) as session:
            assert waits_for_the_disk(session) is lasting
        with transaction() as session:
            assert waits_for_the_disk(session)


def test_what_only_reads_cannot_write(db):
    """Not even on a connection that has just written."""
    with transaction(lasting=False) as session:
        session.execute(text("CREATE TABLE words (word TEXT)"))
    with reading() as session, pytest.raises(Exception, match=r"read-?only"):
        session.execute(text("INSERT INTO words VALUES ('no')"))
    with transaction() as session:
        session.execute(text("DROP TABLE words"))


def test_events_that_readers_have_seen_survive_a_power_cut():
    """A sequence number that somebody holds is never given to another event; all else would be redone."""
    assert [kind for kind, route in ROUTES.items() if route.durable] == [SaveArticle]


def test_a_finish_lasts_if_its_kind_is_shown(db):
    """What the wiring says is what the commit does."""
    with transaction() as session:
        enqueue(session, PollChannel(channel=1))
    [(row, kind)] = due(utcnow(), kinds=["PollChannel"])
    [job] = claim(kind, [row], utcnow())
    with job.complete() as session:
        assert not waits_for_the_disk(session)
