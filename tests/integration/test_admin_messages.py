"""What was given up on, seen and said again from the desk, on a real database of each kind."""

import pytest
from in_process import client
from sqlalchemy import text

from services.admin import keys
from services.app import create_app
from services.contracts.messages import (
    Deliver,
    FetchPage,
    Message,
    PageReingested,
    PageStored,
    Reingestion,
)
from services.runtime import ledger
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import Entry, say

pytestmark = pytest.mark.integration

ORDER = {"scope": {"all": True}, "reason": "new layout"}


@pytest.fixture
def admin(db):
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    return client(create_app(), presented)


def given_up_on(message: Message, key: str) -> int:
    """Says the message, claims it and sets it aside; its id."""
    with transaction() as session:
        say(session, message, key=key)
    (row_id,) = [row for row, kind in ledger.due(utcnow(), kinds=[type(message).__name__])]
    (job,) = ledger.claim(type(message).__name__, [row_id], utcnow())
    job.set_aside("The disk is full.", utcnow())
    return row_id


def entry(row_id):
    with reading() as session:
        return session.get(Entry, row_id)


def test_what_was_set_aside_is_listed_with_its_reason_and_nothing_else_is(admin):
    """The newest first, page by page; what waits is no concern of the operator's."""
    with transaction() as session:
        say(session, PageStored(page=9, article="art_x"), key="9")
    first, second = given_up_on(Deliver(delivery=1), "1"), given_up_on(Deliver(delivery=2), "2")
    shown = admin.get("/admin/messages?limit=1").json()
    assert [(m["id"], m["kind"], m["key"], m["reason"]) for m in shown["messages"]] == [
        (second, "Deliver", "2", "The disk is full.")
    ]
    following = admin.get("/admin/messages", params={"limit": 1, "after": shown["next"]}).json()
    assert ([m["id"] for m in following["messages"]], following["next"]) == ([first], None)


def test_a_replayed_message_is_due_again_and_the_log_says_who_asked(admin):
    """Replaying it again, or what never was set aside, is a problem that says where to look."""
    row_id = given_up_on(Deliver(delivery=1), "1")
    assert admin.post(f"/admin/messages/{row_id}/replay").status_code == 204
    assert [kind for _, kind in ledger.due(utcnow(), kinds=["Deliver"])] == ["Deliver"]
    assert admin.get("/admin/messages").json()["messages"] == []
    assert admin.get("/admin/audit").json()["entries"][0]["subject"] == f"message {row_id}"
    for unknown in (row_id + 1, 999):
        answer = admin.post(f"/admin/messages/{unknown}/replay")
        assert (answer.status_code, "set aside" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize("change", ["kind = 'Renamed'", "message = '{}'"])
def test_a_message_that_this_version_cannot_read_stays_where_it_is(admin, change):
    """And is not lost by asking."""
    row_id = given_up_on(Deliver(delivery=1), "1")
    with transaction() as session:
        session.execute(text(f"UPDATE ledger SET {change}"))
    answer = admin.post(f"/admin/messages/{row_id}/replay")
    assert (answer.status_code, "version" in answer.json()["detail"]) == (422, True)
    assert entry(row_id).set_aside_at is not None


def test_a_reingestion_says_how_many_of_its_messages_were_set_aside(admin):
    """It cannot be done without them; a visit by plan of a page of the same number is none of them."""
    made = admin.post("/admin/reingestions", json=ORDER).json()["id"]
    assert made == 1
    again = Reingestion(id=made, mode="refetch")
    given_up_on(FetchPage(page=5, reingestion=again), f"5:{made}")
    given_up_on(PageReingested(reingestion=made, page=6, outcome="unchanged"), f"{made}:6")
    given_up_on(FetchPage(page=made), f"{made}")
    given_up_on(FetchPage(page=made, reingestion=Reingestion(id=2, mode="refetch")), f"{made}:2")
    assert admin.get(f"/admin/reingestions/{made}").json()["set_aside"] == 2
