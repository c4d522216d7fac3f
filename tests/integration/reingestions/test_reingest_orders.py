"""Re-ingestions on a real database of each kind: accepted once, planned, counted, done."""

import json
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.contracts.caller import Caller
from services.contracts.messages import PageReingested, ReingestionPlanned
from services.reingest import order as reingest
from services.reingest import progress
from services.reingest import tasks as _handlers  # noqa: F401 - they register themselves
from services.reingest.models import ReingestionRow
from services.runtime.database import reading, transaction
from services.runtime.ledger import say
from services.runtime.worker import handle

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK = Caller(key=1, name="desk", scopes=frozenset({"admin"}))
ORDER = reingest.Order.model_validate({"scope": {"source": "war"}, "mode": "refetch", "reason": "new layout"})


@pytest.fixture(autouse=True)
def _database(db):
    return db


def accept(order=ORDER, caller=DESK, key=None):
    with transaction() as session:
        return reingest.accept(session, order, caller, NOW, key).id


def planned(reingestion, pages, *, complete=False):
    with transaction() as session:
        progress.plan(session, ReingestionPlanned(reingestion=reingestion, pages=pages, complete=complete), NOW)


def counted(reingestion, page, outcome="unchanged", changed=()):
    with transaction() as session:
        news = PageReingested(reingestion=reingestion, page=page, outcome=outcome, changed=changed)
        progress.count(session, news, NOW)


def row(reingestion):
    with reading() as session:
        return session.get(ReingestionRow, reingestion)


def changes(reingestion):
    with reading() as session:
        return progress.changes(session, [reingestion])[reingestion]


def ledger():
    with reading() as session:
        return session.execute(text("SELECT id, kind, key, lane, message FROM ledger ORDER BY id")).all()


def together(*calls):
    barrier, failures = threading.Barrier(len(calls)), []

    def run(call):
        barrier.wait()
        try:
            call()
        except Exception as failure:  # noqa: BLE001 - told to the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_order_and_its_message_are_written_together():
    made = accept()
    (entry,) = ledger()
    assert (entry.kind, entry.key, entry.lane) == ("Reingest", str(made), "bulk")
    words = json.loads(entry.message)
    told = {"id": made, "mode": "refetch", "dry_run": False, "forced": False, "announce": False}
    assert words["reingestion"] == told
    assert words["scope"]["source"] == "war"


def test_an_order_that_is_rolled_back_leaves_nothing():
    def give_up():
        with transaction() as session:
            reingest.accept(session, ORDER, DESK, NOW)
            raise LookupError

    with pytest.raises(LookupError):
        give_up()
    assert (ledger(), row(1)) == ([], None)


def test_who_asked_and_why_is_in_the_row_and_in_the_log():
    made = row(accept())
    assert (made.asked_by, made.asked_by_name, made.reason, made.asked_at) == (1, "desk", "new layout", NOW)
    with reading() as session:
        (entry,) = session.execute(text("SELECT key, action, subject, reason FROM audit_log")).all()
    assert tuple(entry) == (1, "reingestion.ordered", f"reingestion {made.id}", "new layout")


def test_the_same_order_under_the_same_key_is_the_same_reingestion():
    first = accept(key="a")
    assert accept(key="a") == first
    assert len(ledger()) == 1


def test_without_a_key_the_same_order_is_a_new_reingestion():
    assert accept() != accept()


def test_another_order_under_the_same_key_is_refused():
    accept(key="a")
    other = ORDER.model_copy(update={"dry_run": True})
    with pytest.raises(reingest.KeyUsedBefore):
        accept(other, key="a")


def test_callers_do_not_share_their_idempotency_keys():
    assert accept(key="a") != accept(caller=Caller(key=2, name="other"), key="a")


def test_the_same_order_given_at_the_same_time_is_accepted_once():
    made = []
    together(*[lambda: made.append(accept(key="a"))] * 4)
    assert len(made) == 4
    assert len(set(made)) == 1
    assert len(ledger()) == 1


def test_it_runs_from_the_first_news_and_is_done_with_the_last_page():
    made = accept()
    assert row(made).state == "accepted"
    planned(made, 2)
    assert (row(made).state, row(made).started_at) == ("running", NOW)
    counted(made, 1, "updated", ("headline", "body"))
    counted(made, 2, "created")
    assert row(made).state == "running", "more pages may yet be planned"
    planned(made, 1, complete=True)
    assert row(made).state == "running"
    counted(made, 3, "rejected")
    done = row(made)
    assert (done.state, done.finished_at, done.planned) == ("done", NOW, 3)
    assert (done.updated, done.created, done.rejected, done.unchanged, done.unavailable) == (1, 1, 1, 0, 0)


def test_a_page_may_be_through_before_its_plan_is_heard():
    made = accept()
    counted(made, 1)
    assert row(made).state == "running"
    planned(made, 1, complete=True)
    assert row(made).state == "done"


def test_a_scope_without_pages_is_done_at_once():
    made = accept()
    planned(made, 0, complete=True)
    assert row(made).state == "done"


def test_differing_fields_are_counted_by_pages():
    made = accept()
    counted(made, 1, "updated", ("headline", "body"))
    counted(made, 2, "updated", ("headline",))
    assert changes(made) == {"headline": 2, "body": 1}


def test_workers_that_count_at_once_lose_no_page_and_one_of_them_sees_the_end():
    made = accept()
    planned(made, 60, complete=True)

    def worker(first):
        for page in range(first, first + 15):
            counted(made, page, "updated" if page % 2 else "unchanged", ("body", "headline") if page % 2 else ())

    together(*[lambda first=first: worker(first) for first in (0, 15, 30, 45)])
    done = row(made)
    assert (done.updated, done.unchanged, done.state) == (30, 30, "done")
    assert changes(made) == {"headline": 30, "body": 30}


def test_news_of_one_reingestion_leaves_another_alone():
    made, other = accept(), accept()
    planned(made, 1, complete=True)
    counted(made, 1)
    assert (row(other).state, row(other).planned, row(other).unchanged) == ("accepted", 0, 0)


def test_the_desk_hears_both_messages_and_a_repeated_hint_counts_nothing_twice():
    made = accept()
    with transaction() as session:
        say(session, ReingestionPlanned(reingestion=made, pages=1, complete=True))
        say(session, PageReingested(reingestion=made, page=5, outcome="unavailable"))
    entries = [entry for entry in ledger() if entry.kind != "Reingest"]
    for entry in entries * 2:
        handle(entry.kind, [entry.id])
    assert (row(made).state, row(made).planned, row(made).unavailable) == ("done", 1, 1)
    assert [entry.kind for entry in ledger()] == ["Reingest"]
