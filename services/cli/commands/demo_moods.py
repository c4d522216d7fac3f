"""The moods of the sample newsroom, played before a real service in simulated time, each with what it should bring."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from services.cli.commands.demo_stage import FOLDER, DemoFailed, begin_afresh, say, start

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from services.cli.processes.supervisor import Process
    from services.demo.moods.mood import Mood, Performance

CLOCK = FOLDER / "clock"
PAUSE = 0.05
"""Seconds between two looks whether all is done."""
AGAIN = 2.0
"""Seconds after which workers are reminded once more of what is still due."""
PATIENCE = 300.0
"""Seconds in which all that is due at one moment must be done."""


class Interrupted(Exception):  # noqa: N818 - named for what happened
    """Somebody pressed Ctrl-C."""


@dataclass
class Drill:
    """A running service on the clock of a file, as moods need it."""

    client: httpx.Client
    clock: Path
    up: Process
    stop: threading.Event

    def settle(self) -> None:
        """Waits until nothing is due by the clock; `DemoFailed` after five minutes, `Interrupted` on Ctrl-C."""
        waited, reminded = 0.0, -AGAIN
        while self._is_busy():
            if waited - reminded >= AGAIN:
                reminded = waited
                self._remind()
            if self.up.has_exited() or waited > PATIENCE:
                raise DemoFailed(f"The service did not do what was due; the reason should stand in {FOLDER}.")
            if self.stop.wait(PAUSE):
                raise Interrupted
            waited += PAUSE

    def next_due_at(self) -> datetime | None:
        """When the next is due that is not a timer."""
        from services.demo.moods.due import next_due_message
        from services.runtime.database import utcnow

        return next_due_message(utcnow())

    def _remind(self) -> None:
        """Wakes the workers, as a sweeper does: their clock was set ahead while they slept."""
        from services.contracts.wiring import KINDS
        from services.runtime.celery.wake_ups import wake_up
        from services.runtime.database import utcnow
        from services.runtime.ledger import jobs

        for number, kind in jobs.due(utcnow(), kinds=tuple(KINDS)):
            wake_up(kind, "live", [number])

    def _is_busy(self) -> bool:
        from services.demo.moods.due import is_busy
        from services.runtime.database import utcnow

        return is_busy(utcnow())


def play(names: list[str], stop: threading.Event, ending: ExitStack) -> bool:
    """Plays these moods, or all; whether each of them brought what it should.

    Raises `UserError` for a name that no mood has, before anything is started.
    """
    from services.demo.moods.catalogue import choose_moods
    from services.demo.moods.scene import BEGINS
    from services.demo.moody_newsroom import MoodyNewsroom
    from services.runtime import clock
    from services.runtime.database import utcnow
    from services.runtime.redis_server import address_of_server
    from services.runtime.settings import runtime_settings

    moods = choose_moods(names)
    begin_afresh({})
    clock.set_ahead(CLOCK, BEGINS - utcnow())
    clock.follow_file(CLOCK)
    ending.callback(clock.follow_file, None)
    with ExitStack() as first:
        newsroom = MoodyNewsroom()
        newsroom.start()
        first.callback(newsroom.stop)
        stage = start(stop, newsroom, ending, "--clock", str(CLOCK))
        if not stage.waits_for(stage.ready, "the web app to be ready"):
            raise Interrupted
        stage.take_key()
        os.environ["DATELINE_REDIS_URL"] = address_of_server(FOLDER / "redis")
        runtime_settings.cache_clear()
        # A first start needs something to watch; each mood has a newsroom of its own.
        stage.client.delete("/sources/sample-newsroom")
    say(
        f"[bold]Dateline[/] is ready. Its clock says {BEGINS:%A, %Y-%m-%d %H:%M} UTC, and is set ahead for each wait.\n"
    )
    drill = Drill(stage.client, CLOCK, stage.up, stop)
    good = [_perform(mood, drill) for mood in moods]
    say(f"{sum(good)} of {len(good)} moods brought what they should.")
    stage.point_onwards()
    return all(good)


def _perform(mood: Mood, drill: Drill) -> bool:
    from services.demo.moods.mood import perform
    from services.demo.moods.scene import Scene

    say(f"[bold]{mood.name}[/]")
    typer.echo(f"  The newsroom: {mood.does}")
    typer.echo(f"  Dateline:     {mood.says}")
    with ExitStack() as closing:
        scene = Scene.open(mood.name, drill, closing)
        performance = perform(mood, scene)
        _compare(performance)
        scene.leaves()
    return performance.as_expected


def _compare(performance: Performance) -> None:
    width = max((len(expected) for expected, _ in performance.lines), default=0)
    width = max(width, len("expected"))
    typer.echo(f"    {'expected'.ljust(width)}   seen")
    for expected, seen in performance.lines:
        mark = " " if expected == seen else "≠"
        typer.echo(f"  {mark} {expected.ljust(width)}   {seen}")
    say("  [green]as expected[/]\n" if performance.as_expected else "  [red]not as expected[/]\n")
