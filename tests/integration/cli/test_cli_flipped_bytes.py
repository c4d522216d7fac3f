"""`dateline audit --deep` finds one byte that became another, wherever it stands; before that it finds nothing."""

import pytest
from sqlalchemy import select, text, update

from services.audit import report
from services.runtime.archive import appending, capture_store, marker, packer
from services.runtime.archive.segments import file_of, index_of, packed_captures, segments
from services.runtime.database import snapshot, transaction, utcnow
from services.runtime.transparency_log import checkpoints
from services.runtime.transparency_log.tables import leaves
from tests.support.fetching import later
from tests.support.harbor import RELEASE, arrives

pytestmark = pytest.mark.integration


def found():
    with snapshot() as session:
        return {check.name for check in report.take(session, utcnow(), deep=True).checks if not check.holds}


def flip(path, at):
    """Another byte in this place."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def statement(words, **values):
    with transaction() as session:
        session.execute(text(words), values)


def in_small_file():
    [file] = capture_store.runtime_settings().captures.glob("??/*.warc.gz")
    flip(file, 200)


def in_segment():
    flip(file_of(_segment().name), _place().offset + 200)


def in_segment_beside_captures():
    flip(file_of(_segment().name), 20)  # in the record that says what the segment is


def in_index_row():
    with transaction() as session:
        session.execute(update(packed_captures).values(offset=_place().offset + 1))


def in_cdxj():
    index = index_of(_segment().name)
    flip(index, index.stat().st_size // 2)


def in_reading():
    statement("UPDATE revisions SET reading = replace(reading, 'dawn', 'dusk')")


def in_leaf():
    with transaction() as session:
        body = session.execute(select(leaves.c.body).where(leaves.c.number == 0)).scalar_one()
        changed = body.replace('"revision":1', '"revision":3')
        assert changed != body
        session.execute(update(leaves).where(leaves.c.number == 0).values(body=changed))


def in_salt():
    with transaction() as session:
        salt = session.execute(select(leaves.c.salt).where(leaves.c.number == 0)).scalar_one()
        session.execute(update(leaves).where(leaves.c.number == 0).values(salt=f"{int(salt, 16) ^ 1:032x}"))


def in_checkpoint():
    statement("UPDATE log_checkpoints SET note = replace(note, '1', '2')")


def in_tree():
    with transaction() as session:
        row = session.execute(text("SELECT hashes FROM log_tiles")).scalar_one()
        changed = bytes([row[0] ^ 1]) + bytes(row[1:])
        session.execute(text("UPDATE log_tiles SET hashes = :changed"), {"changed": changed})


def _segment():
    with snapshot() as session:
        return session.execute(select(segments).where(segments.c.bytes > 0)).one()


def _place():
    with snapshot() as session:
        return session.execute(select(packed_captures)).one()


@pytest.fixture
def house(on_sqlite, monkeypatch):
    """Two articles in a signed log, one capture in a segment that is sealed, and one in a file of its own."""
    arrives(RELEASE, 1)
    marker.claim()
    packer.pack_step(later(hours=2))
    with monkeypatch.context() as patch:
        patch.setattr(appending, "SEALED_AT", 1)
        appending.open_segment(utcnow())
    arrives(RELEASE.replace("Harbor", "Channel").replace("harbor", "channel"), 2)
    with transaction() as session:
        checkpoints.sign_checkpoint(session, utcnow())
    return found()


@pytest.mark.parametrize(
    ("place", "check"),
    [
        (in_small_file, "whole captures"),
        (in_segment, "whole captures"),
        (in_segment, "whole segments"),
        (in_segment_beside_captures, "whole segments"),
        (in_index_row, "whole captures"),
        (in_cdxj, "whole segments"),
        (in_reading, "revisions as logged"),
        (in_leaf, "true checkpoints"),
        (in_salt, "revisions as logged"),
        (in_checkpoint, "true checkpoints"),
        (in_tree, "true checkpoints"),
    ],
)
def test_one_other_byte_is_found(house, place, check):
    assert check not in house
    place()
    assert check in found()
