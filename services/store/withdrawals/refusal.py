"""What is answered to whoever asks for an article that an operator has withdrawn."""

from typing import Any

from sqlalchemy import Row

from services.runtime.http.problems import Problem


def refuse_withdrawn(row: Row[Any]) -> None:
    """Raises a 410 problem, with the reason, where the article of this row is withdrawn."""
    if row.status == "withdrawn":
        state = "erased" if row.erased_at else "withdrawn"
        why = f" The reason given: {row.status_reason}" if row.status_reason else ""
        raise Problem(410, "Withdrawn", f"An operator has {state} this article.{why}")
