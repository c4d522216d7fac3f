"""A page that costs too much ends its worker once: it alone is charged, and the second time is a verdict."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from sqlmodel import select

from services.contracts.messages import Origin, ParsePage, SaveArticle
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.celery import wake_ups
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import redelivery
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.sweeper import sweep
from services.runtime.provenance import verdicts

pytestmark = pytest.mark.integration

URL = "https://harbor.example.mil/News/Article/{0}/"
STORY = """<html><title>Harbor {0} Reopens</title><body><article><h1>Harbor {0} Reopens</h1>
<p>The harbor reopened at dawn on Monday, two days after the storm, and the first ships came in at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the channel anew with buoys.</p>
</article></body></html>"""
COSTLY = "<html><body><main><h1>Storm</h1>" + "<p>A sentence of some words, and it ends here.</p>" * 150_000
"""It takes about four seconds of CPU here; the worker of these tests allows one."""
ORDINARY = 6


def captured(number, body):
    at = utcnow()
    url = URL.format(number)
    name = capture_store.keep(Capture(url, at, 200, (("Content-Type", "text/html"),), body.encode()))
    return ParsePage(
        origin=Origin(page=number, key=f"page:{number}", url=url, source="harbor"), capture=name, fetched_at=at
    )


def entries(kind):
    with reading() as session:
        return session.exec(select(LedgerRow).where(LedgerRow.kind == kind.__name__).order_by(LedgerRow.id)).all()


@pytest.fixture
def parser(installation, redis_url, tmp_path):
    """A parser worker as `dateline up` starts it, of one child, that allows a page one second of CPU."""
    installation(redis_url=redis_url)
    wake_ups.app.cache_clear()
    redis.Redis.from_url(redis_url).flushall()
    subprocess.run([sys.executable, "-m", "services.cli", "migrate"], check=True, capture_output=True)
    started = []

    def start():
        with (tmp_path / "worker.log").open("w") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "services.cli", "worker", "parser", "--concurrency=1"],
                    env={**os.environ, "DATELINE_PARSER_CPU_SECONDS": "1"},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def sweeps_until(truth, seconds=90):
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, [entry.model_dump() for entry in entries(ParsePage)]
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            redelivery.end_leases_of_the_dead(utcnow())
            sweep(utcnow() + timedelta(seconds=6), wake_ups.depths())
        time.sleep(0.2)


def verdict():
    with reading() as session:
        return verdicts.find(session, 0)


def test_it_ends_one_child_once_and_the_others_of_its_group_are_neither_charged_nor_lost(parser):
    with transaction() as session:
        enqueue(session, captured(0, COSTLY))
        for number in range(1, ORDINARY + 1):
            enqueue(session, captured(number, STORY.format(number)))
    assert wake_ups.flush(20)
    attempts = {}

    def all_are_through():
        for entry in entries(ParsePage):
            attempts.setdefault(entry.page, set()).add((entry.attempts, entry.lane))
        return len(entries(SaveArticle)) == ORDINARY and verdict() is not None

    parser()
    sweeps_until(all_are_through)
    assert verdict().rejected_reason == "too_costly"
    assert entries(ParsePage) == []
    assert max(attempts[0])[0] <= 2, "the second time is the verdict"
    assert all(result <= {(0, "live"), (1, "live")} for page, result in attempts.items() if page), attempts
    assert (1, "bulk") in attempts[0] or (2, "bulk") in attempts[0], "it goes last"


def test_a_batch_answers_one_line_for_it_and_reads_the_next(tmp_path):
    requests = []
    for name, body in (("costly", COSTLY), ("story", STORY.format(1))):
        (tmp_path / f"{name}.html").write_text(body)
        requests.append(json.dumps({"path": str(tmp_path / f"{name}.html")}))
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "parse", "--batch"],
        input="\n".join(requests),
        env={**os.environ, "DATELINE_PARSER_CPU_SECONDS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    costly, story = map(json.loads, done.stdout.splitlines())
    assert costly["rejected"]["reason"] == "too_costly"
    assert (story["rejected"], story["headline"]) == (None, "Harbor 1 Reopens")
