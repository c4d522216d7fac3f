"""A re-ingestion, or the promotion of a dry run, watched to its end: a bar on a terminal, else a line now and then.

It asks twice a second, and not for a stream: so it is the same on this machine, where no web app need run.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli import client
from services.cli.output.reingest_tables import outcomes, total
from services.cli.output.terminal import counted, error
from services.reingest.views import ReingestionView

EVERY = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True)
class WatchedState:
    """How far it is; `over` when nothing more will happen, `stuck` when only a person can help it on."""

    words: str
    through: int
    total: int
    over: bool
    whole: bool = True
    stuck: int = 0


def watch_to_the_end(number: int) -> bool:
    """Whether it is done; a cancelled one is not, and one whose messages were dead-lettered never will be by itself."""
    return _watch(lambda: _ingestion(number))


def watch_promotion(number: int) -> bool:
    """The same for what a dry run found; what has become stale is told and is no failure."""
    return _watch(lambda: _promotion(number))


def view_of(number: int) -> ReingestionView:
    """The re-ingestion as it is now; a `UserError` when there is none of this number."""
    advice = f"There is no re-ingestion {number}; `dateline reingest list` shows those there are."
    return ReingestionView.model_validate(client.get(f"/admin/reingestions/{number}", {404: advice}))


def _ingestion(number: int) -> WatchedState:
    view = view_of(number)
    through, stuck = sum(view.outcomes.values()), view.dead_lettered
    waits = view.planned_completely and stuck > 0 and through + stuck >= view.planned
    pages, message = counted(total(view), "page", "pages"), outcomes(view.outcomes) or "nothing yet"
    text = f"{view.state}: {through} of {pages} ({message})"
    ended = view.state in {"done", "cancelled"}
    return WatchedState(text, through, total(view), ended, view.state == "done", stuck if waits else 0)


def _promotion(number: int) -> WatchedState:
    view = view_of(number)
    states = view.promotion or {"applied": 0, "stale": 0, "applying": 0}
    through, whole = states["applied"] + states["stale"], sum(states.values())
    text = f"{view.preview}: {through} of {counted(whole, 'page', 'pages')} ({outcomes(states) or 'nothing to do'})"
    helpless = view.dead_lettered if view.dead_lettered >= states["applying"] > 0 else 0
    return WatchedState(text, through, whole, view.over, view.preview == "promoted", helpless)


def _watch(look: Callable[[], WatchedState]) -> bool:
    last = _with_a_bar(look) if sys.stderr.isatty() else _in_lines(look)
    error(last.words)
    if last.stuck:
        error(f"{last.stuck} of its messages are dead-lettered; `dateline dead-letters` says why, and replays them.")
    return last.over and last.whole


def _in_lines(look: Callable[[], WatchedState]) -> WatchedState:
    answer = look()
    while not (answer.over or answer.stuck):
        time.sleep(EVERY)
        following = look()
        if following.words != answer.words and not following.over:
            error(following.words)
        answer = following
    return answer


def _with_a_bar(look: Callable[[], WatchedState]) -> WatchedState:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task, answer = bar.add_task("", total=None), look()
        while not (answer.over or answer.stuck):
            bar.update(task, completed=answer.through, total=answer.total or None, description=answer.words)
            time.sleep(EVERY)
            answer = look()
    return answer
