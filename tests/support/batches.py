"""Captures that come together, and what one batch of them asks of the database."""

from datetime import timedelta

from sqlalchemy import select

from services.runtime.database import reading, utcnow
from services.runtime.ledger import worker
from services.runtime.ledger.ledger_table import ledger

PAGES = 20


def open_ones(kind):
    with reading() as session:
        rows = session.execute(select(ledger).where(ledger.c.kind == kind.__name__).order_by(ledger.c.id))
        return rows.all()


def together(kind):
    return worker.handle(kind.__name__, [row.id for row in open_ones(kind)], utcnow() + timedelta(seconds=1))
