"""What an endpoint would have been sent of the last events, and why it would not have been sent the rest."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from services.runtime.events.follow import NOT_OF_SOURCES
from services.runtime.events.tables import events
from services.webhooks.filters import Filter
from services.webhooks.judge import story, why, why_not
from services.webhooks.limits import PREVIEW
from services.webhooks.views import FilterPreview, Judged


def preview(session: Session, event_types: Collection[str], wanted: Filter, *, sources: bool) -> FilterPreview:
    """Judges the last events, the newest first; those about sources only where the endpoint may know of them."""
    visible = () if sources else (NOT_OF_SOURCES,)
    announced = (events.c.announced, events.c.sequence.is_not(None), *visible)
    last = session.execute(select(events).where(*announced).order_by(events.c.sequence.desc()).limit(PREVIEW))
    judged = []
    for row in last:
        report = story(row.source, json.loads(row.body))
        reasons = why_not(event_types, wanted, report)
        judged.append(
            Judged(
                event=row.id,
                type=row.type,
                source=row.source,
                headline=report.headline,
                at=row.occurred_at,
                matches=not reasons,
                why=[] if reasons else why(wanted, report),
                why_not=reasons,
            )
        )
    return FilterPreview(judged=len(judged), matching=sum(entry.matches for entry in judged), events=judged)
