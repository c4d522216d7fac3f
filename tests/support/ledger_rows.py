"""Rows of the ledger, as tests of it enqueue and claim them."""

from datetime import timedelta

from sqlmodel import select

from services.contracts.messages import FetchPage
from services.contracts.wiring import ROUTES
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import claim, due, enqueue
from services.runtime.ledger.ledger_table import LedgerRow

KINDS = ("FetchPage", "Deliver", "SaveArticle")


LEASE = ROUTES[FetchPage].lease


SOON = timedelta(seconds=1)


LATER = timedelta(hours=1)


def said(message=FetchPage(page=1), **options) -> None:  # noqa: B008 - frozen
    with transaction() as session:
        enqueue(session, message, **options)


def entries() -> list[LedgerRow]:
    with reading() as session:
        return list(session.exec(select(LedgerRow).order_by(LedgerRow.id)).all())


def claimed(now=None, **options):
    now = now or utcnow() + SOON
    return [job for row, kind in due(now, kinds=KINDS) for job in claim(kind, [row], now, **options)]
