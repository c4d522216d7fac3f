"""The admin API: keys, messages that were given up on, and the log of who did what."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, Field
from sqlmodel import col

from services.access import keys
from services.access.models import ApiKey
from services.admin import dead_letters
from services.admin.audit_search import AuditQuery, choices
from services.admin.dead_letter_groups import DeadLetterGroups, grouped
from services.admin.dead_letter_views import (
    DeadLetter,
    DeadLetters,
    DeadLetterWhole,
    Discard,
    DiscardWanted,
    MessageReplay,
    Taken,
    whole,
)
from services.admin.dead_letters import DeadLetterQuery
from services.admin.views import (
    AuditChoices,
    AuditLog,
    AuditView,
    KeyMade,
    KeyRotation,
    Keys,
    KeyView,
    KeyWanted,
    Reason,
)
from services.contracts.caller import Caller
from services.runtime import audit_log
from services.runtime.audit_log import AuditEntry
from services.runtime.database import reading, snapshot, transaction, utcnow
from services.runtime.http.listing import newest
from services.runtime.http.problems import (
    After,
    Id,
    Instant,
    Limit,
    Problem,
    cursor,
    page,
    position,
    requires,
    storable,
)
from services.runtime.ledger.causes import LONGEST

router = APIRouter(prefix="/admin", tags=["admin"])

Admin = Annotated[Caller, requires("admin")]
Kind = Annotated[
    str, AfterValidator(storable), Query(max_length=100, description="Only messages of this kind, such as `ParsePage`")
]
OfCause = Annotated[
    str,
    AfterValidator(storable),
    Query(max_length=LONGEST, description="Only messages of this cause, as groups have it"),
]
Word = Annotated[str, Field(max_length=200), AfterValidator(storable)]
Discarded = Annotated[bool, Query(description="Those that were discarded, instead of those that wait for a decision")]


@router.post("/keys", status_code=201)
def make_key(order: KeyWanted, caller: Admin) -> KeyMade:
    """Make an API key. The answer shows it once: it is kept only as a digest."""
    now = utcnow()
    with transaction() as session:
        key, presented = keys.create(session, order.name, order.scopes, now, order.expires_at)
        audit_log.note(session, caller, "key.made", f"key {key.id} ({key.name})", now, reason=order.reason)
    return KeyMade(**KeyView.model_validate(key).model_dump(), key=presented)


@router.get("/keys", dependencies=[requires("admin")])
def list_keys(limit: Limit = 50, after: After = None) -> Keys:
    """All keys, the newest first, the revoked and expired ones among them."""
    with reading() as session:
        rows, following = newest(session, ApiKey, limit, after)
    return Keys(keys=[KeyView.model_validate(row) for row in rows], next=following)


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(key_id: Id, caller: Admin, request: Request, reason: Reason | None = None) -> None:
    """End a key for good, and disable its endpoints. Ending it again changes nothing."""
    now = utcnow()
    with transaction() as session:
        if session.get(ApiKey, key_id) is None:
            raise Problem(404, "No such key", "GET /admin/keys lists those there are.")
        if keys.revoke(session, key_id, now, request.app.state.key_ended):
            audit_log.note(session, caller, "key.revoked", f"key {key_id}", now, reason=reason)


@router.post("/keys/{key_id}/rotate")
def rotate_key(key_id: Id, caller: Admin, order: KeyRotation | None = None) -> KeyMade:
    """A new secret, shown once, for a key that keeps its number and its endpoints. The old one opens a while longer."""
    now, order = utcnow(), order or KeyRotation()
    with transaction() as session:
        rotated = keys.rotate(session, key_id, timedelta(hours=order.overlap_hours), now)
        if rotated is None:
            raise Problem(404, "No such key in use", "GET /admin/keys lists those there are.")
        key, presented = rotated
        audit_log.note(session, caller, "key.rotated", f"key {key_id} ({key.name})", now, reason=order.reason)
    return KeyMade(**KeyView.model_validate(key).model_dump(), key=presented)


@router.get("/audit", dependencies=[requires("admin")])
def show_audit_log(
    *,
    actor: Annotated[Word | None, Query(description="The name or the number of a key")] = None,
    action: Annotated[Word | None, Query(description="Such as `source.paused`, or `source` for all of them")] = None,
    subject: Annotated[Word | None, Query(description="What it begins with, such as `endpoint 3`")] = None,
    since: Annotated[Instant | None, Query(description="At this time or later")] = None,
    until: Annotated[Instant | None, Query(description="Before this time, exclusive")] = None,
    q: Annotated[Word | None, Query(description="In what was done, on what, why, or with what result")] = None,
    limit: Limit = 50,
    after: After = None,
) -> AuditLog:
    """The audit log: who did what, why and when, the newest first. All that is named must hold."""
    query = AuditQuery(actor, action, subject, since, until, q)
    with reading() as session:
        rows, following = newest(session, AuditEntry, limit, after, *query.conditions())
    return AuditLog(entries=[AuditView.model_validate(row) for row in rows], next=following)


@router.get("/audit/choices", dependencies=[requires("admin")])
def show_audit_choices() -> AuditChoices:
    """The actors and the actions of the audit log, to choose from."""
    with reading() as session:
        actors, actions = (choices(session, column) for column in (col(AuditEntry.key_name), col(AuditEntry.action)))
    return AuditChoices(actors=list(actors), actions=list(actions))


@router.get("/dead-letters", dependencies=[requires("admin")])
def list_dead_letters(
    *,
    kind: Kind | None = None,
    cause: OfCause | None = None,
    discarded: Discarded = False,
    limit: Limit = 50,
    after: After = None,
) -> DeadLetters:
    """What was given up on and why, the newest first. Mend the cause, then replay them, or discard them."""
    place = position("dead_lettered", after, int)
    with reading() as session:
        before = place[0] if place else None
        criteria = DeadLetterQuery(kind, cause)
        result = dead_letters.listed(session, criteria, discarded=discarded, before=before, limit=limit + 1)
    shown, following = page(result, limit, lambda row: cursor("dead_lettered", row.id))
    return DeadLetters(messages=[DeadLetter.model_validate(row) for row in shown], next=following)


@router.get("/dead-letters/groups", dependencies=[requires("admin")])
def group_dead_letters() -> DeadLetterGroups:
    """What waits for a decision, by kind and cause: how many, the first and the last, and what hangs on them."""
    with snapshot() as session:
        return grouped(session)


@router.get("/dead-letters/{message_id}", dependencies=[requires("admin")])
def show_dead_letter(message_id: Id) -> DeadLetterWhole:
    """One message that was given up on: what it said, what went wrong, and how to see it again."""
    with reading() as session:
        row = dead_letters.find(session, message_id)
    if row is None:
        raise _no_dead_letter()
    return whole(row)


@router.post("/dead-letters/replay")
def replay_dead_letters(order: MessageReplay, caller: Admin) -> Taken:
    """Enqueue dead letters again, those of a kind, of a cause, or all: the oldest 1,000."""
    criteria = DeadLetterQuery(order.kind, order.cause)
    with transaction() as session:
        return Taken.model_validate(dead_letters.replay_all(session, criteria, caller, utcnow()))


@router.post("/dead-letters/discard")
def discard_dead_letters(order: DiscardWanted, caller: Admin) -> Taken:
    """Decide that messages of a kind (and a cause) will not be enqueued again: the oldest 1,000, then ask again."""
    criteria = DeadLetterQuery(order.kind, order.cause)
    with transaction() as session:
        return Taken.model_validate(dead_letters.discard_all(session, criteria, caller, order.reason, utcnow()))


@router.post("/dead-letters/{message_id}/replay", status_code=204)
def replay_dead_letter(message_id: Id, caller: Admin) -> None:
    """Enqueue a message again that was dead-lettered, with all its attempts, as if it had never failed."""
    with transaction() as session:
        if not dead_letters.replay(session, message_id, caller, utcnow()):
            raise _no_dead_letter()


@router.post("/dead-letters/{message_id}/discard", status_code=204)
def discard_dead_letter(message_id: Id, order: Discard, caller: Admin) -> None:
    """Decide that a message will not be enqueued again. It is kept, with who decided so, when and why."""
    with transaction() as session:
        if not dead_letters.discard(session, message_id, caller, order.reason, utcnow()):
            raise _no_dead_letter()


def _no_dead_letter() -> Problem:
    return Problem(404, "No such message", "GET /admin/dead-letters lists those that are dead-lettered.")
