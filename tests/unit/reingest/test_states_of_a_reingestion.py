"""The states of a re-ingestion, one table for each question: what may be ordered, what ends, and what is done next."""

from typing import get_args

import pytest

from services.reingest.state import VERBS, Left, NotNow, Promotion, Run, State, advance, work

IDLE = Left(to_take=False, under_way=0)
RUNNING = ("accepted", "running", "paused", "cancelling")
ENDED = ("done", "cancelled")
# Of a run that has not ended, and of a dry run's promotion: what each order makes of it; the rest is refused.
OF_A_RUN = {
    ("accepted", "pause"): "paused",
    ("accepted", "resume"): "accepted",
    ("accepted", "cancel"): "cancelling",
    ("running", "pause"): "paused",
    ("running", "resume"): "running",
    ("running", "cancel"): "cancelling",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelling",
    ("cancelling", "cancel"): "cancelling",
}
OF_A_PROMOTION = {
    (None, "promote"): "promoting",
    (None, "discard"): "discarded",
    ("promoting", "pause"): "paused",
    ("promoting", "resume"): "promoting",
    ("promoting", "cancel"): "cancelling",
    ("promoting", "promote"): "promoting",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "promoting",
    ("paused", "cancel"): "cancelling",
    ("paused", "promote"): "paused",
    ("promoted", "promote"): "promoted",
    ("cancelling", "cancel"): "cancelling",
    ("cancelled", "cancel"): "cancelled",
    ("cancelled", "discard"): "discarded",
    ("discarded", "discard"): "discarded",
}


def ordered(verb, state):
    """What the order makes of it, or None where it is refused."""
    try:
        return VERBS[verb](state)
    except NotNow:
        return None


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_can_be_ordered_what_the_table_says_and_nothing_else(verb, dry_run):
    for run in RUNNING:
        answer = OF_A_RUN.get((run, verb))
        expected = State(answer, dry_run=dry_run) if answer else None
        assert ordered(verb, State(run, dry_run=dry_run)) == expected, run


@pytest.mark.parametrize("verb", VERBS)
def test_a_promotion_can_be_ordered_what_the_table_says_and_nothing_else(verb):
    for promotion in (None, *get_args(Promotion)):
        answer = OF_A_PROMOTION.get((promotion, verb))
        expected = State("done", answer, dry_run=True) if answer else None
        assert ordered(verb, State("done", promotion, dry_run=True)) == expected, promotion


@pytest.mark.parametrize("verb", VERBS)
def test_what_has_ended_and_was_no_dry_run_stays_as_it_is(verb):
    """To cancel what is cancelled is no fault; all else is refused."""
    for run in ENDED:
        same = State(run) if (run, verb) == ("cancelled", "cancel") else None
        assert ordered(verb, State(run)) == same, run


def test_an_order_given_twice_is_given_once():
    """From every state there is."""
    for run in get_args(Run):
        for promotion in (None, *get_args(Promotion)):
            for verb in VERBS:
                once = ordered(verb, State(run, promotion, dry_run=True))
                assert once is None or ordered(verb, once) == once


@pytest.mark.parametrize(
    ("before", "left", "after"),
    [
        (State("accepted"), Left(to_take=True, under_way=0), State("running")),
        (State("running"), Left(to_take=True, under_way=0), State("running")),
        (State("running"), Left(to_take=False, under_way=1), State("running")),
        (State("running"), IDLE, State("done")),
        (State("accepted"), IDLE, State("done")),
        (State("paused"), IDLE, State("paused")),
        (State("cancelling"), Left(to_take=True, under_way=1), State("cancelling")),
        (State("cancelling"), Left(to_take=True, under_way=0), State("cancelled")),
        (State("done", "promoting"), Left(False, 0, open=1), State("done", "promoting")),
        (State("done", "promoting"), Left(False, 0, applying=1), State("done", "promoting")),
        (State("done", "promoting"), IDLE, State("done", "promoted")),
        (State("done", "paused"), IDLE, State("done", "paused")),
        (State("done", "cancelling"), Left(False, 0, open=1, applying=1), State("done", "cancelling")),
        (State("done", "cancelling"), Left(False, 0, open=1), State("done", "cancelled")),
        (State("cancelled", "promoting"), Left(True, 0), State("cancelled", "promoted")),
        (State("done", "discarded"), Left(False, 0, open=1), State("done", "discarded")),
    ],
)
def test_it_moves_on_by_itself_with_what_is_left(before, left, after):
    assert advance(before, left) == after


@pytest.mark.parametrize(
    ("state", "left", "next_work"),
    [
        (State("running"), Left(to_take=True, under_way=9), "take"),
        (State("running"), Left(to_take=False, under_way=9), "wait"),
        (State("paused"), Left(to_take=True, under_way=1), "wait"),
        (State("paused"), Left(to_take=True, under_way=0), None),
        (State("cancelling"), Left(to_take=True, under_way=1), "wait"),
        (State("done"), IDLE, "forget"),
        (State("cancelled"), Left(to_take=True, under_way=0), "forget"),
        (State("done", dry_run=True), Left(False, 0, open=3), None),
        (State("done", "promoting", dry_run=True), Left(False, 0, open=3, applying=9), "promote"),
        (State("done", "promoting", dry_run=True), Left(False, 0, applying=9), "wait"),
        (State("done", "paused", dry_run=True), Left(False, 0, open=3), None),
        (State("done", "cancelled", dry_run=True), Left(False, 0, open=3), None),
        (State("done", "discarded", dry_run=True), Left(False, 0, open=3), "forget"),
    ],
)
def test_its_walk_does_next_what_the_state_and_what_is_left_say(state, left, next_work):
    assert work(state, left) == next_work


def test_a_refusal_says_in_which_state_it_is_and_what_it_cannot():
    with pytest.raises(NotNow, match=r"is done: it cannot be paused\."):
        VERBS["pause"](State("done"))


def test_it_is_over_when_run_and_promotion_have_ended():
    assert [State(run).over for run in get_args(Run)] == [run in ENDED for run in get_args(Run)]
    over = [State("done", promotion).over for promotion in get_args(Promotion)]
    assert over == [promotion in {"promoted", "cancelled", "discarded"} for promotion in get_args(Promotion)]
