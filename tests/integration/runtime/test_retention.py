"""What is kept for so many days and no longer, and what a reader is told who comes too late."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from services.access import keys
from services.app import create_app
from services.audit.report import take
from services.contracts.caller import Caller
from services.contracts.messages import ForgetDeliveries, HostRecovered, ParsePage, Rejection
from services.reingest.models import ReingestionRow
from services.reingest.order import Order, accept
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance import verdicts
from services.runtime.settings import retention_settings
from services.store.save import save
from services.webhooks import tasks  # noqa: F401 - whose handler it is
from tests.support.in_process import client
from tests.support.orders import order

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]
NOBODY = Caller(key=1, name="nobody", scopes=frozenset({"admin"}))
LONG_AGO = timedelta(days=60)


@pytest.fixture
def keeps(installation):
    """Sets for how many days each of these is kept."""
    yield lambda **days: (
        installation(**{f"keep_{name}": str(number) for name, number in days.items()}),
        retention_settings.cache_clear(),
    )
    retention_settings.cache_clear()


def stored(*days_ago):
    """An article for each of these ages, oldest first."""
    for number, days in enumerate(days_ago, 1):
        with transaction() as session:
            result = order(page=number, key=f"page-{number}", url=f"https://harbor.example/{number}", cause="backlog")
            save(session, result, utcnow() - timedelta(days=days))


def forgets():
    """As the hourly timer does."""
    with transaction() as session:
        enqueue(session, ForgetDeliveries())
    ((row, kind),) = jobs.due(utcnow(), kinds=["ForgetDeliveries"])
    assert worker.handle(kind, [row], utcnow()) == 1


def number(table):
    with reading() as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


@pytest.fixture
def api():
    with transaction() as session:
        _, presented = keys.create(session, "somebody", ("read",), utcnow())
    return client(create_app(), presented)


def test_everything_is_kept_unless_somebody_says_otherwise(keeps):
    stored(3_000, 2_000)
    forgets()
    assert number("events") == 2


def test_old_events_are_forgotten_from_the_first_on_and_the_audit_knows(keeps):
    """What is left is gapless, and an article whose creation is forgotten is no fault."""
    keeps(events=30)
    stored(60, 50, 10, 1)
    forgets()
    assert number("events") == 2
    with reading() as session:
        checks = {check.name: check for check in take(session, utcnow()).checks}
    assert checks["gapless events"].holds
    assert "up to 2 were forgotten" in checks["gapless events"].sentence
    assert checks["articles created once"].holds
    stored(0)


def test_a_log_of_which_nothing_is_left_goes_on_with_the_next_number(keeps, api):
    keeps(events=30)
    stored(60, 50)
    forgets()
    assert (number("events"), api.get("/events").json()) == (0, {"events": [], "next": 2})
    with transaction() as session:
        save(session, order(page=9, key="page-9", url="https://harbor.example/9"), utcnow())
    assert [event["sequence"] for event in api.get("/events?after=2").json()["events"]] == [3]
    with reading() as session:
        assert [
            event.name for event in take(session, utcnow()).checks if "created" in event.name and not event.holds
        ] == []


@pytest.mark.parametrize("path", ["/events?after=1", "/events?after=1&wait=5", "/events/stream?after=1"])
def test_a_reader_who_comes_too_late_is_told_once_and_clearly(keeps, api, path):
    """It must not believe that nothing happened; who begins at 0 wants what is there."""
    keeps(events=30)
    stored(60, 50, 40, 1)
    forgets()
    answer = api.get(path)
    assert answer.status_code == 410
    assert "begin again after 3" in answer.json()["detail"]
    assert [event["sequence"] for event in api.get("/events?after=0").json()["events"]] == [4]
    assert [event["sequence"] for event in api.get("/events?after=3").json()["events"]] == [4]


def test_an_event_that_is_to_be_announced_stays_with_all_that_follow_it(keeps):
    keeps(events=30)
    stored(60, 50, 40)
    with transaction() as session:
        session.execute(text("UPDATE events SET announced = true WHERE sequence = 2"))
    forgets()
    assert number("events") == 2


def test_old_entries_of_the_audit_log_are_forgotten(keeps):
    keeps(audit_log=30)
    with transaction() as session:
        for days in (60, 31, 1):
            audit_log.note(session, NOBODY, "source.polled", "source a", utcnow() - timedelta(days=days))
    forgets()
    assert number("audit_log") == 1


def test_a_dead_letter_is_forgotten_once_nothing_is_accounted_for_by_it(keeps):
    """That of a page whose later capture was read, and of a host; not the only word about a capture."""
    keeps(dead_letters=30)
    long_ago = utcnow() - LONG_AGO
    with transaction() as session:
        enqueue(session, HostRecovered(host="harbor.example"))
        for page in (1, 2):
            result = order(page=page)
            enqueue(session, ParsePage(origin=result.origin, capture=result.capture, fetched_at=long_ago))
        later = Rejection(capture="c", fetched_at=utcnow(), parser="1", reason="stub", detail="A link.")
        verdicts.hold_rejected(session, 1, later)
        session.flush()
        session.execute(text("UPDATE ledger SET dead_lettered_at = :then, attempts = 5"), {"then": long_ago})
    forgets()
    with reading() as session:
        rows = session.execute(
            select(LedgerRow.kind, LedgerRow.page).where(LedgerRow.dead_lettered_at.is_not(None))
        ).all()
    assert [tuple(entry) for entry in rows] == [("ParsePage", 2)]


def test_what_an_old_dry_run_found_is_discarded_when_the_next_order_is_given(keeps):
    """It grows by orders, and only then; what was found yesterday can still be promoted."""
    keeps(results=30)
    expected = Order(scope={"source": "harbor"}, dry_run=True, reason="a look")
    with transaction() as session:
        for days in (60, 1):
            row = accept(session, expected, NOBODY, utcnow() - timedelta(days=days))
            row.state, row.finished_at = "done", utcnow() - timedelta(days=days)
    with transaction() as session:
        accept(session, expected, NOBODY, utcnow())
    with reading() as session:
        rows = session.execute(select(ReingestionRow.preview).order_by(ReingestionRow.id)).scalars().all()
    assert rows == ["discarded", None, None]
