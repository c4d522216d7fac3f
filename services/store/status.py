"""What became of an article's page: decided on values, written with the event that announces it.

Looks are judged where they are made. What is written here depends on nothing but the time of each look, so that
messages may arrive twice and in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, bindparam, select, update
from sqlmodel import Session

from services.contracts.article import Article, ArticleStatus
from services.contracts.messages import Announce, Cause, SetStatus
from services.runtime.events.append import NewEvent, hold, id_of_event
from services.runtime.transparency_log.append import append_leaves
from services.runtime.transparency_log.leaf import LeafKind, NewLeaf, canonical_json
from services.runtime.withholding import masked
from services.store.events import SILENT, append_news
from services.store.models import articles, revisions
from services.store.views import article_view

LOOKS: frozenset[Cause] = frozenset({"live", "backlog", "refetch"})
"""Causes of a reading that show the page is there: an import or a reparse reads what was there once."""
NOT_THERE: frozenset[ArticleStatus] = frozenset({"missing", "removed", "blocked"})
"""What a look that brings the article ends."""
StatusEvent = Literal["article.removed", "article.restored", "article.withdrawn"]
_LOGGED: dict[str, LeafKind] = {
    "article.removed": "removed",
    "article.restored": "restored",
    "moved": "moved",
    "article.withdrawn": "withdrawn",
}
"""What the transparency log calls a change: by its event, or by the status that nobody is told of."""


@dataclass(frozen=True)
class StatusRecord:
    """The status of an article: since when, the last look that showed it, and how many did in a row."""

    status: ArticleStatus = "live"
    since: datetime | None = None
    at: datetime | None = None
    looks: int = 0

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """As the article's row has it."""
        return cls(row.status, row.status_since, row.status_at, row.status_looks)

    def columns(self) -> dict[str, Any]:
        """As the article's row has it from now on."""
        return {
            "status": self.status,
            "status_since": self.since,
            "status_at": self.at,
            "status_looks": self.looks,
        }


@dataclass(frozen=True)
class StatusChange:
    """An article stands otherwise now; `event` is the type of what is announced, None for what only a list shows."""

    before: StatusRecord
    after: StatusRecord
    event: StatusEvent | None


def status_change(stands: StatusRecord, order: SetStatus) -> StatusChange | None:
    """What an order makes of an article that stands so; None where it changes nothing.

    An earlier look changes nothing. A page that was removed is not merely missing, nor blocked. What an operator
    withdrew stays so until an operator says otherwise.
    """
    if stands.at is not None and order.at <= stands.at:
        return None
    if "withdrawn" in {stands.status, order.status} and not order.by_operator:
        return None
    if stands.status == "removed" and order.status in {"missing", "blocked", "removed"}:
        return None
    if stands.status == order.status == "live":
        return StatusChange(stands, replace(stands, at=order.at), None)
    after = StatusRecord(order.status, order.since, order.at, order.looks)
    return StatusChange(stands, after, _event(stands.status, order.status))


def _event(before: ArticleStatus, after: ArticleStatus) -> StatusEvent | None:
    if after == "removed":
        return "article.removed"
    if after == "withdrawn":
        return "article.withdrawn"
    return "article.restored" if before in {"removed", "withdrawn"} and after == "live" else None


Ordered = tuple[SetStatus, str | None]
"""An order, with the trace id of its story."""


def set_all(session: Session, orders: Sequence[Ordered], now: datetime) -> list[Announce]:
    """Writes what these orders make of their articles; returns what is to be announced.

    Orders about articles that are not there, or about another page than the article's own, change nothing.
    """
    hold(session)
    rows = {row.id: row for row in session.execute(_FIND, {"articles": sorted({order.article for order, _ in orders})})}
    known = [entry for entry in orders if entry[0].article in rows and _speaks(entry[0], rows[entry[0].article])]
    return _write(session, rows, known, now)


@dataclass(frozen=True)
class StatusLook:
    """A look at which the page gave the article of this row: when it was, and of which story."""

    row: Row[Any]
    at: datetime
    trace_id: str | None

    def ordered(self) -> Ordered:
        """The order that this look comes to."""
        return SetStatus(article=self.row.id, status="live", at=self.at, since=self.at), self.trace_id


def found_again(session: Session, looks: Iterable[StatusLook], now: datetime) -> list[Announce]:
    """Articles that were missing, removed or blocked are live; returns what is to be announced."""
    back = [look for look in looks if look.row.status in NOT_THERE]
    rows = {look.row.id: look.row for look in back}
    return _write(session, rows, [look.ordered() for look in back], now) if back else []


def _speaks(order: SetStatus, row: Row[Any]) -> bool:
    """Whether it is about the page that the article was read from last; another one of it may go."""
    return order.by_operator or order.page in {None, row.page}


def _write(session: Session, rows: Mapping[str, Row[Any]], orders: Sequence[Ordered], now: datetime) -> list[Announce]:
    stands = {name: StatusRecord.of(row) for name, row in rows.items()}
    new = list[NewEvent]()
    leaves = list[NewLeaf]()
    changed = set[str]()
    for order, trace_id in sorted(orders, key=lambda entry: entry[0].at):
        if (change := status_change(stands[order.article], order)) is None:
            continue
        stands[order.article] = change.after
        changed.add(order.article)
        if change.event:
            new.append(_new_event(rows[order.article], change, order, now, trace_id))
        if kind := _LOGGED.get(change.event or order.status):
            leaves.append(_leaf(kind, rows[order.article], order, now))
    if changed:
        session.execute(_UPDATE, [{"this": name} | stands[name].columns() for name in sorted(changed)])
    append_leaves(session, leaves)
    return append_news(session, new)


def _leaf(kind: LeafKind, row: Row[Any], order: SetStatus, now: datetime) -> NewLeaf:
    """What the transparency log says of a change: the look that decided it, and where its answer is kept."""
    text = canonical_json(order.model_dump(mode="json", include={"status", "at", "since", "looks", "evidence"}))
    capture = next((entry.capture for entry in reversed(order.evidence) if entry.capture), None)
    return NewLeaf(kind, row.id, row.revision, text, now, capture=capture, fetched_at=order.at)


def _new_event(row: Row[Any], change: StatusChange, order: SetStatus, now: datetime, trace_id: str | None) -> NewEvent:
    article = Article.model_validate_json(row.reading)
    view = article_view(row, article).model_copy(update=_shown(change.after)).model_dump(mode="json")
    if change.after.status == "withdrawn":
        view = masked(view, "withdrawn")
    reason = {"reason": order.reason} if change.event == "article.withdrawn" else {}
    return NewEvent(
        id=id_of_event(f"{row.id}:{change.event}:{change.after.at}"),
        type=change.event or "",
        subject=row.id,
        occurred_at=now,
        data={
            "article": view,
            "previous_status": change.before.status,
            "evidence": [entry.model_dump(mode="json") for entry in order.evidence],
        }
        | reason,
        source=row.source,
        kind=row.kind,
        cause="live",
        changed=("status",),
        announced=row.kind not in SILENT,
        trace_id=trace_id,
    )


def _shown(after: StatusRecord) -> dict[str, Any]:
    return {name: value for name, value in after.columns().items() if name != "status_at"}


# Made once: to make a statement costs more than to run it.
_FIND = (
    select(articles, revisions.c.reading)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(articles.c.id.in_(bindparam("articles", expanding=True)))
)
_UPDATE = update(articles).where(articles.c.id == bindparam("this"))
