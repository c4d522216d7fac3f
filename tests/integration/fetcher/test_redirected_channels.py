"""A channel that sends us to another host takes its turn there: no host is asked out of turn, whoever names it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.contracts.messages import PollChannel
from services.demo.moody_newsroom import MoodyNewsroom
from services.fetcher.models import Channel, Host
from services.fetcher.politeness import host_of
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, entries, later, pages, runs, said, watches

pytestmark = pytest.mark.integration

STORY = "storm-response"


@pytest.fixture
def elsewhere(fetcher):
    """Another host, with the news; each answer has time to come."""
    fetcher(FETCHER_TIMEOUT="30")
    other = MoodyNewsroom()
    other.start()
    other.publishes(STORY)
    yield other
    other.stop()


def sends(newsroom, target, status=301):
    newsroom.misbehaves(newsroom.feed_url, fakes.redirects(target, status))


def asked(newsroom):
    return [request.path for request in newsroom.requests if "RSS" in request.path]


def poll_again():
    with transaction() as session:
        enqueue(session, PollChannel(channel=1, host=host_of(channel().url)))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_it_is_read_where_it_is(newsroom, elsewhere, status):
    """What it lists joins, its next look is at its own address, and that host is given up by then."""
    sends(newsroom, elsewhere.feed_url, status)
    watches(newsroom, hosts=[host_of(elsewhere.url)])
    runs()
    assert (channel().outcome, channel().failures, len(pages())) == ("read", 0, 1)
    assert len(asked(newsroom)) == len(asked(elsewhere)) == 1
    assert said(PollChannel) == [PollChannel(channel=1, host=host_of(newsroom.url))]


def test_the_other_host_is_asked_when_it_is_its_turn(newsroom, elsewhere):
    """It was asked at once, in the turn of the first one: beside a request in flight there, or within its pace."""
    fetched_at = utcnow()
    busy_until = fetched_at + timedelta(hours=1)
    there = host_of(elsewhere.url)
    with transaction() as session:
        session.add(Host(name=there, robots="free", robots_at=fetched_at, next_at=busy_until, crawl_delay=5.0))
        session.add(Host(name=host_of(newsroom.url), robots="free", robots_at=fetched_at, crawl_delay=5.0))
    sends(newsroom, elsewhere.feed_url)
    watches(newsroom, hosts=[there])
    runs()
    [poll] = entries(PollChannel)
    assert (len(asked(newsroom)), asked(elsewhere), poll.host, poll.attempts) == (1, [], there, 0)
    assert channel().outcome is None
    runs(busy_until + timedelta(seconds=1))
    assert (len(asked(newsroom)), len(asked(elsewhere)), channel().outcome) == (1, 1, "read")


def test_hosts_that_send_to_one_another_are_no_channel(newsroom, elsewhere):
    """It ends after a few, and is looked at again later."""
    sends(newsroom, elsewhere.feed_url)
    sends(elsewhere, newsroom.feed_url)
    watches(newsroom, hosts=[host_of(elsewhere.url)])
    runs()
    assert (channel().outcome, channel().failures) == ("unavailable", 1)
    assert "redirects from host to host" in channel().detail
    assert (len(asked(newsroom)), len(asked(elsewhere))) == (2, 1)
    [poll] = entries(PollChannel)
    assert poll.due_at > utcnow()


def test_a_channel_that_was_moved_by_a_person_meanwhile_begins_at_its_own_address(newsroom, elsewhere):
    """Where the old address led says nothing of the new one."""
    with transaction() as session:
        busy_until = utcnow() + timedelta(hours=1)
        session.add(Host(name=host_of(elsewhere.url), robots="free", robots_at=utcnow(), next_at=busy_until))
    sends(newsroom, elsewhere.feed_url)
    watches(newsroom, hosts=[host_of(elsewhere.url)])
    runs()
    newsroom.publishes(STORY)
    newsroom.behaves()
    with transaction() as session:
        session.execute(update(Channel).values(url=f"{newsroom.feed_url}&max=20"))
    before = len(asked(newsroom))
    runs(later(hours=2))
    assert (len(asked(newsroom)), asked(elsewhere), channel().outcome) == (before + 1, [], "read")


def test_news_of_the_channel_while_it_waits_for_the_other_host_is_one_look(newsroom, elsewhere):
    """To ask for a poll twice is to ask once."""
    with transaction() as session:
        busy_until = utcnow() + timedelta(hours=1)
        session.add(Host(name=host_of(elsewhere.url), robots="free", robots_at=utcnow(), next_at=busy_until))
    sends(newsroom, elsewhere.feed_url)
    watches(newsroom, hosts=[host_of(elsewhere.url)])
    runs()
    poll_again()
    runs(busy_until + timedelta(seconds=1))
    assert len(entries(PollChannel)) == 1
    assert (channel().outcome, len(asked(elsewhere))) == ("read", 1)
