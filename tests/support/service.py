"""A whole service as an operator starts it: `dateline up` with real workers and a real Redis, seen over HTTP."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import redis

from services.runtime.redis_server import free_port
from services.runtime.settings import RuntimeSettings

BRISK = {
    "DATELINE_EGRESS_ALLOW": "127.0.0.0/8",
    "DATELINE_FETCHER_PACE": "0",
    "DATELINE_LOG_FORMAT": "json",
}
SOURCE = """
[[source]]
name = "newsroom"
channels = [{{ kind = "{kind}", url = "{url}" }}]
"""
UP = (sys.executable, "-m", "services.cli", "up")


def command_line(process):
    """The terms of a process' command line; a fork gives all of them as one, filled up with nothing."""
    return " ".join(process.cmdline()).split()


@dataclass
class Service:
    """An installation: its state folder, its settings, its process and a client with the admin key."""

    state: Path
    environment: dict[str, str]
    command: tuple[str, ...]
    client: httpx.Client
    process: subprocess.Popen | None = None

    @property
    def database(self):
        """The address of its database, with the driver."""
        state, url = self.state, self.environment["DATELINE_DATABASE_URL"]
        return RuntimeSettings(state=state, database_url=url).database

    def starts(self):
        """Runs it, on what an earlier run has left, until it answers."""
        with (self.state / "up.log").open("a") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)
        self.answers()
        if "Authorization" not in self.client.headers:
            [key] = re.findall(r"dl_1_\w+", (self.state / "up.log").read_text())
            self.client.headers["Authorization"] = f"Bearer {key}"

    def answers(self):
        """Waits until the web app does."""
        self.waits_for(lambda: _ready(self.client), "an answer of the web app", seconds=60)

    def ends(self, number=signal.SIGTERM):
        """Tells it to stop and waits until it and all its processes are gone; its exit status."""
        processes = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        status = self.process.wait(60)
        _, left = psutil.wait_procs(processes, timeout=60)
        assert not left, "something was left running"
        return status

    def is_killed(self):
        """With all its processes, in one moment."""
        main = psutil.Process(self.process.pid)
        main.suspend()
        for entry in (*main.children(recursive=True), main):
            entry.kill()
        self.process.wait(60)

    def post(self, path, status, **words):
        answer = self.client.post(path, **words)
        assert answer.status_code == status, answer.text
        return answer

    def get(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def subscribes(self, subscriber):
        """The subscriber's endpoint, and the secret it was given."""
        made = self.post("/webhooks/endpoints", 201, json={"url": subscriber.url}).json()
        subscriber.trusts(made["secret"])
        return made["id"]

    def articles(self):
        """All there are, newest first."""
        page = self.get("/articles?limit=200")
        result = page["articles"]
        while page["next"]:
            page = self.get(f"/articles?limit=200&after={page['next']}")
            result += page["articles"]
        return result

    def events(self):
        """All there are, in their order."""
        result, page = [], self.get("/events?limit=200")
        while page["events"]:
            result += page["events"]
            page = self.get(f"/events?limit=200&after={page['next']}")
        return result

    def reingest(self, mode, **order):
        """Orders it and waits for its end; the counts."""
        fields = {"scope": {"all": True}, "mode": mode, "reason": "a test", **order}
        place = self.post("/admin/reingestions", 202, json=fields).headers["Location"]
        self.waits_for(lambda: self.get(place)["state"] == "done", f"the {mode}")
        return self.get(place)

    def waits_for(self, truth, what, seconds=40):
        """What `truth` gives as soon as that is something."""
        deadline = time.monotonic() + seconds
        while not (result := truth()):
            assert self.process.poll() is None, f"the service ended: {self.log()}"
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.log()}"
            time.sleep(0.1)
        return result

    def log(self):
        return (self.state / "up.log").read_text()[-4000:]

    def children(self, *words):
        """Those of its processes that are there right now and have all these words in their command line."""
        results = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if set(words) <= set(command_line(child)):
                    results.append(child)
        return results

    def workers(self):
        """The main processes of the workers that are there right now."""
        return self.children("worker")

    def redis(self):
        text = dict(line.split(maxsplit=1) for line in (self.state / "redis/redis.conf").read_text().splitlines())
        return redis.Redis(port=int(text["port"]), password=text["requirepass"])

    def audit(self):
        """What `dateline audit` prints, and its exit status."""
        command = [sys.executable, "-m", "services.cli", "audit"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def running(folder, kind, url, *, up=UP, **settings):
    """A service on a new state folder that watches this one channel; it and all it started are gone afterwards."""
    state, port = folder / "var", free_port()
    state.mkdir()
    seeds = folder / "sources.toml"
    seeds.write_text(SOURCE.format(kind=kind, url=url))
    environment = os.environ | BRISK | {"DATELINE_STATE": str(state), "DATELINE_DATABASE_URL": ""} | settings
    command = (*up, f"--port={port}", f"--sources={seeds}")
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
    service = Service(state, environment, command, client)
    try:
        service.starts()
        yield service
    finally:
        if service.process.poll() is None:
            assert service.ends() == 0, service.log()
        client.close()


def _ready(client):
    try:
        # While something is retried it is not ready, and yet it serves.
        return client.get("/health/ready").json()["database"] == "answers"
    except httpx.TransportError:
        return False
