"""The demonstration: the whole service on this machine, with a newsroom and a subscriber on loopback."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from services.cli.processes.lock import only_one
from services.cli.processes.signals import stop_on_signals
from services.contracts.errors import DatelineError
from services.contracts.urls import canonical_url

if TYPE_CHECKING:
    import httpx

    from services.cli.output.trace_view import TraceLog
    from services.cli.processes.supervisor import Process
    from services.demo.newsroom import Newsroom
    from services.demo.receiver import Received, Receiver

FOLDER = Path("var/demo")
LOG = FOLDER / "dateline.log"
SOURCES = FOLDER / "sources.toml"
PORT = 8080
PATIENCE = 30.0
"""Seconds that one step of the demonstration may take before it counts as failed."""
BACKLOG = ("second-life", "media-advisory")
NEWS = ("raqqa-mosul-2016", "storm-response", "harbor-exercise", "contracts", "briefing-transcript", "weather-cell")
CORRECTED = "storm-response"
SETTINGS = {
    "DATELINE_STATE": str(FOLDER),
    "DATELINE_DATABASE_URL": "",
    "DATELINE_REDIS_URL": "",
    "DATELINE_LOG_FORMAT": "json",
    "DATELINE_EGRESS_ALLOW": "127.0.0.0/8",
    "DATELINE_CONTACT": "a demonstration on this machine",
    # The newsroom is our own: it needs no pace, and a correction shall be seen soon.
    "DATELINE_FETCHER_PACE": "0",
    "DATELINE_FETCHER_FEED_INTERVAL": "1",
    "DATELINE_FETCHER_LISTING_INTERVAL": "10",
    "DATELINE_FETCHER_REVISIT_SCALE": "0.005",
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


def demo(
    once: Annotated[bool, typer.Option("--once", help="End when everything was shown, not on Ctrl-C.")] = False,
) -> None:
    """Shows the whole path on this machine, without internet: from a newsroom to a verified webhook."""
    from services.demo.newsroom import Newsroom
    from services.runtime.state_folder import make_private

    make_private(FOLDER.parent)
    refusal = (
        f"A demonstration is already running here, in {FOLDER}; end it with Ctrl-C first, or run this one elsewhere."
    )
    with only_one(FOLDER.with_suffix(".lock"), refusal), ExitStack() as ending:
        _begin_afresh()
        ending.callback(say, "Ended; nothing is left running.")
        stop, newsroom = stop_on_signals(), Newsroom()
        newsroom.start()
        ending.callback(newsroom.stop)
        if _show(stop, newsroom, ending) and not once:
            say("[dim]The service goes on until Ctrl-C.[/]")
            stop.wait()


def _begin_afresh() -> None:
    """Nothing of the demonstration before, and no setting of the installation beside it."""
    from services.runtime.state_folder import make_private

    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    make_private(FOLDER)
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        del os.environ[name]
    os.environ.update(SETTINGS)


def _show(stop: threading.Event, newsroom: Newsroom, ending: ExitStack) -> bool:
    """Everything there is to see; False when it was interrupted."""
    for slug in BACKLOG:
        newsroom.publishes(slug)
    say(f"\n[bold]A sample newsroom[/] is open at {newsroom.url}, with {len(BACKLOG)} older stories.")
    began = time.monotonic()
    stage = _start(stop, newsroom, ending)
    if not stage.waits_for(stage.ready, "the web app to be ready"):
        return False
    say(f"[bold]Dateline[/] is ready after {time.monotonic() - began:.1f} s: Redis, five workers, sweeper, web app.\n")
    stage.take_key()
    stage.subscribe(ending)
    if not stage.waits_for(lambda: stage.stored() >= len(BACKLOG), "the first look at the newsroom"):
        return False
    say(f"First look: {len(BACKLOG)} stories stored and not announced, because they are not new.\n")
    return stage.publish() and stage.correct() and stage.point_onwards()


@dataclass
class Stage:
    """What the demonstration holds while it runs."""

    stop: threading.Event
    up: Process
    newsroom: Newsroom
    client: httpx.Client
    ways: TraceLog
    key: str = ""
    receiver: Receiver | None = None

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

    def stored(self) -> int:
        return len(self.client.get("/articles").json()["articles"])

    def subscribe(self, ending: ExitStack) -> None:
        from services.demo.receiver import Receiver
        from services.runtime.redis_server import free_port

        port = free_port()
        endpoint = self.post("/webhooks/endpoints", {"url": f"http://127.0.0.1:{port}/webhooks"})
        self.receiver = Receiver(endpoint["secret"], port=port)
        self.receiver.start()
        ending.callback(self.receiver.stop)

    def publish(self) -> bool:
        say("The newsroom publishes, and a subscriber verifies the signature of what it is told:\n")
        for slug in NEWS:
            at = time.time()
            url = canonical_url(self.newsroom.publishes(slug))
            if not self._told(url, "article.created", at):
                return False
        return True

    def correct(self) -> bool:
        say("The newsroom corrects a story, at the same address:\n")
        url, at = canonical_url(self.newsroom.address(CORRECTED)), time.time()
        self.ways.forget(url)
        self.newsroom.corrects(CORRECTED)
        return self._told(url, "article.updated", at)

    def point_onwards(self) -> bool:
        url = str(self.client.base_url).rstrip("/")
        say("[bold]Where to look next[/]")
        say(f"  the desk, for people          {url}/desk/")
        say(f"  the API, with documentation   {url}/docs")
        say(f"  an admin key for both         {self.key}")
        say(f"  what was stored               curl -H 'Authorization: Bearer {self.key}' {url}/articles")
        say(f"  the audit of every page       DATELINE_STATE={FOLDER} .venv/bin/dateline audit")
        say(f"  the log                       {LOG}\n")
        return True

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

    def _told(self, url: str, kind: str, at: float) -> bool:
        """Waits until the subscriber has verified this event, and shows the article's way."""
        if not self.waits_for(lambda: self._verified(url, kind), f"{kind} of {url}"):
            return False
        received = self._verified(url, kind)
        if not self.waits_for(
            lambda: {"fetched", "parsed", "stored"} <= self.ways.of(url).steps.keys(), f"the log of {url}"
        ):
            return False
        way, data = self.ways.of(url), received.event["data"] if received else {}
        total = (received.at.timestamp() - at) if received else 0
        changed = f" [yellow]({', '.join(data['changed'])} changed)[/]" if data.get("changed") else ""
        say(f"  [bold]{way.headline}[/]{changed}")
        steps = [f"{step} [dim]{milliseconds:.0f} ms[/]" for step, milliseconds in way.steps.items()]
        verified = f"[green]webhook verified[/] [dim]{kind}[/]"
        say("    " + " → ".join(["discovered", *steps, verified]) + f"   [dim]{total:.1f} s after publication[/]\n")
        return True

    def _verified(self, url: str, kind: str) -> Received | None:
        received = self.receiver.received if self.receiver else []
        return next(
            (entry for entry in received if entry.verified and entry.type == kind and _address(entry) == url), None
        )


def _start(stop: threading.Event, newsroom: Newsroom, ending: ExitStack) -> Stage:
    import httpx

    from services.cli.output.trace_view import TraceLog
    from services.cli.processes.supervisor import Process
    from services.runtime.redis_server import free_port

    SOURCES.write_text(SOURCE.format(newsroom=newsroom))
    port = free_port(PORT)
    command = [sys.executable, "-m", "services.cli", "up", f"--port={port}", f"--sources={SOURCES}"]
    up = Process("up", command, output=LOG)
    up.start()
    ending.callback(_end, up)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
    ending.callback(client.close)
    return Stage(stop, up, newsroom, client, TraceLog(LOG))


def _last_words() -> str:
    """The sentence with which the service has ended; else where to look for it."""
    sentences = [line for line in LOG.read_text(errors="replace").split("\n") if line.startswith("dateline: ")]
    return sentences[-1].removeprefix("dateline: ") if sentences else f"the reason should stand in {LOG}."


def _end(up: Process) -> None:
    up.ask_to_end()
    if up.child:
        up.child.wait()  # it ends all it started, and kills what does not end


def _address(received: Received) -> str:
    article = received.event.get("data", {}).get("article", {})
    return str(article.get("url", ""))
