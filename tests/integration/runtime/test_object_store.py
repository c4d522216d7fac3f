"""An archive in an S3-compatible store, here a server on loopback: packed by whole segments, and never appended to."""

import os
import shutil
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import delete, select

from services.runtime.archive import capture_store, marker, packer, segments, verify
from services.runtime.archive.bucket import _opened, bucket
from services.runtime.archive.capture_store import Capture, CaptureMissing, NoArchive
from services.runtime.archive.segments import packed_captures
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import health_gates

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def store(server, installation, sqlite_tables, tmp_path, monkeypatch):
    """An installation on SQLite whose archive is an empty bucket."""
    name = f"archive-{uuid.uuid4().hex}"
    httpx.put(f"{server}/{name}").raise_for_status()
    for variable, value in {"ACCESS_KEY_ID": "id", "SECRET_ACCESS_KEY": "key", "REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    shutil.copy(sqlite_tables, tmp_path / "test.db")
    installation(database_url=f"sqlite:///{tmp_path / 'test.db'}", archive_store=f"s3://{name}/news")
    yield bucket()
    _opened.cache_clear()


def keeps(number):
    made = [
        Capture(
            f"https://www.war.gov/{each}/",
            datetime(2026, 11, 22, tzinfo=UTC),
            200,
            (("Content-Type", "text/html"),),
            b"%d" % each * 400,
        )
        for each in range(number)
    ]
    return {capture_store.keep(each): each for each in made}


def packs(smallest=0):
    return packer.pack_step(utcnow() + timedelta(hours=2), smallest=smallest)


def keys(store, prefix):
    return [entry.key for entry in store.listed(prefix)]


def holds_all(captures):
    assert {name: capture_store.load(name) for name in captures} == captures


def test_captures_are_kept_packed_and_read_in_a_store(store):
    """The small objects go when one large one is there; each capture is read from it by its range."""
    captures = keeps(20)
    holds_all(captures)
    assert len(keys(store, "captures/")) == 20
    assert packs().captures == 20
    assert keys(store, "captures/") == []
    assert [key.rpartition(".")[2] for key in keys(store, "segments/")] == ["cdxj", "gz"]
    holds_all(captures)
    with pytest.raises(CaptureMissing, match="s3://"):
        capture_store.load("0" * 64)
    stat = verify.stat()
    assert (stat.packed_captures, stat.loose_captures, stat.sealed) == (20, 0, 1)
    assert [*verify.segment_faults(), *verify.faults([*captures])] == []


def test_few_captures_wait_for_more(store):
    """A segment of a few kilobytes would be one more small object; after a day they are packed all the same."""
    captures = keeps(2)
    assert packs(smallest=64_000_000).captures == 0
    assert len(keys(store, "captures/")) == 2
    holds_all(captures)


@pytest.mark.parametrize("place", ["pack:appended", "pack:synced", "pack:indexed", "pack:unlinked"])
def test_trouble_at_any_step_of_an_upload_loses_no_capture(store, monkeypatch, place):
    """The process ends there: what was uploaded is indexed by the next step, and the small objects go."""

    def ends(here):
        if here == place:
            raise KeyboardInterrupt

    captures = keeps(5)
    with monkeypatch.context() as patch:
        for module in ("loose", "uploading"):
            patch.setattr(f"services.runtime.archive.{module}.fault_point", ends)
        with pytest.raises(KeyboardInterrupt):
            packs()
    holds_all(captures)
    packs()
    holds_all(captures)
    assert keys(store, "captures/") == []


def test_the_index_is_made_again_from_the_store(store):
    """An older database knows nothing of the segment; the next step does."""
    captures = keeps(5)
    packs()
    with transaction() as session:
        session.execute(delete(packed_captures))
        session.execute(delete(segments.segments))
    packs()
    holds_all(captures)
    with reading() as session:
        assert session.execute(select(segments.segments.c.sealed_at)).scalar() is not None


def test_the_gate_knows_the_store(store, monkeypatch):
    """Written to by a probe, marked as the archive of this database, and shut with a reason while it is away."""
    health_gates.begin()
    assert health_gates.probe("archive") is None
    assert store.read(marker.FILE) is not None
    assert health_gates.probe("captures") is None
    monkeypatch.setattr("services.runtime.archive.bucket.PATIENCE", timedelta(seconds=1))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    _opened.cache_clear()
    assert "The archive cannot be written: the object store refuses" in (health_gates.probe("archive") or "")
    health_gates.begin()


def test_an_empty_store_is_no_archive(store):
    """As an empty folder is none: the name is wrong, or it is not the one that the fetchers write to."""
    with pytest.raises(NoArchive, match="s3://"):
        capture_store.load("0" * 64)


def test_a_process_that_was_forked_is_told(store):
    """The threads of the library are its parent's: it would wait without end."""
    child = os.fork()
    if child == 0:
        try:
            store.read("x")
        except RuntimeError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
