"""Which pages a scope holds: the question that takes two services to answer, and what re-ingestion asks of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.messages import Scope
from services.fetcher import matching as pages
from services.fetcher import reingestion
from services.reingest import scope as room
from services.reingest.scope import Neighbours, PageBatch
from services.store import select as articles


def connect() -> None:
    """Connects re-ingestion with the services that know pages and articles, in this process."""
    neighbours = Neighbours(reach, next_pages, reingestion.enter, reingestion.still)
    room.connect(neighbours)


def reach(session: Session, scope: Scope, sample: int) -> tuple[int, Sequence[Row[Any]]]:
    """How many pages a scope holds now, and the first of them: page, url, source and article."""
    among = articles.matching(session, scope) if scope.asks_the_store() else None
    return pages.reach(session, scope, among, sample)


def next_pages(session: Session, scope: Scope, after: int, limit: int) -> PageBatch:
    """The pages of a scope with ids above `after`: of `limit` candidates, those for which every condition holds."""
    if not scope.asks_the_store():
        result = pages.next_pages(session, scope, after, limit)
        return PageBatch(after, result, result[-1] if result else after, complete=len(result) < limit)
    # Two questions, each in the order of the pages: both services know where to begin, and stop at the limit.
    candidates = articles.next_pages(session, scope, after, limit)
    last = candidates[-1] if candidates else after
    return PageBatch(after, pages.among(session, scope, candidates), last, complete=len(candidates) < limit)
