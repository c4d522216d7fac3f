"""Listings and sitemaps are walked to what is known and old: what is backdated or inserted in a batch is found."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from services.contracts.messages import FetchPage, PollChannel, WalkChannel
from services.demo.site import Answer
from services.fetcher import sources, walks
from services.fetcher.models import Walk
from services.runtime.database import reading, transaction
from services.runtime.ledger import jobs, worker
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, entries, later, pages, watches

pytestmark = pytest.mark.integration
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
A_LISTING, PER_PAGE = "/stories/", 10


class Listing:
    """A listing of stories by their numbers, ten on a page, in the order of `shown`."""

    def __init__(self, newsroom, *, pages=True):
        self.shown, self._pages, self._url = [], pages, newsroom.url
        newsroom.misbehaves("*", self.answers)

    def answers(self, request, polite, _site):
        parts = urlsplit(request.path)
        if parts.path != A_LISTING:
            return polite if parts.path == "/robots.txt" else Answer(200, b"<p>A story</p>", fakes.HTML)
        number = int(parse_qs(parts.query).get("Page", ["1"])[0]) if self._pages else 1
        shown = self.shown[PER_PAGE * (number - 1) : PER_PAGE * number]
        links = "".join(f'<p><a href="{self._url}/Article/{story}/">Story {story}</a></p>' for story in shown)
        return Answer(200 if shown else 404, f"<html><body>{links}</body></html>".encode(), fakes.HTML)


@pytest.fixture
def listing(fetcher, newsroom):
    fetcher(FETCHER_DEPTH="2", FETCHER_WALK_DEPTH="20")
    return Listing(newsroom)


def looks(now, kinds=(PollChannel, WalkChannel)):
    """The channels are looked at and walked, and nothing else: which pages they find is asked here."""
    names = [kind.__name__ for kind in kinds]
    while sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=names)):
        pass


def begins(newsroom, listing, number):
    """A listing of so many stories is watched, and was walked once."""
    listing.shown = list(range(1000 + number, 1000, -1))
    watches(newsroom, kind="listing", path=A_LISTING)
    looks(later(seconds=20))
    looks(later(days=8))
    looks(later(days=8, hours=1))


def stories():
    return {int(re.search(r"/Article/(\d+)", page.url)[1]) for page in pages()}


def news():
    return {int(re.search(r"/Article/(\d+)", page.url)[1]) for page in pages() if not page.backlog}


def asked(newsroom, since=0):
    return [request.path for request in newsroom.requests[since:] if request.path.startswith(A_LISTING)]


def test_the_first_walk_finds_what_was_there_before_us_and_it_is_no_news(newsroom, listing):
    """A round looks at two pages; the walk comes a week later, in the bulk lane, and ends where the listing does."""
    listing.shown = list(range(1045, 1000, -1))
    watches(newsroom, kind="listing", path=A_LISTING)
    looks(later(seconds=20))
    assert len(stories()) == 20
    looks(later(days=6))
    assert len(stories()) == 20
    assert [entry.lane for entry in entries(WalkChannel)] == ["bulk"]
    looks(later(days=8))
    assert (stories(), news()) == (set(listing.shown), set())
    with reading() as session:
        walk = session.exec(select(Walk)).one()
    assert (walk.parts, walk.known_depth) == ([], walks.TO_THE_END)


def test_a_story_that_is_backdated_to_page_three_is_news_within_a_week(newsroom, listing):
    """Nothing at the top changed. Then it is known how late this listing may be, and rounds read on."""
    begins(newsroom, listing, 45)
    listing.shown.insert(25, 9001)
    looks(later(days=9))
    assert 9001 not in stories()
    looks(later(days=16))
    assert news() == {9001}
    assert timedelta(days=6) < timedelta(seconds=channel().lateness) < timedelta(days=17)
    listing.shown.insert(0, 9100)
    listing.shown.insert(12, 9002)
    looks(later(days=17))
    assert news() == {9001, 9002, 9100}


def test_a_batch_that_is_inserted_between_two_looks_is_found_at_once(newsroom, listing):
    """Forty stories, and a round of two pages: what it does not come to is walked at once, and is news."""
    begins(newsroom, listing, 45)
    listing.shown = [*range(2040, 2000, -1), *listing.shown]
    looks(later(days=9))
    assert news() == set(range(2001, 2041))
    with reading() as session:
        assert session.exec(select(Walk)).one().parts == []


def test_what_a_feed_shows_too_does_not_end_the_round_of_a_listing(newsroom, listing):
    """Ten of forty are in the feed: the first page of the listing holds no page that is new to us, and thirty are."""
    begins(newsroom, listing, 25)
    listing.shown = [*range(2030, 2000, -1), *listing.shown]
    items = "".join(f"<item><link>{newsroom.url}/Article/{story}/</link></item>" for story in listing.shown[:10])
    feed = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()
    newsroom.misbehaves("/feed", fakes.always(200, feed, {"Content-Type": "application/rss+xml"}))
    watches(newsroom, kind="feed", path="/feed", name="other")
    looks(later(days=8, hours=2))
    assert set(range(2001, 2031)) <= stories()


def test_a_story_that_vanishes_after_a_day_is_known_and_visited(newsroom, listing):
    """Its listing need not show it any more."""
    begins(newsroom, listing, 15)
    listing.shown.insert(0, 9001)
    looks(later(days=9))
    listing.shown.remove(9001)
    looks(later(days=10), kinds=(PollChannel, WalkChannel, FetchPage))
    (page,) = [page for page in pages() if "/9001/" in page.url]
    assert (page.outcome, page.backlog) == ("new", False)


@on_sqlite
def test_a_listing_that_gives_its_first_page_for_every_other_is_walked_to_its_second(fetcher, newsroom):
    """That says the same again, which is the end."""
    fetcher(FETCHER_DEPTH="2", FETCHER_WALK_DEPTH="20")
    listing = Listing(newsroom, pages=False)
    begins(newsroom, listing, 8)
    since = len(newsroom.requests)
    looks(later(days=16))
    assert len(asked(newsroom, since)) <= 2 + 2  # a round, and a walk


@on_sqlite
def test_a_walk_goes_on_where_it_was_and_passes_over_what_fails(newsroom, listing):
    """It is a row: a worker that dies in between costs nothing but time."""
    listing.shown = list(range(1045, 1000, -1))
    watches(newsroom, kind="listing", path=A_LISTING)
    looks(later(seconds=20))
    newsroom.misbehaves(f"{A_LISTING}?Page=4", fakes.broken())
    now = later(days=8)
    looks(now)
    with reading() as session:
        assert session.exec(select(Walk)).one().parts == [f"{newsroom.url}{A_LISTING}?Page=4"]
    newsroom.behaves()
    newsroom.misbehaves("*", listing.answers)
    looks(now + timedelta(hours=1))
    assert stories() == set(listing.shown)


@on_sqlite
def test_the_older_parts_of_a_sitemap_are_walked(fetcher, newsroom):
    """A round looks at the index and one part; the walk at all of them."""
    fetcher(FETCHER_DEPTH="2", FETCHER_WALK_DEPTH="20")
    parts = "".join(f"<sitemap><loc>{newsroom.url}/part-{part}.xml</loc></sitemap>" for part in range(6))
    newsroom.misbehaves("/index.xml", fakes.always(200, f"<sitemapindex>{parts}</sitemapindex>".encode()))
    for part in range(6):
        urls = f"<urlset><url><loc>{newsroom.url}/Article/{3000 + part}/</loc></url></urlset>".encode()
        newsroom.misbehaves(f"/part-{part}.xml", fakes.always(200, urls))
    watches(newsroom, kind="sitemap", path="/index.xml")
    looks(later(seconds=20))
    assert stories() == {3000}
    looks(later(days=8))
    assert (stories(), news()) == (set(range(3000, 3006)), set())


@on_sqlite
def test_a_walk_that_finds_more_than_a_host_can_bear_rests_and_goes_on_next_week(newsroom, listing, monkeypatch):
    """A listing of ten thousand stories does not keep its host busy for days."""
    monkeypatch.setattr(walks, "MOST_FRESH", 15)
    listing.shown = list(range(1075, 1000, -1))
    watches(newsroom, kind="listing", path=A_LISTING)
    looks(later(seconds=20))
    looks(later(days=8))
    assert len(stories()) == 40
    looks(later(days=16))
    assert (len(stories()), news()) == (60, set())


@on_sqlite
def test_a_source_that_is_paused_or_removed_is_not_walked(newsroom, listing):
    """Its walk waits for as long as it is paused, and ends with it."""
    begins(newsroom, listing, 15)
    since = len(newsroom.requests)
    with transaction() as session:
        sources.pause(session, "demo")
    looks(later(days=16))
    assert (asked(newsroom, since), len(entries(WalkChannel))) == ([], 1)
    with transaction() as session:
        sources.remove(session, "demo")
    looks(later(days=24))
    assert (asked(newsroom, since), entries(WalkChannel)) == ([], [])
