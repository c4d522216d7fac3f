"""Pages that are not there: what each look adds to what is known of them, and what the store learns of it.

A page that is there costs nothing here. Trouble of the site or of ours (no answer, 5xx, 429, robots.txt) is no sign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from services.contracts.messages import ReviewRemovals, SetStatus
from services.fetcher.absence_models import Absence, TakedownPage
from services.fetcher.models import Page, Sign
from services.fetcher.visit import Visit, fetched_at
from services.runtime.ledger.jobs import Job, Outgoing
from services.runtime.provenance import verdicts
from services.runtime.provenance.evidence import EvidenceRow, note_evidence
from services.runtime.provenance.verdicts import Verdict

IS_READ_WITHIN = timedelta(minutes=1)
"""After which what came in the place of a missing page has been read, as a rule."""
STEP = timedelta(microseconds=1)
LISTED_FOR = timedelta(days=7)
"""For how long the channels of a source with a missing page are read whole, to see whether they still list it."""
WORTH_A_REVIEW = 2
"""Looks in a row from which on it is asked whether the page was taken down."""


@dataclass(frozen=True)
class Look:
    """A look at a page, whose row says already how it went."""

    job: Job
    page: Page
    visit: Visit

    def message(self, message: SetStatus | ReviewRemovals, due_at: datetime | None = None) -> Outgoing:
        """What is to be said on account of this look."""
        return self.job.outgoing(message, due_at)

    def review(self, after: timedelta = timedelta()) -> Outgoing:
        """That the source's missing pages are to be looked through."""
        return self.message(ReviewRemovals(source=self.page.source), self.job.now + after)


def any_open(session: Session, source: str, now: datetime) -> bool:
    """Whether a page of the source is missing since a week at most, and it is not decided why."""
    conditions = (Absence.source == source, Absence.state == "open", col(Absence.since) > now - LISTED_FOR)
    return session.exec(select(col(Absence.page)).where(*conditions).limit(1)).first() is not None


def note_absences(session: Session, looks: Sequence[Look]) -> list[Outgoing]:
    """Writes what these looks say of pages that are not there, or were not; returns what is to be enqueued."""
    concerned = [look for look in looks if look.visit.sign or look.page.absent_sign]
    if not concerned:
        return []
    ids = sorted({look.page.id or 0 for look in concerned})
    known = verdicts.find_all(session, ids)
    rows = select(Absence).where(col(Absence.page).in_(ids)).order_by(col(Absence.page)).with_for_update()
    absent = {row.page: row for row in session.exec(rows)}
    messages = [message for look in concerned for message in _settle(session, look, absent, known)]
    note_evidence(session, [row for look in concerned if (row := _evidence(look, known))])
    return messages


def says_missing(sign: str) -> bool:
    """Whether it says that the page is not there; a wall only hides it."""
    return sign != "wall"


def _settle(
    session: Session, look: Look, absent: Mapping[int, Absence], known: Mapping[int, Verdict]
) -> list[Outgoing]:
    page, sign = look.page, look.visit.sign
    absence, verdict = absent.get(page.id or 0), known.get(page.id or 0)
    if sign == "wall" and absence is not None and says_missing(absence.sign) and absence.answered_at is None:
        return []  # it says nothing of whether the page is there
    if sign is not None:
        page.absent_sign = sign
        article = verdict.article if verdict else None
        return _gone(session, look, sign, absence, article, known) if article else []
    if look.visit.outcome not in {"new", "changed", "unchanged", "moved"}:
        return []
    page.absent_sign = page.listed_at = None
    return _back(session, look, absence, verdict) if absence is not None else []


def _gone(
    session: Session, look: Look, sign: Sign, absence: Absence | None, article: str, known: Mapping[int, Verdict]
) -> list[Outgoing]:
    page, at = look.page, _moment(look, absence)
    if absence is None or not _goes_on(absence, sign, known):
        if absence is not None:
            session.delete(absence)
            session.flush()
        absence = Absence(
            page=page.id or 0, source=page.source, article=article, sign=sign, since=at, last_at=at, looks=0
        )
        session.add(absence)
    absence.source, absence.article, absence.url, absence.sign = page.source, article, page.url, sign
    absence.looks, absence.last_at, absence.detail = absence.looks + 1, at, look.visit.detail
    absence.answered_at = None
    messages = []
    if says_missing(sign) and absence.state != "removed":
        messages.append(look.message(status_missing(absence)))
    if absence.state == "open" and absence.looks >= WORTH_A_REVIEW:
        messages.append(look.review())
    return messages


def _goes_on(absence: Absence, sign: Sign, known: Mapping[int, Verdict]) -> bool:
    """Whether the page was absent, and in the same way, ever since: what came in between was no article."""
    if says_missing(absence.sign) != says_missing(sign):
        return False
    return absence.answered_at is None or is_no_article(absence, known.get(absence.page))


def is_no_article(absence: Absence, verdict: Verdict | None) -> bool:
    """Whether what came in the page's place was read, and is none."""
    if verdict is None or absence.answered_at is None or verdict.rejected_fetched_at is None:
        return False
    return verdict.rejected_fetched_at >= absence.answered_at


def _back(session: Session, look: Look, absence: Absence, verdict: Verdict | None) -> list[Outgoing]:
    page, outcome = look.page, look.visit.outcome
    if outcome in {"new", "changed"}:
        # Whether that is the article, the parser says; then the store knows it before anybody else.
        absence.answered_at = page.fetched_at
        return [look.review(IS_READ_WITHIN)]
    if outcome == "unchanged" and verdict is not None and verdict.rejects(page.capture, page.fetched_at):
        return []
    end_absence(session, absence, look.job.now)
    shown = says_missing(absence.sign) or absence.state == "blocked"
    live = SetStatus(
        article=absence.article,
        page=absence.page,
        status="live",
        at=(at := _moment(look, absence)),
        since=at,
    )
    messages = [look.message(live)] if shown and outcome == "unchanged" else []
    return [*messages, look.review()] if absence.takedown else messages


def end_absence(session: Session, absence: Absence, now: datetime) -> None:
    """The page is there again; a mass takedown that it was part of learns of it."""
    if absence.takedown is not None:
        row = (col(TakedownPage.takedown) == absence.takedown, col(TakedownPage.page) == absence.page)
        session.execute(update(TakedownPage).where(*row).values(returned_at=now))
    session.delete(absence)


def count_anew(session: Session, pages: Sequence[Page]) -> None:
    """What the next look at these pages brings is read, and an absence that was decided is counted anew."""
    for page in pages:
        page.etag = page.last_modified = page.payload = page.absent_sign = None
        page.failures = 0
        absence = session.get(Absence, page.id, with_for_update=True)
        if absence is not None and absence.state != "open":
            session.delete(absence)


def status_missing(absence: Absence) -> SetStatus:
    """That the page is missing, for the store: so many looks in a row have not found it."""
    return SetStatus(
        article=absence.article,
        page=absence.page,
        status="missing",
        at=absence.last_at,
        since=absence.since,
        looks=absence.looks,
    )


def _moment(look: Look, absence: Absence | None) -> datetime:
    """When the look was: after all that is known of the page, whatever this machine's clock says."""
    at = fetched_at(look.page, look.job.now)
    # A removal is one step after the look that made it certain.
    return max(at, absence.last_at + 2 * STEP) if absence else at


def _evidence(look: Look, known: Mapping[int, Verdict]) -> EvidenceRow | None:
    verdict = known.get(look.page.id or 0)
    if look.visit.evidence is None or verdict is None or verdict.article is None:
        return None
    return EvidenceRow(
        page=look.page.id or 0,
        fetched_at=fetched_at(look.page, look.job.now),
        article=verdict.article,
        sign=look.visit.sign or "redirect",
        detail=look.visit.detail or "",
        capture=look.visit.evidence,
    )
