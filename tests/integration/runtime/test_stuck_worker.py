"""A worker that looks alive and does nothing ends itself; whoever started it starts it again, and nothing is lost."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import redis
import structlog
from kombu.exceptions import OperationalError
from sqlalchemy import func, select, update

from services.access import keys
from services.app import create_app
from services.cli.processes.supervisor import Process, Supervisor
from services.contracts.messages import Deliver
from services.runtime import redis_server
from services.runtime.celery import wake_ups
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.sweeper import sweep
from services.runtime.liveness import STUCK
from tests.support.in_process import client

pytestmark = [pytest.mark.integration, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

RELAY = Path(__file__).parents[2] / "support" / "relay_worker.py"
PYTHON = {"PYTHONPATH": str(RELAY.parents[2])}
PATIENCE = timedelta(seconds=6)


@pytest.fixture
def relay(db, installation, redis_url, tmp_path):
    """Starts relay workers that count as stuck after two seconds; all that is left of them is ended by pid."""
    installation(redis_url=redis_url)
    wake_ups.app.cache_clear()
    redis.Redis.from_url(redis_url).flushall()
    started = []

    def start(pool="threads", **environment):
        with (tmp_path / "relay.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, str(RELAY), pool],
                env={**os.environ, **PYTHON, "RELAY_PATIENCE": "2", **environment},
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


def say_all(numbers):
    with transaction() as session:
        for number in numbers:
            enqueue(session, Deliver(endpoint=number))
    assert wake_ups.flush(20)


def left():
    with reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerRow))


def wait_for(truth, seconds=90):
    """Looks until it is true, and reminds of what is due meanwhile, as a sweeper does."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, f"waited in vain; left: {left()}"
        with contextlib.suppress(redis.exceptions.RedisError, OperationalError, OSError):  # it may not be up yet
            sweep(utcnow() + PATIENCE, wake_ups.depths())
        time.sleep(0.2)


def ends_as_stuck(process):
    wait_for(lambda: process.poll() is not None)
    return process.returncode == STUCK


def end_leases():
    with transaction() as session:
        session.execute(update(LedgerRow).values(lease_until=None, lease_token=None))


def test_a_worker_whose_threads_all_hang_ends_itself(relay):
    """And the next one does its work."""
    say_all(range(12))
    assert ends_as_stuck(relay(RELAY_PAUSE="3600"))
    end_leases()
    relay(RELAY_PATIENCE="0")  # the patience of a worker in service: a slow start is no silence
    wait_for(lambda: left() == 0)


def test_a_worker_whose_children_are_stopped_ends_itself_and_them(relay, tmp_path):
    """They could not even be told to stop."""
    worker = relay("prefork", RELAY_READY=str(tmp_path / "ready"))
    wait_for((tmp_path / "ready").exists)
    children = psutil.Process(worker.pid).children()
    for child in children:
        child.send_signal(signal.SIGSTOP)
    say_all(range(10))
    assert ends_as_stuck(worker)
    wait_for(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))
    assert len(children) == 2


def test_a_worker_that_hears_nothing_ends_itself(relay):
    """Its consumer is gone and it does not know: the process is there, Redis answers, wake-ups wait."""
    say_all(range(3))
    assert ends_as_stuck(relay(RELAY_DEAF="yes"))


def test_with_redis_away_the_api_accepts_and_work_resumes_when_it_is_back(db, installation, tmp_path, monkeypatch):
    """Nothing but a database stands between an order and its answer."""
    monkeypatch.setenv("PYTHONPATH", PYTHON["PYTHONPATH"])
    command, url = redis_server.command(tmp_path / "redis")
    installation(redis_url=url)
    wake_ups.app.cache_clear()
    with transaction() as session:
        web = client(create_app(), keys.first_key(session, utcnow()))
    with structlog.testing.capture_logs(), running(command) as first, supervised(tmp_path):
        say_all([1])
        wait_for(lambda: left() == 0)
        first.kill()
        first.wait()
        made = web.post(
            "/sources", json={"name": "harbor", "channels": [{"kind": "feed", "url": "https://h.example/f"}]}
        )
        assert made.status_code == 201
        assert web.get("/health/ready").json()["redis"] == "does not answer"
        with transaction() as session:
            enqueue(session, Deliver(endpoint=2))
        assert waiting("Deliver") == 1
        with running(command):
            wait_for(lambda: waiting("Deliver") == 0)
    assert waiting("PollChannel") == 1, "the order of the API is there as well"


def waiting(kind):
    with reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerRow).where(LedgerRow.kind == kind))


@contextlib.contextmanager
def running(command):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def supervised(tmp_path):
    """A relay worker that is started again when it exits, as `dateline up` does."""
    supervisor = Supervisor()
    supervisor.start(Process("relay", [sys.executable, str(RELAY), "threads"], output=tmp_path / "relay.log"))
    thread = threading.Thread(target=supervisor.watch)
    thread.start()
    try:
        yield
    finally:
        supervisor.stop.set()
        thread.join()
        supervisor.end()
