"""Turns at a host: nobody within the pace of another, everybody a slot of their own, live before bulk."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.pace import Queue, take_turn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PACE = timedelta(seconds=5)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def line_up(count, lane="live", queue=Queue(), now=NOW):  # noqa: B008 - frozen
    """So many pages without tickets arrive at once; their tickets (None: it went), and the host afterwards."""
    tickets = []
    for _ in range(count):
        turn = take_turn(queue, None, lane, now, PACE)
        queue = turn.queue
        tickets.append(turn.ticket)
    return tickets, queue


def test_the_first_goes_and_the_others_get_slots_of_their_own():
    """No thundering herd: four waiting pages come back at four different times."""
    tickets, _ = line_up(5)
    assert tickets == [None, at(5), at(10), at(15), at(20)]


def test_a_ticket_is_honoured_at_its_time():
    """The one whose slot it is goes, and the queue behind it does not move."""
    _, queue = line_up(3)
    turn = take_turn(queue, at(5), "live", at(5), PACE)
    assert turn.due is None
    assert turn.queue.next_live_at == queue.next_live_at


def test_who_comes_too_early_waits_for_the_time_on_the_ticket():
    """And keeps it."""
    _, queue = line_up(3)
    turn = take_turn(queue, at(10), "live", at(6), PACE)
    assert (turn.ticket, turn.due) == (at(10), at(10))


def test_who_is_held_up_for_a_moment_keeps_the_ticket():
    """The one before went half a second late: wait that long, instead of joining the end of the queue."""
    _, queue = line_up(1000)
    late = take_turn(queue, at(5), "live", at(5.5), PACE).queue
    turn = take_turn(late, at(10), "live", at(10), PACE)
    assert (turn.ticket, turn.due) == (at(10), at(10.5))
    assert take_turn(turn.queue, at(10), "live", at(10.5), PACE).due is None


def test_stale_tickets_line_up_again():
    """After an hour's standstill one goes at once and the others take new slots, a pace apart."""
    tickets, queue = line_up(5)
    dues = []
    for ticket in tickets[1:]:
        turn = take_turn(queue, ticket, "live", at(3600), PACE)
        queue = turn.queue
        dues.append(turn.due)
    assert dues == [None, at(3605), at(3610), at(3615)]


def test_bulk_pages_never_push_a_live_one_back():
    """A thousand pages of a backlog wait, and the news goes at the very next turn."""
    _, queue = line_up(1000, "bulk")
    turn = take_turn(queue, None, "live", at(1), PACE)
    assert turn.due == at(5)


def test_a_page_that_waits_in_the_bulk_queue_too_is_not_kept_from_its_live_turn():
    """A re-ingestion of everything gave it a slot an hour from now; its visit by plan goes before that queue."""
    tickets, queue = line_up(1000, "bulk")
    turn = take_turn(queue, tickets[-1], "live", at(1), PACE)
    assert turn.due == at(5)


def test_bulk_pages_stand_back_while_live_ones_wait():
    """A bulk page whose slot has come gives way, and takes another one behind them."""
    _, queue = line_up(2, "bulk")
    _, queue = line_up(3, "live", queue, at(1))
    turn = take_turn(queue, at(5), "bulk", at(5), PACE)
    assert turn.due >= queue.next_live_at


def test_a_host_that_wants_rest_gets_it():
    """Retry-After: nobody goes before, and afterwards they go one by one."""
    tickets, _ = line_up(3, queue=Queue(resumes_at=at(100)))
    assert tickets == [at(100), at(105), at(110)]


def test_without_a_pace_everybody_goes():
    """For a newsroom of your own on loopback."""
    queue = Queue()
    for _ in range(5):
        turn = take_turn(queue, None, "live", NOW, timedelta())
        queue = turn.queue
        assert turn.due is None


@given(
    st.lists(st.tuples(st.sampled_from(["live", "bulk"]), st.floats(0, 20), st.floats(0, 9)), min_size=1, max_size=25)
)
def test_no_two_go_within_the_pace_and_everybody_goes(arrivals):
    """Whoever arrives when, in whichever lane, and however late a worker picks them up."""
    queue, gone = Queue(), []
    waiting = [(at(arrives), number, lane, None, late) for number, (lane, arrives, late) in enumerate(arrivals)]
    for _ in range(5_000):
        if not waiting:
            break
        waiting.sort()
        due, number, lane, ticket, late = waiting.pop(0)
        now = max(due + timedelta(seconds=late), gone[-1] if gone else NOW)
        turn = take_turn(queue, ticket, lane, now, PACE)
        queue = turn.queue
        if turn.due is None:
            gone.append(now)
        else:
            assert turn.due > now
            waiting.append((turn.due, number, lane, turn.ticket, late / 2))
    assert len(gone) == len(arrivals)
    assert all(after - before >= PACE for before, after in pairwise(gone))
