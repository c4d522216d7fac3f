"""`dateline archive`: what it shows, packs and finds damaged."""

import json
from datetime import UTC, datetime

import pytest

from services.runtime.archive import capture_store, segments
from services.runtime.archive.capture_store import Capture
from services.runtime.archive.segments import file_of

pytestmark = pytest.mark.integration

PAGE = Capture("https://www.war.gov/a/", datetime(2026, 11, 22, tzinfo=UTC), 200, (("Content-Type", "text/html"),), b"")


def keep(number):
    return [
        capture_store.keep(Capture(f"{PAGE.url}{entry}", *(PAGE.fetched_at, 200, PAGE.headers, b"<p>" * 50)))
        for entry in range(number)
    ]


def test_the_archive_is_counted_packed_and_verified(dateline, on_sqlite):
    """What the packer does every hour can be asked for, and everything is still there."""
    keep(3)
    before = json.loads(dateline("archive", "stat", "--json").out)
    assert (before["loose_captures"], before["packed_captures"]) == (3, 0)
    assert dateline("archive", "pack").out == "0 captures and 0 looks were packed.\n"
    assert dateline("archive", "pack", "--older-than", 0).out == "3 captures and 0 looks were packed.\n"
    after = json.loads(dateline("archive", "stat", "--json").out)
    assert (after["loose_captures"], after["packed_captures"], after["segments"]) == (0, 3, 1)
    assert after["segment_bytes"] >= before["loose_bytes"]
    assert "3 in 1 segment" in dateline("archive", "stat").out
    verified = dateline("archive", "verify")
    assert (verified.status, verified.out) == (0, "3 captures were read, 0 faults.\n")


def test_a_damaged_archive_is_named_and_its_index_made_again(dateline, on_sqlite):
    """The captures that are damaged, by name; the rest is found again without the index."""
    names = keep(3)
    dateline("archive", "pack", "--older-than", 0)
    [name] = segments.segment_files()
    content = file_of(name).read_bytes()
    file_of(name).write_bytes(content[:-20])
    output = dateline("archive", "verify", "--json")
    faults = json.loads(output.out)["faults"]
    assert (output.status, len(faults), faults.pop(name)) == (1, 2, "damaged")
    assert set(faults) < set(names)
    file_of(name).write_bytes(content)
    again = dateline("archive", "verify", "--rebuild-index")
    assert (again.status, again.out.splitlines()[0]) == (0, "The segments hold 3 captures; the index was made anew.")


def test_another_archive_than_the_databases_is_refused(dateline, on_sqlite, installation, tmp_path):
    """Packing into it would hide captures where nobody looks for them."""
    from services.runtime.archive import marker

    keep(1)
    marker.claim()
    other = tmp_path / "other"
    other.mkdir()
    (other / "dateline-archive").write_text("another mark")
    installation(archive=str(other))
    assert dateline("archive", "pack").refuses("not the archive of this database")
