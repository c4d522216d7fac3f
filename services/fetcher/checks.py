"""What `dateline audit` asks of the fetcher: where every page is, in a sum that must come out even."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.contracts.checks import Check
from services.contracts.messages import FetchPage, PollChannel
from services.fetcher.models import IMPORT, Channel, Page
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance.verdicts import is_settled, verdicts

SHOWN = 100
"""Unaccounted pages that are named."""


@dataclass(frozen=True)
class SourcePages:
    """How many pages of one source are where; the states sum up to `pages`.

    `unread` of them have a capture that was neither stored nor rejected yet.
    """

    source: str
    pages: int
    due: int = 0
    in_flight: int = 0
    at_rest: int = 0
    dead_lettered: int = 0
    unaccounted: int = 0
    unread: int = 0


@dataclass(frozen=True)
class Lost:
    """A page that nothing will ever look at again, though something should."""

    page: int
    key: str
    url: str | None
    source: str


def count_pages(session: Session, now: datetime) -> list[SourcePages]:
    """Every page of every source, in exactly one state."""
    state = state_of(now).label("state")
    counted = session.execute(
        select(
            col(Page.source), state, func.count().label("pages"), func.sum(case((UNREAD, 1), else_=0)).label("unread")
        )
        .select_from(Page)
        .outerjoin(verdicts, verdicts.c.page == col(Page.id))
        .outerjoin(PLAN, PLANNED)
        .group_by(col(Page.source), state)
        .order_by(col(Page.source))
    ).all()
    return [
        SourcePages(
            source=source,
            pages=sum(row.pages for row in rows),
            unread=sum(row.unread for row in rows),
            **{row.state: row.pages for row in rows},
        )
        for source, rows in ((name, list(group)) for name, group in groupby(counted, key=lambda row: row.source))
    ]


def unaccounted(session: Session, now: datetime) -> list[Lost]:
    """The first of those pages that are in no state; there should be none."""
    rows = session.execute(
        select(col(Page.id), col(Page.key), col(Page.url), col(Page.source))
        .outerjoin(PLAN, PLANNED)
        .where(state_of(now) == "unaccounted")
        .order_by(col(Page.id))
        .limit(SHOWN)
    ).all()
    return [Lost(*row) for row in rows]


def checks(session: Session, now: datetime, counted: Sequence[SourcePages]) -> tuple[Check, ...]:
    """Whether each page is in one of the states, as they were counted, and each channel will be looked at again."""
    lost = unaccounted(session, now) if any(entry.unaccounted for entry in counted) else []
    labels = f", the first is {lost[0].url or lost[0].key}" if lost else ""
    # One look through the ledger: asked for each channel, it would be looked through as often as there are channels.
    polls = (col(LedgerRow.kind) == PollChannel.__name__, col(LedgerRow.channel).is_not(None))
    unplanned = col(Channel.id).not_in(select(col(LedgerRow.channel)).where(*polls))
    unwatched = session.execute(select(func.count()).select_from(Channel).where(unplanned)).scalar_one()
    return (
        Check("every page accounted for", holds=not lost, sentence=f"{len(lost)} pages are unaccounted for{labels}."),
        Check(
            "every channel watched",
            holds=not unwatched,
            sentence=f"{unwatched} channels have no message in the ledger, so nobody will look at them again.",
        ),
    )


UNREAD = and_(
    col(Page.capture).is_not(None),
    func.coalesce(~is_settled(col(Page.capture), col(Page.fetched_at)), true()),
)
"""Of a page that is joined with its verdict: whether its newest capture was neither stored nor rejected yet."""
PLAN = aliased(LedgerRow)
"""The planned visit of a page: joined where `PLANNED`."""
_TARGET = aliased(Page)


def _by_plan(visit: type[LedgerRow]) -> ColumnElement[bool]:
    return and_(
        col(visit.kind) == FetchPage.__name__, col(visit.page) == col(Page.id), col(visit.reingestion).is_(None)
    )


PLANNED = and_(_by_plan(PLAN), col(PLAN.dead_lettered_at).is_(None))


def state_of(now: datetime) -> ColumnElement[str]:
    """Where a page is, of one that is joined with its planned visit: due, in flight, at rest, dead-lettered, or
    nowhere.
    """
    given_up = exists().where(_by_plan(LedgerRow), col(LedgerRow.dead_lettered_at).is_not(None))
    # What came as a file, whose source was removed, or turned out to be another page, is visited by no plan. Where that
    # other page turned out to be yet another one, nobody looks at either.
    leads_nowhere = exists().where(col(_TARGET.id) == col(Page.moved_to), col(_TARGET.moved_to).is_not(None))
    moved = and_(col(Page.moved_to).is_not(None), ~leads_nowhere)
    resting = or_(col(Page.source) == IMPORT, col(Page.channel).is_(None), moved)
    return case(
        (col(PLAN.lease_until) >= now, "in_flight"),
        (col(PLAN.due_at) <= now, "due"),
        (col(PLAN.id).is_not(None), "at_rest"),
        (given_up, "dead_lettered"),
        (resting, "at_rest"),
        else_="unaccounted",
    )
