"""What a channel showed is stored in time, or is a gap with a cause: counted, listed, alarmed once, and closed late."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select
from structlog.testing import capture_logs

from services.access import keys
from services.app import create_app
from services.contracts.caller import Caller
from services.contracts.messages import ParsePage, Rejection
from services.fetcher import sources
from services.fetcher.coverage import acceptances, alarms, reconcile
from services.fetcher.coverage.acceptances import GapAcceptanceOrder
from services.fetcher.gap_models import Gap
from services.fetcher.importing import import_file
from services.runtime import database
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import claim, due
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from tests.fakes import newsroom as fakes
from tests.support.fetching import later, pages, runs, watches
from tests.support.in_process import client
from tests.support.orders import order
from tests.support.statements import counted

pytestmark = pytest.mark.integration
PATIENCE = timedelta(minutes=30)
OPERATOR = Caller(key=1, name="operator")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reconciles(now):
    """Everything that is due by then; what somebody is told."""
    more = True
    while more:
        with transaction() as session:
            judged = reconcile.look(session, now, PATIENCE)
            reconcile.write(session, judged, now)
            more = len(judged) == reconcile.AT_ONCE
    with transaction() as session:
        return alarms.raise_alarms(session, now)


def gaps():
    with reading() as session:
        return list(session.exec(select(Gap).order_by(Gap.id)))


def causes():
    return {gap.cause for gap in gaps() if gap.opened_at and not gap.closed_at}


def stores(page, now, article="art_a"):
    with transaction() as session:
        verdicts.hold_read(session, page, article, Read.of(order()), now)


def watched(newsroom):
    """A newsroom that was looked at while it had nothing: what it shows from now on is news."""
    watches(newsroom)
    runs()


def slugs(newsroom, number):
    return list(newsroom.samples)[:number]


def test_what_is_stored_in_time_is_no_gap_and_leaves_nothing_behind(fetcher, newsroom):
    """Nor is it looked for among all pages: its row is gone."""
    watched(newsroom)
    newsroom.publishes(slugs(newsroom, 1)[0])
    runs(later(minutes=10))
    stores(pages()[0].id, later(minutes=11))
    assert len(gaps()) == 1
    assert reconciles(later(minutes=45)) == []
    assert gaps() == []


@pytest.mark.parametrize(
    ("misbehaviour", "cause"),
    [
        (fakes.missing(), "gone"),
        (fakes.bot_wall(), "blocked"),
        (fakes.empty(), "blocked"),
        (fakes.broken(), "unavailable"),
        (fakes.binary(), "refused"),
    ],
)
@on_sqlite
def test_a_page_that_is_shown_and_not_stored_is_a_gap_with_a_cause(fetcher, newsroom, misbehaviour, cause):
    """Half an hour after it was shown, not before."""
    watched(newsroom)
    (slug,) = slugs(newsroom, 1)
    newsroom.publishes(slug)
    newsroom.misbehaves(slug, misbehaviour)
    runs(later(minutes=10))
    assert reconciles(later(minutes=20)) == []
    assert causes() == set()
    (notice,) = reconciles(later(minutes=50))
    (gap,) = gaps()
    assert (gap.cause, gap.detail, notice.details.causes) == (cause, pages()[0].detail, {cause: 1})


def test_robots_and_rejections_and_waiting_are_causes_of_their_own(fetcher, newsroom):
    """Each says in its detail what is in the way."""
    watched(newsroom)
    closed, listing, unread = slugs(newsroom, 3)
    rules = f"User-agent: *\nDisallow: {newsroom.samples[closed].path}\n"
    newsroom.misbehaves("/robots.txt", fakes.always(200, rules.encode(), {"Content-Type": "text/plain"}))
    with transaction() as session:
        session.execute(text("UPDATE hosts SET robots = NULL"))
    for slug in (closed, listing, unread):
        newsroom.publishes(slug)
    runs(later(minutes=10))
    page = next(page for page in pages() if page.url.startswith(newsroom.address(listing)[:-20]))
    why = Rejection(
        capture=page.capture, fetched_at=page.fetched_at, parser="1", reason="listing", detail="It lists 9 articles."
    )
    with transaction() as session:
        verdicts.hold_rejected(session, page.id, why)
    (notice,) = reconciles(later(minutes=50))
    assert notice.details.causes == {"robots": 1, "rejected": 1, "waiting": 1}
    details = {gap.cause: gap.detail for gap in gaps()}
    assert details["rejected"] == "listing: It lists 9 articles."
    assert details["robots"].endswith("asks us not to look at this address.")
    assert details["waiting"] == "Its capture is to be read."


def test_work_that_was_dead_lettered_is_the_cause_with_its_reason(fetcher, newsroom):
    """Before a person decides, nobody will store that page."""
    watched(newsroom)
    newsroom.publishes(slugs(newsroom, 1)[0])
    runs(later(minutes=10))
    ((number, kind),) = due(later(minutes=11), kinds=[ParsePage.__name__])
    (job,) = claim(kind, [number], later(minutes=11))
    job.dead_letter("The parser met a defect.", later(minutes=11))
    reconciles(later(minutes=50))
    (gap,) = gaps()
    assert (gap.cause, gap.detail) == ("failing", "ParsePage: The parser met a defect.")


def test_an_entry_of_a_feed_that_is_out_of_scope_is_a_gap_and_alarmed_once(fetcher, newsroom):
    """The links of a listing are its menu, and no gaps; the entries of a feed are news."""

    def feed(*urls):
        items = "".join(f"<item><link>{url}</link></item>" for url in urls)
        body = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        newsroom.misbehaves("/elsewhere", fakes.always(200, body.encode(), {"Content-Type": "application/rss+xml"}))

    feed(f"{newsroom.url}/a/")
    watches(newsroom, path="/elsewhere")
    runs()
    feed(f"{newsroom.url}/a/", "https://other.example/story-1/")
    runs(later(minutes=10))
    (notice, *_) = [entry for entry in reconciles(later(minutes=50)) if "out_of_scope" in entry.details.causes]
    assert notice.details.causes["out_of_scope"] == 1
    feed(f"{newsroom.url}/a/", "https://other.example/story-1/", "https://other.example/story-2/")
    runs(later(minutes=60))
    assert reconciles(later(minutes=100)) == []
    assert [gap.url for gap in gaps() if gap.cause == "out_of_scope"] == [
        "https://other.example/story-1/",
        "https://other.example/story-2/",
    ]


def test_what_is_stored_after_all_closes_the_gap_and_says_how_late(fetcher, newsroom):
    """Counted from the first sight; a gap that is closed stays on record."""
    watched(newsroom)
    newsroom.publishes(slugs(newsroom, 1)[0])
    runs(later(minutes=10))
    reconciles(later(minutes=45))
    stores(pages()[0].id, stored := later(hours=2))
    reconciles(later(hours=3))
    (gap,) = gaps()
    assert (gap.closed_at, causes()) == (stored, set())


def test_a_mass_outage_is_one_notice_with_a_list(fetcher, newsroom):
    """Not one for each page; and a gap that was told of is not told of again."""
    watched(newsroom)
    for slug in slugs(newsroom, 4):
        newsroom.publishes(slug)
        newsroom.misbehaves(slug, fakes.broken())
    runs(later(minutes=10))
    with capture_logs() as logs:
        (notice,) = reconciles(later(minutes=50))
    assert (notice.source, notice.number, notice.details.causes) == ("demo", 4, {"unavailable": 4})
    assert len(notice.pages) == 4
    with reading() as session:
        ((answer, announced),) = session.execute(text("SELECT type, announced FROM events")).all()
    assert (answer, announced) == ("source.gap", True)
    assert next(line for line in logs if line["event"] == "source_gap")["gaps"] == 4
    assert reconciles(later(hours=2)) == []


def test_a_backlog_that_is_refused_counts_and_is_alarmed_once(fetcher, newsroom):
    """That it waits its turn is no alarm at all: a host is asked once in a pace."""
    published = slugs(newsroom, 4)
    for slug in published[:3]:
        newsroom.publishes(slug)
        newsroom.misbehaves(slug, fakes.binary())
    watches(newsroom)
    runs()
    (notice,) = reconciles(later(minutes=40))
    assert (notice.details.causes, causes()) == ({"refused": 3}, {"refused"})
    with transaction() as session:
        session.execute(text("UPDATE gaps SET alarmed_at = NULL, check_at = shown_at WHERE id > 1"))
    assert reconciles(later(hours=1)) == []
    with transaction() as session:
        session.execute(text("UPDATE pages SET outcome = NULL, visited_at = NULL"))
        session.execute(text("UPDATE gaps SET alarmed_at = NULL, check_at = shown_at"))
    assert reconciles(later(hours=2)) == []
    assert causes() == {"waiting"}


def test_an_imported_page_and_one_that_no_channel_shows_is_no_gap(fetcher, newsroom):
    """What a channel never shows cannot be missed."""
    import_file("old.html", b"<html><p>old words</p></html>", newsroom.url + "/Article/77/x/", utcnow(), later(days=-9))
    assert reconciles(later(hours=1)) == []
    assert gaps() == []


def test_a_source_that_is_removed_has_no_gaps_and_a_paused_one_is_not_alarmed(fetcher, newsroom):
    """Both are orders of the operator."""
    watched(newsroom)
    newsroom.publishes(slugs(newsroom, 1)[0])
    runs(later(minutes=10))
    with transaction() as session:
        sources.pause(session, "demo")
    assert reconciles(later(minutes=50)) == []
    assert [gap.cause for gap in gaps()] == ["waiting"]
    with transaction() as session:
        sources.remove(session, "demo")
    assert gaps() == []


def fills(number):
    """So many pages that are stored, and a hundred that were shown and are not."""
    with transaction() as session:
        values = [{"page": page, "now": utcnow()} for page in range(1, number + 1)]
        session.execute(
            text(
                "INSERT INTO pages (id, key, url, source, channel, backlog, discovered_at, step, failures, restless, "
                "moves) VALUES (:page, 'k' || :page, 'u', 'demo', 1, false, :now, 0, 0, 0, 0)"
            ),
            values,
        )
        session.execute(
            text(
                "INSERT INTO gaps (source, key, url, page, backlog, shown_at, check_at, to_alarm) "
                "VALUES ('demo', 'k' || :page, 'u', :page, false, :now, :now, false)"
            ),
            values[: reconcile.AT_ONCE],
        )


def test_a_step_is_a_handful_of_statements_however_many_pages_there_are(db):
    """Many gaps are looked at and written in six, and the plan names no table that is read through."""
    fills(500)
    with counted() as cost, transaction() as session:
        judged = reconcile.look(session, later(hours=1), PATIENCE)
        reconcile.write(session, judged, later(hours=1))
    assert len(judged) == reconcile.AT_ONCE
    assert len(cost.statements) <= 6
    if db == "sqlite":
        requests = cost.statements[0]
        with database.engine().connect() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {requests}", ("2026-01-01",) * requests.count("?")
            ).all()
        assert [str(row[-1]) for row in plan if "SCAN" in str(row[-1])] == []


@pytest.fixture
def asks():
    """Asks the API as somebody who may read."""
    app = create_app()
    with transaction() as session:
        _, presented = keys.create(session, "somebody", ("read",), utcnow())
    return lambda path, **asked: client(app, presented).get(path, params=asked).json()


def accepts(order):
    with transaction() as session:
        return acceptances.accept_gaps_of(
            session, GapAcceptanceOrder(reason="It is right", **order), OPERATOR, utcnow()
        ).id


def missing(newsroom, number=1):
    """So many pages that are gone, an hour after they were shown; the gaps."""
    watched(newsroom)
    for slug in slugs(newsroom, number):
        newsroom.misbehaves(slug, fakes.missing())
        newsroom.publishes(slug)
    runs(later(minutes=10))
    reconciles(later(minutes=60))
    return gaps()


def test_a_gap_that_is_accepted_stays_listed_and_alarms_nobody(fetcher, newsroom, asks):
    """One page, with a reason; it is counted apart, and closes like any other."""
    (gap, *_) = missing(newsroom, 2)
    number = accepts({"gap": gap.id})
    assert reconciles(later(hours=9)) == []
    assert [entry.cause for entry in gaps()] == ["gone", "gone"]
    assert [entry["id"] for entry in asks("/gaps", state="accepted")["gaps"]] == [gap.id]
    assert asks("/gaps/counts") == [{"source": "demo", "gaps": 1, "causes": {"gone": 1}, "accepted": 1}]
    assert asks("/gaps/acceptances")[0] | {"accepted_at": ""} == {
        "id": number,
        "source": "demo",
        "cause": "gone",
        "one_page": True,
        "pattern": None,
        "reason": "It is right",
        "accepted_by": "operator",
        "accepted_at": "",
    }
    stores(gap.page, later(hours=9))
    reconciles(later(hours=20))
    assert gaps()[0].closed_at


def test_what_was_accepted_alarms_again_when_its_cause_changes(fetcher, newsroom):
    """It is gone, which was right; a wall in its place is another thing."""
    (gap,) = missing(newsroom)
    accepts({"gap": gap.id})
    newsroom.misbehaves("*", fakes.bot_wall())
    with transaction() as session:
        session.execute(text("UPDATE pages SET outcome = 'blocked'"))
    (notice,) = reconciles(later(hours=9))
    assert notice.details.causes == {"blocked": 1}
    with reading() as session:
        assert acceptances.acceptances_of(session) == []
    assert gaps()[0].accepted is None


def test_a_cause_of_a_source_is_accepted_for_what_comes_later_too(fetcher, newsroom):
    """Where its address matches; and counts again when that is withdrawn."""
    watched(newsroom)
    first, second = slugs(newsroom, 2)
    number = accepts({"source": "demo", "cause": "gone", "pattern": newsroom.samples[first].path.rstrip("/")})
    for slug in (first, second):
        newsroom.misbehaves(slug, fakes.missing())
        newsroom.publishes(slug)
    runs(later(minutes=10))
    (notice,) = reconciles(later(minutes=60))
    number_of_second = newsroom.samples[second].path.rstrip("/").rpartition("/")[2]
    assert [page.url.rstrip("/").rpartition("/")[2] for page in notice.pages] == [number_of_second]
    with transaction() as session:
        acceptances.recount(session, number, OPERATOR, utcnow())
    assert {gap.accepted for gap in gaps()} == {None}


def test_gaps_and_coverage_are_told_by_the_api(fetcher, newsroom, asks):
    """Which pages are missing, how many of each source, and how complete the month is."""
    watched(newsroom)
    first, second, third = slugs(newsroom, 3)
    for slug in (first, second, third):
        newsroom.publishes(slug)
    newsroom.misbehaves(second, fakes.missing())
    runs(later(minutes=10))
    entry, other = (page.id for page in pages() if page.outcome == "new")
    reconciles(later(minutes=45))
    stores(entry, later(minutes=12))
    stores(other, later(hours=2))
    reconciles(later(hours=4))
    answer = asks("/gaps", source="demo")["gaps"]
    assert [(gap["cause"], gap["late"]) for gap in answer] == [("gone", None)]
    assert asks("/gaps", cause="blocked")["gaps"] == []
    assert asks("/gaps/counts") == [{"source": "demo", "gaps": 1, "causes": {"gone": 1}, "accepted": 0}]
    assert {gap["closed_at"] is None for gap in asks("/gaps", state="closed")["gaps"]} == {False}
    months = asks("/coverage", source="demo")["months"]
    assert sum(month["shown"] for month in months) == 3
    assert sum(month["stored"] for month in months) == 2
    assert sum(month["late"] for month in months) == 1
    assert 6_000 < max(month["late_most"] or 0 for month in months) < 8_000
    assert [month["missing"] for month in months if month["missing"]] == [{"gone": 1}]
    assert asks("/coverage", source="demo", month="2020-01")["months"][0]["shown"] == 0
    assert asks("/coverage", source="nobody")["status"] == 404
    assert asks("/coverage", source="demo", month="2020-13")["status"] == 422
