"""Replays deliveries: one, a range, or all that failed, in one statement, so that each comes once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlmodel import Session

from services.runtime.events.tables import events
from services.webhooks.models import deliveries
from services.webhooks.release import wake

FAILED, ALL = ("pending", "failed"), ("pending", "failed", "delivered")
"""The states from which a delivery is brought: one that waits for its next attempt does not wait any longer."""


@dataclass(frozen=True)
class Range:
    """Which deliveries of an endpoint: all that is named must hold."""

    deliveries: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    from_sequence: int | None = None
    to_sequence: int | None = None
    types: Sequence[str] | None = None
    """Types of events, or patterns like `article.*`."""
    article: str | None = None
    failed_only: bool = True


def count(session: Session, endpoint: int, criteria: Range) -> int:
    """How many deliveries `replay` would bring again now."""
    return session.scalar(select(func.count()).select_from(deliveries).where(*_chosen(endpoint, criteria))) or 0


def replay(session: Session, endpoint: int, criteria: Range, now: datetime) -> int:
    """Makes the deliveries pending, due now, at the beginning of the schedule; how many.

    Event, number and bytes stay, so that a receiver that has them knows them again. An endpoint that is left alone is
    probed at once, and what else waits for it is due as well: the order of an article's events holds.
    """
    again = {"state": "pending", "tries": 0, "next_try": now, "delivered_at": None}
    due = update(deliveries).where(*_chosen(endpoint, criteria)).values(again).returning(deliveries.c.id)
    brought = len(session.execute(due).all())
    if brought:
        wake(session, endpoint, now)
    return brought


def _chosen(endpoint: int, criteria: Range) -> list[ColumnElement[bool]]:
    states = FAILED if criteria.failed_only else ALL
    chosen = [deliveries.c.endpoint == endpoint, deliveries.c.state.in_(states)]
    if criteria.deliveries is not None:
        chosen.append(deliveries.c.id.in_(criteria.deliveries))
    if criteria.since is not None:
        chosen.append(deliveries.c.created_at >= criteria.since)
    if criteria.until is not None:
        chosen.append(deliveries.c.created_at < criteria.until)
    if criteria.from_sequence is not None:
        chosen.append(deliveries.c.sequence >= criteria.from_sequence)
    if criteria.to_sequence is not None:
        chosen.append(deliveries.c.sequence <= criteria.to_sequence)
    if criteria.article is not None:
        chosen.append(deliveries.c.article == criteria.article)
    if criteria.types is not None:
        of_type = or_(*(_is_like(pattern) for pattern in criteria.types))
        chosen.append(exists().where(events.c.id == deliveries.c.event, of_type))
    return chosen


def _is_like(pattern: str) -> ColumnElement[bool]:
    return events.c.type.like(pattern.replace("_", "\\_").replace("*", "%"), escape="\\")
