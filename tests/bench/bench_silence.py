"""False alarms and delays of the model of silence, over simulated years.

Run it with `python -m tests.bench.bench_silence`.

Each source lives for two years and then dies. The first year is learned from; in the second each alarm is a false one.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import mean

from services.fetcher.rhythm.days import kind_of_day
from services.fetcher.rhythm.model import HISTORY, Rhythm, learn_rhythm
from services.fetcher.rhythm.silence import judge_silence

BEGIN = datetime(2024, 6, 3, tzinfo=UTC)
YEARS = 2
SOONEST = timedelta(hours=2)
"""No silence of these sources is an alarm before; asking later is only quicker."""
NEW_YORK = 5
"""Hours that these newsrooms are behind UTC."""


@dataclass(frozen=True)
class Newsroom:
    """How a simulated source publishes: items on a working day, their scatter, and how many come together."""

    name: str
    items: float
    scatter: float = 0.0
    batch: int = 1
    regular: bool = False
    weekend: float = 0.05
    slows_to: float = 1.0

    def publishes(self, chance: random.Random, begin: datetime, days: int) -> Iterator[datetime]:
        """When, in order."""
        for number in range(days):
            day = (begin + timedelta(days=number)).date()
            factor = {"work": 1.0, "quiet": 0.3, "rest": self.weekend}[kind_of_day(day, "US")]
            factor *= self.slows_to if number > 1.5 * HISTORY.days else 1.0
            yield from sorted(self._day(chance, day, factor))

    def _day(self, chance: random.Random, day: date, factor: float) -> list[datetime]:
        if self.regular:
            at = _at(day, 17 + chance.gauss(0, 0.5))
            return (
                [at + timedelta(seconds=entry) for entry in range(int(self.items))] if chance.random() < factor else []
            )
        mood = chance.gammavariate(1 / self.scatter, self.scatter) if self.scatter else 1.0
        number = _poisson(chance, self.items * factor * mood / self.batch)
        hours = [min(max(chance.gauss(13, 3), 0), 23.9) for _ in range(number)]
        return [_at(day, hour) + timedelta(seconds=entry) for hour in hours for entry in range(self.batch)]


NEWSROOMS = (
    Newsroom("one in two weeks", 0.1),
    Newsroom("one a week", 0.2),
    Newsroom("one a day", 1.0),
    Newsroom("two a day, uneven", 2.0, scatter=0.5),
    Newsroom("four a day", 4.0),
    Newsroom("five a day", 5.0),
    Newsroom("six a day", 6.0),
    Newsroom("eight a day", 8.0),
    Newsroom("eight a day, uneven", 8.0, scatter=0.2),
    Newsroom("ten a day, in pairs", 10.0, batch=2),
    Newsroom("twenty a day, uneven", 20.0, scatter=0.3),
    Newsroom("fifty a day", 50.0),
    Newsroom("twelve a day, at once", 12.0, regular=True),
    Newsroom("eight a day, later two", 8.0, slows_to=0.25),
    Newsroom("five a day, weekends too", 5.0, weekend=1.0),
)


@dataclass(frozen=True)
class Life:
    """False alarms in the second year, and working days from the death of a source to the alarm."""

    false_alarms: int
    delay: float | None
    by_next_day: bool


def live(newsroom: Newsroom, seed: int) -> Life:
    """A source's two years, and what was made of its death."""
    chance = random.Random(f"{newsroom.name} {seed}")
    items = list(newsroom.publishes(chance, BEGIN, YEARS * HISTORY.days))
    died = BEGIN + YEARS * HISTORY + timedelta(days=chance.randrange(60), hours=chance.uniform(13, 22))
    while kind_of_day((died - timedelta(hours=NEW_YORK)).date(), "US") != "work":
        died += timedelta(days=1)
    more = newsroom.publishes(chance, BEGIN + YEARS * HISTORY, 70)
    items += [at for at in more if at < died]
    false_alarms = false_alarms_of(items, BEGIN + HISTORY, BEGIN + YEARS * HISTORY)
    alarm = first_alarm(items, died, false_alarms)
    delay = _working_days(died, alarm) if alarm else None
    return Life(len(false_alarms), delay, bool(alarm and alarm <= by_end_of_next_working_day(died)))


def false_alarms_of(items: list[datetime], since: datetime, until: datetime, relearn: int = 1) -> list[datetime]:
    """The alarms while a source lives, which is learned from anew each so many days and judged every hour."""
    alarms: list[datetime] = []
    rhythm: Rhythm | None = None
    at, alarmed_for, result = since, None, 0
    while at < until:
        while result < len(items) and items[result] <= at:
            result += 1
        if rhythm is None or (at.hour == 0 and (at - since).days % relearn == 0):
            rhythm = learn_rhythm(items[:result], at)
        last = items[result - 1] if result else None
        if (
            rhythm
            and last
            and at - last > SOONEST
            and last != alarmed_for
            and judge_silence(rhythm, last, at, len(alarms)).is_alarm
        ):
            alarms.append(at)
            alarmed_for = last
        at += timedelta(hours=1)
    return alarms


def first_alarm(items: list[datetime], died: datetime, before: list[datetime]) -> datetime | None:
    rhythm = learn_rhythm(items, died)
    strikes = sum(died - alarm < HISTORY for alarm in before)
    times = (died.replace(minute=0, second=0, microsecond=0) + timedelta(hours=entry) for entry in range(1, 24 * 365))
    return next((at for at in times if rhythm and judge_silence(rhythm, items[-1], at, strikes).is_alarm), None)


def _working_days(since: datetime, until: datetime) -> float:
    hours = int((until - since) / timedelta(hours=1))
    local = (since + timedelta(hours=entry - NEW_YORK) for entry in range(hours))
    return sum(kind_of_day(at.date(), "US") == "work" for at in local) / 24


def by_end_of_next_working_day(died: datetime) -> datetime:
    day = (died - timedelta(hours=NEW_YORK)).date() + timedelta(days=1)
    while kind_of_day(day, "US") != "work":
        day += timedelta(days=1)
    return _at(day, 24)


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(hours=hour + NEW_YORK)


def _poisson(chance: random.Random, expected: float) -> int:
    number, at = 0, chance.expovariate(1)
    while at < expected:
        number, at = number + 1, at + chance.expovariate(1)
    return number


def measure(newsroom: Newsroom, sources: int) -> dict[str, object]:
    """What became of so many sources of this kind."""
    lives = [live(newsroom, seed) for seed in range(sources)]
    delays = sorted(life.delay for life in lives if life.delay is not None)
    return {
        "newsroom": newsroom.name,
        "false alarms a year": round(mean(life.false_alarms for life in lives), 2),
        "most": max(life.false_alarms for life in lives),
        "working days to the alarm, p50": round(delays[len(delays) // 2], 2) if delays else None,
        "p95": round(delays[int(len(delays) * 0.95)], 2) if delays else None,
        "by the end of the next working day": f"{mean(life.by_next_day for life in lives):.0%}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=20)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for newsroom in NEWSROOMS:
        if options.only in newsroom.name:
            print(json.dumps(measure(replace(newsroom), options.sources)), flush=True)


if __name__ == "__main__":
    main()
