"""Members that come one by one are settled together, and none waits for nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from services.runtime.ledger.gathering import MOST, Gathering

PATIENCE = 60
"""Seconds for which anybody waits for anybody else here."""
FOR_EVER = 10 * PATIENCE


def settles(gathering, member, spacing=0.0):
    with gathering.coming():
        gathering.settle(member, spacing)


def test_one_alone_is_settled_at_once():
    """However far apart groups are while others come, and however short ago the last one was."""
    groups = []
    gathering = Gathering(groups.append)
    began = time.monotonic()
    for member in "abc":
        settles(gathering, member, FOR_EVER)
    assert groups == [["a"], ["b"], ["c"]]
    assert time.monotonic() - began < PATIENCE


def test_those_that_come_while_others_are_settled_are_the_next_group():
    groups, busy, goes_on = [], threading.Event(), threading.Event()

    def settle(members):
        groups.append(sorted(members))
        busy.set()
        goes_on.wait(PATIENCE)

    gathering = Gathering(settle)
    with ThreadPoolExecutor(4) as pool:
        ended = [pool.submit(settles, gathering, 0)]
        assert busy.wait(PATIENCE)
        ended += [pool.submit(settles, gathering, number) for number in (1, 2, 3)]
        deadline = time.monotonic() + PATIENCE
        while len(gathering._waiting) < 3:
            assert time.monotonic() < deadline
        goes_on.set()
        for entry in ended:
            entry.result(PATIENCE)
    assert groups == [[0], [1, 2, 3]]


def test_it_waits_for_those_that_come_and_no_longer():
    """The last one that comes ends the wait, and so does one that comes to nothing."""
    groups, comes_to_nothing = [], threading.Event()
    gathering = Gathering(groups.append)
    gathering._settled_at = time.monotonic()

    def comes():
        with gathering.coming():
            comes_to_nothing.wait(PATIENCE)

    with ThreadPoolExecutor(3) as pool:
        coming = pool.submit(comes)
        deadline = time.monotonic() + PATIENCE
        while not gathering._coming:
            assert time.monotonic() < deadline
        ended = [pool.submit(settles, gathering, number, FOR_EVER) for number in (1, 2)]
        while len(gathering._waiting) < 2:
            assert time.monotonic() < deadline
        assert groups == []
        comes_to_nothing.set()
        for entry in (coming, *ended):
            entry.result(PATIENCE)
    assert [sorted(group) for group in groups] == [[1, 2]]


def test_a_group_that_fails_stands_in_nobodys_way():
    """Its own thread hears of it; the others go on."""
    groups = []

    def settle(members):
        groups.append(members)
        if members == ["bad"]:
            raise ValueError("bad")

    gathering = Gathering(settle)
    with suppress(ValueError):
        settles(gathering, "bad")
    settles(gathering, "good")
    assert groups == [["bad"], ["good"]]


def test_every_member_of_a_crowd_is_settled_once():
    """In groups of a bounded size."""
    groups = []
    gathering = Gathering(lambda members: groups.append(list(members)))
    crowd = range(400)
    with ThreadPoolExecutor(100) as pool:
        for entry in [pool.submit(settles, gathering, number, 0.01) for number in crowd]:
            entry.result(PATIENCE)
    assert sorted(member for group in groups for member in group) == list(crowd)
    assert max(map(len, groups)) <= MOST
