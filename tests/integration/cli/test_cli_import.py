"""What `dateline import` takes, shows and refuses."""

import gzip
import io
import json
import time

import brotli
import pytest
from sqlalchemy import text
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts.errors import UserError
from services.fetcher import warc as warc_file
from services.runtime.archive import marker
from services.runtime.database import reading
from services.runtime.ledger import health_gates
from services.runtime.settings import runtime_settings
from tests.support.harbor import RELEASE

pytestmark = pytest.mark.integration

BODY = RELEASE.encode()
URL = "https://www.war.gov/News/Releases/Release/Article/4100001/harbor/"


def warc(content=BODY, url=URL, **headers):
    """One response of a WARC file, not packed."""
    writer = WARCWriter(out := io.BytesIO(), gzip=False)
    answered = StatusAndHeaders("200 OK", [*({"Content-Type": "text/html"} | headers).items()], "HTTP/1.1")
    body, size = io.BytesIO(content), len(content)
    writer.write_record(writer.create_warc_record(url, "response", payload=body, length=size, http_headers=answered))
    return out.getvalue()


def chunked(body):
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def pages():
    with reading() as session:
        return session.execute(text("SELECT count(*) FROM pages")).scalar_one()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" * 20),
        ("README.md", "# Harbor tools\n\nA set of tools for the harbor. Install them with pip.\n\n" * 20),
        (
            "main.py",
            "import sys\n\nfrom harbor import cranes\n\n# The cranes of the pier move one after the other.\n" * 9,
        ),
        ("Makefile", "# The tools of the harbor are made here.\nall:\n\techo 1 < 2 && install the tools in bin\n" * 20),
        ("services", "# Network services, in the order of their ports\n#\necho 7/tcp # says it again\n" * 20),
        ("crane.conf", "# Moves the cranes <pier@harbor.example>.\nspeed = 3 meters in a second\n" * 20),
        ("notes.txt", "Buy rope and paint before the storm comes, and ask about the crane at the pier.\n" * 20),
    ],
)
def test_a_file_that_is_no_article_is_refused(on_sqlite, dateline, tmp_path, name, content):
    """It became news for good."""
    file = tmp_path / name
    file.write_text(content)
    told = dateline("import", file)
    assert (told.status, f"{name} is no article" in told.err, pages()) == (2, True, 0)


def test_a_dump_without_a_date_is_taken_by_what_only_a_newsroom_writes(on_sqlite, dateline, tmp_path):
    """A photo page has neither date nor byline nor dateline."""
    file = tmp_path / "photo"
    file.write_text(
        "An official website of the United States government\n\nHere's how you know\n\nCranes at Work\n\n"
        "Sailors guide a crane over the pier while the storm clears behind them.\n"
    )
    assert dateline("import", file, "--dry-run").status == 0


def test_a_dry_run_shows_what_would_be_taken_and_writes_nothing(on_sqlite, dateline, tmp_path):
    page, archive = tmp_path / "page.html", tmp_path / "pages.warc"
    page.write_text(RELEASE)
    archive.write_bytes(warc())
    told = dateline("import", page, archive, "--dry-run", "--json")
    first, second = json.loads(told.out)["files"]
    assert first["pages"][0]["headline"]
    assert (second["pages"][0]["url"], told.status, pages()) == (URL, 0, 0)


def test_an_archive_that_is_packed_as_a_whole_is_read(on_sqlite, dateline, tmp_path):
    """Its first record was taken, and the file called refused."""
    file = tmp_path / "pages.warc.gz"
    file.write_bytes(gzip.compress(warc() + warc().replace(b"4100001", b"4100002")))
    told = dateline("import", file, "--json")
    assert json.loads(told.out)["files"][0]["pages"] == 2


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (brotli.compress(BODY), {"Content-Encoding": "br"}),
        (chunked(brotli.compress(BODY)), {"Content-Encoding": "br", "Transfer-Encoding": "chunked"}),
        (brotli.compress(gzip.compress(BODY)), {"Content-Encoding": "gzip, br"}),
        (BODY, {"Content-Encoding": "br"}),
    ],
    ids=["brotli", "in chunks", "two codings", "kept unpacked"],
)
def test_a_page_is_read_however_it_was_packed(content, headers):
    """Crawlers that are browsers keep what servers sent them: Brotli, mostly. It was refused."""
    [page] = warc_file.pages("pages.warc", io.BytesIO(warc(content, **headers)))
    assert (page.url, page.body) == (URL, BODY)


def test_a_page_that_cannot_be_unpacked_keeps_no_other_from_coming():
    """In a crawl of thousands there is one; a bomb, or a coding of next year."""
    odd = warc(b"\x28\xb5\x2f\xfd" + bytes(99), **{"Content-Encoding": "zstd"})
    bomb = warc(brotli.compress(bytes(20_000_000)), **{"Content-Encoding": "br"})
    style = warc(b"p { margin: 0 }", **{"Content-Type": "text/css"})
    assert [page.url for page in warc_file.pages("pages.warc", io.BytesIO(odd + bomb + style + warc()))] == [URL]
    with pytest.raises(UserError, match=r"holds no page that could be read\. .*'zstd', which Dateline"):
        list(warc_file.pages("pages.warc", io.BytesIO(style + odd)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (warc().replace(b"WARC-Target-URI", b"X-Other-Thing-x"), "does not say which address it is of"),
        (warc().replace(b"WARC-Type", b"X: " + b"a" * 50_000_000 + b"\r\nWARC-Type"), "headers without end"),
        (warc(X="a" * 50_000_000), "headers without end"),
    ],
    ids=["no address", "endless header of the record", "endless header of the page"],
)
def test_an_archive_that_cannot_be_read_is_refused_with_one_sentence(on_sqlite, dateline, tmp_path, content, why):
    """Without putting a line of 50 MB together in pieces, which took longer the longer it became."""
    file = tmp_path / "pages.warc"
    file.write_bytes(content)
    began = time.process_time()
    told = dateline("import", file)
    assert (told.status, why in told.err, pages()) == (2, True, 0)
    assert time.process_time() - began < 2


def test_nothing_is_imported_into_an_archive_of_another_database(on_sqlite, dateline, tmp_path):
    """The database would name captures that nobody finds again."""
    archive_mark_file = runtime_settings().captures / marker.FILE
    assert health_gates.probe("archive") is None
    archive_mark_file.unlink()
    page = tmp_path / "page.html"
    page.write_text(RELEASE)
    assert dateline("import", page).refuses("mount the right one")
    assert pages() == 0


def test_parse_leads_to_import_for_an_archive(on_sqlite, dateline, tmp_path):
    """It read the file as the text of a page."""
    file = tmp_path / "pages.warc"
    file.write_bytes(warc())
    assert dateline("parse", file).refuses("dateline import --dry-run")
