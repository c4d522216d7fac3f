"""What is answered to whoever asks for an article that nobody knows, or that an operator has withdrawn."""

from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.runtime.http.problems import Problem
from services.store.search import find_article


def article_to_show(session: Session, article: str) -> Row[Any]:
    """The row of an article; raises a 404 problem where there is none, and a 410 problem as `refuse_withdrawn` does."""
    row = find_article(session, article)
    if row is None:
        raise Problem(404, "No such article", "GET /articles lists those that are known.")
    refuse_withdrawn(row)
    return row


def refuse_withdrawn(row: Row[Any]) -> None:
    """Raises a 410 problem, with the reason, where the article of this row is withdrawn."""
    if row.status == "withdrawn":
        state = "erased" if row.erased_at else "withdrawn"
        why = f" The reason given: {row.status_reason}" if row.status_reason else ""
        raise Problem(410, "Withdrawn", f"An operator has {state} this article.{why}")
