"""The pages of a WARC file of any crawler, each record within bounds."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, cast

import structlog
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from services.contracts.errors import UserError
from services.fetcher.content import why_no_page
from services.runtime.archive.capture_store import Capture, Headers
from services.runtime.egress import EgressError
from services.runtime.egress.body import read_body
from services.runtime.egress.errors import Garbled, TooLarge

MAX_FILE = 1_200_000_000
"""Bytes of a WARC file: those of Common Crawl have a little more than a gigabyte."""
MAX_UNPACKED = 500_000_000
"""Bytes of one that is packed as a whole, unpacked."""
MAX_PAGE = 10_000_000
"""Bytes of one page, as one from the network."""
MAX_LINE = 1_000_000
"""Bytes in a line of a record's headers."""
HEAD = 20_000
"""Bytes of a file that tell what it is."""
CHUNK = 65_536
log = structlog.get_logger()

_ANONYMOUS = "a record does not say which address it is of"
_GZIP = b"\x1f\x8b"
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")
_DOCUMENT = "application/pdf"
_WEB = ("http://", "https://")
"""What else crawlers keep (logs, texts, screenshots) has addresses of its own: `metadata:`, `urn:`."""
_OF_PAGES = ("text/css", "text/javascript", "text/x-javascript")
"""Types of text that belong to pages and are none."""


def is_warc(head: bytes) -> bool:
    """Whether a file that begins so is a WARC file, gzip'd or not; `HEAD` bytes will do."""
    begin = head[:100]
    if begin.startswith(_GZIP):
        try:
            begin = read_body([head[:HEAD]], "gzip", wire=HEAD, decoded=100, cut=True)
        except EgressError:
            return False
    return begin.startswith(b"WARC/")


def pages(name: str, file: BinaryIO) -> Iterator[Capture]:
    """The pages of a WARC file, in its order; pictures, errors and the like are passed over.

    A page that cannot be unpacked is passed over with a line of the log. A `UserError` says in one sentence why the
    file cannot be read any further, or that there is no page in it.
    """
    result, garbled = 0, ""
    try:
        with _unpacked(name, file) as unpacked:
            for record in _Records(unpacked):
                try:
                    capture = _page(record)
                except Garbled as reason:
                    garbled = f" {record.rec_headers.get_header('WARC-Target-URI')}: {reason}"
                    log.warning("page_passed_over", file=name, reason=garbled.strip())
                    continue
                if capture is not None:
                    result += 1
                    yield capture
    except AttributeError:  # the library's own, over a record without the header
        raise UserError(f"{name} is a WARC file that cannot be read: {_ANONYMOUS}.") from None
    except (ArchiveLoadFailed, ValueError, TypeError) as error:
        raise UserError(f"{name} is a WARC file that cannot be read: {str(error).strip()[:200]}.") from None
    if not result:
        raise NoPages(f"{name} holds no page that could be read.{garbled[:300]}")


class NoPages(UserError):  # noqa: N818 - named for what happened
    """There is no page in a file that could be read to its end."""


class _Lines(DecompressingBufferedReader):  # type: ignore[misc] # the library has no types
    """A line without end is refused while it is read: the library would put it together in ever larger pieces."""

    def readline(self, length: int | None = None) -> bytes:
        room = MAX_LINE if length is None else min(length, MAX_LINE)
        pieces = [b""]
        while room > 0 and not pieces[-1].endswith(b"\n"):
            self._fillbuff()
            if self.empty():
                break
            pieces.append(self.buff.readline(room))
            room -= len(pieces[-1])
        line = b"".join(pieces)
        if len(line) == MAX_LINE:
            raise ValueError("a record has headers without end")
        return line


class _Records(ArchiveIterator):  # type: ignore[misc] # as above
    """The records of a file; what the library prints on the way is for nobody."""

    INC_RECORD = ""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, check_digests="raise")
        self.reader = _Lines(file)


def _page(record: ArcWarcRecord) -> Capture | None:
    """The page of a record; None when it is none, or is larger than any page. `Garbled` when it cannot be unpacked."""
    if record.rec_type not in {"response", "resource"}:
        return None
    if not (url := record.rec_headers.get_header("WARC-Target-URI")):
        raise ValueError(_ANONYMOUS)
    if not url.lstrip("<").lower().startswith(_WEB):
        return None
    status = int(record.http_headers.get_statuscode()) if record.http_headers else 200
    headers = tuple(record.http_headers.headers) if record.http_headers else _resource(record.content_type)
    raw = _raw(record)
    written = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
    capture = Capture(url, _in_utc(written), status, headers, raw)
    if status != 200 or len(raw) > MAX_PAGE or _is_no_page(capture.content_type):
        return None
    body = _decoded(record, raw)
    if why_no_page(body, capture.content_type):
        return None
    if reason := record.rec_headers.get_header("WARC-Truncated"):
        # Without its end it would read as if much had been taken out.
        raise Garbled(f"it was cut off by the crawler ({reason[:40]}).")
    return replace(capture, body=body)


def _is_no_page(content_type: str | None) -> bool:
    if (content_type or "").startswith(_DOCUMENT):
        return False
    return (content_type or "").startswith(_OF_PAGES) or bool(why_no_page(b"Words", content_type))


def _raw(record: ArcWarcRecord) -> bytes:
    """What the record holds, as it was packed."""
    chunked = "chunked" in _header(record, "Transfer-Encoding")
    raw: bytes = (ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream).read(MAX_PAGE + 1)
    if record.raw_stream.limit > 0 and len(raw) <= MAX_PAGE:
        raise ValueError("it breaks off in the middle of a page")
    return raw


def _decoded(record: ArcWarcRecord, raw: bytes) -> bytes:
    """Unpacked, or as it is: some crawlers keep a page unpacked beside the headers of the wire."""
    if any(mark in raw[:10_000].lower() for mark in _MARKUP):
        return raw
    try:
        for coding in reversed(_header(record, "Content-Encoding").split(",")):
            raw = read_body([raw], coding, wire=MAX_PAGE, decoded=MAX_PAGE)
    except TooLarge as reason:
        raise Garbled(str(reason)) from None
    return raw


def _header(record: ArcWarcRecord, name: str) -> str:
    value: str | None = record.http_headers.get_header(name) if record.http_headers else None
    return (value or "").lower()


@contextmanager
def _unpacked(name: str, file: BinaryIO) -> Iterator[BinaryIO]:
    """The file as the reader takes it: one that was packed as a whole, and not record by record, is unpacked."""
    with tempfile.SpooledTemporaryFile(max_size=CHUNK * 16) as unpacked:
        whole = _is_packed(file) and _unpack(name, file, cast("BinaryIO", unpacked))
        chosen = cast("BinaryIO", unpacked) if whole else file
        chosen.seek(0)
        yield chosen


def _is_packed(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(2) == _GZIP


def _unpack(name: str, file: BinaryIO, target: BinaryIO) -> bool:
    """Unpacks the first gzip member; whether that is the whole file."""
    file.seek(0)
    inflate, size = zlib.decompressobj(31), 0
    try:
        while not inflate.eof and (packed := inflate.unconsumed_tail or file.read(CHUNK)):
            plain = inflate.decompress(packed, CHUNK * 16)
            target.write(plain)
            size += len(plain)
            if size > MAX_UNPACKED:
                raise UserError(f"{name} cannot be unpacked: it holds more than {MAX_UNPACKED // 1_000_000} MB.")
    except zlib.error:
        return False
    return inflate.eof and not inflate.unused_data and not file.read(1)


def _in_utc(written: datetime) -> datetime:
    return written if written.tzinfo else written.replace(tzinfo=UTC)


def _resource(content_type: str | None) -> Headers:
    return (("Content-Type", content_type or "text/html"),)
