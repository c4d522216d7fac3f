"""Pause, resume and cancel; dead workers and orders that overlap: no page is lost and none is counted twice."""

import threading
from datetime import timedelta

import pytest

from services.contracts.wiring import KINDS, ROUTES
from services.reingest import walk
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from tests.support.drain import drain
from tests.support.reingested import (
    SOON,
    as_an_older_parser_read,
    asked,
    done,
    order,
    publish,
    scalar,
    settle,
    sound,
)

pytestmark = pytest.mark.integration

PAGES = (1, 2, 3, 4, 5)


@pytest.fixture
def slow(monkeypatch):
    """Two pages at a time, so that there is a middle to stop in."""
    monkeypatch.setattr("services.reingest.walk.BATCH", 2)
    monkeypatch.setattr("services.reingest.walk.UNDER_WAY", {"reparse": 1, "refetch": 1})
    monkeypatch.setattr("services.reingest.promotion.AT_ONCE", 2)
    monkeypatch.setattr("services.reingest.promotion.UNDER_WAY", 1)


def begun(operator):
    """An order whose first pages are through, and no more."""
    publish(*PAGES)
    place = order(operator)
    settle(lambda: scalar("SELECT planned FROM reingestions") > 0)
    assert operator.get(place).json()["state"] == "running"
    return place


def test_a_pause_takes_no_more_pages_and_resuming_goes_on_where_it_was(operator, slow):
    """Asked twice is asked once; between the two nothing waits in the ledger."""
    place = begun(operator)
    for _ in range(2):
        assert asked(operator, f"{place}/pause", 200)["state"] == "paused"
    settle()
    resting = operator.get(place).json()
    assert (resting["state"], resting["seconds_left"]) == ("paused", None)
    assert resting["planned"] == sum(resting["outcomes"].values()) < len(PAGES)
    for _ in range(2):
        assert asked(operator, f"{place}/resume", 200)["state"] == "running"
    ended = done(operator, place)
    assert (ended["planned"], ended["outcomes"]["unchanged"], ended["dead_lettered"]) == (5, 5, 0)
    assert "paused" not in asked(operator, f"{place}/pause", 409)["title"]


def test_a_pause_before_the_first_step_holds(operator):
    """Who stops what was only just ordered need not have waited for it to begin."""
    publish(1)
    place = order(operator)
    asked(operator, f"{place}/pause", 200)
    settle()
    assert operator.get(place).json()["planned"] == 0
    asked(operator, f"{place}/resume", 200)
    assert done(operator, place)["planned"] == 1


def test_of_a_pause_and_its_end_the_later_one_counts_also_when_a_step_is_being_taken(operator, slow):
    """The step that reads the pause ends the walk; the end of the pause begins it again, and is not lost with it."""
    place = begun(operator)
    asked(operator, f"{place}/pause", 200)
    (step,) = jobs.claim("Reingest", [scalar("SELECT id FROM ledger WHERE kind = 'Reingest'")], utcnow() + SOON)
    with step.complete() as session:
        assert walk.step(session, step.message().reingestion, None, step.now) in {None, walk.WAIT}
        asked_meanwhile = threading.Thread(target=lambda: asked(operator, f"{place}/resume", 200))
        asked_meanwhile.start()
    asked_meanwhile.join(60)
    assert done(operator, place)["planned"] == 5


def looked(operator):
    """An order whose first pages are through, and the next pages that it found."""
    place = begun(operator)
    only_pages = tuple(kind for kind in worker._handlers if kind != "Reingest")
    while waiting := jobs.due(utcnow(), kinds=only_pages):
        assert [worker.handle(kind, [row_id]) for row_id, kind in waiting]
    with reading() as session:
        result = walk.look(session, 1)
    assert len(result.pages) == 2
    return place, result


def test_a_step_takes_nothing_for_which_it_looked_before_a_pause(operator, slow):
    """It looks for the next pages without a lock; the row it then holds is what counts."""
    place, result = looked(operator)
    asked(operator, f"{place}/pause", 200)
    planned = operator.get(place).json()["planned"]
    with transaction() as session:
        walk.step(session, 1, result, utcnow())
    assert operator.get(place).json()["planned"] == planned


def test_pages_looked_for_twice_are_taken_once(operator, slow):
    """Two steps that found the same pages: the second one finds the order elsewhere."""
    place, result = looked(operator)
    for _ in range(2):
        with transaction() as session:
            walk.step(session, 1, result, utcnow())
    assert scalar("SELECT planned FROM reingestions") == 4
    ended = done(operator, place)
    assert (ended["planned"], sum(ended["outcomes"].values())) == (5, 5)


def test_a_cancelled_one_ends_with_the_pages_it_took_and_cannot_go_on(operator, slow):
    place = begun(operator)
    for _ in range(2):
        assert asked(operator, f"{place}/cancel", 200)["state"] == "cancelling"
    ended = done(operator, place, "cancelled")
    assert ended["planned"] == sum(ended["outcomes"].values()) < len(PAGES)
    assert asked(operator, f"{place}/cancel", 200)["state"] == "cancelled"
    assert "cannot be resumed" in asked(operator, f"{place}/resume", 409)["detail"]
    entries = operator.get("/admin/audit").json()["entries"]
    assert [entry["action"] for entry in entries] == [
        "reingestion.ended",
        "reingestion.cancelled",
        "reingestion.ordered",
    ]


def test_a_paused_one_can_be_cancelled(operator, slow):
    place = begun(operator)
    asked(operator, f"{place}/pause", 200)
    settle()
    asked(operator, f"{place}/cancel", 200)
    done(operator, place, "cancelled")


def test_a_promotion_rests_goes_on_and_is_cancelled_like_the_run_itself(operator, slow, monkeypatch):
    """Asked twice is asked once; what was under way is finished, what was done stays done, the rest is left alone."""
    monkeypatch.setattr("services.reingest.promotion.AT_ONCE", 1)
    publish(*PAGES)
    as_an_older_parser_read(*PAGES)
    place = order(operator, dry_run=True)
    done(operator, place)
    asked(operator, f"{place}/promote")

    def steered(step, to, applied):
        settle(lambda: scalar("SELECT count(*) FROM reingestion_pages WHERE state = 'applied'") >= applied)
        assert all(asked(operator, f"{place}/{step}", 200)["preview"] in to for _ in range(2))
        settle()
        return operator.get(f"{place}/report").json()["promotion"]

    resting = steered("pause", {"paused"}, 1)
    assert (resting["applying"], resting["applied"] + resting["open"], resting["open"] > 0) == (0, 5, True)
    assert [asked(operator, f"{place}/resume", 200)["preview"] for _ in range(2)] == ["promoting"] * 2
    ended = steered("cancel", {"cancelling", "cancelled"}, resting["applied"] + 1)
    assert (ended["applying"], ended["applied"] + ended["open"], ended["open"] > 0) == (0, 5, True)
    assert scalar("SELECT count(*) FROM revisions WHERE cause = 'reparse'") == ended["applied"]
    assert (operator.get(place).json()["preview"], sound()) == ("cancelled", [])
    assert "cannot be promoted" in asked(operator, f"{place}/promote", 409)["detail"]
    assert asked(operator, f"{place}/discard")["preview"] == "discarded"
    actions = [entry["action"].removeprefix("reingestion.") for entry in operator.get("/admin/audit").json()["entries"]]
    steps = ["promotion_paused", "promotion_resumed", "promotion_cancelled", "promotion_ended", "discarded"]
    assert actions[::-1] == ["ordered", "ended", "promoted", *steps]


def test_workers_that_die_anywhere_on_the_way_lose_no_page_and_count_none_twice(operator, slow):
    """Every message is claimed by a worker that is never heard of again, in a dry run and in its promotion."""
    publish(*PAGES)
    as_an_older_parser_read(*PAGES)
    place = order(operator, dry_run=True)
    _die_at_every_step()
    ended = done(operator, place)
    assert (ended["planned"], ended["outcomes"]["updated"]) == (5, 5)
    asked(operator, f"{place}/promote")
    _die_at_every_step()
    settle()
    assert operator.get(f"{place}/report").json()["promotion"]["applied"] == 5
    assert scalar("SELECT count(*) FROM revisions WHERE cause = 'reparse'") == 5
    assert (operator.get(place).json()["preview"], sound()) == ("promoted", [])


def test_two_at_once_on_the_same_pages_write_each_change_once(operator):
    """One finds the other's work done; both come to their end, and the store holds together."""
    publish(*PAGES)
    as_an_older_parser_read(*PAGES)
    first, second = order(operator), order(operator, {"text": "ferries"})
    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    outcomes = [done(operator, place)["outcomes"] for place in (first, second)]
    assert [sum(outcome[name] for outcome in outcomes) for name in ("updated", "unchanged")] == [5, 5]
    assert scalar("SELECT count(*) FROM revisions WHERE cause = 'reparse'") == 5
    assert sound() == []


def _die_at_every_step():
    """For each message once: somebody claims it and dies; its lease ends, and only then it is handled."""
    died, late = set(), utcnow()
    for _ in range(400):
        late += max(route.lease for route in ROUTES.values()) + timedelta(seconds=1)
        waiting = [
            entry for entry in jobs.due(late, kinds=tuple(worker._handlers)) if not ROUTES[KINDS[entry[1]]].timer
        ]
        if not waiting:
            return
        for row_id, kind in waiting:
            if row_id in died:
                worker.handle(kind, [row_id], late)
            else:
                died.add(row_id)
                jobs.claim(kind, [row_id], late)
    raise AssertionError("it never came to an end")
