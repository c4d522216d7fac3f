"""Captures that Dateline wrote itself, in an export or a segment: taken byte for byte, under the names they have."""

import gzip
import hashlib
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from os import SEEK_END
from shutil import copyfileobj
from typing import Any, BinaryIO

from pydantic import ValidationError
from sqlmodel import Session, col, select

from services.contracts.errors import UserError
from services.contracts.files import FileRef
from services.fetcher.content import why_no_page
from services.fetcher.models import Page
from services.fetcher.warc import NoPages
from services.runtime.archive.capture import Capture, CaptureDamaged, from_warc
from services.runtime.archive.exporting import page_of
from services.runtime.archive.members import Record, records_of

LARGEST = 25_000_000
"""Bytes of a capture, unpacked: twice a page, with the headers."""
SOFTWARE = re.compile(rb"^software: Dateline/", re.MULTILINE)
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class OwnCapture:
    """A capture with its very bytes, and the page that it is of, where the export says so."""

    capture: Capture
    data: bytes
    at: datetime
    key: str | None = None
    url: str | None = None
    source: str | None = None
    article: str | None = None
    file: FileRef | None = None
    """The file of an article that it is, if it is no page."""


def keys_of(session: Session, pages: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """The identity and the address of each of these pages."""
    result: dict[int, tuple[str, str | None]] = {}
    ids = sorted(pages)
    for start in range(0, len(ids), 500):
        query = select(Page.id, Page.key, Page.url).where(col(Page.id).in_(ids[start : start + 500]))
        result |= {number or 0: (key, url) for number, key, url in session.exec(query)}
    return result


def is_own(file: BinaryIO) -> bool:
    """Whether Dateline wrote this WARC file."""
    first = next(records_of(file), None)
    if first is None or first.kind != "warcinfo" or first.plain > LARGEST:
        return False
    return bool(SOFTWARE.search(gzip.decompress(_bytes_of(file, first.offset, first.end))))


def own_captures(name: str, file: BinaryIO) -> Iterator[OwnCapture]:
    """The pages among the captures of such a file, in its order; a `UserError` when it is damaged or holds none."""
    number, seen = 0, _Seen(file)
    for records in _together(seen.records()):
        entry = _entry(records, file)
        if entry is not None and entry.file:
            yield entry
        elif entry is not None and not why_no_page(entry.capture.body, entry.capture.content_type):
            number += 1
            yield entry
    if seen.end != file.seek(0, SEEK_END):
        raise UserError(f"{name} is damaged behind byte {seen.end:,}: the {number} pages before it were taken.")
    if not number:
        raise NoPages(f"{name} holds no page that could be read.")


class _Seen:
    """How far the records of a file have been read."""

    def __init__(self, file: BinaryIO) -> None:
        self.end = 0
        self._file = file

    def records(self) -> Iterator[Record]:
        for record in records_of(self._file):
            self.end = record.end
            yield record


def is_package(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP file, as a WACZ package is one."""
    return head.startswith(ZIP)


def files_of(name: str, file: BinaryIO, largest: int) -> Iterator[tuple[str, BinaryIO]]:
    """The WARC files of a WACZ package, each at most as large as this; a `UserError` when it is none."""
    try:
        with zipfile.ZipFile(file) as package:
            inside = [entry for entry in package.infolist() if re.search(r"^archive/.*\.warc(\.gz)?$", entry.filename)]
            if not inside:
                raise UserError(f"{name} is a ZIP file without WARC files in a folder `archive`, so it is no WACZ.")
            for entry in inside:
                if entry.file_size > largest:
                    raise UserError(f"{entry.filename} in {name} is larger than {largest // 1_000_000} MB; split it.")
                # On the disk: in a package nobody can read backwards.
                with tempfile.TemporaryFile(prefix="dateline-import-") as inside_it:
                    with package.open(entry) as content:
                        copyfileobj(content, inside_it)
                    yield f"{name}/{entry.filename}", inside_it
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as trouble:
        raise UserError(f"{name} is a ZIP file that cannot be read: {trouble}.") from None


def _together(records: Iterator[Record]) -> Iterator[list[Record]]:
    """A response, and what follows it and belongs to it."""
    group: list[Record] = []
    for record in records:
        if record.kind == "response":
            if group:
                yield group
            group = [record]
        elif group and record.warc.get("warc-concurrent-to") == group[0].warc.get("warc-record-id"):
            group.append(record)
    if group:
        yield group


def _bytes_of(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)


def _entry(records: list[Record], file: BinaryIO) -> OwnCapture | None:
    ours = [record for record in records if record.kind in {"response", "request"}]
    if ours[0].status != "200" or sum(record.plain for record in ours) > LARGEST:
        return None
    data = _bytes_of(file, ours[0].offset, ours[-1].end)
    try:
        capture = from_warc(data, hashlib.sha256(data).hexdigest())
    except (CaptureDamaged, ValueError, KeyError):
        return None
    about = next((about for record in records if (about := _page(record, file))), {})
    at = _instant(about.get("at")) or capture.fetched_at
    return OwnCapture(capture, data, at, **_texts(about), file=_file(about))


def _page(record: Record, file: BinaryIO) -> dict[str, Any] | None:
    return page_of(record, _bytes_of(file, record.offset, record.end)) if record.plain < LARGEST else None


def _texts(about: dict[str, Any]) -> dict[str, str]:
    texts = {name: about.get(name) for name in ("key", "url", "source", "article")}
    return {name: value for name, value in texts.items() if isinstance(value, str) and value}


def _file(about: dict[str, Any]) -> FileRef | None:
    """The file that such a record is about; None where it is about a page."""
    if about.get("attachment") is None:
        return None
    with suppress(ValidationError):
        return FileRef(url=about["attachment"], kind=about.get("kind") or "attachment")
    return None


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
