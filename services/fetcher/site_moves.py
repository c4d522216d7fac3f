"""The move of a whole site to another host, as an operator orders it: sources, pages, and what is listed later."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from sqlalchemy import ColumnElement, delete, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from services.contracts.messages import MoveArticles, MovePages
from services.contracts.urls import page_key
from services.fetcher import moves
from services.fetcher.discover import Listed
from services.fetcher.models import Channel, MovedSite, Page, Source
from services.runtime.ledger.jobs import enqueue

AT_ONCE = 200
"""Pages moved in one transaction: other writers wait meanwhile."""
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,250}(?::\d{1,5})?")


def _site(host: str) -> str:
    site = host.strip().lower().removeprefix("www.").rstrip(".")
    if not _HOST.fullmatch(site):
        raise ValueError(f"{host[:100]!r} is no host; write it like example.gov, without https:// and path.")
    return site


Site = Annotated[str, AfterValidator(_site)]


class SiteMoveOrder(BaseModel):
    """From which host to which a site moved, with all its sub-domains; `www.` makes no difference."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"old": "defense.gov", "new": "war.gov"}]}
    )

    old: Site
    new: Site
    dry_run: bool = False
    """Only says what would be done."""
    announce: bool = False
    """Whether `article.moved` goes out for each article. It is in the event log in any case."""

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> "SiteMoveOrder":
        if self.old == self.new:
            raise ValueError("Both hosts are the same; name the one it left and the one it went to.")
        return self


@dataclass(frozen=True)
class SiteMovePlan:
    """What a move changes: how many pages, which channels and sources, and the first pages with their new addresses."""

    pages: int
    channels: Sequence[tuple[str, str]]
    sources: Sequence[str]
    sample: Sequence[tuple[str, str]]


def moved_url(url: str, old: str, new: str) -> str | None:
    """Where a page of the site is after the move; None of an address elsewhere."""
    parts = urlsplit(url)
    if parts.netloc != old and not parts.netloc.endswith(f".{old}"):
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(old) + new))


def plan_of(session: Session, order: SiteMoveOrder, sample: int) -> SiteMovePlan:
    """What the move would change; writes nothing."""
    at_old = _is_at(order.old)
    number = session.execute(core_select(func.count()).select_from(Page).where(at_old)).scalar_one()
    urls = session.scalars(select(col(Page.url)).where(at_old).order_by(col(Page.id)).limit(sample))
    channels = [(channel.url, url) for channel, url in _channels(session, order)]
    return SiteMovePlan(
        pages=number,
        channels=channels,
        sources=[source.name for source in _sources(session, order)],
        sample=[(url, moved) for url in urls if url and (moved := moved_url(url, order.old, order.new))],
    )


def relocate(session: Session, order: SiteMoveOrder, now: datetime) -> None:
    """Writes the move down, moves sources and channels, and lets the pages follow in turns."""
    # What moved back has not moved.
    session.execute(delete(MovedSite).where(col(MovedSite.old).in_([order.old, order.new])))
    session.add(MovedSite(old=order.old, new=order.new, moved_at=now))
    for source in _sources(session, order):
        hosts = [moved_url(f"//{host}", order.old, order.new) for host in source.hosts]
        source.hosts = list(dict.fromkeys([*source.hosts, *(host[2:] for host in hosts if host), order.new]))
    for channel, url in _channels(session, order):
        channel.url, channel.etag, channel.last_modified, channel.parts = url, None, None, []
    session.flush()
    enqueue(session, MovePages(old=order.old, new=order.new, announce=order.announce), lane="bulk")


def relocate_pages(session: Session, order: MovePages) -> MovePages | None:
    """Moves the next pages, and tells the store; the message that goes on, None at the end."""
    query = core_select(col(Page.id), col(Page.url)).where(_is_at(order.old), col(Page.id) > order.after)
    rows = session.execute(query.order_by(col(Page.id)).limit(AT_ONCE)).all()
    urls = {row.id: url for row in rows if row.url and (url := moved_url(row.url, order.old, order.new))}
    if urls:
        _move(session, urls)
        moved = tuple(sorted(urls.items()))
        enqueue(session, MoveArticles(moves=moved, old=order.old, new=order.new, announce=order.announce), lane="bulk")
    return order.model_copy(update={"after": rows[-1].id}) if len(rows) == AT_ONCE else None


def at_new_hosts(session: Session, listed: Sequence[Listed]) -> Sequence[Listed]:
    """What a channel lists, each at the address that its site has now."""
    sites = {site.old: site.new for site in session.scalars(select(MovedSite))} if listed else {}
    return [replace(entry, url=_latest(entry.url, sites)) for entry in listed] if sites else listed


def _latest(url: str, sites: Mapping[str, str]) -> str:
    for _turn in sites:  # a site may have moved again
        further = next((moved for old, new in sites.items() if (moved := moved_url(url, old, new))), None)
        if further is None:
            break
        url = further
    return url


def _move(session: Session, urls: Mapping[int, str]) -> None:
    keys = {page: page_key(url) for page, url in urls.items()}
    known = core_select(col(Page.key), col(Page.id)).where(col(Page.key).in_(keys.values()))
    standing = {row.key: row.id for row in session.execute(known)}
    locked = moves.hold_all(session, {*urls, *standing.values(), *moves.followed(session, {*urls, *standing.values()})})
    for number, url in sorted(urls.items()):
        page, other = locked[number], locked.get(standing.get(keys[number], number))
        if page.moved_to is not None:
            continue
        moves.settle_at(session, page, keys[number], Listed(url))
        if other is not None and other.id != page.id and other.moved_to is None:
            first, second = sorted((page, other), key=lambda entry: entry.id or 0)
            moves.unite(session, second, first)
            if first.url != url:
                moves.readdress(first, url)


def _is_at(host: str) -> ColumnElement[bool]:
    address = col(Page.url)
    return or_(*(address.like(f"{scheme}://{host}/%") | address.like(f"{scheme}://%.{host}/%") for scheme in _SCHEMES))


def _channels(session: Session, order: SiteMoveOrder) -> list[tuple[Channel, str]]:
    rows = session.scalars(select(Channel).order_by(col(Channel.id)))
    return [(channel, url) for channel in rows if (url := moved_url(channel.url, order.old, order.new))]


def _sources(session: Session, order: SiteMoveOrder) -> list[Source]:
    """Those with a channel or a host there."""
    owners = {channel.source_id for channel, _ in _channels(session, order)}
    rows = session.scalars(select(Source).order_by(col(Source.name)))
    return [
        row
        for row in rows
        if row.id in owners or any(moved_url(f"//{host}", order.old, order.new) for host in row.hosts)
    ]


_SCHEMES = ("http", "https")
