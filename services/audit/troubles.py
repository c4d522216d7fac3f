"""What is wrong now, in one list: trouble of the service itself, and of the sources that it watches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.contracts.troubles import NEXT_STEPS, TroubleKind
from services.fetcher.gaps import gaps
from services.fetcher.models import Channel, Source, SourceRhythm
from services.fetcher.push.models import PushSubscription
from services.fetcher.push.push_alarms import push_sentence
from services.runtime.ledger import health_gates
from services.runtime.troubles.tables import TroubleRow
from services.runtime.troubles.watch import ended_troubles, open_troubles

ENDED = 20
"""Troubles that are over and still shown."""
_WATCHED = col(Source.paused).is_(False)


@dataclass(frozen=True)
class TroubleView:
    """A trouble: what has it, since when, one sentence, and what to do next. `ended_at` is null while it is there."""

    kind: TroubleKind
    subject: str
    since: datetime
    sentence: str
    next_step: str
    ended_at: datetime | None = None


def troubles_now(session: Session) -> list[TroubleView]:
    """What is wrong now: that of the service first, then that of sources, each the latest first."""
    own = [_view(row) for row in open_troubles(session)]
    return [*_database(session, own), *own, *sorted(_of_sources(session), key=lambda view: view.since, reverse=True)]


def troubles_before(session: Session) -> list[TroubleView]:
    """What was wrong with the service and is over, the latest first."""
    return [_view(row) for row in ended_troubles(session, ENDED)]


def _database(session: Session, known: list[TroubleView]) -> Iterator[TroubleView]:
    """A database that cannot be written holds no record of its own trouble."""
    for gate in health_gates.shut(session):
        if gate.name == "database" and all(view.kind != "database_closed" for view in known):
            yield _of("database_closed", "gate/database", gate.since, gate.reason)


def _of_sources(session: Session) -> Iterator[TroubleView]:
    yield from _blocked(session)
    yield from _silent(session)
    yield from _gaps(session)


def _blocked(session: Session) -> Iterator[TroubleView]:
    columns = (Source.name, Channel.url, Channel.lost_at, Channel.detail)
    lost = select(*map(col, columns)).join(Channel, col(Channel.source_id) == col(Source.id))
    for name, url, since, detail in session.execute(lost.where(col(Channel.lost_at).is_not(None), _WATCHED)):
        sentence = f"A channel of {name} cannot be read: {url}. {detail or ''}".strip()
        yield _of("source_blocked", f"source/{name}", since, sentence)
    walled = select(col(Source.name), col(Source.walled_at), col(Source.blocked_detail))
    for name, since, detail in session.execute(walled.where(col(Source.walled_at).is_not(None), _WATCHED)):
        sentence = f"The pages of {name} stand behind a wall. {detail or ''}".strip()
        yield _of("source_blocked", f"source/{name}", since, sentence)
    pushes = select(col(Source.name), PushSubscription).join(Channel, col(Channel.source_id) == col(Source.id))
    pushes = pushes.join(PushSubscription, col(PushSubscription.channel) == col(Channel.id))
    for name, subscription in session.execute(pushes.where(col(PushSubscription.lost_at).is_not(None), _WATCHED)):
        yield _of("source_blocked", f"source/{name}", subscription.lost_at, f"{name}: {push_sentence(subscription)}")


def _silent(session: Session) -> Iterator[TroubleView]:
    columns = (Source.name, SourceRhythm.silent_since, SourceRhythm.last_item_at)
    silent = select(*map(col, columns)).join(SourceRhythm, col(SourceRhythm.source_id) == col(Source.id))
    for name, since, last in session.execute(silent.where(col(SourceRhythm.silent_since).is_not(None), _WATCHED)):
        sentence = f"Nothing new came from {name} since {last or since:%Y-%m-%d %H:%M} UTC."
        yield _of("source_silent", f"source/{name}", since, sentence)


def _gaps(session: Session) -> Iterator[TroubleView]:
    """Gaps that operators were told of and that are still open."""
    alarmed = (gaps.c.alarmed_at.is_not(None), gaps.c.opened_at.is_not(None), gaps.c.closed_at.is_(None))
    first = func.min(gaps.c.alarmed_at, type_=gaps.c.alarmed_at.type)
    for source, number, since in session.execute(
        select(gaps.c.source, func.count(), first).where(*alarmed).group_by(gaps.c.source)
    ):
        pages = "page that is" if number == 1 else "pages that are"
        yield _of("source_gaps", f"source/{source}", since, f"{source} shows {number} {pages} not stored.")


def _view(row: TroubleRow) -> TroubleView:
    view = _of(cast("TroubleKind", row.kind), row.subject, row.since, row.sentence)
    return replace(view, ended_at=row.ended_at)


def _of(kind: TroubleKind, subject: str, since: datetime, sentence: str) -> TroubleView:
    return TroubleView(kind, subject, since, sentence, NEXT_STEPS[kind])
