"""When a trouble is announced, and when its end: once each, however often it comes and goes in between. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.troubles import ServiceTroubleKind

PATIENCE: Mapping[ServiceTroubleKind, timedelta] = {
    "archive_closed": timedelta(minutes=2),
    "archive_unreadable": timedelta(minutes=2),
    "database_closed": timedelta(minutes=2),
    "secrets_unreadable": timedelta(minutes=2),
    "work_overdue": timedelta(minutes=5),
}
"""How long a trouble must have been seen before operators are told; the others are told at once."""
QUIET = timedelta(minutes=10)
"""How long it must have been away before it counts as over: what comes back sooner is still the same."""

Key = tuple[ServiceTroubleKind, str]
"""A kind of trouble, and what has it."""


@dataclass(frozen=True)
class Symptom:
    """A trouble that is there now: since when, and one sentence."""

    since: datetime
    sentence: str


@dataclass(frozen=True)
class KnownTrouble:
    """A trouble as it was known before this look."""

    key: Key
    first_seen: datetime
    last_seen: datetime
    announced: bool


@dataclass(frozen=True)
class TroubleReview:
    """What follows from a look: which are new, still there, to be announced, over, or forgotten unannounced."""

    new: tuple[Key, ...] = ()
    seen: tuple[Key, ...] = ()
    begun: tuple[Key, ...] = ()
    ended: tuple[Key, ...] = ()
    forgotten: tuple[Key, ...] = ()


def review(known: Sequence[KnownTrouble], present: Collection[Key], now: datetime) -> TroubleReview:
    """What follows from what is there now."""
    before = {standing.key: standing for standing in known}
    absent = [standing for standing in known if standing.key not in present and now - standing.last_seen >= QUIET]
    new = tuple(key for key in present if key not in before)
    return TroubleReview(
        new=new,
        seen=tuple(key for key in present if key in before),
        begun=tuple(key for key in present if _is_due(key, before.get(key), now)),
        ended=tuple(standing.key for standing in absent if standing.announced),
        forgotten=tuple(standing.key for standing in absent if not standing.announced),
    )


def _is_due(key: Key, standing: KnownTrouble | None, now: datetime) -> bool:
    if standing is not None and standing.announced:
        return False
    lasted = now - standing.first_seen if standing else timedelta(0)
    return lasted >= PATIENCE.get(key[0], timedelta(0))
