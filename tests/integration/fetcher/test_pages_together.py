"""Pages that are looked at together: in few statements, each with its one outcome, and none at another's cost."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.contracts.messages import FetchPage, ParsePage, PollChannel, SaveArticle
from services.contracts.urls import canonical_url
from services.fetcher import tasks as _fetcher
from services.fetcher.models import Page
from services.parser import tasks as _parser
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.in_flight import Claimed, InFlight
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.ledger.ledger_table import ledger
from services.store import tasks as _store
from services.store.models import articles
from tests.fakes import newsroom as fakes
from tests.fakes.generated import GeneratedNewsroom
from tests.support.fetching import entries, later, pages, runs, watches
from tests.support.statements import counted

pytestmark = pytest.mark.integration

HANDLED = (_fetcher, _parser, _store)
"""Where the handlers are, which register themselves."""
PAGES = 20
MOST, MOST_FETCHED = 3.0, 1.5
"""Statements for a page where twenty come together: from its visit to the stored article, and to its capture."""
PATIENCE = 60
STORY = "storm-response"


def together(kind):
    ids = [entry.id for entry in entries(kind)]
    return worker.handle(kind.__name__, ids, later(seconds=20))


@pytest.fixture
def generated():
    newsroom = GeneratedNewsroom(PAGES)
    newsroom.start()
    yield newsroom
    newsroom.stop()


def test_pages_that_come_together_cost_few_statements(fetcher, generated):
    """From twenty visits to twenty stored articles: it was 13.5, of which the fetcher asked 12."""
    watches(generated, kind="sitemap", path="/sitemap.xml")
    together(PollChannel)
    assert len(entries(FetchPage)) == PAGES
    with counted() as cost:
        assert together(FetchPage) == PAGES
        fetched = len(cost.statements)
        assert (together(ParsePage), together(SaveArticle)) == (PAGES, PAGES)
    with reading() as session:
        assert len(session.execute(select(articles)).all()) == PAGES
    assert {(page.outcome, page.failures) for page in pages()} == {("new", 0)}
    assert {entry.due_at > utcnow() for entry in entries(FetchPage)} == {True}
    assert fetched <= MOST_FETCHED * PAGES, "\n".join(cost.statements)
    assert len(cost.statements) <= MOST * PAGES, "\n".join(cost.statements)


def test_looks_of_all_kinds_settle_together_as_they_would_alone(fetcher, newsroom):
    """One is gone, one a wall, one leads to another page, one was not modified: each has its own outcome."""
    others = [slug for slug in newsroom.samples if slug != STORY]
    slugs = [*others[:4], STORY, others[4]]
    addresses = [canonical_url(newsroom.publishes(slug)) for slug in slugs]
    watches(newsroom)
    runs()
    by_url = {page.url: page.id for page in pages()}
    newsroom.misbehaves(addresses[0], fakes.always(404, b"gone"))
    newsroom.misbehaves(addresses[1], fakes.bot_wall())
    newsroom.misbehaves(addresses[2], fakes.redirects(addresses[3]))
    newsroom.corrects(STORY)
    with transaction() as session:
        session.execute(update(ledger).where(ledger.c.kind == "FetchPage").values(due_at=utcnow()))
    before = len(entries(ParsePage))
    assert together(FetchPage) == len(slugs)
    outcomes = {page.id: page.outcome for page in pages()}
    expected = ["gone", "blocked", "moved", "unchanged", "changed", "unchanged"]
    assert [outcomes[by_url[address]] for address in addresses] == expected
    assert len(entries(ParsePage)) == before + 1
    assert {entry.lease_token for entry in entries(FetchPage)} == {None}
    assert len(entries(FetchPage)) == len(slugs) - 1, "the one that moved rests; all others have their next visit"


@pytest.fixture
def asks(db, monkeypatch):
    """Makes these functions the one handler of `FetchPage`, of which this many wait."""
    monkeypatch.setattr(worker, "_handlers", {})
    monkeypatch.setattr(worker, "_requests", {})

    def register(ask, settle, count=3):
        read = lambda orders: {job.id: order for job, order in orders}  # noqa: E731 - what it needs is what it says
        worker.handles_requests(FetchPage, read=read, settle=settle)(ask)
        monkeypatch.setattr(worker, "_turns", _claims_all)
        with transaction() as session:
            enqueue_all(session, [Outgoing(FetchPage(page=number, host="news")) for number in range(count)])

    return register


def _claims_all(now, room):
    ids = [row for row, _ in jobs.due(now, kinds=("FetchPage",))]
    return Claimed(jobs.claim("FetchPage", ids[: room.places], now))


def answers(order, _job, needs):
    assert needs == order
    return order.page


def ends(batch: Batch[FetchPage], answered):
    with batch.complete(answered):
        pass


def test_one_whose_request_fails_pays_with_its_own_attempt(asks):
    def ask(order, _job, _needs):
        if order.page == 1:
            raise ValueError("a page of its own kind")
        return order.page

    asks(ask, ends)
    assert together(FetchPage) == 3
    [left] = entries(FetchPage)
    assert (left.page, left.attempts, left.lease_token) == (1, 1, None)
    assert left.reason == "ValueError: a page of its own kind"


def test_where_they_cannot_be_settled_together_each_is_settled_alone(asks):
    """At no cost of an attempt for the others; the one that is at fault pays for itself, and nobody is asked again."""
    groups, requests = [], []

    def ask(order, _job, _needs):
        requests.append(order.page)
        return order.page

    def settle(batch, answered):
        groups.append([page for _, page in answered])
        with batch.complete(answered):
            if 1 in groups[-1]:
                raise ValueError("a page of its own kind")

    asks(ask, settle)
    assert together(FetchPage) == 3
    assert groups == [[0, 1, 2], [0], [1], [2]]
    assert requests == [0, 1, 2]
    [left] = entries(FetchPage)
    assert (left.page, left.attempts, left.reason) == (1, 1, "ValueError: a page of its own kind")


def test_whose_lease_was_lost_drops_out(asks):
    """Also where the same process holds it anew by now, under another token."""
    settled = []

    def settle(batch, answered):
        result = next(job for job, page in answered if page == 1)
        with transaction() as session:
            session.execute(
                update(ledger).where(ledger.c.id == result.id).values(lease_token=answered[0][0].token + "2")
            )
        with batch.complete(answered) as (_session, own):
            settled.extend(page for _, page in own)

    asks(answers, settle)
    together(FetchPage)
    assert settled == [0, 2]
    [left] = entries(FetchPage)
    assert (left.page, left.attempts) == (1, 1)
    assert left.lease_token is not None


def test_what_was_tried_before_is_settled_alone(asks):
    sizes = []

    def settle(batch, answered):
        sizes.append((len(answered), batch.alone))
        ends(batch, answered)

    asks(answers, settle)
    with transaction() as session:
        session.execute(update(ledger).where(ledger.c.page == 1).values(attempts=1))
    together(FetchPage)
    assert sorted(sizes) == [(1, True), (2, False)]
    assert entries(FetchPage) == []


def test_requests_in_flight_are_settled_in_groups(asks):
    """All of them have their answers in the same moment, each in a thread of its own."""
    all_of_them, sizes = threading.Barrier(12), []

    def ask(order, _job, _needs):
        all_of_them.wait(PATIENCE)
        return order.page

    def settle(batch, answered):
        sizes.append(len(answered))
        ends(batch, answered)

    asks(ask, settle, count=12)
    flying = InFlight(_claims_all, worker._run_request, places=12, prepare=worker._prepare)
    flying.begin()
    deadline = time.monotonic() + PATIENCE
    while entries(FetchPage):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    flying.end()
    assert sum(sizes) == 12
    assert max(sizes) > 1


def test_a_stop_settles_what_has_its_answer(asks):
    """It is not asked for twice."""
    began = threading.Event()

    def ask(order, _job, _needs):
        began.set()
        return order.page

    asks(ask, ends, count=1)
    flying = InFlight(_claims_all, worker._run_request, places=4, prepare=worker._prepare)
    flying.begin()
    assert began.wait(PATIENCE)
    flying.end(grace=PATIENCE)
    assert entries(FetchPage) == []


def test_a_page_that_was_seen_to_change_meanwhile_is_settled_by_what_stands(fetcher, newsroom):
    """What was read before the request says nothing of the page's row after it: that is read anew, under a lock."""
    address = newsroom.publishes(STORY)
    watches(newsroom)
    together(PollChannel)

    def renames(_request, polite, _site):
        with transaction() as session:
            session.execute(update(Page).values(title="Another title"))
        return polite

    newsroom.misbehaves(address, renames, times=1)
    together(FetchPage)
    [page] = pages()
    assert (page.outcome, page.title, page.visited_at is not None) == ("new", "Another title", True)
    assert page.visited_at - utcnow() < timedelta(minutes=1)
