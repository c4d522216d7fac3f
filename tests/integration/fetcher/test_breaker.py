"""A host behind a wall, or that does not answer, is asked ever less often, and at once when it serves again."""

from datetime import timedelta

import pytest
from sqlmodel import select, update

from services.contracts.messages import HostRecovered, PollChannel
from services.contracts.urls import canonical_url
from services.contracts.wiring import ROUTES
from services.fetcher import frontier, politeness, turns
from services.fetcher.models import Host
from services.fetcher.schedule import HOST_PATIENCE
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.in_flight import Room
from services.runtime.ledger.ledger_table import LedgerRow
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, later, pages, runs, said, watches
from tests.support.walled import STORY, source

EVERYTHING = Room(places=100, on_trial=100)


def host():
    with reading() as session:
        return session.exec(select(Host)).one()


def test_a_host_behind_a_wall_is_asked_ever_less_often_and_by_one_at_a_time(fetcher, newsroom):
    """Closed; open after five walls in a row; after each rest one probe; the first good answer closes it again.

    What is known of the host stands on its row, so that all workers obey.
    """
    fetcher(FETCHER_REVISIT_SCALE="1")
    slugs = list(newsroom.samples)[:8]
    addresses = [canonical_url(newsroom.publishes(slug)) for slug in slugs]
    watches(newsroom)
    for address in addresses:
        newsroom.misbehaves(address, fakes.bot_wall())

    def visits(now):
        before = len(newsroom.requests)
        while sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=("FetchPage",))):
            pass
        return len(newsroom.requests) - before

    for row, kind in jobs.due(utcnow(), kinds=("PollChannel",)):
        worker.handle(kind, [row])
    began = later(seconds=20)
    assert visits(began) == HOST_PATIENCE
    assert (host().failures, host().resumes_at) == (HOST_PATIENCE, began + timedelta(minutes=1))

    now, rests = began, []
    for _ in range(3):
        assert visits(host().resumes_at - timedelta(seconds=1)) == 0
        now = host().resumes_at
        assert visits(now) == 1, "one probe, though all of them are due"
        rests.append(host().resumes_at - now)
    assert rests == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert source().blocked == HOST_PATIENCE + 3

    newsroom.behaves()
    now = host().resumes_at
    assert visits(now + timedelta(hours=8)) == len(slugs)
    assert host().failures == 0
    assert {page.outcome for page in pages()} == {"new"}


def learns(session, url, outcome, *, now, scale=1, **answer):
    """The row of the host learns how it served one request."""
    served = politeness.Served(politeness.host_of(url), outcome, now, **answer)
    politeness.Hosts(session, [served.host]).learn([served], scale=scale)


def test_while_one_probes_the_others_wait_for_its_answer(fetcher, newsroom):
    """A probe whose worker died is forgotten when its lease ends."""
    for slug in list(newsroom.samples)[:2]:
        newsroom.publishes(slug)
    watches(newsroom)
    runs()
    now = later(days=4)

    def ended(outcome):
        with transaction() as session:
            learns(session, pages()[0].url, outcome, now=now, scale=0)

    def claims(at):
        return len(turns.claim(at, EVERYTHING).jobs)

    for _ in range(HOST_PATIENCE):
        ended("blocked")
    assert [claims(now), claims(now)] == [1, 0]
    afterwards = now + ROUTES[PollChannel].lease
    assert [claims(afterwards), claims(afterwards)] == [1, 0], "nobody hears of the first any more"
    ended("unchanged")
    assert claims(afterwards + ROUTES[PollChannel].lease) == 3


@pytest.mark.parametrize("asked_for", [None, timedelta(hours=2)])
def test_when_a_host_serves_again_what_failed_there_is_looked_at_at_once(fetcher, newsroom, asked_for):
    """Feed and page would wait for hours after a long wall; one good answer wakes both, once the host may be asked."""
    fetcher(FETCHER_REVISIT_SCALE="1")
    address = canonical_url(newsroom.publishes(STORY))
    watches(newsroom)
    runs()
    for place in (newsroom.feed_url, address):
        newsroom.misbehaves(place, fakes.bot_wall())
    with transaction() as session:
        frontier.visit(session, *frontier.target(pages()[0]), lane="live")
    runs(later(minutes=10))
    assert [channel().outcome, pages()[0].outcome] == ["blocked", "blocked"]
    now = later(hours=3)
    with transaction() as session:  # what hours of this come to
        for _ in range(HOST_PATIENCE):
            learns(session, address, "blocked", now=now, asked_for=asked_for)
        session.execute(update(LedgerRow).values(due_at=later(hours=9)))
    newsroom.behaves()
    newsroom.publishes(next(slug for slug in newsroom.samples if slug != STORY))
    asleep = len(newsroom.requests)
    with transaction() as session:
        learns(session, address, "unchanged", now=now)
    if asked_for:
        assert host().resumes_at == now + asked_for
        runs(now)
        assert len(newsroom.requests) == asleep, "the host asked for patience, and that still counts"
    runs(max(now, host().resumes_at))
    assert (channel().outcome, channel().failures) == ("read", 0)
    assert [(page.outcome, page.failures) for page in pages()] == [("unchanged", 0), ("new", 0)]


def test_one_good_answer_among_bad_ones_wakes_nobody(fetcher, newsroom):
    """Only a breaker that closes does: a feed that is broken by itself is not asked for again after each page."""
    fetcher(FETCHER_REVISIT_SCALE="1")
    newsroom.publishes(STORY)
    newsroom.misbehaves(newsroom.feed_url, fakes.always(500, b"broken"))
    watches(newsroom)
    runs()
    with transaction() as session:
        learns(session, newsroom.feed_url, "unchanged", now=utcnow())
    runs()
    assert (channel().failures, host().failures, said(HostRecovered)) == (1, 0, [])


def test_the_second_request_that_is_not_answered_in_time_opens_the_breaker(fetcher, newsroom):
    """Each holds a thread for as long as we wait; a bad answer costs nothing and is believed five times."""
    fetcher(FETCHER_REVISIT_SCALE="1")
    watches(newsroom)
    runs()
    now = later(hours=1)
    for number in (1, 2):
        with transaction() as session:
            learns(session, newsroom.feed_url, "unavailable", now=now, silent=True)
        assert (host().silent, politeness.is_open(host())) == (number, number == 2)
    assert host().resumes_at == now + timedelta(minutes=2)
    with transaction() as session:
        learns(session, newsroom.feed_url, "unchanged", now=now)
    assert (host().silent, host().failures) == (0, 0)
