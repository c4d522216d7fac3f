"""Every page can be found: the frontier as a list, with where each page is and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select
from sqlmodel import Session, col

from services.contracts.article import RejectionReason
from services.contracts.choices import PageState, PageVerdict
from services.contracts.errors import UserError
from services.contracts.messages import FetchPage
from services.contracts.urls import canonical_url, meant_url, page_key
from services.fetcher import moves
from services.fetcher.checks import PLAN, PLANNED, state_of
from services.fetcher.models import IMPORT, Channel, Page
from services.fetcher.pages.parts import holding
from services.runtime.database import is_sqlite
from services.runtime.ledger.ledger_table import OPEN, ledger
from services.runtime.provenance.sightings import sightings
from services.runtime.provenance.verdicts import is_rejected, verdicts


@dataclass(frozen=True)
class PageQuery:
    """Which pages: all of these must hold.

    `source` is any that showed it. `address` is a whole address, the beginning of one, or a part of one.
    """

    source: str | None = None
    host: str | None = None
    state: PageState | None = None
    verdict: PageVerdict | None = None
    reason: RejectionReason | None = None
    address: str | None = None
    queries: bool = True
    """Whether the part of an address from `?` on is looked at, too: there may be a secret in it."""


def find_pages(session: Session, query: PageQuery, now: datetime, limit: int, after: int | None) -> Sequence[Row[Any]]:
    """The pages wanted, those found last first, from below number `after` on; one row more than `limit`."""
    # Which they are is asked first: a database that believes that it must tell all of thousands reads whole tables.
    ids, part = _ids(session, query, now, after), _part(query)
    if part:
        ids = ids.where(holding(session, ids, part, queries=query.queries, enough=limit + 1))
    rows = session.execute(ids.limit(limit + 1)).scalars().all()
    return session.execute(_in_full(now).where(col(Page.id).in_(rows)).order_by(col(Page.id).desc())).all()


def find_page(session: Session, page: int, now: datetime) -> Row[Any] | None:
    """One page."""
    return session.execute(_in_full(now).where(col(Page.id) == page)).one_or_none()


def channels_of(session: Session, pages: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Of each of these pages the channels that showed it, those that did so first in front.

    Kind and address are None for a channel that is watched no longer.
    """
    result = (
        select(sightings, col(Channel.kind), col(Channel.url))
        .outerjoin(Channel, col(Channel.id) == sightings.c.channel)
        .where(sightings.c.page.in_(pages))
        .order_by(sightings.c.first_seen, sightings.c.channel)
    )
    channels: dict[int, list[Row[Any]]] = {}
    for row in session.execute(result):
        channels.setdefault(row.page, []).append(row)
    return channels


def _ids(session: Session, query: PageQuery, now: datetime, after: int | None) -> Select[Any]:
    number, ids = _listed(query.source)
    ids = ids.where(*_conditions(session, query, now)).order_by(number.desc())
    if query.state is not None:
        ids = ids.outerjoin(PLAN, PLANNED)
    if query.verdict is not None or query.reason is not None:
        ids = ids.outerjoin(verdicts, verdicts.c.page == col(Page.id))
    return ids if after is None else ids.where(number < after)


def _listed(source: str | None) -> tuple[Any, Select[Any]]:
    """All pages, or all that a source showed, and the number by which they are listed."""
    if source is None:
        return col(Page.id), select(col(Page.id))
    if source == IMPORT:  # what no channel showed
        return col(Page.id), select(col(Page.id)).where(col(Page.source) == IMPORT)
    # By the index of sightings, from its end: of a source with few pages no others are looked at.
    shown = select(sightings.c.page).distinct().join(Page, col(Page.id) == sightings.c.page)
    return sightings.c.page, shown.where(sightings.c.source == source)


def _in_full(now: datetime) -> Select[Any]:
    columns: list[Any] = [
        *Page.__table__.columns,  # type: ignore[attr-defined]  # of every table, and no model says so
        state_of(now).label("state"),
        col(PLAN.due_at).label("next_visit_at"),
        _stands.label("verdict"),
        case((_REJECTED, verdicts.c.rejected_reason)).label("reason"),
        case((_REJECTED, verdicts.c.rejected_detail)).label("because"),
        verdicts.c.article,
        verdicts.c.read_capture,
        verdicts.c.read_fetched_at,
    ]
    return (
        select(*columns).select_from(Page).outerjoin(PLAN, PLANNED).outerjoin(verdicts, verdicts.c.page == col(Page.id))
    )


_REJECTED = is_rejected(col(Page.capture), col(Page.fetched_at))
_stands = case(
    (_REJECTED, "rejected"),
    (verdicts.c.read_fetched_at >= col(Page.fetched_at), "article"),
    (col(Page.capture).is_not(None), "unread"),
    else_="nothing",
)


def _conditions(session: Session, query: PageQuery, now: datetime) -> list[ColumnElement[bool]]:
    entries: list[ColumnElement[bool]] = []
    if query.host is not None:
        begins = [f"{scheme}://{query.host.lower()}/" for scheme in ("https", "http")]
        entries.append(or_(*(_begins(session, begin) for begin in begins)))
    if query.state is not None:
        entries.append(_is(query.state, now))
    if query.reason is not None:
        entries += [_in(select(verdicts.c.page).where(verdicts.c.rejected_reason == query.reason)), _REJECTED]
    if query.verdict == "rejected":
        entries.append(_in(select(verdicts.c.page).where(verdicts.c.rejected_reason.is_not(None))))
    if query.verdict is not None:
        entries.append(_stands == query.verdict)
    if query.address is not None and _part(query) is None:
        entries.append(_at(session, query.address.strip(), queries=query.queries))
    return entries


def _part(query: PageQuery) -> str | None:
    """What is asked for as a part of an address, if it is."""
    address = (query.address or "").strip()
    return None if address.lower().startswith(("http://", "https://")) else address or None


def _is(state: PageState, now: datetime) -> ColumnElement[bool]:
    """Asked of the few rows of the ledger that can mean it, where there are few; else of the pages as they come."""
    by_plan = (ledger.c.kind == FetchPage.__name__, ledger.c.page.is_not(None))
    few = {
        "due": (OPEN, ledger.c.due_at <= now),
        "in_flight": (ledger.c.lease_owner.is_not(None), ledger.c.lease_until >= now),
        "dead_lettered": (~OPEN,),
    }
    same = state_of(now) == state
    return and_(_in(select(ledger.c.page).where(*by_plan, *few[state])), same) if state in few else same


def _at(session: Session, address: str, *, queries: bool) -> ColumnElement[bool]:
    """A page that is or was at this address, or whose address begins so."""
    try:
        known = moves.find(session, page_key(canonical_url(meant_url(address))))
    except UserError:
        known = None
    begins = _begins(session, address if queries else address.partition("?")[0])
    # By its number, which is asked first, because no database unites an index with an answer that is still to come.
    return or_(begins, col(Page.id).in_((known.id, known.moved_to))) if known else begins


def _begins(session: Session, text: str) -> ColumnElement[bool]:
    """Said as a span, so that the index of addresses serves; on PostgreSQL byte by byte, whatever its language."""
    url, end = col(Page.url), text[:-1] + chr(ord(text[-1]) + 1)
    if is_sqlite(session):
        return and_(url >= text, url < end)
    return and_(url.op("~>=~", is_comparison=True)(text), url.op("~<~", is_comparison=True)(end))


def _in(pages: Select[Any]) -> ColumnElement[bool]:
    return col(Page.id).in_(pages)
