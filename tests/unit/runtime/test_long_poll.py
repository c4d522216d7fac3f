import asyncio
import itertools

import pytest
from sqlalchemy.exc import OperationalError

from services.runtime.http import long_poll
from services.runtime.http.long_poll import Watch, seat
from services.runtime.http.problems import Problem

PATIENCE = 60.0
NEVER = 3_600.0


@pytest.fixture(autouse=True)
def _brisk(monkeypatch):
    """Looks follow one another without a pause, and nobody is told to stop for longer than a test."""
    monkeypatch.setattr(long_poll, "PAUSE", 0)
    yield
    long_poll.stopping.clear()


def run(*waiting):
    """Runs them all, side by side."""

    async def together():
        return await asyncio.wait_for(asyncio.gather(*(entry() for entry in waiting)), PATIENCE)

    return asyncio.run(together())


def test_those_who_wait_are_woken_by_a_number_they_have_not_seen():
    """Each by the first that exceeds what it has seen, and all by the same looks."""
    numbers, last = itertools.count(1), [0]

    def look():
        last[0] = next(numbers)
        return last[0]

    watched = Watch(look)

    async def waits(after):
        await watched.beyond(after, NEVER)
        return last[0] > after

    assert run(lambda: waits(0), lambda: waits(5), lambda: waits(20)) == [True, True, True]


def test_the_time_ends_the_wait_when_nothing_happens():
    run(lambda: Watch(lambda: 7).beyond(7, 0.001))


def test_nobody_looks_when_nobody_waits():
    """The looks end with the last who waits, and begin again with the next."""
    looks = []

    async def waits_twice():
        watched = Watch(lambda: looks.append(1) or 7)
        await watched.beyond(6, NEVER)
        await watched._watching
        after_one = len(looks)
        await watched.beyond(6, NEVER)
        await watched._watching
        return after_one

    (after_one,) = run(waits_twice)
    assert 0 < after_one < len(looks)


def test_a_database_that_is_away_ends_neither_the_looks_nor_the_wait():
    answers = iter([OperationalError("", {}, Exception()), OperationalError("", {}, Exception()), 8])

    def look():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    run(lambda: Watch(look).beyond(7, NEVER))


def test_nobody_waits_in_a_process_that_was_told_to_stop():
    long_poll.stopping.set()
    run(lambda: Watch(lambda: 7).beyond(7, NEVER))


def test_a_key_has_so_many_seats_and_a_seat_that_was_left_is_free(monkeypatch):
    """Another key still finds one."""
    monkeypatch.setattr(long_poll, "SEATS_OF_A_KEY", 1)
    with seat(1):
        with pytest.raises(Problem) as refusal, seat(1):
            pass
        assert refusal.value.status_code == 429
        with seat(2):
            pass
    with seat(1):
        pass


def test_all_together_have_so_many_seats(monkeypatch):
    monkeypatch.setattr(long_poll, "SEATS", 2)
    with seat(1), seat(2):
        with pytest.raises(Problem) as refusal, seat(3):
            pass
        assert refusal.value.status_code == 503
