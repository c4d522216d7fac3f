"""Events as a stream that does not end: Server-Sent Events, as the WHATWG HTML standard describes them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from services.runtime.watch import Watch, stopping
from services.store.follow import Pulled

HEARTBEAT = 15.0
"""Seconds after which something is said although nothing happened: proxies close what is silent for a minute."""
LONGEST = 900.0
"""Seconds after which a stream ends; its reader comes again with `Last-Event-ID`, and the key is looked at again."""
RETRY = b"retry: 1000\n\n"
HEADERS = {"X-Accel-Buffering": "no"}
"""Asks a proxy in between to pass on each event as it comes."""

log = structlog.get_logger()


class Stream(StreamingResponse):
    """Server-Sent Events."""

    media_type = "text/event-stream"


async def stream(watch: Watch, pull: Callable[[int], Pulled], after: int) -> AsyncIterator[bytes]:
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
    except SQLAlchemyError as trouble:
        log.warning("stream_ended", error=type(trouble).__name__)


def frames(pulled: Pulled) -> bytes:
    """Each event as `id` (its number), `event` (its type) and `data` (what webhooks send, to the byte).

    The last frame has no data, and is all that a heartbeat is: it moves the reader's `Last-Event-ID` to where we are.
    """
    told = (f"id: {event.sequence}\nevent: {event.type}\ndata: {event.body}\n\n" for event in pulled.events)
    return ("".join(told) + f"id: {pulled.next}\n\n").encode()
