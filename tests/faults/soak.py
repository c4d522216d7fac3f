"""Random faults for as long as asked, over a newsroom that publishes and corrects all the time.

    make soak MINUTES=30 [DATABASE=postgresql]
    .venv/bin/python -m tests.faults.soak --minutes 30 --seed 7 --database postgresql

On PostgreSQL, where several can write at a time, two workers of each kind share the work, and four that deliver.

In the end the same invariants must hold as after any fault in the tests, nothing may be lost or dead-lettered, and no
process may have grown; the exit status says so. The same seed gives the same faults in the same order.
"""

import argparse
import contextlib
import random
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import psutil

from services.runtime.database import utcnow
from tests.faults import postgresql
from tests.faults.storm import FAULTS
from tests.faults.world import CROWDED, IMPATIENT, World, world
from tests.support import invariants
from tests.support.service import command_line

STARTED_WITH = 50
NEWS = 0.8
"""The share of the time in which the newsroom makes news; the rest is for what is under way."""
PAUSE = (1.0, 6.0)
"""Seconds between two faults."""
LONGEST_END = 900.0
GROWTH, SLACK = 1.3, 30.0
"""How many times its early memory, and how many megabytes more, a process may have in the end."""
SETTINGS = {"DATELINE_FETCHER_LISTING_INTERVAL": "3", "DATELINE_FETCHER_REVISIT_SCALE": "1"}


def soak(minutes: float, pages: int, seed: int, database: str) -> bool:
    """Whether everything held; prints what happened."""
    dice, seconds = random.Random(seed), 60 * minutes
    print(f"seed {seed}: {minutes:g} minutes, {pages} pages, {database}", flush=True)
    with contextlib.ExitStack() as left:
        server = left.enter_context(postgresql.server()) if database == "postgresql" else None
        url = server.url if server else ""
        up = CROWDED if server else IMPATIENT
        made = left.enter_context(world(url, up=up, backlog=STARTED_WITH, **SETTINGS))
        made.postgresql = server
        over, memory = threading.Event(), Memory(made)
        others = [
            threading.Thread(target=_make_news, args=(made, pages, NEWS * seconds, random.Random(seed), over)),
            threading.Thread(target=memory.watch, args=(over,)),
        ]
        for thread in others:
            thread.start()
        suffered = _storm(made, FAULTS[database], dice, seconds)
        over.set()
        for thread in others:
            thread.join()
        names = sorted(Counter(name for _, name in suffered).items())
        print(f"the storm is over, {len(suffered)} faults:", ", ".join(f"{name} {count}" for name, count in names))
        return all([_is_well(made, suffered), memory.is_flat()])


class Memory:
    """Megabytes of each process over time; pages that several share are shared out among them (PSS)."""

    def __init__(self, made: World) -> None:
        self._service = made.service
        self._held: dict[str, list[float]] = defaultdict(list)

    def watch(self, over: threading.Event, every: float = 10.0) -> None:
        while not over.wait(every):
            for name, stored in self._now().items():
                self._held[name].append(stored)

    def is_flat(self) -> bool:
        """Whether no process holds much more in the last third than in the second; one that was killed began anew."""
        flat = True
        for name, stored in sorted(self._held.items()):
            third = max(len(stored) // 3, 1)
            early, late = (statistics.median(part) for part in (stored[third : 2 * third] or stored, stored[-third:]))
            grown = late > GROWTH * early and late > early + SLACK
            flat = flat and not grown
            shown = " ".join(f"{entry:.0f}" for entry in stored[:: max(len(stored) // 12, 1)])
            print(f"memory of {name}: {shown} MB{', AND GROWS' if grown else ''}")
        return flat

    def _now(self) -> dict[str, float]:
        stored: dict[str, float] = defaultdict(float)
        main = psutil.Process(self._service.process.pid)
        for process in (main, *main.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                results = [word for word in command_line(process)[1:] if word[0] not in "-/" and word != "services.cli"]
                stored[" ".join(results) or "up"] += process.memory_full_info().pss / 1e6
        return stored


def _storm(made: World, faults: tuple, dice: random.Random, seconds: float) -> list[tuple[datetime, str]]:
    suffered, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        fault = dice.choice(faults)
        suffered.append((utcnow(), fault.__name__))
        fault(made, dice)
        time.sleep(dice.uniform(*PAUSE))
        count = len({event.id for event in made.subscriber.events})
        left = max(end - time.monotonic(), 0)
        print(f"{left:5.0f} s left: {made.newsroom.pages} published, {count} events told; {fault.__name__}", flush=True)
    return suffered


def _make_news(made: World, pages: int, seconds: float, dice: random.Random, over: threading.Event) -> None:
    """As many corrections as new stories, evenly, until all are out."""
    pause = seconds / max(pages - made.newsroom.pages, 1)
    while made.newsroom.pages < pages and not over.wait(pause):
        made.newsroom.publishes()
        made.newsroom.corrects(dice.randrange(made.newsroom.pages))


def _is_well(made: World, suffered: list[tuple[datetime, str]]) -> bool:
    for place in made.places.iterdir():
        place.unlink(missing_ok=True)
    made.subscriber.behaves()
    began, calm = time.monotonic(), (utcnow(), "the_clock_is_set_forward_to_the_end")
    settled = _settles(made)
    events = {event["id"] for event in made.service.events() if event["announced"]}
    received = made.subscriber.events
    ids = {entry.id for entry in received}
    [(aside,)] = made.rows("SELECT count(*) FROM ledger WHERE dead_lettered_at IS NOT NULL")
    print(
        f"settled after {time.monotonic() - began:.0f} s: {made.newsroom.pages} published, "
        f"{len(invariants.kept(made.service))} stored, {len(events)} events, {len(ids)} told, "
        f"{len(received) - len(ids)} of them twice, {len(events - ids)} lost, {aside} dead-lettered"
    )
    print("told again after:", dict(_after(received, [*suffered, calm])))
    if settled:
        invariants.hold(made.service, made.subscriber, made.newsroom)
    return settled and not aside


def _after(received: list, suffered: list[tuple[datetime, str]]) -> Counter:
    """What came again, by the fault that was the last one before."""
    result, after = set(), Counter()
    for event in received:
        if event.id in result:
            after[next((name for at, name in reversed(suffered) if at < event.at), "nothing")] += 1
        result.add(event.id)
    return after


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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=30.0)
    arguments.add_argument("--pages", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments.add_argument("--database", choices=FAULTS, default="sqlite")
    options = arguments.parse_args()
    sys.exit(0 if soak(options.minutes, options.pages, options.seed, options.database) else 1)


if __name__ == "__main__":
    main()
