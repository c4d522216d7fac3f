"""Simulated days: all that falls due is handled at its own time, from the channel to the store, over real sockets."""

import json
import sys
from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.fetcher import tasks as fetcher  # noqa: F401 - registers its handlers
from services.parser import tasks as parser  # noqa: F401
from services.runtime.database import reading, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger import worker
from services.runtime.ledger.ledger_table import OPEN, ledger
from services.store import tasks as store  # noqa: F401
from services.store.models import articles

KINDS = (
    "PollChannel",
    "FetchPage",
    "HostRecovered",
    "ParsePage",
    "SaveArticle",
    "SetStatus",
    "ReviewRemovals",
    "CompareArticles",
    "SamePage",
    "LookAtPages",
)


RESTS = timedelta(minutes=20)


class NewsDay:
    """A clock that goes from one due message to the next."""

    def __init__(self):
        self.now = utcnow() + timedelta(seconds=5)

    def passes(self, **span):
        """So much time: whatever is due in it is handled when it is, and what that leads to as well."""
        end = self.now + timedelta(**span)
        while (due := _next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            if self.now > end:
                break
            if not self._handles():
                self.now += RESTS  # a host wants rest: what is due there waits
        self.now = end

    def _handles(self):
        return sum(worker.handle(kind, ids, self.now) for kind, ids in _due(self.now).items())


def statuses():
    """The status of each article, by the last part of its address but the query."""
    with reading() as session:
        return {_slug(url): status for url, status in session.execute(select(articles.c.url, articles.c.status))}


def article(slug):
    with reading() as session:
        rows = session.execute(select(articles)).all()
    return next(row for row in rows if _slug(row.url) == slug)


def announced(*types):
    """The events of these types, in their order: type and data."""
    with reading() as session:
        rows = session.execute(select(events.c.type, events.c.body).order_by(events.c.sequence)).all()
    return [(kind, json.loads(body)["data"]) for kind, body in rows if not types or kind in types]


def _slug(url):
    return url.rstrip("/").rpartition("/")[2]


def _next_due():
    with reading() as session:
        return session.execute(select(func.min(ledger.c.due_at)).where(OPEN, ledger.c.kind.in_(KINDS))).scalar()


def _due(now):
    due = {}
    with reading() as session:
        rows = session.execute(
            select(ledger.c.kind, ledger.c.id)
            .where(OPEN, ledger.c.kind.in_(KINDS), ledger.c.due_at <= now)
            .order_by(ledger.c.due_at, ledger.c.id)
        )
        for kind, number in rows:
            due.setdefault(kind, []).append(number)
    return due


if __name__ == "__main__":  # in a process of its own, which a fault point may end
    began, ends = map(datetime.fromisoformat, sys.argv[1:])
    until = NewsDay()
    until.now = began
    until.passes(seconds=(ends - began).total_seconds())
