"""What a dry run found, kept page by page, and done or forgotten a batch at a time."""

import json
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from services.contracts.caller import Caller
from services.contracts.messages import (
    PagePromoted,
    PageReingested,
    Preview,
    PromotePage,
    Rejection,
    SaveArticle,
)
from services.reingest.models import ReingestionRow
from services.runtime import audit
from services.runtime.database import is_sqlite
from services.runtime.ledger import say

AT_ONCE = 50
"""Pages promoted or forgotten in one transaction."""
UNDER_WAY = 100
"""Promoted pages of one order that may be under way at a time: the pace at which live news is not delayed."""

previews: Relation = SQLModel.metadata.tables["previews"]
found: Relation = SQLModel.metadata.tables["preview_differences"]
_proposal: TypeAdapter[SaveArticle | Rejection] = TypeAdapter(SaveArticle | Rejection)
# What a promotion becomes when none of its findings is in any of these states.
_ENDS = {"promoting": ("promoted", ("open", "applying")), "cancelling": ("cancelled", ("applying",))}


def keep(session: Session, news: PageReingested, preview: Preview) -> None:
    """Writes down what was found on a page, and each field that differs."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = _row(news, preview)
    session.execute(insert(previews).values(row).on_conflict_do_nothing())
    here = {"reingestion": news.reingestion, "page": news.page}
    rows = [here | difference.model_dump() for difference in preview.differences]
    if rows:
        session.execute(insert(found).values(rows).on_conflict_do_nothing())


def crowded(session: Session, reingestion: int) -> bool:
    """Whether so many promoted pages are under way that the next ones had better wait."""
    under_way = select(func.count()).where(*_of(reingestion, "applying"))
    return int(session.execute(under_way).scalar_one()) >= UNDER_WAY


def promote(session: Session, reingestion: int, now: datetime) -> bool:
    """Hands on the next findings; False when there are no more of them, or no more are wanted at present."""
    order = _held(session, reingestion)
    if order is None or order.preview != "promoting":
        return False
    wanted = select(previews).where(*_of(reingestion, "open")).order_by(previews.c.page).limit(AT_ONCE)
    rows = session.execute(wanted).all()
    for row in rows:
        finding = PromotePage(
            reingestion=reingestion,
            page=row.page,
            newest=row.newest,
            proposal=_proposal.validate_json(row.proposal),
        )
        say(session, finding, lane="bulk")
    _set(session, reingestion, [row.page for row in rows], state="applying")
    settle(session, order, now)
    return len(rows) == AT_ONCE


def count_promoted(session: Session, news: PagePromoted, now: datetime) -> None:
    """One finding is done, or could not be; with the last of them the promotion is over."""
    order = _held(session, news.reingestion)
    _set(session, news.reingestion, [news.page], state=news.outcome, proposal=None)
    if order is not None:
        settle(session, order, now)


def settle(session: Session, order: ReingestionRow, now: datetime) -> None:
    """Whoever follows the promotion is told of it; and when nothing is left of what is wanted, that is written down.

    The caller holds the row until the commit, so that of several workers the last one sees the end.
    """
    order.steps += 1
    ended, waits = _ENDS.get(order.preview or "", (None, ()))
    if ended is None or session.execute(select(1).where(*_of(order.id or 0, *waits)).limit(1)).first():
        return
    order.preview = ended
    caller = Caller(key=order.asked_by, name=order.asked_by_name)
    subject, result = f"reingestion {order.id}", json.dumps(states(session, order.id or 0))
    audit.note(session, caller, "reingestion.promotion_ended", subject, now, result=result)


def forget(session: Session, reingestion: int) -> bool:
    """Deletes the next findings; False when there are no more of them."""
    next_pages = select(previews.c.page).where(previews.c.reingestion == reingestion).limit(AT_ONCE * 10)
    pages = session.execute(next_pages).scalars().all()
    for table in (previews, found):
        session.execute(delete(table).where(table.c.reingestion == reingestion, table.c.page.in_(pages)))
    return len(pages) == AT_ONCE * 10


def _row(news: PageReingested, preview: Preview) -> dict[str, object]:
    origin = preview.origin
    outcome = _outcome(news, origin.was_rejected is not None)
    rejection = preview.proposal if isinstance(preview.proposal, Rejection) else None
    does = preview.proposal is not None and outcome != "still_rejected"
    return {
        "reingestion": news.reingestion,
        "page": news.page,
        "outcome": outcome,
        "state": "open" if does else "nothing",
        "source": origin.source,
        "url": origin.url,
        "article": preview.article,
        "layout": preview.layout,
        "headline": preview.headline,
        "reason": f"{rejection.reason}: {rejection.detail}" if rejection else origin.was_rejected,
        "announced": preview.announced,
        "newest": origin.newest,
        "proposal": preview.proposal.model_dump_json() if preview.proposal and does else None,
    }


def _outcome(news: PageReingested, was_rejected: bool) -> str:
    if news.outcome == "rejected":
        return "still_rejected" if was_rejected else "rejected"
    return "was_rejected" if was_rejected and news.outcome in {"created", "updated"} else news.outcome


def _of(reingestion: int, *states: str) -> tuple[ColumnElement[bool], ...]:
    return previews.c.reingestion == reingestion, previews.c.state.in_(states)


def _set(session: Session, reingestion: int, pages: list[int], **values: object) -> None:
    these = (previews.c.reingestion == reingestion, previews.c.page.in_(pages))
    session.execute(update(previews).where(*these).values(values))


def _held(session: Session, reingestion: int) -> ReingestionRow | None:
    return session.get(ReingestionRow, reingestion, with_for_update=True)


def states(session: Session, reingestion: int) -> dict[str, int]:
    """How many findings wait, are under way, were applied, or had become stale."""
    counts = select(previews.c.state, func.count()).where(previews.c.reingestion == reingestion)
    numbers: dict[str, int] = {row[0]: row[1] for row in session.execute(counts.group_by(previews.c.state))}
    return {state: numbers.get(state, 0) for state in ("open", "applying", "applied", "stale")}
