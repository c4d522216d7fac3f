"""A whole site moves to another host: no article is made anew, and each says once where it is."""

from html import escape

import pytest
from sqlmodel import select

from services.contracts.messages import MovePages
from services.demo.site import Answer, Site
from services.fetcher import site_moves, sources
from services.fetcher.models import Channel
from services.fetcher.site_moves import SiteMoveOrder, moved_url
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as parser_tasks  # noqa: F401 - registers the handler
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger import jobs, worker
from services.runtime.transparency_log.tables import leaves
from services.store import tasks  # noqa: F401 - registers the handler
from services.store.models import articles
from tests.support.fetching import later, pages
from tests.support.kept import rows, sound

pytestmark = pytest.mark.integration

STORIES = {
    "/news/quay-reopens": "Quay Reopens After Storm",
    "/news/band-plays": "Band Plays in the Park",
    "/news/bridge-closes": "Bridge Closes for Repairs",
}
KINDS = (
    "PollChannel",
    "FetchPage",
    "SamePage",
    "CompareArticles",
    "MovePages",
    "MoveArticles",
    "ParsePage",
    "SaveArticle",
)


class Host:
    """One of the two hosts of a newsroom: it serves all stories and a feed, or leads to where they are now."""

    def __init__(self):
        self.leads_to = None
        self.gone = False
        self.site = Site(self.answer)
        self.site.start()

    @property
    def name(self):
        return self.site.url.removeprefix("http://")

    def answer(self, request):
        if self.gone and request.path != "/robots.txt":
            return Answer(404)
        if self.leads_to and request.path != "/robots.txt":
            return Answer(301, headers={"Location": self.leads_to + request.path})
        if request.path == "/feed":
            entry = "<item><title>{}</title><link>{}</link></item>".format
            items = "".join(entry(escape(title), self.site.url + path) for path, title in STORIES.items())
            feed = f"<rss><channel>{items}</channel></rss>"
            return Answer(200, feed.encode(), {"Content-Type": "application/rss+xml"})
        if request.path not in STORIES:
            return Answer(404)
        story = page(self.site.url + request.path, STORIES[request.path])
        return Answer(200, story.encode(), {"Content-Type": "text/html"})


def page(url, title):
    text = f"""<p>{title}, officials said on Monday, and thanked everybody who had helped at the harbor that night.</p>
    <p>Crews had worked since dawn to clear the channel, and the first ferries left shortly before noon.</p>
    <p>"We are glad that nobody was hurt," said the harbor master, who expects repairs to last until spring.</p>"""
    meta = '<meta property="article:published_time" content="2026-03-02T14:00:00Z">'
    head = f'<title>{title}</title><link rel="canonical" href="{url}">{meta}'
    return f"<html><head>{head}</head><body><article><h1>{title}</h1>{text}</article></body></html>"


@pytest.fixture
def old(fetcher):
    host = Host()
    yield host
    host.site.stop()


@pytest.fixture
def new(fetcher):
    host = Host()
    yield host
    host.site.stop()


def runs(now):
    for _round in range(40):
        if not sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=KINDS)):
            return
    raise AssertionError(f"still due: {jobs.due(now, kinds=KINDS)}")


def watches(old, new):
    with transaction() as session:
        channels = [ChannelSeed(kind="feed", url=f"{old.site.url}/feed")]
        seed = SourceSeed(name="quay", hosts=[new.name], channels=channels)
        sources.register(session, seed, utcnow())
    runs(later(seconds=20))


def orders(old, new, **more):
    with transaction() as session:
        site_moves.relocate(session, SiteMoveOrder(old=old.name, new=new.name, **more), utcnow())


def types():
    return rows(events, "type")


def test_a_replayed_rename_makes_no_article_anew(db, old, new):
    """Nothing new, and one move for each article, at its new address; a second poll changes nothing."""
    watches(old, new)
    before = rows(articles, "id")
    old.leads_to = new.site.url
    orders(old, new)
    runs(later(minutes=20))
    runs(later(days=40))
    assert rows(articles, "id") == before
    assert types() == ["article.created"] * 3 + ["article.moved"] * 3
    assert {url.removeprefix(new.site.url) for url in rows(articles, "url")} == set(STORIES)
    assert set(rows(events, "cause", "announced")) == {("backlog", False), ("move", False)}
    assert rows(leaves, "kind") == ["revision"] * 3 + ["moved"] * 3
    assert sound()


def test_a_rename_that_nobody_ordered_makes_none_either(db, old, new):
    """Every page redirects, and the feed is elsewhere: each page is followed."""
    watches(old, new)
    before = rows(articles, "id")
    old.leads_to = new.site.url
    runs(later(minutes=20))
    runs(later(days=40))
    assert rows(articles, "id") == before
    assert types() == ["article.created"] * 3 + ["article.moved"] * 3


def test_what_still_leads_to_the_old_host_is_the_page_at_the_new_one(db, old, new):
    """A channel that lists old links for ever brings no page, and no look at the host that is gone."""
    watches(old, new)
    orders(old, new)
    runs(later(minutes=20))
    with transaction() as session:
        session.exec(select(Channel)).one().url = f"{old.site.url}/feed"
    paths = [request.path for request in old.site.requests]
    runs(later(hours=3))
    assert {request.path for request in old.site.requests[len(paths) :]} <= {"/feed", "/robots.txt"}
    assert len(pages()) == len(STORIES)


def test_a_page_that_is_not_at_the_new_host_is_found_at_the_old_one(db, old, new):
    """The order was wrong, or early: the page goes back, and its article says so."""
    watches(old, new)
    new.gone = True
    orders(old, new)
    runs(later(minutes=20))
    runs(later(days=40))
    assert {url.removeprefix(old.site.url) for url in rows(articles, "url")} == set(STORIES)
    assert types().count("article.moved") == 6


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(db, old, new):
    watches(old, new)
    order = SiteMoveOrder(old=old.name, new=new.name)
    with reading() as session:
        plan = site_moves.plan_of(session, order, 2)
    assert (plan.pages, plan.sources, len(plan.sample)) == (3, ["quay"], 2)
    assert plan.channels == [(f"{old.site.url}/feed", f"{new.site.url}/feed")]
    runs(later(minutes=20))
    assert types() == ["article.created"] * 3


def test_pages_move_in_turns(db, old, new, monkeypatch):
    """A large site keeps no other writer waiting."""
    monkeypatch.setattr(site_moves, "AT_ONCE", 2)
    watches(old, new)
    orders(old, new, announce=True)
    handled = [worker.handle(kind, [row]) for row, kind in jobs.due(utcnow(), kinds=("MovePages",))]
    assert (handled, len([row for row in pages() if new.site.url in row.url])) == ([1], 2)
    assert MovePages.__name__ in {kind for _, kind in jobs.due(later(minutes=1), kinds=("MovePages",))}
    runs(later(minutes=20))
    assert types() == ["article.created"] * 3 + ["article.moved"] * 3
    assert rows(events, "announced")[3:] == [True] * 3


@pytest.mark.parametrize(
    ("url", "moved"),
    [
        ("https://old.example/a?b=c", "https://new.example/a?b=c"),
        ("https://www.old.example/a", "https://www.new.example/a"),
        ("https://news.old.example/a", "https://news.new.example/a"),
        ("https://old.example.org/a", None),
        ("https://bold.example/a", None),
    ],
)
def test_the_sub_domains_of_a_site_move_with_it(url, moved):
    assert moved_url(url, "old.example", "new.example") == moved


@pytest.mark.parametrize("host", ["https://old.example", "old example", "", "-"])
def test_what_is_no_host_is_refused(host):
    with pytest.raises(ValueError, match="is no host"):
        SiteMoveOrder(old=host, new="new.example")
