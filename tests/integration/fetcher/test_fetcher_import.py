"""Files enter the path without a request, once each; what is no page is refused with a sentence."""

import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts.errors import UserError
from services.contracts.messages import FetchPage, ParsePage
from services.fetcher.checks import count_pages, unaccounted
from services.fetcher.discover import Listed
from services.fetcher.frontier import join
from services.fetcher.importing import import_file
from services.fetcher.models import Page
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.ledger_table import LedgerRow

pytestmark = pytest.mark.integration

PAGE = b"<!DOCTYPE html><html><body><p>Words.</p></body></html>"
URL = "https://www.war.gov/News/Releases/Release/Article/4100001/a-release/"


def imports(name="page.html", content=PAGE, url=None, captured_at=None):
    return import_file(name, content, url, utcnow(), captured_at)


def said(kind):
    with reading() as session:
        rows = session.exec(select(LedgerRow).where(LedgerRow.kind == kind.__name__).order_by(LedgerRow.id)).all()
    return [kind.model_validate_json(entry.message) for entry in rows]


def warc(*pages):
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for url, status, content_type, body in pages:
        headers = StatusAndHeaders(f"{status} -", [("Content-Type", content_type)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(url, "response", payload=io.BytesIO(body), length=len(body), http_headers=headers)
        )
    return buffer.getvalue()


def test_a_file_without_an_address_is_known_by_its_bytes(db):
    """It becomes a capture and a page that nothing will ever fetch, and the parser hears of it once."""
    (first,) = imports()
    (again,) = imports("another name.html")
    assert (first.fresh, again.fresh, first.page) == (True, False, again.page)
    (parse,) = said(ParsePage)
    assert (parse.origin.cause, parse.origin.url, parse.origin.source) == ("import", None, "import")
    assert capture_store.load(parse.capture).body == PAGE
    assert not said(FetchPage)


def test_a_file_with_an_address_is_that_page(db):
    """The same identity as if it had been fetched; still no request is planned."""
    imports(url=URL)
    assert said(ParsePage)[0].origin.key == "afpims/defense:4100001"
    assert not said(FetchPage)


def test_a_copy_from_the_future_is_refused(db):
    """It would be the newest until then, and hide every wording that is published meanwhile."""
    with pytest.raises(UserError, match="still to come"):
        imports(url=URL, captured_at=utcnow() + timedelta(days=1))
    assert not said(ParsePage)


def test_a_channel_that_lists_an_imported_page_adopts_it(db):
    """From then on it is visited like any other page of the source."""
    imports(url=URL)
    with transaction() as session:
        join(session, "war-releases", 1, [Listed(URL, "A release")], backlog=False, now=utcnow())
    with reading() as session:
        page = session.exec(select(Page)).one()
    assert page.source == "war-releases"
    assert [order.page for order in said(FetchPage)] == [page.id]


def test_an_old_copy_of_a_watched_page_is_never_taken_for_the_newest(db):
    """Without a date it is refused; with one it takes its place in time."""
    long_ago = datetime(2017, 1, 2, tzinfo=UTC)
    imports(url=URL)
    with transaction() as session:
        session.exec(select(Page)).one().source = "war-releases"
    with pytest.raises(UserError, match="--captured"):
        imports(content=PAGE + b"old", url=URL)
    imports(content=PAGE + b"old", url=URL, captured_at=long_ago)
    assert [parse.fetched_at == long_ago for parse in said(ParsePage)] == [False, True]
    with reading() as session:
        assert session.exec(select(Page)).one().fetched_at > long_ago


def test_imported_pages_are_at_rest(db):
    """They have no next visit, and that is as it should be."""
    imports()
    with reading() as session:
        assert [(sums.source, sums.at_rest) for sums in count_pages(session, utcnow())] == [("import", 1)]
        assert not unaccounted(session, utcnow())


def test_a_text_dump_is_plain_text(db):
    """People archive pages that way; its type comes from its name, and from its bytes when the name says nothing."""
    imports("dump.txt", b"HEADLINE\n\nWASHINGTON -- Words.")
    imports("dump", b"Another\n\nWASHINGTON -- Words.")
    assert [parse.content_type for parse in said(ParsePage)] == ["text/plain", "text/plain"]


def test_a_warc_file_gives_each_of_its_pages(db):
    """With its own address and time; pictures and errors in it are passed over."""
    content = warc(
        (URL, 200, "text/html", PAGE),
        ("https://www.war.gov/a.jpg", 200, "image/jpeg", b"\xff\xd8\xff\xe0"),
        ("https://www.war.gov/News/Article/2/", 404, "text/html", b"<p>gone</p>"),
        ("https://www.war.gov/News/Article/Article/4100002/", 200, "text/html", PAGE),
    )
    assert len(imports("crawl.warc.gz", content)) == 2
    assert [parse.origin.key for parse in said(ParsePage)] == ["afpims/defense:4100001", "afpims/defense:4100002"]


def test_our_own_captures_can_be_imported(db):
    """`cat` of an archive is a WARC file; importing it into another installation brings the pages back."""
    imports(url=URL)
    capture = said(ParsePage)[0].capture
    from services.runtime.settings import runtime_settings

    (path,) = Path(runtime_settings().captures).rglob(f"{capture}*")
    assert [imported.fresh for imported in imports("own.warc.gz", path.read_bytes())] == [False]


@pytest.mark.parametrize(
    ("name", "content", "url", "sentence"),
    [
        ("empty.html", b"", None, "It is empty."),
        ("blank.html", b" \n", None, "It is empty."),
        ("a.png", b"\x89PNG ...", None, "It is a picture"),
        ("a.html", b"\x00\x01\x02\x00" * 100, None, "binary"),
        ("a.html", PAGE, "ftp://example.gov/a", "http"),
        ("a.warc", warc(), None, "empty"),
        ("a.warc", warc((URL, 404, "text/html", b"x")), None, "holds no page"),
        ("a.warc", warc((URL, 200, "text/html", PAGE)), URL, "leave them away"),
        (
            "a.warc",
            warc((URL, 200, "text/html", random.Random(1).randbytes(999).hex().encode()))[:-90],
            None,
            "cannot be read",
        ),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_page_is_refused_with_a_sentence(db, name, content, url, sentence):
    """And nothing of it is kept."""
    with pytest.raises(UserError, match=sentence):
        imports(name, content, url)
    assert not said(ParsePage)
