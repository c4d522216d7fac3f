"""Retention by rule: an old capture that nothing names goes, and a small record says what it was.

Named are those of every wording, of evidence, files and mails, and of every leaf of the transparency log. So what goes
are looks that brought other bytes and no other words. A capture in a segment goes when the segment is written anew.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from services.contracts.errors import UserError
from services.runtime.archive.appending import Member, append_members, intact, open_segment
from services.runtime.archive.bucket import bucket
from services.runtime.archive.capture import CaptureDamaged, from_warc, payload_digest, warc_date
from services.runtime.archive.locks import PATIENCE, packing
from services.runtime.archive.loose import loose_captures, remove_loose
from services.runtime.archive.members import Record, captures_of, records_of
from services.runtime.archive.packer import batches
from services.runtime.archive.records import metadata_record
from services.runtime.archive.references import digest_of, named_captures
from services.runtime.archive.reindex import rewrite_index
from services.runtime.archive.segments import opened, packed_captures, remove_segment, segments
from services.runtime.archive.uploading import upload_members
from services.runtime.database import reading, transaction
from services.runtime.fault_points import fault_point

WORTH = 0.25
"""The part of a segment that must go before it is written anew."""
PROFILE = "urn:dateline:thinned"
"""By which the small records are known."""


@dataclass(frozen=True)
class Thinned:
    """How many captures went, or would go, and how many bytes of the archive they take."""

    captures: int = 0
    bytes: int = 0

    def __add__(self, other: "Thinned") -> "Thinned":
        return Thinned(self.captures + other.captures, self.bytes + other.bytes)


def thin(now: datetime, before: datetime, *, dry_run: bool, logged: bool = True) -> Thinned:
    """Takes out the captures from before then that nothing names. `logged`: what a leaf names stays.

    Raises a `UserError` where somebody packs just now.
    """
    with packing(PATIENCE) as alone:
        if not alone:
            raise UserError("Another process packs the archive just now; try again in a moment.")
        named = named_captures(logged=logged)
        return _thin_loose(now, before, named, dry_run=dry_run) + _thin_segments(now, before, named, dry_run=dry_run)


def _goes(name: str, named: set[bytes]) -> bool:
    digest = digest_of(name)
    return digest is not None and digest not in named


def _thin_loose(now: datetime, before: datetime, named: set[bytes], *, dry_run: bool) -> Thinned:
    old = [file for file in loose_captures() if file.written < before and _goes(file.name, named)]
    if not dry_run:
        members = (small for file in old if (member := intact(file.name)) and (small := small_record(member)))
        _append(now, members)
        remove_loose([file.name for file in old])
    return Thinned(len(old), sum(file.size for file in old))


def _thin_segments(now: datetime, before: datetime, named: set[bytes], *, dry_run: bool) -> Thinned:
    with reading() as session:
        rows = session.execute(select(segments).where(segments.c.sealed_at < before).order_by(segments.c.id)).all()
    total = Thinned()
    for row in rows:
        gone = [place for place in _places(row) if _goes(place.name, named)]
        size = sum(place.length for place in gone)
        if not gone or size < WORTH * row.bytes:
            continue
        total += Thinned(len(gone), size)
        if not dry_run:
            _write_anew(now, row, {place.name for place in gone})
    return total


def _places(row: Row[Any]) -> Sequence[Row[Any]]:
    with reading() as session:
        return session.execute(select(packed_captures).where(packed_captures.c.segment == row.id)).all()


def _write_anew(now: datetime, row: Row[Any], gone: set[str]) -> None:
    """What stays goes to another segment, with its index rows; then the old segment goes.

    Whenever this ends, each capture that stays is where its index row says.
    """
    here = {place.name for place in _places(row)}
    with opened(row.name) as file:
        _append(now, _members(file, here, gone))
    fault_point("thin:moved")
    with transaction() as session:
        session.execute(delete(packed_captures).where(packed_captures.c.segment == row.id))
        session.execute(delete(segments).where(segments.c.id == row.id))
    fault_point("thin:forgotten")
    remove_segment(row.name)


def _members(file: Any, here: set[str], gone: set[str]) -> Iterator[Member]:
    """The records of a segment, each capture as one; of what was moved by an earlier attempt nothing."""
    ends: set[int] = set()
    for capture in captures_of(records_of(file)):
        ends |= {record.offset for record in capture}
        data = _read(file, capture[0].offset, capture[-1].end)
        name = hashlib.sha256(data).hexdigest()
        if name in gone:
            if small := small_record(Member(data, capture=name)):
                yield small
        elif name in here:
            yield Member(data, capture=name)
    for record in records_of(file):
        if record.offset not in ends and _has_own_content(record):
            yield Member(_read(file, record.offset, record.end))


def _has_own_content(record: Record) -> bool:
    """Whether the record says something of its own, besides what a segment begins with and what was erased."""
    return record.kind in {"revisit", "metadata"} and "warc-target-uri" in record.warc


def _read(file: Any, begin: int, end: int) -> bytes:
    file.seek(begin)
    data: bytes = file.read(end - begin)
    return data


def _append(now: datetime, members: Iterator[Member]) -> None:
    """To the open segment, some at a time, as the packer does; in an object store, to new ones."""
    if store := bucket():
        upload_members(store, members, now)
        return
    names = {_commit(now, batch) for batch in batches(members)}
    for name in names:
        rewrite_index(name)


def _commit(now: datetime, batch: Sequence[Member]) -> str:
    segment = open_segment(now)
    append_members(segment, batch)
    return segment.name


def small_record(member: Member) -> Member | None:
    """What stays of a capture: a `metadata` record with its address, time, name and the digest of what came."""
    with suppress(CaptureDamaged, ValueError, KeyError):
        capture = from_warc(member.data, member.capture or "")
        about = {"capture": member.capture, "status": capture.status, "payload": payload_digest(capture.body)}
        about |= {"bytes": len(capture.body), "content_type": capture.content_type}
        headers = {"WARC-Date": warc_date(capture.fetched_at), "WARC-Profile": PROFILE}
        return Member(metadata_record(capture.url, about, headers))
    return None
