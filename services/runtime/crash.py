"""Named places at which a fault test may end this process, to see what a kill at that very moment costs.

`DATELINE_CRASH_AT` names one (`SaveArticle:committed`); the process that comes by first ends there as by `kill -9`, and
a file in the state folder keeps those after it alive. Nobody sets it but tests; unset, a place costs one comparison.

The places of a message: `claimed` (its claim is on record), `handled` (its rows are written, not committed),
`committed` (nobody was reminded yet), `hinted` (its hint has left for Redis). Of a capture: `capture:written` (not yet
under its name), `capture:kept`. Of the sweep: `sweep:taken` (stamped, not yet hinted).
"""

import os
import signal
from pathlib import Path

_PLACE = os.environ.get("DATELINE_CRASH_AT")


def at(place: str) -> None:
    """Ends the process here, when this is the place, for the first time in this installation."""
    if place == _PLACE and _first_time(place):
        os.kill(os.getpid(), signal.SIGKILL)


def mark(place: str) -> Path:
    """The file that tells that somebody ended at this place."""
    from services.runtime.settings import runtime_settings  # noqa: PLC0415 - only a test comes here

    return runtime_settings().state / f"crashed-{place.replace(':', '-')}"


def _first_time(place: str) -> bool:
    try:
        mark(place).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
