"""`dateline backup` and `dateline restore`: everything that must survive, taken while everything runs."""

import importlib
import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from services.audit import report
from services.cli.processes.startup import newest_version
from services.contracts.messages import TakeBackup
from services.runtime import database
from services.runtime.archive import appending, capture_store, marker, packer, thinning
from services.runtime.archive.segments import segment_files, segments
from services.runtime.backup import archive_copy, take
from services.runtime.backup.manifest import MANIFEST, states
from services.runtime.database import reading, snapshot, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.settings import backup_settings, runtime_settings
from tests.support.harbor import RELEASE, arrives, drain

pytestmark = pytest.mark.integration


@pytest.fixture
def emptied(installation, database_url, tmp_path):
    """Leaves the installation behind: another state folder, and a database in which there is nothing."""

    def leave():
        database.engine().dispose()
        if database_url.startswith("sqlite"):
            installation(state=str(tmp_path / "new"), database_url="")
            return
        with database.engine().begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        database.engine().dispose()
        installation(state=str(tmp_path / "new"))

    return leave


def audited():
    with snapshot() as session:
        result = report.take(session, utcnow(), deep=True)
    return {check.name for check in result.checks if not check.holds}, result.counts


def rows(query):
    with reading() as session:
        return [tuple(row) for row in session.execute(text(query))]


ARTICLES = "SELECT id, revision, capture FROM articles ORDER BY id"
REVISIONS = "SELECT article, number, content_hash, capture FROM revisions ORDER BY article, number"


def test_a_backup_is_restored_into_an_empty_installation(dateline, migrated, emptied, tmp_path):
    """Every article, wording, event and capture, loose or packed; and numbers go on where they were."""
    for number in range(3):
        arrives(RELEASE.replace("noon", f"noon {number}"), number)
    marker.claim()
    packer.pack_step(utcnow() + timedelta(hours=2))
    arrives(RELEASE.replace("noon", "one"), 7)
    before, amiss = (rows(ARTICLES), rows(REVISIONS)), audited()[0]
    assert dateline("backup", tmp_path / "backup").status == 0
    emptied()
    told = dateline("restore", tmp_path / "backup", "--json")
    assert told.status == 0, told
    assert (rows(ARTICLES), rows(REVISIONS)) == before
    assert audited()[0] == amiss
    marker.prove()
    arrives(RELEASE.replace("noon", "two"), 8)
    assert len(rows(ARTICLES)) == 5


def test_a_backup_that_is_taken_while_the_service_writes_is_whole(dateline, migrated, emptied, tmp_path):
    """News comes and is packed all the while; what the copy of the database names is in that of the archive."""
    over, number = threading.Event(), 0

    def writes():
        nonlocal number
        while not over.is_set():
            number += 1
            arrives(RELEASE.replace("noon", f"noon {number}"), number)
            packer.pack_step(utcnow() + timedelta(hours=2), seconds=0)

    arrives(number=0)
    writer = threading.Thread(target=writes)
    writer.start()
    try:
        taken = [dateline("backup", tmp_path / "backup") for _ in range(3)]
    finally:
        over.set()
        writer.join()
    assert [told.status for told in taken] == [0, 0, 0]
    amiss = audited()[0]
    emptied()
    assert dateline("restore", tmp_path / "backup").status == 0
    found, counts = audited()
    assert found - {"nothing retried", "nothing overdue"} <= amiss
    assert counts["articles"] >= 1
    assert dateline("archive", "verify").status == 0


def test_only_what_is_new_is_copied_and_old_states_go(dateline, migrated, tmp_path):
    """The archive is there once for all states of the database, of which the newest stay."""
    folder = tmp_path / "backup"
    arrives(number=1)
    taken = [json.loads(dateline("backup", folder, "--states", 2, "--json").out) for _ in range(3)]
    assert [entry["captures"] for entry in taken] == [1, 0, 0]
    assert [state.folder.name for state in states(folder)] == [entry["state"] for entry in taken[1:]]
    packer.pack_step(utcnow() + timedelta(hours=2))
    dateline("backup", folder)
    assert not list((folder / "archive").glob("??/*.warc.gz")), "they are in a segment by now"
    assert len(list((folder / "archive" / "segments").glob("*.warc.gz"))) == 1


def test_what_does_not_fit_is_refused(dateline, on_sqlite, installation, tmp_path):
    """Each with one sentence, and nothing is overwritten."""
    folder = tmp_path / "backup"
    arrives(number=1)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    assert dateline("backup", tmp_path / "other").refuses("something else than backups")
    assert dateline("restore", tmp_path / "other").refuses("no folder of backups")
    assert dateline("backup", folder).status == 0
    assert dateline("restore", folder).refuses("There is a database already")
    [state] = states(folder)
    database.engine().dispose()
    installation(state=str(tmp_path / "new"), archive=str(runtime_settings().captures))
    assert dateline("restore", folder).refuses("is not empty")
    installation(archive=str(tmp_path / "new" / "archive"))
    assert dateline("restore", folder, "--at", "1999").refuses(state.folder.name)
    manifest = json.loads((state.folder / MANIFEST).read_text())
    for change, sentence in (
        ({"schema": "r9999"}, f"this one knows {newest_version()}"),
        ({"database": "postgresql"}, "a backup of postgresql"),
        ({"format": 2}, "newer Dateline"),
    ):
        (state.folder / MANIFEST).write_text(json.dumps(manifest | change))
        assert dateline("restore", folder).refuses(sentence)
    (state.folder / MANIFEST).write_text(json.dumps(manifest))
    content = (state.folder / "dateline.db").read_bytes()
    (state.folder / "dateline.db").write_bytes(content[:8192] + bytes(8192) + content[16384:])
    assert dateline("restore", folder).refuses("damaged")


def segment_of_two(monkeypatch):
    """Two articles in a segment that is sealed; the ids."""
    ids = [arrives(RELEASE.replace("noon", f"noon {number}"), number) for number in (1, 2)]
    marker.claim()
    packer.pack_step(utcnow() + timedelta(hours=2))
    with monkeypatch.context() as patch:
        patch.setattr(appending, "SEALED_AT", 1)
        appending.open_segment(utcnow())
    return ids


@pytest.mark.parametrize("place", ["loose", "packed"])
def test_what_was_erased_since_the_last_backup_does_not_come_back(
    dateline, on_sqlite, installation, monkeypatch, tmp_path, place
):
    """The folder was filled before; the newest state is restored with an archive that holds nothing of it."""
    folder = tmp_path / "backup"
    gone = segment_of_two(monkeypatch)[0] if place == "packed" else arrives(number=1)
    [(capture,)] = rows(f"SELECT capture FROM articles WHERE id = '{gone}'")
    assert dateline("backup", folder).status == 0
    told = dateline("articles", "erase", gone, "--reason", "personal data", "--confirm", gone)
    assert told.status == 0, told
    drain()
    assert not capture_store.holds(capture)
    assert dateline("backup", folder).status == 0
    database.engine().dispose()
    installation(state=str(tmp_path / "new"), database_url="")
    assert dateline("restore", folder).status == 0
    assert not capture_store.holds(capture)
    packer.pack_step(utcnow() + timedelta(hours=2))
    assert not capture_store.holds(capture)
    assert dateline("archive", "verify").status == 0
    assert not {"whole captures", "whole segments"} & audited()[0]


def test_a_backup_beside_thinning_has_all_that_is_named(dateline, on_sqlite, installation, monkeypatch, tmp_path):
    """A segment that is written anew while it is copied: what stays of it is in another by then."""
    segment_of_two(monkeypatch)
    [name] = segment_files()
    opened = archive_copy.opened

    def thinned_meanwhile(segment):
        monkeypatch.setattr(archive_copy, "opened", opened)
        with reading() as session:
            row = session.execute(select(segments).where(segments.c.name == segment)).one()
        thinning._write_anew(utcnow(), row, set())
        return opened(segment)

    monkeypatch.setattr(archive_copy, "opened", thinned_meanwhile)
    assert dateline("backup", tmp_path / "backup").status == 0
    assert name not in segment_files()
    amiss = audited()[0]
    database.engine().dispose()
    installation(state=str(tmp_path / "new"), database_url="")
    assert dateline("restore", tmp_path / "backup").status == 0
    assert audited()[0] <= amiss


def test_a_backup_after_thinning_is_restored_whole(dateline, on_sqlite, installation, monkeypatch, tmp_path):
    """The copy still holds the segment that is gone here; every capture that is named is whole."""
    folder = tmp_path / "backup"
    segment_of_two(monkeypatch)
    assert dateline("backup", folder).status == 0
    with reading() as session:
        [row] = session.execute(select(segments).where(segments.c.bytes > 0))
    thinning._write_anew(utcnow(), row, set())
    arrives(RELEASE.replace("noon", "late"), 3)
    assert dateline("backup", folder).status == 0
    amiss = audited()[0]
    database.engine().dispose()
    installation(state=str(tmp_path / "new"), database_url="")
    assert dateline("restore", folder).status == 0
    assert audited()[0] <= amiss
    assert dateline("archive", "verify").status == 0


def test_a_damaged_capture_is_named_and_not_copied(dateline, on_sqlite, tmp_path):
    """The copy that is there from before stays the good one."""
    arrives(number=1)
    [capture] = runtime_settings().captures.glob("??/*.warc.gz")
    assert dateline("backup", tmp_path / "backup").status == 0
    good = capture.read_bytes()
    capture.write_bytes(b"changed")
    dateline("backup", tmp_path / "backup")
    assert (tmp_path / "backup" / "archive" / capture.parent.name / capture.name).read_bytes() == good
    other = tmp_path / "second"
    told = dateline("backup", other)
    assert (told.status, capture.name.split(".")[0] in told.err) == (1, True)


def test_the_schedule_begins_a_backup_when_it_is_time(on_sqlite, monkeypatch, tmp_path):
    """None without a folder; with one, when there is none yet or the last is old enough, in a process of its own."""
    importlib.import_module("services.fetcher.tasks")
    now = utcnow()
    backup_settings.cache_clear()
    assert not take.is_due(now)
    monkeypatch.setenv("DATELINE_BACKUP_TO", str(tmp_path / "backup"))
    backup_settings.cache_clear()
    assert take.is_due(now)
    with transaction() as session:
        enqueue(session, TakeBackup())
    [(row, kind)] = jobs.due(now + timedelta(minutes=1), kinds=["TakeBackup"])
    assert worker.handle(kind, [row], now + timedelta(minutes=1)) == 1
    # Whoever waits for the process logs its end, which must not come in the midst of another test.
    [waiting] = [thread for thread in threading.enumerate() if thread.name == "backup"]
    waiting.join(120)
    assert not waiting.is_alive()
    assert states(tmp_path / "backup")
    assert not take.is_due(now + timedelta(hours=23))
    assert take.is_due(now + timedelta(hours=25))
    backup_settings.cache_clear()
