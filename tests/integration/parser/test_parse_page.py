"""How a capture becomes a message to the store, or a verdict, on a real database of each kind."""

from datetime import timedelta

import pytest
from sqlmodel import select

from services.contracts.messages import CaptureRef, Origin, ParsePage, Rejection, SaveArticle
from services.parser import tasks as _handlers  # noqa: F401 - they register themselves
from services.parser.extract import extract
from services.parser.layouts import VERSIONS
from services.parser.version import PARSER_VERSION
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import health_gates, jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance import verdicts
from services.runtime.provenance.results import ReingestedPage
from services.runtime.provenance.verdicts import Read
from services.runtime.settings import runtime_settings
from tests.support.orders import order

pytestmark = pytest.mark.integration

URL = "https://www.war.gov/News/Releases/Release/Article/4100001/a-release/"
ORIGIN = Origin(page=1, key="afpims/defense:4100001", url=URL, source="war")
STORY = """<html><title>{0}</title><body><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></body></html>"""


def said(kind):
    with reading() as session:
        rows = session.exec(select(LedgerRow).where(LedgerRow.kind == kind.__name__).order_by(LedgerRow.id)).all()
    return [kind.model_validate_json(entry.message) for entry in rows]


def captured(body, minutes=0):
    """A capture of the page, as it was so long after now."""
    at = utcnow() + timedelta(minutes=minutes)
    name = capture_store.keep(Capture(URL, at, 200, (("Content-Type", "text/html"),), body.encode()))
    return CaptureRef(capture=name, fetched_at=at)


def parses(newest, cause="live"):
    origin = ORIGIN.model_copy(update={"cause": cause})
    with transaction() as session:
        page = ParsePage(origin=origin, capture=newest.capture, fetched_at=newest.fetched_at)
        enqueue(session, page)


def gave_before(article, wall):
    """The page gave an article, and then, in the eyes of an older parser, none."""
    with transaction() as session:
        saving = order(parser="0").model_copy(update=article.model_dump())
        verdicts.hold_read(session, 1, "art_a", Read.of(saving))
        rejection = Rejection(**wall.model_dump(), parser="0", reason="stub", detail="Only a link.")
        verdicts.hold_rejected(session, 1, rejection)


def verdict():
    with reading() as session:
        return verdicts.find(session, 1)


def runs():
    for row, kind in jobs.due(utcnow(), kinds=["ParsePage"]):
        worker.handle(kind, [row])


def test_the_verdict_is_on_the_later_capture_without_an_article(db):
    """The page changed before the first was read: the verdict on the first must not swallow the second's."""
    both = [captured(f"<html><title>{number}</title></html>", number) for number in range(2)]
    for entry in both:
        parses(entry)
    runs()
    assert (verdict().rejected_capture, verdict().rejected_fetched_at) == (both[1].capture, both[1].fetched_at)
    assert (verdict().rejected_reason, verdict().rejected_parser) == ("empty", PARSER_VERSION)


def test_a_dry_run_writes_no_verdict(db):
    """It only says what it would be."""
    page = captured("<html><title>Wait</title></html>")
    with transaction() as session:
        origin = ORIGIN.model_copy(update={"reingestion": 1, "dry_run": True, "cause": "reparse"})
        text = ParsePage(origin=origin, capture=page.capture, fetched_at=page.fetched_at)
        enqueue(session, text)
    runs()
    [result] = results()
    assert (verdict(), result.outcome, result.finding, result.state) == (None, "rejected", "rejected", "open")


def test_where_the_newest_capture_gives_no_article_the_last_readable_one_is_read(db):
    """It is saved as what that capture said, at its own time; and no new verdict is passed on the wall."""
    article, wall = captured(STORY.format("Bridge Reopens")), captured("<html><title>Wait</title></html>", 1)
    gave_before(article, wall)
    parses(wall, "reparse")
    runs()
    (saved,) = said(SaveArticle)
    assert (saved.capture, saved.fetched_at) == (article.capture, article.fetched_at)
    assert (saved.article.headline, verdict().rejected_parser) == ("Bridge Reopens", "0")


def test_a_newest_capture_that_can_be_read_by_now_comes_first(db):
    """A parser that knows a new layout takes the news, not what was there before."""
    old, new = captured(STORY.format("Bridge Closes")), captured(STORY.format("Bridge Reopens"), 1)
    gave_before(old, new)
    parses(new, "reparse")
    runs()
    assert [(saved.capture, saved.article.headline) for saved in said(SaveArticle)] == [(new.capture, "Bridge Reopens")]


def test_what_no_capture_gives_is_rejected_as_the_newest_is(db):
    """The verdict is on the newest; one on the capture before it would be old news."""
    old, new = (captured(f"<html><title>{number}</title></html>", number) for number in range(2))
    gave_before(old, new)
    parses(new, "reparse")
    runs()
    assert (verdict().rejected_capture, verdict().rejected_parser) == (new.capture, PARSER_VERSION)
    assert said(SaveArticle) == []


def reparsed(newest, **about):
    """The page is read again under an order; what is known of it was read by an older parser."""
    with transaction() as session:
        origin = ORIGIN.model_copy(update={"cause": "reparse", "reingestion": 3} | about)
        page = ParsePage(origin=origin, capture=newest.capture, fetched_at=newest.fetched_at)
        enqueue(session, page)
    runs()


def was_read(kept, digest, parser="0"):
    with transaction() as session:
        saving = order(parser=parser).model_copy(update=kept.model_dump() | {"digest": digest})
        verdicts.hold_read(session, 1, "art_a", Read.of(saving))


def results():
    """What re-ingestions found."""
    with reading() as session:
        return session.exec(select(ReingestedPage)).all()


def digest_of(kept):
    return extract(
        capture_store.load(kept.capture).body, url=URL, content_type="text/html", now=kept.fetched_at
    ).digest()


def test_a_reparse_that_finds_what_is_known_ends_in_the_parser(db):
    """The store hears nothing of it; whoever asks next time learns that this parser read the page."""
    page = captured(STORY.format("Bridge Reopens"))
    was_read(page, digest_of(page))
    reparsed(page)
    assert (said(SaveArticle), verdict().read_parser, verdict().article) == ([], PARSER_VERSION, "art_a")
    assert verdict().read_layout_version == VERSIONS["unknown"]
    [result] = results()
    assert (result.reingestion, result.page, result.outcome, result.changed, result.finding) == (
        3,
        1,
        "unchanged",
        [],
        None,
    )


def test_a_dry_run_that_finds_what_is_known_ends_there_too_and_writes_nothing(db):
    page = captured(STORY.format("Bridge Reopens"))
    was_read(page, digest_of(page))
    reparsed(page, dry_run=True)
    assert (said(SaveArticle), verdict().read_parser) == ([], "0")
    [result] = results()
    assert (result.finding, result.article, result.headline, result.proposal, result.state) == (
        "unchanged",
        "art_a",
        "Bridge Reopens",
        None,
        "nothing",
    )


@pytest.mark.parametrize("known", ["other words", "of another capture", "by a newer parser", "by nobody knows whom"])
def test_anything_else_goes_to_the_store(db, known):
    """Also what an older worker reads when a newer one has been there: the store knows which of them is right."""
    page, before = captured(STORY.format("Bridge Reopens")), captured(STORY.format("Bridge Reopens"), -1)
    digest = digest_of(page)
    match known:
        case "other words":
            was_read(page, digest_of(captured(STORY.format("Bridge Closes"))))
        case "of another capture":
            was_read(before, digest)
        case "by a newer parser":
            was_read(page, digest, "999")
        case _:
            was_read(page, "")
    was = verdict().read_parser
    reparsed(page)
    [saving] = said(SaveArticle)
    assert (saving.digest, results(), verdict().read_parser) == (digest, [], was)


def test_a_visit_that_finds_what_is_known_goes_to_the_store(db):
    """Only an order is told how each page ended; the store may have missed the first reading."""
    page = captured(STORY.format("Bridge Reopens"))
    was_read(page, digest_of(page))
    parses(page)
    runs()
    assert len(said(SaveArticle)) == 1


def test_a_parser_without_an_archive_waits_for_it(db, monkeypatch):
    """Every page was dead-lettered at once, and for good, where a volume was missing."""
    monkeypatch.setattr(health_gates, "AGAIN", 0.0)
    parses(captured(STORY.format("A bridge")))
    captures = runtime_settings().captures
    captures.rename(captures.with_name("elsewhere"))
    health_gates.begin()
    runs()
    with reading() as session:
        [waiting] = session.exec(select(LedgerRow)).all()
        [shut] = health_gates.shut(session)
    assert (waiting.attempts, waiting.dead_lettered_at) == (0, None)
    assert shut.reason == "The archive cannot be read: no capture is where the parser looks for them."
    captures.with_name("elsewhere").rename(captures)
    runs()
    assert said(SaveArticle)
