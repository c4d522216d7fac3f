"""A slot of a host: its pace, its end with a lease, and those who claim at once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from sqlmodel import Session, select

from services.contracts.messages import FetchPage, PollChannel, Rank
from services.contracts.wiring import ROUTES
from services.fetcher import due, turns
from services.fetcher.models import Host, Page, Source
from services.runtime import database
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import begun_work, instances, jobs, redelivery, worker
from services.runtime.ledger.in_flight import InFlight, Room
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow, ledger
from tests.bench import bench_schedule
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, entries, later, pages, runs, watches
from tests.support.host_turns import ROOM, at, claimed, waits

LEASE = ROUTES[FetchPage].lease


STORY = "storm-response"


def test_a_pace_lies_between_two_requests_however_the_first_ended(hosts):
    hosts("news", "slow", crawl_delay=0.0)
    hosts("slow", crawl_delay=30.0)
    waits("news", [1, 2])
    waits("slow", [3, 4])
    now = later(seconds=1)
    first = turns.claim(now, ROOM)
    assert len(first.jobs) == 2
    for job in first.jobs:
        job.defer(now + timedelta(days=1), "It has its answer.")
    again = turns.claim(now, ROOM)
    assert (list(again.jobs), again.again) == ([], now + timedelta(seconds=5))
    assert at(claimed(now + timedelta(seconds=5))) == ["news"]
    assert at(claimed(now + timedelta(seconds=30))) == ["slow"]


def test_a_slot_is_free_when_its_lease_has_ended_or_its_instance_is_gone(hosts):
    """It is the lease of what is in flight there: renewed and ended with it."""
    hosts("news")
    waits("news", [1, 2])
    now = later(seconds=1)
    assert at(claimed(now)) == ["news"]
    assert claimed(now + LEASE - timedelta(seconds=1)) == []
    with reading() as session:
        assert due.busy(session, now) == {"news"}
    assert redelivery.end_leases_of_the_dead(now, silent=[job_instance()]) == 1
    with reading() as session:
        assert due.busy(session, now) == frozenset()
    assert at(claimed(now + timedelta(seconds=5))) == ["news"]


def job_instance():
    with reading() as session:
        return next(entry.lease_owner for entry in session.exec(select(LedgerRow)) if entry.lease_owner).rsplit("/", 1)[
            1
        ]


def test_a_stop_gives_back_what_is_in_flight(hosts):
    """It is due at once, at no cost of an attempt, and who comes late changes nothing."""
    hosts("news")
    waits("news", [1])
    answers, lost = threading.Event(), []

    def waits_for_its_answer(job):
        answers.wait(60)
        try:
            with job.complete():
                pass
        except jobs.LeaseLost as error:
            lost.append(error)

    flying = InFlight(turns.claim, waits_for_its_answer, places=4)
    flying.begin()
    deadline = utcnow() + timedelta(seconds=60)
    while not any(entry.lease_token for entry in entries(FetchPage)):
        assert utcnow() < deadline
    flying.end(grace=0.05)
    [entry] = entries(FetchPage)
    assert (entry.lease_token, entry.attempts, entry.reason) == (None, 0, "Its worker was told to stop.")
    answers.set()
    while not lost:
        assert utcnow() < deadline
    assert len(entries(FetchPage)) == 1


def test_what_cost_its_worker_its_life_twice_goes_last_and_a_channel_does_not(hosts):
    """A kill takes all with it that was in flight, so that once says nothing."""
    hosts("news")
    waits("news", [1], why="new")
    with transaction() as session:
        enqueue(session, PollChannel(channel=1, host="news"))
        session.execute(update(LedgerRow).values(attempts=1))
    assert _ranks_after_a_death() == {"PollChannel": 0, "FetchPage": Rank.LAST}


def _ranks_after_a_death():
    now = later(seconds=1)
    for kind in ("PollChannel", "FetchPage"):
        ids = [entry.id for entry in _all() if entry.kind == kind]
        assert jobs.claim(kind, ids, now)
    with begun_work.begun(_all()[0].id), begun_work.begun(_all()[1].id):
        assert redelivery.end_leases_of_the_dead(now, silent=[instances.this()]) == 2
    return {entry.kind: entry.rank for entry in _all()}


def _all():
    with reading() as session:
        return list(session.exec(select(LedgerRow).order_by(LedgerRow.id)))


def test_processes_that_claim_in_the_same_moment_share_the_hosts(hosts):
    """None is asked twice, and each has its turn: real connections, at the same time."""
    names = [f"host-{number:02}" for number in range(24)]
    hosts(*names)
    for number, name in enumerate(names):
        waits(name, range(10 * number, 10 * number + 4))
    now, begin = later(seconds=1), threading.Barrier(4)

    def claims():
        begin.wait(60)
        results = []
        for _ in range(8):
            results += at(claimed(now, Room(places=6, on_trial=6)))
        return results

    with ThreadPoolExecutor(4) as pool:
        results = Counter(host for entry in [pool.submit(claims) for _ in range(4)] for host in entry.result(60))
    assert results == dict.fromkeys(names, 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_host_that_somebody_settles_just_now_is_passed_over(hosts):
    """A claim waits for nobody: it takes the other hosts, and that one the next time."""
    hosts("a", "b")
    waits("a", [1])
    waits("b", [2])
    with Session(database.engine()) as settling, settling.begin():
        settling.get_one(Host, "a", with_for_update=True)
        assert at(claimed()) == ["b"]
    assert at(claimed()) == ["a"]


def test_a_paused_source_uses_none_of_its_hosts_turns(fetcher, newsroom):
    """Another source at the same host goes on as if it were not there."""
    newsroom.publishes(STORY)
    watches(newsroom)
    watches(newsroom, name="other", path="/")
    fetcher(FETCHER_PACE="3600")
    with transaction() as session:
        session.execute(update(Source).where(Source.name == "demo").values(paused=True))
    runs()
    assert [entry.reason for entry in entries(PollChannel) if entry.channel == 1] == ["The source demo is paused."]
    assert [request.path for request in newsroom.requests] == ["/robots.txt", "/"]


def test_a_page_that_has_another_host_by_now_takes_its_turn_there(fetcher, newsroom):
    """And so does one of which the host was not known when it was said."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    before = len(newsroom.requests)
    with transaction() as session:
        session.execute(update(LedgerRow).where(ledger.c.kind == "FetchPage").values(host="", due_at=utcnow()))
    runs()
    assert len(newsroom.requests) == before + 1
    here = newsroom.url.removeprefix("http://")
    assert [entry.host for entry in entries(FetchPage)] == [here]
    with transaction() as session:
        session.execute(
            update(LedgerRow).where(ledger.c.kind == "FetchPage").values(host="old.example", due_at=utcnow())
        )
    runs()
    assert ([entry.host for entry in entries(FetchPage)], len(newsroom.requests)) == ([here], before + 2)


def test_what_a_sitemap_claims_comes_after_what_is_planned(fetcher, newsroom):
    """One that is made anew each night says that all its pages changed."""
    address = newsroom.publishes(STORY)
    sitemap = "<urlset><url><loc>{}</loc><lastmod>{}</lastmod></url></urlset>"
    newsroom.misbehaves("/sitemap.xml", fakes.always(200, sitemap.format(address, "2026-01-01").encode()))
    watches(newsroom, kind="sitemap", path="/sitemap.xml")
    runs()
    with transaction() as session:
        session.execute(update(Page).values(backlog=False))
        session.execute(update(LedgerRow).where(ledger.c.kind == "FetchPage").values(lane="live", rank=Rank.REVISIT))
        session.execute(update(LedgerRow).where(ledger.c.kind == "PollChannel").values(due_at=utcnow()))
    newsroom.misbehaves("/sitemap.xml", fakes.always(200, sitemap.format(address, "2026-02-01").encode()))
    for row, kind in jobs.due(utcnow(), kinds=("PollChannel",)):
        worker.handle(kind, [row], later(seconds=30))
    assert channel().outcome == "read"
    assert [entry.rank for entry in entries(FetchPage)] == [Rank.CLAIMED]
    assert len(pages()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_polls_of_many_hosts_keep_to_their_times(hosts):
    """As `bench_schedule` shows of 20 000: none is later than the others of its host, at their pace, make it."""
    hosts()
    began = utcnow()
    due_at = bench_schedule.fill(began, hosts=60, channels=600)
    expected = sum(at <= began + timedelta(seconds=45) for at in due_at.values())
    output = bench_schedule.run(began, due_at, minutes=1)
    assert output.polls >= expected > 20
    assert (output.late_p50 < 1, output.late_max < 15) == (True, True), output


def test_each_look_at_what_is_due_begins_at_its_first_row(hosts):
    """However much is due or at rest."""
    requests = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: requests.append(called[2:4]))
    hosts("news")
    waits("news", [1])
    with reading() as session:
        session.execute(due._MANY, {"now": utcnow(), "set_back": utcnow()}).all()
    assert len(claimed()) == 1
    looks = [(text, values) for text, values in requests if "FROM ledger" in text and "due_at" in text]
    assert len(looks) >= 3
    if database.engine().dialect.name != "sqlite":
        return  # whose plan depends on how much there is
    with database.engine().connect() as connection:
        for text, values in looks:
            plan = [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()]
            reads = [step for step in plan if "ledger" in step or step.startswith(("SEARCH l ", "SCAN l "))]
            assert not any(step.startswith("SCAN ledger") and "USING" not in step for step in reads), plan
            assert all("ledger_" in step or "INTEGER PRIMARY KEY" in step for step in reads), plan
