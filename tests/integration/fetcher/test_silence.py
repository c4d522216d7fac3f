"""A source that falls silent is told of once, and so is its return; what is known of its rhythm is shown."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from services.contracts.caller import Caller
from services.fetcher import api, frontier, sources
from services.fetcher.discover import Listed
from services.fetcher.models import Channel, SourceRhythm
from services.fetcher.rhythm import watch
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction
from services.runtime.events.follow import EventQuery, pull
from tests.support.in_process import client

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]

BEGIN = datetime(2026, 2, 2, 14, tzinfo=UTC)
"""A Monday."""
WEEKS = 8


@pytest.fixture
def source():
    """Six items on each working day of eight weeks, every ninety minutes; the number of the source."""
    seed = SourceSeed(name="army", channels=[ChannelSeed(kind="feed", url="https://army.example/rss")])
    with transaction() as session:
        number = sources.register(session, seed, BEGIN).id
        for day in range(7 * WEEKS):
            at = BEGIN + timedelta(days=day)
            for entry in range(6 if at.weekday() < 5 else 0):
                join(session, 10 * day + entry, at + timedelta(minutes=90 * entry))
    return number


def join(session, item, at, **about):
    listed = Listed(f"https://army.example/Article/{item}/", "An item", **about)
    frontier.join(session, "army", 1, [listed], backlog=bool(about), now=at)


def publishes(item, at, **about):
    with transaction() as session:
        join(session, item, at, **about)


def checked(number, at):
    with transaction() as session:
        watch.check_source(session, number, at)


def told():
    with reading() as session:
        return [json.loads(event.body) for event in pull(session, EventQuery(scopes={"sources"}), 0, 50).events]


def shown():
    app = FastAPI()
    app.include_router(api.router)
    app.state.authenticate = {"key": Caller(1, "reader", frozenset({"read"}))}.get
    with client(app, "key") as asking:
        return asking.get("/sources/army").json()["rhythm"]


LAST = BEGIN + timedelta(days=7 * WEEKS - 3, minutes=450)
"""A Friday, and on Monday nothing comes."""
MONDAY = LAST + timedelta(days=3)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_silence_is_told_of_once_and_its_end_too(source):
    """By the end of Monday; not on the weekend, and not again on Tuesday."""
    for hours in range(0, 72, 6):
        checked(source, LAST + timedelta(hours=hours))
    assert told() == []
    assert (shown()["last_item_at"], shown()["silent_since"]) == ("2026-03-27T21:30:00Z", None)
    assert shown()["expected_by"].startswith("2026-03-30T")
    for hours in range(48):
        checked(source, MONDAY + timedelta(hours=hours))
    [silent] = told()
    assert (silent["type"], silent["data"]["source"]) == ("source.silent", "army")
    assert silent["data"]["details"]["probability"] < 0.004
    assert silent["data"]["sentence"].startswith("Nothing new came from army since Friday, 2026-03-27 21:30 UTC.")
    assert shown()["silent_since"] < "2026-03-31T09"
    publishes(9_999, MONDAY + timedelta(hours=49))
    checked(source, MONDAY + timedelta(hours=50))
    _, recovered = told()
    assert (recovered["type"], recovered["data"]["details"]["ended"]) == ("source.recovered", "source.silent")
    assert shown()["silent_since"] is None


@one_database
def test_a_source_none_of_whose_channels_can_be_read_is_not_silent_as_well(source):
    """That is told of as `source.blocked`."""
    with transaction() as session:
        session.exec(select(Channel)).one().failures = 4
    checked(source, MONDAY + timedelta(hours=40))
    assert told() == []


@one_database
def test_what_was_there_before_we_came_counts_when_it_was_published(source):
    publishes(7_777, LAST + timedelta(days=2), published="Sat, 28 Mar 2026 15:00:00 GMT")
    publishes(7_778, LAST + timedelta(days=2), published="2026-03-28")
    checked(source, LAST + timedelta(days=3))
    assert shown()["last_item_at"] == "2026-03-28T15:00:00Z"


def test_sources_are_looked_at_every_hour_and_what_is_gone_is_forgotten(source):
    with transaction() as session:
        assert watch.next_sources(session, LAST) == [source]
        watch.check_source(session, source, LAST)
        assert watch.next_sources(session, LAST + timedelta(minutes=59)) == []
        assert watch.next_sources(session, LAST + timedelta(minutes=60)) == [source]
        sources.remove(session, "army")
        assert session.exec(select(SourceRhythm)).all() == []


@one_database
def test_a_source_is_looked_at_sooner_when_something_is_expected_and_never_much_later_than_usual(source):
    checked(source, MONDAY)
    with reading() as session:
        assert watch.busy_now(session, source, MONDAY) > 2
        assert watch.busy_now(session, source, MONDAY + timedelta(days=1)) == 1, "what was known is too old"
