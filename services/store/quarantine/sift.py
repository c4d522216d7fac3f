"""Readings that wait for a decision, because their pages are built otherwise than before: what is written of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, bindparam, case, false, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.messages import Origin
from services.contracts.source_events import PAGES, DriftDetails, DriftedFacts, SourcePage
from services.runtime.database import is_sqlite
from services.runtime.events.sources import append_source_event
from services.store.changes.drift import PATIENCE, PEERS, SOFT, WINDOW, DriftReason, HeldBefore, drifted, outcome
from services.store.decide import Change, Held, Late, Reading, Unsettled, Updated, Withheld
from services.store.events import TOLD
from services.store.models import articles, quarantine
from services.store.siblings import WAIT, hosts_about_to_change

_FIND = select(quarantine).where(quarantine.c.article.in_(bindparam("articles", expanding=True)))
_COUNT = (
    select(quarantine.c.source, quarantine.c.host, func.count().label("number"))
    .where(quarantine.c.state == "held", quarantine.c.held_at > bindparam("since", type_=quarantine.c.held_at.type))
    .group_by(quarantine.c.source, quarantine.c.host)
)
_STANDING = (
    select(
        quarantine.c.source,
        func.count().label("number"),
        func.sum(case((quarantine.c.announced, 1), else_=0)).label("announced"),
        func.min(quarantine.c.held_at).label("since"),
    )
    .where(
        quarantine.c.state == "held",
        quarantine.c.source.in_(bindparam("sources", expanding=True)),
        quarantine.c.held_at > bindparam("since", type_=quarantine.c.held_at.type),
    )
    .group_by(quarantine.c.source)
)
_ANNOUNCED = (
    update(quarantine)
    .where(quarantine.c.source == bindparam("this"), quarantine.c.state == "held", quarantine.c.announced.is_(false()))
    .values(announced=True)
)
_SETTLE = (
    update(quarantine)
    .where(quarantine.c.article.in_(bindparam("articles", expanding=True)), quarantine.c.state == "held")
    .values(state="settled")
)


def _keeping(insert: Any) -> Any:
    fields = [column.name for column in quarantine.c if column.name != "article"]
    return insert.on_conflict_do_update(
        index_elements=["article"], set_={name: insert.excluded[name] for name in fields}
    )


_KEEP = {True: _keeping(sqlite.insert(quarantine)), False: _keeping(postgresql.insert(quarantine))}


@dataclass(frozen=True)
class Arrival:
    """A reading of a known article, the wording that it is compared with, and what it would mean."""

    article: str
    reading: Reading
    base: Article
    change: Change


def sift(
    session: Session, arrivals: Sequence[Arrival], coming: Collection[str | None], now: datetime
) -> dict[str, Change]:
    """What the readings mean, by their articles: as decided, or `Held` where the page is built otherwise.

    Call it where the event counter is held: the readings of several workers are counted together.
    """
    rows = _rows(session, [arrival.article for arrival in arrivals])
    drifts = {entry.article: reasons for entry in arrivals if (reasons := _reasons(entry, rows.get(entry.article)))}
    changes = {entry.article: entry.change for entry in arrivals}
    if drifts:
        changes |= _quarantine(
            session, [entry for entry in arrivals if entry.article in drifts], drifts, rows, coming, now
        )
    settled = [entry.article for entry in arrivals if _settles(changes[entry.article], entry, rows.get(entry.article))]
    if settled:
        session.execute(_SETTLE, {"articles": settled})
    return changes


def host_or_source(origin: Origin) -> str:
    """The host of a page, or its source where it has no address."""
    return urlsplit(origin.url or "").hostname or origin.source


def _rows(session: Session, ids: Sequence[str]) -> dict[str, Row[Any]]:
    return {row.article: row for row in session.execute(_FIND, {"articles": [*ids]})} if ids else {}


def _reasons(arrival: Arrival, row: Row[Any] | None) -> tuple[DriftReason, ...]:
    """A reading that a person has looked at, and one that another reader makes of a page, drifts from nothing."""
    order = arrival.reading.order
    looked = order.released is not None or order.expects is not None
    is_due = order.origin.cause in TOLD or (row is not None and row.state != "settled")
    return drifted(arrival.base, order.article) if isinstance(arrival.change, Updated) and is_due and not looked else ()


def _settles(change: Change, arrival: Arrival, row: Row[Any] | None) -> bool:
    """Whether what was held is past: a later look, or a better reader, says something else."""
    if row is None or row.state != "held" or isinstance(change, Held | Late | Unsettled | Withheld):
        return False
    return bool(arrival.reading.order.fetched_at >= row.fetched_at)


def _quarantine(
    session: Session,
    arrivals: Sequence[Arrival],
    drifts: Mapping[str, tuple[DriftReason, ...]],
    rows: Mapping[str, Row[Any]],
    coming: Collection[str | None],
    now: datetime,
) -> dict[str, Change]:
    before = session.execute(_COUNT, {"since": now - WINDOW}).all()
    new = [arrival for arrival in arrivals if (row := rows.get(arrival.article)) is None or row.state != "held"]
    peers = Counter(dict.fromkeys(map(_host, arrivals), 0))
    for row in before:
        peers[row.host] += row.number
    peers.update(map(_host, new))
    arriving = hosts_about_to_change(session, [arrival.reading.order.origin for arrival in arrivals], now)
    busy: set[str | None] = {*arriving, *coming} if new else set()
    changes, entries = dict[str, Change](), list[dict[str, Any]]()
    for arrival in arrivals:
        row, reasons = rows.get(arrival.article), drifts[arrival.article]
        earlier = HeldBefore(row.state, row.content_hash, row.fetched_at, row.held_at) if row else None
        order = arrival.reading.order
        means = outcome(
            reasons, earlier, arrival.reading.content_hash, order.fetched_at, peers=peers[_host(arrival)], now=now
        )
        if means == "news":
            continue
        values = _values(arrival, reasons, row, discarded=means == "discarded", now=now)
        waits = arrival in new and arrival.reading.order.origin.host in busy
        until = now + WAIT if waits else _until(reasons, values["held_at"], means)
        changes[arrival.article] = Held(reasons, until)
        if means != "late":
            entries.append(values)
    if entries:
        session.execute(_KEEP[is_sqlite(session)], entries)
    if any(values["state"] == "held" for values in entries):
        _announce(session, arrivals, drifts, busy, now)
    return changes


def _host(arrival: Arrival) -> str:
    return host_or_source(arrival.reading.order.origin)


def _until(reasons: tuple[DriftReason, ...], held_at: datetime, means: str) -> datetime | None:
    """When a reading is judged again that may be news by then."""
    return held_at + PATIENCE if SOFT.issuperset(reasons) and means == "held" else None


def _values(
    arrival: Arrival, reasons: tuple[DriftReason, ...], row: Row[Any] | None, *, discarded: bool, now: datetime
) -> dict[str, Any]:
    order = arrival.reading.order
    goes_on = row is not None and (row.state == "held" or discarded)
    return {
        "article": arrival.article,
        "page": order.origin.page,
        "source": order.origin.source,
        "host": _host(arrival),
        "reasons": [*reasons],
        "content_hash": arrival.reading.content_hash,
        "capture": order.capture,
        "fetched_at": order.fetched_at,
        "message": order.model_dump_json(),
        "held_at": row.held_at if row and goes_on else now,
        "state": "discarded" if discarded else "held",
        "decided_at": row.decided_at if row and discarded else None,
        "decided_by": row.decided_by if row and discarded else None,
        "announced": bool(row and goes_on and row.announced),
    }


def _announce(
    session: Session,
    arrivals: Sequence[Arrival],
    drifts: Mapping[str, tuple[DriftReason, ...]],
    busy: Collection[str | None],
    now: datetime,
) -> None:
    """One notice of a source when the first of its pages drifts, and one when it turns out to be the site.

    The first waits for `WAIT` while other pages are about to come: then it may be the site at once.
    """
    by_source = defaultdict[str, list[Arrival]](list)
    for arrival in arrivals:
        by_source[arrival.reading.order.origin.source].append(arrival)
    rows = session.execute(_STANDING, {"sources": sorted(by_source), "since": now - WINDOW}).all()
    for row in sorted(rows, key=lambda row: str(row.source)):
        due = _is_due(row, any(arrival.reading.order.origin.host in busy for arrival in by_source[row.source]), now)
        if due:
            reasons = sorted({reason for arrival in by_source[row.source] for reason in drifts[arrival.article]})
            append_source_event(session, _facts(session, row, by_source[row.source][0].base.layout, reasons, now), now)
        if due or row.announced:
            session.execute(_ANNOUNCED, {"this": row.source})


def _is_due(row: Row[Any], waits: bool, now: datetime) -> bool:
    """Whether a notice goes out, given how many pages are held and how many of them people know of."""
    if row.announced:
        return bool(row.announced < PEERS <= row.number)
    return bool(row.number >= PEERS or not waits or row.since + WAIT <= now)


def _facts(session: Session, row: Row[Any], layout: str | None, reasons: Sequence[str], now: datetime) -> DriftedFacts:
    built = "A page" if row.number == 1 else f"{row.number} pages"
    return DriftedFacts(
        source=row.source,
        since=now,
        sentence=f"{built} of {row.source} cannot be read as before ({', '.join(reasons)}): what they say now waits "
        "in quarantine.",
        number=row.number,
        pages=held_pages(session, row.source),
        details=DriftDetails(layout=layout, fields=tuple(reasons)),
    )


def held_pages(session: Session, source: str) -> tuple[SourcePage, ...]:
    """The first pages of a source that are in quarantine."""
    rows = session.execute(
        select(quarantine.c.article, quarantine.c.reasons, quarantine.c.held_at, articles.c.url)
        .join(articles, articles.c.id == quarantine.c.article)
        .where(quarantine.c.state == "held", quarantine.c.source == source)
        .order_by(quarantine.c.held_at, quarantine.c.article)
        .limit(PAGES)
    )
    return tuple(
        SourcePage(url=row.url or "", article=row.article, reason=", ".join(row.reasons), since=row.held_at)
        for row in rows
    )
