"""The end of a backfill: its counts are written on its row, and what it noted for them is forgotten."""

import json
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.fetcher.backfill import counts
from services.fetcher.backfill.models import Backfill, BackfillDocument, BackfillPage, BackfillState
from services.runtime import audit_log

AGAIN = timedelta(minutes=1)
"""Between two looks whether its pages have all been visited."""


def close_if_through(session: Session, backfill: Backfill, now: datetime) -> bool:
    """Ends it once every page that it showed was visited and read; whether that is so."""
    if counts.page_counts(session, backfill.id or 0).waiting:
        return False
    end(session, backfill, "done", now)
    return True


def end(session: Session, backfill: Backfill, state: BackfillState, now: datetime) -> None:
    """Closes it and notes so for whoever ordered it: it came to its end, or its source is gone."""
    close(session, backfill, state, now)
    caller = Caller(key=backfill.asked_by, name=backfill.asked_by_name)
    pages = (backfill.summary or {})["pages"]
    about, result = f"backfill {backfill.id} of {backfill.source}", json.dumps({"state": state, **pages})
    audit_log.note(session, caller, "backfill.ended", about, now, result=result)


def close(session: Session, backfill: Backfill, state: BackfillState, now: datetime) -> None:
    """Ends it as it is, with no note. Pages that it has joined to the frontier stay there, and are visited."""
    number = backfill.id or 0
    pages, documents = counts.page_counts(session, number), counts.document_counts(session, number)
    backfill.state, backfill.finished_at = state, now
    backfill.summary = {
        "pages": vars(pages),
        "documents": vars(documents),
        "troubles": counts.troubles(session, number),
    }
    session.add(backfill)
    session.execute(delete(BackfillPage).where(col(BackfillPage.backfill) == number))
    session.execute(delete(BackfillDocument).where(col(BackfillDocument.backfill) == number))
