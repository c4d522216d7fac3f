"""What all streams have in common: Server-Sent Events, as the WHATWG HTML standard describes them."""

from starlette.responses import StreamingResponse

HEARTBEAT = 15.0
"""Seconds after which something is said although nothing happened: proxies close what is silent for a minute."""
LONGEST = 900.0
"""Seconds after which a stream ends; its reader comes again, and the key is looked at again."""
RETRY = b"retry: 1000\n\n"
HEADERS = {"X-Accel-Buffering": "no"}
"""Asks a proxy in between to pass on each event as it comes."""


class Stream(StreamingResponse):
    """Server-Sent Events."""

    media_type = "text/event-stream"
