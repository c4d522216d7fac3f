"""Trouble of the service itself: which kinds there are, what to do about each, and what `service.*` events say.

Operators learn of it; subscribers to the news do not. Fields are added and never renamed or removed.
"""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue

ServiceEventType = Literal["service.trouble", "service.recovered"]
SERVICE_PREFIX = "service."
"""How each of these types begins."""
TROUBLE, RECOVERED = get_args(ServiceEventType)

ServiceTroubleKind = Literal[
    "archive_closed",
    "archive_unreadable",
    "database_closed",
    "secrets_unreadable",
    "work_overdue",
    "dead_letters",
    "endpoint_disabled",
    "endpoint_failing",
    "audit_failed",
    "backup_failed",
    "backup_overdue",
]
SourceTroubleKind = Literal["source_silent", "source_blocked", "source_gaps"]
TroubleKind = Literal[ServiceTroubleKind, SourceTroubleKind]
SUBJECTS = 20
"""The most subjects that one event names."""

NEXT_STEPS: dict[TroubleKind, str] = {
    "archive_closed": "Make room on the archive's disk, or give Dateline the right to write there. "
    "Fetching goes on by itself within seconds.",
    "archive_unreadable": "Give the workers the archive that was there before. Reading goes on by itself.",
    "database_closed": "Look whether the database runs and its disk has room. Work goes on by itself.",
    "secrets_unreadable": "Give every process the secret.key, or the DATELINE_SECRET_KEY, that was there before.",
    "work_overdue": "Look whether the workers run, and whether the machine has enough of them.",
    "dead_letters": "Look at the dead letters, mend the cause, then replay or discard them.",
    "endpoint_disabled": "Tell its owner; enable it when it is mended, and what it missed is brought.",
    "endpoint_failing": "Look at its last error. Most of these are the receiver's own; it is tried again by itself.",
    "audit_failed": "Run `dateline audit` and look at what it calls FAIL.",
    "backup_failed": "Look at the folder of backups: its disk, its rights. Then run `dateline backup`.",
    "backup_overdue": "Look whether the fetcher runs and DATELINE_BACKUP_TO is reachable, then run `dateline backup`.",
    "source_silent": "Look at the newsroom's site: has it moved, or does it publish elsewhere?",
    "source_blocked": "Look at the last answer. Remove a channel that is gone for good, or ask for access to the site.",
    "source_gaps": "Look at the gaps and their causes; add a pattern, or ask for the pages again.",
}
"""What an operator does next about each."""


class TroubleNotice(BaseModel):
    """A trouble of the service: what it is about, since when, one sentence, and what to do next.

    `subjects` names at most 20 of the `number` things that have it: endpoints by `endpoint/` and number, say.
    """

    model_config = ConfigDict(frozen=True)

    kind: ServiceTroubleKind
    since: datetime
    sentence: str
    next_step: str
    number: int = 1
    subjects: Annotated[tuple[str, ...], Field(max_length=SUBJECTS)] = ()


class ServiceFacts(BaseModel):
    """What both types of event say."""

    trouble: TroubleNotice


EXAMPLE: JsonValue = {
    "trouble": {
        "kind": "archive_closed",
        "since": "2026-03-02T13:00:00Z",
        "sentence": "The archive cannot be written: No space left on device.",
        "next_step": NEXT_STEPS["archive_closed"],
        "number": 1,
        "subjects": ["gate/archive"],
    }
}
"""The `data` of one of them."""
