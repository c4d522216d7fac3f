"""The gate before any write: what was served instead of a page changes nothing, is counted, and gives the host rest."""

from datetime import datetime

import pytest
from fastapi import FastAPI

from services.contracts.caller import Caller
from services.contracts.messages import FetchPage, ParsePage, Rejection
from services.fetcher import api
from services.runtime import metrics
from services.runtime.database import transaction
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, entries, later, pages, runs, said, watches
from tests.support.in_process import client
from tests.support.orders import order
from tests.support.walled import STORY, source

pytestmark = pytest.mark.integration


SHELL = b'<!doctype html><html><body><div id="app"></div><script src="/app.js"></script></body></html>'


SOFT_404 = b"<html><head><title>Page not found | News</title></head><body><p>Sorry.</p></body></html>"


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def counted(name):
    """What /metrics says of the source."""
    text = f'dateline_blocked_total{{source="{name}"}} '
    lines = metrics.exposition().decode().splitlines()
    return sum(float(line.removeprefix(text)) for line in lines if line.startswith(text))


def shown():
    app = FastAPI()
    app.include_router(api.router)
    app.state.authenticate = {"key": Caller(1, "reader", frozenset({"read"}))}.get
    with client(app, "key") as asking:
        return asking.get("/sources").json()[0]


WALLED = {
    "403": (fakes.bot_wall(), "blocked"),
    "429": (fakes.too_many_requests(), "blocked"),
    "503": (fakes.always(503, b"busy"), "blocked"),
    "500-maintenance": (fakes.maintenance(), "blocked"),
    "200-wall": (fakes.bot_wall(200), "blocked"),
    "200-shell": (fakes.always(200, SHELL), "blocked"),
    "200-nothing": (fakes.empty(), "empty"),
    "soft-404": (fakes.always(200, SOFT_404), "empty"),
    "302-to-a-sink": (fakes.redirects("/login?then=there", 302), "blocked"),
    "302-to-a-sink-elsewhere": (fakes.redirects("https://walls.example/check", 302), "blocked"),
}


@on_sqlite
@pytest.mark.parametrize("name", WALLED)
def test_a_page_that_turns_into_a_wall_keeps_its_last_wording(fetcher, newsroom, name):
    """No capture, nothing for the parser, nothing retired; it is counted, shown, and looked at again."""
    misbehaviour, outcome = WALLED[name]
    newsroom.publishes(STORY)
    newsroom.misbehaves("/login?then=there", fakes.always(200, b"<html><title>Welcome</title><form>...</form></html>"))
    watches(newsroom, name=f"gate-{name}")
    runs()
    before = pages()[0]
    newsroom.misbehaves(STORY, misbehaviour)
    runs(later(days=4))

    (after,) = pages()
    assert (after.outcome, after.failures) == (outcome, 1)
    assert (after.capture, after.payload, after.etag, after.moved_to) == (
        before.capture,
        before.payload,
        before.etag,
        None,
    )
    assert len(said(ParsePage)) == 1
    assert entries(FetchPage)[0].dead_lettered_at is None
    assert (source().blocked, source().blocked_detail, counted(f"gate-{name}")) == (1, after.detail, 1)
    assert (shown()["blocked"], shown()["blocked_detail"]) == (1, after.detail)

    newsroom.behaves()
    runs(later(days=6))
    assert (pages()[0].outcome, pages()[0].failures, source().blocked) == ("unchanged", 0, 1)


@on_sqlite
def test_a_missing_page_is_gone_and_not_blocked(fetcher, newsroom):
    """404 is an honest answer: it is not counted, and retires nothing either."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    newsroom.misbehaves(STORY, fakes.missing())
    runs(later(days=4))
    assert (pages()[0].outcome, source().blocked, pages()[0].capture is None) == ("gone", 0, False)


@on_sqlite
@pytest.mark.parametrize(
    ("misbehaviour", "outcome", "text"),
    [
        (
            fakes.always(200, b"<html><title>Welcome</title><p>Our new site</p></html>"),
            "blocked",
            "stands where it was",
        ),
        (fakes.bot_wall(200), "blocked", "Akamai"),
        (fakes.always(200, b"<rss><channel></channel></rss>"), "empty", "Before, it listed 1."),
        (
            fakes.always(200, b"<rss><channel><item><link>https://evil.example/1</link></item></channel></rss>"),
            "empty",
            "none in the scope",
        ),
        (fakes.empty(), "empty", "an empty page"),
    ],
)
def test_a_feed_that_turns_into_something_else_is_believed_nothing(fetcher, newsroom, misbehaviour, outcome, text):
    """Its pages stay as they are, and when it is back, what it lists meanwhile is news."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    newsroom.misbehaves(newsroom.feed_url, misbehaviour)
    newsroom.publishes(next(slug for slug in newsroom.samples if slug != STORY))
    runs(later(minutes=6))
    assert (channel().outcome, channel().failures, channel().listed) == (outcome, 1, 1)
    assert text in channel().detail
    assert (len(pages()), source().blocked) == (1, 1)

    newsroom.behaves()
    runs(later(minutes=30))
    assert (channel().outcome, channel().failures, len(pages())) == ("read", 0, 2)
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog", "live"]


@on_sqlite
def test_a_listing_that_loses_its_links_is_believed_nothing(fetcher, newsroom):
    """A page that scripts fill, in the place of one that listed something."""
    newsroom.publishes(STORY)
    watches(newsroom, kind="listing", path="/News/")
    runs()
    newsroom.misbehaves("/News/", fakes.always(200, b"<html><title>News</title><p>Loading the latest news</p></html>"))
    runs(later(minutes=30))
    assert (channel().outcome, source().blocked, len(pages())) == ("empty", 1, 1)


def gave_none(page, reason):
    """The parser's verdict on the page's newest capture."""
    why = Rejection(
        capture=page.capture, fetched_at=page.fetched_at, parser="1", reason=reason, detail="No words are there."
    )
    with transaction() as session:
        verdicts.hold_rejected(session, page.id, why)


def test_a_verdict_of_the_parser_counts_once_for_each_page_and_as_long_as_it_stands(fetcher, newsroom):
    """A shell that only its structure gives away; a reparse of the same bytes is no other one."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    (page,) = pages()
    for _ in range(2):
        gave_none(page, "blocked")
    assert (shown()["blocked"], shown()["blocked_detail"]) == (1, "No words are there.")
    assert datetime.fromisoformat(shown()["blocked_at"]) == page.fetched_at
    newsroom.corrects(STORY)
    runs(later(days=4))
    assert shown()["blocked"] == 0, "newer bytes await a verdict of their own"


@pytest.mark.parametrize(("stored", "blocked"), [(False, 0), (True, 1)])
def test_a_page_that_never_was_an_article_is_no_wall(fetcher, newsroom, stored, blocked):
    """A listing among the pages is one; an article that reads as a listing is not itself any more."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    (page,) = pages()
    if stored:
        with transaction() as session:
            verdicts.hold_read(session, page.id, "art_x", Read.of(order()))
    gave_none(page, "listing")
    assert shown()["blocked"] == blocked


@on_sqlite
@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data", "http://[::1]:6379/", "http://10.0.0.1/"]
)
def test_no_redirect_leads_inside(fetcher, newsroom, target):
    """15: each hop is judged by the address that is about to be dialled, wherever the hop before it led."""
    newsroom.misbehaves("/moved", fakes.redirects(target, 302))
    newsroom.misbehaves(newsroom.feed_url, fakes.redirects("/moved", 302))
    watches(newsroom)
    runs()
    assert "private or reserved address" in channel().detail
    assert not channel().succeeded_at


@on_sqlite
def test_a_wall_in_the_place_of_robots_txt_is_no_permission(fetcher, newsroom):
    """What the host wants cannot be read; nothing is asked for until it can, and the source is told to be blocked."""
    newsroom.publishes(STORY)
    newsroom.misbehaves("/robots.txt", fakes.bot_wall(200))
    watches(newsroom)
    runs()
    assert {request.path for request in newsroom.requests} == {"/robots.txt"}
    assert (channel().outcome, source().blocked) == ("blocked", 1)
    newsroom.behaves()
    runs(later(minutes=30))
    assert (channel().outcome, pages()[0].outcome) == ("read", "new")
