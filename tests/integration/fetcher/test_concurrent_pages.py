"""Two workers on the same pages at once, on PostgreSQL: nothing rests that should move, and no old words come back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import BigInteger, inspect, text

from services.contracts.messages import FetchPage, ParsePage, Reingestion, SaveArticle, Scope
from services.contracts.urls import canonical_url
from services.fetcher import matching
from services.fetcher.checks import unaccounted
from services.fetcher.models import Page
from services.fetcher.politeness import host_of
from services.runtime import database
from services.runtime.archive.capture_store import load
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from tests.fakes import newsroom as fakes
from tests.support import orders
from tests.support.fetching import entries, later, pages, runs, said, watches

pytestmark = [pytest.mark.integration, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]

STORY = "storm-response"
PATIENCE = 60
"""Seconds for which anybody waits for anybody else here."""


def polls():
    for row, kind in jobs.due(utcnow(), kinds=("PollChannel",)):
        worker.handle(kind, [row])


def visits_at_once():
    """Each page that is due by a worker of its own."""
    now = later(seconds=20)
    due = jobs.due(now, kinds=("FetchPage",))
    with ThreadPoolExecutor(len(due)) as pool:
        handled = [pool.submit(worker.handle, kind, [row], now) for row, kind in due]
        return [each.result(PATIENCE) for each in handled]


def test_two_pages_that_lead_to_one_another_do_not_both_rest(fetcher, newsroom):
    """Each was found to be the other in the same moment; both rested for ever, and counted as at rest."""
    first, second = list(newsroom.samples)[:2]
    addresses = [canonical_url(newsroom.publishes(slug)) for slug in (first, second)]
    watches(newsroom)
    polls()
    both = threading.Barrier(2)

    def leads_to(target):
        def misbehaviour(request, polite, site):
            both.wait(PATIENCE)
            return fakes.redirects(target)(request, polite, site)

        return misbehaviour

    newsroom.misbehaves(addresses[0], leads_to(addresses[1]), times=1)
    newsroom.misbehaves(addresses[1], leads_to(addresses[0]), times=1)
    assert visits_at_once() == [1, 1]
    assert sum(page.moved_to is None for page in pages()) == 1
    assert {(visit.attempts, visit.reason) for visit in entries(FetchPage)} == {(0, None)}, "neither gave way"
    with reading() as session:
        assert not unaccounted(session, utcnow())
    runs(later(days=1))
    assert [page.outcome for page in pages() if page.moved_to is None] == ["new"]


def test_what_leads_to_a_page_follows_it_when_it_moves_on(fetcher, newsroom):
    """News of the first would else bring a look at the second, at which nobody looks any more."""
    slugs = list(newsroom.samples)[:3]
    first, second, third = (canonical_url(newsroom.publishes(slug)) for slug in slugs)
    newsroom.misbehaves(first, fakes.redirects(second))
    watches(newsroom)
    runs()
    newsroom.misbehaves(second, fakes.redirects(third))
    runs(later(days=40))
    (stays,) = (page for page in pages() if page.moved_to is None)
    one, other = (page.id for page in pages() if page.moved_to == stays.id)
    assert stays.url == third
    with reading() as session:
        assert not unaccounted(session, utcnow())
    with transaction() as session:  # as an older version has left it
        session.execute(text(f"DELETE FROM ledger WHERE page IN ({one}, {other})"))
        session.execute(text(f"UPDATE pages SET moved_to = {other} WHERE id = {one}"))
    with reading() as session:
        assert [lost.page for lost in unaccounted(session, utcnow())] == [one]


def test_a_slow_answer_that_ends_after_a_later_one_takes_no_correction_back(fetcher, newsroom):
    """It was dated by its end, so that the old wording was the newest, and the correction was undone."""
    fetcher(FETCHER_TIMEOUT="30")
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    began, goes_on = threading.Event(), threading.Event()

    def slow(_request, polite, _site):
        def pieces():
            yield polite.body[:1000]
            began.set()
            goes_on.wait(PATIENCE)
            yield polite.body[1000:] + b"<!-- another byte, so that it is no unchanged page -->"

        headers = {name: value for name, value in polite.headers.items() if name != "Content-Length"}
        return replace(polite, body=pieces(), headers=headers)

    newsroom.misbehaves(STORY, slow, times=1)
    now = later(days=40)
    [(planned, kind)] = jobs.due(now, kinds=("FetchPage",))
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(worker.handle, kind, [planned], now)
        assert began.wait(PATIENCE)
        newsroom.corrects(STORY)
        with transaction() as session:
            refetch = Reingestion(id=1, mode="refetch")
            enqueue(session, FetchPage(page=1, reingestion=refetch, host=host_of(pages()[0].url)))
        [(again, _)] = [row for row in jobs.due(utcnow(), kinds=("FetchPage",)) if row[0] != planned]
        assert worker.handle(kind, [again], now + timedelta(seconds=1)) == 1
        corrected = pages()[0].capture
        goes_on.set()
        assert looking.result(PATIENCE) == 1
    assert pages()[0].capture == corrected
    newest = max(said(ParsePage), key=lambda order: order.fetched_at)
    assert newest.capture == corrected
    assert load(corrected).fetched_at == newest.fetched_at


def test_a_channel_that_lists_the_same_pages_uses_up_no_numbers(fetcher, newsroom):
    """A number is drawn for each row that is offered, whether it is taken or not: two thousand at each look."""
    slugs = list(newsroom.samples)[:2]
    newsroom.publishes(slugs[0])
    watches(newsroom)
    for number in range(10):
        item = f"<item><link>{newsroom.address(slugs[0])}</link></item>"
        feed = f"<rss><channel><title>{number}</title>{item}</channel></rss>"
        newsroom.misbehaves(newsroom.feed_url, fakes.always(200, feed.encode()))
        runs(later(minutes=10 * number))
    newsroom.behaves()
    newsroom.publishes(slugs[1])
    runs(later(minutes=110))
    assert [page.id for page in pages()] == [1, 2]


def test_every_number_has_64_bits(fetcher, newsroom):
    """Of all tables; and the path of a page goes on beyond two thousand million of them."""
    found = inspect(database.engine())
    narrow = [
        (table, each["name"])
        for table in found.get_table_names()
        for each in found.get_columns(table)
        if "INT" in str(each["type"]) and not isinstance(each["type"], BigInteger)
    ]
    assert narrow == []
    beyond = 3_000_000_000
    with transaction() as session:
        for sequence in ("pages_id_seq", "ledger_id_seq", "channels_id_seq", "sources_id_seq"):
            session.execute(text(f"ALTER SEQUENCE {sequence} RESTART WITH {beyond}"))
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    assert [(page.id, page.outcome) for page in pages()] == [(beyond, "new")]
    [visit] = entries(FetchPage)
    assert visit.id > beyond
    [job] = jobs.claim("FetchPage", [visit.id], later(days=40))
    job.dead_letter("It fell.", utcnow())
    with reading() as session:
        found = session.scalars(database.select(Page.id).where(*matching.matching(Scope(dead_lettered="fell"))))
        assert list(found) == [beyond]


def test_work_that_gives_way_to_other_work_costs_no_attempt(db, monkeypatch):
    """A deadlock is nobody's fault; after five of them a message was dead-lettered."""
    with transaction() as session:
        session.execute(text("CREATE TABLE pair (id integer PRIMARY KEY)"))
        session.execute(text("INSERT INTO pair VALUES (1), (2)"))
        enqueue(session, orders.order(page=1))
    first, second = (text(f"SELECT id FROM pair WHERE id = {number} FOR UPDATE") for number in (1, 2))
    held, waits = threading.Barrier(2), threading.Barrier(2)

    def handler(_order, job):
        with job.complete() as session:
            session.execute(first)
            held.wait(PATIENCE)
            waits.wait(PATIENCE)
            session.execute(second)

    def other():
        with transaction() as session:
            session.execute(
                text("SET LOCAL deadlock_timeout TO '60s'")
            )  # so that the handler is the one that gives way
            session.execute(second)
            held.wait(PATIENCE)
            waits.wait(PATIENCE)
            session.execute(first)

    monkeypatch.setattr(worker, "_handlers", {"SaveArticle": handler})
    [(message, kind)] = jobs.due(utcnow(), kinds=("SaveArticle",))
    with ThreadPoolExecutor(2) as pool:
        going_first, handling = pool.submit(other), pool.submit(worker.handle, kind, [message])
        assert handling.result(PATIENCE) == 1
        going_first.result(PATIENCE)
    [entry] = entries(SaveArticle)
    assert (entry.attempts, entry.lease_token, entry.dead_lettered_at) == (0, None, None)
    assert entry.reason == "Other work on the same rows went first."
