"""A newsroom, the service and a subscriber, with the Redis between them in our hands."""

import contextlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import redis
from psycopg.errors import DeadlockDetected
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from services.contracts.wiring import SERVICES
from services.runtime import redis_server
from services.runtime.database import UtcDateTime
from tests.fakes.generated import GeneratedNewsroom
from tests.fakes.subscriber import Subscriber
from tests.faults.postgresql import Server
from tests.support import invariants, service

PATIENCE = 180
"""Seconds that a whole service may take to get over a fault on a machine that is busy with other things."""
BACKLOG = 2
A_WHILE = 2.0
"""Seconds between two leaps of the clock: what is in flight meanwhile knows nothing of the first."""
SETTINGS = {
    "DATELINE_FETCHER_LISTING_INTERVAL": "1",
    "DATELINE_FETCHER_REVISIT_SCALE": "0.1",
}


CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname IS NOT NULL
"""
FETCHED_AT = re.compile(r'(?<="fetched_at":")[^"]+')
"""When a capture was made: the instant by which a message on its way is told from a late one."""
SHIFTED = {
    "sqlite": "shifted({}, :by)",  # its own functions know milliseconds only, and would put one instant after its like
    "postgresql": "{} + make_interval(secs => :by)",
}


class Redis:
    """A private server that can be stopped, hung and filled up."""

    def __init__(self, folder):
        self._command, self.url = redis_server.command(folder)
        self._process = None

    def starts(self):
        """An empty one, under the same address."""
        self._process = subprocess.Popen(self._command)
        deadline = time.monotonic() + 40
        while not self._answers():
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)

    def stops(self):
        self._process.kill()
        self._process.wait()

    def hangs(self):
        self._process.send_signal(signal.SIGSTOP)

    def goes_on(self):
        self._process.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def client(self):
        with redis.Redis.from_url(self.url, socket_timeout=10) as client:
            yield client

    def _answers(self):
        try:
            with self.client() as client:
                return client.ping()
        except redis.exceptions.ConnectionError:
            return False


@dataclass
class World:
    """The service with everything around it; what is told here in one word is done from outside."""

    newsroom: GeneratedNewsroom
    subscriber: Subscriber
    redis: Redis
    service: service.Service
    places: Path
    """The folder in which a kill is ordered at a place."""
    postgresql: Server | None = None
    """The server below, where there is one in our hands."""

    def makes_news(self, stories=1):
        """So many new stories, and a correction of one of the old ones."""
        self.newsroom.corrects(random.randrange(self.newsroom.pages))
        for _ in range(stories):
            self.newsroom.publishes()

    def kills_at(self, places):
        """Whoever comes by one of these places first is killed there, while news is made."""
        self.orders_kills(places)
        self.makes_news()
        self.waits_for_kills()

    def orders_kills(self, places):
        for place in places:
            (self.places / place).touch()

    def waits_for_kills(self):
        """Until somebody came by each place where one was ordered."""
        names = " ".join(entry.name for entry in self.places.iterdir())
        self.service.waits_for(lambda: not list(self.places.iterdir()), f"kills at {names}", PATIENCE)

    def settles(self):
        """Waits until all that was published is stored, told and at rest; then the invariants hold."""
        self.service.answers()
        around = (self.service, self.subscriber, self.newsroom)
        self.service.waits_for(lambda: invariants.is_settled(*around), "the end of all work", PATIENCE)
        invariants.hold(*around)

    def clock_steps(self, by):
        """As if the clock had been set: every instant that is on record lies so much further back."""
        for name in SERVICES:  # with their models, all tables are known
            if find_spec(f"services.{name}.models"):
                import_module(f"services.{name}.models")
        engine = create_engine(self.service.database)
        while not _shift(engine, by):
            pass  # PostgreSQL chose us to give way; whoever worked meanwhile was quicker
        engine.dispose()

    def waits_long_for(self, truth, what):
        """Waits for what takes hours: every few seconds the clock is set forward by twenty minutes."""
        set_at = time.monotonic()

        def is_true():
            nonlocal set_at
            if time.monotonic() - set_at > A_WHILE:
                self.clock_steps(timedelta(minutes=20))
                set_at = time.monotonic()
            return truth()

        self.service.waits_for(is_true, what, PATIENCE)

    @contextlib.contextmanager
    def another(self, *words):
        """One more process of this installation, killed in the end."""
        with subprocess.Popen([sys.executable, *words], env=self.service.environment) as started:
            try:
                yield
            finally:
                assert started.poll() is None, "it ended by itself"
                started.kill()

    def files(self, folder):
        return [entry for entry in (self.service.state / folder).rglob("*") if entry.is_file()]

    def rows(self, query, **words):
        return invariants.rows(self.service, query, **words)


def _shift(engine, by):
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE ledger IN EXCLUSIVE MODE"))
            else:
                connection.connection.create_function("shifted", 2, _shifted)
            _shift_columns(connection, by)
            _shift_messages(connection, by)
    except OperationalError as trouble:
        if not isinstance(trouble.orig, DeadlockDetected):
            raise
        return False
    return True


def _shifted(instant, seconds):
    return instant and f"{datetime.fromisoformat(instant) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S.%f}"


def _shift_columns(connection, by):
    shifted = SHIFTED[connection.dialect.name]
    for table in SQLModel.metadata.sorted_tables:
        times = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
        if times:
            settings = ", ".join(f"{name} = {shifted.format(name)}" for name in times)
            connection.execute(text(f"UPDATE {table.name} SET {settings}"), {"by": -by.total_seconds()})


def _shift_messages(connection, by):
    def shifted(found):
        return (datetime.fromisoformat(found[0]) - by).isoformat()

    for entry, fields in connection.execute(text("SELECT id, message FROM ledger")).all():
        if (answer := FETCHED_AT.sub(shifted, fields)) != fields:
            change = text("UPDATE ledger SET message = :told WHERE id = :entry")
            connection.execute(change, {"told": answer, "entry": entry})


@contextlib.contextmanager
def world(database_url="", *, backlog=BACKLOG, up=service.UP, **settings):
    """A service that has had its first look, and a subscriber to all that comes after; in the end its audit holds."""
    with contextlib.ExitStack() as left, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        newsroom, subscriber, between = GeneratedNewsroom(backlog), Subscriber(), Redis(folder / "redis")
        (folder / "places").mkdir()
        for made in (newsroom, subscriber):
            made.start()
            left.callback(made.stop)
        between.starts()
        left.callback(between.stops)
        own = {
            "DATELINE_DATABASE_URL": database_url,
            "DATELINE_REDIS_URL": between.url,
            "DATELINE_CRASH_AT": str(folder / "places"),
        }
        sitemap = f"{newsroom.url}/sitemap.xml"
        running = service.running(folder, "sitemap", sitemap, up=up, **SETTINGS | own | settings)
        made = World(newsroom, subscriber, between, left.enter_context(running), folder / "places")
        made.service.subscribes(subscriber)
        # A first look that still goes on would take for backlog what is published meanwhile.
        made.service.waits_for(lambda: made.rows("SELECT 1 FROM channels WHERE first_round_at IS NOT NULL"), "a look")
        made.settles()
        yield made
        status, fields = made.service.audit()
        assert status == 0, fields


IMPATIENT = (sys.executable, "-m", "tests.faults.impatient", "up")
CROWDED = (sys.executable, "-m", "tests.faults.crowded", "up")
INSISTENT = ("-m", "tests.faults.insistent")
