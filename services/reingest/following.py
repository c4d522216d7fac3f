"""How far a re-ingestion is, told while it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from services.reingest import progress
from services.reingest.models import ReingestionRow
from services.reingest.views import Progress, reingestion_view
from services.runtime.database import reading
from services.runtime.http.long_poll import Watch, stopping
from services.runtime.http.sse import HEARTBEAT, LONGEST, RETRY

EVERY = 1.0
"""Seconds between two words about it: counts may change a hundred times a second, and nobody reads as fast."""

log = structlog.get_logger()


def look() -> int:
    """A number that grows with whatever changes, by a connection that is given back at once."""
    with reading() as session:
        return progress.look(session)


def how_far(session: Session, row: ReingestionRow, now: datetime) -> Progress:
    """A re-ingestion, with its promotion."""
    number = row.id or 0
    counted = progress.counts(session, [row])[number]
    view = reingestion_view(row, counted, progress.stuck(session)[number], now)
    return Progress(**view.model_dump())


async def follow(watch: Watch, show: Callable[[], tuple[int, Progress]]) -> AsyncIterator[bytes]:
    """A word at once, and another whenever something has changed; the last one is when it is over.

    Ends as well when it is long, or the process or the database stops. `show` tells how far it is, and with which
    number of `look` before.
    """
    yield RETRY
    clock = asyncio.get_running_loop().time
    ends = clock() + LONGEST
    try:
        while not stopping.is_set() and clock() < ends:
            answer, report = await run_in_threadpool(show)
            yield frame(report)
            if report.over:
                return
            await asyncio.sleep(EVERY)
            await watch.beyond(answer, HEARTBEAT)
    except SQLAlchemyError as trouble:
        log.warning("stream_ended", error=type(trouble).__name__)


def frame(state: Progress) -> bytes:
    """One event: `progress`, or `ended` when nothing more follows."""
    return f"event: {'ended' if state.over else 'progress'}\ndata: {state.model_dump_json()}\n\n".encode()
