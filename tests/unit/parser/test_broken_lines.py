"""Lines that a dump broke, put together at the price of their length."""

import time

from services.parser.dumps.broken import mend_broken

FIRST = "The harbor was opened by", False
PIECES = 2_000, 32_000
GROWTH = 2.5
"""How much more than its size the larger may cost: a quadratic step would make it sixteen times."""


def test_a_sentence_in_pieces_is_one_line_with_all_of_them():
    pieces = [FIRST, *[("the mayor,", False)] * 1_000, ("and it rained.", False)]
    assert mend_broken(pieces) == [(" ".join(text for text, _ in pieces), False)]


def test_a_sentence_of_many_pieces_costs_its_length():
    """One of 45,000 took 12 s: all of what was joined was gone over again for each."""
    small, large = (_seconds([FIRST, *[("the mayor,", False)] * pieces]) for pieces in PIECES)
    assert large <= small * PIECES[1] / PIECES[0] * GROWTH


def _seconds(pieces):
    begun = time.process_time()
    mend_broken(pieces)
    return time.process_time() - begun
