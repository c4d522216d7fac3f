"""/metrics tells the account: where the pages are, what waits, and how long the queues are."""

import pytest
import redis
from sqlalchemy import text

from services.app import create_app
from services.audit import gauges
from services.contracts.messages import Deliver, FetchPage
from services.fetcher.models import Page
from services.runtime.celery import wake_ups
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import claim, due, enqueue
from tests.support.in_process import client

pytestmark = pytest.mark.integration
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def shown(db):
    """The lines of the account that Prometheus is told, counted afresh."""
    web = client(create_app())

    def show():
        gauges._counted.clear()
        lines = [line for line in web.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    return show


def join(key, *, due_at):
    with transaction() as session:
        page = Page(key=key, source="harbor", discovered_at=due_at)
        session.add(page)
        session.flush()
        enqueue(session, FetchPage(page=page.id), due_at=due_at)


def test_pages_and_messages_are_told_by_state(shown):
    """The same numbers as the audit's: each page is in one state, and what was dead-lettered is apart."""
    for key in ("a", "b"):
        join(key, due_at=utcnow())
    (number, _), _ = due(utcnow(), kinds=["FetchPage"])
    [job] = claim("FetchPage", [number], utcnow())
    job.dead_letter("a defect", utcnow())
    answer = shown()
    states = {state: answer[f'dateline_pages{{source="harbor",state="{state}"}}'] for state in gauges.STATES}
    assert states == {"due": 1, "in_flight": 0, "at_rest": 0, "dead_lettered": 1, "unaccounted": 0}
    assert (answer['dateline_messages{state="open"}'], answer['dateline_messages{state="dead_lettered"}']) == (1, 1)
    assert answer["dateline_overdue_seconds"] > 0


@on_sqlite
def test_the_depth_of_each_queue_is_told(shown, installation, redis_url):
    """Of both lanes of every service; nothing is said of them while Redis is away."""
    installation(redis_url=redis_url)
    wake_ups.app.cache_clear()
    with redis.Redis.from_url(redis_url) as server:
        server.flushall()
        with transaction() as session:
            enqueue(session, Deliver(endpoint=1))
        assert wake_ups.flush(20)
        answer = shown()
        server.flushall()
    assert (answer['dateline_queue_depth{queue="webhooks"}'], answer['dateline_queue_depth{queue="parser.bulk"}']) == (
        1,
        0,
    )
    installation(redis_url="redis://127.0.0.1:1/0")
    assert not any(name.startswith("dateline_queue_depth{") for name in shown())


@on_sqlite
def test_the_counts_of_the_processes_are_told_also_without_a_database(shown):
    """Whoever looks for the reason needs them most then."""
    with transaction() as session:
        session.execute(text("DROP TABLE ledger"))
    answer = shown()
    assert any(name.startswith("dateline_request_seconds_count") for name in answer)
    assert "dateline_overdue_seconds" not in answer
