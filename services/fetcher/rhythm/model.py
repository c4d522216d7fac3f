"""How improbable a silence is: a pure function over the times at which a source published.

A source is known by two numbers and a profile: how improbable it is that nothing comes on a whole working day, and on a
whole other day, and by which hour how much of a day's items is there. In a silence of several days the improbabilities
multiply. A day counts as far as its items would be there: at noon perhaps half of it.

Items within ten minutes are one event, because a batch says no more than one item of it. That nothing comes on a
working day is as probable as the scatter of the days' counts says (a negative binomial, wider than Poisson), or as it
happened, whichever is more. Of a source that is more regular than chance, as one with a batch each day, the latter.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from services.fetcher.rhythm.days import DayKind, kind_of_day

BATCH = timedelta(minutes=10)
HISTORY = timedelta(days=365)
ENOUGH_DAYS, ENOUGH_EVENTS = 10, 8
"""Working days and events before which nothing is said of a rhythm."""
MUCH_MORE_REGULAR = 3
"""So many silent days must have been expected, and three times as many as there were, to call a source regular."""
RECENT = (15, 40)
"""Working days that count alone when they are different from the whole: a source slows down, or speeds up, for good."""
STRANGE = 3.5
"""Standard deviations from which they are different."""
OUTAGE = 3
"""Silent working days in a row from which a silence that is twice as long as any other is no part of the rhythm."""
QUIET = 0.2
"""How much a quiet day counts of a working day."""
LONGEST = 400
"""Days of a silence that are counted."""


@dataclass(frozen=True)
class Rhythm:
    """How a source publishes. Hours are of its own day, which begins `shift` hours after midnight UTC."""

    country: str
    shift: int
    hours: tuple[float, ...]
    """The share of a day's items that is there after each of its hours."""
    work: float
    rest: float
    """Minus the logarithm of the probability that nothing comes on a working day, or on another one."""
    regular: bool
    """Whether it publishes once a day, or nearly so: then only whole days without anything say something."""
    items_a_day: float
    """Items on a working day, on average."""
    events_a_year: float
    days: int
    """Working days that it was learned from."""

    def day_of(self, at: datetime) -> date:
        """The source's own day."""
        return (at - timedelta(hours=self.shift)).date()

    def share(self, at: datetime) -> float:
        """How much of the day's items is there at this time."""
        local = at - timedelta(hours=self.shift)
        before = self.hours[local.hour - 1] if local.hour else 0.0
        within = (local.minute * 60 + local.second) / 3600
        return before + (self.hours[local.hour] - before) * within

    def weight(self, day: date) -> float:
        """Minus the logarithm of the probability that nothing comes on this day."""
        kind: DayKind = kind_of_day(day, self.country)
        return {"work": self.work, "quiet": QUIET * self.work, "rest": self.rest}[kind]


def learn_rhythm(items: Sequence[datetime], now: datetime, country: str = "US") -> Rhythm | None:
    """The rhythm of a source that published at these times, which are in order; None while there is too little.

    What comes after the last item is not learned from: it may be the silence that is judged.
    """
    recent = [at for at in items if now - HISTORY <= at <= now]
    events = _events(recent)
    if len(events) < ENOUGH_EVENTS:
        return None
    shift = _beginning_of_day(events)
    counts = _counts(events, shift, country)
    work = _without_outage([number for _, kind, number in counts if kind == "work"])
    work = _lately(work)
    if len(work) < ENOUGH_DAYS or not sum(work):
        return None
    silent_day, regular = _nothing_comes(work)
    rest = [number for _, kind, number in counts if kind == "rest"]
    span = max((events[-1] - events[0]) / HISTORY, 1 / 52)
    return Rhythm(
        country=country,
        shift=shift,
        hours=_hours(events, shift, country),
        work=-math.log(silent_day),
        rest=-math.log(_nothing_comes(rest)[0]) if len(rest) >= ENOUGH_DAYS else 0.0,
        regular=regular,
        items_a_day=len(recent) / len(events) * sum(work) / len(work),
        events_a_year=len(events) / span,
        days=len(work),
    )


def improbability(rhythm: Rhythm, last: datetime, now: datetime) -> float:
    """Minus the logarithm of the probability of a silence from the one time to the other."""
    return sum(weight for _, weight in _weights(rhythm, last, now))


def expected_by(rhythm: Rhythm, last: datetime) -> datetime | None:
    """When the next item will have come with a probability of one half; None where that is not to be foreseen."""
    so_far = 0.0
    for end, weight in _weights(rhythm, last, last + timedelta(days=LONGEST), step=timedelta(hours=1)):
        so_far += weight
        if so_far >= math.log(2):
            return end
    return None


def busyness(rhythm: Rhythm, now: datetime) -> float:
    """How much more than usual comes in this hour: 1 is the average over all hours of a week."""
    an_hour = sum(weight for _, weight in _weights(rhythm, now, now + timedelta(hours=1)))
    week = 5 * rhythm.work + 2 * rhythm.rest
    return an_hour / (week / 168) if week else 1.0


def _weights(
    rhythm: Rhythm, since: datetime, until: datetime, step: timedelta = timedelta(days=1)
) -> Iterator[tuple[datetime, float]]:
    """The parts of a time, each with its end and what it adds."""
    at, until = since, min(until, since + timedelta(days=LONGEST))
    while at < until:
        day = rhythm.day_of(at)
        end_of_day = _midnight(at, day, rhythm.shift)
        end = min(until, end_of_day, at + step)
        yield end, rhythm.weight(day) * _part(rhythm, since, at, end, end_of_day)
        at = end


def _part(rhythm: Rhythm, since: datetime, at: datetime, end: datetime, end_of_day: datetime) -> float:
    """How much of its day the time from `at` to `end` is, in a silence that began at `since`."""
    if rhythm.regular:
        return float(end == end_of_day and end_of_day - since >= timedelta(days=1))
    return max((1.0 if end == end_of_day else rhythm.share(end)) - rhythm.share(at), 0.0)


def _midnight(at: datetime, day: date, shift: int) -> datetime:
    """The end of this day of the source."""
    return datetime(day.year, day.month, day.day, tzinfo=at.tzinfo) + timedelta(days=1, hours=shift)


def _events(items: Sequence[datetime]) -> list[datetime]:
    events: list[datetime] = []
    before: datetime | None = None
    for at in items:
        if before is None or at - before > BATCH:
            events.append(at)
        before = at
    return events


def _beginning_of_day(events: Sequence[datetime]) -> int:
    """The middle of the six hours in which least comes, as hours after midnight UTC, from -11 to 12."""
    comes = [0] * 24
    for at in events:
        comes[at.hour] += 1
    quiet = [sum(comes[(hour + step) % 24] for step in range(-3, 3)) for hour in range(24)]
    least = [hour for hour in range(24) if quiet[hour] == min(quiet)]
    # Of the longest run of such hours the middle.
    runs = [[hour + step for step in range(24) if _run(least, hour, step)] for hour in least]
    longest = max(runs, key=len)
    hour = longest[len(longest) // 2] % 24
    return hour - 24 if hour > 12 else hour


def _run(least: Sequence[int], hour: int, step: int) -> bool:
    return all((hour + entry) % 24 in least for entry in range(step + 1))


def _counts(events: Sequence[datetime], shift: int, country: str) -> list[tuple[date, DayKind, int]]:
    """How many events each day had, from the first to the last; neither of them is whole."""
    days = [(at - timedelta(hours=shift)).date() for at in events]
    numbers: dict[date, int] = {}
    for day in days:
        numbers[day] = numbers.get(day, 0) + 1
    whole = (days[-1] - days[0]).days
    every = (days[0] + timedelta(days=step) for step in range(1, whole))
    return [(day, kind_of_day(day, country), numbers.get(day, 0)) for day in every]


def _without_outage(work: list[int]) -> list[int]:
    """Without one silence that is long beyond all others; what happens again belongs to the rhythm."""
    runs: list[tuple[int, int]] = []
    for at, number in enumerate([*work, 1]):
        if number:
            begin = runs[-1][0] + runs[-1][1] + 1 if runs else 0
            runs.append((begin, at - begin))
    by_length = sorted(runs, key=lambda run: run[1], reverse=True)
    if len(by_length) < 2 or by_length[0][1] < max(OUTAGE, 2 * by_length[1][1] + 1):
        return work
    begin, length = by_length[0]
    return work[:begin] + work[begin + length :]


def _lately(work: list[int]) -> list[int]:
    """The last weeks alone, if they are different from the whole."""
    mean, scatter = _mean(work), _scatter(work)
    for number in RECENT:
        some = work[-number:]
        deviation = math.sqrt(number * (mean + scatter * mean * mean)) or 1.0
        if len(work) >= 2 * number and abs(sum(some) - number * mean) > STRANGE * deviation:
            return some
    return work


def _nothing_comes(counts: Sequence[int]) -> tuple[float, bool]:
    """The probability that a day like these has nothing, and whether they are more regular than chance."""
    number, silent = len(counts), sum(1 for count in counts if not count)
    mean, scatter = sum(counts) * math.log1p(1 / number), max(_scatter(counts), 0.5 / number)
    by_scatter = (1 + mean * scatter) ** (-1 / scatter)
    if number * by_scatter >= MUCH_MORE_REGULAR and silent * MUCH_MORE_REGULAR < number * by_scatter:
        return (silent + 0.5) / (number + 1), True
    # As often as the counts say, or as it happened: whichever is more. That it never happened yet proves little.
    return max(by_scatter, silent / number), False


def _scatter(counts: Sequence[int]) -> float:
    """By how much the counts scatter more than chance: the variance is `mean + scatter * mean²`."""
    mean = _mean(counts)
    variance = sum((count - mean) ** 2 for count in counts) / max(len(counts) - 1, 1)
    return max((variance - mean) / (mean * mean), 0.0) if mean else 0.0


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0


def _hours(events: Sequence[datetime], shift: int, country: str) -> tuple[float, ...]:
    local = [at - timedelta(hours=shift) for at in events]
    own = [at.hour for at in local if kind_of_day(at.date(), country) == "work"] or [at.hour for at in local]
    comes = [own.count(hour) + 0.5 / 24 for hour in range(24)]
    return tuple(accumulate(share / sum(comes) for share in comes))
