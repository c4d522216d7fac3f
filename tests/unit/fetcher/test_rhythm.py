"""The rhythm of a source: a silence is told of in time, and hardly ever without reason. `bench_silence` shows more."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest

from services.fetcher.rhythm.days import is_country, kind_of_day
from services.fetcher.rhythm.model import HISTORY, busyness, expected_by, improbability, learn_rhythm
from services.fetcher.rhythm.silence import judge_silence
from tests.bench.bench_silence import (
    BEGIN,
    NEWSROOMS,
    Newsroom,
    by_end_of_next_working_day,
    false_alarms_of,
    first_alarm,
)

DIED = BEGIN + 2 * HISTORY + timedelta(hours=17)
KINDS = {newsroom.name: newsroom for newsroom in NEWSROOMS}


def life(name, seed=1, days=2 * HISTORY.days, **about):
    newsroom = replace(KINDS[name], **about)
    chance = random.Random(f"{name} {seed}")
    return [at for at in newsroom.publishes(chance, BEGIN, days) if at < DIED]


@pytest.mark.parametrize("name", ["one a day", "five a day", "eight a day, uneven", "twelve a day, at once"])
def test_a_source_has_at_most_one_false_alarm_in_a_year(name):
    """Judged at every hour of a year."""
    items = life(name)
    assert len(false_alarms_of(items, BEGIN + HISTORY, BEGIN + 2 * HISTORY, relearn=14)) <= 1


@pytest.mark.parametrize(
    "name", ["six a day", "eight a day, uneven", "twenty a day, uneven", "twelve a day, at once", "fifty a day"]
)
def test_a_busy_source_that_dies_is_told_of_by_the_end_of_the_next_working_day(name):
    alarm = first_alarm(life(name, days=2 * HISTORY.days + 1), DIED, [])
    assert alarm is not None
    assert alarm <= by_end_of_next_working_day(DIED)


def test_a_source_that_publishes_less_is_silent_when_that_is_less_probable_than_one_in_a_thousand():
    items = life("one a day")
    rhythm = learn_rhythm(items, DIED)
    alarm = first_alarm(items, DIED, [])
    assert judge_silence(rhythm, items[-1], alarm).probability <= 0.001
    assert judge_silence(rhythm, items[-1], alarm - timedelta(days=3)).probability > 0.001
    assert timedelta(days=5) < alarm - DIED < timedelta(days=14)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_no_weekend_no_holiday_and_no_christmas_week_is_a_silence(year):
    """Of a source with eight items on each working day, that rests when its country does."""
    begin = datetime(year, 1, 2, tzinfo=UTC) - HISTORY
    quiet = Newsroom("rests", 8.0, weekend=0.0)
    items = list(quiet.publishes(random.Random(year), begin, 2 * HISTORY.days))
    christmas = datetime(year, 12, 31, 23, tzinfo=UTC)
    rhythm = learn_rhythm([at for at in items if at < christmas - timedelta(days=8)], christmas)
    for last, back in (
        (datetime(year, 12, 23, 20, tzinfo=UTC), datetime(year, 12, 26, 13, tzinfo=UTC)),
        (datetime(year, 7, 2, 20, tzinfo=UTC), datetime(year, 7, 5, 13, tzinfo=UTC)),
    ):
        assert not judge_silence(rhythm, last, back).is_alarm


def test_a_source_that_slows_down_for_good_is_followed():
    """A quarter of the items: after some weeks the model expects no more, and it is told of once at most."""
    items = life("eight a day, later two")
    assert learn_rhythm(items, DIED).items_a_day < 3
    slowed = BEGIN + timedelta(days=1.5 * HISTORY.days)
    assert len(false_alarms_of(items, slowed, BEGIN + 2 * HISTORY, relearn=1)) <= 2


def test_of_a_new_source_nothing_is_said_before_ten_working_days():
    items = life("eight a day", days=30)
    assert learn_rhythm([at for at in items if at < BEGIN + timedelta(days=9)], BEGIN + timedelta(days=9)) is None
    assert learn_rhythm(items, BEGIN + timedelta(days=30)).days >= 10


def test_an_outage_of_two_weeks_does_not_make_a_source_one_that_is_often_silent():
    items = life("eight a day")
    gap = BEGIN + HISTORY, BEGIN + HISTORY + timedelta(days=14)
    pierced = [at for at in items if not gap[0] < at < gap[1]]
    assert learn_rhythm(pierced, DIED).work > 0.9 * learn_rhythm(items, DIED).work


def test_a_batch_once_a_day_says_nothing_more_on_that_day_and_something_at_the_end_of_the_next():
    items = life("twelve a day, at once")
    rhythm = learn_rhythm(items, DIED)
    last = items[-1]
    assert rhythm.regular
    assert improbability(rhythm, last, last + timedelta(hours=3)) == 0


@pytest.mark.parametrize("shift", [0, 5, 13, 20])
def test_the_day_of_a_source_is_its_own_wherever_it_is(shift):
    """Working days are those of its own calendar: half the world publishes on another UTC day."""
    items = [at - timedelta(hours=5) + timedelta(hours=shift) for at in life("eight a day, uneven", weekend=0.0)]
    rhythm = learn_rhythm(items, items[-1])
    assert rhythm.days > 200
    assert rhythm.items_a_day > 6


def test_the_next_item_is_expected_in_working_hours_and_those_are_busy():
    items = life("eight a day", weekend=0.0)
    rhythm = learn_rhythm(items, DIED)
    friday = datetime(2026, 5, 22, 23, tzinfo=UTC)
    assert expected_by(rhythm, friday).date() == date(2026, 5, 26), "Monday is Memorial Day"
    assert busyness(rhythm, datetime(2026, 5, 27, 17, tzinfo=UTC)) > 2
    assert busyness(rhythm, datetime(2026, 5, 27, 8, tzinfo=UTC)) < 0.25


def test_holidays_are_those_of_the_country():
    assert kind_of_day(date(2026, 11, 26), "US") == "rest"
    assert kind_of_day(date(2026, 11, 27), "US") == "quiet"
    assert kind_of_day(date(2026, 11, 26), "GB") == "work"
    assert (is_country("US"), is_country("Atlantis")) == (True, False)


def test_to_learn_costs_little():
    """Two thousand items in less than a quarter of a second; it happens once an hour for each source."""
    items = life("eight a day")[-2_000:]
    learn_rhythm(items, DIED)
    began = process_time()
    learn_rhythm(items, DIED)
    assert process_time() - began < 0.25, "seconds of CPU"
