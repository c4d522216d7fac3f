"""Pages that vanish, come back or flap, over simulated days, with the real scheduler and real sockets."""

import subprocess
import sys
from datetime import timedelta

import pytest
import sqlmodel
from sqlalchemy import select

from services.contracts.caller import Caller
from services.contracts.messages import ReviewRemovals
from services.fetcher.absence_models import Takedown, TakedownPage
from services.fetcher.removals.api import router
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction
from services.runtime.events.checks import check
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance.evidence import evidence
from services.store.api import router as store_router
from tests.fakes import newsroom as fakes
from tests.support import in_process
from tests.support.fetching import watches
from tests.support.newsday import NewsDay, announced, article, statuses

pytestmark = pytest.mark.integration
STORY, OTHER = "storm-response", "weather-cell"
ABOUT_ARTICLES = ("article.removed", "article.restored")
ABOUT_SOURCES = ("source.removals", "source.recovered")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def day(fetcher, newsroom):
    """A day after the newsroom's stories were stored; its feed is polled every ten hours."""
    fetcher(FETCHER_FEED_INTERVAL="36000")
    return NewsDay()


def begins(day, newsroom, *slugs):
    """One story is there when we come, and is visited seldom; the others are news."""
    newsroom.publishes(slugs[-1])
    watches(newsroom)
    day.passes(minutes=1)
    for slug in slugs[:-1]:
        newsroom.publishes(slug)
    day.passes(hours=12)
    assert set(statuses().values()) == {"live"}
    assert len(statuses()) == len(slugs)


def test_a_page_that_is_taken_down_is_missing_at_once_and_removed_a_day_later(day, newsroom):
    """One event, with the captured 404; it comes back with one event more."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.deletes(STORY)
    day.passes(days=1)
    row = article(STORY)
    assert (row.status, row.status_looks >= 3, announced(*ABOUT_ARTICLES)) == ("missing", True, [])
    day.passes(days=2)
    [(kind, data)] = announced(*ABOUT_ARTICLES)
    assert (kind, data["previous_status"], statuses()) == (
        "article.removed",
        "missing",
        {STORY: "removed", OTHER: "live"},
    )
    [shown] = data["evidence"]
    answer = capture_store.load(shown["capture"])
    assert (shown["sign"], answer.status, answer.url) == ("404", 404, newsroom.address(STORY))
    assert b"404" in answer.body

    newsroom.restores(STORY)
    day.passes(days=31)
    assert [kind for kind, _ in announced(*ABOUT_ARTICLES)] == ["article.removed", "article.restored"]
    assert statuses() == {STORY: "live", OTHER: "live"}
    assert announced(*ABOUT_SOURCES) == []


@on_sqlite
def test_a_page_that_says_it_is_gone_for_good_is_removed_within_hours(day, newsroom):
    begins(day, newsroom, STORY, OTHER)
    newsroom.deletes(STORY, status=410)
    day.passes(hours=12)
    assert statuses()[STORY] == "removed"


@on_sqlite
def test_a_page_that_comes_back_with_other_words_is_restored_and_then_updated(day, newsroom):
    begins(day, newsroom, STORY, OTHER)
    newsroom.deletes(STORY)
    day.passes(days=3)
    newsroom.restores(STORY)
    newsroom.corrects(STORY)
    day.passes(days=31)
    kinds = [kind for kind, _ in announced("article.removed", "article.restored", "article.updated")]
    assert kinds == ["article.removed", "article.restored", "article.updated"]


@on_sqlite
def test_a_page_that_flaps_is_never_removed(day, newsroom):
    """404 and 200 in turns, as where one of two servers has lost it."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.flaps(STORY)
    day.passes(days=20)
    assert announced(*ABOUT_ARTICLES) == []


@on_sqlite
def test_a_new_page_that_is_not_everywhere_yet_alarms_nobody(day, newsroom):
    """Listed before all servers have it: it becomes an article late, and is live."""
    newsroom.lags(STORY)
    newsroom.publishes(OTHER)
    newsroom.publishes(STORY)
    watches(newsroom)
    day.passes(hours=2)
    assert (statuses(), announced(*ABOUT_ARTICLES)) == ({STORY: "live", OTHER: "live"}, [])


@on_sqlite
def test_a_page_that_its_channel_still_lists_is_not_removed(day, newsroom):
    """Neither while the channel lists it, nor for a channel that says it is unchanged."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.misbehaves(STORY, fakes.missing())
    day.passes(days=10)
    assert (statuses()[STORY], announced(*ABOUT_ARTICLES)) == ("missing", [])
    newsroom.withdraws(STORY, 404)
    day.passes(days=40)
    assert statuses()[STORY] == "removed"


@on_sqlite
def test_a_list_that_names_it_for_a_month_is_out_of_date(day, newsroom):
    """A sitemap may name for years what is not there any more."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.misbehaves(STORY, fakes.missing())
    day.passes(days=45)
    assert statuses()[STORY] == "removed"


@pytest.mark.parametrize(
    "weather",
    [fakes.broken(), fakes.bot_wall(200), fakes.too_many_requests(), fakes.hangs_up(), fakes.empty()],
    ids=["5xx", "wall as 200", "429", "hung up", "empty"],
)
@on_sqlite
def test_trouble_of_the_site_removes_nothing(day, newsroom, weather):
    """Whatever a whole host answers for a week, and after that it serves again."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.misbehaves("*", weather)
    day.passes(days=7)
    newsroom.behaves()
    assert (set(statuses().values()), announced(*ABOUT_ARTICLES)) == ({"live"}, [])


@on_sqlite
def test_a_host_that_finds_none_of_its_pages_has_taken_down_none(day, newsroom):
    """404 for everything: a broken system, until something of it is served again."""
    begins(day, newsroom, *list(newsroom.samples)[:3])
    for slug in newsroom.samples:
        newsroom.misbehaves(slug, fakes.missing())
    for slug in list(newsroom.samples)[:3]:
        newsroom.withdraws(slug, 404)
    day.passes(days=4)
    assert (set(statuses().values()), announced(*ABOUT_ARTICLES, *ABOUT_SOURCES)) == ({"missing"}, [])


@on_sqlite
def test_a_page_behind_a_wall_while_others_are_served_is_blocked(day, newsroom):
    """For a day: then its article says so, silently, until the page is served again."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.misbehaves(STORY, fakes.bot_wall())
    day.passes(days=3)
    assert (statuses(), announced(*ABOUT_ARTICLES)) == ({STORY: "blocked", OTHER: "live"}, [])
    newsroom.behaves()
    day.passes(days=8)
    assert (statuses()[STORY], announced(*ABOUT_ARTICLES)) == ("live", [])


@on_sqlite
def test_a_page_that_leads_to_the_front_page_for_good_is_removed_after_longer(day, newsroom):
    """Some sites do so with what they take down; a redirect for now may be a login, and removes nothing."""
    begins(day, newsroom, STORY, OTHER, "media-advisory")
    newsroom.withdraws(STORY)
    newsroom.withdraws("media-advisory")
    newsroom.misbehaves(STORY, fakes.redirects("/", 301))
    newsroom.misbehaves("media-advisory", fakes.redirects("/", 302))
    day.passes(days=2)
    assert statuses()[STORY] == "missing"
    day.passes(days=10)
    assert statuses() == {STORY: "removed", OTHER: "live", "media-advisory": "blocked"}
    with reading() as session:
        rows = session.execute(select(evidence.c.sign, evidence.c.capture).where(evidence.c.sign == "redirect")).all()
    [(_, capture)] = rows
    assert capture_store.load(capture).status == 301


@on_sqlite
def test_a_page_that_leads_to_another_article_for_good_is_removed_after_longer(day, newsroom):
    """Neither swallows the other: it was `live` for ever, and is looked at where it was until it is certain."""
    begins(day, newsroom, STORY, OTHER, "media-advisory")
    newsroom.deletes(STORY)
    newsroom.misbehaves(STORY, fakes.redirects(newsroom.address(OTHER), 301))
    day.passes(days=2)
    assert (statuses()[STORY], announced(*ABOUT_ARTICLES)) == ("missing", [])
    day.passes(days=10)
    [(kind, data)] = announced("article.removed", "article.merged", "article.moved", "article.updated")
    assert (kind, statuses()) == ("article.removed", {STORY: "removed", OTHER: "live", "media-advisory": "live"})
    [proof] = data["evidence"]
    assert (proof["sign"], capture_store.load(proof["capture"]).status) == ("redirect", 301)
    newsroom.behaves()
    newsroom.restores(STORY)
    day.passes(days=31)
    assert statuses()[STORY] == "live"


def mass(newsroom):
    """Six of eight stories: more than five, and more than a fiftieth."""
    return [slug for slug in newsroom.samples if slug not in {"contracts", OTHER}]


def test_many_pages_that_vanish_together_are_one_notice_and_a_day_later_single_events(day, newsroom):
    """The list goes out minutes after the sixth was missed; the single removals a day later, on the same evidence."""
    begins(day, newsroom, *newsroom.samples)
    newsroom.deletes(*mass(newsroom))
    day.passes(hours=18)
    with reading() as session:
        [takedown] = session.exec(sqlmodel.select(Takedown)).all()
        sixth = max(page.since for page in session.exec(sqlmodel.select(TakedownPage)))
    assert takedown.opened_at - sixth < timedelta(minutes=20)
    [(_, notice)] = announced(*ABOUT_SOURCES)
    assert (notice["source"], notice["number"], len(notice["pages"])) == ("demo", 6, 6)
    assert announced(*ABOUT_ARTICLES) == []
    day.passes(days=9)
    assert [kind for kind, _ in announced(*ABOUT_ARTICLES)] == ["article.removed"] * 6
    assert [kind for kind, _ in announced(*ABOUT_SOURCES)] == ["source.removals"]


@on_sqlite
def test_pages_that_come_back_after_a_notice_are_one_notice_more_and_no_single_events(day, newsroom):
    begins(day, newsroom, *newsroom.samples)
    newsroom.deletes(*mass(newsroom))
    day.passes(hours=18)
    newsroom.restores(*mass(newsroom))
    day.passes(days=9)
    assert [kind for kind, _ in announced(*ABOUT_SOURCES)] == ["source.removals", "source.recovered"]
    _, over = announced("source.recovered")[0]
    assert (over["number"], over["details"]["ended"]) == (6, "source.removals")
    assert (announced(*ABOUT_ARTICLES), set(statuses().values())) == ([], {"live"})


OPERATOR = Caller(key=1, name="pat", scopes=frozenset({"read", "admin"}))


@pytest.fixture
def client(fetcher):
    app = in_process.app_of({"pat": OPERATOR}, router, store_router)
    with in_process.client(app, "pat") as client:
        yield client


def test_an_operator_releases_the_single_removals_at_once(day, newsroom, client):
    """The takedown names its pages and evidence; each page is announced once, and a second decision is refused."""
    begins(day, newsroom, *newsroom.samples)
    newsroom.deletes(*mass(newsroom))
    day.passes(hours=18)
    [line] = client.get("/takedowns", params={"state": "open"}).json()
    assert (line["source"], line["number"], line["returned"]) == ("demo", 6, 0)
    shown = client.get(f"/takedowns/{line['id']}").json()
    assert {page["sign"] for page in shown["pages"]} == {"404"}
    assert client.post(f"/takedowns/{line['id']}/release").json()["decided_by"] == "pat"
    day.passes(minutes=1)
    assert [kind for kind, _ in announced(*ABOUT_ARTICLES)] == ["article.removed"] * 6
    again = client.post(f"/takedowns/{line['id']}/discard")
    assert (again.status_code, again.json()["title"]) == (409, "This takedown is released already")
    [first, *_] = shown["pages"]
    [proof] = client.get(f"/articles/{first['article']}/evidence").json()["evidence"]
    assert capture_store.load(proof["capture"]).status == 404
    day.passes(days=9)
    assert len(announced(*ABOUT_ARTICLES)) == 6


@on_sqlite
def test_what_an_operator_discards_stays_missing_and_makes_no_event(day, newsroom, client):
    begins(day, newsroom, *newsroom.samples)
    newsroom.deletes(*mass(newsroom))
    day.passes(hours=18)
    [line] = client.get("/takedowns").json()
    assert client.post(f"/takedowns/{line['id']}/discard").status_code == 202
    day.passes(days=9)
    assert announced(*ABOUT_ARTICLES) == []
    assert sorted(statuses().values()) == ["live"] * 2 + ["missing"] * 6
    assert client.get("/takedowns/99").status_code == 404


@on_sqlite
def test_the_same_review_twice_announces_nothing_twice(day, newsroom):
    """Its message may be handled again after a crash: each article has one event for one change."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.deletes(STORY)
    day.passes(days=3)
    for _ in range(3):
        with transaction() as session:
            enqueue(session, ReviewRemovals(source="demo"))
        day.passes(minutes=1)
    assert [kind for kind, _ in announced(*ABOUT_ARTICLES)] == ["article.removed"]


KILLED_AT = ("capture:written", "FetchPage:handled", "ReviewRemovals:handled", "ReviewRemovals:committed")
KILLED_AT += ("SetStatus:handled", "SetStatus:committed")


@pytest.mark.long
@on_sqlite
def test_a_removal_is_announced_once_though_the_process_is_killed_at_each_step(day, newsroom, tmp_path, monkeypatch):
    """`kill -9` while the evidence is written, in each transaction and after it: one event, in a gapless sequence."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.deletes(STORY)
    places = tmp_path / "places"
    places.mkdir()
    for place in KILLED_AT:
        (places / place).touch()
    monkeypatch.setenv("DATELINE_CRASH_AT", str(places))
    times = [day.now.isoformat(), (day.now + timedelta(days=4)).isoformat()]
    deaths = 0
    while subprocess.run([sys.executable, "-m", "tests.support.newsday", *times], check=False, timeout=120).returncode:
        deaths += 1
        assert deaths <= len(KILLED_AT), "it ended by itself"
    assert (deaths, list(places.iterdir())) == (len(KILLED_AT), [])
    assert [kind for kind, _ in announced(*ABOUT_ARTICLES)] == ["article.removed"]
    with reading() as session:
        assert check(session).holds
