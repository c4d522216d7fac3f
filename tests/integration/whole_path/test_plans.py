"""How each database answers a list: by an index that begins where the list does, never by looking through a table."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from services.audit import report
from services.fetcher.pages.find import PageQuery as Pages
from services.fetcher.pages.find import find_pages
from services.runtime import database
from services.runtime.events.follow import EventQuery, pull
from services.store.search import ArticleQuery, count_arrivals, count_articles, find_articles
from tests.bench.bench_growth import NOW, fill

pytestmark = pytest.mark.integration
ARTICLES = 2_000


@pytest.fixture
def plans(db):
    """Returns a function that asks a question and gives the plan of each statement, as the database tells it."""
    with Session(database.engine()) as session:
        fill(session, 0, ARTICLES)
        session.execute(text("ANALYZE"))
        session.commit()

    def asked(question):
        messages = []
        listens = (database.engine(), "before_cursor_execute", lambda *called: messages.append(called[2:4]))
        event.listen(*listens)
        try:
            with database.reading() as session:
                question(session)
        finally:
            event.remove(*listens)
        with database.engine().connect() as connection:
            explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
            return list(_plans(connection, explain, messages))

    return asked


def _plans(connection, explain, said):
    for fields, values in said:
        if fields.startswith("SET LOCAL enable"):
            connection.exec_driver_sql(fields)
        elif "SELECT" in fields:
            yield "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {fields}", values))


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda s: find_articles(s, ArticleQuery(), 50, None), "articles_by_date"),
        (lambda s: find_articles(s, ArticleQuery(kind="transcript"), 50, None), "articles_by_kind"),
        (lambda s: count_articles(s, ArticleQuery(kind="transcript"), 50), "articles_by_kind"),
        (lambda s: find_articles(s, ArticleQuery(source="source-1"), 50, None), "articles_by_source"),
        (
            lambda s: find_articles(s, ArticleQuery(source="source-1", by="updated"), 50, None),
            "articles_by_source_update",
        ),
        (lambda s: find_articles(s, ArticleQuery(status="removed", by="status"), 50, None), "articles_by_status"),
        (lambda s: find_articles(s, ArticleQuery(status="removed"), 50, None), "articles_by_status"),
        (lambda s: find_articles(s, ArticleQuery(min_grade="facts"), 50, None), "articles_by_change"),
    ],
    ids=[
        "newest",
        "a kind",
        "a kind counted",
        "a source",
        "a source by update",
        "taken down lately",
        "taken down",
        "corrected",
    ],
)
def test_a_list_begins_at_its_first_row(plans, question, index):
    """A kind that nobody has, or a type that is rare, would otherwise be looked for in all there is."""
    assert index in plans(question)[0]


def test_arrivals_are_counted_in_their_index_and_nowhere_else(plans):
    """Each part of the time is a span of the index, however many articles there are beside it."""
    bounds = [NOW + timedelta(hours=hour) for hour in range(-24, 1)]
    [plan] = plans(lambda session: count_arrivals(session, bounds))
    assert plan.count("articles_by_arrival") == 24
    assert "SCAN articles\n" not in f"{plan}\n"
    assert "Seq Scan" not in plan


def test_texts_are_counted_in_their_index(plans):
    """Those that hold a rare word are not looked for among all there are."""
    first, *_ = plans(lambda session: count_articles(session, ArticleQuery(q="hurricane"), 100))
    assert "SCAN article_texts\n" not in f"{first}\n"
    assert "SCAN articles\n" not in f"{first}\n"


def test_what_others_listed_sooner_is_found_by_an_index_of_its_own(plans):
    """Few pages belong to several sources: they are not looked for among all that a source showed."""
    with Session(database.engine()) as session:
        session.execute(text("UPDATE sightings SET source = 'source-1', shared = true WHERE page > 1990"))
        session.execute(text("ANALYZE"))
        session.commit()
    *_, requests, listed = plans(lambda session: find_articles(session, ArticleQuery(source="source-1"), 50, None))
    assert "sightings_shared" in requests
    assert "sightings_shared" in listed
    assert "SCAN articles" not in listed


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (EventQuery(), "sequence"),
        (EventQuery(type="article.updated"), "events_by_type"),
        (EventQuery(source="nobody"), "events_by_source"),
        (EventQuery(kind="transcript"), "events_by_kind"),
        (EventQuery(announced=True), "events_by_announced"),
        (EventQuery(type="article.updated", kind="release"), "events_by_"),
        (EventQuery(type="article.updated", kind="release", announced=True), "events_by_"),
        (EventQuery(source="source-1", type="article.updated", announced=True), "events_by_"),
    ],
    ids=["all", "a type", "a source", "a kind", "what was announced", "type, kind", "three of them", "of a source"],
)
def test_the_event_log_is_read_from_where_it_is_wanted(plans, query, index):
    """Events of a rare type, from the first on, were looked for among all of them."""
    plan = plans(lambda session: pull(session, query, 0, 100))[-1]
    assert index in plan
    assert "SCAN events" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("q", ["hurricane", "nowhere", '"onlyonce announced"'])
def test_where_few_are_found_only_they_are_read(plans, q):
    """The newest first: to go through the dates until 50 are met would be to go through all of them."""
    plan = plans(lambda session: find_articles(session, ArticleQuery(q=q), 50, None))[-1]
    assert "articles_by_date" not in plan
    assert "SCAN articles" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("q", ["harbor storm", "nowhere", "hurricane announced"])
def test_words_that_hardly_meet_are_looked_for_in_the_index(plans, q):
    """Half of all articles have the one, half the other: PostgreSQL read all of them to find that none has both."""
    first, *rest = plans(lambda session: find_articles(session, ArticleQuery(q=q), 50, None))
    through = ("Seq Scan", "SCAN articles\n", "SCAN article_texts\n")
    assert "articles_by_date" in first
    assert any("article_words" in plan or "VIRTUAL TABLE INDEX" in plan for plan in rest)
    assert [plan for plan in rest if any(scan in f"{plan}\n" for scan in through)] == []


@pytest.mark.parametrize("q", ["announced", "harbor", "announced -hurricane"])
def test_a_common_word_is_met_among_the_first_articles(plans, q):
    """Nothing is asked about all that have it: there may be a million."""
    *_, listed = plans(lambda session: find_articles(session, ArticleQuery(q=q), 50, None))
    assert "VIRTUAL TABLE" not in listed
    assert "article_words" not in listed


def test_the_sum_of_everything_goes_once_through_the_ledger_for_all_channels(plans):
    """It went through it once for each channel: a minute with 20,000 of them."""
    plan = next(entry for entry in plans(lambda session: report.take(session, NOW)) if "channels" in entry)
    assert "CORRELATED" not in plan
    assert "hashed SubPlan" in plan or "SubPlan" not in plan


@pytest.mark.parametrize(
    ("fields", "index"),
    [
        (Pages(), ""),
        (Pages(source="nobody"), "sightings_by_source"),
        (Pages(host="nowhere.example"), "pages_by_address"),
        (Pages(address="https://nowhere.example/News/Article/1999"), "pages_by_address"),
        (Pages(reason="listing"), "verdicts_rejected"),
        (Pages(verdict="rejected"), "verdicts_rejected"),
        (Pages(state="in_flight"), "ledger_"),
        (Pages(state="dead_lettered"), "ledger_"),
    ],
    ids=["newest", "a source", "a host", "an address", "a reason", "rejected", "in flight", "dead-lettered"],
)
def test_a_page_is_found_without_a_look_through_all_of_them(plans, fields, index):
    """Neither through the pages nor, for each of them, through the ledger or the verdicts."""
    *_, which, in_full = plans(lambda session: find_pages(session, fields, NOW, 5, None))
    assert index in which, which
    through = [f"{scan} {table}" for scan in ("Seq Scan on", "SCAN") for table in ("pages", "verdicts", "ledger")]
    newest = "SCAN pages" if fields == Pages() else ""  # by their number, as far as the list goes
    assert [scan for scan in through if scan in which and scan != newest] == [], which
    assert [scan for scan in through if scan in in_full] == [], in_full
