"""Channels that cannot be read, wholly or in part: each trouble is named, hides nothing else, and can be looked at."""

import json

import pytest
from fastapi import FastAPI
from sqlmodel import select

from services.contracts.caller import Caller
from services.fetcher import api
from services.fetcher.alarms import PATIENCE, alarm, alarmed
from services.fetcher.models import Channel
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction
from services.runtime.events.follow import EventQuery, pull
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, later, pages, runs, watches
from tests.support.in_process import client

pytestmark = pytest.mark.integration

STORY = "storm-response"
DENIED = b"<html><title>Access Denied</title></html>"
ELSEWHERE = b"<html><title>Welcome</title><p>Our new site</p></html>"


@pytest.fixture(autouse=True)
def patient(fetcher):
    """On a busy machine two seconds may pass before an answer comes, and silence is another outcome."""
    fetcher(FETCHER_TIMEOUT="30")


def serves(newsroom, path, body):
    newsroom.misbehaves(path, fakes.always(200, body if isinstance(body, bytes) else body.encode()))


def urlset(*urls):
    return "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>"


def index(newsroom, *names):
    parts = "".join(f"<sitemap><loc>{newsroom.url}/{name}.xml</loc></sitemap>" for name in names)
    serves(
        newsroom, "/index.xml", f"<sitemapindex>{parts}<sitemap><lastmod>2026-01-01</lastmod></sitemap></sitemapindex>"
    )


def article(newsroom, number):
    return f"{newsroom.url}/News/Article/{number}/"


def listed():
    return sorted(page.url for page in pages())


def shown():
    app = FastAPI()
    app.include_router(api.router)
    app.state.authenticate = {"key": Caller(1, "reader", frozenset({"read"}))}.get
    with client(app, "key") as asking:
        return asking.get("/sources").json()[0]["channels"][0]


def told():
    """What the event log says of sources."""
    with reading() as session:
        return [json.loads(event.body) for event in pull(session, EventQuery(scopes={"sources"}), 0, 50).events]


def alarms():
    with reading() as session:
        return alarmed(session)


def test_parts_that_cannot_be_read_are_named_and_hide_nothing(fetcher, newsroom):
    """One is gone, one is a page, one is no file that can be unpacked; the two others are read in the same round."""
    fetcher(FETCHER_DEPTH="10", FETCHER_TIMEOUT="30")
    index(newsroom, "first", "missing", "page", "packed", "last")
    serves(newsroom, "/first.xml", urlset(article(newsroom, 1)))
    newsroom.misbehaves("/missing.xml", fakes.missing())
    serves(newsroom, "/page.xml", ELSEWHERE)
    serves(newsroom, "/packed.xml", b"\x1f\x8b\x08 junk")
    serves(newsroom, "/last.xml", urlset(article(newsroom, 2)))
    watches(newsroom, kind="sitemap", path="/index.xml")
    runs()
    assert listed() == [article(newsroom, 1), article(newsroom, 2)]
    assert (channel().failures, channel().parts, channel().first_round_at is None) == (0, [], False)
    assert [url.rpartition("/")[2] for url in channel().troubles] == ["missing.xml", "page.xml", "packed.xml"]
    assert channel().detail.startswith("3 of its documents could not be read in full. ")
    for entry in ("/missing.xml: ", "404", "/page.xml: This is an HTML page", "/packed.xml: The sitemap cannot be"):
        assert entry in channel().detail
    assert shown()["troubles"] == [f"{url}: {why}" for url, why in channel().troubles.items()]


def test_parts_that_a_round_does_not_reach_are_counted(fetcher, newsroom):
    """They were left out in silence."""
    fetcher(FETCHER_DEPTH="3", FETCHER_TIMEOUT="30")
    index(newsroom, "a", "b", "c", "d")
    for name in "abcd":
        serves(newsroom, f"/{name}.xml", urlset(article(newsroom, 1)))
    watches(newsroom, kind="sitemap", path="/index.xml")
    runs()
    assert "It names 4 parts, and this round looks at the first 2" in channel().detail
    assert channel().outcome == "read"


def test_a_part_that_may_be_there_later_keeps_no_other_waiting(fetcher, newsroom):
    """It is tried again after the others, and no longer named once it was read."""
    index(newsroom, "walled", "open")
    newsroom.misbehaves("/walled.xml", fakes.bot_wall(), times=1)
    serves(newsroom, "/open.xml", urlset(article(newsroom, 2)))
    watches(newsroom, kind="sitemap", path="/index.xml")
    runs()
    assert article(newsroom, 2) in listed()
    newsroom.behaves()
    index(newsroom, "walled", "open")
    serves(newsroom, "/walled.xml", urlset(article(newsroom, 1)))
    serves(newsroom, "/open.xml", urlset(article(newsroom, 2)))
    runs(later(minutes=30))
    assert listed() == [article(newsroom, 1), article(newsroom, 2)]
    assert (channel().troubles, channel().detail) == ({}, None)


def test_parts_that_stay_away_end_the_round_after_three_looks_at_each(fetcher, newsroom):
    """Then the index is looked at again, and what is new in it is news."""
    index(newsroom, "one", "two")
    for name in ("/one.xml", "/two.xml"):
        newsroom.misbehaves(name, fakes.always(500, b"broken"))
    watches(newsroom, kind="sitemap", path="/index.xml")
    for minutes in (0, 20, 40, 60):
        runs(later(minutes=minutes))
    paths = [request.path for request in newsroom.requests]
    assert (paths.count("/one.xml"), paths.count("/two.xml")) >= (3, 3)
    assert channel().first_round_at is not None
    assert set(channel().troubles) == {f"{newsroom.url}/one.xml", f"{newsroom.url}/two.xml"}


@pytest.mark.parametrize(
    ("misbehaviour", "body", "cause"),
    [
        (fakes.always(200, ELSEWHERE), ELSEWHERE, "wall"),
        (fakes.always(403, DENIED), DENIED, "wall"),
        (fakes.always(200, b"<rss><channel></channel></rss>"), b"<rss><channel></channel></rss>", "empty"),
    ],
)
def test_a_channel_that_can_be_read_no_longer_is_an_alarm_and_what_came_is_kept(
    fetcher, newsroom, misbehaviour, body, cause
):
    """Until it is read again; what came is kept once, not at every look. Both are events, each once."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    assert (alarm(channel()), alarms(), channel().capture) == (None, {}, None)
    newsroom.misbehaves(newsroom.feed_url, misbehaviour)
    runs(later(minutes=6))
    capture = channel().capture
    assert capture_store.load(capture).body == body
    assert alarms() == {"demo": 1}
    assert shown()["alarm"].startswith("It was read until ")
    assert shown()["alarm"].endswith(f"What came instead is kept as capture {capture}.")
    runs(later(minutes=60))
    assert (channel().failures > 1, channel().capture) == (True, capture)
    (lost,) = told()
    assert (lost["type"], lost["data"]["source"], lost["data"]["details"]["channel"]) == (
        "source.blocked",
        "demo",
        newsroom.feed_url,
    )
    assert (lost["data"]["details"]["cause"], lost["data"]["details"]["capture"]) == (cause, capture)
    with transaction() as session:
        session.exec(select(Channel)).one().succeeded_at = None  # a channel that never was read is no alarm
    assert alarms() == {}
    newsroom.behaves()
    runs(later(hours=12))
    assert (channel().failures, alarm(channel()), alarms(), shown()["alarm"]) == (0, None, {}, None)
    _, back = told()
    assert (back["type"], back["data"]["details"]["ended"]) == ("source.recovered", "source.blocked")


def test_a_server_that_fails_once_is_no_alarm(fetcher, newsroom):
    """Three times in a row are one."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    newsroom.misbehaves(newsroom.feed_url, fakes.always(500, b"broken"))
    for entry in range(1, PATIENCE + 1):
        runs(later(hours=entry))
        assert (channel().failures, bool(alarms()), len(told())) == (entry, entry == PATIENCE, entry == PATIENCE)


def test_an_alarm_whose_cause_changes_is_still_one_alarm(fetcher, newsroom):
    """A wall, then a server that fails, then the wall again: nothing recovered meanwhile."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    for hours, misbehaviour in enumerate([fakes.bot_wall(), fakes.always(500, b"broken"), fakes.bot_wall()], 1):
        newsroom.behaves()
        newsroom.misbehaves(newsroom.feed_url, misbehaviour)
        runs(later(hours=7 * hours))
    assert [event["type"] for event in told()] == ["source.blocked"]
