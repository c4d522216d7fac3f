"""The steps of a backfill: one document at a turn of its host; what it shows joins the frontier."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from services.contracts.messages import WalkBackfill
from services.fetcher import frontier, poll
from services.fetcher.answers import Answer, Fetched
from services.fetcher.backfill.follow import Sorted, Span, parts_to_read, sort_entries, why_it_ends
from services.fetcher.backfill.models import Backfill, BackfillDocument, BackfillPage
from services.fetcher.backfill.queue import DocumentSeed, add_documents, oldest_open
from services.fetcher.discover import Listed
from services.fetcher.discover.further import Further, further
from services.fetcher.frontier import Joined
from services.fetcher.models import Channel, Source
from services.fetcher.politeness import host_of
from services.fetcher.rounds import WEATHER, RoundResult
from services.fetcher.schedule import UNWELL, wait
from services.fetcher.scope import SourceScope
from services.runtime.database import is_sqlite, transaction

GIVE_UP = 3
"""Failed looks at a document before it is left out."""
BEHIND = timedelta(milliseconds=1)
"""Between the pages that a document showed and the next document: what was found is looked at first."""


@dataclass(frozen=True)
class DocumentReading:
    """What one document gave: its outcome, its entries by time, and where it goes on."""

    look: RoundResult
    entries: Sorted
    beyond: Further


def read_as_kind(
    answer: Answer, document: BackfillDocument, channel: Channel, scope: SourceScope, span: Span
) -> DocumentReading:
    """Reads what came as a document of its kind; the channel's own history does not matter."""
    as_kind = Channel(id=channel.id, source_id=channel.source_id, kind=document.kind, url=channel.url)
    look = poll.read_answer(as_kind, answer, scope)
    beyond = Further()
    if isinstance(answer, Fetched) and look.outcome == "read":
        beyond = further(document.kind, answer.body, answer.url, answer.charset)
    return DocumentReading(look, sort_entries(look.listed, span), beyond)


def join_first(
    source: Source, backfill: Backfill, document: BackfillDocument, reading: DocumentReading, now: datetime
) -> int:
    """Joins its pages to the frontier, in transactions of a few; how many the trail had not shown before.

    What is left for `settle_document` belongs to the transaction that goes on.
    """
    fresh = 0
    for start in range(0, _last_start(reading), frontier.AT_ONCE):
        with transaction() as session:
            some = reading.entries.inside[start : start + frontier.AT_ONCE]
            fresh += _join(session, source, backfill, document, some, now)
    return fresh


def settle_document(
    session: Session,
    source: Source,
    backfill: Backfill,
    document: BackfillDocument,
    reading: DocumentReading,
    fresh: int,
    now: datetime,
) -> datetime:
    """Writes how the look went, and what is to be looked at next; when that is."""
    if reading.look.outcome in WEATHER and document.failures + 1 < GIVE_UP:
        document.failures += 1
        session.add(document)
        return now + max(wait(UNWELL, document.failures), reading.look.retry_after or timedelta())
    fresh += _join(session, source, backfill, document, reading.entries.inside[_last_start(reading) :], now)
    _note(backfill, document, reading)
    session.add_all([backfill, document])
    if reading.look.succeeded:
        _go_on(session, source, backfill, document, reading, fresh)
    return now + BEHIND


def message_of(session: Session, backfill: Backfill, host: str) -> WalkBackfill:
    """The message that brings the next step; of the same host where no document is left."""
    document = oldest_open(session, backfill.id or 0)
    return WalkBackfill(backfill=backfill.id or 0, host=host_of(document.url) if document else host)


def _last_start(reading: DocumentReading) -> int:
    return max(len(reading.entries.inside) - 1, 0) // frontier.AT_ONCE * frontier.AT_ONCE


def _join(
    session: Session,
    source: Source,
    backfill: Backfill,
    document: BackfillDocument,
    entries: tuple[Listed, ...],
    now: datetime,
) -> int:
    """Joins these; how many pages its trail had not shown before."""
    joined = frontier.join(
        session,
        source.name,
        document.channel,
        entries,
        backlog=not backfill.announce,
        now=now,
        claims=0,
        claimed=True,
        lane="bulk",
    )
    return _note_pages(session, backfill, document, joined)


def _note_pages(session: Session, backfill: Backfill, document: BackfillDocument, joined: Joined) -> int:
    if not joined.pages:
        return 0
    rows = [
        {"backfill": backfill.id, "page": page, "trail": document.trail_head, "known": known}
        for page, known in sorted(dict(joined.pages).items())
    ]
    insert = sqlite.insert(_PAGES) if is_sqlite(session) else postgresql.insert(_PAGES)
    return len(session.execute(insert.on_conflict_do_nothing().returning(_PAGES.c.page), rows).all())


def _note(backfill: Backfill, document: BackfillDocument, reading: DocumentReading) -> None:
    look, entries = reading.look, reading.entries
    # That there is no further page is how a listing ends.
    is_end = document.place > 1 and look.outcome in {"gone", "empty", "unreadable", "refused"}
    document.state = "read" if look.succeeded or is_end else "failed"
    document.detail = look.detail or (None if look.succeeded else look.outcome)
    backfill.outside += entries.older + entries.newer
    if entries.oldest:
        backfill.reached = min(backfill.reached or entries.oldest, entries.oldest)


def _go_on(
    session: Session,
    source: Source,
    backfill: Backfill,
    document: BackfillDocument,
    reading: DocumentReading,
    fresh: int,
) -> None:
    span = Span(backfill.since, backfill.until)
    # A site that does not know the number of a page answers each with the first: that is no way to older days.
    shown = _digest(reading.look.listed)
    barren = 0 if fresh or (reading.entries.newer and shown != document.shown_before) else document.barren + 1
    listed = len(reading.look.listed)
    end = why_it_ends(reading.entries, listed=listed, place=document.place, barren=barren, span=span)
    parts = [DocumentSeed(part, document.channel, "sitemap") for part in parts_to_read(reading.look, span)]
    hosts = SourceScope.of([host_of(document.url), *source.hosts], ())
    archives = [
        DocumentSeed(archive.url, document.channel, document.kind)
        for archive in reading.beyond.archives
        if span.meets(archive) and hosts.covers(archive.url)
    ]
    following: list[DocumentSeed] = []
    if end:
        document.detail = document.detail or end
    elif (target := reading.beyond.following) and hosts.covers(target):
        place = document.place + 1
        following = [DocumentSeed(target, document.channel, document.kind, document.trail_head, place, barren, shown)]
    add_documents(session, backfill, [*following, *parts, *archives])


def _digest(listed: Iterable[Listed]) -> str:
    return hashlib.sha256("\n".join(sorted(entry.url for entry in listed)).encode()).hexdigest()[:32]


_PAGES: Relation = SQLModel.metadata.tables[str(BackfillPage.__tablename__)]
