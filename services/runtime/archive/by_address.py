"""Which captures are of an address, whether or not anything names them: from the indexes beside the segments."""

import json
import zlib
from collections.abc import Iterator

from sqlalchemy import select

from services.runtime.archive.loose import loose_captures, loose_head
from services.runtime.archive.members import warc_fields
from services.runtime.archive.segments import index_text, packed_captures, segments
from services.runtime.database import reading

HEAD = 4_096
"""Bytes of a loose capture that are unpacked for its address."""


def captures_of_addresses(urls: set[str]) -> set[str]:
    """The names of all captures of these addresses, loose or packed."""
    if not urls:
        return set()
    loose = {capture.name for capture in loose_captures() if _address(capture.name) in urls}
    with reading() as session:
        rows = session.execute(select(segments.c.id, segments.c.name)).all()
        for row in rows:
            if offsets := list(_offsets(row.name, urls)):
                here = (packed_captures.c.segment == row.id, packed_captures.c.offset.in_(offsets))
                loose.update(session.execute(select(packed_captures.c.name).where(*here)).scalars())
    return loose


def _address(name: str) -> str | None:
    try:
        plain = zlib.decompressobj(31).decompress(loose_head(name, HEAD) or b"", HEAD)
    except zlib.error:
        return None
    return warc_fields(plain.partition(b"\r\n\r\n")[0]).get("warc-target-uri")


def _offsets(segment: str, urls: set[str]) -> Iterator[int]:
    """Where answers of these addresses begin, by the lines of the index."""
    for line in (index_text(segment) or "").splitlines():
        try:
            about = json.loads(line.split(" ", 2)[2])
            if about["url"] in urls:
                yield int(about["offset"])
        except (IndexError, KeyError, ValueError, TypeError):
            continue
