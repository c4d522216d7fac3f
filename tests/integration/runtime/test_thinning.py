"""Old captures that nothing names go, and whatever proves something stays, whoever is killed meanwhile."""

import importlib
import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel
from warcio.archiveiterator import ArchiveIterator

from services.cli.processes import schema
from services.contracts.messages import ThinCaptures
from services.runtime import fault_points
from services.runtime.archive import appending, capture_store, locks, packer, reindex, segments, thinning, verify
from services.runtime.archive.capture_store import Capture, CaptureMissing
from services.runtime.archive.references import NAMING, named_captures
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.evidence import EvidenceRow, note_evidence
from services.runtime.settings import retention_settings, runtime_settings
from tests.support.fetching import later
from tests.support.log_world import says

pytestmark = pytest.mark.integration

NOISE = Capture(
    url="https://www.war.gov/News/Article/1/",
    fetched_at=datetime(2026, 1, 2, 16, 0, tzinfo=UTC),
    status=200,
    headers=(("Content-Type", "text/html"),),
    body=b"<p>The same words, and another counter.</p>" * 50,
)
PLACES = ("pack:appended", "pack:synced", "pack:indexed", "thin:moved", "thin:forgotten")


@pytest.fixture
def archive(db):
    """Three wordings, an answer that is evidence, and five captures that nothing names."""
    for number in (1, 2, 3):
        says(number, f"The harbor was closed {number} times.", minute=number)
    gone = capture_store.keep(replace(NOISE, status=404, body=b"no such page"))
    row = EvidenceRow(page=1, fetched_at=NOISE.fetched_at, article="art_x", sign="404", detail="gone", capture=gone)
    with transaction() as session:
        note_evidence(session, [row])
    return [capture_store.keep(replace(NOISE, body=b"%d" % number * 900)) for number in range(5)]


@pytest.fixture
def sealed(archive, monkeypatch):
    """The same in a segment that is sealed."""
    packer.pack_step(later(hours=2))
    monkeypatch.setattr(appending, "SEALED_AT", 1)
    appending.open_segment(later())
    monkeypatch.undo()
    return archive


def thin(**options):
    return thinning.thin(later(days=1), later(days=1), **({"dry_run": False} | options))


def proving():
    """What is named, each of which must be there."""
    return [name.hex() for name in named_captures()]


def told():
    """What the small records say, by the name of the capture that went."""
    result = {}
    for name in segments.segment_files():
        with segments.file_of(name).open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                if record.rec_headers.get_header("WARC-Profile") == thinning.PROFILE:
                    about = json.loads(record.content_stream().read())
                    result[about["capture"]] = (record.rec_headers.get_header("WARC-Target-URI"), about["payload"])
    return result


def sound():
    return [*verify.faults(proving()), *verify.segment_faults()]


def test_a_dry_run_says_what_would_go_and_takes_nothing(archive):
    done = thin(dry_run=True)
    assert (done.captures, done.bytes > 0) == (5, True)
    assert all(map(capture_store.holds, archive))


@pytest.mark.parametrize("place", ["loose", "packed"])
def test_what_nothing_names_goes_and_leaves_a_small_record(db, archive, place, request):
    """Of each its address, and the digest of what came; wordings, evidence and index are whole, also when made anew."""
    if place == "packed":
        request.getfixturevalue("sealed")
    assert thin().captures == 5
    assert told() == {
        name: (NOISE.url, capture_store.payload_digest(b"%d" % number * 900)) for number, name in enumerate(archive)
    }
    assert not any(map(capture_store.holds, archive))
    assert (len(proving()), sound()) == (4, [])
    with pytest.raises(CaptureMissing):
        capture_store.load(archive[0])
    assert thin().captures == 0
    reindex.rebuild(later())
    assert sound() == []


def test_a_segment_of_which_little_goes_stays_as_it_is(sealed, monkeypatch):
    monkeypatch.setattr(thinning, "WORTH", 0.99)
    before = segments.segment_files()
    assert (thin().captures, segments.segment_files()) == (0, before)


def test_what_is_young_stays(archive):
    assert thinning.thin(later(), later(days=-1), dry_run=False).captures == 0
    assert all(map(capture_store.holds, archive))


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_at_any_step_loses_nothing_that_is_named(sealed, tmp_path, place):
    """Each capture that stays is where the index says; the next time finishes what was begun."""
    if (child := os.fork()) == 0:
        fault_points._FOLDER = tmp_path
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).touch()
        try:
            thin()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), place
    assert list(verify.faults(proving())) == []
    packer.pack_step(later(hours=3))
    thin()
    assert sound() == []


def test_the_service_thins_once_a_day_where_a_setting_says_how_old(archive, monkeypatch, tmp_path):
    """By a command of its own; without the setting nothing goes."""
    importlib.import_module("services.fetcher.tasks")
    begun = []
    monkeypatch.setattr("services.fetcher.handlers.house.begin_command", lambda *words: begun.append(words))
    for days in ("0", "90"):
        monkeypatch.setenv("DATELINE_KEEP_CAPTURES", days)
        retention_settings.cache_clear()
        with transaction() as session:
            enqueue(session, ThinCaptures(), due_at=utcnow())
        [(row, kind)] = jobs.due(later(hours=1), kinds=["ThinCaptures"])
        assert worker.handle(kind, [row], later(hours=1)) == 1
        assert jobs.due(later(hours=24), kinds=["ThinCaptures"]) == []
        assert len(jobs.due(later(hours=26), kinds=["ThinCaptures"])) == 1
        with transaction() as session:
            session.execute(delete(ledger).where(ledger.c.kind == "ThinCaptures"))
    retention_settings.cache_clear()
    assert begun == [("archive", "thin")]


def test_one_who_thins_waits_for_the_packer(archive):
    """A step of it takes seconds, and the next day would be late."""
    inside = threading.Event()

    def packs():
        with locks.packing():
            inside.set()
            threading.Event().wait(0.3)

    packer_at_work = threading.Thread(target=packs)
    packer_at_work.start()
    assert inside.wait(60)
    assert thin().captures == 5
    packer_at_work.join()


def test_every_column_that_names_a_capture_is_known():
    """A service that begins to name captures must say so here, or they would be thinned out."""
    schema.configuration()
    relations = SQLModel.metadata.tables.values()
    columns = {(each.name, column.name) for each in relations for column in each.columns if "capture" in column.name}
    about_archive = {("segments", "captures"), ("unchanged_looks", "capture"), ("unchanged_looks", "captured_at")}
    assert columns - about_archive <= set(NAMING)
    assert runtime_settings()
