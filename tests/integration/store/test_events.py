"""The one sequence of events, and the store's account of itself, on both databases."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from services.contracts.messages import Announce
from services.runtime.database import reading, transaction
from services.runtime.events import checks as log
from services.runtime.events.follow import EventQuery, pull
from services.runtime.events.tables import counter, events
from services.store import checks
from services.store.models import articles, revisions
from services.store.save import save
from tests.support.event_log import body_of
from tests.support.kept import rows, saved
from tests.support.orders import NOW, A, B, order

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]


def several(number: int, **about):
    """An order of article `number`."""
    return order(page=number, key=f"afpims/defense:{number}", url=f"https://www.war.gov/Article/{number}", **about)


def pulled(after=0, limit=50, **asked):
    with reading() as session:
        return pull(session, EventQuery(**asked), after, limit)


def all_checks(session):
    return (*checks.checks(session), log.check(session))


def sequences(page):
    return [event.sequence for event in page.events]


def test_what_is_pulled_is_what_was_pushed():
    """The very bytes, after id, cause and whether it was announced; silent events are there too, marked as such."""
    pushed = saved(order(A)).announce
    saved(order(B, parser="2", cause="reparse"))
    page = pulled().page()
    first, second = json.loads(page)["events"]
    assert isinstance(pushed, Announce)
    body = body_of(pushed.event)
    assert body.removeprefix("{").encode() in page
    assert first == {"id": pushed.event, "cause": "live", "announced": True, **json.loads(body)}
    assert (second["announced"], second["cause"]) == (False, "reparse")


def test_events_are_pulled_in_their_order_from_where_one_stopped():
    """`next` asks for what follows; at the end it stays where it is, until there is more."""
    for number in range(1, 6):
        saved(several(number))
    result, after = [], 0
    while (page := pulled(after, limit=2)).events:
        result += sequences(page)
        assert page.more == (result[-1] < 5)
        after = page.next
    assert result == [1, 2, 3, 4, 5]
    assert pulled(after, limit=2).next == 5
    saved(several(6))
    assert sequences(pulled(after)) == [6]


def test_events_are_chosen_by_type_source_kind_and_whether_they_were_told():
    saved(order(A), order(B, minute=1), several(2, source="af-news"), several(3, kind="speech", cause="backlog"))
    assert sequences(pulled()) == [1, 2, 3, 4]
    assert sequences(pulled(type="article.updated")) == [2]
    assert sequences(pulled(source="af-news")) == [3]
    assert sequences(pulled(kind="speech")) == [4]
    assert sequences(pulled(announced=True)) == [1, 2, 3]
    assert sequences(pulled(type="article.created", source="war-releases", announced=True)) == [1]


def test_an_event_keeps_the_source_and_the_kind_it_was_told_with():
    """Later readings of the article change neither."""
    saved(order(A), order(B, minute=1, kind="speech", source="other"))
    assert sequences(pulled(kind="release", source="war-releases")) == [1]
    assert sequences(pulled(kind="speech", source="other")) == [2]


def test_what_a_filter_passed_over_is_not_looked_at_again():
    """`next` is the end of the sequence, not the last event that fitted; a full page ends with its last event."""
    for number in range(1, 5):
        saved(several(number, source="rare" if number < 3 else "usual"))
    assert pulled(source="rare").next == 4
    assert pulled(source="never").next == 4
    page = pulled(source="rare", limit=1)
    assert (sequences(page), page.next, page.more) == ([1], 1, True)


def test_a_place_beyond_the_end_stays_where_it_is():
    saved(order(A))
    assert pulled(after=7).next == 7


def test_a_reader_never_sees_a_number_before_the_ones_below_it():
    """While several workers write, whoever reads finds the sequence without a gap at any moment."""
    done, glimpses = threading.Event(), []

    def watches():
        while not done.is_set():
            glimpses.append(rows(events, "sequence"))

    with ThreadPoolExecutor(5) as workers:
        watcher = workers.submit(watches)
        list(workers.map(lambda number: saved(several(number)), range(1, 25)))
        done.set()
        watcher.result()
    assert glimpses
    assert all(glimpse == list(range(1, len(glimpse) + 1)) for glimpse in glimpses)
    assert rows(events, "sequence") == list(range(1, 25))


def test_doing_the_work_again_gives_the_event_its_old_id():
    """Two installations that saw the same agree on the ids; a redo after a crash repeats them."""

    class CrashedError(Exception):
        pass

    def crashes():
        with transaction() as session:
            ids.append(save(session, order(), NOW).announce.event)
            raise CrashedError

    ids: list[str] = []
    with pytest.raises(CrashedError):
        crashes()
    with transaction() as session:
        ids.append(save(session, order(), NOW + timedelta(hours=1)).announce.event)
    assert ids[0] == ids[1] == rows(events, "id")[0]


def test_the_account_counts_what_is_there():
    saved(order(A), order(B, minute=1), several(2))
    with reading() as session:
        assert checks.counts(session) | log.counts(session) == {"articles": 2, "revisions": 3, "events": 3}
        assert all(check.holds for check in all_checks(session))


def test_the_account_of_an_empty_store_is_right():
    with reading() as session:
        assert checks.counts(session) | log.counts(session) == {"articles": 0, "revisions": 0, "events": 0}
        assert all(check.holds for check in all_checks(session))


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (update(articles).values(revision=7), {"current revisions"}),
        (delete(revisions).where(revisions.c.number == 1), {"kept revisions", "kept log"}),
        (update(revisions).values(capture=""), {"named captures"}),
        (delete(events), {"articles created once", "gapless events"}),
        (delete(events).where(events.c.sequence == 1), {"articles created once", "gapless events"}),
        (update(counter).values(last=5), {"gapless events"}),
    ],
)
def test_the_account_notices_damage(damage, names):
    """Whatever somebody does to the rows by hand, the check that it breaks says so, and no other."""
    saved(order(A), order(B, minute=1))
    with transaction() as session:
        session.execute(damage)
    with reading() as session:
        assert {check.name for check in all_checks(session) if not check.holds} == names
