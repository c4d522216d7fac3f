"""Re-ingestions on a real database of each kind: accepted once, walked, counted, done."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, insert, select, text

from services import scopes
from services.contracts.caller import Caller
from services.fetcher.models import Page
from services.reingest import order as reingest
from services.reingest import progress, walk
from services.reingest.models import ReingestionRow
from services.runtime import database
from services.runtime.database import reading, transaction
from services.runtime.provenance import results

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK = Caller(key=1, name="desk", scopes=frozenset({"admin"}))
ORDER = reingest.Order.model_validate({"scope": {"source": "war"}, "mode": "refetch", "reason": "new layout"})


@pytest.fixture(autouse=True)
def _database(db):
    scopes.connect()


def accept(order=ORDER, caller=DESK, key=None):
    with transaction() as session:
        return reingest.accept(session, order, caller, NOW, key).id


def watched(number):
    """So many pages of the source that is ordered."""
    with transaction() as session:
        for page in range(1, number + 1):
            address = f"https://www.war.gov/{page}"
            session.add(Page(key=address, url=address, source="war", article_id=f"art_{page}", discovered_at=NOW))


def steps(reingestion):
    """Takes the next step of its walk; how long until the one after it."""
    with reading() as session:
        result = walk.look(session, reingestion)
    with transaction() as session:
        return walk.step(session, reingestion, result, NOW)


def ends(reingestion, page, outcome="unchanged", changed=()):
    with transaction() as session:
        results.record(session, results.Result(reingestion, page, outcome, changed))


def row(reingestion):
    with reading() as session:
        return session.get(ReingestionRow, reingestion)


def counted(reingestion):
    """The counts that a reader is told, whether the walk has taken them up or not."""
    with reading() as session:
        return progress.counts(session, [session.get_one(ReingestionRow, reingestion)])[reingestion]


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
    assert json.loads(entry.message) == {"reingestion": made}
    again, scope = row(made).words()
    assert (again.mode, scope.source) == ("refetch", "war")


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


def test_it_runs_from_its_first_step_and_is_done_with_the_last_page(monkeypatch):
    monkeypatch.setattr(walk, "BATCH", 2)
    watched(3)
    made = accept()
    assert row(made).state == "accepted"
    assert steps(made) == walk.NOW
    begun = row(made)
    assert (begun.state, begun.started_at, begun.planned) == ("running", NOW, 2)
    ends(made, 1, "updated", ("headline", "body"))
    ends(made, 2, "created")
    assert steps(made) == walk.WAIT, "one page is under way"
    assert (row(made).state, row(made).planned, row(made).planned_completely) == ("running", 3, True)
    ends(made, 3, "rejected")
    assert steps(made) is None
    done = row(made)
    assert (done.state, done.finished_at, done.planned) == ("done", NOW, 3)
    assert (done.updated, done.created, done.rejected, done.unchanged, done.unavailable) == (1, 1, 1, 0, 0)


def test_a_page_is_told_of_before_the_walk_takes_it_up_and_counted_once():
    watched(2)
    made = accept()
    steps(made)
    ends(made, 1)
    assert (row(made).unchanged, counted(made).outcomes["unchanged"]) == (0, 1)
    steps(made)
    assert (row(made).unchanged, counted(made).outcomes["unchanged"]) == (1, 1)


def test_a_scope_without_pages_is_done_at_once():
    made = accept()
    steps(made)
    assert row(made).state == "done"


def test_differing_fields_are_counted_by_pages():
    watched(2)
    made = accept()
    steps(made)
    ends(made, 1, "updated", ("headline", "body"))
    steps(made)
    ends(made, 2, "updated", ("headline",))
    assert counted(made).fields == {"headline": 2, "body": 1}


def test_the_first_result_of_a_page_stays():
    """A page has one, whoever comes to its end again."""
    watched(1)
    made = accept()
    steps(made)
    ends(made, 1, "updated", ("body",))
    ends(made, 1, "unavailable")
    assert (counted(made).outcomes, counted(made).fields) == (Counter(updated=1), {"body": 1})


def test_workers_that_end_pages_at_once_lose_none_while_the_walk_counts():
    watched(60)
    made = accept()
    steps(made)

    def worker(first):
        for page in range(first, first + 15):
            ends(made, page, "updated" if page % 2 else "unchanged", ("body", "headline") if page % 2 else ())

    def walker():
        while steps(made) == walk.WAIT:
            pass

    together(walker, *[lambda first=first: worker(first) for first in (1, 16, 31, 46)])
    done = row(made)
    assert (done.updated, done.unchanged, done.state) == (30, 30, "done")
    assert counted(made).fields == {"headline": 30, "body": 30}


def test_the_results_of_a_real_run_are_forgotten_when_they_are_counted(monkeypatch):
    """Nobody asks for them any more; what a dry run found is kept."""
    monkeypatch.setattr(walk, "FORGOTTEN", 2)
    watched(5)
    for dry_run, stored in ((False, 0), (True, 5)):
        made = accept(ORDER.model_copy(update={"dry_run": dry_run}))
        steps(made)
        for page in range(1, 6):
            ends(made, page)
        while steps(made) is not None:
            pass
        with reading() as session:
            rows = session.execute(select(func.count()).where(results.pages.c.reingestion == made)).scalar_one()
        assert (row(made).state, row(made).unchanged, rows) == ("done", 5, stored)


def test_what_ends_pages_of_one_reingestion_leaves_another_alone():
    watched(1)
    made, other = accept(), accept()
    steps(made)
    ends(made, 1)
    steps(made)
    assert (row(made).state, row(made).unchanged) == ("done", 1)
    assert (row(other).state, row(other).planned, counted(other).through) == ("accepted", 0, 0)


def test_reading_and_folding_the_counts_looks_only_at_what_is_not_counted_yet():
    """By an index, however many pages have ended: both are done every second while a large order runs."""
    made = accept()
    with transaction() as session:
        ended = [{"reingestion": made, "page": page, "outcome": "unchanged"} for page in range(1, 2_001)]
        blank = {"changed": [], "counted_at": NOW, "state": "nothing", "announced": False, "differences": []}
        session.execute(insert(results.pages), [entry | blank for entry in ended])
        session.execute(text("ANALYZE"))
    ends(made, 2_001)
    with statements() as message, transaction() as session:
        row = walk.held(session, made)
        assert progress.counts(session, [row])[made].through == 1
        assert progress.fold(session, row, NOW).through == 1
    about_results = [plan(*entry) for entry in message if "reingestion_pages" in entry[0]]
    assert ["reingestion_pages_uncounted" in entry for entry in about_results] == [True, True], about_results


@contextmanager
def statements():
    """Each statement that is executed in the block, with its values."""
    messages = []
    listens = (database.engine(), "before_cursor_execute", lambda *called: messages.append(called[2:4]))
    event.listen(*listens)
    try:
        yield messages
    finally:
        event.remove(*listens)


def plan(words, values):
    with database.engine().connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return "\n".join(str(entry[-1]) for entry in connection.exec_driver_sql(f"{explain} {words}", values))
