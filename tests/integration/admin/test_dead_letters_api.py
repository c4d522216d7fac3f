"""What was given up on, seen and enqueued again from the desk, on a real database of each kind."""

import pytest
from sqlalchemy import select, text

from services.access import keys
from services.admin import dead_letters
from services.admin.dead_letter_groups import GROUPED
from services.app import create_app
from services.contracts.messages import (
    Deliver,
    FetchPage,
    Message,
    Origin,
    ParsePage,
    Reingest,
    Reingestion,
)
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, waiting
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance.results import ReingestedPage
from tests.support import orders
from tests.support.in_process import client

pytestmark = pytest.mark.integration

ORDER = {"scope": {"all": True}, "reason": "new layout"}


@pytest.fixture
def admin(db):
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    return client(create_app(), presented)


def given_up_on(message: Message, reason: str = "The disk is full.") -> int:
    """Says the message, claims it and sets it aside; its id."""
    with transaction() as session:
        enqueue(session, message)
    (row_id,) = [row for row, kind in jobs.due(utcnow(), kinds=[type(message).__name__])]
    (job,) = jobs.claim(type(message).__name__, [row_id], utcnow())
    job.dead_letter(reason, utcnow())
    return row_id


def entry(row_id):
    with reading() as session:
        return session.get(LedgerRow, row_id)


def test_what_was_dead_lettered_is_listed_with_its_reason_and_nothing_else_is(admin):
    """The newest first, page by page; what waits is no concern of the operator's."""
    with transaction() as session:
        enqueue(session, orders.order(page=9))
    first, second = given_up_on(Deliver(endpoint=1)), given_up_on(Deliver(endpoint=2))
    shown = admin.get("/admin/dead-letters?limit=1").json()
    assert [(m["id"], m["kind"], m["key"], m["reason"]) for m in shown["messages"]] == [
        (second, "Deliver", "2", "The disk is full.")
    ]
    following = admin.get("/admin/dead-letters", params={"limit": 1, "after": shown["next"]}).json()
    assert ([m["id"] for m in following["messages"]], following["next"]) == ([first], None)


def test_a_replayed_message_is_due_again_and_the_log_says_who_asked(admin):
    """Replaying it again, or what never was dead-lettered, is a problem that says where to look."""
    row_id = given_up_on(Deliver(endpoint=1))
    assert admin.post(f"/admin/dead-letters/{row_id}/replay").status_code == 204
    assert [kind for _, kind in jobs.due(utcnow(), kinds=["Deliver"])] == ["Deliver"]
    assert admin.get("/admin/dead-letters").json()["messages"] == []
    assert admin.get("/admin/audit").json()["entries"][0]["subject"] == f"message {row_id}"
    for unknown in (row_id + 1, 999):
        answer = admin.post(f"/admin/dead-letters/{unknown}/replay")
        assert (answer.status_code, "dead-lettered" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize("change", ["kind = 'Renamed'", "message = '{}'"])
def test_a_message_that_this_version_cannot_read_stays_where_it_is(admin, change):
    """And is not lost by asking."""
    row_id = given_up_on(Deliver(endpoint=1))
    with transaction() as session:
        session.execute(text(f"UPDATE ledger SET {change}"))
    answer = admin.post(f"/admin/dead-letters/{row_id}/replay")
    assert (answer.status_code, "version" in answer.json()["detail"]) == (422, True)
    assert entry(row_id).dead_lettered_at is not None


def test_one_message_is_shown_with_what_it_said_and_how_to_see_it_again(admin):
    """The class of the error is told apart from its sentence; what reads a capture can be tried without the service."""
    origin = Origin(page=5, key="k", url="https://harbor.example/1", source="harbor")
    parse = ParsePage(origin=origin, capture="ab" * 32, fetched_at=utcnow())
    row_id = given_up_on(parse, "ValueError: it was a poem")
    shown = admin.get(f"/admin/dead-letters/{row_id}").json()
    assert (shown["error"], shown["reason"], shown["attempts"]) == ("ValueError", "ValueError: it was a poem", 1)
    assert shown["words"]["origin"]["url"] == "https://harbor.example/1"
    assert shown["reproduce"] == [
        f"dateline parse --capture {'ab' * 32} --explain",
        f"dateline dead-letters replay {row_id}",
    ]


def test_what_only_waits_cannot_be_shown_replayed_or_discarded(admin):
    """An open message is nobody's to decide about."""
    with transaction() as session:
        enqueue(session, Deliver(endpoint=1))
        row_id = session.scalar(select(LedgerRow.id))
    requests = [
        admin.get(f"/admin/dead-letters/{row_id}"),
        admin.post(f"/admin/dead-letters/{row_id}/replay"),
        admin.post(f"/admin/dead-letters/{row_id}/discard", json={"reason": "x"}),
    ]
    assert [answer.status_code for answer in requests] == [404] * 3
    assert entry(row_id).dead_lettered_at is None


def test_messages_of_a_kind_are_listed_and_replayed_together(admin):
    """Those of other kinds stay, and so do those that nobody can read."""
    for number in (1, 2, 3):
        given_up_on(Deliver(endpoint=number), str(number))
    other = given_up_on(FetchPage(page=1))
    with transaction() as session:
        session.execute(text("UPDATE ledger SET message = '{}' WHERE kind = 'Deliver' AND key = '3'"))
    listed = admin.get("/admin/dead-letters", params={"kind": "FetchPage"}).json()["messages"]
    assert [message["id"] for message in listed] == [other]
    answer = admin.post("/admin/dead-letters/replay", json={"kind": "Deliver"})
    assert answer.json() == {"taken": 2, "refused": 1, "more": False}
    assert len(jobs.due(utcnow(), kinds=["Deliver"])) == 2
    assert jobs.due(utcnow(), kinds=["FetchPage"]) == []
    assert admin.post("/admin/dead-letters/replay", json={}).json()["taken"] == 1


def test_a_discarded_message_is_remembered_with_who_decided_so_and_why(admin):
    """It is out of the list and of every replay, and still there."""
    row_id = given_up_on(Deliver(endpoint=1))
    assert admin.post(f"/admin/dead-letters/{row_id}/discard", json={"reason": " "}).status_code == 422
    assert admin.post(f"/admin/dead-letters/{row_id}/discard", json={"reason": "gone for good"}).status_code == 204
    assert admin.get("/admin/dead-letters").json()["messages"] == []
    [stored] = admin.get("/admin/dead-letters?discarded=true").json()["messages"]
    assert (stored["discarded_because"], stored["discarded_by"]) == ("gone for good", "first key")
    assert admin.get(f"/admin/dead-letters/{row_id}").json()["reproduce"] == []
    assert admin.get("/admin/audit").json()["entries"][0]["reason"] == "gone for good"
    for again in ("replay", "discard"):
        assert admin.post(f"/admin/dead-letters/{row_id}/{again}", json={"reason": "x"}).status_code == 404
    assert admin.post("/admin/dead-letters/replay", json={}).json()["taken"] == 0
    with reading() as session:
        assert waiting.counts(session) == {"messages open": 0, "messages dead-lettered": 0, "messages discarded": 1}


def test_discarding_a_kind_needs_its_name_and_a_reason(admin):
    """Everything at once would be a slip of the hand."""
    given_up_on(Deliver(endpoint=1))
    given_up_on(FetchPage(page=1))
    assert admin.post("/admin/dead-letters/discard", json={"reason": "x"}).status_code == 422
    answer = admin.post("/admin/dead-letters/discard", json={"kind": "Deliver", "reason": "nobody listens"})
    assert answer.json() == {"taken": 1, "refused": 0, "more": False}
    assert [message["kind"] for message in admin.get("/admin/dead-letters").json()["messages"]] == ["FetchPage"]


def test_more_than_one_order_takes_are_taken_by_the_next(admin, monkeypatch):
    """The oldest first, and the answer says that there are more."""
    monkeypatch.setattr(dead_letters, "AT_ONCE", 2)
    ids = [given_up_on(Deliver(endpoint=number), str(number)) for number in (1, 2, 3)]
    assert admin.post("/admin/dead-letters/replay", json={}).json() == {"taken": 2, "refused": 0, "more": True}
    assert [message["id"] for message in admin.get("/admin/dead-letters").json()["messages"]] == ids[2:]
    assert admin.post("/admin/dead-letters/replay", json={}).json() == {"taken": 1, "refused": 0, "more": False}


def test_a_page_that_is_discarded_counts_as_unavailable_in_its_reingestion(admin):
    """Else the re-ingestion would wait for it for ever."""
    again = Reingestion(id=7, mode="refetch")
    row_id = given_up_on(FetchPage(page=5, reingestion=again))
    admin.post(f"/admin/dead-letters/{row_id}/discard", json={"reason": "gone"})
    with reading() as session:
        assert session.get_one(ReingestedPage, (7, 5)).outcome == "unavailable"
        walks = session.scalars(select(LedgerRow.key).where(LedgerRow.kind == "Reingest")).all()
    assert walks == ["7"], "its walk did not wait for what a person had to decide"


def test_a_reingestion_says_how_many_of_its_messages_were_dead_lettered(admin):
    """It cannot be done without them; a visit by plan of a page of the same number is none of them."""
    made = admin.post("/admin/reingestions", json=ORDER).json()["id"]
    assert made == 1
    again = Reingestion(id=made, mode="refetch")
    fetch = given_up_on(FetchPage(page=5, reingestion=again))
    given_up_on(Reingest(reingestion=made))
    given_up_on(FetchPage(page=made))
    given_up_on(FetchPage(page=made, reingestion=Reingestion(id=2, mode="refetch")))
    assert admin.get(f"/admin/reingestions/{made}").json()["dead_lettered"] == 2
    admin.post(f"/admin/dead-letters/{fetch}/discard", json={"reason": "the page is gone"})
    assert admin.get(f"/admin/reingestions/{made}").json()["dead_lettered"] == 1


def test_messages_are_grouped_by_kind_and_cause_with_what_hangs_on_them(admin):
    """Reasons that differ in a number or an address are one cause; the group that was added to last comes first."""
    given_up_on(Deliver(endpoint=1), "The endpoint answered 500.")
    given_up_on(Deliver(endpoint=2), "The endpoint answered 503.")
    origin = Origin(page=5, key="k", url="https://harbor.example/1", source="harbor")
    parse = given_up_on(ParsePage(origin=origin, capture="ab" * 32, fetched_at=utcnow()), "ValueError: a poem")
    last = given_up_on(Deliver(endpoint=3), "The endpoint answered 404.")
    groups = admin.get("/admin/dead-letters/groups").json()
    assert not groups["more"]
    assert [(message["kind"], message["cause"], message["messages"]) for message in groups["groups"]] == [
        ("Deliver", "The endpoint answered …", 3),
        ("ParsePage", "ValueError: a poem", 1),
    ]
    deliveries, pages = groups["groups"]
    assert (deliveries["newest"]["id"], deliveries["endpoints"]) == (last, [1, 2, 3])
    given_up = [message["dead_lettered_at"] for message in admin.get("/admin/dead-letters").json()["messages"]]
    assert (deliveries["first_at"], deliveries["last_at"]) == (given_up[-1], given_up[0])
    assert (pages["newest"]["id"], pages["pages"], pages["endpoints"]) == (parse, 1, [])


def test_a_group_is_listed_replayed_and_discarded_and_no_other(admin):
    """By its cause; an empty cause is that of messages without a reason."""
    stored = given_up_on(Deliver(endpoint=1), "The disk is full.")
    for number in (2, 3, 4):
        given_up_on(Deliver(endpoint=number), f"The endpoint answered {number}.")
    given_up_on(Deliver(endpoint=5), "")
    answered = {"kind": "Deliver", "cause": "The endpoint answered …"}
    assert [
        message["endpoint"] for message in admin.get("/admin/dead-letters", params=answered).json()["messages"]
    ] == [
        4,
        3,
        2,
    ]
    assert admin.post("/admin/dead-letters/replay", json=answered).json()["taken"] == 3
    assert (
        admin.post("/admin/dead-letters/discard", json={"kind": "Deliver", "cause": "", "reason": "x"}).json()["taken"]
        == 1
    )
    assert [message["id"] for message in admin.get("/admin/dead-letters").json()["messages"]] == [stored]


def test_groups_are_counted_by_the_index_of_dead_letters(admin, db):
    """However many messages wait, only what was given up on is looked at."""
    given_up_on(Deliver(endpoint=1))
    with reading() as session:
        dialect = session.connection().dialect.name
        if dialect == "sqlite":
            fields = str(GROUPED.compile(session.connection(), compile_kwargs={"literal_binds": True}))
            plan = "\n".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {fields}")))
            assert "ledger_causes" in plan
