"""What the tests of webhooks share: a receiver, events as the store says them, and a look into the tables."""

from sqlmodel import select

from services.contracts.caller import Caller
from services.contracts.messages import Announce
from services.demo.site import Answer, HungUp, Site
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.append import NewEvent, append
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import due, enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.webhooks import checks, tasks  # noqa: F401 - the tasks register their handlers

KINDS = ("Announce", "Deliver")
CALLERS = {
    "ann": Caller(key=1, name="ann", scopes=frozenset({"subscribe"})),
    "bob": Caller(key=2, name="bob", scopes=frozenset({"subscribe"})),
    "root": Caller(key=3, name="root", scopes=frozenset({"admin"})),
    "reader": Caller(key=4, name="reader", scopes=frozenset({"read"})),
}


class Subscriber:
    """Keeps each request; answers what is queued in `answers`, 204 when nothing is, once `meanwhile` has happened."""

    def __init__(self):
        self.requests = []
        self.answers = []
        self.meanwhile = []
        self.site = Site(self._answer)

    @property
    def url(self):
        return f"{self.site.url}/hook"

    @property
    def events(self):
        return [request.headers["webhook-id"] for request in self.requests]

    @property
    def numbers(self):
        return [int(request.headers["dateline-sequence"]) for request in self.requests]

    def _answer(self, request):
        self.requests.append(request)
        if self.meanwhile:
            self.meanwhile.pop()()
        answer = self.answers.pop(0) if self.answers else 204
        if answer == "hangs":
            self.site.stopped.wait()
        if answer in ("hangs", "hangs up"):
            raise HungUp
        return answer if isinstance(answer, Answer) else Answer(answer, b"noted")


def announced(
    event="evt_1",
    sequence=1,
    article="art_1",
    *,
    source="navy",
    event_type="article.created",
    lane="live",
    change=None,
    merged=None,
    **about,
):
    """An event as the store says it; the number is the log's own, and `sequence` only says what comes before what."""
    fields = {"id": article, "headline": "Größe “zählt”", "body": [{"kind": "paragraph", "text": "Words."}], **about}
    new = NewEvent(
        id=event,
        type=event_type,
        subject=article,
        occurred_at=utcnow(),
        data={"article": fields, "previous_revision": None, "changed": ["body"] if change else [], "change": change}
        | ({"merged": {"id": merged}} if merged else {}),
        source=source,
        kind="news",
        cause="live",
    )
    with transaction() as session:
        append(session, new)
        order = Announce(event=event, article=article, sequence=sequence)
        enqueue(session, order, lane=lane)
    return order


def told_again(order, sequence=1):
    """The same event is announced once more."""
    with transaction() as session:
        enqueue(session, order)


def run(now=None):
    """Handles what is due by that time, and what follows from it; the clock stands still, however long it takes."""
    clock = max(now or utcnow(), utcnow())
    for _ in range(200):
        result = due(clock, kinds=KINDS)
        for row, kind in result:
            worker.handle(kind, [row], clock)
        if not result:
            return
    raise AssertionError("It goes round in circles.")


def run_announcements():
    for row, kind in due(utcnow(), kinds=("Announce",)):
        worker.handle(kind, [row])


def rows(table):
    with reading() as session:
        return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))


def only(table):
    (row,) = rows(table)
    return row


def in_ledger(*kinds):
    """The messages of these kinds; the hourly look through the log is always there."""
    with reading() as session:
        result = session.scalars(select(LedgerRow).where(LedgerRow.kind.in_(kinds or KINDS)))
        return list(result)


def balanced():
    with reading() as session:
        return [check.sentence for check in checks.checks(session, utcnow()) if not check.holds] == []


def log_of(http, endpoint, **params):
    return http.get(f"/webhooks/endpoints/{endpoint['id']}/deliveries", params=params).json()
