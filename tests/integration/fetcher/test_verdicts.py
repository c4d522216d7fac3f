"""What became of a page is one row, the same in whichever order parser and store come to write it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from services.contracts.messages import Rejection
from services.runtime.database import reading, transaction
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from tests.support.orders import NOW, order

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]


def at(minute):
    return NOW + timedelta(minutes=minute)


def gave(minute, *, parser="1", article="art_a", page=1):
    """The capture of this minute gave an article."""
    return lambda session: verdicts.hold_read(session, page, article, Read.of(order(minute=minute, parser=parser)))


def gave_none(minute, *, parser="1", reason="stub", page=1):
    """The capture of this minute gave none."""
    why = Rejection(
        capture=f"capture-{minute}", fetched_at=at(minute), parser=parser, reason=reason, detail="Only a link."
    )
    return lambda session: verdicts.hold_rejected(session, page, why)


def becomes(*steps):
    """The verdict on page 1 after these, each in a transaction of its own: what was read last, and what is wrong."""
    for step in steps:
        with transaction() as session:
            step(session)
    with reading() as session:
        result = verdicts.find(session, 1)
    return result.read_capture, result.rejected_capture, result.rejected_reason


def test_a_page_of_which_nothing_is_known_has_no_verdict():
    with reading() as session:
        assert verdicts.find(session, 1) is None


def test_a_reading_says_who_read_what_and_which_article_it_is():
    becomes(gave(3, parser="2.1"))
    with reading() as session:
        result = verdicts.find(session, 1)
    assert (result.article, result.read_capture, result.read_fetched_at) == ("art_a", "capture-3", at(3))
    assert (result.read_parser, result.read_layout, result.rejected_reason) == ("2.1", "afpims", None)


@pytest.mark.parametrize("steps", list(permutations((gave(1), gave(2), gave(3)))))
def test_the_last_readable_capture_is_the_last_one_in_whichever_order_they_are_read(steps):
    assert becomes(*steps) == ("capture-3", None, None)


@pytest.mark.parametrize("steps", list(permutations((gave(1), gave_none(2)))))
def test_an_article_behind_a_wall_is_remembered_and_so_is_the_wall(steps):
    """The page gave an article once, and shows a wall now: both are true, whichever is written first."""
    assert becomes(*steps) == ("capture-1", "capture-2", "stub")


@pytest.mark.parametrize("steps", list(permutations((gave_none(1), gave(2)))))
def test_a_verdict_on_bytes_that_gave_way_to_an_article_is_old_news(steps):
    assert becomes(*steps) == ("capture-2", None, None)


@pytest.mark.parametrize("steps", list(permutations((gave_none(1, reason="empty"), gave_none(2)))))
def test_the_verdict_on_the_later_capture_stands(steps):
    assert becomes(*steps) == (None, "capture-2", "stub")


@pytest.mark.parametrize("steps", list(permutations((gave_none(1, parser="9"), gave(1, parser="10")))))
def test_of_two_parsers_of_one_capture_the_newer_one_is_right(steps):
    """By the number of its version, which is no matter of letters; a worker of an older age may be slow."""
    assert becomes(*steps) == ("capture-1", None, None)


@pytest.mark.parametrize("steps", list(permutations((gave(1, parser="9"), gave_none(1, parser="10")))))
def test_what_a_newer_parser_rejects_is_rejected_and_what_gave_the_article_is_known(steps):
    assert becomes(*steps) == ("capture-1", "capture-1", "stub")


def test_of_one_parser_the_last_word_counts():
    """A page that costs too much is rejected at the second attempt; read at the third, it is read."""
    assert becomes(gave(1), gave_none(1)) == ("capture-1", "capture-1", "stub")
    assert becomes(gave(1)) == ("capture-1", None, None)


def test_an_older_capture_that_is_read_again_leaves_the_wall_where_it_is():
    assert becomes(gave(1), gave_none(2), gave(1, parser="2")) == ("capture-1", "capture-2", "stub")


def test_many_at_once_come_to_the_same():
    """Parser and store write the same row at the same time; nobody waits for ever, and the latest stands."""
    steps = [gave(minute) if minute % 2 else gave_none(minute) for minute in range(12)]

    def write(step):
        with transaction() as session:
            step(session)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(write, steps))
    assert becomes() == ("capture-11", None, None)


@pytest.mark.parametrize(
    ("capture", "minute", "rejected"),
    [("capture-2", 2, True), ("capture-1", 1, True), ("capture-3", 3, False), (None, None, False)],
)
def test_a_verdict_is_about_its_capture_and_those_before(capture, minute, rejected):
    """Newer bytes await a verdict of their own."""
    becomes(gave_none(2))
    with reading() as session:
        result = verdicts.find(session, 1)
    assert result.rejects(capture, minute and at(minute)) is rejected
