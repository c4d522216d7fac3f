"""The channels of all sources are reconciled with what is stored: gaps open, get a cause, and close.

A step looks at those rows of `gaps` that are due, a few at a time, and never at the pages of a source as such.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.fetcher.coverage.acceptances import acceptances_of, end_acceptances
from services.fetcher.coverage.causes import Judgement, PageStanding, deserves_alarm, judge
from services.fetcher.gaps import gaps
from services.fetcher.models import Page, Source
from services.runtime.database import UtcDateTime
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.verdicts import is_rejected, verdicts

AT_ONCE = 80
"""Gaps that one step looks at; it takes some 4.5 ms of CPU."""
EVERY = timedelta(minutes=1)
"""Between two steps while nothing more is due."""
Judged = tuple[Row[Any], PageStanding, Judgement]


def look(session: Session, now: datetime, patience: timedelta) -> list[Judged]:
    """How those stand that are due, and what is to be written of each."""
    rows = session.execute(_DUE, {"now": now}).all()
    failing = _failing(session, {row.number for row in rows if row.number})
    standings = [_standing(row, failing.get(row.number)) for row in rows]
    return [(row, entry, judge(entry, now, patience)) for row, entry in zip(rows, standings, strict=True)]


def write(session: Session, judged: Sequence[Judged], now: datetime) -> None:
    """Writes it: what was stored in time is forgotten, what was stored late is closed, the rest has a cause."""
    stored = [(row, verdict) for row, _, verdict in judged if verdict.stored_at]
    accepted = _accepted(session, judged)
    session.execute(delete(gaps).where(gaps.c.id.in_([row.id for row, verdict in stored if verdict.in_time])))
    _execute(
        session, _CLOSE, ({"of": row.id, "at": verdict.stored_at} for row, verdict in stored if not verdict.in_time)
    )
    _execute(
        session, _KEEP, (_gap_row(*entry, accepted.get(entry[0].id), now) for entry in judged if not entry[2].stored_at)
    )


def _accepted(session: Session, judged: Sequence[Judged]) -> dict[int, int]:
    """Of each gap that an operator has accepted, for the cause that it has now, by which word."""
    missing = [(row, judgement.cause) for row, _, judgement in judged if judgement.cause]
    known = acceptances_of(session, {row.source for row, _ in missing}) if missing else ()
    accepted = {
        row.id: entry.id or 0
        for row, cause in missing
        for entry in known
        if entry.source == row.source and entry.covers(cause, row.key, row.url)
    }
    end_acceptances(session, [row.accepted for row, _ in missing if row.accepted and row.id not in accepted])
    return accepted


def _gap_row(
    row: Row[Any], standing: PageStanding, judgement: Judgement, accepted: int | None, now: datetime
) -> dict[str, Any]:
    opened = row.opened_at or (now if judgement.cause else None)
    # What was accepted for another cause is news again.
    is_news = not accepted and (row.alarmed_at is None or row.accepted is not None)
    alarm = bool(judgement.cause and is_news and deserves_alarm(standing, judgement.cause))
    fields = {
        "cause": judgement.cause,
        "detail": judgement.detail,
        "check_at": judgement.check_at,
        "accepted": accepted,
    }
    # A page that turned out to be another one is looked at there from now on.
    return fields | {"of": row.id, "opened_at": opened, "to_alarm": alarm, "page": row.number}


def _standing(row: Row[Any], failing: Row[Any] | None) -> PageStanding:
    return PageStanding(
        shown_at=row.shown_at,
        backlog=row.backlog,
        is_page=row.number is not None,
        paused=bool(row.paused),
        stored_at=row.stored_at or row.read_fetched_at if row.article else None,
        visited_at=row.visited_at,
        outcome=row.outcome,
        detail=row.look_detail,
        rejected=f"{row.rejected_reason}: {row.rejected_detail}" if row.is_rejected else None,
        failing=failing and f"{failing.kind}: {failing.reason}",
        given_up=bool(failing and failing.dead_lettered_at),
    )


def _failing(session: Session, pages: set[int]) -> dict[int, Row[Any]]:
    """Of each page the message about it that was dead-lettered, or else the one that is retried."""
    rows = session.execute(_FAILING, {"pages": sorted(pages)}).all() if pages else ()
    return {row.page: row for row in sorted(rows, key=lambda row: row.dead_lettered_at is not None)}


def _execute(session: Session, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    if listed := list(rows):
        session.execute(statement, listed, execution_options={"synchronize_session": False})


_SHOWN = aliased(Page)
_NUMBER = func.coalesce(col(_SHOWN.moved_to), gaps.c.page)
# Made once: to make a statement costs more than to run it.
_DUE = (
    select(
        gaps.c.id,
        gaps.c.source,
        gaps.c.key,
        gaps.c.url,
        gaps.c.accepted,
        gaps.c.shown_at,
        gaps.c.backlog,
        gaps.c.opened_at,
        gaps.c.alarmed_at,
        _NUMBER.label("number"),
        col(Page.visited_at),
        col(Page.outcome),
        col(Page.detail).label("look_detail"),
        verdicts.c.article,
        verdicts.c.stored_at,
        verdicts.c.read_fetched_at,
        verdicts.c.rejected_reason,
        verdicts.c.rejected_detail,
        is_rejected(col(Page.capture), col(Page.fetched_at)).label("is_rejected"),
        col(Source.paused),
    )
    .select_from(gaps)
    .outerjoin(_SHOWN, col(_SHOWN.id) == gaps.c.page)
    .outerjoin(Page, col(Page.id) == _NUMBER)
    .outerjoin(verdicts, verdicts.c.page == _NUMBER)
    .outerjoin(Source, col(Source.name) == gaps.c.source)
    .where(gaps.c.closed_at.is_(None), gaps.c.check_at <= bindparam("now", type_=UtcDateTime))
    .order_by(gaps.c.check_at)
    .limit(AT_ONCE)
)
_FAILING = select(ledger.c.page, ledger.c.kind, ledger.c.reason, ledger.c.dead_lettered_at).where(
    ledger.c.page.in_(bindparam("pages", expanding=True)),
    ledger.c.page.is_not(None),
    ledger.c.reason.is_not(None),
    ledger.c.discarded_at.is_(None),
    (ledger.c.attempts > 0) | ledger.c.dead_lettered_at.is_not(None),
)
_OF = gaps.c.id == bindparam("of")
_CLOSE = update(gaps).where(_OF).values(closed_at=bindparam("at", type_=UtcDateTime), to_alarm=False)
_KEEP = (
    update(gaps)
    .where(_OF)
    .values(
        {
            name: bindparam(name, type_=gaps.c[name].type)
            for name in ("cause", "detail", "check_at", "opened_at", "to_alarm", "page", "accepted")
        }
    )
)
