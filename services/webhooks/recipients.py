"""Which endpoint was sent which article: so that what becomes of the article reaches it, whatever its filter says then.

A row comes with the first delivery that tells of the article, by a trigger of the database: no statement more for each
batch. It outlives the delivery log. It ends with the endpoint, or with the key that made it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlmodel import Session

from services.webhooks.models import endpoints, recipients

Pair = tuple[str, int]
"""An article's id and an endpoint's."""

# Made once: to make a statement costs more than to run it.
_WERE_SENT = select(recipients.c.article, recipients.c.endpoint).where(
    recipients.c.article.in_(bindparam("articles", expanding=True)),
    recipients.c.endpoint.in_(bindparam("to", expanding=True)),
)


def were_sent(session: Session, articles: Iterable[str], to: Sequence[int]) -> set[Pair]:
    """Who among these endpoints was sent which of these articles; no statement where there is nothing to ask."""
    these = sorted(set(articles))
    if not these or not to:
        return set()
    return {(row.article, row.endpoint) for row in session.execute(_WERE_SENT, {"articles": these, "to": [*to]})}


def forget_recipients(session: Session, which: ColumnElement[bool]) -> None:
    """These endpoints are readers of nothing any more."""
    session.execute(delete(recipients).where(recipients.c.endpoint.in_(select(endpoints.c.id).where(which))))
