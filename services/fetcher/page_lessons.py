"""What visits of pages teach of their host: whether its validators stayed the same while an article changed.

The bytes of a page may change while its article does not (a counter, a list of other news), and no validator has to say
so. So a visit that brought new bytes in full is judged at the next one, when the reading of those bytes is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from prometheus_client import Counter
from sqlmodel import Session

from services.fetcher.answers import Validators
from services.fetcher.models import Page
from services.fetcher.trust import Claim, PageTrust, Trust, lied, looked_in_full, same_and_others
from services.fetcher.visit import Visit
from services.runtime.database import after_commit
from services.runtime.provenance.verdicts import Verdict

SAVED = Counter("dateline_bytes_saved_total", "Bytes of pages that answers of 304 did not bring.")


@dataclass(frozen=True)
class Lesson:
    """What one visit teaches of its host."""

    in_full: bool = False
    proves: bool = False
    lies: Sequence[Claim] = ()
    saved: int = 0

    def learned(self, trust: Trust, now: datetime) -> Trust:
        """What is known of the host afterwards."""
        known = lied(trust, self.lies, now)
        known = looked_in_full(known, now) if self.in_full else known
        return known.model_copy(
            update={"saved": known.saved + self.saved, "proven_at": now if self.proves else known.proven_at}
        )


def asks_verdict(page: Page, seen: Visit) -> bool:
    """Whether what the page was read as decides what is learned."""
    return _brought_more(seen) or PageTrust.of(page.trust).capture is not None


def asks_host(page: Page, seen: Visit, trust: Trust, now: datetime) -> bool:
    """Whether the host's row may have to say something else afterwards."""
    proves = _proves(seen) and not trust.is_proven(now)
    return seen.question.how != "conditional" or proves or PageTrust.of(page.trust).capture is not None


def take_lesson(session: Session, page: Page, seen: Visit, verdict: Verdict | None) -> Lesson:
    """Writes on the page's row what its next visit is to settle; `verdict` is what it was read as before this one.

    To be called before the row says how the visit went.
    """
    known = PageTrust.of(page.trust)
    lies = _lies(known, seen, verdict)
    saved = known.saved + (known.size if seen.not_modified else 0)
    was_requested = seen.question.how != "conditional" or bool(lies)
    if seen.not_modified:
        after_commit(session, partial(SAVED.inc, known.size))
    page.trust = _afterwards(known, page, seen, verdict, 0 if was_requested else saved).kept() or None
    return Lesson(seen.question.how == "full", _proves(seen), lies, saved if was_requested else 0)


def _afterwards(known: PageTrust, page: Page, seen: Visit, verdict: Verdict | None, saved: int) -> PageTrust:
    lesson = PageTrust(size=seen.size or known.size, claimed_at=known.claimed_at, vain=known.vain, saved=saved)
    if not _brought_more(seen) or seen.fetched is None or verdict is None or verdict.read_capture != page.capture:
        return lesson
    same, superseded = same_and_others(Validators(page.etag, page.last_modified), seen.fetched.validators)
    return lesson.model_copy(
        update={
            "same": tuple(same),
            "superseded": superseded,
            "digest": verdict.read_digest,
            "reader": _reader(verdict),
            "capture": seen.capture,
        }
    )


def _brought_more(seen: Visit) -> bool:
    return seen.question.how == "full" and seen.outcome == "changed"


def _proves(seen: Visit) -> bool:
    """Whether a conditional request brought a change."""
    return seen.outcome == "changed" and seen.question.how != "full" and bool(seen.question.validators.headers())


def _lies(known: PageTrust, seen: Visit, verdict: Verdict | None) -> list[Claim]:
    if known.capture is None or verdict is None or verdict.read_capture != known.capture:
        return []
    if verdict.read_digest == known.digest or _reader(verdict) != known.reader:
        return []
    ignored: list[Claim] = ["not_modified"] if seen.question.how == "probe" and seen.not_modified else []
    return [*known.same, *ignored]


def _reader(verdict: Verdict) -> str:
    parts = (verdict.read_parser, verdict.read_layout, verdict.read_layout_version, verdict.read_profile)
    return " ".join(part or "" for part in parts)
