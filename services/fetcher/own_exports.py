"""Captures that Dateline wrote itself, in an export or a segment: taken byte for byte, under the names they have."""

import gzip
import hashlib
import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

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


def is_own(content: bytes) -> bool:
    """Whether Dateline wrote this WARC file."""
    first = next(records_of(BytesIO(content)), None)
    if first is None or first.kind != "warcinfo":
        return False
    return bool(SOFTWARE.search(gzip.decompress(content[: first.length])))


def own_captures(name: str, content: bytes) -> Iterator[OwnCapture]:
    """The pages among the captures of such a file, in its order; a `UserError` when it is damaged or holds none."""
    number, file = 0, BytesIO(content)
    for records in _together(records_of(file)):
        entry = _entry(records, content)
        if entry is not None and entry.file:
            yield entry
        elif entry is not None and not why_no_page(entry.capture.body, entry.capture.content_type):
            number += 1
            yield entry
    last = max((record.end for record in records_of(file)), default=0)
    if last != len(content):
        raise UserError(f"{name} is damaged behind byte {last:,}: the {number} pages before it were taken.")
    if not number:
        raise NoPages(f"{name} holds no page that could be read.")


def is_package(content: bytes) -> bool:
    """Whether these are the bytes of a ZIP file, as a WACZ package is one."""
    return content.startswith(ZIP)


def files_of(name: str, content: bytes, largest: int) -> Iterator[tuple[str, bytes]]:
    """The WARC files of a WACZ package, each at most as large as this; a `UserError` when it is none."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            inside = [entry for entry in package.infolist() if re.search(r"^archive/.*\.warc(\.gz)?$", entry.filename)]
            if not inside:
                raise UserError(f"{name} is a ZIP file without WARC files in a folder `archive`, so it is no WACZ.")
            for entry in inside:
                if entry.file_size > largest:
                    raise UserError(f"{entry.filename} in {name} is larger than {largest // 1_000_000} MB; split it.")
                yield f"{name}/{entry.filename}", package.read(entry)
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


def _entry(records: list[Record], content: bytes) -> OwnCapture | None:
    ours = [record for record in records if record.kind in {"response", "request"}]
    if ours[0].status != "200" or sum(record.plain for record in ours) > LARGEST:
        return None
    data = content[ours[0].offset : ours[-1].end]
    try:
        capture = from_warc(data, hashlib.sha256(data).hexdigest())
    except (CaptureDamaged, ValueError, KeyError):
        return None
    about = next((about for record in records if (about := _page(record, content))), {})
    at = _instant(about.get("at")) or capture.fetched_at
    return OwnCapture(capture, data, at, **_texts(about), file=_file(about))


def _page(record: Record, content: bytes) -> dict[str, Any] | None:
    return page_of(record, content[record.offset : record.end]) if record.plain < LARGEST else None


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
