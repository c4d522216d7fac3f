"""What `log.*` events say: the transparency log has a new checkpoint.

Fields are added and never renamed or removed.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

LogEventType = Literal["log.checkpoint"]
PREFIX = "log."
"""How each of these types begins."""
CHECKPOINT: LogEventType = "log.checkpoint"


class CheckpointFacts(BaseModel):
    """A checkpoint of the transparency log, and what proves that the log only grew since the one before.

    `checkpoint` is the signed note. `consistency` holds hashes in base64, as `GET /log/consistency` gives them from
    `previous_size` on; empty for the first checkpoint, and where nothing came since the one before.
    """

    model_config = ConfigDict(frozen=True)

    origin: str
    size: int
    previous_size: int
    made_at: datetime
    checkpoint: str
    consistency: tuple[str, ...] = ()


_NOTE = (
    "news.example.org/dateline\n3\nLXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=\n\n"
    "\u2014 news.example.org/dateline Yiaswf5Yh3GfoPWCH2CTqIMLbvoLfbf3as3IwP3Eol"
    "cYW9RAfrsgDWswkGzIURHDTZ1Bp3LqFRofbNym6R61OkuXdQ0=\n"
)
EXAMPLE: dict[str, JsonValue] = {
    "origin": "news.example.org/dateline",
    "size": 3,
    "previous_size": 2,
    "made_at": "2026-03-02T15:00:00Z",
    "checkpoint": _NOTE,
    "consistency": ["LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="],
}
"""The `data` of one such event."""
