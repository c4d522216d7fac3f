"""Writes the rows of a change: articles, revisions, texts and sources."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, bindparam, insert, literal_column, select, update
from sqlmodel import Session

from services.contracts.changes import Grade, weight
from services.contracts.messages import SaveArticle
from services.contracts.urls import article_id
from services.runtime.provenance import sightings
from services.runtime.transparency_log.leaf import LeafKind, NewLeaf
from services.store.decide import Change, Known, Late, Reading, Refreshed, Unchanged, Updated, Withheld, refreshed
from services.store.fulltext import enter, enter_again
from services.store.identity import plain_address
from services.store.models import articles, revisions
from services.store.publication import columns, hour_of, observe

# Made once: to make a statement costs more than to run it.
# Asked with the insert: most articles have one source, and cost no question of their own.
_IS_SHARED: ColumnElement[bool] = literal_column(
    "EXISTS (SELECT 1 FROM sightings AS s WHERE s.page = articles.page AND s.source <> articles.source)"
)
_SHOWN_AT: ColumnElement[datetime] = literal_column(
    "(SELECT min(s.first_seen) FROM sightings AS s WHERE s.page = articles.page)", type_=articles.c.first_seen.type
)
_INSERT_ARTICLE = insert(articles).returning(*articles.c, _IS_SHARED.label("is_shared"), _SHOWN_AT.label("shown_at"))
_UPDATE_ARTICLE = update(articles).where(articles.c.id == bindparam("this"))
_TELL = update(articles).where(articles.c.id == bindparam("this")).values(story=articles.c.id)
_NOTE_SOURCES = _UPDATE_ARTICLE.values(sources=bindparam("all", type_=articles.c.sources.type))
_INSERT_REVISION = insert(revisions)
_REREAD = (
    update(revisions)
    .where(revisions.c.article == bindparam("of"), revisions.c.number == bindparam("current"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("content_hash", "reading", "capture", "fetched_at", "parser", "layout_version", "profile")
        }
    )
)
_FIND = select(articles).where(articles.c.id.in_(bindparam("articles", expanding=True)))


@dataclass
class Written:
    """What was written: rows of articles as they are now, by their ids, and what the transparency log is to say."""

    rows: dict[str, Row[Any]] = field(default_factory=dict)
    leaves: list[NewLeaf] = field(default_factory=list)


@dataclass(frozen=True)
class Beginning:
    """A new article: its identity, what was read, and the articles that tell its story already, the first first."""

    key: str
    reading: Reading
    copies: Sequence[Row[Any]] = ()

    @property
    def story(self) -> str | None:
        """The article that told the story first."""
        return next((row.story or row.id for row in self.copies), None)


def begin(session: Session, new: Sequence[Beginning], now: datetime, written: Written) -> None:
    """Writes new articles, each under its identity, with all sources that have shown it by now."""
    if not new:
        return
    rows = {row.id: row for row in session.execute(_INSERT_ARTICLE, [_first(entry, now) for entry in new])}
    observe(
        session, [_publication(rows[article_id(entry.key)], entry.reading) for entry in new if _is_live(entry.reading)]
    )
    rows |= _with_sources(session, [row for row in rows.values() if row.is_shared])
    made = [(rows[article_id(entry.key)], entry.reading) for entry in new]
    first = {entry.copies[0].id for entry in new if entry.copies and entry.copies[0].story is None}
    _execute(session, _TELL, [{"this": article} for article in sorted(first)])
    session.execute(_INSERT_REVISION, [_revision(row.id, 1, reading, now) for row, reading in made])
    enter(session, [(row.id, reading.order.article) for row, reading in made])
    written.rows |= rows
    written.leaves += [_leaf("revision", row.id, 1, reading, now) for row, reading in made]


def _is_live(reading: Reading) -> bool:
    return reading.order.origin.cause == "live"


def _publication(row: Row[Any], reading: Reading) -> tuple[str, datetime | None, datetime | None]:
    """Its source, when it was published, and when a channel showed it first."""
    return row.source, hour_of(reading.order.article, reading.time), row.shown_at


def _with_sources(session: Session, shared: Sequence[Row[Any]]) -> dict[str, Row[Any]]:
    """The articles that other sources have shown as well, with all of these: its own in front."""
    if not shared:
        return {}
    shown = sightings.sources_of(session, [row.page for row in shared])
    further = {row.id: [entry for entry in shown[row.page] if entry != row.source] for row in shared}
    sources = [{"this": row.id, "all": [row.source, *further[row.id]]} for row in shared]
    session.execute(_NOTE_SOURCES, sources)
    return {row.id: row for row in session.execute(_FIND, {"articles": [row.id for row in shared]})}


def _first(new: Beginning, now: datetime) -> dict[str, Any]:
    first = {
        "id": article_id(new.key),
        "key": new.key,
        "revision": 1,
        "revisions": 1,
        "first_seen": now,
        "updated": now,
    }
    return first | {"story": new.story} | _head(new.reading) | _face(new.reading, now)


@dataclass(frozen=True)
class Step:
    """A change of a known article: its row, what it says, what was read, and what that means."""

    row: Row[Any]
    known: Known | None
    reading: Reading
    change: Change
    grade: Grade | None = None
    """How much an update changed."""

    @property
    def heaviest(self) -> int:
        """How much the heaviest change of the page has weighed by now; what is read anew in one capture is none."""
        before: int = self.row.change_grade
        if self.grade is None or self.reading.order.capture == self.row.capture:
            return before
        return max(before, weight(self.grade))


def follow(session: Session, steps: Sequence[Step], now: datetime, written: Written) -> None:
    """Writes what these changes make of as many known articles."""
    steps = sorted(steps, key=lambda step: step.row.id)
    reread = [(step, reading) for step in steps if (reading := _again(step))]
    _execute(session, _REREAD, [_reread(step, reading) for step, reading in reread])
    added = [step for step in steps if isinstance(step.change, Updated)] + _unseen(session, steps)
    _execute(session, _INSERT_REVISION, [_added(step, now) for step in added])
    entries = [step for step in steps if isinstance(step.change, Updated | Refreshed)]
    enter_again(session, [(step.row.id, step.reading.order.article) for step in entries])
    late = {step.row.id for step in added}
    changed = [{"this": step.row.id} | _values(step, now, late=step.row.id in late) for step in steps]
    for names in dict.fromkeys(tuple(entry) for entry in changed if len(entry) > 1):
        _execute(session, _UPDATE_ARTICLE, [member for member in changed if tuple(member) == names])
    updated = [step.row.id for step in steps if isinstance(step.change, Updated)]
    if updated:
        written.rows |= rows_of(session, updated)
    written.leaves += [_leaf("reread", step.row.id, step.row.revision, reading, now) for step, reading in reread]
    written.leaves += [_leaf("revision", step.row.id, step.row.revisions + 1, step.reading, now) for step in added]


def rows_of(session: Session, ids: Collection[str]) -> dict[str, Row[Any]]:
    """The rows of these articles as they are now, by their ids."""
    return {row.id: row for row in session.execute(_FIND, {"articles": sorted(ids)})}


def _execute(session: Session, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(statement, rows)


def _values(step: Step, now: datetime, *, late: bool) -> dict[str, Any]:
    """What of the article's row is otherwise now."""
    following, reading = step.row.revisions + 1, step.reading
    match step.change:
        case Updated():
            current = {"revision": following, "revisions": following, "updated": now, "change_grade": step.heaviest}
            return current | _head(reading) | _face(reading, step.row.first_seen, step.row.published_from)
        case Refreshed():
            return _head(reading) | _face(reading, step.row.first_seen, step.row.published_from)
        case Unchanged():
            return _head(reading)
        case Withheld() if reading.order.fetched_at >= step.row.fetched_at:
            return _head(reading)
        case Late() if late:
            return {"revisions": following}
    return {}


def _again(step: Step) -> Reading | None:
    """As what the current revision is kept from now on, if otherwise."""
    match step.change:
        case Updated() if step.known:
            # So that two revisions differ by what the page changed, and by no more.
            return refreshed(step.known, step.reading)
        case Refreshed():
            return step.reading
    return None


def _unseen(session: Session, steps: Sequence[Step]) -> list[Step]:
    """Those that come late with a wording that the article never had."""
    late = [step for step in steps if isinstance(step.change, Late)]
    if not late:
        return []
    message = select(revisions.c.article, revisions.c.content_hash).where(
        revisions.c.article.in_([step.row.id for step in late]),
        revisions.c.content_hash.in_([step.reading.content_hash for step in late]),
    )
    results = {tuple(row) for row in session.execute(message)}
    return [step for step in late if (step.row.id, step.reading.content_hash) not in results]


def _added(step: Step, now: datetime) -> dict[str, Any]:
    return _revision(step.row.id, step.row.revisions + 1, step.reading, now)


def _reread(step: Step, reading: Reading) -> dict[str, Any]:
    return {"of": step.row.id, "current": step.row.revision} | {
        f"new_{name}": value for name, value in _read(reading).items()
    }


def _revision(article: str, number: int, reading: Reading, now: datetime) -> dict[str, Any]:
    own = {"article": article, "number": number, "cause": reading.order.origin.cause, "created_at": now}
    return own | _read(reading)


def _leaf(kind: LeafKind, article: str, number: int, reading: Reading, now: datetime) -> NewLeaf:
    order = reading.order
    return NewLeaf(
        kind,
        article,
        number,
        order.article.model_dump_json(),
        now,
        capture=order.capture,
        fetched_at=order.fetched_at,
        parser=order.parser,
        layout=order.article.layout,
        layout_version=order.layout_version,
        profile=order.profile,
    )


def _head(reading: Reading) -> dict[str, Any]:
    origin = reading.order.origin
    of = {"page": origin.page, "url": origin.url, "source": origin.source, "layout": reading.order.article.layout}
    return of | {"address": plain_address(origin.url)} | _capture(reading.order)


def _face(reading: Reading, first_seen: datetime, before: dict[str, Any] | None = None) -> dict[str, Any]:
    article = reading.order.article
    return {
        "kind": article.kind,
        "headline": article.headline,
        **columns(reading.time, article, first_seen, before),
        **reading.traces.columns(),
    }


def _read(reading: Reading) -> dict[str, Any]:
    fields = {"content_hash": reading.content_hash, "reading": reading.order.article.model_dump_json()}
    return fields | _capture(reading.order)


def _capture(order: SaveArticle) -> dict[str, Any]:
    read_by = {"parser": order.parser, "layout_version": order.layout_version, "profile": order.profile}
    return {"capture": order.capture, "fetched_at": order.fetched_at} | read_by
