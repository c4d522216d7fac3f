"""When a worker counts as stuck: the decision alone, told the time."""

import os
import time

import pytest

from services.contracts.wiring import SERVICES
from services.runtime import liveness
from services.runtime.celery import wake_ups
from services.runtime.liveness import silent_since


def test_a_wait_begins_when_it_is_first_seen():
    """A worker that was idle for an hour is not to blame for a wake-up of this moment."""
    assert silent_since(None, 3600.0, signed=0.0, waiting=3) == 3600.0


def test_a_wait_goes_on_while_hints_are_there_and_nothing_is_heard():
    assert silent_since(100.0, 130.0, signed=99.0, waiting=1) == 100.0


def test_a_sign_of_life_ends_the_wait():
    """However many wake-ups are still there: a long queue is work, not silence."""
    assert silent_since(100.0, 130.0, signed=129.0, waiting=10_000) is None


def test_an_empty_queue_ends_the_wait():
    """Nothing due, nothing to blame."""
    assert silent_since(100.0, 130.0, signed=0.0, waiting=0) is None


def test_no_work_is_long_enough_to_look_like_silence():
    """The hard limit on parsing, the deadlines of the network: all are shorter than the shortest patience."""
    assert min(liveness.patience([service]) for service in SERVICES) > wake_ups.HARD_LIMIT


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child does nothing that a lock could hold up
def test_a_sign_that_a_child_gives_is_seen_by_its_parent():
    """Claims happen in the pool's children; the watch is in the main process."""
    before = time.monotonic()
    child = os.fork()
    if not child:
        liveness.sign()
        os._exit(0)
    os.waitpid(child, 0)
    assert before <= liveness.last_sign() <= time.monotonic()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # as above
def test_a_sign_of_another_worker_is_no_sign_of_ours():
    """Workers of one machine are forks of one process: a hung one must not pass for alive because its sibling is."""
    before = liveness.last_sign()
    child = os.fork()
    if not child:
        liveness.begin()
        liveness.sign()
        os._exit(0 if liveness.last_sign() > before else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert liveness.last_sign() == before
