"""The demonstration: the whole service on this machine, with a newsroom and a subscriber on loopback."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.commands.demo_stage import FOLDER, LOG, Stage, begin_afresh, say, start
from services.cli.processes.lock import only_one
from services.cli.processes.signals import stop_on_signals
from services.contracts.errors import UserError
from services.contracts.urls import canonical_url

if TYPE_CHECKING:
    from services.cli.output.trace_view import TraceLog
    from services.demo.newsroom import Newsroom
    from services.demo.receiver import Received, Receiver

BACKLOG = ("second-life", "media-advisory")
NEWS = ("raqqa-mosul-2016", "storm-response", "harbor-exercise", "contracts", "briefing-transcript", "weather-cell")
CORRECTED = "storm-response"
SETTINGS = {
    # A correction shall be seen soon.
    "DATELINE_FETCHER_FEED_INTERVAL": "1",
    "DATELINE_FETCHER_LISTING_INTERVAL": "10",
    "DATELINE_FETCHER_REVISIT_SCALE": "0.005",
}


def demo(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MOOD]...", help="With --moods: which of them; all, if none is named."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when everything was shown, not on Ctrl-C.")] = False,
    moods: Annotated[
        bool,
        typer.Option(
            "--moods",
            help="Show what Dateline makes of each mood of a newsroom, in simulated time. Status 1: one was wrong.",
        ),
    ] = False,
) -> None:
    """Shows the whole path on this machine, without internet: from a newsroom to a verified webhook."""
    from services.runtime.state_folder import make_private

    if names and not moods:
        raise UserError(f"{names[0]!r} is a mood: say `dateline demo --moods {names[0]}`.")
    make_private(FOLDER.parent)
    refusal = (
        f"A demonstration is already running here, in {FOLDER}; end it with Ctrl-C first, or run this one elsewhere."
    )
    good = True
    with only_one(FOLDER.with_suffix(".lock"), refusal), ExitStack() as ending:
        ending.callback(say, "Ended; nothing is left running.")
        stop = stop_on_signals()
        good = _play(names or [], stop, ending) if moods else _show(stop, ending)
        if not once and not stop.is_set():
            say("[dim]The service goes on until Ctrl-C.[/]")
            stop.wait()
    raise typer.Exit(0 if good else 1)


def _play(names: list[str], stop: threading.Event, ending: ExitStack) -> bool:
    """Whether all moods brought what they should; an interruption is no failure."""
    from services.cli.commands.demo_moods import Interrupted, play

    try:
        return play(names, stop, ending)
    except Interrupted:
        return True


def _show(stop: threading.Event, ending: ExitStack) -> bool:
    """Everything there is to see. True: what fails is an error, and an interruption no failure."""
    from services.cli.output.trace_view import TraceLog
    from services.demo.newsroom import Newsroom

    begin_afresh(SETTINGS)
    newsroom = Newsroom()
    newsroom.start()
    ending.callback(newsroom.stop)
    for slug in BACKLOG:
        newsroom.publishes(slug)
    say(f"\n[bold]A sample newsroom[/] is open at {newsroom.url}, with {len(BACKLOG)} older stories.")
    began = time.monotonic()
    stage = start(stop, newsroom, ending)
    show = Show(stage, newsroom, TraceLog(LOG))
    if not stage.waits_for(stage.ready, "the web app to be ready"):
        return True
    say(f"[bold]Dateline[/] is ready after {time.monotonic() - began:.1f} s: Redis, five workers, sweeper, web app.\n")
    stage.take_key()
    show.subscribe(ending)
    if not stage.waits_for(lambda: show.stored() >= len(BACKLOG), "the first look at the newsroom"):
        return True
    say(f"First look: {len(BACKLOG)} stories stored and not announced, because they are not new.\n")
    if show.publish() and show.correct():
        # Else the record would prove nothing in the first hour.
        stage.post("/log/checkpoint", {})
        stage.point_onwards()
    return True


@dataclass
class Show:
    """The path of a few articles, shown as it happens."""

    stage: Stage
    newsroom: Newsroom
    ways: TraceLog
    receiver: Receiver | None = None

    def stored(self) -> int:
        return len(self.stage.client.get("/articles").json()["articles"])

    def subscribe(self, ending: ExitStack) -> None:
        from services.demo.receiver import Receiver
        from services.runtime.redis_server import free_port

        port = free_port()
        endpoint = self.stage.post("/webhooks/endpoints", {"url": f"http://127.0.0.1:{port}/webhooks"})
        self.receiver = Receiver(endpoint["secret"], port=port)
        self.receiver.start()
        ending.callback(self.receiver.stop)

    def publish(self) -> bool:
        say("The newsroom publishes, and a subscriber verifies the signature of what it is told:\n")
        for slug in NEWS:
            at = time.time()
            url = canonical_url(self.newsroom.publishes(slug))
            if not self._was_announced(url, "article.created", at):
                return False
        return True

    def correct(self) -> bool:
        say("The newsroom corrects a story, at the same address:\n")
        url, at = canonical_url(self.newsroom.address(CORRECTED)), time.time()
        self.ways.forget(url)
        self.newsroom.corrects(CORRECTED)
        return self._was_announced(url, "article.updated", at)

    def _was_announced(self, url: str, kind: str, at: float) -> bool:
        """Waits until the subscriber has verified this event, and shows the article's way."""
        if not self.stage.waits_for(lambda: self._verified(url, kind), f"{kind} of {url}"):
            return False
        received = self._verified(url, kind)
        if not self.stage.waits_for(
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


def _address(received: Received) -> str:
    article = received.event.get("data", {}).get("article", {})
    return str(article.get("url", ""))
