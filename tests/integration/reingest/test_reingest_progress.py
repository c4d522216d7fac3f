"""A re-ingestion is followed to its end: one word at once, one when something changes, and a last one."""

import json
import threading

import pytest

from services.reingest import following
from services.runtime.http import long_poll
from tests.support.reingested import as_an_older_parser_read, asked, order, publish, settle

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _brisk(monkeypatch):
    monkeypatch.setattr(following, "EVERY", 0)
    monkeypatch.setattr(long_poll, "PAUSE", 0.01)


def told(answer):
    """Name and words of each event."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = [dict(line.split(": ", 1) for line in frame.split("\n")) for frame in answer.text.split("\n\n") if frame]
    return [(frame["event"], json.loads(frame["data"])) for frame in frames if "data" in frame]


def followed(operator, place):
    """What is told from before the work until its end."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(operator.get(f"{place}/progress")))
    thread.start()
    settle()
    thread.join(120)
    return told(*answers)


def test_a_dry_run_and_then_its_promotion_are_told_as_they_go_on(operator):
    """Only the last word is `ended`, and says what the resource itself says then."""
    publish(1, 2)
    as_an_older_parser_read(1, 2)
    place = order(operator, dry_run=True)
    events = followed(operator, place)
    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["ended"]
    ended = events[-1][1]
    assert (ended["state"], ended["outcomes"]["updated"], ended["promotion"], ended["over"]) == ("done", 2, None, True)
    assert operator.get(place).json().items() <= ended.items()
    asked(operator, f"{place}/promote")
    name, ended = followed(operator, place)[-1]
    assert (name, ended["preview"]) == ("ended", "promoted")
    assert ended["promotion"] == {"open": 0, "applying": 0, "applied": 2, "stale": 0}


def test_what_is_over_is_told_once(operator):
    place = order(operator)
    settle()
    assert [name for name, _ in told(operator.get(f"{place}/progress"))] == ["ended"]


def test_who_follows_what_is_not_there_or_has_no_seat_is_told_so(operator, monkeypatch):
    """Before a stream begins."""
    assert operator.get("/admin/reingestions/99/progress").status_code == 404
    monkeypatch.setattr(long_poll, "SEATS_OF_A_KEY", 0)
    assert operator.get("/admin/reingestions/99/progress").status_code == 429
