"""Dead letters by what they have in common: what was given up on for one cause is decided at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row, func, select
from sqlmodel import Session

from services.admin.dead_letter_views import DeadLetter
from services.admin.dead_letters import LISTED, WAITS
from services.runtime.ledger.ledger_table import ledger

GROUPS = 100
"""The most groups that are shown: those that were added to last."""
ENDPOINTS = 20
"""The most endpoints that a group names."""
_Group = tuple[str, str]


class DeadLetterGroup(BaseModel):
    """Messages of one kind that were given up on for one cause, and what hangs on them."""

    kind: str
    cause: str = Field(description="The reason without what differs, such as addresses and numbers; empty: none")
    messages: int
    first_at: datetime = Field(description="When the first of them was given up on")
    last_at: datetime = Field(description="When the last of them was given up on")
    newest: DeadLetter = Field(description="The message with the highest number")
    pages: int
    articles: int
    reingestions: int
    endpoints: list[int] = Field(description=f"Endpoints whose deliveries wait for it, {ENDPOINTS} at most")


class DeadLetterGroups(BaseModel):
    """Groups of messages that wait for a decision, the one that was added to last first."""

    groups: list[DeadLetterGroup]
    more: bool = Field(description=f"Whether there are more than {GROUPS} groups; decide about these first")


_AT = ledger.c.dead_lettered_at
_BY = ledger.c.kind, ledger.c.cause
GROUPED = (
    select(
        *_BY,
        func.count().label("messages"),
        func.max(ledger.c.id).label("newest"),
        func.min(_AT, type_=_AT.type).label("first_at"),
        func.max(_AT, type_=_AT.type).label("last_at"),
        *(func.count(ledger.c[name].distinct()).label(f"{name}s") for name in ("page", "article", "reingestion")),
    )
    .where(*WAITS)
    .group_by(*_BY)
    .order_by(func.max(_AT).desc(), func.max(ledger.c.id).desc())
    .limit(GROUPS + 1)
)
_ENDPOINTS = select(*_BY, ledger.c.endpoint).where(*WAITS, ledger.c.endpoint.is_not(None)).distinct().limit(1_000)


def grouped(session: Session) -> DeadLetterGroups:
    """The messages that wait for a decision, counted by kind and cause in the database."""
    rows = session.execute(GROUPED).all()
    numbers = [row.newest for row in rows]
    messages = {row.id: row for row in session.execute(select(*LISTED).where(ledger.c.id.in_(numbers)))}
    waiting = _endpoints(session)
    groups = [_group(row, messages, waiting[row.kind, row.cause]) for row in rows[:GROUPS]]
    return DeadLetterGroups(groups=groups, more=len(rows) > GROUPS)


def _group(row: Row[Any], messages: Mapping[int, Row[Any]], endpoints: Sequence[int]) -> DeadLetterGroup:
    counted = {name: getattr(row, name) for name in DeadLetterGroup.model_fields if name not in {"newest", "endpoints"}}
    newest = DeadLetter.model_validate(messages[row.newest])
    return DeadLetterGroup(**counted, newest=newest, endpoints=sorted(endpoints)[:ENDPOINTS])


def _endpoints(session: Session) -> dict[_Group, list[int]]:
    waiting: dict[_Group, list[int]] = defaultdict(list)
    for kind, cause, endpoint in session.execute(_ENDPOINTS):
        waiting[kind, cause].append(endpoint)
    return waiting
