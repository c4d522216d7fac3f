"""`dateline export`: what goes out as WARC or WACZ is what comes in again, here and in the tools of others."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from services.cli.processes import schema
from services.contracts.files import FileRef
from services.runtime import database
from services.runtime.archive import capture_store, packer
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, utcnow
from services.runtime.provenance.files import add_version, attach
from services.runtime.settings import runtime_settings
from tests.support.harbor import RELEASE, arrives, drain

pytestmark = pytest.mark.integration

ARTICLES = "SELECT id, url, source, revision, revisions, capture, headline FROM articles ORDER BY id"
FILES = """SELECT article, url, kind, v.capture, v.digest FROM article_files AS f
    JOIN file_versions AS v ON v.file = f.id ORDER BY url"""
REVISIONS = "SELECT article, number, content_hash, capture FROM revisions ORDER BY article, number"


def rows(query):
    with reading() as session:
        return [tuple(row) for row in session.execute(text(query))]


def wacz(*words):
    """The tool of the form's makers, in a process of its own: its modules warn when they are loaded."""
    command = [sys.executable, "-W", "ignore", "-c", "import sys; from wacz.main import main; sys.exit(main())"]
    return subprocess.run([*command, *map(str, words)], capture_output=True, check=False).returncode


@pytest.fixture
def corrected(on_sqlite):
    """Two articles, one of which had three wordings; some captures are packed."""
    arrives(RELEASE, 1)
    arrives(RELEASE.replace("noon", "one"), 1)
    packer.pack_step(utcnow(), older_than=timedelta())
    arrives(RELEASE.replace("noon", "two"), 1)
    arrives(RELEASE.replace("Harbor", "Channel"), 2)
    with database.transaction() as session:
        session.execute(text("UPDATE articles SET source = 'harbor'"))


@pytest.fixture
def elsewhere(installation, tmp_path):
    """An empty installation."""

    def begin():
        database.engine().dispose()
        installation(state=str(tmp_path / "elsewhere"))
        schema.upgrade()

    return begin


@pytest.mark.parametrize("form", ["--warc", "--wacz"])
def test_a_round_trip_gives_the_same_articles_revisions_and_digests(dateline, corrected, elsewhere, tmp_path, form):
    """Into an empty installation, with the names of the captures; once more changes nothing."""
    file, before = tmp_path / f"news.{form[2:]}", (rows(ARTICLES), rows(REVISIONS))
    output = dateline("export", form, file, "--json")
    assert (output.status, json.loads(output.out)["captures"]) == (0, 4)
    elsewhere()
    for _ in range(2):
        assert dateline("import", file).status == 0
        drain()
        assert (rows(ARTICLES), rows(REVISIONS)) == before
    assert all(capture_store.holds(capture) for _, _, _, capture in before[1])


def test_a_package_is_judged_valid_by_the_tool_of_its_makers(dateline, corrected, tmp_path):
    """Digests, index and pages."""
    file = tmp_path / "news.wacz"
    assert dateline("export", "--wacz", file).status == 0
    assert wacz("validate", "--file", file) == 0
    with zipfile.ZipFile(file) as package:
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
        lines = package.read("indexes/index.cdxj").decode().splitlines()
    assert [page["url"] for page in pages[1:]] == [f"https://harbor.example/news/{n}" for n in (1, 1, 1, 2)]
    assert (len(lines), lines) == (4, sorted(lines))


def test_only_what_was_asked_for_goes_out(dateline, corrected, tmp_path):
    """An article, a source, a time of publication."""
    file = tmp_path / "some.warc.gz"
    [first, second] = [row[0] for row in sorted(rows(ARTICLES), key=lambda row: -row[4])]

    def out(*words):
        output = dateline("export", "--warc", file, *words, "--json")
        return output.status, json.loads(output.out)["captures"]

    assert out("--article", first) == (0, 3)
    assert out("--article", second) == (0, 1)
    assert out("--source", "harbor") == (0, 4)
    assert out("--source", "another") == (1, 0)
    assert out("--since", "2026-01-12", "--until", "2026-01-13") == (0, 4)
    assert out("--until", "2026-01-12") == (1, 0)
    with file.open("rb") as content:
        assert [record.rec_type for record in ArchiveIterator(content)] == ["warcinfo"]
    assert dateline("export").refuses("--wacz FILE")
    assert dateline("export", "--warc", tmp_path / "none" / "x").refuses("cannot be written")


def test_a_capture_that_is_damaged_is_named_and_the_rest_goes_out(dateline, corrected, tmp_path):
    """The exit status says that it is not all."""
    damaged = next(runtime_settings().captures.glob("??/*.warc.gz"))
    damaged.write_bytes(b"changed")
    output = dateline("export", "--warc", tmp_path / "x.warc.gz")
    assert (output.status, "3 captures" in output.out) == (1, True)
    assert damaged.name.partition(".")[0] in output.err


def test_a_segment_can_be_imported_by_itself(dateline, corrected, elsewhere, tmp_path):
    """Also without what an export says of the pages: the archive alone gives the articles."""
    [segment] = (runtime_settings().captures / "segments").glob("*.warc.gz")
    content = segment.read_bytes()
    elsewhere()
    (tmp_path / "segment.warc.gz").write_bytes(content)
    assert dateline("import", tmp_path / "segment.warc.gz").status == 0
    drain()
    assert [row[4] for row in rows(ARTICLES)] == [2]


def test_a_package_of_others_is_taken(dateline, corrected, elsewhere, tmp_path):
    """Made by the tool of the form's makers, as Browsertrix makes it; a file without pages in it is passed over."""
    dateline("export", "--warc", tmp_path / "theirs.warc.gz")
    content = (tmp_path / "theirs.warc.gz").read_bytes()
    file, other = tmp_path / "theirs.wacz", tmp_path / "plain.warc"
    other.write_bytes(b"".join(_plain(content)))
    assert wacz("create", "--output", file, other) == 0
    elsewhere()
    assert dateline("import", file).status == 0
    drain()
    assert sorted(row[1] for row in rows(ARTICLES)) == [f"https://harbor.example/news/{n}" for n in (1, 2)]


def _plain(content):
    """The responses alone, unpacked, without a word of who wrote them."""
    writer = WARCWriter(out := io.BytesIO(), gzip=False)
    for record in ArchiveIterator(io.BytesIO(content)):
        if record.rec_type == "response":
            writer.write_record(record)
    yield out.getvalue()


def test_what_is_no_package_is_refused(dateline, on_sqlite, tmp_path):
    """A ZIP file of something else, a broken one, an export that was cut off."""
    other = tmp_path / "x.zip"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("letter.txt", "hello")
    assert dateline("import", other).status == 2
    assert "no WACZ" in dateline("import", other).err
    broken = tmp_path / "y.wacz"
    broken.write_bytes(other.read_bytes()[:40])
    assert "cannot be read" in dateline("import", broken).err
    arrives(RELEASE, 1)
    dateline("export", "--warc", tmp_path / "z.warc.gz")
    content = (tmp_path / "z.warc.gz").read_bytes()
    (tmp_path / "z.warc.gz").write_bytes(content[:-10])
    assert "is damaged behind byte" in dateline("import", tmp_path / "z.warc.gz").err


def test_a_file_of_an_article_goes_along_and_is_no_page_elsewhere(dateline, corrected, elsewhere, tmp_path):
    """Byte for byte, under its article; the list of pages does not name it, and nobody reads it as an article."""
    file, [article, *_] = tmp_path / "news.wacz", [row[0] for row in rows(ARTICLES)]
    answer = Capture(
        "https://harbor.example/report.pdf", utcnow(), 200, (("Content-Type", "application/pdf"),), b"%PDF-1"
    )
    name = capture_store.keep(answer)
    with database.transaction() as session:
        [row] = attach(session, article, "harbor", [FileRef(url=answer.url, kind="attachment")], utcnow())
        add_version(session, row, name, answer, answer.fetched_at)
    before = (rows(ARTICLES), rows(FILES))
    assert json.loads(dateline("export", "--wacz", file, "--json").out)["captures"] == 5
    with zipfile.ZipFile(file) as package:
        assert "report.pdf" not in package.read("pages/pages.jsonl").decode()
    elsewhere()
    for _ in range(2):
        assert dateline("import", file).status == 0
        drain()
        assert (rows(ARTICLES), rows(FILES)) == before
    assert capture_store.load(name).body == b"%PDF-1"
    listed = json.loads(dateline("articles", "files", article, "--json").out)["attachments"]
    assert [version["capture"] for version in listed[0]["versions"]] == [name]


def test_what_was_erased_neither_goes_out_nor_comes_back_with_an_older_export(dateline, corrected, tmp_path):
    """Wordings, captures and files: the export from before is read, and nothing of that article stays."""
    old, new = tmp_path / "old.wacz", tmp_path / "new.wacz"
    [gone, other] = [row[0] for row in sorted(rows(ARTICLES), key=lambda row: -row[4])]
    answer = Capture(
        "https://harbor.example/report.pdf", utcnow(), 200, (("Content-Type", "application/pdf"),), b"%PDF-1"
    )
    name = capture_store.keep(answer)
    with database.transaction() as session:
        [row] = attach(session, gone, "harbor", [FileRef(url=answer.url, kind="attachment")], utcnow())
        add_version(session, row, name, answer, answer.fetched_at)
    captures = {row[3] for row in rows(REVISIONS) if row[0] == gone} | {name}
    assert dateline("export", "--wacz", old).status == 0
    assert dateline("articles", "erase", gone, "--reason", "personal data", "--confirm", gone).status == 0
    drain()
    assert json.loads(dateline("export", "--wacz", new, "--json").out)["captures"] == 1
    assert not any(map(capture_store.holds, captures))
    assert dateline("import", old).status == 0
    drain()
    assert not {capture for capture in captures if capture_store.holds(capture)}
    assert [row[0] for row in rows("SELECT id FROM articles WHERE status = 'live'")] == [other]
    said = "reading LIKE '%harbor reopened%'"
    assert rows(f"SELECT article FROM revisions WHERE {said}") == [(other,)]
