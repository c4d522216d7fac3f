"""A host serves again: what failed because it did not is looked at now, and not when its own long wait is over."""

from sqlmodel import Session, col, select

from services.fetcher import frontier
from services.fetcher.models import Channel, Page
from services.fetcher.politeness import host_of
from services.fetcher.rounds import next_address, poll_of
from services.runtime.ledger.jobs import enqueue

WOKEN = 500
"""Pages that are looked at, at most; while a host rests few are asked for, so that few can have failed."""


def wake(session: Session, host: str) -> tuple[int, int]:
    """How many channels and pages of the host are due now: those whose last look failed, each at its turn."""
    failed = session.exec(select(Channel).where(col(Channel.failures) > 0).order_by(col(Channel.id))).all()
    channels = [channel for channel in failed if host_of(next_address(channel)) == host]
    for channel in channels:
        enqueue(session, poll_of(channel))
    pages = _failed_pages(session, host)
    for page in sorted(pages):  # in one order for everybody who says many
        frontier.visit(session, page, host, lane="bulk")  # which leaves each in the lane that it is in
    return len(channels), len(pages)


def _failed_pages(session: Session, host: str) -> list[int]:
    # Addresses are canonical: their host is in lower case, and a slash follows it.
    there = col(Page.url).contains(f"://{host}/", autoescape=True)
    unserved = col(Page.outcome).in_(("blocked", "unavailable"))
    failed = (col(Page.failures) > 0, unserved, there, col(Page.moved_to).is_(None))
    latest = select(col(Page.id)).where(*failed).order_by(col(Page.visited_at).desc()).limit(WOKEN)
    return [page for page in session.exec(latest) if page is not None]
