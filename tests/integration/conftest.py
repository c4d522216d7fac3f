"""What several tests share: a newsroom on loopback, the fetcher on each kind of database, the web app as a process."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import httpx
import psutil
import pytest

from services.cli.processes.schema import upgrade
from services.demo.moody_newsroom import MoodyNewsroom
from services.fetcher import shared_client
from services.fetcher import tasks as _fetcher  # noqa: F401 - registers its handlers
from services.fetcher.settings import fetcher_settings
from services.runtime.egress import egress_settings
from tests.support.service import free_port


@pytest.fixture
def newsroom():
    newsroom = MoodyNewsroom()
    newsroom.start()
    yield newsroom
    newsroom.stop()


@pytest.fixture
def fetcher(db, monkeypatch):
    """The fetcher on an empty database, at full pace, allowed to visit loopback."""
    settings = {"EGRESS_ALLOW": "127.0.0.0/8", "FETCHER_PACE": "0", "FETCHER_TIMEOUT": "30"}

    def configure(**changes):
        for name, value in (settings | changes).items():
            monkeypatch.setenv(f"DATELINE_{name}", value)
        egress_settings.cache_clear()
        fetcher_settings.cache_clear()
        shared_client._client.cache_clear()

    configure()
    yield configure
    shared_client.client().close()
    egress_settings.cache_clear()
    fetcher_settings.cache_clear()
    shared_client._client.cache_clear()


@dataclass
class Web:
    process: subprocess.Popen
    client: httpx.Client

    def spent(self):
        """Seconds of processor time that the process took so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


@pytest.fixture
def web_process(installation):
    """Runs `dateline web` with further settings."""
    upgrade()
    running = []

    def starts(**settings):
        port = free_port()
        environment = {**os.environ, **{f"DATELINE_{name.upper()}": value for name, value in settings.items()}}
        command = [sys.executable, "-m", "services.cli", "web", "--port", str(port)]
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        running.append(Web(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL), client))
        _waits_for(running[-1])
        return running[-1]

    yield starts
    for entry in running:
        entry.client.close()
        entry.process.terminate()
        entry.process.wait(20)


def _waits_for(web):
    ends = time.monotonic() + 180
    while web.process.poll() is None and time.monotonic() < ends:
        try:
            web.client.get("/health/live")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the web app does not answer; its status is {web.process.poll()}")
