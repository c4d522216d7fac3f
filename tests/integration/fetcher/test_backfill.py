"""A backfill finds what a source published before it was watched: listings, archives, sitemaps and paged feeds."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import select

from services.contracts.caller import Caller
from services.contracts.messages import FetchPage, PollChannel, WalkBackfill
from services.demo.site import Answer
from services.fetcher.backfill import api, ending, follow
from services.fetcher.backfill.models import Backfill, BackfillDocument, BackfillPage
from services.fetcher.backfill.order import BackfillOrder, write_order
from services.fetcher.backfill.views import backfill_view
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from tests.fakes import newsroom as fakes
from tests.support.fetching import entries, later, pages, watches
from tests.support.in_process import app_of, client

pytestmark = pytest.mark.integration
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTING = "/stories/"
TODAY = date(2026, 3, 1)
OPERATOR = Caller(key=1, name="operator")


@pytest.fixture
def paths(fetcher, newsroom):
    """What the newsroom has, by path: a function of the query each, or bytes."""
    fetcher(FETCHER_DEPTH="1")
    documents = {}

    def answers(request, polite, _site):
        parts = urlsplit(request.path)
        if parts.path == "/robots.txt" and parts.path not in documents:
            return polite
        if re.match(r"/Article/\d+/", parts.path):
            return Answer(200, b"<p>A story</p>", fakes.HTML)
        body = documents.get(parts.path)
        body = body(dict(parse_qsl(parts.query))) if callable(body) else body
        return Answer(404, b"<p>Nothing here</p>", fakes.HTML) if body is None else Answer(200, body, fakes.HTML)

    newsroom.misbehaves("*", answers)
    return documents


def cards(newsroom, stories, more=""):
    """A page of a listing; the date of story n is n days before today, in the card."""
    links = "".join(
        f'<listing-with-preview article-url="{newsroom.url}/Article/{story}/" article-title="Story {story}" '
        f'publish-date-ap="{day_of(story):%b. %d, %Y}"></listing-with-preview>'
        for story in stories
    )
    return f"<html><body>{links}{more}</body></html>".encode()


def day_of(story):
    return TODAY - timedelta(days=story)


def numbered(newsroom, stories, per_page=10):
    """A listing that is counted by `Page`, and is 404 behind its end."""

    def page(query):
        number = int(query.get("Page", 1))
        shown = stories[per_page * (number - 1) : per_page * number]
        return cards(newsroom, shown) if shown else None

    return page


def orders(since, source="demo", **fields):
    order = BackfillOrder(source=source, since=since, reason="A test", **fields)
    with transaction() as session:
        return write_order(session, order, OPERATOR, utcnow()).id


def works(now=None, kinds=(PollChannel, FetchPage, WalkBackfill)):
    now = now or later(seconds=20)
    names = [kind.__name__ for kind in kinds]
    while sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=names)):
        now += timedelta(milliseconds=5)


def walked(now=None):
    works(now, kinds=(WalkBackfill,))


def stories():
    return {int(hit[1]) for page in pages() if (hit := re.search(r"/Article/(\d+)", page.url))}


def view(number):
    with reading() as session:
        return backfill_view(session, session.get(Backfill, number), utcnow())


def documents():
    with reading() as session:
        return session.exec(select(BackfillDocument).order_by(BackfillDocument.id)).all()


def asked(newsroom, since=0):
    return [request.path for request in newsroom.requests[since:] if "/Article/" not in request.path]


def test_a_listing_is_walked_to_the_day_that_was_ordered_and_nothing_is_announced(newsroom, paths):
    """A hundred stories, one a day. Those of the last 35 days are found, in the bulk lane, as a backlog."""
    paths[LISTING] = numbered(newsroom, list(range(100)))
    watches(newsroom, kind="listing", path=LISTING)
    works(kinds=(PollChannel,))
    assert stories() == set(range(10))
    number = orders(day_of(34))
    works(kinds=(WalkBackfill,))
    assert stories() == set(range(35))
    assert all(page.backlog for page in pages())
    assert {entry.lane for entry in entries(FetchPage) if entry.page > 10} == {"bulk"}
    # The fifth page is all older, and the last that is asked for.
    assert [path for path in asked(newsroom) if "Page=" in path][-1].endswith("Page=5")
    shown = view(number)
    assert (shown.state, shown.pages["shown"], shown.pages["known"], shown.pages["new"]) == ("running", 35, 10, 25)
    assert (shown.outside, shown.reached) == (15, day_of(49))


def test_it_is_done_when_its_pages_were_looked_at_and_ends_with_a_summary(newsroom, paths):
    """Pages that are gone are counted as such; what it noted for its counts is forgotten then."""
    paths[LISTING] = numbered(newsroom, list(range(30)))
    watches(newsroom, kind="listing", path=LISTING)
    number = orders(day_of(100))
    newsroom.misbehaves("/Article/17/", fakes.missing())
    works()
    # Nobody reads captures here: until then the backfill waits for them.
    assert view(number).pages["waiting"] > 0
    with transaction() as session:
        row = session.get_one(Backfill, number)
        assert not ending.close_if_through(session, row, utcnow())
        for page in pages():
            session.merge(page).capture = None
    works(later(minutes=5))
    shown = view(number)
    assert (shown.state, shown.pages["shown"], shown.pages["waiting"], shown.pages["gone"]) == ("done", 30, 0, 1)
    with reading() as session:
        assert session.exec(select(BackfillPage)).all() == session.exec(select(BackfillDocument)).all() == []
    assert entries(WalkBackfill) == []


@on_sqlite
def test_announced_ones_are_news_and_still_wait_behind_the_news(newsroom, paths):
    paths[LISTING] = numbered(newsroom, list(range(20)))
    watches(newsroom, kind="listing", path=LISTING)
    orders(day_of(15), announce=True)
    walked()
    assert {page.backlog for page in pages()} == {False}
    assert {entry.lane for entry in entries(FetchPage)} == {"bulk"}


@on_sqlite
def test_it_goes_on_where_it_was_stopped(newsroom, paths):
    """Every step is a row: nothing is asked for again."""
    paths[LISTING] = numbered(newsroom, list(range(100)))
    watches(newsroom, kind="listing", path=LISTING)
    orders(day_of(90))
    for _step in range(4):
        ((row, kind),) = jobs.due(later(seconds=20), kinds=["WalkBackfill"])
        worker.handle(kind, [row], later(seconds=10))
    assert len(stories()) == 40
    walked()
    paged = [path for path in asked(newsroom) if path.startswith(LISTING)]
    assert len(stories()) == 91
    assert len(paged) == len(set(paged)) == 11


@on_sqlite
def test_a_listing_without_an_end_is_left_with_a_reason(newsroom, paths):
    """The same page for every number; a calendar that always has a next month; a new session in each address."""
    paths[LISTING] = lambda _query: cards(newsroom, range(10))
    paths["/calendar"] = lambda query: cards(
        newsroom, [500], f'<a rel="next" href="/calendar?month={int(query.get("month", 0)) + 1}">Next</a>'
    )
    paths["/session"] = lambda query: cards(
        newsroom, range(100, 105), f'<a rel="next" href="/session?sid={hash(str(query)) % 10**6}&page=2">Older</a>'
    )
    for name in ("/calendar", "/session"):
        watches(newsroom, kind="listing", path=name, name=name.strip("/"))
    watches(newsroom, kind="listing", path=LISTING)
    for name in ("demo", "calendar", "session"):
        orders(date(2020, 1, 1), source=name)
    walked()
    ends = {document.detail for document in documents() if document.barren}
    assert any("showed nothing that was not shown before" in (end or "") for end in ends)
    assert len(documents()) == 3 * (1 + follow.BARREN)


@on_sqlite
def test_the_archives_of_months_are_looked_at_where_they_are_of_the_time(newsroom, paths):
    """And so are their own further pages."""
    months = [f"/archive/2025/{month:02}/" for month in range(1, 13)]
    links = "".join(f'<a href="{path}">{path}</a>' for path in ["/archive/2024/", *months])
    paths[LISTING] = cards(newsroom, [1], links)
    for number, path in enumerate(months, 1):
        paths[path] = cards(
            newsroom, [], f'<a href="/Article/{number}00/">A story</a><a rel="next" href="{path}page/2/">2</a>'
        )
        paths[f"{path}page/2/"] = cards(newsroom, [], f'<a href="/Article/{number}01/">Another</a>')
    watches(newsroom, kind="listing", path=LISTING)
    orders(date(2025, 11, 10), until=date(2025, 12, 24))
    walked()
    assert stories() - {1} == {1100, 1101, 1200, 1201}
    assert not [path for path in asked(newsroom) if path.startswith(("/archive/2024", "/archive/2025/01"))]


@on_sqlite
def test_a_listing_that_knows_no_pages_is_left_though_all_that_it_lists_is_too_new(newsroom, paths):
    """It answers every number with its first page; 5,000 of them were asked for."""
    paths[LISTING] = cards(newsroom, [1])
    watches(newsroom, kind="listing", path=LISTING)
    orders(date(2025, 11, 10), until=date(2025, 12, 24))
    walked()
    assert len([path for path in asked(newsroom) if path.startswith(LISTING)]) <= 6


@on_sqlite
def test_parts_of_a_sitemap_that_did_not_change_since_are_left_out(newsroom, paths):
    """Also those whose name is a month of another time. What robots.txt names is a sitemap of the source."""
    paths["/robots.txt"] = f"User-agent: *\nSitemap: {newsroom.url}/sitemap.xml\n".encode()
    part = "<sitemap><loc>{}/{}</loc>{}</sitemap>"
    index = (("new.xml", "2026-02-01"), ("old.xml", "2019-02-01"), ("posts-2018-05.xml", ""), ("plain.xml", ""))
    parts = "".join(part.format(newsroom.url, name, day and f"<lastmod>{day}</lastmod>") for name, day in index)
    paths["/sitemap.xml"] = f"<sitemapindex>{parts}</sitemapindex>".encode()
    for number, (name, _day) in enumerate(index, 1):
        url = f"<url><loc>{newsroom.url}/Article/{number}/</loc></url>"
        old = f"<url><loc>{newsroom.url}/Article/9{number}/</loc><lastmod>2016-01-01</lastmod></url>"
        paths[f"/{name}"] = f"<urlset>{url}{old}</urlset>".encode()
    paths[LISTING] = cards(newsroom, [50])
    watches(newsroom, kind="listing", path=LISTING)
    works(kinds=(PollChannel,))
    orders(date(2020, 1, 1))
    walked()
    assert stories() == {50, 1, 4}


@on_sqlite
@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<atom:link rel="next" href="/feed?page={}"/>', "/feed?page=2"),
        ('<atom:link rel="prev-archive" href="/feed/{}.xml"/>', "/feed/2.xml"),
        ("<generator>https://wordpress.org/?v=6.5</generator>", "/feed?paged=2"),
    ],
)
def test_a_feed_in_pages_or_archives_is_read_to_its_end(newsroom, paths, link, following):
    """RFC 5005, and the habit of the publishing system that most newsrooms with feeds have."""

    def feed(number):
        items = "".join(f"<item><link>{newsroom.url}/Article/{number}{story}/</link></item>" for story in range(5))
        head = link.format(number + 1) if number < 3 or "generator" in link else ""
        return f'<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel>{head}{items}</channel></rss>'.encode()

    def paged(query):
        number = int(query.get("page", query.get("paged", 1)))
        return feed(number) if number < 4 else None

    paths["/feed"] = paged
    paths["/feed/2.xml"], paths["/feed/3.xml"] = feed(2), feed(3)
    watches(newsroom, kind="feed", path="/feed", pages=(r"/Article/",))
    works(kinds=(PollChannel,))
    assert len(stories()) == 5
    orders(date(2020, 1, 1))
    walked()
    assert len(stories()) == 15
    assert following in asked(newsroom)


@on_sqlite
def test_news_comes_before_a_backfill_at_the_same_host(newsroom, paths):
    """Whatever of a backfill is due, a new page and a look at a channel take their turn first."""
    paths[LISTING] = numbered(newsroom, list(range(50)))
    watches(newsroom, kind="listing", path=LISTING)
    works(kinds=(PollChannel,))
    orders(date(2020, 1, 1))
    walked()
    ranks = {entry.kind: entry.rank for entry in [*entries(WalkBackfill), *entries(PollChannel)]}
    backlog = [entry.rank for entry in entries(FetchPage)]
    assert ranks["PollChannel"] < ranks["WalkBackfill"] == max(backlog)


def test_one_at_a_time_is_walked_of_a_source_and_it_can_be_cancelled(newsroom, paths):
    paths[LISTING] = numbered(newsroom, list(range(50)))
    watches(newsroom, kind="listing", path=LISTING)
    operator = client(app_of({"key": Caller(1, "operator", frozenset({"admin"}))}, api.router), "key")
    ordered = {"source": "demo", "since": f"{day_of(40)}", "reason": "All of it"}
    answer = operator.post("/admin/backfills", json=ordered)
    assert (answer.status_code, answer.headers["location"]) == (202, "/admin/backfills/1")
    number = answer.json()["id"]
    assert operator.post("/admin/backfills", json=ordered).status_code == 409
    assert operator.post("/admin/backfills", json=ordered | {"until": "2020-01-01"}).status_code == 422
    assert operator.get("/admin/backfills?source=demo").json()["backfills"] == [
        operator.get(f"/admin/backfills/{number}").json()
    ]
    assert operator.post(f"/admin/backfills/{number}/cancel").json()["state"] == "cancelled"
    walked()
    assert (view(number).state, entries(WalkBackfill), stories()) == ("cancelled", [], set())
    assert orders(day_of(10)) != number
