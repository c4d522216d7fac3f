"""A whole service as users start it, to be measured: `dateline up` on a state folder of its own, loopback only."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from sqlalchemy import Engine, create_engine, text

from services.runtime.redis_server import free_port
from tests.support.service import command_line

PATIENCE = 300.0
"""Seconds after which a bench gives up."""
# Nothing is polled before the bench says so; without a file of its own, `up` would watch the real newsrooms.
NOTHING_YET = """
[[source]]
name = "nothing-yet"
channels = [{ kind = "feed", url = "http://127.0.0.1:9/", interval = 86400 }]
"""
SETTINGS = {
    "DATELINE_REDIS_URL": "",
    "DATELINE_EGRESS_ALLOW": "127.0.0.0/8",
    "DATELINE_FETCHER_PACE": "0",
    "DATELINE_LOG_FORMAT": "json",
}


@dataclass
class Installation:
    """A running service: its processes, its database and a client with the admin key."""

    process: psutil.Process
    client: httpx.Client
    database: Engine
    log: Path
    ready_after: float

    def post(self, path: str, words: dict | None = None) -> dict:
        return self.client.post(path, json=words).raise_for_status().json()

    def count(self, what: str) -> int:
        with self.database.connect() as connection:
            return connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one()

    def waits_for(self, truth: Callable[[], bool], every: float = 0.1) -> float:
        """Seconds until it was true."""
        began = time.monotonic()
        while not truth():
            if time.monotonic() - began > PATIENCE or not self.process.is_running():
                raise RuntimeError(f"Waited in vain; the service says: {self.log.read_text()[-3000:]}")
            time.sleep(every)
        return time.monotonic() - began

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each process so far, with its children that have ended."""
        spent: dict[str, float] = {}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                spent[_name(process)] = spent.get(_name(process), 0.0) + sum(times[:4])
        return spent

    def memory(self) -> dict[str, float]:
        """Megabytes of each process; pages that several share are shared out among them (PSS)."""
        stored: dict[str, float] = {}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                stored[_name(process)] = stored.get(_name(process), 0.0) + process.memory_full_info().pss / 1e6
        return stored

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def installation(folder: Path, database_url: str = "", **settings: str) -> Iterator[Installation]:
    """Starts the service on an empty folder; it and all its children are gone afterwards."""
    seeds, log, port = folder / "sources.toml", folder / "up.log", free_port()
    seeds.write_text(NOTHING_YET)
    own = {"DATELINE_STATE": str(folder / "var"), "DATELINE_DATABASE_URL": database_url}
    began = time.monotonic()
    with log.open("w") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "up", f"--port={port}", f"--sources={seeds}"],
            env={**os.environ, **SETTINGS, **own, **settings},
            stdout=output,
            stderr=output,
        )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)
    database = create_engine(database_url or f"sqlite:///{folder / 'var' / 'dateline.db'}")
    service = Installation(psutil.Process(started.pid), client, database, log, 0.0)
    try:
        service.waits_for(lambda: _answers(client), every=0.02)
        service.ready_after = time.monotonic() - began
        [key] = re.findall(r"dl_1_\w+", log.read_text())
        client.headers["Authorization"] = f"Bearer {key}"
        yield service
    finally:
        started.terminate()
        started.wait(30)
        client.close()
        database.dispose()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def _name(process: psutil.Process) -> str:
    """What the process is for: `up`, `worker fetcher`, `web`, `redis-server`."""
    fields = command_line(process)
    if fields[0] == "dateline":
        return " ".join(fields[1:])
    return "up" if "services.cli" in fields else process.name()
