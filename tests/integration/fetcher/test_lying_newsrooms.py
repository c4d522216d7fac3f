"""Newsrooms whose validators and times of change lie: nothing stays hidden longer than docs/watching.md says.

Time is simulated; the newsroom is a real server.
"""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from services.contracts.messages import FetchPage
from services.fetcher import claims, trust
from services.fetcher.models import Host, Page
from services.fetcher.trust import Trust
from services.parser import tasks as _parser
from services.runtime.database import reading, transaction
from services.runtime.ledger.ledger_table import LedgerRow
from services.store import tasks as _store
from services.store.models import articles
from tests.fakes import newsroom as fakes
from tests.support.drain import drain
from tests.support.fetching import channel, entries, later, pages, runs, watches

pytestmark = pytest.mark.integration

HANDLED = (_parser, _store)
"""Where the handlers are, which register themselves."""
STORY, LATER = "storm-response", "harbor-exercise"
OLD = "Mon, 01 Jan 2024 00:00:00 GMT"
POLL = timedelta(minutes=5.5)
"""The longest wait between two looks at a feed."""
LIES = {
    "etag": (fakes.marked(etag='"same"'), {"etag"}),
    "last_modified": (fakes.marked(modified=OLD), {"last_modified"}),
    "both": (fakes.marked(etag='"same"', modified=OLD), {"etag", "last_modified"}),
    "everything": (fakes.marked(everything=True), {"not_modified"}),
}


def looks(start, end, step=POLL):
    """What is due is done at each of these times, until one after the end."""
    at = start
    while at <= end:
        runs(later(seconds=at.total_seconds()))
        at += step
        yield at


def shown(newsroom):
    return {page.url for page in pages()} & {newsroom.url + sample.path for sample in newsroom.samples.values()}


def doubts():
    return set(Trust.of(channel().trust).doubts)


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is learned is a column like any other; the last of these tests writes it on both."""


@one_database
@pytest.mark.parametrize("lie", LIES)
def test_a_feed_behind_a_lie_is_found_within_the_bound_and_the_lie_is_not_believed_again(fetcher, newsroom, lie):
    """A new item shows after an hour and one wait at the latest; the one after that, at the next look."""
    misbehaviour, expected = LIES[lie]
    newsroom.publishes(STORY)
    newsroom.misbehaves(newsroom.feed_url, misbehaviour)
    watches(newsroom)
    runs()
    newsroom.publishes(LATER)
    bound = trust.FULL_AFTER + POLL
    at = next(time for time in looks(POLL, bound + POLL) if len(shown(newsroom)) == 2)
    assert at - POLL <= bound
    *_, after = looks(at, at + 2 * POLL)
    assert doubts() == expected
    assert Trust.of(channel().trust).avoided >= 1
    newsroom.publishes("media-advisory")
    list(looks(after, after))
    assert len(shown(newsroom)) == 3


@one_database
def test_an_honest_feed_is_asked_conditionally_and_what_that_saves_is_counted(fetcher, newsroom):
    """A look in full each hour, later each six hours; no claim of it is doubted."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    list(looks(POLL, timedelta(hours=2)))
    feed = [request for request in newsroom.requests if "RSS" in request.path]
    full = [request for request in feed if "if-none-match" not in request.headers]
    assert (len(full) <= 3, len(feed) > 20) == (True, True)
    assert all(request.headers.get("cache-control") == "no-cache" for request in full[1:])
    known = Trust.of(channel().trust)
    assert (known.doubts, known.avoided) == ({}, 0)
    assert known.saved == known.size * (len(feed) - len(full)) > 0


@one_database
@pytest.mark.parametrize(
    "headers", [{"Expires": "Sat, 16 Nov 2041 19:11:00 GMT"}, {"Cache_Control": "public, max-age=31536000, immutable"}]
)
def test_what_a_site_says_of_caching_hides_nothing(fetcher, newsroom, headers):
    """The next look asks again, whatever is said to be fresh until when."""
    newsroom.publishes(STORY)
    newsroom.misbehaves(newsroom.feed_url, fakes.with_headers(**headers))
    watches(newsroom)
    runs()
    newsroom.publishes(LATER)
    list(looks(2 * POLL, 2 * POLL))
    assert len(shown(newsroom)) == 2


@one_database
def test_a_lie_is_tried_again_after_a_week_and_then_doubted_for_longer(fetcher, newsroom):
    newsroom.publishes(STORY)
    newsroom.misbehaves(newsroom.feed_url, fakes.marked(etag='"same"'))
    watches(newsroom)
    runs()
    newsroom.publishes(LATER)
    list(looks(POLL, trust.FULL_AFTER + 2 * POLL))
    assert doubts() == {"etag"}
    week = trust.DISTRUST[0] + timedelta(hours=2)
    before = len(newsroom.requests)
    list(looks(week, week + POLL))
    results = [request.headers.get("if-none-match") for request in newsroom.requests[before:] if "RSS" in request.path]
    assert '"same"' in results
    newsroom.publishes("media-advisory")
    list(looks(week + 2 * POLL, week + trust.FULL_AFTER + 3 * POLL))
    assert len(shown(newsroom)) == 3
    assert Trust.of(channel().trust).doubts["etag"].times == 2


def host():
    with reading() as session:
        return Trust.of(session.exec(select(Host)).one().trust)


def revision():
    with reading() as session:
        return session.execute(select(articles.c.revision)).scalar_one()


def test_a_correction_behind_a_lying_page_is_found_and_its_host_is_not_believed(fetcher, newsroom):
    """At the visit an hour later, as the host never proved itself; known as a lie once the article was read anew."""
    newsroom.publishes(STORY)
    newsroom.misbehaves(STORY, fakes.marked(etag='"same"'))
    watches(newsroom)
    with_reader(timedelta())
    with transaction() as session:
        session.execute(update(Page).values(backlog=False, step=1))
        session.execute(update(LedgerRow).where(LedgerRow.kind == "FetchPage").values(due_at=later(minutes=5)))
    newsroom.corrects(STORY)
    for minutes in (6, 22):
        with_reader(timedelta(minutes=minutes))
    assert (revision(), host().doubts) == (1, {})
    with_reader(timedelta(minutes=90))
    assert revision() == 2
    with_reader(timedelta(minutes=96))
    assert set(host().doubts) == {"etag"}
    assert host().avoided == 1
    [sentence] = trust.sentences(host(), later(minutes=96))
    assert sentence.startswith("Its ETag stayed the same while the content changed")


def with_reader(after):
    drain(later(seconds=20 + after.total_seconds()))


@one_database
def test_a_sitemap_whose_times_are_always_new_soon_costs_nearly_nothing(fetcher, newsroom):
    """Eight pages, seven hours of looks: it was eight visits at each of them, 200 in all."""
    urls = [f"/News/Article/{member}/" for member in range(1, 9)]
    for url in urls:
        newsroom.misbehaves(url, fakes.marked_page(url))
    watches(newsroom, kind="sitemap", path="/sitemap.xml", pages=["/News/Article/"])
    at = timedelta()
    serves_sitemap(newsroom, urls, later())
    runs(later(seconds=20))
    for _ in range(25):
        at += timedelta(minutes=17)
        serves_sitemap(newsroom, urls, later(seconds=at.total_seconds()))
        runs(later(seconds=at.total_seconds()))
    assert doubts() == {"lastmod"}
    fetched = sum(request.path in urls for request in newsroom.requests) - len(urls)
    assert fetched <= 3 * len(urls), "their first claims, and samples"
    assert {entry.rank for entry in entries(FetchPage)} <= {2, 3, 4}


def serves_sitemap(newsroom, urls, now: datetime):
    lines = "".join(f"<url><loc>{newsroom.url}{url}</loc><lastmod>{now.isoformat()}</lastmod></url>" for url in urls)
    newsroom.misbehaves("/sitemap.xml", fakes.always(200, f"<urlset>{lines}</urlset>".encode()))


def test_true_times_of_change_are_followed_without_a_limit():
    known = claims.judged_claims(Trust(), 10, 8, later())
    assert claims.claims_allowed(known, later()) == claims.ALL_CLAIMS
    assert claims.claims_allowed(Trust(), later()) == claims.CLAIMS


def test_what_a_row_keeps_can_be_read_again():
    known = trust.lied(Trust(size=4), ["etag", "lastmod"], later())
    assert Trust.of(json.loads(json.dumps(known.kept()))) == known
    assert Trust.of({"doubts": {"nonsense": 4}}) == Trust()
