"""What a dry run found is done: exactly that, page by page, where nothing has changed since."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, select, update
from sqlmodel import Session

from services.contracts.messages import Rejection, SaveArticle
from services.reingest.models import ReingestionRow
from services.reingest.progress import FINDINGS
from services.reingest.scope import neighbours
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance import verdicts
from services.runtime.provenance.results import pages, settle

AT_ONCE = 50
"""Findings handed on in one transaction."""
UNDER_WAY = 100
"""Promoted pages of one order that may be under way at a time: the pace at which live news is not delayed."""

_proposal: TypeAdapter[SaveArticle | Rejection] = TypeAdapter(SaveArticle | Rejection)


def hand_on(session: Session, row: ReingestionRow) -> None:
    """Hands on the next findings of the order, whose row the caller holds."""
    criteria = select(pages).where(pages.c.reingestion == row.id, pages.c.state == "open")
    rows = session.execute(criteria.order_by(pages.c.page).limit(AT_ONCE)).all()
    these = (pages.c.reingestion == row.id, pages.c.page.in_([page.page for page in rows]))
    session.execute(update(pages).where(*these).values(state="applying"))
    still = neighbours().still(session, {page.page: page.newest for page in rows})
    for page in rows:
        _hand_on(session, page, as_it_was=page.page in still)
    row.open, row.applying, row.steps = row.open - len(rows), row.applying + len(rows), row.steps + 1


def findings(row: ReingestionRow) -> dict[str, int]:
    """How many findings wait, are under way, were applied, or had become stale."""
    return {name: getattr(row, name) for name in FINDINGS}


def _hand_on(session: Session, page: Row[Any], *, as_it_was: bool) -> None:
    """A wording goes to the store, which looks whether the article is as it was; a verdict is written down at once."""
    proposal = _proposal.validate_json(page.proposal) if as_it_was else None
    match proposal:
        case SaveArticle():
            enqueue(session, proposal, lane="bulk")
        case Rejection():
            verdicts.hold_rejected(session, page.page, proposal)
            settle(session, page.reingestion, page.page, "applied")
        case None:
            settle(session, page.reingestion, page.page, "stale")
