"""What a dry run found on a page is done, if the page is as it was then."""

from typing import Literal

from sqlmodel import Session

from services.contracts.messages import Lane, PagePromoted, PromotePage, Rejection
from services.fetcher.models import Page
from services.runtime import verdicts
from services.runtime.ledger import say


def promote(session: Session, order: PromotePage, lane: Lane) -> None:
    """A wording goes on to the store; a verdict is written on the page's row, unless the page has changed since."""
    page = session.get(Page, order.page, with_for_update=True)
    if page is None or page.moved_to is not None or page.capture != order.newest:
        _tell(session, order, "stale", lane)
    elif isinstance(order.proposal, Rejection):
        verdicts.hold_rejected(session, order.page, order.proposal)
        _tell(session, order, "applied", lane)
    else:
        say(session, order.proposal, lane=lane)


def _tell(session: Session, order: PromotePage, outcome: Literal["applied", "stale"], lane: Lane) -> None:
    told = PagePromoted(reingestion=order.reingestion, page=order.page, outcome=outcome)
    say(session, told, lane=lane)
