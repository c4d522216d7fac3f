"""Pages behind a wall while the channels of their source are read: people are told once, and when it is over."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from services.audit.troubles import troubles_now
from services.contracts.messages import ReconcileChannels, Rejection
from services.fetcher import page_walls
from services.fetcher.models import Source
from services.fetcher.page_walls import PATIENCE, PageLook, is_over, walls_in_a_row
from services.fetcher.source_views import source_views
from services.fetcher.sources import find_source
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.follow import EventQuery, pull
from services.runtime.ledger import jobs, worker
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from tests.fakes import newsroom as fakes
from tests.support.fetching import later, pages, runs, watches

pytestmark = pytest.mark.integration

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
START = utcnow()


def look(minute, *, is_wall):
    return PageLook(f"https://quay.example/{minute}", START + timedelta(minutes=minute), is_wall)


def test_walls_count_from_the_last_page_that_was_seen():
    """One page among them, and the walls before it prove nothing."""
    latest_first = [look(4, is_wall=True), look(3, is_wall=True), look(2, is_wall=False), look(1, is_wall=True)]
    assert walls_in_a_row(latest_first) == latest_first[:2]
    assert walls_in_a_row([]) == []


@pytest.mark.parametrize(
    ("walls", "over"), [("...", True), ("...#", True), (".#..", False), ("..", False), ("#", False)]
)
def test_as_many_pages_as_walls_end_it(walls, over):
    assert is_over([look(0, is_wall=mark == "#") for mark in walls]) is over


def reviews(now):
    """The fetcher's own step, each minute."""
    for row, kind in jobs.due(now, kinds=[ReconcileChannels.__name__]):
        worker.handle(kind, [row], now)


def told():
    with reading() as session:
        return [json.loads(event.body) for event in pull(session, EventQuery(scopes={"sources"}), 0, 50).events]


def told_types():
    return [event["type"] for event in told() if event["type"] != "source.gap"]


def shown(name="demo"):
    with reading() as session:
        return source_views(session, [find_source(session, name)], utcnow())[0]


def troubles():
    with reading() as session:
        return [(trouble.kind, trouble.sentence) for trouble in troubles_now(session)]


def are_read():
    """The parser and the store are done with what was fetched so far."""
    with transaction() as session:
        for page in pages():
            if page.capture and page.outcome in {"new", "changed", "unchanged"}:
                read = Read(page.capture, page.fetched_at, "d", "1", 1, "generic", None, None, None, None)
                verdicts.hold_read(session, page.id, f"art_{page.id}", read, page.fetched_at)


def four_stories(newsroom):
    slugs = list(newsroom.samples)[:4]
    for slug in slugs:
        newsroom.publishes(slug)
    watches(newsroom)
    runs()
    are_read()
    with transaction() as session:
        jobs.enqueue(session, ReconcileChannels())
    return slugs


@on_both
def test_pages_behind_a_wall_are_told_of_while_their_channel_is_read(fetcher, newsroom):
    """An event, a trouble and a field of the source; one event more when the pages are back."""
    slugs = four_stories(newsroom)
    reviews(later(minutes=1))
    assert (told_types(), shown().walled_since) == ([], None)
    for slug in slugs:
        newsroom.misbehaves(slug, fakes.bot_wall())
    for hours in (96, 97, 98):
        runs(later(hours=hours))
        reviews(later(hours=hours, minutes=1))
    assert [page.outcome for page in pages()] == ["blocked"] * 4

    (event,) = [event for event in told() if event["type"] == "source.blocked"]
    data = event["data"]
    assert (data["source"], data["number"], len(data["pages"])) == ("demo", len(data["pages"]), data["number"])
    assert data["number"] >= PATIENCE
    assert data["pages"][0]["article"].startswith("art_")
    assert data["details"] == {"cause": "wall", "channel": None, "channels_left": 1, "capture": None}
    assert "1 of its 1 channels can be read." in data["sentence"]
    assert shown().walled_since is not None
    assert [kind for kind, sentence in troubles() if "behind a wall" in sentence] == ["source_blocked"]

    newsroom.behaves()
    runs(later(days=30))
    are_read()
    reviews(later(days=30, minutes=1))
    assert told_types() == ["source.blocked", "source.recovered"]
    assert told()[-1]["data"]["details"] == {"ended": "source.blocked", "channel": None}
    assert (shown().walled_since, troubles()) == (None, [])


@on_sqlite
def test_a_wall_before_everything_is_told_of_once(fetcher, newsroom):
    """The channel is lost, and that is said. Its pages are not told of besides, nor when it is read again first."""
    four_stories(newsroom)
    newsroom.misbehaves("*", fakes.bot_wall())
    for hours in range(96, 108, 3):
        runs(later(hours=hours))
        reviews(later(hours=hours, minutes=1))
    assert told_types() == ["source.blocked"]
    newsroom.behaves()
    newsroom.misbehaves("/News", fakes.bot_wall())
    for hours in range(108, 120, 3):
        runs(later(hours=hours))
        reviews(later(hours=hours, minutes=1))
    assert told_types() == ["source.blocked", "source.recovered"]


@on_sqlite
def test_walls_that_only_the_parser_sees_count(fetcher, newsroom):
    """They come as 200, and a page that is no article is no wall."""
    four_stories(newsroom)
    held = pages()

    def gave_none(page, reason):
        why = Rejection(
            capture=page.capture, fetched_at=page.fetched_at, parser="2", reason=reason, detail="It asks to sign in."
        )
        with transaction() as session:
            verdicts.hold_rejected(session, page.id, why)

    def reviewed():
        with transaction() as session:
            page_walls.judge_walls(session, later(minutes=2))
        return told_types()

    with transaction() as session:
        session.exec(select(Source)).one().walls_from = held[0].visited_at - timedelta(seconds=1)
    for page in held:
        gave_none(page, "listing")
    runs(later(minutes=1))
    assert reviewed() == []
    for page in held:
        gave_none(page, "blocked")
    runs(later(minutes=20))
    assert reviewed() == ["source.blocked"]
    assert told()[-1]["data"]["pages"][0]["reason"] == "It asks to sign in."
