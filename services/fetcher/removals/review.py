"""Which missing pages were taken down: a decision on values, and the review of a source that acts on it.

A page counts as removed after spaced looks that nothing else explains. What no look counts at all: no answer, 5xx, 429,
robots.txt, walls, and what the parser finds to be no article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from services.contracts.article import Evidence
from services.contracts.messages import FetchPage, Message, ReviewRemovals, SetStatus
from services.fetcher.absence_models import Absence
from services.fetcher.absences import STEP, end_absence, is_no_article, says_missing
from services.fetcher.models import Channel, Page, Source
from services.fetcher.politeness import host_of
from services.fetcher.removals import takedowns
from services.fetcher.settings import FetcherSettings
from services.runtime.provenance import verdicts
from services.runtime.provenance.evidence import evidence_of_pages

AT_ONCE = 500
"""Missing pages that one review looks through, the last that were looked at first."""
NEIGHBORS = 200
"""Of the source's pages, the newest ones: among them it is found whether the host serves others."""
CONTROLS = 10
"""Neighbors that may be missing as well until no more are looked at to find out whether the host serves any."""
SURE = 7
"""Times as long as a removal takes, after which a page is gone even if nothing else of its host was served since."""
STALE = 30
"""The same for a page that a channel still lists: sitemaps name for years what is not there any more."""
AGAIN = timedelta(minutes=10)
"""Until the next review, where this one waits for a neighbor, or for the parser."""
SOON = timedelta(hours=1)
"""Until the next review where many pages are missing, and it is too early to tell."""
GONE, SOFT = frozenset({"410", "451"}), frozenset({"error_page", "redirect"})
THERE = frozenset({"new", "changed", "unchanged"})


@dataclass(frozen=True)
class Patience:
    """How many looks over how long make an absence certain."""

    looks: int
    span: timedelta

    def is_over(self, absence: Absence) -> bool:
        """Whether so many looks over so long have shown it."""
        return absence.looks >= self.looks and absence.last_at - absence.since >= self.span


def patience_with(sign: str, settings: FetcherSettings) -> Patience:
    """A 410 says itself that it is meant; what comes with 200, or by a redirect, may be meant otherwise."""
    usual = timedelta(seconds=settings.removal_after) * settings.revisit_scale
    if sign in GONE:
        return Patience(min(settings.removal_looks, 2), min(usual, SOON * settings.revisit_scale))
    if sign in SOFT:
        return Patience(settings.removal_looks + 2, 3 * usual)
    return Patience(settings.removal_looks, usual)


@dataclass
class Review:
    """What a review came to, and the messages that it leaves, each with when it is due."""

    removed: int = 0
    takedown: int | None = None
    messages: list[tuple[Message, datetime | None]] = field(default_factory=list)


def review_source(session: Session, source: str, now: datetime, settings: FetcherSettings) -> Review:
    """Looks through the source's missing pages, and orders what is certain to be told."""
    result = Review()
    absences = _locked(session, source)
    _learn_what_came(session, absences, now, result)
    standing = [absence for absence in absences if absence.state == "open" and absence.answered_at is None]
    facts = Facts.of(session, source, standing, now, settings)
    for absence in [absence for absence in standing if facts.is_moved(absence)]:
        session.delete(absence)
    standing = [absence for absence in standing if not facts.is_moved(absence)]
    missing = [absence for absence in standing if says_missing(absence.sign)]
    certain = [absence for absence in missing if facts.is_certain(absence)]
    pages = takedowns.MissingPages(missing, certain, is_served=any(map(facts.is_vouched, missing)))
    released = takedowns.step_takedown(session, source, pages, now, settings)
    result.takedown = released.takedown
    _order(session, released.removed, result)
    _block([absence for absence in standing if not says_missing(absence.sign) and facts.is_certain(absence)], result)
    if facts.control is not None:
        number, host = facts.control
        result.messages.append((FetchPage(page=number, host=host), None))
    more = bool(released.decided) and len(absences) == AT_ONCE
    waits = [timedelta()] * more + [AGAIN] * (facts.control is not None) + [SOON] * released.undecided
    if waits:
        result.messages.append((ReviewRemovals(source=source), now + min(waits) * settings.revisit_scale))
    return result


def _locked(session: Session, source: str) -> Sequence[Absence]:
    """The absences that may be decided, in the order in which everybody locks them."""
    conditions = (
        col(Absence.source) == source,
        or_(col(Absence.state) == "open", col(Absence.answered_at).is_not(None)),
    )
    latest = select(col(Absence.page)).where(*conditions).order_by(col(Absence.last_at).desc()).limit(AT_ONCE)
    ids = session.exec(latest).all()
    rows = select(Absence).where(col(Absence.page).in_(ids), *conditions).order_by(col(Absence.page))
    return session.exec(rows.with_for_update()).all() if ids else ()


def _learn_what_came(session: Session, absences: Sequence[Absence], now: datetime, result: Review) -> None:
    """Pages in whose place something came: the parser has said by now, as a rule, whether it is the article."""
    answered = [absence for absence in absences if absence.answered_at is not None]
    known = verdicts.find_all(session, [absence.page for absence in answered]) if answered else {}
    for absence in answered:
        verdict = known.get(absence.page)
        if is_no_article(absence, verdict):
            absence.answered_at = None
        elif (
            verdict
            and verdict.read_fetched_at
            and absence.answered_at
            and verdict.read_fetched_at >= absence.answered_at
        ):
            end_absence(session, absence, now)
        else:
            result.messages.append((ReviewRemovals(source=absence.source), now + AGAIN))
    session.flush()


def _order(session: Session, removed: Sequence[Absence], result: Review) -> None:
    if not removed:
        return
    begun = min(absence.since for absence in removed)
    shown = evidence_of_pages(session, [absence.page for absence in removed], begun)
    for absence in removed:
        absence.state = "removed"
        result.messages.append((_status(absence, "removed", shown.get(absence.page, ())), None))
    result.removed = len(removed)


def _block(walled: Sequence[Absence], result: Review) -> None:
    for absence in walled:
        absence.state = "blocked"
        result.messages.append((_status(absence, "blocked", ()), None))


def _status(absence: Absence, status: Any, shown: tuple[Evidence, ...]) -> SetStatus:
    # One step after the look that said "missing", which was at the same time.
    return SetStatus(
        article=absence.article,
        page=absence.page,
        status=status,
        at=absence.last_at + STEP,
        since=absence.since,
        looks=absence.looks,
        evidence=tuple(entry for entry in shown if entry.fetched_at >= absence.since),
    )


@dataclass(frozen=True)
class Facts:
    """What is known of a source's pages and channels: whether it serves anything, and what its channels still list."""

    pages: Mapping[int, Row[Any]]
    neighbors: Sequence[Row[Any]]
    channels: Sequence[Row[Any]]
    now: datetime
    settings: FetcherSettings
    control: tuple[int, str] | None = None

    @classmethod
    def of(
        cls, session: Session, source: str, standing: Sequence[Absence], now: datetime, settings: FetcherSettings
    ) -> "Facts":
        """Read in three statements, whatever the size of the source; none where nothing is missing."""
        if not standing:
            return cls({}, (), (), now, settings)
        ids = [absence.page for absence in standing]
        columns = (col(Page.id), col(Page.url), col(Page.outcome), col(Page.visited_at))
        pages = session.execute(
            core_select(*columns, col(Page.moved_to), col(Page.listed_at)).where(col(Page.id).in_(ids))
        ).all()
        newest = core_select(*columns).where(col(Page.source) == source, col(Page.moved_to).is_(None))
        neighbors = session.execute(newest.order_by(col(Page.id).desc()).limit(NEIGHBORS)).all()
        channels = session.execute(
            core_select(col(Channel.url), col(Channel.succeeded_at))
            .join(Source, col(Source.id) == Channel.source_id)
            .where(col(Source.name) == source)
        ).all()
        facts = cls({row.id: row for row in pages}, neighbors, channels, now, settings)
        return cls(facts.pages, neighbors, channels, now, settings, facts._control(standing))

    def is_moved(self, absence: Absence) -> bool:
        """Whether it turned out to be another page, or is not there any more."""
        page = self.pages.get(absence.page)
        return page is None or page.moved_to is not None

    def is_certain(self, absence: Absence) -> bool:
        """Whether looks enough have shown it, nothing lists it any more, and its host serves others meanwhile."""
        needed = patience_with(absence.sign, self.settings)
        return needed.is_over(absence) and not self._is_listed(absence, needed) and self.is_vouched(absence)

    def is_vouched(self, absence: Absence) -> bool:
        """Whether its host has served others since it is missing, so that it is not the host that fails."""
        needed = patience_with(absence.sign, self.settings)
        if absence.last_at - absence.since >= SURE * needed.span:
            return True
        others = [row for row in self._of_host(absence) if row.id != absence.page]
        if any(row.outcome in THERE and row.visited_at > absence.since for row in others):
            return True
        if any(row.outcome in THERE or (row.visited_at and row.visited_at > absence.since) for row in others):
            return False  # there are some to be looked at, or that fail as well
        return any(row.succeeded_at and row.succeeded_at > absence.since for row in self.channels)

    def _is_listed(self, absence: Absence, needed: Patience) -> bool:
        if not says_missing(absence.sign):
            return False  # what a wall hides may be listed
        listed_at = self.pages[absence.page].listed_at
        span = max(patience_with("404", self.settings).span, needed.span)
        if absence.last_at - absence.since >= STALE * span:
            return False  # a list that still names it is out of date, as sitemaps are for years
        return listed_at is not None and listed_at >= absence.last_at - span

    def _of_host(self, absence: Absence) -> list[Row[Any]]:
        host = host_of(absence.url or "")
        return [row for row in self.neighbors if host_of(row.url or "") == host]

    def _control(self, standing: Sequence[Absence]) -> tuple[int, str] | None:
        """A page that was served before, to be looked at now, where nothing vouches for its host.

        Where many were missed and none was served of late, the host is broken, and is left alone.
        """
        unsure = next((absence for absence in standing if not self.is_vouched(absence)), None)
        if unsure is None:
            return None
        others = self._of_host(unsure)
        missed = [row for row in others if row.outcome == "gone" and row.visited_at and row.visited_at > unsure.since]
        lately = [row for row in others if row.outcome in THERE and row.visited_at > self.now - SOON]
        if len(missed) > CONTROLS and not lately:
            return None
        before = (row for row in others if row.outcome in THERE and row.visited_at <= unsure.since)
        control = next(before, None)
        return (control.id, host_of(control.url)) if control else None
