"""Shares of answers by class of latency."""

import pytest

from services.webhooks.statistics import Tally, within


@pytest.mark.parametrize(
    ("answered", "share", "bound"),
    [
        ({}, 0.5, None),
        ({100: 1}, 0.95, 100),
        ({25: 50, 500: 50}, 0.5, 25),
        ({25: 49, 500: 51}, 0.5, 500),
        ({500: 5, 25: 95}, 0.95, 25),
        ({15_000: 6, 25: 94}, 0.95, 15_000),
    ],
)
def test_the_bound_is_the_first_class_that_makes_up_the_share(answered, share, bound):
    assert within(answered, share) == bound


def test_an_attempt_without_an_answer_counts_and_has_no_latency():
    tally = Tally()
    tally.add(3, 100, delivered=True)
    tally.add(2, None, delivered=False)
    tally.add(1, 250, delivered=False)
    counts = tally.counts()
    assert (counts.attempts, counts.delivered, counts.half_within, counts.most_within) == (6, 3, 100, 250)
