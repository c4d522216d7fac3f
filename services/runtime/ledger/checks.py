"""What `dateline audit` asks of the ledger: that nothing waits too long, is held too long, or is heard by nobody."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.contracts.wiring import KINDS, ROUTES
from services.runtime.ledger import health_gates, retries
from services.runtime.ledger.ledger_table import HELD, OPEN, ledger

LATE = 300.0
"""Seconds that a message may be due before it counts as overdue: any backlog of a healthy service is shorter."""
LONGEST = max(route.lease for route in ROUTES.values())
MARGIN = timedelta(minutes=1)
"""By how much the clocks of two machines may differ."""


def checks(session: Session, now: datetime, overdue: float) -> tuple[Check, ...]:
    """Every invariant of the ledger, as it stands now, given for how long something has been overdue."""
    occupied = _number(session, and_(HELD, ledger.c.lease_until > now + LONGEST + MARGIN))
    unheard = sum(number for kind, number in _kinds(session).items() if kind not in KINDS)
    failing = retries.retrying(session, limit=1)
    first = f"; the first: {failing[0].kind} {failing[0].key}, {failing[0].sentence(now)}" if failing else ""
    broken = health_gates.shut(session)
    return (
        Check(
            "house in order",
            holds=not broken,
            sentence=" ".join(gate.reason for gate in broken) or "Nothing of our own is in the way of the work.",
        ),
        Check(
            "nothing retried",
            holds=not failing,
            sentence=f"{retries.number(session)} messages failed unexpectedly and are being retried{first}.",
        ),
        Check(
            "nothing overdue",
            holds=overdue < LATE,
            sentence=f"The longest-waiting message has been due for {overdue:.0f} s, of {LATE:.0f} s that are allowed.",
        ),
        Check(
            "leases that end",
            holds=not occupied,
            sentence=f"{occupied} messages are held for longer than any work lasts, so a clock was set back.",
        ),
        Check(
            "messages that are heard",
            holds=not unheard,
            sentence=f"{unheard} messages are of a kind that this version does not know; the one that said them does.",
        ),
    )


def _kinds(session: Session) -> dict[str, int]:
    """How many open messages of each kind there are: by the index of keys, and none of their rows."""
    return dict(session.execute(select(ledger.c.kind, func.count()).where(OPEN).group_by(ledger.c.kind)).all())


def _number(session: Session, amiss: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).where(OPEN, amiss)).scalar_one())
