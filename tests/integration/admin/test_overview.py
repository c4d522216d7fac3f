"""What is happening right now, as the desk and programs see it, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import SQLModel

from services.access import keys
from services.app import create_app
from services.contracts.messages import PollChannel
from services.fetcher.models import Page
from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import claim, enqueue
from tests.support.in_process import client
from tests.support.kept import saved
from tests.support.orders import KEY, NOW, A, order

pytestmark = pytest.mark.integration


@pytest.fixture
def web(db):
    with transaction() as session:
        _, key = keys.create(session, "reader", ["read"], utcnow())
    return client(create_app(), key)


def test_it_tells_messages_by_what_they_wait_for(web):
    with transaction() as session:
        for number, minutes in ((1, -5), (2, -5), (3, 60)):
            enqueue(session, PollChannel(channel=number), due_at=utcnow() + timedelta(minutes=minutes))
    assert claim("PollChannel", [1], utcnow())
    body = web.get("/overview").json()
    assert body["messages"] == {"due": 1, "in_flight": 1, "later": 1, "dead_lettered": 0, "discarded": 0, "retrying": 0}
    assert 290 < body["overdue_seconds"] < 600
    assert body["queues"] == {}


def test_it_tells_how_each_new_story_came_here(web):
    with transaction() as session:
        session.add(Page(key=KEY, source="war-releases", discovered_at=NOW))
    saved(order(A, published_at="2026-01-12T14:59:00+00:00"))
    [story] = web.get("/overview").json()["stories"]
    assert story["headline"] == "Harbor Reopens"
    assert story["published_at"] == "2026-01-12T14:59:00+00:00"
    assert story["seen_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert story["stored_at"] == (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert story["delivered_at"] is None


def test_no_page_of_the_desk_looks_at_all_that_waits(installation):
    """A hundred thousand planned visits are counted by their index, and what was dead-lettered is found by another."""
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    with transaction() as session:
        _, key = keys.create(session, "admin", ["admin"], utcnow())
    requests = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: requests.append(called[2:4]))
    with client(create_app(), key) as web:
        assert web.get("/overview").is_success
        assert web.get("/admin/dead-letters").is_success
        assert web.get("/admin/dead-letters", params={"kind": "Deliver"}).is_success
    looks = [(text, values) for text, values in requests if "FROM ledger" in text]
    assert len(looks) >= 8
    with database.engine().connect() as connection:
        for text, values in looks:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert all("INDEX ledger_" in step[3] for step in plan if "ledger" in step[3]), (text, plan)
