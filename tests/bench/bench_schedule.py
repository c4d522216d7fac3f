"""Whether ten thousand sources are polled on time: simulated minutes on a real ledger, without a newsroom.

    .venv/bin/python -m tests.bench.bench_schedule --json result.json

20 000 channels on 2 000 hosts, each due every 15 minutes and at first spread over them. The clock is simulated, in
steps of half a second; each claim and each end of a poll is a real one. A poll is late by the time between its due time
and its claim. What a step costs is measured; when that is less than half a second, one machine keeps up.
"""

import argparse
import json
import os
import random
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles

from sqlalchemy import insert, text
from sqlmodel import SQLModel

from services.contracts.messages import PollChannel, Rank
from services.fetcher import turns
from services.fetcher.models import Host
from services.fetcher.politeness import Hosts
from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.in_flight import Room
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.settings import runtime_settings

STEP = timedelta(seconds=0.5)
INTERVAL = timedelta(minutes=15)
PLACES = 32


@dataclass(frozen=True)
class Kept:
    """How late polls were, in seconds, and what a claim and the end of a poll cost, in milliseconds."""

    polls: int
    late_p50: float
    late_p99: float
    late_max: float
    claim_p50_ms: float
    claim_p99_ms: float
    end_ms: float


def fill(began: datetime, *, hosts: int, channels: int) -> dict[int, datetime]:
    """Writes a poll for each channel; when each is due, by the number of the channel."""
    chance, due = random.Random(1), {}
    for number in range(channels):
        due[number] = began + INTERVAL * chance.random()
    with transaction() as session:
        known = [Host(name=_name(number), robots="free").model_dump() for number in range(hosts)]
        session.execute(insert(SQLModel.metadata.tables["hosts"]), known)
        session.execute(insert(ledger), [_poll(number, at, _name(number % hosts)) for number, at in due.items()])
    if not database.is_sqlite(session):
        with transaction() as session:
            session.execute(text("ANALYZE"))
    return due


def run(began: datetime, due: dict[int, datetime], *, minutes: float) -> Kept:
    """Lets so much simulated time go by; each poll takes a step, and is due again an interval after it."""
    late, claims, ends = [], [], []
    for step in range(int(timedelta(minutes=minutes) / STEP)):
        now = began + step * STEP
        while True:
            started = time.perf_counter()
            jobs = turns.claim(now, Room(PLACES, PLACES)).jobs
            claims.append(time.perf_counter() - started)
            for job in jobs:
                started = time.perf_counter()
                channel = int(job.key)
                late.append((now - due[channel]).total_seconds())
                due[channel] = now + INTERVAL
                with job.complete() as session:
                    enqueue(session, PollChannel(channel=channel, host=job.host), due_at=due[channel])
                    turns.end(session, [job], Hosts(session, [job.host]), 5.0)
                ends.append(time.perf_counter() - started)
            if len(jobs) < PLACES:
                break
    cuts, costs = quantiles(late, n=100), quantiles(claims, n=100)
    end = 1000 * sum(ends) / len(ends)
    return Kept(len(late), cuts[49], cuts[98], max(late), 1000 * costs[49], 1000 * costs[98], end)


def _name(number: int) -> str:
    return f"www.news-{number:05}.example.mil"


def _poll(number: int, at: datetime, host: str) -> dict:
    message = PollChannel(channel=number, host=host)
    return {"kind": "PollChannel", "key": message.dedupe, "message": message.model_dump_json(), "channel": number} | {
        "lane": "live",
        "enqueued_at": at,
        "due_at": at,
        "attempts": 0,
        "trace_id": "",
        "host": host,
        "rank": Rank.CHANNEL,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hosts", type=int, default=2_000)
    arguments.add_argument("--channels", type=int, default=20_000)
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--database", default="", help="an empty PostgreSQL; SQLite when not given")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runtime_settings.cache_clear()
        os.environ |= {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": options.database, "DATELINE_REDIS_URL": ""}
        database.make_file()
        SQLModel.metadata.create_all(database.engine())
        began = utcnow()
        due = fill(began, hosts=options.hosts, channels=options.channels)
        content = json.dumps(asdict(run(began, due, minutes=options.minutes)), indent=2)
    print(content)
    if options.json:
        options.json.write_text(content)


if __name__ == "__main__":
    main()
