"""What the ledger says is due: a drill lets time pass from one due message to the next."""

from datetime import datetime

from sqlalchemy import and_, func, select

from services.contracts.wiring import KINDS, ROUTES
from services.fetcher.models import Host
from services.runtime.database import reading
from services.runtime.ledger.ledger_table import OPEN, ledger

BY_HOST = tuple(name for name, kind in KINDS.items() if ROUTES[kind].by_host)
TIMERS = tuple(name for name, kind in KINDS.items() if ROUTES[kind].timer)


def next_due_message(now: datetime) -> datetime | None:
    """When the next message is due that is not a timer; None where there is none."""
    coming = (OPEN, ledger.c.due_at > now, ledger.c.kind.not_in(TIMERS))
    with reading() as session:
        due: datetime | None = session.execute(select(func.min(ledger.c.due_at)).where(*coming)).scalar()
    return due


def is_busy(now: datetime) -> bool:
    """Whether a message is due or in a worker's hands. What waits for a host that rests is not."""
    hosts = Host.__table__  # type: ignore[attr-defined]
    rests = select(hosts.c.name).where(hosts.c.resumes_at > now)
    waits = and_(ledger.c.kind.in_(BY_HOST), ledger.c.host.in_(rests), ledger.c.lease_token.is_(None))
    with reading() as session:
        return (
            session.execute(select(ledger.c.id).where(OPEN, ledger.c.due_at <= now, ~waits).limit(1)).first()
            is not None
        )
