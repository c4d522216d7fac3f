"""What a new site profile would change of the stored articles: a dry run that is ordered without a person.

A person promotes what it finds. At its end it is promoted without one where a setting says so and lines of bodies are
all that goes, and discarded where nothing changes.
"""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.contracts.messages import ProposeProfile
from services.reingest.models import ReingestionRow
from services.reingest.order import Order, OrderedScope, accept
from services.reingest.scope import neighbours
from services.reingest.state import Verb
from services.reingest.steering import steer
from services.runtime.provenance.profiles import is_current
from services.runtime.provenance.results import pages

PROPOSER = Caller(key=0, name="site profiles")
"""Who orders these: no key."""


def propose_dry_run(session: Session, order: ProposeProfile, now: datetime) -> ReingestionRow | None:
    """Orders the dry run; an earlier one of this host, which nobody has decided about, is discarded.

    None where the host has another profile by now, or no article would be read anew.
    """
    if not is_current(session, order.host, order.profile):
        return None
    _withdraw_earlier(session, order, now)
    scope = OrderedScope(host=order.host, not_profile=order.profile)
    expected, _ = neighbours().reach(session, scope, 0)
    if not expected:
        return None
    why = f"The site profile of {order.host} has changed."
    row = accept(session, Order(scope=scope, dry_run=True, reason=why), PROPOSER, now, expected=expected)
    row.profile, row.promotes = order.profile, order.promote_removals
    return row


def conclude(session: Session, number: int, now: datetime) -> None:
    """Discards or promotes such a dry run when it has ended, where no person decides."""
    row = session.get(ReingestionRow, number)
    if (
        row
        and row.profile is not None
        and row.state == "done"
        and row.preview is None
        and (verb := _verb(session, row))
    ):
        steer(session, verb, number, PROPOSER, now)


def _verb(session: Session, row: ReingestionRow) -> Verb | None:
    these = (pages.c.reingestion == row.id, pages.c.state == "open")
    if session.execute(select(pages.c.page).where(*these).limit(1)).first() is None:
        return "discard"
    more = select(pages.c.page).where(*these, pages.c.only_removes.is_(False)).limit(1)
    return "promote" if row.promotes and session.execute(more).first() is None else None


def _withdraw_earlier(session: Session, order: ProposeProfile, now: datetime) -> None:
    criteria = select(ReingestionRow).where(
        col(ReingestionRow.profile).is_not(None),
        col(ReingestionRow.profile) != order.profile,
        col(ReingestionRow.preview).is_(None),
        col(ReingestionRow.state).not_in(("cancelling", "cancelled")),
    )
    for row in session.scalars(criteria.order_by(col(ReingestionRow.id))).all():
        if row.scope.get("host") == order.host:
            steer(session, "discard" if row.is_in().ended else "cancel", row.id or 0, PROPOSER, now)
