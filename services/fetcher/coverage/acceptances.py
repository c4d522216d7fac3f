"""Gaps that an operator has accepted: each stays listed, and alarms nobody, as long as its cause is the same."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import Text, delete, select, update
from sqlmodel import Field as Column
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.contracts.choices import GapCause
from services.contracts.errors import UserError
from services.fetcher.coverage.find import OPEN
from services.fetcher.gaps import gaps
from services.fetcher.scope import is_matched, path_and_query
from services.fetcher.source_seeds import Pattern
from services.fetcher.sources import require_source
from services.runtime import audit_log
from services.runtime.database import Table, UtcDateTime
from services.runtime.http.problems import Storable

AT_ONCE = 2_000
"""Gaps whose address is compared with a pattern in one read."""

Reason = Annotated[Storable, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class GapAcceptance(Table, table=True):
    """An operator's word that gaps of a source with a cause are right: of one page, of a pattern, or all."""

    __tablename__ = "gap_acceptances"

    id: int | None = Column(default=None, primary_key=True)
    source: str = Column(index=True)
    cause: str
    key: str | None = None
    """`contracts.urls.page_key` of the one page that it is about."""
    pattern: str | None = Column(default=None, sa_type=Text)
    """A regular expression that is found in path and query."""
    reason: str = Column(sa_type=Text)
    accepted_by: str
    accepted_at: datetime = Column(sa_type=UtcDateTime)

    def covers(self, cause: str | None, key: str, url: str) -> bool:
        """Whether a gap with this cause, of this page, is accepted by it."""
        if cause != self.cause or (self.key is not None and self.key != key):
            return False
        return self.pattern is None or is_matched([self.pattern], path_and_query(url))


class GapAcceptanceOrder(BaseModel):
    """Either one `gap`, by its id; or all gaps of a `source` with a `cause`, of addresses that match a `pattern`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"source": "navy", "cause": "gone", "pattern": "/Calendar/", "reason": "Past events go away"}]
        },
    )

    gap: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    source: Annotated[Storable, Field(max_length=63)] | None = None
    cause: GapCause | None = None
    pattern: Pattern | None = None
    reason: Reason

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.gap is None) is (self.source is None) or (self.source is None) is not (self.cause is None):
            raise ValueError(
                "Name one `gap`, or a `source` and a `cause` (and a `pattern`, if not all of them are meant)."
            )
        if self.gap is not None and self.pattern is not None:
            raise ValueError("A `pattern` goes with a `source` and a `cause`, not with one `gap`.")
        return self


def accept_gaps_of(session: Session, order: GapAcceptanceOrder, caller: Caller, now: datetime) -> GapAcceptance:
    """Writes it down, and that the gaps which it covers are accepted from now on; a `UserError` says what it is not."""
    row = GapAcceptance(**_about(session, order), reason=order.reason, accepted_by=caller.name, accepted_at=now)
    session.add(row)
    session.flush()
    covered = _covered(session, row)
    for start in range(0, len(covered), AT_ONCE):
        numbers = covered[start : start + AT_ONCE]
        session.execute(update(gaps).where(gaps.c.id.in_(numbers)).values(accepted=row.id, to_alarm=False))
    about = f"{row.source}: {row.cause}" + (f" {row.pattern}" if row.pattern else "")
    audit_log.note(session, caller, "gaps.accepted", about, now, reason=row.reason)
    return row


def recount(session: Session, number: int, caller: Caller, now: datetime) -> None:
    """The gaps that it covers count again; nobody is alarmed of them anew."""
    row = session.get(GapAcceptance, number, with_for_update=True)
    if row is None:
        raise UserError("GET /gaps/acceptances lists those there are.")
    session.execute(update(gaps).where(gaps.c.accepted == number).values(accepted=None))
    audit_log.note(session, caller, "gaps.counted_again", f"{row.source}: {row.cause}", now)
    session.delete(row)


def acceptances_of(session: Session, sources: Collection[str] | None = None) -> Sequence[GapAcceptance]:
    """All of them, or those of these sources, the latest first."""
    rows = select(GapAcceptance).order_by(col(GapAcceptance.id).desc())
    if sources is not None:
        rows = rows.where(col(GapAcceptance.source).in_(sources))
    return session.execute(rows).scalars().all()


def end_acceptances(session: Session, numbers: Sequence[int]) -> None:
    """Those about one page, whose gap has another cause now, are over."""
    if numbers:
        over = (col(GapAcceptance.id).in_(numbers), col(GapAcceptance.key).is_not(None))
        session.execute(delete(GapAcceptance).where(*over))


def _about(session: Session, order: GapAcceptanceOrder) -> dict[str, Any]:
    if order.gap is None:
        return {
            "source": require_source(session, order.source or "").name,
            "cause": order.cause,
            "pattern": order.pattern,
        }
    row = session.execute(select(gaps).where(gaps.c.id == order.gap, *OPEN)).one_or_none()
    if row is None:
        raise UserError("No such gap is open; GET /gaps lists those that are.")
    return {"source": row.source, "cause": row.cause, "key": row.key}


def _covered(session: Session, acceptance: GapAcceptance) -> list[int]:
    rows = select(gaps.c.id, gaps.c.key, gaps.c.url).where(
        *OPEN, gaps.c.source == acceptance.source, gaps.c.cause == acceptance.cause
    )
    if acceptance.key is not None:
        rows = rows.where(gaps.c.key == acceptance.key)
    listed = session.execute(rows.order_by(gaps.c.id))
    return [row.id for row in listed if acceptance.covers(acceptance.cause, row.key, row.url)]
