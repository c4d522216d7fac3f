"""An archive in an S3-compatible store, here a server on loopback: packed by whole segments, and never appended to."""

import io
import os
import shutil
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import delete, select
from warcio.archiveiterator import ArchiveIterator

from services.runtime.archive import capture_store, locks, marker, packer, reindex, segments, thinning, verify
from services.runtime.archive.bucket import _opened, bucket
from services.runtime.archive.capture_store import Capture, CaptureMissing, NoArchive
from services.runtime.archive.erasing import erase_stored
from services.runtime.archive.segments import packed_captures
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import health_gates
from services.runtime.provenance.evidence import EvidenceRow, note_evidence
from services.runtime.settings import runtime_settings

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


@pytest.mark.parametrize("place", ["loose", "packed"])
def test_an_erased_capture_is_gone_and_its_neighbours_stay(store, place):
    """As an object of its own, or out of a segment, which is written anew: with the digest that it has now."""
    captures = keeps(6)
    if place == "packed":
        packs()
    gone = sorted(captures)[:2]
    secrets = [captures.pop(name).body for name in gone]
    erase_stored(gone)
    erase_stored(gone)
    holds_all(captures)
    for name in gone:
        with pytest.raises(CaptureMissing):
            capture_store.load(name)
    for key in keys(store, ""):
        content = store.read(key)
        bodies = [record.content_stream().read() for record in _records(key, content)]
        assert not {body for body in bodies if body in secrets}
        assert not [name for name in gone if name.encode() in content]
    assert [*verify.segment_faults(), *verify.faults([*captures])] == []
    packs()
    with locks.packing() as alone:
        assert alone
        assert reindex.rebuild(utcnow()) == 4
    holds_all(captures)


def test_two_who_erase_in_one_segment_both_do(store):
    """A segment is written whole: what one wrote anew, the other must not write back."""
    captures = keeps(8)
    packs()
    gone = sorted(captures)[:6]
    threads = [threading.Thread(target=erase_stored, args=([name],)) for name in gone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = {name: captures[name] for name in captures if name not in gone}
    with locks.packing() as alone:
        assert alone
        assert reindex.rebuild(utcnow()) == len(left)
    assert not any(map(capture_store.holds, gone))
    holds_all(left)
    assert list(verify.segment_faults()) == []


@pytest.mark.parametrize("place", ["loose", "packed"])
def test_what_nothing_names_is_thinned_out_of_a_store(store, place):
    """Small records stay of it; what is named stays as it is, in a segment that is written anew."""
    captures = keeps(6)
    if place == "packed":
        packs()
    named = sorted(captures)[:2]
    with transaction() as session:
        rows = [
            EvidenceRow(page=1, fetched_at=utcnow(), article="a", sign="404", detail="-", capture=name)
            for name in named
        ]
        note_evidence(session, rows)
    later = utcnow() + timedelta(days=1)
    assert thinning.thin(later, later, dry_run=False).captures == 4
    holds_all({name: captures[name] for name in named})
    assert not any(capture_store.holds(name) for name in captures if name not in named)
    assert len([key for key in keys(store, "segments/") if key.endswith(".gz")]) == 1
    assert list(verify.segment_faults()) == []
    kinds = [record.rec_type for key in keys(store, "segments/") for record in _records(key, store.read(key))]
    assert kinds.count("metadata") == 4
    assert thinning.thin(later, later, dry_run=False).captures == 0


def test_one_packs_a_store_at_a_time(store):
    """Two would index one another's segments while they are uploaded."""
    captures = keeps(3)
    with locks.packing() as alone:
        assert alone
        assert packs().busy
    assert packs().captures == 3
    holds_all(captures)


def _records(key, content):
    return ArchiveIterator(io.BytesIO(content)) if key.endswith(".gz") else ()


KILLED = """
import sys
from datetime import timedelta
from services.runtime import fault_points
from services.runtime.archive import packer
from services.runtime.database import utcnow
fault_points._FOLDER = sys.argv[1]
packer.pack_step(utcnow() + timedelta(hours=2), smallest=0)
"""


@pytest.mark.parametrize("place", ["pack:appended", "pack:synced", "pack:indexed", "pack:unlinked"])
def test_a_kill_at_any_step_of_an_upload_loses_no_capture(store, tmp_path, place):
    """By the system, in a process of its own; the next step finishes what was begun, and each is there once."""
    captures = keeps(4)
    (tmp_path / place).touch()
    settings = runtime_settings()
    told = {"DATELINE_DATABASE_URL": settings.database, "DATELINE_ARCHIVE_STORE": settings.archive_store}
    told |= {"DATELINE_STATE": str(tmp_path / "state")}
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], env=os.environ | told, check=False)
    assert done.returncode == -9
    holds_all(captures)
    captures |= keeps(6)
    packs()
    holds_all(captures)
    assert keys(store, "captures/") == []
    with reading() as session:
        assert len(session.execute(select(packed_captures)).all()) == 6
    assert [*verify.segment_faults(), *verify.faults([*captures])] == []


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
