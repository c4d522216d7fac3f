"""What tests of the fetcher share: a newsroom on loopback, and the fetcher on an empty database of each kind."""

import pytest
from fakes.newsroom import MisbehavingNewsroom

from services.fetcher import tasks
from services.fetcher.settings import fetcher_settings
from services.runtime.egress import egress_settings


@pytest.fixture
def newsroom():
    newsroom = MisbehavingNewsroom()
    newsroom.start()
    yield newsroom
    newsroom.stop()


@pytest.fixture
def fetcher(db, monkeypatch):
    """The fetcher on an empty database, at full pace, allowed to visit loopback."""
    settings = {"EGRESS_ALLOW": "127.0.0.0/8", "FETCHER_PACE": "0", "FETCHER_TIMEOUT": "2"}

    def configure(**changes):
        for name, value in (settings | changes).items():
            monkeypatch.setenv(f"DATELINE_{name}", value)
        egress_settings.cache_clear()
        fetcher_settings.cache_clear()
        tasks._client.cache_clear()

    configure()
    yield configure
    tasks.client().close()
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
    tasks._client.cache_clear()
