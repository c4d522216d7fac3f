"""Mass takedowns: many pages of a source that vanish within a day are one notice, and a decision about the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, func, select

from services.contracts.messages import ReviewRemovals
from services.contracts.source_events import (
    PAGES,
    RecoveredFacts,
    RecoveryDetails,
    RemovalDetails,
    RemovalFacts,
    SourcePage,
)
from services.fetcher.absence_models import Absence, Takedown, TakedownPage
from services.fetcher.models import Page
from services.fetcher.settings import FetcherSettings
from services.runtime.events.sources import append_source_event
from services.runtime.ledger.jobs import enqueue

FEWEST = 5
"""Pages of a source that may vanish within a day and are single removals."""
SHARE = 0.02
"""As large a part of the source's pages may, too."""
DAY = timedelta(days=1)
BELIEVED = 3
"""Looks over `BELIEVED_AFTER` after which a missing page is more than the lag of a server."""
BELIEVED_AFTER = timedelta(minutes=3)
"""As long as the quick looks take. More than `FEWEST` such pages, while others of the host are served, show that those
that are missing were taken down together: six pages that agree tell more than one that is looked at for an hour."""


@dataclass(frozen=True)
class MissingPages:
    """The missing pages of a source that a review looks at, those that are certain, and whether it serves others."""

    missing: Sequence[Absence]
    certain: Sequence[Absence]
    is_served: bool


@dataclass(frozen=True)
class TakedownStep:
    """What a review may do: which pages were removed, and whether it is to come again later.

    `decided` counts the pages whose mass takedown was decided.
    """

    removed: Sequence[Absence] = ()
    takedown: int | None = None
    decided: int = 0
    undecided: bool = False


def step_takedown(
    session: Session, source: str, pages: MissingPages, now: datetime, settings: FetcherSettings
) -> TakedownStep:
    """Single removals, or a step of the source's mass takedown."""
    scale = settings.revisit_scale
    takedown = open_takedown(session, source)
    if takedown is None and not pages.missing:
        return TakedownStep()
    if takedown is not None:
        _join(session, takedown, [one for one in pages.missing if one.takedown is None and is_believed(one, scale)])
        _go_on(session, takedown, pages, now, scale)
    decided = _decided(session, pages)
    if takedown is not None:
        return TakedownStep(decided.removed, takedown.id, decided.decided)
    fresh = [absence for absence in pages.missing if absence.takedown is None]
    if not is_mass(session, source, lately(session, source, now, scale)):
        single = [absence for absence in pages.certain if absence.takedown is None]
        return TakedownStep([*decided.removed, *single], None, decided.decided)
    believed = sum(is_believed(absence, scale) for absence in fresh)
    if not pages.is_served or believed <= FEWEST:
        return TakedownStep(decided.removed, None, decided.decided, undecided=True)
    return TakedownStep(decided.removed, _open(session, source, fresh, now).id, decided.decided)


def _decided(session: Session, pages: MissingPages) -> TakedownStep:
    """What became of those pages whose mass takedown is over: an operator's word is final, else evidence decides."""
    numbers = {absence.takedown for absence in pages.missing if absence.takedown is not None}
    if not numbers:
        return TakedownStep()
    rows = session.exec(select(Takedown).where(col(Takedown.id).in_(numbers), Takedown.state != "open"))
    over = {takedown.id: takedown for takedown in rows}
    members = [(absence, over[absence.takedown]) for absence in pages.missing if absence.takedown in over]
    for absence, takedown in members:
        if takedown.state == "discarded":
            absence.state = "discarded"
    certain = {absence.page for absence in pages.certain}
    released = [
        absence
        for absence, takedown in members
        if takedown.state != "discarded" and (takedown.decided_by is not None or absence.page in certain)
    ]
    return TakedownStep(released, decided=len(members))


def open_takedown(session: Session, source: str) -> Takedown | None:
    """The source's mass takedown that is still to be decided, locked."""
    rows = select(Takedown).where(Takedown.source == source, Takedown.state == "open")
    return session.exec(rows.with_for_update()).one_or_none()


def lately(session: Session, source: str, now: datetime, scale: float) -> int:
    """How many pages of the source are missing since yesterday, by an index."""
    conditions = (
        Absence.source == source,
        Absence.state == "open",
        Absence.since >= now - DAY * max(scale, 1.0),
        Absence.sign != "wall",
        col(Absence.takedown).is_(None),
    )
    return session.exec(select(func.count()).select_from(Absence).where(*conditions)).one()


def is_mass(session: Session, source: str, number: int) -> bool:
    """Whether so many pages of a source are more than five, and more than a fiftieth of those that it gave."""
    if number <= FEWEST:
        return False
    most = int(number / SHARE)
    known = select(col(Page.id)).where(Page.source == source, col(Page.fetched_at).is_not(None)).limit(most + 1)
    return session.exec(select(func.count()).select_from(known.subquery())).one() <= most


def is_believed(absence: Absence, scale: float) -> bool:
    """Whether it is more than the lag of a server."""
    return absence.looks >= BELIEVED and absence.last_at - absence.since >= BELIEVED_AFTER * scale


def _open(session: Session, source: str, missing: Sequence[Absence], now: datetime) -> Takedown:
    takedown = Takedown(source=source, opened_at=now)
    session.add(takedown)
    session.flush()
    _join(session, takedown, missing)
    since = min(absence.since for absence in missing)
    facts = RemovalFacts(
        source=source,
        since=since,
        sentence=f"{source} took down {len(missing)} articles since {since:%Y-%m-%d %H:%M} UTC.",
        number=len(missing),
        pages=tuple(_shown(absence) for absence in missing[:PAGES]),
        details=RemovalDetails(removed=len(missing), seconds=int((now - since).total_seconds())),
    )
    append_source_event(session, facts, now)
    return takedown


def _join(session: Session, takedown: Takedown, absences: Sequence[Absence]) -> None:
    for absence in absences:
        absence.takedown = takedown.id
        session.add(
            TakedownPage(
                takedown=takedown.id or 0,
                page=absence.page,
                article=absence.article,
                url=absence.url,
                sign=absence.sign,
                since=absence.since,
            )
        )
    session.flush()


def _shown(page: Absence | TakedownPage) -> SourcePage:
    reason = f"It answers {page.sign}." if page.sign.isdecimal() else f"It answers with {page.sign.replace('_', ' ')}."
    return SourcePage(url=page.url or "", article=page.article, reason=reason, since=page.since)


def _go_on(session: Session, takedown: Takedown, pages: MissingPages, now: datetime, scale: float) -> None:
    """It ends when every page is back, or when a day later the evidence is the same."""
    if _left(session, takedown) == 0:
        _end(session, takedown, "returned", now)
    elif now - takedown.opened_at >= DAY * scale and any(one.takedown == takedown.id for one in pages.certain):
        _end(session, takedown, "released", now)


def decide_takedown(
    session: Session, takedown: Takedown, state: Literal["released", "discarded"], by: str, now: datetime
) -> None:
    """An operator's decision about one that is open, and locked; the next review acts on it."""
    takedown.decided_by = by
    _end(session, takedown, state, now)
    enqueue(session, ReviewRemovals(source=takedown.source))


def _left(session: Session, takedown: Takedown) -> int:
    """How many of its pages have not come back."""
    conditions = (TakedownPage.takedown == takedown.id, col(TakedownPage.returned_at).is_(None))
    return session.exec(select(func.count()).select_from(TakedownPage).where(*conditions)).one()


def _end(session: Session, takedown: Takedown, state: str, now: datetime) -> None:
    """It is decided. Whoever was sent its list learns in one notice which of its pages came back."""
    takedown.state, takedown.ended_at = state, now
    back = (TakedownPage.takedown == takedown.id, col(TakedownPage.returned_at).is_not(None))
    number = session.exec(select(func.count()).select_from(TakedownPage).where(*back)).one()
    if not number:
        return
    shown = session.exec(select(TakedownPage).where(*back).order_by(col(TakedownPage.page)).limit(PAGES)).all()
    left = _left(session, takedown)
    facts = RecoveredFacts(
        source=takedown.source,
        since=takedown.opened_at,
        sentence=f"{number} of {number + left} articles that {takedown.source} had taken down are back.",
        number=number,
        pages=tuple(_shown(page).model_copy(update={"reason": "It is back."}) for page in shown),
        details=RecoveryDetails(ended="source.removals"),
    )
    append_source_event(session, facts, now)
