"""What is happening right now, as the desk and programs see it, on both databases."""

from datetime import timedelta

import pytest
from in_process import client
from kept import saved
from orders import KEY, NOW, A, order

from services.admin import keys
from services.app import create_app
from services.contracts.messages import PollChannel
from services.fetcher.models import Page
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import claim, say

pytestmark = pytest.mark.integration


@pytest.fixture
def web(db):
    with transaction() as session:
        _, key = keys.create(session, "reader", ["read"], utcnow())
    return client(create_app(), key)


def test_it_tells_messages_by_what_they_wait_for(web):
    with transaction() as session:
        for number, minutes in ((1, -5), (2, -5), (3, 60)):
            say(session, PollChannel(channel=number), key=str(number), due_at=utcnow() + timedelta(minutes=minutes))
    assert claim("PollChannel", [1], utcnow())
    told = web.get("/overview").json()
    assert told["messages"] == {"due": 1, "in_flight": 1, "later": 1, "set_aside": 0, "discarded": 0}
    assert 290 < told["overdue_seconds"] < 600
    assert told["queues"] == {}


def test_it_tells_how_each_new_story_came_here(web):
    with transaction() as session:
        session.add(Page(key=KEY, source="war-releases", article_id="art_1", discovered_at=NOW))
    saved(order(A, published_at="2026-01-12T14:59:00+00:00"))
    [story] = web.get("/overview").json()["stories"]
    assert story["headline"] == "Harbor Reopens"
    assert story["published_at"] == "2026-01-12T14:59:00+00:00"
    assert story["seen_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert story["stored_at"] == (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert story["delivered_at"] is None
