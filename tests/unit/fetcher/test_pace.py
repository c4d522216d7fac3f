"""Whose turn it is: one thing of a host at a time, news before backlogs, and nobody is passed over for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages import Rank
from services.fetcher.pace import LONG_AGO, Places, Slot, Waiting, choose
from services.fetcher.schedule import HOST_PATIENCE

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PLENTY = Places(100, 100)


def host(name="news", *ranks, **standing):
    return Waiting(Slot(name, **({"on_trial": False} | standing)), ranks or (Rank.NEW,))


def chosen(*waiting, places=PLENTY, pace=5.0, busy=(), now=NOW):
    results = [replace(entry, is_asked=entry.slot.name in busy) for entry in waiting]
    turns = [(turn.slot.name, turn.number) for turn in choose(results, now, places, pace=pace)]
    assert choose(waiting, now, places, pace=pace, slow=frozenset(busy)) == choose(results, now, places, pace=pace)
    return turns


def test_a_host_gives_one_thing_at_a_time():
    """However much of it is due, and however much room there is."""
    assert chosen(host("a", *Rank), host("b")) == [("a", 1), ("b", 1)]


def test_a_host_of_which_something_is_in_flight_waits():
    assert chosen(host("a"), host("b"), busy={"a"}) == [("b", 1)]


def test_a_host_waits_for_its_pace_and_for_its_rest():
    soon = NOW + timedelta(seconds=1)
    assert chosen(host(ready_at=soon)) == []
    assert chosen(host(ready_at=soon), now=soon) == [("news", 1)]


def test_a_newsroom_of_your_own_is_asked_for_as_much_as_there_is_room_for():
    """Without a pace, what room there is is shared among the hosts."""
    assert chosen(host("a"), pace=0, places=Places(5, 5)) == [("a", 5)]
    assert chosen(host("a"), host("b"), pace=0, places=Places(5, 5)) == [("a", 3), ("b", 2)]
    assert chosen(host("a"), pace=0, places=Places(5, 5), busy={"a"}) == [("a", 5)]


def test_a_crawl_delay_an_open_breaker_and_a_host_on_trial_are_no_newsroom_of_your_own():
    for standing in ({"crawl_delay": 2.0}, {"failures": HOST_PATIENCE}, {"on_trial": True}):
        assert chosen(host(**standing), pace=0) == [("news", 1)]
        assert chosen(host(**standing), pace=0, busy={"news"}) == []


def test_what_has_no_host_yet_waits_for_nobody():
    """No request is made for it: it is said again with the right one."""
    assert chosen(host(""), busy={""}, places=Places(3, 3)) == [("", 3)]


def test_news_goes_before_backlogs_and_of_either_who_waits_for_longest():
    before = NOW - timedelta(minutes=1)
    waiting = [host("old", Rank.BACKLOG), host("a"), host("b", taken_at=before), host("older", Rank.LAST)]
    assert [name for name, _ in chosen(*waiting, places=Places(3, 3))] == ["a", "b", "old"]


def test_a_few_places_are_the_backlogs():
    """Beside any amount of news it goes on."""
    news = [host(f"news-{number}") for number in range(50)]
    assert ("backlog", 1) in chosen(*news, host("backlog", Rank.BACKLOG), places=Places(8, 8, backlog=1))
    assert ("backlog", 1) not in chosen(*news, host("backlog", Rank.BACKLOG), places=Places(8, 8, backlog=0))


def test_hosts_that_never_answered_take_only_their_share_and_go_last():
    silent = [host(f"silent-{number}", on_trial=True) for number in range(20)]
    results = [name for name, _ in chosen(*silent, host("news"), places=Places(10, 4))]
    assert (results[0], len(results)) == ("news", 5)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(list(Rank))), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_everything_goes_in_the_end_and_no_host_sooner_than_its_pace(backlogs, places):
    """Whatever waits at however many hosts: each turn a claim of few places, once a second."""
    left = {f"host-{number}": [rank] * count for number, (count, rank) in enumerate(backlogs)}
    result = dict.fromkeys(left, LONG_AGO)
    now, pace = NOW, timedelta(seconds=3)
    for _ in range(5_000):
        waiting = [
            host(name, of_it[0], taken_at=result[name], ready_at=result[name] + pace)
            for name, of_it in left.items()
            if of_it
        ]
        if not waiting:
            return
        turns = choose(waiting, now, Places(places, places), pace=3.0)
        assert len(turns) <= places
        for turn in turns:
            assert now - result[turn.slot.name] >= pace
            result[turn.slot.name] = now
            left[turn.slot.name].pop()
        now += timedelta(seconds=1)
    raise AssertionError(f"still waiting: {left}")
