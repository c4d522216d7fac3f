"""Pages that come as files: saved HTML, text dumps, WARC files. They enter the path at the parser; nothing is asked."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import PurePath

from sqlmodel import Session
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from services.contracts.errors import UserError
from services.contracts.messages import ParsePage
from services.contracts.urls import BadAddress, article_id, canonical_url, page_key
from services.fetcher import frontier
from services.fetcher.content import why_no_page
from services.fetcher.models import IMPORT, Page
from services.fetcher.origins import origin_of
from services.runtime import archive
from services.runtime.archive import Capture
from services.runtime.database import reading, transaction
from services.runtime.egress import EgressError
from services.runtime.egress.body import read_body
from services.runtime.ledger import say

MAX_FILE = 500_000_000
"""Bytes of a WARC file; a single page is limited like one from the network."""
MAX_PAGE = 10_000_000
MAX_HEADERS = 1_000_000
"""Characters in the headers of one record."""
_ANONYMOUS = "a record does not say which address it is of"
_GZIP = b"\x1f\x8b"
_NOWHERE = "https://import.invalid/"
"""A WARC record of a response needs a web address; `.invalid` is one that will never be anybody's (RFC 2606)."""
_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".txt": "text/plain"}


@dataclass(frozen=True)
class Imported:
    """One page of a file: its row, and whether this brought anything that we did not have."""

    page: int
    fresh: bool


def import_file(
    name: str, content: bytes, url: str | None, now: datetime, captured_at: datetime | None = None
) -> list[Imported]:
    """The pages of a file become captures, and the parser hears of those that are new; again changes nothing.

    `url` is where a single page was found, `captured_at` when; a WARC file knows both. A `UserError` says why a file is
    not taken. Each page has a transaction of its own, so that a large archive keeps nobody from writing.
    """
    return [_import(capture, now) for capture in captures(name, content, url, now, captured_at)]


def captures(
    name: str, content: bytes, url: str | None, now: datetime, captured_at: datetime | None = None
) -> Iterator[Capture]:
    """The pages that an import of this file would take, in its order; nothing is written. As `import_file` refuses."""
    if is_warc(content):
        if url is not None or captured_at is not None:
            raise UserError(f"{name} is a WARC file, which knows its addresses and times; leave them away.")
        yield from _captures(name, content)
        return
    if reason := why_no_page(content, None):
        raise UserError(f"{name} cannot be imported: {reason}")
    if len(content) > MAX_PAGE:
        raise UserError(f"{name} is larger than {MAX_PAGE // 1_000_000} MB, which is no page.")
    if url is not None and captured_at is None:
        _refuse_to_guess(name, url)
    yield _as_capture(name, content, url, captured_at or now)


def is_warc(content: bytes) -> bool:
    """Whether these are the bytes of a WARC file, gzip'd or not."""
    begin = content[:100]
    if begin.startswith(b"\x1f\x8b"):
        try:
            begin = read_body([content[:20_000]], "gzip", wire=20_000, decoded=100, cut=True)
        except EgressError:
            return False
    return begin.startswith(b"WARC/")


def _refuse_to_guess(name: str, url: str) -> None:
    # An old copy that is taken for the newest would stand as the article's words until the next change.
    with reading() as session:
        page = frontier.find(session, page_key(url))
    if page is not None and page.source != IMPORT and page.fetched_at is not None:
        raise UserError(f"{url} is watched; say with --captured when the copy in {name} was made.")


def _as_capture(name: str, content: bytes, url: str | None, captured_at: datetime) -> Capture:
    content_type = _TYPES.get(PurePath(name).suffix.lower(), "text/html" if b"<" in content[:2000] else "text/plain")
    address = canonical_url(url) if url else f"{_NOWHERE}{archive.payload_digest(content)}"
    return Capture(address, captured_at, 200, (("Content-Type", content_type),), content)


def _captures(name: str, content: bytes) -> Iterator[Capture]:
    """The pages of a WARC file, in its order; pictures, errors and the like are passed over."""
    found = 0
    try:
        for record in ArchiveIterator(io.BytesIO(_unpacked(name, content)), check_digests="raise"):
            if len(str(record.rec_headers)) > MAX_HEADERS:
                raise ValueError("a record has headers without end")  # noqa: TRY301 - one sentence for all faults
            if record.rec_type not in {"response", "resource"}:
                continue
            _refuse_what_nobody_can_read(record)
            status = int(record.http_headers.get_statuscode()) if record.http_headers else 200
            headers = tuple(record.http_headers.headers) if record.http_headers else _resource(record.content_type)
            body = record.content_stream().read(MAX_PAGE + 1)
            if record.raw_stream.limit > 0 and len(body) <= MAX_PAGE:
                raise ValueError("it breaks off in the middle of a page")  # noqa: TRY301 - one sentence for all faults
            capture = Capture(
                record.rec_headers.get_header("WARC-Target-URI"),
                _in_utc(datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))),
                status,
                headers,
                body,
            )
            if status == 200 and len(body) <= MAX_PAGE and not why_no_page(body, capture.content_type):
                found += 1
                yield capture
    except AttributeError:  # the library's own, over a record without the header
        raise UserError(f"{name} is a WARC file that cannot be read: {_ANONYMOUS}.") from None
    except (ArchiveLoadFailed, ValueError, TypeError) as error:
        raise UserError(f"{name} is a WARC file that cannot be read: {error}.") from None
    if not found:
        raise UserError(f"{name} holds no page that could be read.")


def _unpacked(name: str, content: bytes) -> bytes:
    """The file as the reader takes it: one that was packed as a whole, and not record by record, is unpacked."""
    if not content.startswith(_GZIP):
        return content
    first = zlib.decompressobj(31)
    first.decompress(content, MAX_FILE)
    if not first.eof or first.unused_data:
        return content
    try:
        return read_body([content], "gzip", wire=MAX_FILE, decoded=MAX_FILE)
    except EgressError as error:
        raise UserError(f"{name} cannot be unpacked: {error}") from None


def _refuse_what_nobody_can_read(record: ArcWarcRecord) -> None:
    if not record.rec_headers.get_header("WARC-Target-URI"):
        raise ValueError(_ANONYMOUS)
    coding = record.http_headers.get_header("Content-Encoding", "") if record.http_headers else ""
    if "br" in coding.lower().replace(",", " ").split() and find_spec("brotli") is None:
        raise ValueError("its pages are packed with Brotli, which takes one package more: pip install brotli")


def _in_utc(written: datetime) -> datetime:
    return written if written.tzinfo else written.replace(tzinfo=UTC)


def _resource(content_type: str | None) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", content_type or "text/html"),)


def _import(capture: Capture, now: datetime) -> Imported:
    if capture.fetched_at > now:
        # It would count as the newest until then, and hide what is published meanwhile.
        raise UserError(f"The copy of {capture.url} cannot be from {capture.fetched_at}, which is still to come.")
    url, payload = _address(capture.url), archive.payload_digest(capture.body)
    key = page_key(url) if url else f"import:{payload}"
    with reading() as session:
        known = frontier.find(session, key)
    if known is not None and known.payload == payload:
        return Imported(known.id or 0, fresh=False)
    kept = archive.keep(capture)
    with transaction() as session:
        return _join(session, capture, kept, key=key, url=url, payload=payload, now=now)


def _join(
    session: Session, capture: Capture, kept: str, *, key: str, url: str | None, payload: str, now: datetime
) -> Imported:
    page = frontier.find(session, key)
    page = page or Page(key=key, url=url, source=IMPORT, article_id=article_id(key), discovered_at=now)
    if page.fetched_at is None or page.fetched_at <= capture.fetched_at:
        _remember(page, capture, kept, payload)
    session.add(page)
    session.flush()
    origin = origin_of(page).model_copy(update={"cause": "import"})
    parse = ParsePage(origin=origin, capture=kept, fetched_at=capture.fetched_at, content_type=capture.content_type)
    say(session, parse, key=f"{page.id}:{kept}:", lane="bulk")
    return Imported(page.id or 0, fresh=True)


def _remember(page: Page, capture: Capture, kept: str, payload: str) -> None:
    page.capture, page.payload, page.content_type = kept, payload, capture.content_type
    page.fetched_at, page.outcome = capture.fetched_at, "imported"
    # The validators were those of other bytes.
    page.etag = page.last_modified = page.rejected = page.rejected_detail = None


def _address(url: str) -> str | None:
    if url.startswith(_NOWHERE):
        return None
    try:
        return canonical_url(url)
    except BadAddress:
        return None
