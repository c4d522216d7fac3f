"""An article belongs to every source that showed it: a source that does so later is an event of its own.

An event that has its number cannot come into a reader's past. So who reads by the further source is sent an event that
says that this source shows the article now.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.article_events import LISTED
from services.contracts.messages import Announce, NoteSources
from services.runtime.events.append import NewEvent, hold, id_of_event
from services.runtime.provenance import sightings
from services.runtime.provenance.verdicts import verdicts
from services.store.events import SILENT, append_news
from services.store.models import articles, revisions
from services.store.publication import note_hours
from services.store.views import article_view

Noted = tuple[NoteSources, str | None]
"""An order, with the trace id of its story."""


def note_all(session: Session, orders: Sequence[Noted], now: datetime) -> list[Announce]:
    """Adds to the articles of these pages the sources that have shown them; returns what is to be announced.

    Whoever saves a new article asks for its sources under the same lock: none is missed between the two. A page that
    has no article yet is left to that one.
    """
    hold(session)
    pages = sorted({order.page for order, _ in orders})
    rows = session.execute(_FIND, {"pages": pages}).all()
    shown = sightings.sources_of(session, pages)
    note_hours(session, {row.shown_page: row for row in rows})
    new = list[NewEvent]()
    for article, of_it in _by_article(rows).items():
        stands = of_it[0].sources or [of_it[0].source]
        added = [member for row in of_it for member in shown.get(row.shown_page, ()) if member not in stands]
        if not added or of_it[0].status == "withdrawn" or of_it[0].merged_into:
            continue
        stands = [*stands, *dict.fromkeys(added)]
        session.execute(_UPDATE, {"this": article, "all": stands})
        about = {row.shown_page for row in of_it}
        about_it = [entry for entry in orders if entry[0].page in about]
        new += [_new_event(of_it[0], stands, source, about_it, now) for source in dict.fromkeys(added)]
    return append_news(session, new)


def _by_article(rows: Sequence[Row[Any]]) -> Mapping[str, list[Row[Any]]]:
    articles_: dict[str, list[Row[Any]]] = {}
    for row in rows:
        articles_.setdefault(row.id, []).append(row)
    return articles_


def _new_event(row: Row[Any], stands: list[str], by: str, orders: Sequence[Noted], now: datetime) -> NewEvent:
    view = article_view(row, Article.model_validate_json(row.reading)).model_copy(update={"sources": tuple(stands)})
    is_news = any(order.announce for order, _ in orders) and row.kind not in SILENT
    return NewEvent(
        id=id_of_event(f"{row.id}:{LISTED}:{by}"),
        type=LISTED,
        subject=row.id,
        occurred_at=now,
        data={"article": view.model_dump(mode="json"), "by": by},
        source=by,
        kind=row.kind,
        cause="live" if is_news else "backlog",
        announced=is_news,
        trace_id=next(_traces(orders), None),
    )


def _traces(orders: Sequence[Noted]) -> Iterator[str]:
    return (trace_id for _, trace_id in orders if trace_id)


# Made once: to make a statement costs more than to run it.
_FIND = (
    select(articles, revisions.c.reading, verdicts.c.page.label("shown_page"))
    .join(verdicts, verdicts.c.article == articles.c.id)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(verdicts.c.page.in_(bindparam("pages", expanding=True)))
    .order_by(articles.c.id, verdicts.c.page)
)
_UPDATE = (
    update(articles)
    .where(articles.c.id == bindparam("this"))
    .values(sources=bindparam("all", type_=articles.c.sources.type))
)
