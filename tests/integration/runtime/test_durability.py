"""What a commit promises: what others have seen waits for the disk, what would be redone does not."""

import pytest
from sqlalchemy import select, text

from services.contracts.messages import (
    CompareArticles,
    MoveArticles,
    NoteFile,
    NoteSources,
    PollChannel,
    ReconcileChannels,
    ReviewRemovals,
    SaveArticle,
    SetStatus,
)
from services.contracts.wiring import ROUTES
from services.fetcher import alarms
from services.fetcher.models import Channel
from services.fetcher.rounds import RoundResult
from services.runtime.database import is_sqlite, reading, transaction, utcnow
from services.runtime.events.append import NewEvent, append
from services.runtime.events.tables import counter
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


EVENT = NewEvent("evt_1", "source.gap", "source/demo", utcnow(), data={})


def test_events_that_readers_have_seen_survive_a_power_cut():
    """A sequence number that somebody holds is never given to another event; all else would be redone."""
    assert {kind for kind, route in ROUTES.items() if route.durable} == {
        CompareArticles,
        MoveArticles,
        NoteFile,
        NoteSources,
        ReconcileChannels,
        ReviewRemovals,
        SaveArticle,
        SetStatus,
    }


def test_no_event_is_written_that_a_power_cut_could_take_back(db):
    """Whoever forgets to say that its transaction lasts learns of it at the first event."""
    with pytest.raises(RuntimeError, match="power cut"), transaction(lasting=False) as session:
        append(session, EVENT)
    with transaction() as session:
        assert append(session, EVENT) == 1
    with reading() as session:
        assert session.execute(select(counter.c.last)).scalar_one() == 1


@pytest.mark.parametrize(
    ("lost_at", "outcome", "lasts"),
    [(None, "read", False), (None, "blocked", True), (utcnow(), "read", True), (utcnow(), "blocked", True)],
)
def test_a_look_lasts_where_an_alarm_may_begin_or_end(lost_at, outcome, lasts):
    """Most looks change no alarm, and need not wait for the disk."""
    assert alarms.may_change(Channel(lost_at=lost_at), RoundResult(outcome)) is lasts


def test_a_finish_lasts_if_its_kind_is_shown(db):
    """What the wiring says is what the commit does."""
    with transaction() as session:
        enqueue(session, PollChannel(channel=1))
    [(row, kind)] = due(utcnow(), kinds=["PollChannel"])
    [job] = claim(kind, [row], utcnow())
    with job.complete() as session:
        assert not waits_for_the_disk(session)


def test_a_finish_lasts_if_its_handler_says_so(db):
    """Of one message, of a kind whose others do not wait."""
    with transaction() as session:
        enqueue(session, PollChannel(channel=1))
    [(row, kind)] = due(utcnow(), kinds=["PollChannel"])
    [job] = claim(kind, [row], utcnow())
    with job.complete(lasting=True) as session:
        assert waits_for_the_disk(session)
