"""Requests in flight: many wait at a time, and those that wait for long keep nobody else waiting."""

import threading
import time
from datetime import timedelta

import pytest

from services.runtime.database import utcnow
from services.runtime.ledger import in_flight
from services.runtime.ledger.in_flight import Claimed, InFlight
from services.runtime.ledger.jobs import Job

pytestmark = pytest.mark.slow

LONG = 60.0


class Waiting:
    """Messages that wait, each at a host of its own; those in `silent` are not answered before `answers`."""

    def __init__(self, number, silent=(), on_trial=()):
        self.left = list(range(number))
        self.silent, self.on_trial = set(silent), set(on_trial)
        self.answers = threading.Event()
        self.rooms, self.ended = [], []

    def claim(self, now, room):
        self.rooms.append(room)
        jobs, on_trial = [], room.on_trial
        for number in list(self.left):
            if len(jobs) < room.places and (number not in self.on_trial or on_trial > 0):
                on_trial -= number in self.on_trial
                self.left.remove(number)
                jobs.append(job(number, now))
        return Claimed(jobs, None, [entry.id for entry in jobs if entry.id in self.on_trial])

    def run(self, job):
        if job.id in self.silent:
            self.answers.wait(LONG)
        self.ended.append(job.id)


def job(number, now):
    return Job(number, "FetchPage", str(number), f"host-{number}", "live", 1, "token", "trace", now, 0.0, "{}")


@pytest.fixture
def flying():
    begun = []

    def begins(waiting, places=4):
        made = InFlight(waiting.claim, waiting.run, places=places)
        begun.append((made, waiting))
        made.begin()
        return made

    yield begins
    for made, waiting in begun:
        made.stop()
        waiting.answers.set()


def wait_for(truth):
    ends = time.monotonic() + LONG
    while not truth():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_no_more_are_in_flight_than_there_are_places(flying, monkeypatch):
    monkeypatch.setattr(in_flight, "SLOW", LONG)
    waiting = Waiting(6, silent=range(6))
    made = flying(waiting)
    wait_for(lambda: made.room().places == 0)
    assert len(waiting.left) == 2
    waiting.answers.set()
    wait_for(lambda: sorted(waiting.ended) == list(range(6)))


def test_hosts_that_fall_silent_in_the_same_moment_give_their_places_up(flying, monkeypatch):
    """Sixteen of them held all threads for eight seconds: each had always answered, and none was on trial."""
    monkeypatch.setattr(in_flight, "SLOW", 0.05)
    waiting = Waiting(40, silent=range(20))
    made = flying(waiting)
    wait_for(lambda: sorted(waiting.ended) == list(range(20, 40)))
    assert made.room().slow == {f"host-{number}" for number in range(20)}


def test_there_is_an_end_to_what_one_process_has_in_flight(flying, monkeypatch):
    """Each takes a thread and a socket."""
    monkeypatch.setattr(in_flight, "SLOW", 0.01)
    monkeypatch.setattr(in_flight, "MOST", 6)
    waiting = Waiting(20, silent=range(20))
    made = flying(waiting)
    wait_for(lambda: len(waiting.left) == 14)
    time.sleep(0.1)
    assert (made.room().places, len(waiting.left)) == (0, 14)


def test_hosts_on_trial_hold_half_of_the_places(flying, monkeypatch):
    """Those that never answered wait for one another; the others have places at once."""
    monkeypatch.setattr(in_flight, "SLOW", LONG)
    waiting = Waiting(10, silent=range(9), on_trial=range(9))
    flying(waiting)
    wait_for(lambda: waiting.ended == [9])
    assert len(waiting.left) == 7


def test_a_wake_up_is_enough_to_look(flying, monkeypatch):
    """And without one it looks every few seconds, so that Redis is not needed."""
    waiting = Waiting(0)
    made = flying(waiting)
    wait_for(lambda: waiting.rooms)
    waiting.left.append(1)
    made.wake()
    wait_for(lambda: waiting.ended == [1])
    monkeypatch.setattr(in_flight, "REST", 0.05)
    made.wake()
    looked = len(waiting.rooms)
    wait_for(lambda: len(waiting.rooms) > looked + 1)
    waiting.left.append(2)
    wait_for(lambda: waiting.ended == [1, 2])


def test_it_looks_again_when_the_next_one_is_due(flying, monkeypatch):
    monkeypatch.setattr(in_flight, "REST", LONG)
    waiting, requests = Waiting(1), []

    def claim(now, room):
        requests.append(now)
        return Claimed(again=utcnow() + timedelta(milliseconds=50)) if len(requests) < 3 else waiting.claim(now, room)

    made = InFlight(claim, waiting.run, places=4)
    made.begin()
    wait_for(lambda: waiting.ended == [0])
    made.stop()


def test_a_claim_that_fails_ends_nothing(flying, monkeypatch):
    """Without the thread that claims nothing would ever be asked for again."""
    monkeypatch.setattr(in_flight, "REST", 0.01)
    waiting, failures = Waiting(1), iter([True, True, False])

    def claim(now, room):
        if next(failures, False):
            raise RuntimeError
        return waiting.claim(now, room)

    made = InFlight(claim, waiting.run, places=4)
    made.begin()
    wait_for(lambda: waiting.ended == [0])
    made.stop()


def test_one_that_can_take_nothing_on_says_for_how_long(flying, monkeypatch):
    """When all threads hang for good, the process ends and is started again."""
    monkeypatch.setattr(in_flight, "SLOW", 0.01)
    monkeypatch.setattr(in_flight, "MOST", 2)
    waiting = Waiting(3, silent=range(3))
    made = flying(waiting)
    wait_for(lambda: made.hung_for() > 0.2)
    waiting.answers.set()
    wait_for(lambda: made.hung_for() < 0.2)


def test_one_that_took_too_much_memory_takes_nothing_more_and_ends(flying, monkeypatch):
    """Once its work is done, as a parser's child is replaced."""
    messages = []
    monkeypatch.setattr(in_flight.os, "kill", lambda *called: messages.append(called))
    waiting = Waiting(2, silent=[0])
    made = flying(waiting, places=1)
    wait_for(lambda: waiting.left == [1])
    made._memory = 1
    monkeypatch.setattr(in_flight, "SLOW", 0.01)
    time.sleep(0.1)
    assert (waiting.left, messages) == ([1], [])
    waiting.answers.set()
    wait_for(lambda: messages)
    assert waiting.left == [1]
    made.stop()
