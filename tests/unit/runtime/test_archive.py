"""A capture comes back exactly as it was kept, or not at all."""

import gzip
import io
import os
import resource
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from warcio.archiveiterator import ArchiveIterator

from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture, CaptureDamaged, CaptureMissing
from services.runtime.settings import runtime_settings

CAPTURE = Capture(
    url="https://www.war.gov/News/Article/1/",
    fetched_at=datetime(2026, 11, 22, 16, 0, 0, 123456, tzinfo=UTC),
    status=200,
    headers=(("Content-Type", "text/html; charset=utf-8"), ("ETag", '"x"')),
    body="<p>Ünïcode \r\n and \x00 bytes</p>".encode(),
    request_headers=(("User-Agent", "Dateline"), ("If-None-Match", '"w"')),
)


@pytest.fixture(autouse=True)
def folder(installation):
    return runtime_settings().captures


def file_of(folder, name):
    return next(folder.rglob(f"{name}*"))


def test_a_capture_comes_back_as_it_was_kept():
    """Every field, to the byte and the microsecond."""
    assert capture_store.load(capture_store.keep(CAPTURE)) == CAPTURE


def test_keeping_it_again_changes_nothing(folder):
    """The name is the digest of the file, so the same capture is the same file."""
    assert capture_store.keep(CAPTURE) == capture_store.keep(CAPTURE)
    assert len(list(folder.rglob("*.warc.gz"))) == 1


def test_nothing_half_written_is_left_behind(folder):
    """A capture appears under its name whole, by a rename."""
    capture_store.keep(CAPTURE)
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".gz"]


def test_captures_put_together_are_a_valid_warc_file(folder):
    """Any tool of the trade reads a `cat` of them."""
    names = [capture_store.keep(CAPTURE), capture_store.keep(replace(CAPTURE, body=b"other", request_headers=()))]
    together = io.BytesIO(b"".join(file_of(folder, name).read_bytes() for name in names))
    assert [record.rec_type for record in ArchiveIterator(together)] == ["response", "request", "response"]


def test_the_payload_digest_stands_in_the_record(folder):
    """Whoever holds the file can check the body without us."""
    member = io.BytesIO(file_of(folder, capture_store.keep(CAPTURE)).read_bytes())
    response = next(iter(ArchiveIterator(member, check_digests="raise")))
    assert response.content_stream().read() == CAPTURE.body
    assert response.rec_headers["WARC-Payload-Digest"].startswith("sha1:")


def test_a_changed_byte_is_noticed(folder):
    """Evidence that was tampered with is no evidence: it is refused."""
    name = capture_store.keep(CAPTURE)
    path = file_of(folder, name)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"bytes", b"bites")))
    with pytest.raises(CaptureDamaged, match="changed on disk"):
        capture_store.load(name)


def test_a_truncated_capture_is_noticed(folder):
    """A disk that was full, a copy that broke off."""
    name = capture_store.keep(CAPTURE)
    path = file_of(folder, name)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(CaptureDamaged):
        capture_store.load(name)


def test_a_disk_without_room_keeps_nothing_of_it(folder):
    """Neither under its name nor under another: each try would take from the room that is left."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            capture_store.keep(replace(CAPTURE, body=os.urandom(100_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [entry for entry in folder.rglob("*") if entry.is_file()] == []


def test_it_is_known_whether_a_capture_is_held(folder):
    """As long as every byte of it is there."""
    name = capture_store.keep(CAPTURE)
    assert capture_store.holds(name)
    file_of(folder, name).write_bytes(b"less")
    assert not capture_store.holds(name)
    file_of(folder, name).unlink()
    assert not capture_store.holds(name)


def test_a_missing_capture_is_named():
    """The sentence says which one and where it was looked for."""
    capture_store.keep(CAPTURE)
    with pytest.raises(CaptureMissing, match="0" * 64):
        capture_store.load("0" * 64)


def test_where_no_capture_is_there_is_no_archive():
    """A volume is missing, or the name of its folder is wrong: this is not about one capture."""
    with pytest.raises(capture_store.NoArchive, match="DATELINE_ARCHIVE"):
        capture_store.load("0" * 64)


def test_the_headers_of_the_wire_do_not_describe_the_kept_body():
    """The body is kept decoded: a reader must not decode it once more."""
    stored = capture_store.load(capture_store.keep(replace(CAPTURE, headers=(("Content-Encoding", "gzip"),))))
    assert stored.headers == (("X-Archive-Orig-Content-Encoding", "gzip"),)
    assert stored.body == CAPTURE.body
