"""Where a page says the day alone, the hour is that of a channel that writes it, with its evidence."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlmodel import select

from services.contracts.article import Article
from services.contracts.messages import NoteSources
from services.runtime.database import reading, transaction
from services.runtime.events.tables import events
from services.runtime.provenance import sightings, verdicts
from services.runtime.provenance.sightings import Shown
from services.runtime.provenance.verdicts import Read
from services.store.models import articles, revisions
from services.store.sources import note_all
from services.store.views import article_view
from tests.support.kept import rows, saved, sound, told
from tests.support.orders import KEY, NOW, C, order

pytestmark = [pytest.mark.integration]

DAY, HOUR = "2026-01-12", "Mon, 12 Jan 2026 09:05:00 EST"
MOMENT = datetime(2026, 1, 12, 14, 5, tzinfo=UTC)
SEEN = "dateline_published_seen_seconds"


@pytest.fixture(autouse=True)
def _database_that_stays_sound(db):
    yield
    assert sound()


def dated(text=HOUR, page=DAY, **about):
    """What the page says, and what travels with it from the channel."""
    return order(published=text, published_in=3, published_at=page, **about)


def shows(text, channel=3, seen=NOW):
    with transaction() as session:
        sightings.note(session, "war-releases", channel, {1: Shown(1, "A story", text)}, seen)


def notes(article):
    """The order that comes when a further channel has shown the page."""
    with transaction() as session:
        verdicts.hold_read(session, 1, article, Read("capture-0", NOW, "d", "1", 1, "afpims", "1", 1, None, None))
        return note_all(session, [(NoteSources(page=1), None)], NOW)


def row():
    with reading() as session:
        return session.execute(select(articles)).one()


def view():
    with reading() as session:
        text = session.execute(select(revisions.c.reading).order_by(revisions.c.number.desc())).scalars().first()
    return article_view(row(), Article.model_validate_json(text))


def test_the_hour_of_a_feed_is_the_articles_and_says_where_it_is_from():
    """Lists are sorted by it, the event has it, and what the page said stays as it was."""
    saved(dated())
    assert (view().published_at, row().dated_at) == (MOMENT, MOMENT)
    assert view().published_evidence == f"channel 3 of war-releases: {HOUR}"
    assert '"published_at":"2026-01-12"' in rows(revisions, "reading")[0]
    assert "2026-01-12T09:05:00-05:00" in rows(events, "body")[0]


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Mon, 12 Jan 2026 00:00:00 EST", DAY),
        ("Sun, 11 Jan 2026 09:05:00 EST", DAY),
        ("Mon, 12 Jan 2026 09:05:00", DAY),
        ("Mon, 12 Jan 2026 23:05:00 EST", DAY),
        ("Jan. 12, 2026", DAY),
        (HOUR, "2026-01-12T10:00:00-05:00"),
        (HOUR, None),
    ],
    ids=["midnight", "another day", "no zone", "a plan", "a day", "the page says the hour", "the page says nothing"],
)
def test_what_proves_no_hour_of_that_day_changes_nothing(text, page):
    saved(dated(text, page))
    assert row().published_at == page
    assert not row().published_from


def test_an_hour_that_is_shown_later_is_noted_without_an_event():
    """A listing shows the page first; the feed follows. Another wording keeps the hour."""
    shows(None, channel=2)
    saved(order(published_at=DAY))
    shows(HOUR, seen=NOW + timedelta(minutes=3))
    assert notes(row().id) == []
    assert view().published_at == MOMENT
    saved(order(C, minute=9, published_at=DAY))
    assert (view().published_at, told()) == (MOMENT, ["article.created", "article.updated"])


def test_how_soon_news_was_seen_is_counted_and_a_backlog_is_not():
    """From the hour of its publication until the first channel showed it."""
    before = REGISTRY.get_sample_value(f"{SEEN}_count", {"source": "war-releases"}) or 0
    total = REGISTRY.get_sample_value(f"{SEEN}_sum", {"source": "war-releases"}) or 0
    shows(HOUR, seen=MOMENT + timedelta(seconds=90))
    saved(dated(), order(page=2, key=f"{KEY}9", cause="backlog", published_at="2026-01-12T10:00:00Z"))
    assert REGISTRY.get_sample_value(f"{SEEN}_count", {"source": "war-releases"}) == before + 1
    assert REGISTRY.get_sample_value(f"{SEEN}_sum", {"source": "war-releases"}) == pytest.approx(total + 90)
