"""What an endpoint would have been sent of the last events, and why it would not have been sent the rest."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from services.runtime.events.follow import told_to
from services.runtime.events.tables import events
from services.webhooks.filters import Filter
from services.webhooks.judge import story, why, why_not
from services.webhooks.limits import PREVIEW
from services.webhooks.views import FilterPreview, Judged


def preview(session: Session, event_types: Collection[str], criteria: Filter, scopes: Collection[str]) -> FilterPreview:
    """Judges the last events, the newest first, of which an endpoint with these scopes may know."""
    announced = (events.c.announced, events.c.sequence.is_not(None), *told_to(scopes))
    last = session.execute(select(events).where(*announced).order_by(events.c.sequence.desc()).limit(PREVIEW))
    judged = []
    for row in last:
        report = story(row.source, json.loads(row.body))
        reasons = why_not(event_types, criteria, report)
        judged.append(
            Judged(
                event=row.id,
                type=row.type,
                source=row.source,
                headline=report.headline,
                at=row.occurred_at,
                matches=not reasons,
                why=[] if reasons else why(criteria, report),
                why_not=reasons,
            )
        )
    return FilterPreview(judged=len(judged), matching=sum(entry.matches for entry in judged), events=judged)
