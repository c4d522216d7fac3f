"""Captures move into segments, and are read from there as from their own files, whoever is killed meanwhile."""

import hashlib
import io
import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from warcio.archiveiterator import ArchiveIterator

from services.contracts.messages import PackCaptures
from services.runtime import fault_points
from services.runtime.archive import appending, capture_store, locks, packer, reindex, segments
from services.runtime.archive.capture_store import Capture, CaptureMissing
from services.runtime.archive.segments import file_of, index_of, packed_captures
from services.runtime.archive.unchanged import unchanged_looks
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.settings import runtime_settings
from tests.support.fetching import later, pages, runs, watches

pytestmark = pytest.mark.integration

FIRST = Capture(
    url="https://www.war.gov/News/Article/1/?b=2&a=1",
    fetched_at=datetime(2026, 11, 22, 16, 0, 0, 123456, tzinfo=UTC),
    status=200,
    headers=(("Content-Type", "text/html; charset=utf-8"),),
    body=b"<p>first</p>" * 50,
    request_headers=(("User-Agent", "Dateline"),),
)
PLACES = ("pack:appended", "pack:synced", "pack:indexed", "pack:unlinked")


def keeps(number, **changes):
    """So many captures, each of another address, every second without its request."""
    made = [
        replace(
            FIRST,
            url=f"https://www.war.gov/News/Article/{each}/",
            body=b"%d" % each * 300,
            request_headers=FIRST.request_headers if each % 2 else (),
            **changes,
        )
        for each in range(number)
    ]
    return {capture_store.keep(each): each for each in made}


def packs(**span):
    return packer.pack_step(later(**(span or {"hours": 2})))


def loose():
    return sorted(path.name for path in runtime_settings().captures.glob("??/*"))


def indexed():
    with reading() as session:
        return session.execute(select(func.count()).select_from(packed_captures)).scalar_one()


def records(name):
    with file_of(name).open("rb") as file:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def holds_all(captures):
    assert {name: capture_store.load(name) for name in captures} == captures


def test_a_packed_capture_is_read_as_before(db):
    """To the byte, by its name; its file is gone, and so it is one file for all of them."""
    captures = keeps(6)
    raw = {name: capture_store.path_of(name).read_bytes() for name in captures}
    assert packs().captures == 6
    assert loose() == []
    holds_all(captures)
    assert {name: capture_store.raw(name) for name in captures} == raw
    assert all(map(capture_store.holds, captures))
    with pytest.raises(CaptureMissing):
        capture_store.load("0" * 64)


def test_what_was_just_received_stays_a_file(db):
    """It is about to be read, and the next hour will do."""
    captures = keeps(2)
    assert packs(minutes=59).captures == 0
    assert len(loose()) == 2
    holds_all(captures)


def test_a_segment_is_a_warc_file_with_its_index(db):
    """Other tools read it, and find each answer by the CDXJ beside it, which is sorted."""
    keeps(5)
    packs()
    [name] = segments.segment_files()
    kinds = [kind for kind, _, _ in records(name)]
    assert (kinds[0], kinds.count("response"), kinds.count("request")) == ("warcinfo", 5, 2)
    lines = index_of(name).read_text().splitlines()
    assert (len(lines), lines) == (5, sorted(lines))
    for line in lines:
        key, stamp, about = line.split(" ", 2)
        entry = json.loads(about)
        assert (key, stamp) == (f"gov,war){entry['url'].partition('gov')[2].lower().rstrip('/')}", "20261122160000")
        part = segments.read_range(name, int(entry["offset"]), int(entry["length"]))
        [record] = ArchiveIterator(io.BytesIO(part))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert (entry["mime"], entry["status"]) == ("text/html", "200")


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_at_any_step_of_packing_loses_no_capture(db, tmp_path, place):
    """Each is in a file or in the index; the next step finishes what was begun, and every capture is there once."""
    captures = keeps(4)
    killed_at(place, tmp_path)
    holds_all(captures)
    more = keeps(6)
    packs()
    holds_all(captures | more)
    assert (loose(), indexed()) == ([], 6)
    [name] = segments.segment_files()
    assert [kind for kind, _, _ in records(name)].count("response") == 6
    assert len(index_of(name).read_text().splitlines()) == 6


def test_a_kill_while_a_segment_is_sealed_loses_nothing(db, tmp_path, monkeypatch):
    """It is sealed by the next step, with the digest of what is in it."""
    monkeypatch.setattr(appending, "SEALED_AT", 1_000)
    captures = keeps(4)
    packs()
    killed_at("pack:sealing", tmp_path, keeps(5))
    more = keeps(5)
    packs()
    holds_all(captures | more)
    with reading() as session:
        [sealed, _] = session.execute(select(segments.segments).order_by(segments.segments.c.id)).all()
    content = file_of(sealed.name).read_bytes()
    assert (sealed.digest, sealed.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert sealed.captures == 4


def killed_at(place, tmp_path, *_):
    """A process packs, and is killed at this place."""
    (tmp_path / place).touch()
    child = os.fork()
    if child == 0:
        fault_points._FOLDER = str(tmp_path)
        try:
            packs()
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 9


def test_what_was_torn_off_is_cut_away(db):
    """A power cut in the midst of an append leaves half a record behind what is indexed."""
    captures = keeps(3)
    packs()
    [name] = segments.segment_files()
    whole = file_of(name).read_bytes()
    with file_of(name).open("ab") as file:
        file.write(whole[200:700] + bytes(300))
    packs()
    assert file_of(name).read_bytes() == whole
    holds_all(captures)


def test_an_older_database_gets_back_what_was_packed_since(db):
    """It was restored from a backup; the archive is of today, and the files have gone into segments meanwhile."""
    captures = keeps(3)
    packs()
    with transaction() as session:
        session.execute(update(segments.segments).values(bytes=0, captures=0))
        session.execute(delete(packed_captures))
    more = keeps(5)
    packs()
    holds_all(captures | more)
    with transaction() as session:
        session.execute(delete(packed_captures))
        session.execute(delete(segments.segments))
    packs()
    holds_all(captures | more)


def test_the_index_is_made_again_from_the_segments(db):
    """All but what is damaged, and what stands behind the damage as well."""
    captures = keeps(5)
    packs()
    [name] = segments.segment_files()
    with reading() as session:
        rows = session.execute(select(packed_captures).order_by(packed_captures.c.offset)).all()
    damaged = rows[2]
    with file_of(name).open("r+b") as file:
        file.seek(damaged.offset + damaged.length // 3)
        file.write(b"\x00\xff\x00\xff")
    assert capture_store.fault(damaged.name) == "damaged"
    with transaction() as session:
        session.execute(delete(packed_captures))
    with locks.packing() as alone:
        assert alone
        assert reindex.rebuild(utcnow()) == 4
    holds_all({name: capture for name, capture in captures.items() if name != damaged.name})
    assert capture_store.fault(damaged.name) == "missing"


def test_a_full_segment_is_sealed_and_another_begun(db, monkeypatch):
    """So that none grows beyond what other tools and copies take well."""
    monkeypatch.setattr(appending, "SEALED_AT", 1_000)
    captures = {}
    for number in (2, 4, 6):
        captures |= keeps(number)
        packs()
    assert len(segments.segment_files()) == 3
    holds_all(captures)


def test_a_segment_that_became_shorter_is_never_appended_to(db):
    """What is missing may come back, with a disk or from a copy: its place is not given to others."""
    captures = keeps(3)
    packs()
    [name] = segments.segment_files()
    content = file_of(name).read_bytes()
    file_of(name).write_bytes(content[:-50])
    more = keeps(5)
    packs()
    assert len(segments.segment_files()) == 2
    file_of(name).write_bytes(content)
    holds_all(captures | more)


def test_readers_beside_the_packer_miss_nothing(db):
    """One that has looked up a file which is unlinked that moment finds it in the index."""
    captures = keeps(150)
    missed, over = [], threading.Event()

    def reads():
        while not over.is_set():
            missed.extend(name for name in captures if not capture_store.holds(name))

    reader = threading.Thread(target=reads)
    reader.start()
    packs()
    over.set()
    reader.join()
    assert (missed, loose()) == ([], [])


def test_one_packs_at_a_time(db):
    """The lock ends with its process, so that a dead one keeps nobody waiting."""
    captures = keeps(2)
    with locks.packing() as alone:
        assert alone
        assert packs().busy
    assert len(loose()) == 2
    assert packs().captures == 2
    holds_all(captures)


def test_a_damaged_capture_is_not_packed(db):
    """It stays where it is, to be looked at and replaced."""
    captures = keeps(3)
    damaged = next(iter(captures))
    capture_store.path_of(damaged).write_bytes(b"changed")
    assert packs().captures == 2
    assert loose() == [f"{damaged}.warc.gz"]


def test_a_capture_that_is_kept_again_is_no_file_for_long(db):
    """The same bytes have the same name, and stand in a segment already."""
    captures = keeps(2)
    packs()
    assert keeps(2) == captures
    assert (packs().captures, loose(), indexed()) == (0, [], 2)
    holds_all(captures)


def test_the_service_packs_by_itself_every_hour(db):
    """A timer of the ledger, which says itself again."""
    captures = keeps(2)
    with transaction() as session:
        enqueue(session, PackCaptures())
    [(row, kind)] = jobs.due(later(hours=2), kinds=["PackCaptures"])
    assert worker.handle(kind, [row], later(hours=2)) == 1
    assert jobs.due(later(hours=2, minutes=59), kinds=["PackCaptures"]) == []
    assert len(jobs.due(later(hours=3, minutes=1), kinds=["PackCaptures"])) == 1
    assert loose() == []
    holds_all(captures)


def test_a_look_that_brings_nothing_new_becomes_a_revisit_record(fetcher, newsroom):
    """First a row, then a record that names what is still so; other tools know its form."""
    newsroom.publishes("storm-response")
    watches(newsroom)
    runs(later(minutes=1))
    [page] = pages()
    runs(later(days=40))
    with reading() as session:
        looks = session.execute(select(unchanged_looks)).all()
    assert {(look.capture, look.captured_at, look.payload) for look in looks} == {
        (page.capture, page.fetched_at, page.payload)
    }
    packed = packs(days=50)
    assert (packed.captures, packed.looks) == (1, len(looks))
    [name] = segments.segment_files()
    assert [url for kind, url, _ in records(name) if kind == "revisit"] == [page.url] * len(looks)
    with reading() as session:
        assert session.execute(select(unchanged_looks)).all() == []
    assert packs(days=51).looks == 0


def test_the_looks_of_an_hour_are_packed_together(db):
    """However many there are, and each once."""
    look = {"url": FIRST.url, "status": 304, "capture": "0" * 64, "payload": "1" * 64}
    times = {"looked_at": utcnow(), "captured_at": utcnow() - timedelta(days=1)}
    with transaction() as session:
        session.execute(unchanged_looks.insert(), [look | times for _ in range(1_100)])
    keeps(3)
    assert packs().looks == 1_100
    [name] = segments.segment_files()
    assert [kind for kind, _, _ in records(name)].count("revisit") == 1_100
