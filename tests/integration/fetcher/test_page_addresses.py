"""A page through every change of its address: it stays the page that it was, and is looked at where it is now."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import update
from sqlmodel import select

from services.contracts.messages import ParsePage, SamePage
from services.demo.site import Answer, Site
from services.fetcher import sources
from services.fetcher.checks import unaccounted
from services.fetcher.models import Channel
from services.fetcher.rounds import poll_of
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import Outgoing, enqueue, enqueue_all
from services.runtime.ledger.ledger_table import ledger
from tests.support.fetching import later, pages, runs, said
from tests.support.statements import counted

pytestmark = pytest.mark.integration

OTHERS = [("/news/harbor-drill-ends", "Harbor Drill Ends"), ("/news/new-commander", "New Commander Named")]


@dataclass
class Scripted:
    """A newsroom of plain pages and one feed: what is at an address, where an address leads, what the feed lists."""

    texts: dict[str, str] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    entries: list[tuple[str, str, str | None]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, request):
        self.asked.append(request.path)
        if request.path == "/feed":
            return Answer(200, self._feed().encode(), {"Content-Type": "application/rss+xml"})
        if to := self.leads.get(request.path):
            return Answer(301, headers={"Location": to})
        if request.path not in self.texts:
            return Answer(404)
        body = f"<html><body><h1>{request.path}</h1><p>{self.texts[request.path]}</p></body></html>"
        return Answer(200, body.encode(), {"Content-Type": "text/html"})

    def _feed(self):
        return f"<rss><channel>{''.join(self._item(*entry) for entry in self.entries)}</channel></rss>"

    def _item(self, path, title, guid):
        named = f'<guid isPermaLink="false">{escape(guid)}</guid>' if guid else ""
        return f"<item><title>{escape(title)}</title><link>{self.url}{path}</link>{named}</item>"

    def shows(self, path, title, guid=None, *, text=None):
        """The feed shows this page first, before the others that it always shows."""
        others = [(path, title, None) for path, title in OTHERS]
        self.entries = [(path, title, guid), *others]
        self.texts |= dict(OTHERS) | ({path: text} if text else {})


@pytest.fixture
def site(fetcher):
    scripted = Scripted()
    server = Site(scripted.answer)
    server.start()
    scripted.url = server.url
    yield scripted
    server.stop()


def watches(site):
    with transaction() as session:
        channels = [ChannelSeed(kind="feed", url=f"{site.url}/feed")]
        sources.register(session, SourceSeed(name="demo", channels=channels), utcnow())


def polls(now):
    with transaction() as session:
        enqueue(session, poll_of(session.exec(select(Channel)).one()))
    runs(now)


def page_at(site, path):
    (page,) = (page for page in pages() if page.url == site.url + path and page.moved_to is None)
    return page


def nothing_is_lost():
    with reading() as session:
        return not unaccounted(session, utcnow())


OLD = "/news/2026/quay-reopns-4711"
MOVES = {
    "slug": ("/news/2026/quay-reopens-after-the-storm-4711", "Quay Reopens After Storm"),
    "section": ("/releases/quay-reopns-4711", "The Quay Is Open Again"),
    "case": ("/News/2026/Quay-Reopns-4711", "Quay Reopens"),
    "title": ("/press/b", "Quay Reopens"),
}


@pytest.fixture(params=MOVES)
def move(request):
    """A new address that shares the slug, the number or the title with the old one."""
    return MOVES[request.param]


@pytest.mark.parametrize("redirects", [True, False], ids=["301", "404"])
def test_a_page_whose_feed_shows_a_new_address_is_the_same_page(site, move, redirects):
    """It was a second page, and the first stayed gone: its corrections were lost."""
    site.shows(OLD, "Quay Reopens", text="The quay is open.")
    watches(site)
    runs()
    before = page_at(site, OLD)
    new, title = move
    del site.texts[OLD]
    site.leads |= {OLD: new} if redirects else {}
    site.shows(new, title, text="The quay is open.")
    polls(later(minutes=2))
    page = page_at(site, new)
    assert (page.id, page.key, page.outcome) == (before.id, before.key, "changed")
    assert {origin.page for origin in (order.origin for order in said(ParsePage)) if origin.url == page.url} == {
        page.id
    }
    assert nothing_is_lost()


@pytest.mark.parametrize("answer", ["301", "404", "200"])
def test_an_entry_that_keeps_its_guid_keeps_its_page(site, answer):
    """Whatever else of address and title changes, and whatever the old address says now."""
    site.shows(OLD, "Quay Reopens", "tag:demo,2026:4711", text="The quay is open.")
    watches(site)
    runs()
    new = "/press/storm-damage-repaired"
    if answer != "200":
        del site.texts[OLD]
    site.leads |= {OLD: new} if answer == "301" else {}
    site.shows(new, "Storm Damage Repaired", "tag:demo,2026:4711", text="The quay is open.")
    polls(later(minutes=2))
    assert len(pages()) == 1 + len(OTHERS)
    assert page_at(site, new).outcome == "changed"


def test_an_address_keeps_its_page_whatever_the_feed_calls_it(site):
    """The same link under a new guid is no other page, and brings no look."""
    site.shows(OLD, "Quay Reopens", "first", text="The quay is open.")
    watches(site)
    runs()
    asked = len(site.asked)
    site.shows(OLD, "Quay Reopens", "second")
    polls(later(minutes=2))
    assert (len(pages()), len(site.asked)) == (1 + len(OTHERS), asked + 1)


def test_a_guid_that_several_entries_share_is_nobodys_name(site):
    site.shows(OLD, "Quay Reopens", "same", text="The quay is open.")
    site.entries = [(path, title, "same") for path, title, _ in site.entries]
    watches(site)
    runs()
    site.texts |= {"/news/third": "A third page."}
    site.entries = [("/news/third", "A Third Page", "same"), *site.entries[1:]]
    polls(later(minutes=2))
    assert len(pages()) == 2 + len(OTHERS)


def test_a_page_that_only_resembles_a_known_one_is_a_page_of_its_own(site):
    """The same title as last week, while last week's page stands: both are pages, and neither waits long."""
    site.shows("/reports/a", "Weather at the Harbor", text="Rain on Monday.")
    watches(site)
    runs()
    site.shows("/reports/b", "Weather at the Harbor", text="Sun on Tuesday.")
    polls(later(minutes=2))
    assert (page_at(site, "/reports/a").outcome, page_at(site, "/reports/b").outcome) == ("unchanged", "new")
    assert page_at(site, "/reports/a").shown_url is None
    assert nothing_is_lost()


def test_a_page_that_fails_is_looked_for_where_it_was_shown_last(site):
    """Two channels show two addresses of one page; when one of them dies, the other is looked at at once."""
    old, new = "/News/Article/12/a/", "/News/Article/12/b/"
    site.shows(old, "Quay Reopens", "one", text="The quay is open.")
    watches(site)
    runs()
    site.shows(new, "Quay Reopens", "one", text="The quay is open.")
    polls(later(minutes=2))
    assert page_at(site, new).shown_url == site.url + old
    del site.texts[new]
    runs(later(days=40))
    assert page_at(site, old).outcome == "changed"


def test_two_addresses_that_lead_to_one_another_lose_no_page(site):
    """A circle is an outcome; the page is looked at again, and is there when the circle ends."""
    other = OTHERS[0][0]
    site.shows(OLD, "Quay Reopens", text="The quay is open.")
    watches(site)
    runs()
    site.leads |= {OLD: other, other: OLD}
    runs(later(days=31))
    assert nothing_is_lost()
    site.leads.clear()
    runs(later(days=80))
    assert {page.outcome for page in pages() if page.moved_to is None} <= {"changed", "unchanged"}
    assert nothing_is_lost()


def test_a_chain_of_moves_ends_at_one_page(site):
    """Three addresses in a row, each leading to the next: one page, with the identity that it had first."""
    site.shows(OLD, "Quay Reopens", text="The quay is open.")
    watches(site)
    runs()
    first = page_at(site, OLD)
    site.texts["/c"] = site.texts.pop(OLD)
    site.leads |= {OLD: "/b", "/b": "/c"}
    runs(later(days=31))
    assert page_at(site, "/c").id == first.id
    site.shows("/b", "Quay Reopens")
    polls(later(days=31) + timedelta(minutes=5))
    assert len(pages()) <= 2 + len(OTHERS)
    assert [page.id for page in pages() if page.url == site.url + "/c"] == [first.id]
    assert nothing_is_lost()


def test_two_pages_that_are_said_to_be_one_another_do_not_both_rest(site):
    """Two workers hear at once that each is the other: they lock in one order, and one of the pages stays."""
    site.shows(OLD, "Quay Reopens", text="The quay is open.")
    watches(site)
    runs()
    first, second = (page.id for page in pages()[:2])
    with transaction() as session:
        enqueue_all(
            session, [Outgoing(SamePage(page=first, known=second)), Outgoing(SamePage(page=second, known=first))]
        )
    due = jobs.due(utcnow(), kinds=("SamePage",))
    with ThreadPoolExecutor(2) as pool:
        handled = [pool.submit(worker.handle, kind, [row]) for row, kind in due]
        assert [each.result(60) for each in handled] == [1, 1]
    assert sum(page.moved_to is None for page in pages()) == len(OTHERS)
    assert nothing_is_lost()


MANY = [f"/news/2026/pier-{number}-reopens-{4700 + number}" for number in range(12)]
MOST, FEW = 7, 4
"""Statements for a page, and commits of all, that leads elsewhere, where twelve come together."""


def shows_all(site, paths):
    """The feed lists these pages, and each has a text of its own."""
    site.entries = [(path, f"Pier {number} Reopens", None) for number, path in enumerate(paths)]
    site.texts |= {path: f"Pier {number} is open." for number, path in enumerate(paths)}


def looks_together():
    """All pages are due, and their looks are settled in one group."""
    with transaction() as session:
        session.execute(update(ledger).where(ledger.c.kind == "FetchPage").values(due_at=utcnow()))
        due = session.execute(select(ledger.c.id).where(ledger.c.kind == "FetchPage")).scalars().all()
    return worker.handle("FetchPage", due, later(seconds=20))


def test_pages_that_all_lead_elsewhere_are_settled_together(site):
    """On the day of a rename: few statements and few commits, and each page is at its new address."""
    shows_all(site, MANY)
    watches(site)
    runs()
    renamed = [path.replace("/news/", "/releases/") for path in MANY]
    site.leads = dict(zip(MANY, renamed, strict=True))
    site.texts |= dict(zip(renamed, map(site.texts.get, MANY), strict=True))
    with counted() as cost:
        assert looks_together() == len(MANY)
    assert {page.url for page in pages()} == {site.url + path for path in renamed}
    assert {page.outcome for page in pages()} == {"moved"}
    assert (len(cost.statements) <= MOST * len(MANY), cost.commits <= FEW) == (True, True), cost
    assert nothing_is_lost()


def test_pages_of_one_group_that_lead_to_one_another_end_as_one(site):
    """A chain of three, and two that lead to one address: whoever is settled later finds what the first left."""
    shows_all(site, MANY[:5])
    watches(site)
    runs()
    numbers = {path: page_at(site, path).id for path in MANY[:5]}
    first, second, third, fourth, fifth = MANY[:5]
    site.leads = {first: second, second: third, fourth: "/new", fifth: "/new"}
    site.texts["/new"] = "Pier 4 is open."
    looks_together()
    runs(later(days=31))
    by_number = {page.id: page for page in pages()}
    ends = {path: by_number[by_number[number].moved_to or number] for path, number in numbers.items()}
    chain, pair = {ends[path].id for path in (first, second, third)}, {ends[path].id for path in (fourth, fifth)}
    assert (len(chain), len(pair)) == (1, 1)
    assert (ends[first].url, ends[fourth].url) == (f"{site.url}{third}", f"{site.url}/new")
    assert {end.moved_to for end in ends.values()} == {None}
    assert nothing_is_lost()
