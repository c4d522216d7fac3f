"""The order of an operator with which a backfill begins."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlmodel import Session, col, select

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import WalkBackfill
from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.backfill.models import Backfill
from services.fetcher.backfill.queue import DocumentSeed, add_documents
from services.fetcher.models import Channel, Host, Source
from services.fetcher.politeness import host_of
from services.fetcher.scope import SourceScope
from services.fetcher.sources import find_source
from services.runtime import audit_log
from services.runtime.ledger.jobs import enqueue

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]

WALKED_KINDS = frozenset({"feed", "listing", "sitemap"})
"""Of channels that a backfill goes back in."""
_SITEMAP = re.compile(r"^\s{0,9}sitemap\s{0,9}:\s{0,9}(\S{1,2000})", re.IGNORECASE | re.MULTILINE)


class UnderWay(UserError):  # noqa: N818 - named for what is wrong
    """A backfill of the source is under way already."""


class BackfillOrder(BaseModel):
    """Find what the source published from `since` on, and before `until`; announce it only where that is said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "navy", "since": "2026-01-01", "reason": "The year so far"}]},
    )

    source: Annotated[str, Field(max_length=63)]
    since: date
    until: date | None = Field(default=None, description="Exclusive")
    announce: bool = Field(default=False, description="Tell endpoints of what is new to us, as of news")
    reason: Reason

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.until and self.until <= self.since:
            raise ValueError("`until` is not after `since`: no day lies between them.")
        return self


def write_order(session: Session, order: BackfillOrder, caller: Caller, now: datetime) -> Backfill:
    """Writes the order down, with the channels of its source as the first documents; `UnderWay` if one is."""
    health = find_source(session, order.source)
    session.execute(select(Source.id).where(Source.name == order.source).with_for_update())
    under_way = select(Backfill).where(Backfill.source == order.source, col(Backfill.finished_at).is_(None))
    if before := session.exec(under_way).first():
        raise UnderWay(f"Backfill {before.id} of {order.source} is under way; wait for its end, or cancel it.")
    if order.since > now.date():
        raise UserError("`since` is in the future; nothing can have been published from then on.")
    row = Backfill(
        **order.model_dump(),
        asked_by=caller.key,
        asked_by_name=caller.name,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    channels = [channel for channel in health.channels if channel.kind in WALKED_KINDS]
    documents = [*_own(channels), *_sitemaps(session, health.source, channels)]
    if not documents:
        raise UserError(f"The source {order.source!r} has no feed, listing or sitemap to be walked.")
    add_documents(session, row, documents)
    enqueue(session, WalkBackfill(backfill=row.id or 0, host=host_of(documents[0].url)), lane="bulk")
    audit_log.note(session, caller, "backfill.ordered", f"backfill {row.id} of {row.source}", now, reason=order.reason)
    return row


def _own(channels: Sequence[Channel]) -> list[DocumentSeed]:
    return [DocumentSeed(channel.url, channel.id or 0, channel.kind) for channel in channels]


def _sitemaps(session: Session, source: Source, channels: Sequence[Channel]) -> list[DocumentSeed]:
    """Sitemaps that the hosts of the channels name in their robots.txt, in the scope of the source."""
    hosts = {host_of(channel.url): channel.id or 0 for channel in channels}
    scope = SourceScope.of([*hosts, *source.hosts], ())
    rows = session.exec(select(Host).where(col(Host.name).in_(hosts), Host.robots == "rules")).all()
    return [
        DocumentSeed(url, hosts[host.name], "sitemap")
        for host in rows
        for url in map(_address, _SITEMAP.findall(host.robots_text))
        if url and scope.covers(url)
    ]


def _address(url: str) -> str | None:
    try:
        return canonical_url(url) if urlsplit(url).scheme else None
    except (BadAddress, ValueError):
        return None
