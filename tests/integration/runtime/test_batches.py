"""Messages that are handled together: in few statements, each with its one outcome, and none at another's cost."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from services.contracts.messages import HostRecovered, Origin, ParsePage, SaveArticle
from services.contracts.wiring import ROUTES
from services.parser import tasks as _parser
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger import batch as batch_module
from services.runtime.ledger import begun_work, jobs, worker
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.instances import owner
from services.runtime.ledger.jobs import Outgoing, enqueue, enqueue_all
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.results import pages
from services.store import tasks as _store
from services.store.models import articles, revisions
from tests.support.batches import PAGES, open_ones, together
from tests.support.orders import KEY, NOW, A, B, C, order
from tests.support.statements import counted

pytestmark = pytest.mark.integration


HANDLED = (_parser, _store)


"""Where the handlers are, which register themselves."""


MOST = 1.0


"""Statements for a page from its capture to the stored article, where twenty come together: it was 13."""


STORY = """<html><title>{0}</title><body><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></body></html>"""


def captured(number, **about):
    """The order to read a page that was just fetched."""
    url = f"https://news.example/story/{number}"
    story = STORY.format(f"Bridge {number} reopens after the storm")
    name = capture_store.keep(Capture(url, NOW, 200, (("Content-Type", "text/html"),), story.encode()))
    origin = Origin(page=number, key=f"news.example/story/{number}", url=url, source="news", **about)
    return ParsePage(origin=origin, capture=name, fetched_at=NOW)


@pytest.fixture
def hears(db, monkeypatch):
    """Makes a function the one handler of batches of `SaveArticle`, of which this many wait."""
    monkeypatch.setattr(worker, "_handlers", {})

    def register(handler, count=3):
        worker.handles_together(SaveArticle)(handler)
        with transaction() as session:
            enqueue_all(session, [Outgoing(order(page=number)) for number in range(count)])

    return register


def test_pages_that_come_together_cost_few_statements(db):
    """From twenty captures to twenty stored articles with their events."""
    with transaction() as session:
        enqueue_all(session, [Outgoing(captured(number)) for number in range(PAGES)])
    with counted() as cost:
        assert (together(ParsePage), together(SaveArticle)) == (PAGES, PAGES)
    with reading() as session:
        assert len(session.execute(select(articles)).all()) == PAGES
    assert len(open_ones(ParsePage) + open_ones(SaveArticle)) == 0
    assert len(cost.statements) <= MOST * PAGES, "\n".join(cost.statements)


def test_pages_that_are_read_again_and_say_the_same_cost_few_statements(db):
    """Each is counted under its order, and nothing goes to the store."""
    again = {"cause": "reparse", "reingestion": 3}
    for about in ({}, again):
        with transaction() as session:
            enqueue_all(session, [Outgoing(captured(number, **about)) for number in range(PAGES)])
        with counted() as cost:
            assert (together(ParsePage), together(SaveArticle)) == (PAGES, 0 if about else PAGES)
    with reading() as session:
        ended = session.execute(select(pages.c.page).order_by(pages.c.page)).scalars().all()
    assert ended == list(range(PAGES))
    assert len(cost.statements) <= MOST * PAGES / 2, "\n".join(cost.statements)


def test_those_of_one_article_are_applied_in_the_order_of_their_captures(db):
    """However they arrive, also where others come in between."""
    wordings = [
        order(C, minute=2),
        order(minute=0, page=2, key="other", url="https://www.war.gov/o"),
        order(A),
        order(B, minute=1),
    ]
    with transaction() as session:
        for wording in wordings:
            enqueue(session, wording)
    assert together(SaveArticle) == len(wordings)
    with reading() as session:
        article = session.execute(select(articles).where(articles.c.key == KEY)).one()
        rows = session.execute(
            select(revisions.c.number, revisions.c.capture)
            .where(revisions.c.article == article.id)
            .order_by(revisions.c.number)
        ).all()
    assert (article.revision, article.capture) == (3, "capture-2")
    assert [tuple(row) for row in rows] == [(1, "capture-0"), (2, "capture-1"), (3, "capture-2")]


def test_workers_that_save_the_same_articles_at_once_lose_nothing_and_blame_nobody(db):
    """Three captures of each of thirty articles, scattered over the batches of four workers."""
    orders = [
        order(text, minute=minute, page=number, key=f"news/{number}", url=f"https://news.example/{number}")
        for number in range(30)
        for minute, text in enumerate((A, B, C))
    ]
    random.Random(1).shuffle(orders)
    with transaction() as session:
        enqueue_all(session, map(Outgoing, orders))
    until = time.monotonic() + 60
    with ThreadPoolExecutor(4) as workers:
        while ids := [row.id for row in open_ones(SaveArticle)]:
            assert time.monotonic() < until, open_ones(SaveArticle)
            handle = partial(worker.handle, "SaveArticle", now=utcnow() + timedelta(seconds=5))
            list(workers.map(handle, [ids[at::4] for at in range(4)]))
    with reading() as session:
        standing = session.execute(select(articles.c.capture)).scalars().all()
        numbers = session.execute(select(events.c.sequence).order_by(events.c.sequence)).scalars().all()
    assert standing == ["capture-2"] * 30
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_member_that_fails_is_retried_by_itself_and_the_others_are_done(hears):
    """Its reason is its own, and so is the attempt."""

    def handler(batch: Batch[SaveArticle]):
        with batch.complete(batch.map(batch.messages(), work)):
            pass

    def work(_job, order):
        if order.origin.page == 1:
            raise ValueError("a page of its own kind")

    hears(handler)
    assert together(SaveArticle) == 3
    [left] = open_ones(SaveArticle)
    assert (left.page, left.attempts, left.lease_token) == (1, 1, None)
    assert left.reason == "ValueError: a page of its own kind"


def test_what_there_is_no_time_for_is_given_back_at_once(hears, monkeypatch):
    """All of it in one statement, at no cost of an attempt, however much it is."""

    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        monkeypatch.setattr(batch_module, "ENOUGH", 0.0)
        assert batch.map(orders, lambda *_: "too late") == []

    hears(handler, count=20)
    with counted() as cost:
        assert together(SaveArticle) == 20
    assert sum(statement.startswith("UPDATE ledger") for statement in cost.statements) == 2, (
        "one claims, one gives back"
    )
    assert {(left.attempts, left.lease_token) for left in open_ones(SaveArticle)} == {(0, None)}
    assert {left.reason for left in open_ones(SaveArticle)} == {"Others of its group took long; its turn comes again."}


def test_what_is_given_back_after_its_lease_was_lost_stays_in_other_hands(hears, monkeypatch):
    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        with transaction() as session:
            session.execute(update(ledger).where(ledger.c.page == 1).values(lease_token="another"))
        monkeypatch.setattr(batch_module, "ENOUGH", 0.0)
        assert batch.map(orders, lambda *_: "too late") == []
        assert [job.outcome for job, _ in orders] == ["deferred", "retried", "deferred"]

    hears(handler)
    assert together(SaveArticle) == 3
    assert [left.lease_token for left in open_ones(SaveArticle)] == [None, "another", None]


def test_it_is_on_record_who_is_at_fault_if_the_process_ends_now(hears):
    """While one is worked on, that one; in the transaction that ends them, any of them."""
    on_record = []

    def handler(batch: Batch[SaveArticle]):
        result = batch.map(batch.messages(), lambda job, _order: on_record.append((job.id, begun_work.of(owner()))))
        with batch.complete(result) as (_session, done):
            on_record.append(({job.id for job, _ in done}, begun_work.of(owner())))

    hears(handler)
    together(SaveArticle)
    *members, (all_of_them, in_the_end) = on_record
    assert all(record == {number} for number, record in members)
    assert (len(all_of_them), in_the_end, begun_work.of(owner())) == (3, all_of_them, frozenset())


def test_where_what_they_do_together_fails_nothing_is_kept_and_each_is_done_alone(hears):
    """At no cost of an attempt: what only fails for many is no fault of theirs."""
    sizes = []

    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        sizes.append(len(orders))
        with batch.complete(orders) as (session, done):
            enqueue_all(session, [job.outgoing(HostRecovered(host=f"{len(done)}.example")) for job, _ in done])
            if len(done) > 1:
                raise RuntimeError("too many at once")

    hears(handler)
    assert together(SaveArticle) == 3
    assert sizes == [3, 1, 1, 1]
    assert open_ones(SaveArticle) == []
    assert [row.host for row in open_ones(HostRecovered)] == ["1.example"]


def test_the_one_among_them_that_is_at_fault_is_charged(hears):
    """The others are done."""

    def handler(batch: Batch[SaveArticle]):
        with batch.complete(batch.messages()) as (_session, done):
            if any(order.origin.page == 2 for _, order in done):
                raise ValueError("nothing comes of the second")

    hears(handler)
    assert together(SaveArticle) == 3
    assert [(row.page, row.attempts) for row in open_ones(SaveArticle)] == [(2, 1)]


def test_who_lost_the_lease_drops_out_and_writes_nothing(hears):
    """Another worker has it by now, and says what is to be said of it."""

    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        with transaction() as session:
            session.execute(update(ledger).where(ledger.c.page == 0).values(lease_token="of another"))
        with batch.complete(orders) as (session, done):
            enqueue_all(
                session, [job.outgoing(HostRecovered(host=f"{entry.origin.page}.example")) for job, entry in done]
            )

    hears(handler)
    together(SaveArticle)
    assert [row.lease_token for row in open_ones(SaveArticle)] == ["of another"]
    assert [row.host for row in open_ones(HostRecovered)] == ["1.example", "2.example"]


def test_what_is_said_again_meanwhile_is_due_again(hears):
    """With all its attempts; the others are over."""

    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        with transaction() as session:
            enqueue(session, order(page=1))
        with batch.complete(orders):
            pass

    hears(handler)
    together(SaveArticle)
    [left] = open_ones(SaveArticle)
    assert (left.page, left.attempts, left.lease_token, left.again_at) == (1, 0, None, None)


def test_what_was_tried_before_is_handled_by_itself(hears):
    """One that kills its worker burns only its own attempts."""
    sizes = []

    def handler(batch: Batch[SaveArticle]):
        orders = batch.messages()
        sizes.append(len(orders))
        with batch.complete(orders):
            pass

    hears(handler)
    moment = utcnow() + timedelta(seconds=1)
    [tried, *_] = open_ones(SaveArticle)
    assert len(jobs.claim("SaveArticle", [tried.id], moment)) == 1
    ids = [row.id for row in open_ones(SaveArticle)]
    assert worker.handle("SaveArticle", ids, moment + ROUTES[SaveArticle].lease + timedelta(seconds=1)) == 3
    assert sizes == [2, 1]
