"""What must be true of an installation at any time, whatever happened to it: written once, asserted after everything.

`hold` looks at a service that runs and has settled; a test that injects faults calls it at the end.
"""

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session

from services.audit.report import take
from services.contracts.log_events import CHECKPOINT
from services.contracts.wiring import ROUTES
from services.runtime.database import utcnow
from services.runtime.settings import runtime_settings

SECRETS = "readable secrets"
"""The key is in the state folder of the service, which `dateline audit` looks at and this process does not."""
STATES = ("due", "in_flight", "at_rest", "dead_lettered")
LATE = 60.0
"""Seconds that a message may be due on a machine that is busy with tests."""
A_LITTLE = 10.0
"""Seconds that it may be due where everything has settled, also after a leap of the clock that made it due."""
# What says itself again for ever is always in the ledger; whatever else is there is work under way.
TIMERS = ", ".join(f"'{kind.__name__}'" for kind, route in ROUTES.items() if route.timer or route.by_host)
UNDER_WAY = f"""
SELECT count(*) FROM ledger
WHERE (kind NOT IN ({TIMERS}, 'ReviewRemovals')
OR (attempts > 0 AND reason IS NOT NULL))
AND dead_lettered_at IS NULL
"""
KEPT = """
SELECT articles.url, revisions.reading FROM articles
JOIN revisions ON revisions.article = articles.id AND revisions.number = articles.revision
"""


def hold(service, subscriber=None, newsroom=None):
    """Nothing is lost, nothing is told twice, nothing waits for ever, and every page is in exactly one state."""
    everything_is_accounted_for(service)
    nothing_is_overdue(service)
    every_story_is_kept_once(service)
    if newsroom:
        assert kept(service) == newsroom.wordings()
    if subscriber:
        every_story_is_announced_once(subscriber)
        every_event_is_told(service, subscriber)
        every_story_is_told_in_order(subscriber)


@contextmanager
def here(service):
    """The settings of the service in this process: an audit asks whether the database can be written from here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATELINE_STATE", "DATELINE_DATABASE_URL"):
            patch.setenv(name, service.environment[name])
        runtime_settings.cache_clear()
        yield
    runtime_settings.cache_clear()


def everything_is_accounted_for(service):
    """As `dateline audit` counts; and each page is due, in flight, at rest or dead-lettered, source by source."""
    engine = create_engine(service.database)
    with Session(engine) as session, here(service):
        report = take(session, utcnow())
    engine.dispose()
    amiss = [f"{check.name}: {check.sentence}" for check in report.checks if not check.holds and check.name != SECRETS]
    assert not amiss, amiss
    for source in report.sources:
        counted = asdict(source)
        assert sum(counted[state] for state in STATES) == counted["pages"], counted


def nothing_is_overdue(service):
    """The sweep saw to it."""
    late = overdue(service)
    assert late < LATE, late


def every_story_is_kept_once(service):
    """One article for each address, under one id."""
    articles = service.articles()
    assert twice(article["id"] for article in articles) == []
    assert twice(article["url"] for article in articles) == []


def every_story_is_announced_once(subscriber):
    """One `article.created` for each address, however often its event was delivered."""
    by_name = {entry.id: entry.event for entry in subscriber.events}
    created = [event["data"]["article"]["url"] for event in by_name.values() if event["type"] == "article.created"]
    assert twice(created) == []


def every_event_is_told(service, subscriber):
    """Each one that is announced has come in at least once, under its one id; and nothing else has."""
    events = {event["id"]: event for event in service.events() if is_told(event)}
    received = {entry.id: entry.event for entry in subscriber.events}
    assert received.keys() == events.keys()
    assert all(received[name]["sequence"] == event["sequence"] for name, event in events.items())


def every_story_is_told_in_order(subscriber):
    """What came for the first time came in the events' order, of each article and source; `article.created` first."""
    results = {}
    for entry in subscriber.events:
        results.setdefault(subject_of(entry.event), {}).setdefault(entry.id, entry.event)
    for (about, _), events in results.items():
        sequences = [event["sequence"] for event in events.values()]
        assert sequences == sorted(sequences)
        types = [event["type"] for event in events.values()]
        if about == "article":
            assert types == ["article.created"] * ("article.created" in types) + ["article.updated"] * types.count(
                "article.updated"
            )


def subject_of(event):
    """What it is about: an article and its id, or a source and its name."""
    if event["type"].startswith("source."):
        return "source", event["data"]["source"]
    return "article", event["data"]["article"]["id"]


def kept(service):
    """What each article says as it stands: its paragraphs, by its address."""
    return {url: tuple(block["text"] for block in json.loads(reading)["body"]) for url, reading in rows(service, KEPT)}


def is_settled(service, subscriber, newsroom):
    """Whether the last wording of every story is stored, nothing is under way or late, and every event has come in."""
    if overdue(service) > A_LITTLE or rows(service, UNDER_WAY) != [(0,)] or kept(service) != newsroom.wordings():
        return False
    ids = {entry.id for entry in subscriber.events}
    return all(event["id"] in ids for event in service.events() if is_told(event))


def is_told(event):
    """Whether an endpoint that names no types is sent it: of the record it would have to name the type."""
    return event["announced"] and event["type"] != CHECKPOINT


def overdue(service):
    """Seconds that the longest-waiting message has been due."""
    return service.client.get("/health/ready").json()["overdue_seconds"]


def rows(service, query, **words):
    """What its database answers, asked from outside."""
    engine = create_engine(service.database)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), words)]
    finally:
        engine.dispose()


def twice(names):
    return [name for name, count in Counter(names).items() if count > 1]
