"""When trouble of the service is announced: once when it begins and once when it is over, whatever flickers."""

from datetime import UTC, datetime, timedelta

from services.runtime.troubles.decide import PATIENCE, QUIET, KnownTrouble, review

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ARCHIVE, LETTERS = ("archive_closed", "gate/archive"), ("dead_letters", "messages/ParsePage")


def told(key, looks):
    """What is announced over looks a minute apart; each look says whether the trouble was there."""
    known, news = {}, []
    for number, there in enumerate(looks):
        now = NOW + number * MINUTE
        result = review(list(known.values()), {key} if there else set(), now)
        news += [f"{number} begun"] * len(result.begun) + [f"{number} ended"] * len(result.ended)
        for new in result.new:
            known[new] = KnownTrouble(new, now, now, announced=new in result.begun)
        for entry in result.seen:
            before = known[entry]
            known[entry] = KnownTrouble(entry, before.first_seen, now, before.announced or entry in result.begun)
        for over in (*result.ended, *result.forgotten):
            del known[over]
    return news


def test_a_trouble_that_lasts_is_announced_once():
    """Not each minute: an hour of a full disk is one notice."""
    assert told(LETTERS, [True] * 60) == ["0 begun"]


def test_a_gate_is_given_two_minutes():
    """A disk that is full for a moment calls nobody; one that stays full does."""
    assert told(ARCHIVE, [True, True, *[False] * 20]) == []
    assert told(ARCHIVE, [True] * 5) == ["2 begun"]
    assert PATIENCE["archive_closed"] == 2 * MINUTE


def test_its_end_is_announced_once_and_only_when_it_stays_away():
    """Ten minutes without it."""
    assert told(LETTERS, [True, *[False] * 30]) == ["0 begun", "10 ended"]
    assert timedelta(minutes=10) == QUIET


def test_what_flickers_is_one_trouble():
    """Away for nine minutes and back, ten times over: one beginning, and one end at last."""
    flickers = ([True] + [False] * 9) * 10
    assert told(LETTERS, flickers + [False] * 5) == ["0 begun", "100 ended"]


def test_what_comes_back_after_its_end_is_a_new_trouble():
    """Each beginning has its end, in turn."""
    assert told(LETTERS, [True, *[False] * 12, True, *[False] * 12]) == ["0 begun", "10 ended", "13 begun", "23 ended"]


def test_patience_counts_from_the_first_look_even_if_it_flickers():
    """What is there again and again for two minutes is there."""
    assert told(ARCHIVE, [True, False, True, True]) == ["2 begun"]


def test_two_troubles_know_nothing_of_each_other():
    """Of one kind at two things, or of two kinds."""
    other = ("dead_letters", "messages/SaveArticle")
    standing = KnownTrouble(LETTERS, NOW - MINUTE, NOW - MINUTE, announced=True)
    result = review([standing], {LETTERS, other}, NOW)
    assert (result.new, result.seen, result.begun) == ((other,), (LETTERS,), (other,))


def test_a_clock_that_is_set_back_ends_nothing():
    """Time may go backwards on a machine whose clock is corrected."""
    standing = KnownTrouble(LETTERS, NOW, NOW, announced=True)
    assert review([standing], set(), NOW - timedelta(hours=5)).ended == ()
