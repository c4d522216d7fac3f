"""Named places at which a fault test may end a process, to see what a kill at that very moment costs.

`DATELINE_CRASH_AT` names a folder. A file in it that is named like a place (`SaveArticle:committed`) ends the process
that comes by first, as `kill -9` does; the file is taken away before, so that the next one passes. Nobody sets the
variable but tests; unset, a place costs one comparison.

The places of a message: `claimed` (its claim is on record), `handled` (its rows are written, not committed),
`committed` (nobody was reminded yet), `woken` (its wake-up has left for Redis). Of a capture: `capture:written` (not
yet under its name), `capture:kept`. Of packing: `pack:appended` (written, perhaps not on disk), `pack:synced` (not yet
indexed), `pack:indexed` (every file still there), `pack:unlinked` (the first one gone), `pack:sealing`. Of thinning:
`thin:moved` (what stays is in another segment), `thin:forgotten` (the old one has no rows). Of the sweep: `sweep:taken`
(stamped, not yet woken).
"""

import os
import signal
from pathlib import Path

_FOLDER = os.environ.get("DATELINE_CRASH_AT")


def fault_point(place: str) -> None:
    """Ends the process here, if this is asked for and nobody else came by before."""
    if _FOLDER and _claim(Path(_FOLDER, place)):
        os.kill(os.getpid(), signal.SIGKILL)


def _claim(order: Path) -> bool:
    try:
        order.unlink()
    except FileNotFoundError:
        return False
    return True
