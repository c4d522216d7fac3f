"""Files of articles: looked at politely, kept when their bytes are new, and looked at again by a plan of their own."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from services.contracts.files import FileKind
from services.contracts.messages import AttachFiles, FetchFile, NoteFile
from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.answers import Answer, Blocked, Fetched, Moved, NotModified, Unavailable, Validators
from services.fetcher.client import get
from services.fetcher.politeness import host_of, permission
from services.fetcher.schedule import RESTLESS, UNWELL, wait
from services.fetcher.settings import FetcherSettings
from services.fetcher.sources import source_by_name
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading
from services.runtime.egress import Client
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.provenance.files import ArticleFile, FileVersion, attach

LOOKS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""Between two looks at a file; the last wait repeats. A change starts it again."""
MOVES = 5
"""Hosts in a row to which a file may lead."""
_KINDS: dict[str, frozenset[FileKind]] = {
    "attachments": frozenset({"attachment"}),
    "all": frozenset({"attachment", "picture"}),
}
_MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True)
class FileLook:
    """How a look at a file went; `version` holds bytes that are new, which are in the archive by then."""

    outcome: str
    detail: str | None = None
    version: FileVersion | None = None
    validators: Validators | None = None
    moved: str | None = None
    retry_after: timedelta | None = None
    silent: bool = False


def plan_looks(session: Session, order: AttachFiles, now: datetime) -> int:
    """Each file that the article names has a row and its first look; again is the same. Returns how many are new."""
    named = [ref for ref in order.files if _is_address(ref.url)]
    rows = [row for row in attach(session, order.article, order.source, named, now) if row.visited_at is None]
    enqueue_all(session, [Outgoing(FetchFile(file=row.id, host=host_of(row.url)), now, "bulk") for row in rows])
    return len(rows)


def read_file(order: FetchFile) -> tuple[ArticleFile | None, bool]:
    """The file, if its source's rule keeps files of its kind still; and whether the source is paused."""
    with reading() as session:
        file = session.get(ArticleFile, order.file)
        source = source_by_name(session, file.source) if file else None
    if file is None or source is None or file.kind not in _KINDS.get(source.files, ()):
        return None, False
    return file, source.paused


def asked_address(file: ArticleFile) -> str:
    """Where the file is looked for."""
    return file.target or file.url


def look_at_file(client: Client, file: ArticleFile, *, now: datetime, settings: FetcherSettings) -> FileLook:
    """Asks for the file; new bytes are in the archive when this returns."""
    validators = Validators(file.etag, file.last_modified) if file.digest and not file.restless else Validators()
    url = asked_address(file)
    answer = get(
        client,
        url,
        now=now,
        limits=settings.file_limits,
        validators=validators,
        may=lambda hop: permission(client, hop, now),
    )
    return _named(file, answer, now)


def _named(file: ArticleFile, answer: Answer, now: datetime) -> FileLook:
    match answer:
        case Fetched():
            return _file_look(file, answer, now)
        case NotModified():
            return FileLook("unchanged")
        case Moved(url=url):
            return FileLook("moved", f"It is at {urlsplit(url).netloc}.", moved=url)
        case Blocked(detail=detail, retry_after=pause):
            return FileLook("blocked", detail, retry_after=pause)
        case Unavailable(detail=detail, retry_after=pause, silent=silent):
            return FileLook("unavailable", detail, retry_after=pause, silent=silent)
    return FileLook(type(answer).__name__.lower(), answer.detail)


def _file_look(file: ArticleFile, answer: Fetched, now: datetime) -> FileLook:
    if _MARKUP.match(answer.body[:500]):
        return FileLook("refused", "A page came in place of the file.")
    digest = capture_store.payload_digest(answer.body)
    if digest == file.digest:
        return FileLook("unchanged", validators=answer.validators)
    at = max(now, file.fetched_at + timedelta(microseconds=1)) if file.fetched_at else now
    capture = capture_store.keep(
        Capture(answer.url, at, answer.status, answer.headers, answer.body, answer.request_headers)
    )
    version = FileVersion(
        file=file.id or 0,
        fetched_at=at,
        capture=capture,
        digest=digest,
        size=len(answer.body),
        content_type=answer.content_type,
    )
    return FileLook("changed" if file.digest else "new", version=version, validators=answer.validators)


def record_look(
    session: Session, file: ArticleFile, look: FileLook, now: datetime, settings: FetcherSettings
) -> tuple[datetime, NoteFile | None]:
    """Writes down how the look went; when the next one is due, and what the store is told."""
    news = _note(file, look)
    file.visited_at, file.outcome, file.detail = now, look.outcome, look.detail
    if look.validators:
        file.etag, file.last_modified = look.validators.etag, look.validators.last_modified
    file.restless = file.restless + 1 if look.outcome == "changed" else 0
    if look.version:
        session.add(look.version)
        file.digest, file.fetched_at = look.version.digest, look.version.fetched_at
    session.add(file)
    return now + _pause(file, look, settings.revisit_scale), news


def _note(file: ArticleFile, look: FileLook) -> NoteFile | None:
    if look.version is None:
        return None
    return NoteFile(
        url=file.url,
        kind="picture" if file.kind == "picture" else "attachment",
        article=file.article,
        digest=look.version.digest,
        previous_digest=file.digest,
        capture=look.version.capture,
        fetched_at=look.version.fetched_at,
        # What never comes twice the same, such as a picture with a stamp in it, is no news each time.
        announce=file.restless + 1 < RESTLESS,
    )


def _pause(file: ArticleFile, look: FileLook, scale: float) -> timedelta:
    if look.moved and file.moves < MOVES:
        file.target, file.moves = look.moved, file.moves + 1
        return timedelta()
    if look.outcome in {"blocked", "unavailable"}:
        file.failures += 1
        return max(wait(UNWELL, file.failures - 1, scale), look.retry_after or timedelta())
    if look.outcome == "changed" and file.restless < RESTLESS:
        file.step = 0
    file.failures = file.moves = 0
    file.step += 1
    return wait(LOOKS, file.step - 1, scale)


def _is_address(url: str) -> bool:
    try:
        return bool(canonical_url(url))
    except BadAddress:
        return False
