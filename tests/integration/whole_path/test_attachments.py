"""Attachments and pictures of articles: kept by the rule of their source, and told of when they are replaced."""

import json

import pytest

from services.contracts.files import FilesRule
from services.contracts.messages import FetchFile
from services.demo.site import Answer, Site
from services.fetcher import sources
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as parser_tasks  # noqa: F401 - registers the handler
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger import jobs, worker
from services.runtime.provenance.files import files, versions
from services.runtime.transparency_log.tables import leaves
from services.runtime.withholding import is_withheld
from services.store import tasks  # noqa: F401 - registers the handler
from services.store.models import articles
from services.store.withdrawals.withdrawing import erase, withdraw
from tests.support.fetching import entries, later
from tests.support.kept import rows, sound

pytestmark = pytest.mark.integration
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KINDS = ("PollChannel", "FetchPage", "ParsePage", "SaveArticle", "AttachFiles", "FetchFile", "NoteFile")
PDF, PICTURE = "/docs/report.pdf", "/media/quay.jpg"
STORY = "/news/quay-reopens"
FIRST, SECOND = b"%PDF-1.7 the first report", b"%PDF-1.7 the report, with other figures"


class Newsroom:
    """One story with a document and a picture, each with an ETag of its bytes."""

    def __init__(self):
        self.files = {PDF: ("application/pdf", FIRST), PICTURE: ("image/jpeg", b"\xff\xd8\xff the quay")}
        self.robots = b"User-agent: *\nAllow: /\n"
        self.site = Site(self.answer)
        self.site.start()

    @property
    def asked(self):
        return [entry.path for entry in self.site.requests if entry.path in self.files]

    def answer(self, request):
        if request.path == "/robots.txt":
            return Answer(200, self.robots, {"Content-Type": "text/plain"})
        if request.path == "/feed":
            text = f"<item><title>Quay Reopens</title><link>{self.site.url}{STORY}</link></item>"
            return Answer(
                200, f"<rss><channel>{text}</channel></rss>".encode(), {"Content-Type": "application/rss+xml"}
            )
        if request.path == STORY:
            return Answer(200, self.page().encode(), {"Content-Type": "text/html"})
        if request.path in self.files:
            kind, body = self.files[request.path]
            etag = f'"{hash(body)}"'
            if request.headers.get("if-none-match") == etag:
                return Answer(304)
            return Answer(200, body, {"Content-Type": kind, "ETag": etag})
        return Answer(404)

    def page(self):
        url = self.site.url + STORY
        text = f"""<p>The quay reopened, officials said on Monday, and thanked everybody who helped that night.</p>
        <p>Crews had worked since dawn to clear the channel, and the first ferries left shortly before noon.</p>
        <p>All figures are in <a href="{PDF}">the report of the harbor</a>, which expects repairs until spring.</p>
        <figure><img src="{PICTURE}" alt="The quay"><figcaption>The quay at noon.</figcaption></figure>"""
        meta = '<meta property="article:published_time" content="2026-03-02T14:00:00Z">'
        head = f'<title>Quay Reopens</title><link rel="canonical" href="{url}">{meta}'
        return f"<html><head>{head}</head><body><article><h1>Quay Reopens</h1>{text}</article></body></html>"


@pytest.fixture
def newsroom(fetcher):
    newsroom = Newsroom()
    yield newsroom
    newsroom.site.stop()


def watches(newsroom, rule: FilesRule):
    channels = [ChannelSeed(kind="feed", url=f"{newsroom.site.url}/feed")]
    with transaction() as session:
        sources.register(session, SourceSeed(name="quay", channels=channels, files=rule), utcnow())
    runs(later(minutes=1))


def runs(now):
    """All that is due by then, in as many rounds as it takes."""
    for _round in range(60):
        if not sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=KINDS)):
            return
    raise AssertionError(f"still due: {jobs.due(now, kinds=KINDS)}")


def replaced():
    """What events tell of files that were replaced."""
    with reading() as session:
        answer = session.execute(events.select().order_by(events.c.sequence)).all()
    return [json.loads(event.body)["data"]["files"] for event in answer if event.changed == ["attachments"]]


@on_sqlite
@pytest.mark.parametrize(("rule", "query"), [("none", []), ("attachments", [PDF]), ("all", [PDF, PICTURE])])
def test_what_is_kept_is_what_the_rule_of_the_source_says(db, newsroom, rule, query):
    """By default nothing is asked for but the page; what is kept is in the archive, byte for byte, and in the log."""
    watches(newsroom, rule)
    runs(later(hours=2))
    assert sorted(newsroom.asked) == query
    bodies = [capture_store.load(name).body for name in rows(versions, "capture")]
    assert sorted(bodies) == sorted(newsroom.files[path][1] for path in query)
    assert rows(leaves, "kind") == ["revision"] + ["file"] * len(query)
    assert (replaced(), sound()) == ([], True)


def test_a_file_that_is_replaced_under_its_address_is_told_of(db, newsroom):
    """Once, with both digests; the wording stays the same, and so does its number."""
    watches(newsroom, "all")
    runs(later(hours=2))
    newsroom.files[PDF] = ("application/pdf", SECOND)
    runs(later(days=2))
    runs(later(days=3))
    [[change]] = replaced()
    digests = [capture_store.payload_digest(body) for body in (FIRST, SECOND)]
    assert [change["previous_digest"], change["digest"]] == digests
    assert (change["url"], change["kind"]) == (newsroom.site.url + PDF, "attachment")
    assert capture_store.load(change["capture"]).body == SECOND
    assert rows(articles, "revision") == [1]
    assert rows(events, "type", "announced")[-1] == ("article.updated", True)
    assert sound()


@on_sqlite
def test_a_file_that_stays_the_same_costs_a_304_and_tells_nothing(db, newsroom):
    watches(newsroom, "attachments")
    runs(later(hours=2))
    runs(later(days=2))
    assert newsroom.asked == [PDF, PDF]
    assert [entry.status for entry in newsroom.site.requests if entry.path == PDF] == [200, 304]
    assert (rows(files, "outcome"), len(rows(versions, "digest")), replaced()) == (["unchanged"], 1, [])


@on_sqlite
def test_a_file_that_robots_forbid_or_that_a_page_stands_for_is_not_kept(db, newsroom):
    """Each says so in one sentence, and is looked at again by plan."""
    newsroom.robots = b"User-agent: *\nDisallow: /docs/\n"
    newsroom.files[PICTURE] = ("image/jpeg", b"<!DOCTYPE html><title>Our pictures</title><p>All of them.</p>")
    watches(newsroom, "all")
    runs(later(hours=2))
    assert newsroom.asked == [PICTURE]
    assert set(rows(files, "outcome")) <= {"refused", "requestrefused"}
    assert all(rows(files, "detail"))
    assert (rows(versions, "capture"), len(entries(FetchFile))) == ([], 2)


@on_sqlite
def test_what_never_comes_twice_the_same_is_not_announced_for_ever(db, newsroom):
    """A picture with a stamp in it: two changes are told, all are kept."""
    watches(newsroom, "all")
    runs(later(hours=2))
    for day in range(2, 40, 4):
        newsroom.files[PICTURE] = ("image/jpeg", b"\xff\xd8\xff stamped %d" % day)
        runs(later(days=day))
    announced = [answer for kind, answer in rows(events, "type", "announced") if kind == "article.updated"]
    assert len(announced) > 3
    assert announced == [True, True] + [False] * (len(announced) - 2)


@on_sqlite
def test_a_source_whose_rule_ends_is_not_asked_for_files_any_more(db, newsroom):
    watches(newsroom, "all")
    runs(later(hours=2))
    watches(newsroom, "none")
    runs(later(days=30))
    assert len(newsroom.asked) == 2
    assert entries(FetchFile) == []


@on_sqlite
def test_files_of_a_withdrawn_article_are_hidden_and_those_of_an_erased_one_go(db, newsroom):
    watches(newsroom, "attachments")
    runs(later(hours=2))
    [article], [capture] = rows(articles, "id"), rows(versions, "capture")
    with transaction() as session:
        withdraw(session, article, "Names a witness.", utcnow())
        assert is_withheld(session, capture)
        [order] = [message for message in erase(session, article, "Ordered.", utcnow()) if hasattr(message, "captures")]
    assert capture in order.captures
    assert (rows(files, "url"), rows(versions, "capture")) == ([], [])
    assert sound()
