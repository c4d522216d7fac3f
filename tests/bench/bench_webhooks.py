"""How fast deliveries are: a backlog of events to several endpoints, against a bare httpx loop in the same run.

    .venv/bin/python -m tests.bench.bench_webhooks --events 200 --endpoints 5 --rounds 5 --json result.json

From the first announcement to the last verified receipt, by the service as users run it. The loop posts such bodies,
signed by the same library, to one of the same receivers, before and after each round: what it leaves out is to
remember. The receivers verify in a process of their own. The latency of one publication is in bench_pipeline.

The result is the median of the rounds' ratios: a machine that is shared is another one a minute later.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import httpx
import psutil
from standardwebhooks import Webhook

from services.contracts.messages import Announce
from services.runtime import redis_server
from services.runtime.celery import wake_ups
from services.runtime.database import transaction, utcnow
from services.runtime.events.append import NewEvent, append
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.settings import runtime_settings
from tests.bench.installation import Installation, installation
from tests.fakes.subscriber import Subscriber

WORDS = "Engineers reopened the bridge at dawn. " * 200
WARMING = 20


@dataclass(frozen=True)
class Rate:
    """Posts a second, and CPU milliseconds a post on the side that sends."""

    posts: float
    cpu_ms: float


@dataclass(frozen=True)
class Receivers:
    """Subscribers that verify what they get, in a process of their own, so that its CPU is counted apart."""

    process: psutil.Process
    told: Connection
    urls: list[str]

    def trust(self, secrets: list[str]) -> None:
        self.told.send(secrets)

    def accepted(self) -> list[int]:
        """How many webhooks each has verified."""
        self.told.send(None)
        return self.told.recv()


def deliveries(events: int, endpoints: int, rounds: int, database_url: str) -> dict:
    """Deliveries a second of the service, and of one loop that posts such bodies over one connection."""
    with (
        _redis() as redis_url,
        _receivers(endpoints) as receivers,
        tempfile.TemporaryDirectory() as folder,
        installation(Path(folder), database_url, DATELINE_REDIS_URL=redis_url) as service,
    ):
        secrets = [service.post("/webhooks/endpoints", {"url": url})["secret"] for url in receivers.urls]
        receivers.trust(secrets)
        _announce_from_here(Path(folder) / "var", database_url, redis_url)
        _announce(service, receivers, range(WARMING))
        spent, served = service.cpu(), _cpu(receivers.process)
        loops, rates = [_bare_loop(receivers.urls[0], secrets[0], events)], []
        for first in range(WARMING, WARMING + rounds * events, events):
            rates.append(events * endpoints / _announce(service, receivers, range(first, first + events)))
            loops.append(_bare_loop(receivers.urls[0], secrets[0], events))
        count = rounds * events * endpoints
        cpu = {name: 1000 * (now - spent.get(name, 0.0)) / count for name, now in service.cpu().items()}
        served = 1000 * (_cpu(receivers.process) - served) / (count + len(loops) * events)
    around = [(before.posts + after.posts) / 2 for before, after in pairwise(loops)]
    return {
        "deliveries": count,
        "deliveries_per_second": median(rates),
        "cpu_ms_per_delivery": sum(cpu.values()),
        "cpu_ms_per_delivery_by_process": cpu,
        "receivers_cpu_ms_per_delivery": served,
        "bare_loop": {
            "posts_per_second": median(loop.posts for loop in loops),
            "cpu_ms_per_post": median(loop.cpu_ms for loop in loops),
        },
        "times_the_bare_loop": median(own / theirs for own, theirs in zip(rates, around, strict=True)),
    }


def _announce(service: Installation, receivers: Receivers, numbers: range) -> float:
    """Seconds from the announcement of these events until every subscriber has verified them all."""
    before = receivers.accepted()
    events = [_event(number) for number in numbers]
    with transaction() as session:
        # As the store says them: what it saved together is announced together.
        orders = [Announce(event=event.id, article=event.subject, sequence=append(session, event)) for event in events]
        enqueue_all(session, map(Outgoing, orders))
        began = time.monotonic()
    service.waits_for(
        lambda: all(now >= had + len(numbers) for now, had in zip(receivers.accepted(), before, strict=True)),
        every=0.005,
    )
    return time.monotonic() - began


def _event(number: int) -> NewEvent:
    facts = {"article": {"id": f"art_{number}", "body": [{"kind": "paragraph", "text": WORDS}]}}
    return NewEvent(
        id=f"evt_{number}",
        type="article.created",
        subject=f"art_{number}",
        occurred_at=utcnow(),
        data=facts,
        source="bench",
        kind="news",
        cause="live",
    )


def _bare_loop(url: str, secret: str, count: int) -> Rate:
    """Signed posts of somebody who writes nothing down."""
    bodies, webhook = [_event(number).body(number) for number in range(count)], Webhook(secret)
    with httpx.Client(trust_env=False) as client:
        began, spent = time.perf_counter(), time.process_time()
        for number, body in enumerate(bodies):
            event, now = f"evt_bare_{number}", datetime.now(UTC)
            headers = {
                "content-type": "application/json",
                "webhook-id": event,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": webhook.sign(event, now, body),
            }
            client.post(url, content=body.encode(), headers=headers).raise_for_status()
        seconds, spent = time.perf_counter() - began, time.process_time() - spent
    return Rate(count / seconds, 1000 * spent / count)


def _announce_from_here(state: Path, database_url: str, redis_url: str) -> None:
    """Lets this process say what the store would say, and wake-up as it does."""
    os.environ |= {
        "DATELINE_STATE": str(state),
        "DATELINE_DATABASE_URL": database_url,
        "DATELINE_REDIS_URL": redis_url,
    }
    runtime_settings.cache_clear()
    wake_ups.app.cache_clear()


@contextmanager
def _redis() -> Iterator[str]:
    """One that this process knows as well as the service."""
    with tempfile.TemporaryDirectory() as folder:
        command, url = redis_server.command(Path(folder))
        process = psutil.Popen(command)
        try:
            yield url
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def _receivers(count: int) -> Iterator[Receivers]:
    own, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_receive, args=(count, theirs))
    process.start()
    try:
        yield Receivers(psutil.Process(process.pid), own, own.recv())
    finally:
        own.send("stop")
        process.join(10)


def _receive(count: int, told: Connection) -> None:
    subscribers = [Subscriber() for _ in range(count)]
    for subscriber in subscribers:
        subscriber.start()
    told.send([subscriber.url for subscriber in subscribers])
    for subscriber, secret in zip(subscribers, told.recv(), strict=True):
        subscriber.trusts(secret)
    while told.recv() != "stop":
        told.send([len(subscriber.events) for subscriber in subscribers])
    for subscriber in subscribers:
        subscriber.stop()


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=200)
    arguments.add_argument("--endpoints", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--database", default="", help="an empty PostgreSQL; SQLite when not given")
    arguments.add_argument("--json", type=Path, help="where to write the result, to compare runs")
    options = arguments.parse_args()
    text = json.dumps(deliveries(options.events, options.endpoints, options.rounds, options.database), indent=2)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
