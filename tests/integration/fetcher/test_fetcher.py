"""From a channel to captures, against a real newsroom on loopback and on both databases."""

import itertools
from datetime import timedelta

import pytest
from sqlmodel import select

from services import scopes
from services.audit import across
from services.contracts.messages import (
    FetchPage,
    ParsePage,
    PollChannel,
    Reingestion,
    Scope,
)
from services.contracts.urls import canonical_url
from services.fetcher import frontier, politeness, reingestion, shared_client, sources
from services.fetcher.checks import count_pages, unaccounted
from services.fetcher.discover import Listed
from services.fetcher.importing import import_file
from services.fetcher.models import Host, Page
from services.fetcher.schedule import LAG, REVISITS
from services.fetcher.source_seeds import SourceSeed
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import due, enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance import verdicts
from services.runtime.provenance.results import ReingestedPage
from services.runtime.provenance.verdicts import Read
from services.runtime.settings import runtime_settings
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, entries, later, pages, runs, said, watches
from tests.support.orders import order

pytestmark = pytest.mark.integration

STORY = "storm-response"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_was_there_before_us_is_backlog_and_what_comes_is_news(fetcher, newsroom):
    """The first look announces nothing; a page published later is live."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog"]

    other = next(slug for slug in newsroom.samples if slug != STORY)
    newsroom.publishes(other)
    runs(later(minutes=10))
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog", "live"]
    assert capture_store.load(said(ParsePage)[1].capture).url == newsroom.address(other)


def test_what_changed_between_an_import_and_the_first_look_is_no_news(fetcher, newsroom):
    """It was there before we came; what changes on the page from then on is told."""
    url = newsroom.publishes(STORY)
    (imported,) = import_file("old.html", b"<html><p>old words</p></html>", url, utcnow(), later(days=-100))
    with transaction() as session:
        verdicts.hold_read(session, imported.page, "art_x", Read.of(order(minute=0)))
    runs()
    watches(newsroom)
    runs()
    newsroom.corrects(STORY)
    runs(later(days=4))
    assert [
        (parse.origin.cause, entry.lane) for parse, entry in zip(said(ParsePage), entries(ParsePage), strict=True)
    ] == [
        ("import", "bulk"),
        ("backlog", "bulk"),
        ("live", "bulk"),
    ]


def test_a_page_that_did_not_change_is_at_rest_and_nothing_is_said(fetcher, newsroom):
    """304, or the same bytes again: unchanged, the next visit planned a step later."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    newsroom.misbehaves(STORY, fakes.restless_etag())
    runs(later(days=4))
    page = pages()[0]
    assert (page.outcome, len(said(ParsePage))) == ("unchanged", 1)
    assert entries(FetchPage)[0].due_at > later(days=4)


def test_a_page_whose_capture_was_damaged_is_kept_again(fetcher, newsroom):
    """It did not change, but what we hold of it is no evidence any more: it is asked for in full and read again."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    damaged = said(ParsePage)[0].capture
    runtime_settings().captures.joinpath(damaged[:2], f"{damaged}.warc.gz").write_bytes(b"less")
    runs(later(days=4))
    again = said(ParsePage)[1].capture
    assert (pages()[0].capture, capture_store.holds(again)) == (again, True)


def test_a_corrected_page_is_visited_early_and_said_again(fetcher, newsroom):
    """Fresh news is looked at again after five minutes; other bytes are another capture and start the plan again."""
    watches(newsroom)
    runs()
    newsroom.publishes(STORY)
    runs(later(minutes=10))
    newsroom.corrects(STORY)
    runs(later(minutes=20))
    first, second = said(ParsePage)
    assert first.capture != second.capture
    page = pages()[0]
    assert (page.outcome, page.capture, page.step) == ("changed", second.capture, 1)


def test_a_page_that_changes_at_every_look_is_visited_ever_less_often(fetcher, newsroom):
    """A counter on a page is no news: after three changes in a row its plan goes on."""
    newsroom.publishes(STORY)
    watches(newsroom)
    views = iter(range(1000))
    newsroom.misbehaves(
        STORY, lambda _request, _polite, _site: fakes.Answer(200, b"<p>%d views" % next(views), fakes.HTML)
    )
    runs()
    for day in (4, 5, 6, 7, 8):
        runs(later(days=day))
    assert pages()[0].step > 1
    assert pages()[0].restless >= 3


def test_each_kind_of_trouble_is_one_outcome_with_one_sentence(fetcher, newsroom):
    """Nothing raises, nothing is dead-lettered, and every page has its next visit."""
    troubles = {
        "gone": fakes.missing(),
        "unavailable": fakes.broken(),
        "blocked": fakes.bot_wall(),
        "refused": fakes.binary(),
    }
    slugs = list(newsroom.samples)[: len(troubles)]
    for slug, trouble in zip(slugs, troubles.values(), strict=True):
        newsroom.misbehaves(canonical_url(newsroom.publishes(slug)), trouble)
    watches(newsroom)
    runs()
    by_name = {canonical_url(newsroom.address(slug)): outcome for slug, outcome in zip(slugs, troubles, strict=True)}
    assert {page.url: page.outcome for page in pages()} == by_name
    assert all(page.detail.endswith(".") and page.detail.count("\n") == 0 for page in pages())
    assert len(entries(FetchPage)) == len(slugs)
    assert all(entry.dead_lettered_at is None and entry.due_at > later(seconds=20) for entry in entries(FetchPage))


@pytest.mark.parametrize(
    ("misbehaviour", "outcome"),
    [
        (fakes.empty(), "empty"),
        (fakes.drips(), "unavailable"),
        (fakes.hangs_up(), "unavailable"),
        (fakes.cut_off(), "unavailable"),
        (fakes.gzip_bomb(), "refused"),
        (fakes.gzipped(2), "unavailable"),
        (fakes.redirects_in_a_loop(), "unavailable"),
        (fakes.redirects("file:///etc/passwd"), "refused"),
        (fakes.bot_wall(200), "blocked"),
        (fakes.maintenance(), "blocked"),
        (fakes.always(410), "gone"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_server_does_is_weather(fetcher, newsroom, misbehaviour, outcome):
    """Every fault of a server ends in a value on the page's row and a later visit."""
    fetcher(FETCHER_MAX_PAGE="2000000")
    newsroom.publishes(STORY)
    newsroom.misbehaves(STORY, misbehaviour)
    watches(newsroom)
    ((poll, kind),) = due(later(), kinds=["PollChannel"])
    worker.handle(kind, [poll], later())
    shared_client.client().close()
    # Patience is short only where a late answer comes to the same: on a busy machine it may come late.
    fetcher(FETCHER_MAX_PAGE="2000000", FETCHER_TIMEOUT="1" if outcome == "unavailable" else "30")
    runs()
    page = pages()[0]
    assert (page.outcome, page.failures, page.capture) == (outcome, 1, None)
    assert page.detail
    assert not said(ParsePage)


def test_retry_after_holds_the_whole_host_back(fetcher, newsroom):
    """429 with Retry-After: no page of the host is asked before that time, whatever its own plan says."""
    newsroom.publishes(STORY)
    newsroom.misbehaves(STORY, fakes.too_many_requests("1800"))
    watches(newsroom)
    runs()
    count = len(newsroom.requests)
    runs(later(minutes=25))
    assert len(newsroom.requests) == count
    newsroom.behaves()
    runs(later(minutes=40))
    assert pages()[0].outcome == "new"


def test_robots_txt_is_asked_first_and_obeyed(fetcher, newsroom):
    """A page that robots.txt disallows is refused without a request for it."""
    newsroom.publishes(STORY)
    rules = f"User-agent: *\nDisallow: {newsroom.samples[STORY].path}\n"
    newsroom.misbehaves("/robots.txt", fakes.always(200, rules.encode(), {"Content-Type": "text/plain"}))
    watches(newsroom)
    runs()
    assert newsroom.requests[0].path == "/robots.txt"
    assert newsroom.samples[STORY].path not in [request.path for request in newsroom.requests]
    assert pages()[0].outcome == "refused"
    assert "robots.txt" in pages()[0].detail


def test_a_host_whose_robots_txt_fails_is_left_alone_for_now(fetcher, newsroom):
    """5xx on robots.txt means: nobody may look, for now (RFC 9309)."""
    newsroom.misbehaves("/robots.txt", fakes.broken())
    watches(newsroom)
    runs()
    assert {request.path for request in newsroom.requests} == {"/robots.txt"}
    assert (channel().outcome, channel().failures) == ("unavailable", 1)
    newsroom.behaves()
    runs(later(minutes=30))
    assert channel().outcome == "read"


def test_a_host_is_asked_once_in_a_pace_however_much_of_it_waits(fetcher, newsroom):
    """At a pace of a minute, pages go one a minute; what waits for its turn costs no attempt and is not put off."""
    for slug in newsroom.samples:
        newsroom.publishes(slug)
    watches(newsroom, name="paced")
    fetcher(FETCHER_PACE="60")
    now = later(seconds=20)
    runs(now)
    requests = [len(newsroom.requests)]
    for minutes in (0.5, 1.5, 2, 3, 180):
        runs(now + timedelta(minutes=minutes))
        requests.append(len(newsroom.requests))
    assert [after - before for before, after in itertools.pairwise(requests)] == [0, 1, 0, 1, 1]
    assert {(entry.attempts, entry.reason) for entry in entries(FetchPage)} == {(0, None)}


def test_a_page_that_moved_to_a_known_one_rests(fetcher, newsroom):
    """A permanent redirect to a page we know: one of them is visited from then on, and the other says where to."""
    first, second = list(newsroom.samples)[:2]
    newsroom.publishes(first)
    newsroom.publishes(second)
    newsroom.misbehaves(first, fakes.redirects(newsroom.address(second)))
    watches(newsroom)
    runs()
    moved, stays = sorted(pages(), key=lambda page: page.url != newsroom.address(first))
    assert (moved.outcome, moved.moved_to) == ("moved", stays.id)
    assert [entry.page for entry in entries(FetchPage)] == [stays.id]


def test_a_page_that_turned_out_to_be_another_wakes_when_that_one_leads_back(fetcher, newsroom):
    """The site thought otherwise: one of the two is visited at any time, whichever way the redirect points."""
    first, second = list(newsroom.samples)[:2]
    addresses = [canonical_url(newsroom.publishes(slug)) for slug in (first, second)]
    newsroom.misbehaves(addresses[0], fakes.redirects(addresses[1]))
    watches(newsroom)
    runs()
    (stays,) = (page for page in pages() if page.moved_to is None)
    assert stays.url == addresses[1]
    newsroom.behaves()
    newsroom.misbehaves(addresses[1], fakes.redirects(addresses[0]))
    runs(later(days=40))
    (page,) = (page for page in pages() if page.moved_to is None)
    assert (page.id, page.url, page.outcome) == (stays.id, addresses[0], "changed")
    with reading() as session:
        assert not unaccounted(session, utcnow())


def test_news_of_a_page_that_moved_brings_a_visit_of_where_it_moved_to(fetcher, newsroom):
    """A channel may list the old address for ever; what it says of it is about the new one."""
    first, second = list(newsroom.samples)[:2]
    addresses = [canonical_url(newsroom.publishes(slug)) for slug in (first, second)]
    newsroom.misbehaves(addresses[0], fakes.redirects(addresses[1]))
    watches(newsroom)
    runs()
    stays = next(page for page in pages() if page.url == addresses[1])
    feed = f"<rss><channel><item><title>Corrected</title><link>{addresses[0]}</link></item></channel></rss>"
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, feed.encode()))
    runs(later(minutes=10))
    assert next(page for page in pages() if page.id == stays.id).visited_at > stays.visited_at + timedelta(minutes=5)


def test_a_clock_that_was_set_back_does_not_make_news_look_old(fetcher, newsroom):
    """The store takes the wording of the latest capture: what is fetched after another is later."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs(later(days=30))
    newsroom.corrects(STORY)
    with transaction() as session:
        enqueue(session, FetchPage(page=pages()[0].id))
    runs()
    before, after = said(ParsePage)
    assert before.fetched_at < after.fetched_at == pages()[0].fetched_at


def test_a_page_that_moved_keeps_its_identity(fetcher, newsroom):
    """A permanent redirect to an unknown address: the page keeps its key, also when it is listed there."""
    new_path = "/News/Releases/Release/Article/777/moved/"
    newsroom.publishes(STORY)
    newsroom.misbehaves(new_path, fakes.always(200, b"<html><p>moved here</p></html>"))
    newsroom.misbehaves(STORY, fakes.redirects(new_path))
    watches(newsroom)
    runs()
    (page,) = pages()
    assert (page.url, page.outcome, page.capture is None) == (newsroom.url + new_path, "new", False)
    listing = f'<a href="{new_path}">Moved</a>'.encode()
    newsroom.misbehaves("/News/", fakes.always(200, listing))
    watches(newsroom, kind="listing", path="/News/", name="other")
    runs()
    assert len(pages()) == 1


def test_a_page_that_is_gone_is_looked_for_where_its_channel_shows_it_now(fetcher, newsroom):
    """The same page under a corrected address stayed gone, and its later corrections were lost."""
    fetcher(FETCHER_TIMEOUT="30")
    old, new = "/News/Article/12", "/News/Article/12/"
    text = "<rss><channel><item><title>Quay</title><link>{}</link></item></channel></rss>"
    newsroom.misbehaves(old, fakes.always(200, b"<html><p>Quay reopns</p></html>"))
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, text.format(old).encode()))
    watches(newsroom)
    runs()
    (before,) = pages()
    newsroom.misbehaves(old, fakes.missing())
    runs(later(days=4))
    assert pages()[0].outcome == "gone"
    newsroom.misbehaves(new, fakes.always(200, b"<html><p>Quay reopens</p></html>"))
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, text.format(new).encode()))
    runs(later(days=4, minutes=10))
    (page,) = pages()
    assert (page.id, page.key, page.url, page.outcome) == (before.id, before.key, newsroom.url + new, "changed")
    assert page.capture != before.capture


def test_two_channels_that_each_show_a_dead_address_cause_few_looks(db):
    """A page is looked for at either, and after a few looks in vain only once an hour."""
    first, other = (Listed(f"https://www.war.gov/News/Article/12/{slug}/") for slug in ("quay-reopns", "quay-reopens"))
    with transaction() as session:
        frontier.join(session, "demo", 1, [first], backlog=False, now=utcnow())

    def looked_for(listed, channel, *, failures, ago):
        with transaction() as session:
            page = session.exec(select(Page)).one()
            page.outcome, page.failures, page.visited_at = "gone", failures, utcnow() - ago
            session.flush()
            return frontier.join(session, "demo", channel, [listed], backlog=False, now=utcnow()).changed == 1

    soon, late = timedelta(minutes=5), timedelta(hours=2)
    assert looked_for(other, 2, failures=1, ago=soon)
    assert pages()[0].url == other.url
    assert not looked_for(other, 2, failures=2, ago=soon)  # it was just looked for there
    assert looked_for(first, 1, failures=len(LAG), ago=soon)
    assert not looked_for(other, 2, failures=len(LAG) + 1, ago=soon)
    assert looked_for(other, 2, failures=len(LAG) + 1, ago=late)


@on_sqlite
@pytest.mark.parametrize("seen_before", [False, True], ids=["at first sight", "on a revisit"])
def test_a_page_that_is_listed_but_missing_for_a_moment_is_not_believed_gone(fetcher, newsroom, seen_before):
    """The feed is there before the page is everywhere: it was looked at again a day later."""
    fetcher(FETCHER_REVISIT_SCALE="1")
    watches(newsroom)
    runs()
    newsroom.publishes(STORY)
    began = later(minutes=10)
    if seen_before:
        runs(began)
        began += timedelta(minutes=30)
    newsroom.misbehaves(STORY, fakes.missing())
    runs(began)
    count = len(newsroom.requests)
    for step in LAG[:2]:
        assert pages()[0].outcome == "gone"
        began += step
        if step == LAG[1]:
            newsroom.behaves()
        runs(began)
    assert pages()[0].outcome in {"new", "unchanged"}
    assert len([request for request in newsroom.requests[count:] if request.path != "/feed.xml"]) == 2


@on_sqlite
def test_missing_pages_of_a_host_share_a_budget_of_quick_looks(fetcher, newsroom, monkeypatch):
    """A list of dead links is no reason to ask its host for each of them three times; each is looked at in an hour."""
    monkeypatch.setattr(politeness, "QUICK_LOOKS", 2)
    fetcher(FETCHER_REVISIT_SCALE="1")
    watches(newsroom)
    runs()
    for slug in list(newsroom.samples)[:4]:
        newsroom.misbehaves(canonical_url(newsroom.publishes(slug)), fakes.missing())
    now = later(minutes=10)
    runs(now)
    waits = sorted(entry.due_at - now for entry in entries(FetchPage))
    assert waits == [LAG[0], LAG[0], LAG[-1], LAG[-1]]


@on_sqlite
def test_a_source_whose_pattern_is_changed_is_looked_at_again_at_once(fetcher, newsroom):
    """In full; and that an operator's own pattern lets nothing through is no wall of the newsroom's."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    watches(newsroom, pages=["/no-such-page/"])
    runs()
    assert (channel().outcome, "none in the scope" in channel().detail) == ("read", True)
    with reading() as session:
        assert sources.find_source(session, "demo").source.blocked == 0


@on_sqlite
def test_loading_sources_tells_what_was_added_and_what_changed(fetcher, newsroom):
    """The same again changes nothing."""
    seeds = [SourceSeed(name=name, channels=[{"kind": "feed", "url": newsroom.feed_url}]) for name in ("a", "b")]
    other = seeds[0].model_copy(update={"title": "Another"})
    with transaction() as session:
        assert sources.load(session, seeds[:1], utcnow()) == (1, 0)
        assert sources.load(session, [other, seeds[1]], utcnow()) == (1, 1)
        assert sources.load(session, [other, seeds[1]], utcnow()) == (0, 0)


@on_sqlite
def test_a_source_that_is_removed_is_watched_no_longer_and_its_pages_stay(fetcher, newsroom):
    """They rest, accounted for; listed again, they are visited again."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    with transaction() as session:
        sources.remove(session, "demo")
    count = len(newsroom.requests)
    runs(later(days=40))
    assert (len(newsroom.requests), len(pages()), entries(PollChannel), entries(FetchPage)) == (count, 1, [], [])
    with reading() as session:
        assert (unaccounted(session, utcnow()), count_pages(session, utcnow())[0].at_rest) == ([], 1)
        assert sources.list_sources(session) == []
    watches(newsroom)
    runs(later(days=41))
    assert len(newsroom.requests) > count
    assert len(entries(FetchPage)) == 1


def test_a_redirect_to_the_front_page_means_gone(fetcher, newsroom):
    """Many sites send what they deleted to their front page; that is no article."""
    newsroom.publishes(STORY)
    newsroom.misbehaves(STORY, fakes.redirects("/"))
    watches(newsroom)
    runs()
    assert pages()[0].outcome == "gone"


def test_a_listing_is_read_page_by_page_until_nothing_is_new(fetcher, newsroom):
    """`?Page=N` is followed within the round's depth, and a later round stops at its first page."""
    for slug in newsroom.samples:
        newsroom.publishes(slug)
    watches(newsroom, kind="listing", path="/News/")
    runs()
    paths = [
        paths.path for paths in newsroom.requests if paths.path.startswith("/News/") and "Article" not in paths.path
    ]
    assert paths[:2] == ["/News/", "/News/?Page=2"]
    assert channel().first_round_at is not None
    before = len(newsroom.requests)
    runs(later(minutes=30))
    again = [paths.path for paths in newsroom.requests[before:] if "Article" not in paths.path]
    assert again[0] == "/News/"
    assert "/News/?Page=2" not in again


@pytest.mark.parametrize("trouble", [fakes.missing(), fakes.binary()])
def test_a_listing_without_a_second_page_is_looked_at_as_often_as_ever(fetcher, newsroom, trouble):
    """The round is over then; what is published next is found at the usual time, and is news."""
    newsroom.publishes(STORY)
    newsroom.misbehaves("/News/?Page=2", trouble)
    watches(newsroom, kind="listing", path="/News/")
    runs()
    assert channel().first_round_at is not None
    newsroom.publishes(next(slug for slug in newsroom.samples if slug != STORY))
    runs(later(minutes=20))
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog", "live"]


def test_a_part_that_cannot_be_had_is_given_up_and_ends_the_round(fetcher, newsroom):
    """Three looks at the usual times; then the first page is looked at again, and what is new on it is news."""
    newsroom.publishes(STORY)
    newsroom.misbehaves("/News/?Page=2", fakes.bot_wall())
    watches(newsroom, kind="listing", path="/News/")
    for minutes in (0, 20, 40):
        runs(later(minutes=minutes))
    assert (channel().parts, channel().looked, channel().first_round_at is None) == ([], 0, False)
    newsroom.publishes(next(slug for slug in newsroom.samples if slug != STORY))
    runs(later(minutes=60))
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog", "live"]


def test_the_parts_of_an_index_that_never_changes_are_read_in_each_round(fetcher, newsroom):
    """Many sites write the index once, without times; only its parts change."""
    index = f"<sitemapindex><sitemap><loc>{newsroom.url}/sitemap.xml</loc></sitemap></sitemapindex>".encode()
    newsroom.misbehaves(
        "/index.xml",
        lambda asked, _polite, _site: (
            fakes.Answer(304, b"", {"ETag": '"1"'})
            if "if-none-match" in asked.headers
            else fakes.Answer(200, index, {"ETag": '"1"', "Content-Type": "text/xml"})
        ),
    )
    watches(newsroom, kind="sitemap", path="/index.xml")
    runs()
    newsroom.publishes(STORY)
    runs(later(minutes=20))
    assert [page.url for page in pages()] == [newsroom.address(STORY)]


def test_an_index_that_names_itself_is_read_once_in_a_round(fetcher, newsroom):
    """It took all documents of its round; and another one named it back."""
    names = ("/index.xml", "/back.xml", "/sitemap.xml")
    parts = "".join(f"<sitemap><loc>{newsroom.url}{name}</loc></sitemap>" for name in names)
    index = f"<sitemapindex>{parts}</sitemapindex>".encode()
    newsroom.misbehaves("/index.xml", fakes.always(200, index))
    newsroom.misbehaves("/back.xml", fakes.always(200, index))
    newsroom.publishes(STORY)
    watches(newsroom, kind="sitemap", path="/index.xml")
    runs()
    assert [page.url for page in pages()] == [newsroom.address(STORY)]
    read = [request.path for request in newsroom.requests]
    assert [read.count(name) for name in names] == [1, 1, 1]


def test_a_sitemap_leads_to_pages_too(fetcher, newsroom):
    """The third kind of channel."""
    newsroom.publishes(STORY)
    watches(newsroom, kind="sitemap", path="/sitemap.xml")
    runs()
    assert [page.url for page in pages()] == [newsroom.address(STORY)]


def test_a_channel_in_trouble_says_so_and_recovers(fetcher, newsroom):
    """Failures are counted in a row, with one sentence; a success ends the count."""
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, b"<html><title>Sorry</title></html>"))
    watches(newsroom)
    runs()
    assert (channel().outcome, channel().failures, channel().succeeded_at) == ("unreadable", 1, None)
    assert "HTML" in channel().detail
    newsroom.behaves()
    runs(later(minutes=12))
    assert (channel().outcome, channel().failures, channel().detail) == (
        "read",
        0,
        "It lists nothing.",
    )


def test_a_changed_title_in_its_channel_brings_a_visit_now(fetcher, newsroom):
    """The plan says in days; the feed says now."""
    feed = "<rss><channel><item><title>{}</title><link>{}</link></item></channel></rss>"
    address = newsroom.publishes(STORY)
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, feed.format("Before", address).encode()))
    watches(newsroom)
    runs()
    before = sum(request.path == newsroom.samples[STORY].path for request in newsroom.requests)
    newsroom.behaves()
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, feed.format("After", address).encode()))
    runs(later(minutes=10))
    assert sum(request.path == newsroom.samples[STORY].path for request in newsroom.requests) == before + 1


@pytest.mark.parametrize(("stored", "cause"), [(False, "backlog"), (True, "live")])
def test_a_page_of_the_backlog_is_news_once_its_first_article_is_known(fetcher, newsroom, stored, cause):
    """From the very commit that stores it: no message has to arrive before the next look."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    if stored:
        with transaction() as session:
            verdicts.hold_read(session, pages()[0].id, "art_x", Read.of(order()))
    newsroom.corrects(STORY)
    runs(later(days=4))
    assert [parse.origin.cause for parse in said(ParsePage)] == ["backlog", cause]


def reingests(mode, number=1, *, dry_run=False, **scope):
    with transaction() as session:
        result = scopes.next_pages(session, Scope(**scope or {"all": True}), 0, 100)
        assert result.complete
        reingestion.enter(session, result.pages, Reingestion(id=number, mode=mode, dry_run=dry_run))
    runs()


def test_a_reparse_reads_kept_captures_without_any_request(fetcher, newsroom):
    """The parser hears of the newest capture again, in the bulk lane, under the order's number."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    before = len(newsroom.requests)
    reingests("reparse")
    assert len(newsroom.requests) == before
    first, again = said(ParsePage)
    assert (again.capture, again.origin.cause, again.origin.reingestion) == (first.capture, "reparse", 1)
    assert entries(ParsePage)[1].lane == "bulk"


@pytest.mark.parametrize("known", [True, False])
def test_a_page_is_ingested_again_under_any_address_it_ever_had(fetcher, newsroom, known):
    """Whether it turned out to be a page that we knew, or took a new address."""
    old, new = (canonical_url(newsroom.address(slug)) for slug in list(newsroom.samples)[:2])
    for slug in list(newsroom.samples)[: 2 if known else 1]:
        newsroom.publishes(slug)
    newsroom.misbehaves(new, fakes.always(200, b"<html><p>moved here</p></html>"))
    newsroom.misbehaves(old, fakes.redirects(new))
    watches(newsroom)
    runs()
    for number, url in enumerate((old, new), 1):
        reingests("reparse", number, urls=(url,))
    results = [(parse.origin.reingestion, parse.origin.url) for parse in said(ParsePage) if parse.origin.reingestion]
    assert results == [(1, new), (2, new)]


def test_an_imported_page_that_is_fetched_again_is_still_visited_by_no_plan(fetcher, newsroom):
    """An archive of a hundred thousand pages must not turn into as many visits for ever."""
    url = newsroom.publishes(STORY)
    import_file("old.html", b"<html><p>old words</p></html>", url, utcnow(), later(days=-100))
    reingests("refetch")
    assert said(ParsePage)[-1].origin.cause == "refetch"
    assert not entries(FetchPage)


def test_a_refetch_tells_of_every_page_how_it_ended(fetcher, newsroom):
    """Changed pages go on to the parser; unchanged and unavailable ones are told at once. Nothing is left open."""
    changed, same, gone = list(newsroom.samples)[:3]
    for slug in (changed, same, gone):
        newsroom.publishes(slug)
    watches(newsroom)
    runs()
    newsroom.misbehaves(canonical_url(newsroom.address(changed)), fakes.always(200, b"<html><p>other words</p></html>"))
    newsroom.withdraws(gone)
    reingests("refetch", 7, source="demo")
    by_url = {page.url: page for page in pages()}
    with reading() as session:
        results = {(row.page, row.outcome) for row in session.exec(select(ReingestedPage))}
    assert results == {
        (by_url[canonical_url(newsroom.address(same))].id, "unchanged"),
        (by_url[canonical_url(newsroom.address(gone))].id, "unavailable"),
    }
    last = said(ParsePage)[-1]
    assert (last.origin.page, last.origin.cause, last.origin.reingestion) == (
        by_url[canonical_url(newsroom.address(changed))].id,
        "refetch",
        7,
    )
    assert not [entry for entry in entries(FetchPage) if entry.reingestion]


def test_a_dry_run_leaves_the_page_as_it_was(fetcher, newsroom):
    """What a trial brings must not count as known, or the real change would never be stored."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    before = pages()[0]
    newsroom.misbehaves(STORY, fakes.always(200, b"<html><p>other words</p></html>"))
    reingests("refetch", 3, dry_run=True)
    assert said(ParsePage)[-1].origin.dry_run
    assert pages()[0].payload == before.payload


def test_a_paused_source_is_left_alone_until_it_is_resumed(fetcher, newsroom):
    """No request while it rests; resuming polls at once."""
    watches(newsroom)
    with transaction() as session:
        sources.pause(session, "demo")
    runs(later(minutes=30))
    assert newsroom.requests == []
    with transaction() as session:
        sources.pause(session, "demo", paused=False)
    runs()
    assert channel().outcome == "read"


def test_registering_a_source_again_changes_nothing(fetcher, newsroom):
    """By name: the same source, the same channels, one poll each."""
    watches(newsroom)
    watches(newsroom)
    assert len(entries(PollChannel)) == 1
    assert channel().url == newsroom.feed_url


def test_a_channel_that_its_source_no_longer_names_is_polled_no_more(fetcher, newsroom):
    """Its last poll finds it gone and ends; the other one goes on."""
    watches(newsroom)
    watches(newsroom, kind="listing", path="/News/")
    runs()
    assert channel().kind == "listing"
    assert [entry.channel for entry in entries(PollChannel)] == [channel().id]


def test_every_page_is_in_exactly_one_state(fetcher, newsroom):
    """The sum comes out even, and a page whose visit was lost is named."""
    for slug in newsroom.samples:
        newsroom.publishes(slug)
    newsroom.misbehaves(STORY, fakes.broken())
    watches(newsroom)
    runs()
    with reading() as session:
        (sum_up,) = count_pages(session, later(seconds=30))
        assert not unaccounted(session, utcnow())
    assert sum_up.pages == len(pages()) == sum_up.at_rest + sum_up.due + sum_up.in_flight + sum_up.dead_lettered
    with transaction() as session:
        session.delete(session.get(LedgerRow, entries(FetchPage)[0].id))
    with reading() as session:
        assert len(unaccounted(session, utcnow())) == 1
        assert count_pages(session, utcnow())[0].unaccounted == 1


def test_a_capture_that_nobody_will_read_is_found(fetcher, newsroom):
    """Its page was neither stored nor rejected, and the ledger has nothing on its way."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs()
    with reading() as session:
        assert across.checks(session, 1)[0].holds
    with transaction() as session:
        session.delete(session.get(LedgerRow, entries(ParsePage)[0].id))
    with reading() as session:
        assert not across.checks(session, 1)[0].holds


def test_fresh_news_is_looked_at_again_after_five_minutes(fetcher, newsroom):
    """Corrections come early or never."""
    watches(newsroom)
    runs()
    newsroom.publishes(STORY)
    now = later(minutes=10)
    runs(now)
    page = pages()[0]
    assert entries(FetchPage)[0].due_at - page.visited_at == REVISITS[0]


def test_a_host_that_serves_nobody_gets_rest(fetcher, newsroom):
    """After five requests in a row that it did not serve, no page of it is asked for a while."""
    for slug in newsroom.samples:
        newsroom.publishes(slug)
    watches(newsroom)
    fetcher(FETCHER_TIMEOUT="2")
    newsroom.misbehaves("*", fakes.broken())
    newsroom.misbehaves("/robots.txt", fakes.always(404))
    newsroom.misbehaves(newsroom.feed_url, lambda _request, polite, _site: polite)
    runs()
    with reading() as session:
        host = session.exec(select(Host)).one()
    assert host.failures == 5
    assert host.resumes_at > utcnow()
