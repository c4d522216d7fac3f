"""What `dateline import` takes, shows and refuses."""

import gzip
import io
import json

import pytest
from harbor import RELEASE
from sqlalchemy import text
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.runtime.database import reading

pytestmark = pytest.mark.integration

URL = "https://www.war.gov/News/Releases/Release/Article/4100001/harbor/"


def warc(**headers):
    """One response of a WARC file, not packed."""
    writer = WARCWriter(out := io.BytesIO(), gzip=False)
    answered = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers.items()], "HTTP/1.1")
    body, size = io.BytesIO(RELEASE.encode()), len(RELEASE.encode())
    writer.write_record(writer.create_warc_record(URL, "response", payload=body, length=size, http_headers=answered))
    return out.getvalue()


def pages():
    with reading() as session:
        return session.execute(text("SELECT count(*) FROM pages")).scalar_one()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" * 20),
        ("README.md", "# Harbor tools\n\nA set of tools for the harbor. Install them with pip.\n\n" * 20),
        ("notes.txt", "Buy rope and paint before the storm comes, and ask about the crane at the pier.\n" * 20),
    ],
)
def test_a_file_that_is_no_article_is_refused(on_sqlite, dateline, tmp_path, name, content):
    """It became news for good."""
    file = tmp_path / name
    file.write_text(content)
    told = dateline("import", file)
    assert (told.status, f"{name} is no article" in told.err, pages()) == (2, True, 0)


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
    ("content", "why"),
    [
        (warc().replace(b"WARC-Target-URI", b"X-Other-Thing-x"), "does not say which address it is of"),
        (warc().replace(b"WARC-Type", b"X: " + b"a" * 2_000_000 + b"\r\nWARC-Type"), "headers without end"),
        (warc(**{"Content-Encoding": "br"}), "Brotli"),
    ],
    ids=["no address", "endless header", "brotli"],
)
def test_an_archive_that_cannot_be_read_is_refused_with_one_sentence(on_sqlite, dateline, tmp_path, content, why):
    file = tmp_path / "pages.warc"
    file.write_bytes(content)
    told = dateline("import", file)
    assert (told.status, why in told.err, pages()) == (2, True, 0)


def test_parse_leads_to_import_for_an_archive(on_sqlite, dateline, tmp_path):
    """It read the file as the text of a page."""
    file = tmp_path / "pages.warc"
    file.write_bytes(warc())
    assert dateline("parse", file).refuses("dateline import --dry-run")
