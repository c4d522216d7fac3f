"""How often the database is asked, and something committed, while something happens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import event

from services.runtime import database
from services.runtime.ledger import jobs, worker


@dataclass
class Cost:
    """The statements, in their order, and how many transactions that wrote anything were committed."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0
    _writes: bool = False

    def remember(self, _connection, _cursor, statement, *_):
        if not statement.startswith(("PRAGMA", "BEGIN", "SET ")):
            self.statements.append(statement)
            self._writes |= not statement.startswith("SELECT") or "FOR UPDATE" in statement

    def committed(self, _connection):
        self.commits += self._writes
        self._writes = False


@contextmanager
def counted() -> Iterator[Cost]:
    """What this thread asks the database in the block."""
    cost = Cost()
    listens = ("before_cursor_execute", cost.remember), ("commit", cost.committed)
    for name, heard in listens:
        event.listen(database.engine(), name, heard)
    try:
        yield cost
    finally:
        for name, heard in listens:
            event.remove(database.engine(), name, heard)


def of_each_message(now: datetime, kinds: Sequence[str]) -> list[tuple[str, Cost]]:
    """Handles what is due, one after the other, and what follows from it; what each message cost."""
    results = []
    while due := jobs.due(now, kinds=kinds):
        for row, kind in due:
            with counted() as cost:
                handled = worker.handle(kind, [row], now)
            if handled:
                results.append((kind, cost))
    return results


def table(costs: list[tuple[str, Cost]]) -> str:
    """For people."""
    lines = [f"{kind:<14}{cost.commits:>4} commits {len(cost.statements):>4} statements" for kind, cost in costs]
    commits, requests = sum(cost.commits for _, cost in costs), sum(len(cost.statements) for _, cost in costs)
    return "\n".join([*lines, f"{len(costs):<3}{'messages':<11}{commits:>4} commits {requests:>4} statements"])
