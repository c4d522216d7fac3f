"""What no channel lists is found by what pages link and by numbers that are skipped, gently and behind all else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.contracts.messages import FetchPage, Rank
from services.demo.site import Answer
from services.fetcher import unlisted
from services.fetcher.coverage import reconcile
from services.fetcher.coverage.report import coverage_by_month
from services.fetcher.gap_models import Gap
from services.runtime.database import reading, utcnow
from services.runtime.provenance.sightings import ON_A_PAGE, sightings
from tests.fakes import newsroom as fakes
from tests.support.fetching import entries, later, pages, runs, watches

pytestmark = pytest.mark.integration
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LISTED, HIDDEN = "/News/Article/100/bridge/", "/News/Article/90/storm/"


@pytest.fixture
def site(fetcher, newsroom):
    """A listing of one story; what that story's page links is for the test to say."""
    answers = {LISTED: b"<p>A story</p>", HIDDEN: b"<p>Nobody lists this</p>"}

    def answer(request, polite, _site):
        if request.path == "/list" and "/list" not in answers:
            return Answer(200, f'<a href="{LISTED}">Bridge reopens</a>'.encode(), fakes.HTML)
        body = answers.get(request.path)
        if body is None:
            return polite if request.path == "/robots.txt" else Answer(404, b"<p>Nothing here</p>", fakes.HTML)
        kind = {"Content-Type": "application/pdf"} if request.path.endswith(".pdf") else fakes.HTML
        return Answer(200, body, kind)

    newsroom.misbehaves("*", answer)
    return answers


def links(*hrefs):
    return "".join(f"<p><a class='x' href='{href}'>More</a></p>" for href in hrefs).encode()


def paths():
    return {re.sub(r"^https?://[^/]+", "", page.url) for page in pages()}


def test_a_release_that_only_another_page_links_is_found_behind_all_else(newsroom, site):
    """It is looked at in the bulk lane, announces nothing, and says that a page has shown it."""
    site[LISTED] = links(
        HIDDEN, HIDDEN + "#top", "/About/", "https://elsewhere.example/Article/5/", "mailto:a@b.example"
    )
    watches(newsroom, kind="listing", path="/list", unlisted=("links",))
    runs()
    assert paths() == {LISTED, HIDDEN}
    (page,) = [page for page in pages() if page.url.endswith(HIDDEN)]
    assert (page.outcome, page.backlog) == ("new", True)
    with reading() as session:
        assert [row.channel for row in session.execute(select(sightings).where(sightings.c.page == page.id))] == [
            ON_A_PAGE
        ]


@on_sqlite
def test_nothing_is_looked_for_where_the_source_does_not_say_so(newsroom, site):
    site[LISTED] = links(HIDDEN)
    watches(newsroom, kind="listing", path="/list")
    runs()
    assert paths() == {LISTED}


@on_sqlite
def test_a_document_that_hangs_on_an_article_is_found(newsroom, site):
    """Of the source's hosts, wherever it is kept; documents of others are let be."""
    site["/media/release.pdf"] = b"%PDF-1.4\n"
    site[LISTED] = links("/media/release.pdf", "https://elsewhere.example/a.pdf", HIDDEN)
    watches(newsroom, kind="listing", path="/list", unlisted=("documents",))
    runs()
    assert paths() == {LISTED, "/media/release.pdf"}


@on_sqlite
def test_a_candidate_that_is_not_there_is_no_gap_and_nothing_is_missing(newsroom, site):
    """A page may link what was taken down long ago."""
    site[LISTED] = links("/News/Article/7/gone/")
    watches(newsroom, kind="listing", path="/list", unlisted=("links",))
    runs()
    assert len(pages()) == 2
    with reading() as session:
        assert [gap.page for gap in session.execute(select(Gap)).scalars()] == [1]
        assert reconcile.look(session, later(hours=1), timedelta(minutes=30))
        assert [month.shown for month in coverage_by_month(session, "demo", None, utcnow(), 1800)] == [1]


def test_a_day_has_room_for_so_many_candidates(newsroom, site):
    """A page with a thousand links does not keep its host busy; what is left is found tomorrow."""
    site[LISTED] = links(*(f"/News/Article/{number}/" for number in range(200, 400)))
    watches(newsroom, kind="listing", path="/list", unlisted=("links",))
    runs()
    assert len(pages()) == 1 + unlisted.A_DAY
    waiting = [entry.rank for entry in entries(FetchPage) if entry.lane == "bulk"]
    assert set(waiting) == {Rank.BACKLOG}


def test_numbers_that_a_listing_skips_are_visited_and_what_is_there_is_a_page(newsroom, site):
    """Two are skipped between neighbours: one is a release that nobody lists, the other was never given."""
    shown = ("/News/Article/500/quay/", "/News/Article/503/crane/", "/News/Article/600/depot/")
    site |= dict.fromkeys((*shown, "/News/Article/501/"), b"<p>A story</p>")
    site["/list"] = links(*shown)
    watches(newsroom, kind="listing", path="/list", unlisted=("numbers",))
    runs()
    outcomes = {re.sub(r"^https?://[^/]+", "", page.url): page.outcome for page in pages()}
    assert outcomes == dict.fromkeys((*shown, "/News/Article/501/"), "new") | {"/News/Article/502/": "gone"}
    with reading() as session:
        candidates = select(sightings.c.page).where(sightings.c.channel == ON_A_PAGE)
        assert len(session.execute(candidates).all()) == 2
        expected = {gap.url.rpartition("Article")[2] for gap in session.execute(select(Gap)).scalars()}
    assert expected == {"/500/quay/", "/503/crane/", "/600/depot/"}
    assert all(page.backlog for page in pages())
    asked = [request.path for request in newsroom.requests]
    runs(later(hours=1))
    again = [request.path for request in newsroom.requests][len(asked) :]
    assert "/News/Article/501/" not in asked[: asked.index(shown[-1])]
    assert again.count("/list") == 1


@on_sqlite
def test_numbers_are_left_alone_where_the_source_does_not_ask_for_them(newsroom, site):
    site["/list"] = links("/News/Article/500/quay/", "/News/Article/502/crane/")
    watches(newsroom, kind="listing", path="/list", unlisted=("links",))
    runs()
    assert paths() == {"/News/Article/500/quay/", "/News/Article/502/crane/"}
