"""How far a scope reaches: the one question that takes two services to answer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.messages import Scope
from services.fetcher import matching as pages
from services.store import select as articles


def reach(session: Session, scope: Scope, sample: int) -> tuple[int, Sequence[Row[Any]]]:
    """How many pages a scope holds now, and the first of them: page, url, source and article."""
    among = articles.matching(session, scope) if scope.asks_the_store() else None
    return pages.reach(session, scope, among, sample)
