"""An erasure reaches the looks that brought other bytes and the same words, which nothing names any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.runtime.archive import appending, capture_store, packer, verify
from services.runtime.database import reading, utcnow
from services.runtime.withholding import withheld_captures
from tests.support.harbor import RELEASE, arrives, drain

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("place", ["loose", "packed", "sealed"])
def test_every_capture_of_an_erased_page_goes_and_no_other(on_sqlite, dateline, monkeypatch, place):
    """Whether it is a file or in a segment; the captures of another page stay, byte for byte."""
    other = arrives(RELEASE.replace("Harbor", "Channel").replace("harbor", "channel"), 2)
    stays = set(verify.all_captures())
    for counter in range(4):
        gone = arrives(RELEASE.replace("<body>", f"<body><!-- visit {counter} -->"), 1)
    names = set(verify.all_captures()) - stays
    assert (len(names), gone != other) == (4, True)
    if place != "loose":
        packer.pack_step(utcnow() + timedelta(hours=2))
    if place == "sealed":
        monkeypatch.setattr(appending, "SEALED_AT", 1)
        appending.open_segment(utcnow())
    assert dateline("articles", "erase", gone, "--reason", "personal data", "--confirm", gone).status == 0
    drain()
    assert not {name for name in names if capture_store.holds(name)}
    assert all(map(capture_store.holds, stays))
    assert [*verify.segment_faults(), *verify.faults(sorted(stays))] == []
    with reading() as session:
        assert set(session.execute(select(withheld_captures.c.name)).scalars()) == names
