"""What is happening right now, for people who watch: where everything is, and how fresh the latest stories are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.audit.gauges import counted_pages
from services.audit.waits import overdue
from services.fetcher.checks import SourcePages
from services.fetcher.models import Page
from services.runtime.events.tables import events
from services.runtime.ledger import health_gates, retries
from services.runtime.ledger.ledger_table import OPEN, due_and_free, ledger
from services.store.models import articles
from services.webhooks.models import deliveries

TROUBLES = 20
"""Messages that are named while they are being retried."""
LATEST = 40
"""Stories whose way is told: as many as fit beside one another on a phone."""

RECENT = 5_000
"""Events among which they are looked for: after an import of a hundred thousand pages, none of the latest was news."""


@dataclass(frozen=True)
class LatestArticle:
    """When a new article was published, seen, stored and first delivered; `published_at` as precise as its page."""

    article: str
    headline: str
    source: str
    published_at: str | None
    seen_at: datetime | None
    stored_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class Trouble:
    """A message that failed unexpectedly and is being retried; `sentence` says how often, why, and when next."""

    id: int
    kind: str
    key: str
    sentence: str


@dataclass(frozen=True)
class Shut:
    """Trouble of our own that work waits for: what, since when, and why."""

    name: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class Overview:
    """Pages by source and state (up to a minute old), messages by state, wake-ups by queue, the latest stories.

    `retrying` are the first messages that failed unexpectedly and are tried again; `gates` what of our own is broken.
    """

    taken_at: datetime
    sources: tuple[SourcePages, ...]
    messages: dict[str, int]
    overdue_seconds: float
    queues: dict[str, int]
    stories: tuple[LatestArticle, ...]
    retrying: tuple[Trouble, ...] = ()
    gates: tuple[Shut, ...] = ()


def overview(session: Session, now: datetime, depths: Mapping[str, int]) -> Overview:
    """What there is at this time; `depths` is empty while Redis is away."""
    return Overview(
        taken_at=now,
        sources=tuple(counted_pages(session, now)),
        messages=_messages(session, now),
        overdue_seconds=overdue(session, now),
        queues=dict(depths),
        stories=_stories(session),
        retrying=tuple(
            Trouble(entry.id, entry.kind, entry.key, entry.sentence(now))
            for entry in retries.retrying(session, limit=TROUBLES)
        ),
        gates=tuple(Shut(member.name, member.since, member.reason) for member in health_gates.shut(session)),
    )


def _messages(session: Session, now: datetime) -> dict[str, int]:
    # Each by an index of its own: to sort all of them by their state is to read all of them. What is held was due.
    ripe, occupied, decided = ledger.c.due_at <= now, ledger.c.lease_until > now, ledger.c.discarded_at.is_not(None)
    states = {
        "due": due_and_free(now),
        "in_flight": (OPEN, ripe, occupied),
        "later": (OPEN, ~ripe),
        "dead_lettered": (~OPEN, ~decided),
        "discarded": (~OPEN, decided),
    }
    counted = {name: session.execute(select(func.count()).where(*which)).scalar_one() for name, which in states.items()}
    return counted | {"retrying": retries.number(session)}


def _stories(session: Session) -> tuple[LatestArticle, ...]:
    last = select(func.max(events.c.sequence)).scalar_subquery()
    latest = (
        select(events.c.id, events.c.subject, events.c.occurred_at, events.c.sequence)
        .where(events.c.type == "article.created", events.c.announced, events.c.sequence > last - RECENT)
        .order_by(events.c.sequence.desc())
        .limit(LATEST)
        .subquery()
    )
    reached = func.min(deliveries.c.delivered_at, type_=deliveries.c.delivered_at.type)
    delivered = select(reached).where(deliveries.c.event == latest.c.id).scalar_subquery()
    rows = session.execute(
        select(
            latest.c.subject,
            articles.c.headline,
            articles.c.source,
            articles.c.published_at,
            col(Page.discovered_at).label("seen_at"),
            latest.c.occurred_at.label("stored_at"),
            delivered.label("delivered_at"),
        )
        .join(articles, articles.c.id == latest.c.subject)
        .outerjoin(Page, col(Page.id) == articles.c.page)
        .order_by(latest.c.sequence.desc())
    )
    return tuple(LatestArticle(*row) for row in rows)
