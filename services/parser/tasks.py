"""The handlers of the parser: a capture comes in, an article or the reason for none goes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlmodel import Session

from services.contracts.article import Article, Reading
from services.contracts.errors import PermanentError
from services.contracts.messages import (
    BuildProfile,
    CaptureRef,
    CheckProfiles,
    EarlierReading,
    Origin,
    ParsePage,
    Preview,
    Rejection,
    SaveArticle,
)
from services.contracts.urls import profile_host
from services.contracts.wiring import ROUTES
from services.parser.alone import read_alone
from services.parser.extract import extract
from services.parser.layouts import LEARNED, VERSIONS
from services.parser.limits import limited
from services.parser.printed import is_pdf
from services.parser.profiles import learning
from services.parser.profiles.known import find_profiles
from services.parser.profiles.rulings import rulings_of
from services.parser.settings import parser_settings
from services.parser.site_profile import SiteProfile
from services.parser.version import PARSER_VERSION
from services.runtime import database
from services.runtime.archive import capture_store
from services.runtime.database import utcnow
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.jobs import Job, Outgoing, enqueue, enqueue_all
from services.runtime.ledger.priority import live_work_waits
from services.runtime.ledger.worker import handles, handles_together
from services.runtime.provenance import results, verdicts
from services.runtime.provenance.profiles import forget_samples
from services.runtime.provenance.results import PageOutcome, Result
from services.runtime.provenance.verdicts import Read, Verdict


@handles_together(ParsePage)
def parse_pages(batch: Batch[ParsePage]) -> None:
    """Reads each capture, or the last readable one where this gives no article; says `SaveArticle`, or rejects it.

    A reparse that finds what is known already ends here.
    """
    orders = batch.messages()
    with database.reading() as session:
        known = verdicts.find_all(session, (order.origin.page for _, order in orders))
        profiles = find_profiles(session, (order.profile for _, order in orders))

    def read_one(job: Job, order: ParsePage) -> Found:
        return _found(order, known.get(order.origin.page), job, profiles.get(order.profile or ""))

    result = batch.map(orders, read_one)
    if not result:
        return
    with batch.complete(result) as (session, done):
        already = _known_already(session, done)
        verdicts.hold_all_rejected(session, [pair for _, member in done for pair in member.rejected()])
        ends = [(job, _end(entry, already.get(job.id), job)) for job, entry in done]
        results.record_all(session, [end for _, end in ends if isinstance(end, Result)])
        enqueue_all(session, [job.outgoing(end) for job, end in ends if isinstance(end, SaveArticle)])


@dataclass(frozen=True)
class Found:
    """What reading a page came to: a wording to be saved, or why there is none, read with this layout."""

    origin: Origin
    made: SaveArticle | Rejection
    layout: str | None

    def reparsed(self) -> Iterator[tuple[int, Read]]:
        """The page and how it reads again, where a reparse asks for it."""
        if (
            isinstance(self.made, SaveArticle)
            and self.origin.cause == "reparse"
            and self.origin.reingestion is not None
        ):
            yield self.origin.page, Read.of(self.made)

    def rejected(self) -> Iterator[tuple[int, Rejection]]:
        """The page and why it gave none, where that is to be remembered."""
        if isinstance(self.made, Rejection) and not self.origin.dry_run:
            yield self.origin.page, self.made


def _found(order: ParsePage, verdict: Verdict | None, job: Job, profile: SiteProfile | None) -> Found:
    job.note(source=order.origin.source, url=order.origin.url)
    reads = partial(read_alone if job.attempts > 1 else _read_here, profile=profile)
    reading, answer = _read(order, verdict, reads)
    if isinstance(reading, Article):
        job.note(headline=reading.headline)
        return Found(order.origin, _saving(order, answer, reading, verdict, reads), reading.layout)
    job.note(rejected=reading.reason)
    rejection = Rejection(
        capture=answer.capture,
        fetched_at=answer.fetched_at,
        parser=PARSER_VERSION,
        reason=reading.reason,
        detail=reading.detail,
    )
    return Found(order.origin, rejection, reading.layout)


def _known_already(session: Session, done: Sequence[tuple[Job, Found]]) -> dict[int, str]:
    """Where a reparse found the very reading that the page gave, there is nothing to save: the articles, by message."""
    entries = [(job.id, entry.origin.dry_run, pair) for job, entry in done for pair in entry.reparsed()]
    known = verdicts.known_as(session, [pair for _, _, pair in entries])
    result = [(*member, article) for member, article in zip(entries, known, strict=True) if article is not None]
    verdicts.read_again(session, [pair for _, dry_run, pair, _ in result if not dry_run])
    return {message: article for message, _, _, article in result}


def _end(found: Found, known: str | None, job: Job) -> SaveArticle | Result | None:
    """What comes of a reading: a wording to be saved, or a result of a re-ingestion.

    `known` is the id of its article, where a reparse found the very reading that is known.
    """
    origin, made = found.origin, found.made
    if isinstance(made, SaveArticle) and known is None:
        return made
    if origin.reingestion is None:
        return None
    if isinstance(made, Rejection):
        preview = Preview(layout=found.layout, origin=origin, proposal=made)
    else:
        job.note(article=known, change="unchanged")
        preview = Preview(article=known, layout=found.layout, headline=made.article.headline, origin=origin)
    outcome: PageOutcome = "rejected" if isinstance(made, Rejection) else "unchanged"
    return Result(origin.reingestion, origin.page, outcome, preview=preview if origin.dry_run else None)


def _saving(
    order: ParsePage, seen: CaptureRef, article: Article, verdict: Verdict | None, reads: "Reads"
) -> SaveArticle:
    is_learned = article.layout in LEARNED and article.read_from != "mail"
    host = profile_host(order.origin.url) if is_learned else None
    saving = SaveArticle(
        origin=order.origin,
        profile=order.profile if host else None,
        host=host,
        capture=seen.capture,
        fetched_at=seen.fetched_at,
        parser=PARSER_VERSION,
        layout_version=VERSIONS[article.layout],
        digest=article.digest(),
        article=article,
    )
    earlier = _read_otherwise(saving, verdict)
    before = _read_earlier(order, earlier, reads) if earlier else None
    return saving.model_copy(update={"before": before})


def _read_otherwise(saving: SaveArticle, verdict: Verdict | None) -> CaptureRef | None:
    """The capture that stands for the page so far, if other versions of the reader read it, and something else in it.

    A reparse is about the reader: what it changes is meant to change.
    """
    if verdict is None or verdict.read_capture is None or verdict.read_fetched_at is None:
        return None
    if saving.origin.cause == "reparse" or verdict.read_capture == saving.capture:
        return None
    by = (verdict.read_parser, verdict.read_layout_version, verdict.read_profile)
    same = by == (saving.parser, VERSIONS.get(verdict.read_layout or ""), saving.profile)
    if same or verdict.read_digest == saving.digest:
        return None
    return CaptureRef(capture=verdict.read_capture, fetched_at=verdict.read_fetched_at)


def _read_earlier(order: ParsePage, earlier: CaptureRef, reads: "Reads") -> EarlierReading | None:
    """What the earlier capture says today; None if it gives no article any more, or is not there any more."""
    try:
        reading = _read_capture(order, earlier, reads)
    except PermanentError:
        return None
    return EarlierReading(**earlier.model_dump(), article=reading) if isinstance(reading, Article) else None


class Reads(Protocol):
    """How the bytes of a capture are read."""

    def __call__(
        self, body: bytes, *, url: str | None, content_type: str | None, now: datetime, title: str | None
    ) -> Reading: ...


def _read_here(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None,
    now: datetime,
    title: str | None,
    profile: SiteProfile | None,
) -> Reading:
    """Reads it in this process, which a page that costs too much ends: the second time, it is read alone.

    A document is always read alone: a few bytes of it can stand for as much memory as there is.
    """
    if is_pdf(body):
        return read_alone(body, url=url, content_type=content_type, now=now, title=title)
    with limited():
        return extract(body, url=url, content_type=content_type, now=now, title=title, profile=profile)


def _read(order: ParsePage, verdict: Verdict | None, reads: Reads) -> tuple[Reading, CaptureRef]:
    """The reading, and the capture that gave it."""
    capture_ref = CaptureRef(capture=order.capture, fetched_at=order.fetched_at)
    reading = _read_capture(order, capture_ref, reads, order.content_type)
    if not isinstance(reading, Article) and (readable := _readable(order, verdict)):
        # Something else stands where the article was. A parser that knows better has first say on that, too.
        article = _read_capture(order, readable, reads)
        if isinstance(article, Article):
            return article, readable
    return reading, capture_ref


def _readable(order: ParsePage, verdict: Verdict | None) -> CaptureRef | None:
    """The last capture that gave an article: read again while it is known that this one gives none."""
    if order.origin.cause != "reparse" or verdict is None or not verdict.rejects(order.capture, order.fetched_at):
        return None
    if verdict.read_capture is None or verdict.read_fetched_at is None:
        return None
    return CaptureRef(capture=verdict.read_capture, fetched_at=verdict.read_fetched_at)


def _read_capture(order: ParsePage, reference: CaptureRef, reads: Reads, content_type: str | None = None) -> Reading:
    capture = capture_store.load(reference.capture)
    content_type = content_type or capture.content_type
    return reads(
        capture.body, url=order.origin.url, content_type=content_type, now=reference.fetched_at, title=order.title
    )


@handles(CheckProfiles)
def check_profiles(order: CheckProfiles, job: Job) -> None:
    """Orders the learning of those hosts that have outgrown their profile."""
    with database.reading() as session:
        hosts = learning.due_hosts(session, job.now) if parser_settings().profiles != "off" else []
    with job.complete() as session:
        enqueue_all(session, [Outgoing(BuildProfile(host=host), lane="bulk") for host in hosts])
        enqueue(session, order, due_at=job.now + (ROUTES[CheckProfiles].repeats or timedelta()))


@handles(BuildProfile)
def build_profile(order: BuildProfile, job: Job) -> None:
    """Samples a few captures of the host and says itself again; when enough are sampled, the profile is learned."""
    job.note(host=order.host)
    if parser_settings().profiles == "off":
        with job.complete():
            return
    again = job.attempts > 1
    with database.reading() as session:
        plan = learning.plan(session, order.host)
    if again and plan.captures:  # a page that ends a worker is written down first, and left out the next time
        with database.transaction() as session:
            learning.keep_samples(session, order.host, {plan.captures[0]: None})
    samples = learning.sample_some(plan, lambda: live_work_waits(job.kind), one=again)
    if plan.captures:
        with job.complete() as session:
            learning.keep_samples(session, order.host, samples)
            enqueue(session, order, due_at=utcnow() + (timedelta() if samples else learning.PAUSE), lane="bulk")
        return
    with database.reading() as session:
        rows, rulings = learning.sampled(session, order.host), rulings_of(session, order.host)
    learned = learning.learn_host(order.host, rows, rulings)
    with job.complete() as session:
        forget_samples(session, order.host)
        if learned and learning.store(session, learned, job.now):
            job.note(profile=learned.profile.digest, pages=learned.profile.pages)
            enqueue(session, learning.proposal(learned.profile), lane="bulk")
