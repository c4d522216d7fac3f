"""Real Celery workers over a real Redis: wake-ups make it quick, and losing them loses nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import update
from sqlmodel import select

from services.contracts.messages import Deliver, Message, SaveArticle
from services.contracts.wiring import ROUTES
from services.runtime.celery import wake_ups
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import MAX_ATTEMPTS, enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.sweeper import sweep
from tests.fakes import garbage
from tests.support import orders

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RELAY = Path(__file__).parents[2] / "support" / "relay_worker.py"


@pytest.fixture
def relay(db, installation, redis_url, tmp_path):
    """Starts relay workers as processes of their own; ends them by pid."""
    installation(redis_url=redis_url)
    redis.Redis.from_url(redis_url).flushall()
    started = []

    def start(pool="threads", **environment):
        with (tmp_path / f"relay-{len(started)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, str(RELAY), pool],
                env={**os.environ, "PYTHONPATH": str(RELAY.parents[2]), **environment},
                stderr=log,
                stdout=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def say_all(messages: list[Message]) -> None:
    with transaction() as session:
        for message in messages:
            enqueue(session, message)
    assert wake_ups.flush(60)


def entries() -> list[LedgerRow]:
    with reading() as session:
        return list(session.exec(select(LedgerRow)).all())


def left() -> int:
    return len(entries())


def in_flight() -> bool:
    return any(entry.lease_token for entry in entries())


def end_leases(held: timedelta = timedelta(0)) -> None:
    """What time does to leases held for that long: they last 45 seconds, and a test would rather not."""
    taken_before = utcnow() - held + ROUTES[SaveArticle].lease
    with transaction() as session:
        session.execute(update(LedgerRow).where(LedgerRow.lease_until < taken_before).values(lease_until=utcnow()))


def wait_for(truth, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, f"waited in vain; left: {entries()}"
        time.sleep(0.1)


def until_left(count: int, patience: timedelta | None = None) -> None:
    """Waits until so many rows are left; with `patience`, sweeping as if that much time had gone by."""

    def settled() -> bool:
        if patience is not None:
            sweep(utcnow() + patience, wake_ups.depths())
        return left() == count

    wait_for(settled)


def test_hints_carry_messages_through_workers_without_any_sweep(relay):
    """The quick way: said, woken, handled, and what that says likewise."""
    relay()
    say_all([Deliver(endpoint=n) for n in range(120)])
    until_left(0)


def test_a_flushed_redis_loses_nothing(relay, redis_url):
    """All wake-ups gone before anyone heard them: the sweep reminds."""
    say_all([Deliver(endpoint=n) for n in range(120)])
    redis.Redis.from_url(redis_url).flushall()
    relay()
    until_left(0, patience=timedelta(seconds=6))


def test_a_killed_worker_loses_nothing(relay):
    """Killed in the middle of its work; another one goes on when the leases have ended."""
    victim = relay(RELAY_PAUSE="3600")
    say_all([Deliver(endpoint=n) for n in range(40)])
    wait_for(in_flight)
    os.killpg(victim.pid, signal.SIGKILL)
    assert left() > 0
    relay()
    end_leases()
    until_left(0, patience=timedelta(seconds=6))


@on_sqlite  # half a minute; test_worker.py has both
def test_one_poison_message_burns_only_its_own_attempts(relay):
    """It kills its worker process each time; its neighbours get through and it is dead-lettered."""
    relay("prefork", RELAY_POISON="1")
    say_all([orders.order(page=n) for n in range(20)])

    def only_the_poison_is_left() -> bool:
        end_leases(held=timedelta(seconds=2))
        sweep(utcnow() + timedelta(seconds=6), wake_ups.depths())
        return [entry.dead_lettered_at is not None for entry in entries()] == [True]

    wait_for(only_the_poison_is_left, 180)
    [entry] = entries()
    assert entry.attempts == MAX_ATTEMPTS + 1
    assert "died or hung" in entry.reason


@on_sqlite
def test_garbage_in_a_queue_is_refused_piece_by_piece(relay, redis_url, tmp_path):
    """Ahead of the wake-ups lie a thousand of every kind, and one of 50 MB: a sentence for each, and on it goes."""
    pieces = 30 * garbage.ELEMENTS + [garbage.HUGE]
    with redis.Redis.from_url(redis_url) as client:
        client.lpush(f"{wake_ups.PREFIX}webhooks", *pieces)
    worker = relay()
    say_all([Deliver(endpoint=n) for n in range(20)])
    until_left(0)
    log = (tmp_path / "relay-0.log").read_text()
    assert log.count('"wake_up_refused"') == len(pieces)
    assert worker.poll() is None, "one process read it all"


@on_sqlite
def test_what_takes_the_place_of_a_queue_is_taken_away(relay, redis_url):
    """Keys of another type, there before a worker starts and put under its feet: it reads on, and the sweep reminds."""
    with redis.Redis.from_url(redis_url) as client:
        for name in ("webhooks", "unacked", "unacked_index", "_kombu.binding.webhooks"):
            garbage.takes_the_place_of(client, name)
        worker = relay()
        for first in (0, 20):
            say_all([Deliver(endpoint=n) for n in range(first, first + 20)])
            until_left(0, patience=timedelta(seconds=6))
            garbage.takes_the_place_of(client, "webhooks")
    wait_for(lambda: set(wake_ups.depths().values()) == {0})
    assert worker.poll() is None, "one process read on"


def test_saying_does_not_wait_for_a_redis_that_hangs(db, installation):
    """It accepts and says nothing: the caller has its answer while the wake-up is on its way, and the row stays."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        installation(redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        wake_ups.app.cache_clear()
        with transaction() as session:
            enqueue(session, Deliver(endpoint=1))
        assert not wake_ups.flush(0)
    assert wake_ups.flush(60)
    assert left() == 1
