"""Random faults for as long as asked, over a newsroom that publishes and corrects all the time.

    make soak MINUTES=30          or: PYTHONPATH=tests .venv/bin/python -m faults.soak --minutes 30 --seed 7

In the end the same invariants must hold as after any fault in the tests, nothing may be lost or set aside, and no
process may have grown; the exit status says so. The same seed gives the same faults in the same order.
"""

import argparse
import contextlib
import random
import sqlite3
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import timedelta

import invariants
import psutil
from faults.test_kills import PLACES
from faults.world import IMPATIENT, INSISTENT, World, world

STARTED_WITH = 50
NEWS = 0.8
"""The share of the time in which the newsroom makes news; the rest is for what is under way."""
PAUSE = (1.0, 6.0)
"""Seconds between two faults."""
SPELL = (0.5, 5.0)
"""Seconds that a fault lasts, if it lasts."""
LONGEST_END = 900.0
GROWTH, SLACK = 1.3, 30.0
"""How many times its early memory, and how many megabytes more, a process may have in the end."""
SETTINGS = {"DATELINE_FETCHER_LISTING_INTERVAL": "3", "DATELINE_FETCHER_REVISIT_SCALE": "1"}


def a_worker_is_killed(made: World, dice: random.Random) -> None:
    _kill(dice.choice(made.service.workers() or [None]))


def a_child_of_the_parser_is_killed(made: World, dice: random.Random) -> None:
    children = [child for parser in made.service.children("parser") for child in parser.children()]
    _kill(dice.choice(children or [None]))


def the_sweeper_is_killed(made: World, dice: random.Random) -> None:
    _kill(*made.service.children("sweep"))


def the_web_app_is_killed(made: World, dice: random.Random) -> None:
    _kill(*made.service.children("web"))


def somebody_is_killed_at_a_place(made: World, dice: random.Random) -> None:
    made.orders_kills([dice.choice(PLACES)])


def redis_restarts_empty(made: World, dice: random.Random) -> None:
    made.redis.stops()
    time.sleep(dice.uniform(*SPELL))
    made.redis.starts()


def redis_is_emptied(made: World, dice: random.Random) -> None:
    with made.redis.client() as client:
        client.flushall()


def redis_hangs(made: World, dice: random.Random) -> None:
    made.redis.hangs()
    time.sleep(dice.uniform(*SPELL))
    made.redis.goes_on()


def redis_has_no_memory_left(made: World, dice: random.Random) -> None:
    with made.redis.client() as client:
        client.config_set("maxmemory", "1")
        time.sleep(dice.uniform(*SPELL))
        client.config_set("maxmemory", "0")


def the_database_is_held(made: World, dice: random.Random) -> None:
    file = made.service.state / "dateline.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(dice.uniform(*SPELL))
        other.execute("ROLLBACK")


def the_subscriber_refuses(made: World, dice: random.Random) -> None:
    made.subscriber.answers(dice.choice([500, 503, 404]), times=dice.randint(1, 5))


def the_subscriber_resets(made: World, dice: random.Random) -> None:
    made.subscriber.resets(times=dice.randint(1, 5))


def all_is_hinted_twice(made: World, dice: random.Random) -> None:
    with made.another(INSISTENT):
        time.sleep(dice.uniform(*SPELL))


def a_second_sweeper_helps(made: World, dice: random.Random) -> None:
    with made.another("-m", "services.cli", "sweep"):
        time.sleep(dice.uniform(*SPELL))


def the_clock_leaps(made: World, dice: random.Random) -> None:
    made.clock_steps(timedelta(seconds=dice.uniform(1, 30)))


FAULTS = (
    a_worker_is_killed,
    a_child_of_the_parser_is_killed,
    the_sweeper_is_killed,
    the_web_app_is_killed,
    somebody_is_killed_at_a_place,
    redis_restarts_empty,
    redis_is_emptied,
    redis_hangs,
    redis_has_no_memory_left,
    the_database_is_held,
    the_subscriber_refuses,
    the_subscriber_resets,
    all_is_hinted_twice,
    a_second_sweeper_helps,
    the_clock_leaps,
)


def soak(minutes: float, pages: int, seed: int) -> bool:
    """Whether everything held; prints what happened."""
    dice, seconds = random.Random(seed), 60 * minutes
    print(f"seed {seed}: {minutes:g} minutes, {pages} pages", flush=True)
    with world(up=IMPATIENT, backlog=STARTED_WITH, **SETTINGS) as made:
        over, memory = threading.Event(), Memory(made)
        others = [
            threading.Thread(target=_make_news, args=(made, pages, NEWS * seconds, random.Random(seed), over)),
            threading.Thread(target=memory.watch, args=(over,)),
        ]
        for thread in others:
            thread.start()
        suffered = _storm(made, dice, seconds)
        over.set()
        for thread in others:
            thread.join()
        print("the storm is over:", ", ".join(f"{name} {count}" for name, count in sorted(suffered.items())))
        return all([_is_well(made), memory.is_flat()])


class Memory:
    """Megabytes of each process over time; pages that several share are shared out among them (PSS)."""

    def __init__(self, made: World) -> None:
        self._service = made.service
        self._held: dict[str, list[float]] = defaultdict(list)

    def watch(self, over: threading.Event, every: float = 10.0) -> None:
        while not over.wait(every):
            for name, held in self._now().items():
                self._held[name].append(held)

    def is_flat(self) -> bool:
        """Whether no process holds much more in the last third than in the second; one that was killed began anew."""
        flat = True
        for name, held in sorted(self._held.items()):
            third = max(len(held) // 3, 1)
            early, late = (statistics.median(part) for part in (held[third : 2 * third] or held, held[-third:]))
            grown = late > GROWTH * early and late > early + SLACK
            flat = flat and not grown
            shown = " ".join(f"{one:.0f}" for one in held[:: max(len(held) // 12, 1)])
            print(f"memory of {name}: {shown} MB{', AND GROWS' if grown else ''}")
        return flat

    def _now(self) -> dict[str, float]:
        held: dict[str, float] = defaultdict(float)
        main = psutil.Process(self._service.process.pid)
        for process in (main, *main.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                words = [word for word in process.cmdline()[2:] if word[0] not in "-/" and word != "services.cli"]
                held[" ".join(words) or "up"] += process.memory_full_info().pss / 1e6
        return held


def _storm(made: World, dice: random.Random, seconds: float) -> Counter:
    suffered, end = Counter(), time.monotonic() + seconds
    while time.monotonic() < end:
        fault = dice.choice(FAULTS)
        fault(made, dice)
        suffered[fault.__name__] += 1
        time.sleep(dice.uniform(*PAUSE))
        told = len({each.id for each in made.subscriber.events})
        left = max(end - time.monotonic(), 0)
        print(f"{left:5.0f} s left: {made.newsroom.pages} published, {told} events told; {fault.__name__}", flush=True)
    return suffered


def _make_news(made: World, pages: int, seconds: float, dice: random.Random, over: threading.Event) -> None:
    """As many corrections as new stories, evenly, until all are out."""
    pause = seconds / max(pages - made.newsroom.pages, 1)
    while made.newsroom.pages < pages and not over.wait(pause):
        made.newsroom.publishes()
        made.newsroom.corrects(dice.randrange(made.newsroom.pages))


def _is_well(made: World) -> bool:
    for place in made.places.iterdir():
        place.unlink(missing_ok=True)
    made.subscriber.behaves()
    began = time.monotonic()
    settled = _settles(made)
    events = {event["id"] for event in made.service.events() if event["announced"]}
    received = [each.id for each in made.subscriber.events]
    [(aside,)] = made.rows("SELECT count(*) FROM ledger WHERE set_aside_at IS NOT NULL")
    print(
        f"settled after {time.monotonic() - began:.0f} s: {made.newsroom.pages} published, "
        f"{len(invariants.kept(made.service))} stored, {len(events)} events, {len(set(received))} told, "
        f"{len(received) - len(set(received))} of them twice, {len(events - set(received))} lost, {aside} set aside"
    )
    if settled:
        invariants.hold(made.service, made.subscriber, made.newsroom)
    return settled and not aside


def _settles(made: World) -> bool:
    """Whether all work ended. Nobody waits for retries: the clock is set forward."""
    made.service.answers()
    end = time.monotonic() + LONGEST_END
    while time.monotonic() < end:
        if invariants.is_settled(made.service, made.subscriber, made.newsroom):
            made.service.waits_for(lambda: made.service.get("/health/ready")["overdue_seconds"] < 5, "peace", 300)
            return True
        if made.rows("SELECT 1 FROM deliveries WHERE state = 'pending'"):
            made.clock_steps(timedelta(minutes=2))
        time.sleep(5)
    return False


def _kill(*processes: psutil.Process | None) -> None:
    for process in filter(None, processes):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=30.0)
    arguments.add_argument("--pages", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    asked = arguments.parse_args()
    sys.exit(0 if soak(asked.minutes, asked.pages, asked.seed) else 1)


if __name__ == "__main__":
    main()
