"""Events as a stream that does not end."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from services.runtime.events.follow import CursorTooOld, EventSlice
from services.runtime.http.long_poll import Watch, stopping
from services.runtime.http.sse import HEARTBEAT, LONGEST, RETRY

log = structlog.get_logger()


async def stream(watch: Watch, pull: Callable[[int], EventSlice], after: int) -> AsyncIterator[bytes]:
    """All events after number `after`, and those to come; ends when it is long, or the process or the database stops.

    `pull` gives what follows a number. The reader's going away cancels it.
    """
    yield RETRY
    ends = asyncio.get_running_loop().time() + LONGEST
    try:
        while not stopping.is_set() and asyncio.get_running_loop().time() < ends:
            pulled = await run_in_threadpool(pull, after)
            yield frames(pulled)
            after = pulled.next
            if not pulled.more:
                await watch.beyond(after, HEARTBEAT)
    except (SQLAlchemyError, CursorTooOld) as trouble:
        log.warning("stream_ended", error=type(trouble).__name__)


def frames(pulled: EventSlice) -> bytes:
    """Each event as `id` (its number), `event` (its type) and `data` (what webhooks send, to the byte).

    The last frame has no data, and is all that a heartbeat is: it moves the reader's `Last-Event-ID` to where we are.
    """
    results = (f"id: {event.sequence}\nevent: {event.type}\ndata: {event.body}\n\n" for event in pulled.events)
    return ("".join(results) + f"id: {pulled.next}\n\n").encode()
