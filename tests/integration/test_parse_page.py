"""How a capture becomes a message to the store, or to the fetcher, on a real database of each kind."""

from datetime import timedelta

import pytest
from sqlmodel import select

from services.contracts.messages import Kept, Origin, PageRejected, ParsePage, SaveArticle
from services.parser import tasks as _handlers  # noqa: F401 - they register themselves
from services.runtime import archive, house, ledger, worker
from services.runtime.archive import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.entries import Entry
from services.runtime.ledger import say
from services.runtime.settings import runtime_settings

pytestmark = pytest.mark.integration

URL = "https://www.war.gov/News/Releases/Release/Article/4100001/a-release/"
ORIGIN = Origin(page=1, key="afpims/defense:4100001", url=URL, source="war")
STORY = """<html><title>{0}</title><body><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></body></html>"""


def said(kind):
    with reading() as session:
        found = session.exec(select(Entry).where(Entry.kind == kind.__name__).order_by(Entry.id)).all()
    return [kind.model_validate_json(entry.message) for entry in found]


def captured(body, minutes=0):
    """A capture of the page, as it was so long after now."""
    at = utcnow() + timedelta(minutes=minutes)
    name = archive.keep(Capture(URL, at, 200, (("Content-Type", "text/html"),), body.encode()))
    return Kept(capture=name, fetched_at=at)


def parses(newest, readable=None):
    with transaction() as session:
        words = ParsePage(origin=ORIGIN, capture=newest.capture, fetched_at=newest.fetched_at, readable=readable)
        say(session, words, key=f"1:{newest.capture}:")


def runs():
    for row, kind in ledger.due(utcnow(), kinds=["ParsePage"]):
        worker.handle(kind, [row])


def test_each_capture_without_an_article_has_a_verdict_of_its_own(db):
    """The fetcher is away, and the page changed meanwhile: the verdict on the first must not swallow the second's."""
    both = [captured(f"<html><title>{number}</title></html>", number) for number in range(2)]
    for one in both:
        parses(one)
    runs()
    assert [told.capture for told in said(PageRejected)] == [one.capture for one in both]


def test_where_the_newest_capture_gives_no_article_the_last_readable_one_is_read(db):
    """It is saved as what that capture said, at its own time; and no new verdict is passed on the wall."""
    article, wall = captured(STORY.format("Bridge Reopens")), captured("<html><title>Wait</title></html>", 1)
    parses(wall, readable=article)
    runs()
    (saved,) = said(SaveArticle)
    assert (saved.capture, saved.fetched_at) == (article.capture, article.fetched_at)
    assert (saved.article.headline, said(PageRejected)) == ("Bridge Reopens", [])


def test_a_newest_capture_that_can_be_read_by_now_comes_first(db):
    """A parser that knows a new layout takes the news, not what was there before."""
    old, new = captured(STORY.format("Bridge Closes")), captured(STORY.format("Bridge Reopens"), 1)
    parses(new, readable=old)
    runs()
    assert [(saved.capture, saved.article.headline) for saved in said(SaveArticle)] == [(new.capture, "Bridge Reopens")]


def test_what_no_capture_gives_is_rejected_as_the_newest_is(db):
    """The verdict is on the newest; one on the capture before it would be old news."""
    old, new = (captured(f"<html><title>{number}</title></html>", number) for number in range(2))
    parses(new, readable=old)
    runs()
    assert ([told.capture for told in said(PageRejected)], said(SaveArticle)) == ([new.capture], [])


def test_a_parser_without_an_archive_waits_for_it(db, monkeypatch):
    """Every page was set aside at once, and for good, where a volume was missing."""
    monkeypatch.setattr(house, "AGAIN", 0.0)
    parses(captured(STORY.format("A bridge")))
    kept = runtime_settings().captures
    kept.rename(kept.with_name("elsewhere"))
    house.begin()
    runs()
    with reading() as session:
        [waiting] = session.exec(select(Entry)).all()
        [shut] = house.shut(session)
    assert (waiting.attempts, waiting.set_aside_at) == (0, None)
    assert shut.reason == "The archive cannot be read: no capture is where the parser looks for them."
    kept.with_name("elsewhere").rename(kept)
    runs()
    assert said(SaveArticle)
