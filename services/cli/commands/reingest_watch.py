"""A re-ingestion, or the promotion of a dry run, watched to its end: a bar on a terminal, else a line now and then.

It looks into the database, twice a second, and not at the API's stream: the terminal needs neither a key nor a web app
that runs.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.output.reingest_tables import outcomes
from services.cli.output.terminal import counted, error
from services.reingest import progress
from services.reingest.models import ReingestionRow
from services.reingest.progress import Counts
from services.runtime.database import reading

EVERY = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True)
class Look:
    """How far it is; `over` when nothing more will happen, `stuck` when only a person can help it on."""

    words: str
    through: int
    total: int
    over: bool
    whole: bool = True
    stuck: int = 0


def watch_to_the_end(number: int) -> bool:
    """Whether it is done; a cancelled one is not, and one whose messages were set aside never will be by itself."""
    return _watch(lambda: _ingestion(number))


def watch_promotion(number: int) -> bool:
    """The same for what a dry run found; what has become stale is told and is no failure."""
    return _watch(lambda: _promotion(number))


def _ingestion(number: int) -> Look:
    row, now, stuck = _ask(number)
    through, total = now.through, progress.total(row)
    said = outcomes({name: now.outcomes[name] for name in progress.OUTCOMES}) or "nothing yet"
    waits = row.planned_completely and stuck > 0 and through + stuck >= row.planned
    words = f"{row.state}: {through} of {counted(total, 'page', 'pages')} ({said})"
    return Look(words, through, total, row.is_in().ended, row.state == "done", stuck if waits else 0)


def _promotion(number: int) -> Look:
    row, now, stuck = _ask(number)
    states = {name: now.findings[name] for name in progress.FINDINGS}
    through, total = states["applied"] + states["stale"], sum(states.values())
    words = f"{row.preview}: {through} of {counted(total, 'page', 'pages')} ({outcomes(states) or 'nothing to do'})"
    helpless = stuck if stuck >= states["applying"] > 0 else 0
    return Look(words, through, total, row.is_in().over, row.preview == "promoted", helpless)


def _ask(number: int) -> tuple[ReingestionRow, Counts, int]:
    with reading() as session:
        row = session.get_one(ReingestionRow, number)
        return row, progress.counts(session, [row])[number], progress.stuck(session)[number]


def _watch(look: Callable[[], Look]) -> bool:
    last = _with_a_bar(look) if sys.stderr.isatty() else _in_lines(look)
    error(last.words)
    if last.stuck:
        error(f"{last.stuck} of its messages are set aside; `dateline set-aside` says why, and replays them.")
    return last.over and last.whole


def _in_lines(look: Callable[[], Look]) -> Look:
    seen = look()
    while not (seen.over or seen.stuck):
        time.sleep(EVERY)
        following = look()
        if following.words != seen.words and not following.over:
            error(following.words)
        seen = following
    return seen


def _with_a_bar(look: Callable[[], Look]) -> Look:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task, seen = bar.add_task("", total=None), look()
        while not (seen.over or seen.stuck):
            bar.update(task, completed=seen.through, total=seen.total or None, description=seen.words)
            time.sleep(EVERY)
            seen = look()
    return seen
