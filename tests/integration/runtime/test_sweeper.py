"""The sweep that never tires: a real thread over a real ledger and a real Redis."""

import contextlib
import subprocess
import threading
import time
from datetime import timedelta

import pytest
import redis
import structlog
from sqlalchemy import event

from services.contracts.messages import Deliver
from services.runtime import database, redis_server
from services.runtime.celery import wake_ups
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import instances, jobs, sweeper
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from tests.support import orders

pytestmark = pytest.mark.integration

SOON = timedelta(milliseconds=300)


@pytest.fixture
def queue(db, installation, redis_url):
    """Counts the wake-ups that wait for webhooks, in a Redis that holds nothing else."""
    installation(redis_url=redis_url)
    wake_ups.app.cache_clear()
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    yield lambda: wake_ups.depths()["webhooks"]
    client.flushall()
    client.close()
    wake_ups.app.cache_clear()


@contextlib.contextmanager
def sweeping():
    stop = threading.Event()
    thread = threading.Thread(target=sweeper.sweep_for_ever, args=[stop])
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def wait_for(truth, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def say_one(*, due_at=None):
    with transaction() as session:
        enqueue(session, Deliver(endpoint=1), due_at=due_at)


def a_sweep_goes_by(number):
    """Something else that comes to be due has been woken."""
    with transaction() as session:
        enqueue(session, orders.order(page=number), due_at=utcnow() + SOON / 10)
    wait_for(lambda: wake_ups.depths()["store"] == number)


def a_troubled_sweep_goes_by():
    """It ends the lease of a process that is gone before it asks Redis for anything."""
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    with transaction() as session:
        entry = session.get(LedgerRow, 1)
        entry.lease_owner, entry.lease_until = f"{instances.PLACE}/{gone.pid}/elsewhere", utcnow() + timedelta(hours=1)
        entry.lease_token = "taken"
    wait_for(lambda: jobs.due(utcnow(), kinds=["Deliver"]))


def woken_at():
    with reading() as session:
        return session.get(LedgerRow, 1).woken_at


def test_a_wait_that_ended_is_woken_by_the_next_sweep(queue):
    """Not before its time; and sweeps follow one another within a second."""
    due_at = utcnow() + SOON
    say_one(due_at=due_at)
    with sweeping():
        wait_for(lambda: queue() == 1)
    assert woken_at() >= due_at
    assert sweeper.EVERY < 1


def test_what_is_reminded_of_is_left_alone_for_a_while(queue, monkeypatch):
    """A wake-up that is under way is not sent again at each sweep."""
    monkeypatch.setattr(sweeper, "PATIENCE", timedelta(hours=1))
    say_one(due_at=utcnow() + SOON)
    with sweeping():
        wait_for(lambda: queue() == 1)
        first = woken_at()
        a_sweep_goes_by(1)
        a_sweep_goes_by(2)
    assert (queue(), woken_at()) == (1, first)


def test_a_long_queue_is_left_alone(queue):
    """Its readers are busy; the row is not even stamped, and is woken once the queue is short again."""
    assert wake_ups.flush(60)
    with wake_ups.app().connection_for_write() as connection:
        client = connection.default_channel.client
        client.rpush("webhooks", *(["a wake-up"] * sweeper.LONG))
        say_one(due_at=utcnow() + SOON)
        with sweeping():
            wait_for(lambda: jobs.due(utcnow(), kinds=["Deliver"]))
            a_sweep_goes_by(1)
            a_sweep_goes_by(2)
            assert (queue(), woken_at()) == (sweeper.LONG, None)
            client.delete("webhooks")
            wait_for(lambda: queue() == 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trouble_with_redis_is_said_once_and_waited_out(db, installation, tmp_path, monkeypatch):
    """Redis goes away for several sweeps and comes back: one line in the log, and the work goes on."""
    monkeypatch.setattr(sweeper, "EVERY", 0.05)
    command, url = redis_server.command(tmp_path / "redis")
    installation(redis_url=url)
    wake_ups.app.cache_clear()
    say_one(due_at=utcnow() + SOON)
    with structlog.testing.capture_logs() as lines, sweeping():
        wait_for(lambda: troubles(lines))
        for _ in range(3):
            a_troubled_sweep_goes_by()
        with running(command, url) as client:
            wait_for(lambda: client.llen(f"{wake_ups.PREFIX}webhooks") == 1)
            assert len(troubles(lines)) == 1
        wait_for(lambda: len(troubles(lines)) == 2)


def troubles(lines):
    return [line for line in lines if line["event"] == "sweep_failed"]


@contextlib.contextmanager
def running(command, url):
    process = subprocess.Popen(command)
    try:
        with redis.Redis.from_url(url) as client:
            wait_for(lambda: answers(client))
            yield client
    finally:
        process.terminate()
        process.wait(60)


def answers(client):
    try:
        return client.ping()
    except redis.exceptions.ConnectionError:
        return False


def test_a_sweep_with_nothing_to_remind_of_leaves_redis_alone(db, installation, monkeypatch):
    """Most sweeps find nothing; to ask Redis each time was a good part of what an idle installation costs."""
    monkeypatch.setattr(sweeper, "EVERY", 0.05)
    installation(redis_url="redis://127.0.0.1:1")
    wake_ups.app.cache_clear()
    looks = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: looks.append("FROM ledger" in called[2]))
    with structlog.testing.capture_logs() as lines, sweeping():
        wait_for(lambda: sum(looks) >= 10)
    assert not troubles(lines)
