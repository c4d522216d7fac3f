"""How the parser is reached: a capture comes in, an article or a reason why not goes out."""

from datetime import datetime
from typing import Protocol

from services.contracts.article import Article, Reading, Rejected
from services.contracts.messages import Kept, PageReingested, PageRejected, ParsePage, Preview, Rejection, SaveArticle
from services.parser.alone import read_alone
from services.parser.extract import extract
from services.parser.layouts import VERSIONS
from services.parser.limits import limited
from services.parser.version import PARSER_VERSION
from services.runtime import archive
from services.runtime.ledger import Job, say
from services.runtime.worker import handles


@handles(ParsePage)
def parse_page(order: ParsePage, job: Job) -> None:
    """Reads the capture, or the last readable one where this gives no article; says `SaveArticle` or `PageRejected`."""
    origin = order.origin
    reading, seen = _read(order, read_alone if job.attempts > 1 else _read_here)
    job.note(source=origin.source, url=origin.url)
    with job.finish() as session:
        if isinstance(reading, Article):
            saving = SaveArticle(
                origin=origin,
                capture=seen.capture,
                fetched_at=seen.fetched_at,
                parser=PARSER_VERSION,
                layout_version=VERSIONS[reading.layout],
                article=reading,
            )
            job.note(headline=reading.headline)
            say(session, saving, key=job.key, lane=job.lane)
            return
        job.note(rejected=reading.reason)
        rejection = PageRejected(page=origin.page, capture=seen.capture, reason=reading.reason, detail=reading.detail)
        if not origin.dry_run:
            say(session, rejection, key=job.key, lane=job.lane)  # not the page's: the verdict is on this capture
        if origin.reingestion is not None:
            found = _found(reading, seen, order) if origin.dry_run else None
            counted = PageReingested(
                reingestion=origin.reingestion, page=origin.page, outcome="rejected", preview=found
            )
            say(session, counted, key=f"{origin.reingestion}:{origin.page}", lane=job.lane)


def _found(rejected: Rejected, seen: Kept, order: ParsePage) -> Preview:
    rejection = Rejection(
        capture=seen.capture,
        fetched_at=seen.fetched_at,
        parser=PARSER_VERSION,
        reason=rejected.reason,
        detail=rejected.detail,
    )
    return Preview(layout=rejected.layout, origin=order.origin, proposal=rejection)


class Reads(Protocol):
    """How the bytes of a capture are read."""

    def __call__(self, body: bytes, *, url: str | None, content_type: str | None, now: datetime) -> Reading: ...


def _read_here(body: bytes, *, url: str | None, content_type: str | None, now: datetime) -> Reading:
    """Reads it in this process, which a page that costs too much ends: the second time, it is read alone."""
    with limited():
        return extract(body, url=url, content_type=content_type, now=now)


def _read(order: ParsePage, reads: Reads) -> tuple[Reading, Kept]:
    """The reading, and the capture that gave it."""
    seen = Kept(capture=order.capture, fetched_at=order.fetched_at)
    reading = _read_capture(order, seen, reads, order.content_type)
    if order.readable and not isinstance(reading, Article):
        # Something else stands where the article was. A parser that knows better has first say on that, too.
        article = _read_capture(order, order.readable, reads)
        if isinstance(article, Article):
            return article, order.readable
    return reading, seen


def _read_capture(order: ParsePage, kept: Kept, reads: Reads, content_type: str | None = None) -> Reading:
    capture = archive.load(kept.capture)
    content_type = content_type or capture.content_type
    return reads(capture.body, url=order.origin.url, content_type=content_type, now=kept.fetched_at)
