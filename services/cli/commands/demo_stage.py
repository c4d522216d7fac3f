"""What demonstrations share: a folder of their own, the whole service in it, and a client with an admin key."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from services.contracts.errors import DatelineError

if TYPE_CHECKING:
    import httpx

    from services.cli.processes.supervisor import Process
    from services.demo.newsroom import Newsroom

FOLDER = Path("var/demo")
LOG = FOLDER / "dateline.log"
SOURCES = FOLDER / "sources.toml"
PORT = 8080
PATIENCE = 30.0
"""Seconds that one step of the demonstration may take before it counts as failed."""
SETTINGS = {
    "DATELINE_STATE": str(FOLDER),
    "DATELINE_DATABASE_URL": "",
    "DATELINE_REDIS_URL": "",
    "DATELINE_LOG_FORMAT": "json",
    "DATELINE_EGRESS_ALLOW": "127.0.0.0/8",
    "DATELINE_CONTACT": "a demonstration on this machine",
    # The newsroom is our own: it needs no pace.
    "DATELINE_FETCHER_PACE": "0",
}

SOURCE = """
[[source]]
name = "sample-newsroom"
channels = [
    {{ kind = "feed", url = "{newsroom.feed_url}" }},
    {{ kind = "listing", url = "{newsroom.url}/News/" }},
    {{ kind = "sitemap", url = "{newsroom.url}/sitemap.xml" }},
]
"""

say = Console(highlight=False, soft_wrap=True).print


class DemoFailed(DatelineError):  # noqa: N818 - named for what happened
    """A step did not happen in time."""


def begin_afresh(settings: Mapping[str, str]) -> None:
    """Nothing of the demonstration before, and no setting of the installation beside it but these."""
    from services.runtime.state_folder import make_private

    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    make_private(FOLDER)
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        del os.environ[name]
    os.environ.update({**SETTINGS, **settings})


@dataclass
class Stage:
    """A running service, and a client that has its admin key once it was taken."""

    stop: threading.Event
    up: Process
    client: httpx.Client
    key: str = ""

    def ready(self) -> bool:
        import httpx

        try:
            return self.client.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def take_key(self) -> None:
        """Reads the admin key where an operator would: it is shown once, at the first start."""
        [self.key] = re.findall(r"dl_1_\w+", LOG.read_text())
        self.client.headers["Authorization"] = f"Bearer {self.key}"

    def post(self, path: str, words: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(path, json=words)
        if not answer.is_success:
            raise DemoFailed(f"POST {path} was answered {answer.status_code}: {answer.text[:300]}")
        made: dict[str, Any] = answer.json()
        return made

    def point_onwards(self) -> None:
        """Says where a person may look next."""
        url = str(self.client.base_url).rstrip("/")
        say("[bold]Where to look next[/]")
        say(f"  the desk, for people          {url}/desk/")
        say(f"  the API, with documentation   {url}/docs")
        say(f"  an admin key for both         {self.key}")
        say(f"  the commands, in a terminal   export DATELINE_SERVER={url} DATELINE_KEY={self.key}")
        say("                                .venv/bin/dateline articles")
        say(f"  what was stored               curl -H 'Authorization: Bearer {self.key}' {url}/articles")
        say(f"  the audit of every page       DATELINE_SERVER= DATELINE_STATE={FOLDER} .venv/bin/dateline audit")
        say(f"  the log                       {LOG}\n")

    def waits_for(self, truth: Callable[[], Any], what: str) -> bool:
        """True once it is true; False when somebody pressed Ctrl-C; `DemoFailed` when it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not truth():
            if time.monotonic() > deadline:
                raise DemoFailed(f"Waited {PATIENCE:.0f} s in vain for {what}; the reason should stand in {LOG}.")
            if self.up.has_exited():
                raise DemoFailed(f"The service did not start: {_last_words()}")
            if self.stop.wait(0.02):
                return False
        return True


def start(stop: threading.Event, newsroom: Newsroom, ending: ExitStack, *options: str) -> Stage:
    """Runs the service with these options of `dateline up`, watching the newsroom; `ending` stops it."""
    import httpx

    from services.cli.processes.supervisor import Process
    from services.runtime.redis_server import free_port

    SOURCES.write_text(SOURCE.format(newsroom=newsroom))
    port = free_port(PORT)
    command = [sys.executable, "-m", "services.cli", "up", f"--port={port}", f"--sources={SOURCES}", *options]
    up = Process("up", command, output=LOG)
    up.start()
    ending.callback(_end, up)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
    ending.callback(client.close)
    return Stage(stop, up, client)


def _last_words() -> str:
    """The sentence with which the service has ended; else where to look for it."""
    sentences = [line for line in LOG.read_text(errors="replace").split("\n") if line.startswith("dateline: ")]
    return sentences[-1].removeprefix("dateline: ") if sentences else f"the reason should stand in {LOG}."


def _end(up: Process) -> None:
    up.ask_to_end()
    if up.child:
        up.child.wait()  # it ends all it started, and kills what does not end
