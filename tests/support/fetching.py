"""The fetcher's path without Celery: what is due is handled here, and what it says to others stays in the ledger."""

from datetime import timedelta

from sqlmodel import select

from services.fetcher import sources
from services.fetcher import tasks as _fetcher  # noqa: F401 - registers its handlers
from services.fetcher.models import Channel, Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.ledger_table import LedgerRow

OURS = ("PollChannel", "FetchPage", "HostRecovered")


def runs(now=None):
    """Everything of the fetcher that is due by then, and whose turn it is, is handled.

    What it says to others stays in the ledger.
    """
    now = now or later(seconds=20)
    while sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=OURS)):
        pass


def watches(newsroom, kind="feed", path=None, name="demo", **seed):
    url = newsroom.feed_url if path is None else newsroom.url + path
    with transaction() as session:
        sources.register(session, SourceSeed(name=name, channels=[ChannelSeed(kind=kind, url=url)], **seed), utcnow())


def pages():
    with reading() as session:
        return list(session.exec(select(Page).order_by(Page.id)).all())


def channel():
    with reading() as session:
        return session.exec(select(Channel)).one()


def entries(kind):
    with reading() as session:
        return list(session.exec(select(LedgerRow).where(LedgerRow.kind == kind.__name__).order_by(LedgerRow.id)).all())


def said(kind):
    return [kind.model_validate_json(entry.message) for entry in entries(kind)]


def later(**span):
    return utcnow() + timedelta(**span)
