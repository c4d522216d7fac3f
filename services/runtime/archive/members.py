"""The records of a WARC file as they lie in it: one gzip member each, with its place and its headers."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

CHUNK = 65_536
AT_ONCE = 1_048_576
"""Bytes that are inflated at a time, so that a member that says little at great length takes no memory."""
HEAD = 65_536
"""Bytes of a record that are looked at for its headers."""
_MAGIC = b"\x1f\x8b\x08"
_FIELD = re.compile(rb"^([A-Za-z0-9-]{1,100}):[ \t]*([^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Record:
    """One record: its place in the file, its own headers (names in lower case), and those of the answer in it."""

    offset: int
    length: int
    warc: dict[str, str]
    status: str = ""
    http: dict[str, str] | None = None
    plain: int = 0
    """Its bytes, unpacked."""

    @property
    def kind(self) -> str:
        """`response`, `request`, `revisit`, `metadata`, `warcinfo`."""
        return self.warc.get("warc-type", "")

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + self.length


def records_of(file: BinaryIO, start: int = 0, *, past_damage: bool = False) -> Iterator[Record]:
    """The whole records from this place on, up to the first that is none.

    `past_damage`: what is no record is passed over, and the next one that begins behind it comes.
    """
    while True:
        record = _record(file, start)
        if record is not None:
            yield record
            start = record.end
            continue
        following = _next_magic(file, start + 1) if past_damage else None
        if following is None:
            return
        start = following


def captures_of(records: Iterator[Record]) -> Iterator[tuple[Record, ...]]:
    """The records of each capture: a response, and the request that follows it; other records are passed over."""
    response: Record | None = None
    for record in records:
        if response is not None:
            if record.kind == "request" and record.warc.get("warc-concurrent-to") == response.warc.get(
                "warc-record-id"
            ):
                yield response, record
                response = None
                continue
            yield (response,)
        response = record if record.kind == "response" else None
    if response is not None:
        yield (response,)


def _record(file: BinaryIO, start: int) -> Record | None:
    file.seek(start)
    inflate, head, packed, read, size = zlib.decompressobj(31), b"", b"", 0, 0
    try:
        # What does not matter is inflated all the same: only the end of a member shows that it is whole.
        while not inflate.eof:
            plain = inflate.decompress(packed, AT_ONCE)
            packed, head, size = inflate.unconsumed_tail, head + plain[: HEAD - len(head)], size + len(plain)
            if not plain and not packed and not inflate.eof:
                packed = file.read(CHUNK)
                read += len(packed)
                if not packed:
                    return None
    except zlib.error:
        return None
    if not head.startswith(b"WARC/"):
        return None
    return replace(_parsed(start, read - len(inflate.unused_data), head), plain=size)


def _parsed(offset: int, length: int, head: bytes) -> Record:
    warc, _, block = head.partition(b"\r\n\r\n")
    if b"application/http" not in warc:
        return Record(offset, length, warc_fields(warc))
    http, _, _ = block.partition(b"\r\n\r\n")
    line, _, fields = http.partition(b"\r\n")
    words = line.split(b" ", 2)
    status = words[1].decode("ascii", "replace") if line.startswith(b"HTTP/") and len(words) > 1 else ""
    return Record(offset, length, warc_fields(warc), status, warc_fields(fields))


def warc_fields(head: bytes) -> dict[str, str]:
    """The headers in these bytes, their names in lower case."""
    return {
        name.decode("ascii").lower(): value.decode("utf-8", "replace").strip() for name, value in _FIELD.findall(head)
    }


def _next_magic(file: BinaryIO, start: int) -> int | None:
    """Where the next gzip member may begin."""
    while True:
        file.seek(start)
        chunk = file.read(CHUNK)
        at = chunk.find(_MAGIC)
        if at >= 0:
            return start + at
        if len(chunk) < len(_MAGIC):
            return None
        start += len(chunk) - len(_MAGIC) + 1
