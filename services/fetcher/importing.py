"""Pages that come as files: saved HTML, text dumps, WARC files. They enter the path at the parser; nothing is asked."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

import structlog
from sqlmodel import Session

from services.contracts.errors import UserError
from services.contracts.files import FileRef
from services.contracts.messages import ParsePage
from services.contracts.urls import BadAddress, canonical_url, meant_url, page_key
from services.fetcher import moves, warc
from services.fetcher.content import why_no_page
from services.fetcher.models import IMPORT, Page
from services.fetcher.origins import origin_of, with_profiles
from services.fetcher.own_exports import OwnCapture, files_of, is_own, is_package, own_captures
from services.fetcher.warc import NoPages
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.provenance.files import add_version, attach
from services.runtime.withholding import is_erased

log = structlog.get_logger()

Content = bytes | BinaryIO
"""What is imported: the bytes of a file, or the file itself, opened, of which no more than a page is in memory."""
_NOWHERE = "https://import.invalid/"
"""A WARC record of a response needs a web address; `.invalid` is one that will never be anybody's (RFC 2606)."""
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|title|meta|link|script|main|article|section|header|div|span|table|h[1-6]|p|a|br|img)"
    rb"[\s/>]",
    re.IGNORECASE,
)
"""What a page of HTML begins with; `<` alone also stands in code, and around addresses of mail."""
_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
}


@dataclass(frozen=True)
class Imported:
    """One page of a file: its row, and whether this brought anything that we did not have."""

    page: int
    fresh: bool


def import_file(
    name: str, content: Content, url: str | None, now: datetime, captured_at: datetime | None = None
) -> list[Imported]:
    """The pages of a file become captures, and the parser hears of those that are new; again changes nothing.

    `url` is where a single page was found, `captured_at` when; a WARC file knows both. A `UserError` says why a file is
    not taken. Each page has a transaction of its own, so that a large archive keeps nobody from writing.
    """
    entries = _entries(name, content, url, now, captured_at)
    return [done for entry in entries if (done := _import(entry, now))]


def captures(
    name: str, content: Content, url: str | None, now: datetime, captured_at: datetime | None = None
) -> Iterator[Capture]:
    """The pages that an import of this file would take, in its order; nothing is written. As `import_file` refuses."""
    for entry in _entries(name, content, url, now, captured_at):
        if isinstance(entry, OwnCapture):
            if entry.file is None:
                yield entry.capture
        else:
            yield entry


def is_archive(content: Content) -> bool:
    """Whether it is a WARC file or a WACZ package, which know addresses and times themselves."""
    head = _head(_opened(content))
    return is_package(head) or warc.is_warc(head)


def _opened(content: Content) -> BinaryIO:
    return BytesIO(content) if isinstance(content, bytes) else content


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(warc.HEAD)


def _entries(
    name: str, upload: Content, url: str | None, now: datetime, captured_at: datetime | None
) -> Iterator[Capture | OwnCapture]:
    file = _opened(upload)
    if is_archive(file):
        if url is not None or captured_at is not None:
            raise UserError(f"{name} is a WARC or WACZ file, which knows its addresses and times; leave them away.")
        yield from _of_package(name, file) if is_package(_head(file)) else _of_archive(name, file)
        return
    file.seek(0)
    content = file.read(warc.MAX_PAGE + 1)
    if reason := why_no_page(content, None):
        raise UserError(f"{name} cannot be imported: {reason}")
    if len(content) > warc.MAX_PAGE:
        raise UserError(f"{name} is larger than {warc.MAX_PAGE // 1_000_000} MB, which is no page.")
    if url is not None and captured_at is None:
        _refuse_to_guess(name, url)
    yield _as_capture(name, content, url, captured_at or now)


def _of_package(name: str, package: BinaryIO) -> Iterator[Capture | OwnCapture]:
    """Of all WARC files in it; one without pages (of screenshots, as a rule) is passed over."""
    empty: list[NoPages] = []
    number = 0
    for file, inside in files_of(name, package, warc.MAX_FILE):
        try:
            for entry in _of_archive(file, inside):
                number += 1
                yield entry
        except NoPages as reason:
            empty.append(reason)
    if empty and not number:
        raise empty[0]


def _of_archive(name: str, file: BinaryIO) -> Iterator[Capture | OwnCapture]:
    return own_captures(name, file) if is_own(file) else warc.pages(name, file)


def _refuse_to_guess(name: str, url: str) -> None:
    # An old copy that is taken for the newest would stand as the article's words until the next change.
    with reading() as session:
        page = moves.find(session, page_key(meant_url(url)))
    if page is not None and page.source != IMPORT and page.fetched_at is not None:
        raise UserError(f"{url} is watched; say with --captured when the copy in {name} was made.")


def _as_capture(name: str, content: bytes, url: str | None, captured_at: datetime) -> Capture:
    guess = "text/html" if _MARKUP.search(content[:2000]) else "text/plain"
    content_type = _TYPES.get(PurePath(name).suffix.lower(), guess)
    address = canonical_url(meant_url(url)) if url else f"{_NOWHERE}{capture_store.payload_digest(content)}"
    return Capture(address, captured_at, 200, (("Content-Type", content_type),), content)


def _import(entry: Capture | OwnCapture, now: datetime) -> Imported | None:
    """What became of a page; None for a file of an article, which is kept with it, and for what was erased here."""
    own = entry if isinstance(entry, OwnCapture) else OwnCapture(entry, b"", entry.fetched_at)
    capture = own.capture
    if own.at > now:
        # It would count as the newest until then, and hide what is published meanwhile.
        raise UserError(f"The copy of {capture.url} cannot be from {own.at}, which is still to come.")
    if own.data and _was_erased(own.data):
        log.warning("capture_was_erased", url=capture.url)
        return None
    if own.file:
        _attach(own, own.file, now)
        return None
    url, payload = _address(own.url or capture.url), capture_store.payload_digest(capture.body)
    key = own.key or (page_key(url) if url else f"import:{payload}")
    with reading() as session:
        known = moves.find(session, key)
    if known is not None and known.payload == payload:
        return Imported(known.id or 0, fresh=False)
    retained = capture_store.keep_raw(own.data) if own.data else capture_store.keep(capture)
    page = Page(key=key, url=url, source=own.source or IMPORT, discovered_at=now)
    with transaction() as session:
        return _join(session, own, retained, page, payload)


def _was_erased(data: bytes) -> bool:
    """Whether an older export would bring back what was erased here since."""
    with reading() as session:
        return is_erased(session, hashlib.sha256(data).hexdigest())


def _attach(own: OwnCapture, file: FileRef, now: datetime) -> None:
    """A file of an article; nobody looks at it again before its page changes."""
    if own.article is None:
        return
    capture = capture_store.keep_raw(own.data)
    with transaction() as session:
        for row in attach(session, own.article, own.source or IMPORT, [file], now):
            add_version(session, row, capture, own.capture, own.at)


def _join(session: Session, own: OwnCapture, capture_name: str, new: Page, payload: str) -> Imported:
    page, capture = moves.find(session, new.key) or new, own.capture
    if page.fetched_at is None or page.fetched_at <= own.at:
        _remember(page, own, capture_name, payload)
    session.add(page)
    session.flush()
    origin = origin_of(page, {}).model_copy(update={"cause": "import"})
    parse = ParsePage(origin=origin, capture=capture_name, fetched_at=own.at, content_type=capture.content_type)
    enqueue_all(session, with_profiles(session, [Outgoing(parse, lane="bulk")]))
    return Imported(page.id or 0, fresh=True)


def _remember(page: Page, own: OwnCapture, capture_name: str, payload: str) -> None:
    page.capture, page.payload, page.content_type = capture_name, payload, own.capture.content_type
    page.fetched_at, page.outcome = own.at, "imported"
    # The validators were those of other bytes.
    page.etag = page.last_modified = None


def _address(url: str) -> str | None:
    if url.startswith(_NOWHERE):
        return None
    try:
        return canonical_url(url)
    except BadAddress:
        return None
