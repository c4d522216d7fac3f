"""What must be true of an installation at any time, whatever happened to it: written once, asserted after everything.

`hold` looks at a service that runs and has settled; a test that injects faults calls it at the end.
"""

from collections import Counter
from dataclasses import asdict

from sqlalchemy import create_engine
from sqlmodel import Session

from services.fetcher.account import account
from services.runtime.database import utcnow
from services.runtime.settings import RuntimeSettings

STATES = ("due", "in_flight", "at_rest", "set_aside")
LATE = 60.0
"""Seconds that a message may be due on a machine that is busy with tests."""


def hold(service, subscriber=None):
    """Nothing is lost, nothing is told twice, nothing waits for ever, and every page is in exactly one state."""
    status, words = service.audit()
    assert status == 0, words
    nothing_is_overdue(service)
    every_page_is_in_one_state(service.environment["DATELINE_DATABASE_URL"])
    every_story_is_kept_once(service)
    if subscriber:
        every_story_is_announced_once(subscriber)


def nothing_is_overdue(service):
    """The sweep saw to it."""
    late = service.get("/health/ready")["overdue_seconds"]
    assert late < LATE


def every_page_is_in_one_state(database_url):
    """Due, in flight, at rest or set aside: the states sum up to the pages, source by source."""
    engine = create_engine(RuntimeSettings(database_url=database_url).database)
    with Session(engine) as session:
        for source in account(session, utcnow()):
            counted = asdict(source)
            assert sum(counted[state] for state in STATES) == counted["pages"], counted
    engine.dispose()


def every_story_is_kept_once(service):
    """One article for each address, under one id."""
    articles = service.articles()
    assert twice(article["id"] for article in articles) == []
    assert twice(article["url"] for article in articles) == []


def every_story_is_announced_once(subscriber):
    """One `article.created` for each address, however often its event was delivered."""
    told = {each.id: each.event for each in subscriber.events}
    created = [event["data"]["article"]["url"] for event in told.values() if event["type"] == "article.created"]
    assert twice(created) == []


def twice(names):
    return [name for name, count in Counter(names).items() if count > 1]
