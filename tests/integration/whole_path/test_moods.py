"""Each mood of the sample newsroom brings what it says, in simulated time: what `dateline demo --moods` shows."""

import importlib
from contextlib import ExitStack

import pytest

from services import scopes
from services.access import keys
from services.app import create_app
from services.contracts.messages import CheckRhythms, ReconcileChannels
from services.contracts.wiring import SERVICES
from services.demo.moods import due
from services.demo.moods.catalogue import ALL_MOODS
from services.demo.moods.mood import perform
from services.demo.moods.scene import BEGINS, Scene
from services.fetcher import shared_client
from services.fetcher import tasks as _fetcher  # noqa: F401 - registers its handlers
from services.fetcher.settings import fetcher_settings
from services.runtime import clock
from services.runtime.database import transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from tests.support import in_process

pytestmark = [
    pytest.mark.integration,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


class InProcess:
    """Dateline without workers: all that is due by the clock is handled here."""

    def __init__(self, client, file):
        self.client, self.clock = client, file

    def settle(self):
        kinds = tuple(worker._handlers)
        while sum(worker.handle(kind, [row]) for row, kind in jobs.due(utcnow(), kinds=kinds)):
            pass

    def next_due_at(self):
        return due.next_due_message(utcnow())


@pytest.fixture
def world(db, installation, monkeypatch, tmp_path):
    """An installation on an empty database, with the clock of a drill, and the settings of one."""
    for name, value in {"EGRESS_ALLOW": "127.0.0.0/8", "FETCHER_PACE": "0"}.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    for cached in (egress_settings, fetcher_settings, shared_client._client):
        cached.cache_clear()
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    scopes.connect()
    file = tmp_path / "clock"
    clock.set_ahead(file, BEGINS - utcnow())
    clock.follow_file(file)
    with transaction() as session:
        key = keys.first_key(session, utcnow())
        for timer in (CheckRhythms(), ReconcileChannels()):
            enqueue(session, timer)
    with in_process.client(create_app(), key) as client:
        yield InProcess(client, file)
    clock.follow_file(None)
    shared_client.client().close()
    for cached in (egress_settings, fetcher_settings, shared_client._client):
        cached.cache_clear()


@pytest.mark.parametrize("name", ALL_MOODS)
def test_the_newsroom_does_what_the_mood_says_and_dateline_too(world, name):
    """What a subscriber has got and verified, in its order, and what the API says in the end: that and nothing else."""
    with ExitStack() as ending:
        scene = Scene.open(name, world, ending)
        played = perform(ALL_MOODS[name], scene)
        assert scene.unverified() == 0
        assert list(played.seen) == list(played.mood.expected)
