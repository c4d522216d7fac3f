"""A whole service as an operator starts it, seen only over HTTP: `dateline up` with real workers and a real Redis."""

import contextlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
import redis
from fakes.newsroom import MisbehavingNewsroom
from fakes.subscriber import Subscriber

from services.runtime.redis_server import free_port

BRISK = {
    "DATELINE_EGRESS_ALLOW": "127.0.0.0/8",
    "DATELINE_FETCHER_PACE": "0",
    "DATELINE_LOG_FORMAT": "json",
}
SOURCE = """
[[source]]
name = "newsroom"
channels = [{{ kind = "feed", url = "{feed}" }}]
"""


@dataclass
class Service:
    """A running installation: its process, its state folder and a client with the admin key."""

    process: subprocess.Popen
    state: Path
    client: httpx.Client
    environment: dict[str, str]

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
        return self.get("/articles")["articles"]

    def reingest(self, mode, **order):
        """Orders it and waits for its end; the counts."""
        words = {"scope": {"all": True}, "mode": mode, "reason": "a test", **order}
        place = self.post("/admin/reingestions", 202, json=words).headers["Location"]
        self.waits_for(lambda: self.get(place)["state"] == "done", f"the {mode}")
        return self.get(place)

    def waits_for(self, truth, what, seconds=40):
        """What `truth` gives as soon as that is something."""
        deadline = time.monotonic() + seconds
        while not (found := truth()):
            assert self.process.poll() is None, f"the service ended: {self.log()}"
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.log()}"
            time.sleep(0.1)
        return found

    def log(self):
        return (self.state / "up.log").read_text()[-4000:]

    def workers(self):
        """The main processes of the workers that are there right now."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if "worker" in child.cmdline():
                    found.append(child)
        return found

    def redis(self):
        words = dict(line.split(maxsplit=1) for line in (self.state / "redis/redis.conf").read_text().splitlines())
        return redis.Redis(port=int(words["port"]), password=words["requirepass"])

    def audit(self):
        """What `dateline audit` prints, and its exit status."""
        command = [sys.executable, "-m", "services.cli", "audit"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def newsroom():
    """A newsroom with two stories of the past."""
    made = MisbehavingNewsroom()
    made.start()
    made.publishes("second-life")
    made.publishes("media-advisory")
    yield made
    made.stop()


@pytest.fixture
def subscriber():
    made = Subscriber()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def starts(database_url, newsroom, tmp_path):
    """Starts `dateline up` on the newsroom, with further settings; it and all its children are gone afterwards."""
    started = []

    def start(**settings):
        state, port = tmp_path / "var", free_port()
        state.mkdir()
        seeds = tmp_path / "sources.toml"
        seeds.write_text(SOURCE.format(feed=newsroom.feed_url))
        environment = {
            **os.environ,
            **BRISK,
            "DATELINE_STATE": str(state),
            "DATELINE_DATABASE_URL": database_url,
            **settings,
        }
        command = [sys.executable, "-m", "services.cli", "up", f"--port={port}", f"--sources={seeds}"]
        with (state / "up.log").open("w") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        service = Service(
            process, state, httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False), environment
        )
        started.append(service)
        service.waits_for(lambda: _ready(service.client), "the start")
        [key] = re.findall(r"dl_1_\w+", (state / "up.log").read_text())
        service.client.headers["Authorization"] = f"Bearer {key}"
        service.waits_for(lambda: len(service.articles()) == 2, "the first look")
        return service

    yield start
    for service in started:
        children = psutil.Process(service.process.pid).children(recursive=True)
        service.process.terminate()
        assert service.process.wait(30) == 0, service.log()
        service.client.close()
        assert not [child for child in children if child.is_running()], "something was left running"


def _ready(client):
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False
