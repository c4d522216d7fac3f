"""Truths that no service can check alone, because each side of them belongs to another."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import LargeBinary, Row, exists, func, select, type_coerce, union
from sqlmodel import Session, col

from services.contracts.checks import Check
from services.contracts.errors import UserError
from services.contracts.messages import Announce, ParsePage, SaveArticle, about_capture
from services.fetcher.checks import UNREAD
from services.fetcher.models import Page
from services.runtime.archive import verify
from services.runtime.archive.bucket import bucket
from services.runtime.events.tables import TO_ANNOUNCE, decompressed, events
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.files import versions
from services.runtime.provenance.verdicts import verdicts
from services.runtime.settings import runtime_settings
from services.runtime.withholding import erased_captures
from services.store.models import articles, quarantine, revisions

SHOWN = 3
"""Captures that a sentence names."""


def checks(session: Session, unread: int) -> tuple[Check, ...]:
    """What holds between fetcher and store, and between store and webhooks; so many captures are `unread`."""
    return (
        _none(
            "every capture read",
            _unread(session) if unread else 0,
            "captures were neither stored nor rejected, and nothing in the ledger will read them",
        ),
        _none("verdicts founded", _unfounded(session), "pages are said to have given an article that does not know it"),
        _none(
            "announced events",
            _untold(session),
            "events were to be announced and were not, and nothing in the ledger will do it",
        ),
    )


def deep_checks(session: Session) -> tuple[Check, ...]:
    """What takes reading everything: that the captures are whole, and the bodies of events."""
    named_captures = _named_captures(session)
    if named_captures and not bucket() and not runtime_settings().captures.is_dir():
        raise UserError(
            f"There is no archive at {runtime_settings().captures}: run this where the captures are "
            "(with Docker: docker compose exec fetcher dateline audit --deep)."
        )
    damage = dict(verify.faults(named_captures))
    segments = dict(verify.segment_faults())
    result = ", ".join(f"{number} {fault}" for fault, number in Counter(damage.values()).items()) or "none missing"
    return (
        Check("whole captures", not damage, f"Of the captures that are named: {result}{_first(damage)}."),
        _none("whole segments", len(segments), f"segments are missing, or are not what they were{_first(segments)}"),
        _none("whole events", _damaged(session), "events have a body that cannot be read, or that is another event's"),
    )


def _first(names: Iterable[str]) -> str:
    some = ", ".join(islice(names, SHOWN))
    return f" ({some})" if some else ""


def _none(name: str, number: int, fault: str) -> Check:
    return Check(name, holds=not number, sentence=f"{number} {fault}.")


def _unread(session: Session) -> int:
    # Compared here, because a database would look through the ledger once for each page of a backlog.
    pages = select(col(Page.id), col(Page.capture)).outerjoin(verdicts, verdicts.c.page == col(Page.id))
    waiting = {row.id: row.capture for row in session.execute(pages.where(UNREAD))}
    for row in session.execute(select(quarantine.c.page, quarantine.c.capture).where(quarantine.c.state != "settled")):
        if waiting.get(row.page) == row.capture:
            del waiting[row.page]
    under_way = select(ledger.c.page, ledger.c.key, ledger.c.reingestion).where(
        ledger.c.kind.in_((ParsePage.__name__, SaveArticle.__name__)), ledger.c.page.is_not(None)
    )
    for page, key, reingestion in session.execute(under_way):
        # By its capture: an older one that waits says nothing of a newer one that was lost.
        if page in waiting and key == about_capture(page, waiting[page], reingestion):
            del waiting[page]
    return len(waiting)


def _unfounded(session: Session) -> int:
    # The article tells of the latest capture that showed it, also when the wording did not change.
    there = exists().where(articles.c.id == verdicts.c.article, articles.c.fetched_at >= verdicts.c.read_fetched_at)
    unfounded = select(func.count()).select_from(verdicts).where(verdicts.c.article.is_not(None), ~there)
    return int(session.execute(unfounded).scalar_one())


def _untold(session: Session) -> int:
    untold = set(session.execute(select(events.c.sequence).where(TO_ANNOUNCE)).scalars())
    if not untold:
        return 0
    under_way = select(ledger.c.sequence).where(ledger.c.kind == Announce.__name__)
    return len(untold.difference(session.execute(under_way).scalars()))


def _damaged(session: Session) -> int:
    retained = select(events.c.sequence, events.c.type, type_coerce(events.c.body, LargeBinary).label("body"))
    return sum(map(_is_damaged, session.execute(retained, execution_options={"yield_per": 100})))


def _is_damaged(event: Row[Any]) -> bool:
    try:
        body = json.loads(decompressed(event.body))
    except (ValueError, zlib.error):
        return True
    return (body["sequence"], body["type"]) != (event.sequence or 0, event.type)


def _named_captures(session: Session) -> Sequence[str]:
    labels = union(
        select(col(Page.capture)).where(col(Page.capture).is_not(None)),
        select(articles.c.capture),
        select(revisions.c.capture),
        select(quarantine.c.capture).where(quarantine.c.state == "held"),
        select(versions.c.capture),
        select(verdicts.c.read_capture).where(verdicts.c.read_capture.is_not(None)),
    )
    gone = erased_captures(session)
    return [name for name in session.execute(labels).scalars() if name not in gone]
