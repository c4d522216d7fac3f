"""An article at a new address, and two articles that turn out to be one: rows, events, and leaves of the log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.messages import Announce, Cause, CompareArticles, MoveArticles
from services.runtime.events.append import NewEvent, hold, id_of_event
from services.runtime.provenance import files, verdicts
from services.runtime.transparency_log.append import append_leaves
from services.runtime.transparency_log.leaf import NewLeaf, canonical_json
from services.store.events import SILENT, append_news
from services.store.identity import plain_address, strangers
from services.store.models import articles, revisions
from services.store.views import article_view


@dataclass(frozen=True)
class Occasion:
    """What an event is told on account of: why the page was looked at, when, as part of which story, and to whom."""

    cause: Cause
    now: datetime
    announced: bool
    trace_id: str | None = None


def moved_event(
    row: Row[Any],
    article: Article,
    before: str,
    occasion: Occasion,
    site_move: Mapping[str, str] | None = None,
) -> NewEvent:
    """The event that tells where the article of this row is now; it was at `before`."""
    facts = {"changed": ("url",), "previous_url": before, "site_move": site_move}
    return _event("article.moved", f"{before} {row.url} {row.capture}", row, article, facts, occasion)


def merged_event(row: Row[Any], article: Article, gone: Row[Any], occasion: Occasion) -> NewEvent:
    """The event that tells that `gone` turned out to be the article of this row."""
    other = {name: getattr(gone, name) for name in ("id", "url", "source", "headline", "revision")}
    return _event("article.merged", gone.id, row, article, {"changed": (), "merged": other}, occasion)


@dataclass(frozen=True)
class SeenIn:
    """The capture that shows where an article is now, and when it was fetched; nothing where an operator says so."""

    capture: str | None = None
    fetched_at: datetime | None = None


def moved_leaf(
    row: Row[Any], url: str | None, shown: SeenIn, now: datetime, site_move: Mapping[str, str] | None = None
) -> NewLeaf:
    """What the transparency log says of the article of this row, which is at `url` from now on."""
    facts = {"previous_url": row.url, "url": url} | ({"site_move": dict(site_move)} if site_move else {})
    return NewLeaf("moved", row.id, row.revision, canonical_json(facts), now, shown.capture, shown.fetched_at)


def merged_leaf(gone: Row[Any], stays: Row[Any], shown: SeenIn, now: datetime) -> NewLeaf:
    """What the transparency log says of `gone`, which turned out to be the article of `stays`."""
    facts = canonical_json({"url": gone.url, "merged_into": stays.id})
    return NewLeaf("merged", gone.id, gone.revision, facts, now, shown.capture, shown.fetched_at)


def absorb(session: Session, gone: Row[Any], stays: Row[Any], now: datetime) -> None:
    """The one leads to the other from now on, with all that led to it; what it said is kept as it was."""
    leads = or_(articles.c.id == gone.id, articles.c.merged_into == gone.id)
    session.execute(update(articles).where(leads).values(merged_into=stays.id, status="moved"))
    session.execute(update(articles).where(articles.c.id == gone.id).values(status_since=now, status_at=now))
    verdicts.belong_to(session, gone.id, stays.id)
    files.belong_to_article(session, gone.id, stays.id)


def _event(
    type_: str, what: str, row: Row[Any], article: Article, facts: Mapping[str, Any], occasion: Occasion
) -> NewEvent:
    view = article_view(row, article).model_dump(mode="json")
    return NewEvent(
        id=id_of_event(f"{type_}:{row.id}:{what}"),
        type=type_,
        subject=row.id,
        occurred_at=occasion.now,
        data={"article": view, "previous_revision": row.revision, "change": None, "files": [], **facts},
        source=row.source,
        kind=article.kind,
        cause=occasion.cause,
        changed=facts["changed"],
        announced=occasion.announced,
        trace_id=occasion.trace_id,
    )


def merge_alike(session: Session, order: CompareArticles, now: datetime, trace_id: str | None) -> list[Announce] | None:
    """Merges two articles if they are one, the first stays; what is to be announced of it, None if they are two."""
    hold(session)
    ids = sorted({order.article, order.other})
    rows = session.execute(_THESE, {"articles": ids}).all()
    if len(rows) != len(ids) or any(row.merged_into or row.status == "withdrawn" for row in rows):
        return None
    stays, gone = sorted(rows, key=lambda row: (row.first_seen, row.id))
    one, other = (Article.model_validate_json(row.reading) for row in (stays, gone))
    if strangers(stays.key, one, stays.url, other, gone.url):
        return None
    absorb(session, gone, stays, now)
    append_leaves(session, [merged_leaf(gone, stays, SeenIn(), now)])
    occasion = Occasion("live", now, one.kind not in SILENT, trace_id)
    return append_news(session, [merged_event(stays, one, gone, occasion)])


def move_all(session: Session, order: MoveArticles, now: datetime, trace_id: str | None) -> list[Announce]:
    """Writes where the articles of these pages are now; what is to be announced of it."""
    hold(session)
    urls = dict(order.moves)
    rows = session.execute(_OF_PAGES, {"pages": sorted(urls)}).all()
    moved = [row for row in rows if plain_address(row.url) != plain_address(urls[row.page])]
    if not moved:
        return []
    changes = [{"this": row.id, "new": urls[row.page], "at": plain_address(urls[row.page])} for row in moved]
    session.execute(_RELOCATE, changes)
    after = {row.id: row for row in session.execute(_OF_PAGES, {"pages": sorted({row.page for row in moved})})}
    append_leaves(session, [moved_leaf(row, urls[row.page], SeenIn(), now, _site(order)) for row in moved])
    news = [_of_the_site(after[row.id], row, order, Occasion("move", now, order.announce, trace_id)) for row in moved]
    return append_news(session, news)


def _of_the_site(row: Row[Any], before: Row[Any], order: MoveArticles, occasion: Occasion) -> NewEvent:
    article = Article.model_validate_json(row.reading)
    announceable = replace(occasion, announced=occasion.announced and article.kind not in SILENT)
    return moved_event(row, article, before.url, announceable, _site(order))


def _site(order: MoveArticles) -> dict[str, str]:
    return {"old": order.old, "new": order.new}


# Made once: to make a statement costs more than to run it.
_OF_PAGES = (
    select(articles, revisions.c.reading)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(
        articles.c.page.in_(bindparam("pages", expanding=True)),
        articles.c.url.is_not(None),
        articles.c.merged_into.is_(None),
    )
    .order_by(articles.c.id)
)
_THESE = (
    select(articles, revisions.c.reading)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(articles.c.id.in_(bindparam("articles", expanding=True)))
)
_RELOCATE = (
    update(articles).where(articles.c.id == bindparam("this")).values(url=bindparam("new"), address=bindparam("at"))
)
