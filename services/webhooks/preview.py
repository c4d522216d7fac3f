"""What an endpoint would have been sent of the last events, and why it would not have been sent the rest."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from services.webhooks.filters import Filter, story, why_not
from services.webhooks.limits import PREVIEW
from services.webhooks.models import announcements
from services.webhooks.views import Judged, Preview


def preview(session: Session, event_types: Collection[str], wanted: Filter) -> Preview:
    """Judges the last events that tell of an article, the newest first."""
    last = session.execute(
        select(announcements)
        .where(announcements.c.article.is_not(None))
        .order_by(announcements.c.announced_at.desc())
        .limit(PREVIEW)
    )
    judged = []
    for row in last:
        told = story(row.source, json.loads(row.body))
        reasons = why_not(event_types, wanted, told)
        judged.append(
            Judged(
                event=row.event,
                type=row.type,
                source=row.source,
                headline=told.headline,
                at=row.occurred_at,
                matches=not reasons,
                why_not=reasons,
            )
        )
    return Preview(judged=len(judged), matching=sum(one.matches for one in judged), events=judged)
