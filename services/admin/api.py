"""The operator's desk over HTTP: re-ingestions, API keys, and the log of who did what."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Header, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlmodel import Session, col

from services.admin import audit, keys, progress, reingest
from services.admin.models import ApiKey, AuditEntry, ReingestionRow
from services.contracts.article import Words
from services.contracts.caller import Caller, Permission
from services.contracts.messages import Mode, Scope
from services.runtime.database import reading, transaction, utcnow
from services.runtime.web import After, Id, Limit, Problem, cursor, page, position, requires, storable

router = APIRouter(prefix="/admin", tags=["admin"])

Admin = Annotated[Caller, requires("admin")]
Row = TypeVar("Row", ApiKey, AuditEntry, ReingestionRow)
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(storable)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Asking again under the same key gives the same re-ingestion, however often the network failed.",
    ),
]


class Asker(Words):
    """Whose key gave an order."""

    key: int
    name: str


class ReingestionView(Words):
    """An order to ingest something again, and how far it is: `outcomes` add up to `planned` when it is done."""

    id: int
    scope: Scope
    mode: Mode
    dry_run: bool
    reason: str
    asked_by: Asker
    asked_at: datetime
    state: Literal["accepted", "running", "done"]
    started_at: datetime | None
    finished_at: datetime | None
    planned: int = Field(description="Pages found so far")
    planned_completely: bool
    outcomes: dict[str, int] = Field(description="Pages by how they ended")
    changed_fields: dict[str, int] = Field(description="On how many pages each field of the article differs")


class Reingestions(BaseModel):
    """One page of the re-ingestions, the newest first."""

    reingestions: list[ReingestionView]
    next: str | None


class KeyWanted(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "newsroom", "scopes": ["subscribe"]}]}
    )

    name: Name
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=10)]
    expires_at: AwareDatetime | None = None
    reason: Reason | None = None


class KeyView(BaseModel, from_attributes=True):
    """A key, without the key."""

    id: int
    name: str
    scopes: list[Permission]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute")


class KeyMade(KeyView):
    """A new key. `key` is shown here and never again."""

    key: str


class Keys(BaseModel):
    """One page of the keys, the newest first."""

    keys: list[KeyView]
    next: str | None


class AuditView(BaseModel, from_attributes=True):
    """One thing that an operator did."""

    at: datetime
    key: int
    key_name: str
    action: str
    subject: str
    reason: str | None


class AuditLog(BaseModel):
    """One page of the log, the newest first."""

    entries: list[AuditView]
    next: str | None


@router.post("/reingestions", status_code=202)
def order_reingestion(
    order: reingest.Order,
    caller: Admin,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ReingestionView:
    """Ingest something again: accepted as soon as it is written down, done in the background."""
    with transaction() as session:
        row = reingest.accept(session, order, caller, utcnow(), idempotency_key)
        (view,) = _views(session, [row])
    response.headers["Location"] = request.url_for("reingestion", reingestion_id=view.id).path
    return view


@router.get("/reingestions", dependencies=[requires("admin")])
def reingestions(limit: Limit = 50, after: After = None) -> Reingestions:
    """What was ordered, the newest first, with live counts."""
    with reading() as session:
        rows, following = _newest(session, ReingestionRow, limit, after)
        return Reingestions(reingestions=_views(session, rows), next=following)


@router.get("/reingestions/{reingestion_id}", dependencies=[requires("admin")])
def reingestion(reingestion_id: Id) -> ReingestionView:
    """One re-ingestion, with live counts."""
    with reading() as session:
        row = session.get(ReingestionRow, reingestion_id)
        if row is None:
            raise Problem(404, "No such re-ingestion", "GET /admin/reingestions lists those there are.")
        (view,) = _views(session, [row])
    return view


@router.post("/keys", status_code=201)
def make_key(wanted: KeyWanted, caller: Admin) -> KeyMade:
    """Make an API key. The answer shows it once: it is kept only as a digest."""
    now = utcnow()
    with transaction() as session:
        key, presented = keys.create(session, wanted.name, wanted.scopes, now, wanted.expires_at)
        audit.note(session, caller, "key.made", f"key {key.id} ({key.name})", now, reason=wanted.reason)
    return KeyMade(**KeyView.model_validate(key).model_dump(), key=presented)


@router.get("/keys", dependencies=[requires("admin")])
def list_keys(limit: Limit = 50, after: After = None) -> Keys:
    """All keys, the newest first, the revoked and expired ones among them."""
    with reading() as session:
        rows, following = _newest(session, ApiKey, limit, after)
    return Keys(keys=[KeyView.model_validate(row) for row in rows], next=following)


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(key_id: Id, caller: Admin, reason: Reason | None = None) -> None:
    """End a key for good. Ending it again changes nothing."""
    now = utcnow()
    with transaction() as session:
        if session.get(ApiKey, key_id) is None:
            raise Problem(404, "No such key", "GET /admin/keys lists those there are.")
        if keys.revoke(session, key_id, now):
            audit.note(session, caller, "key.revoked", f"key {key_id}", now, reason=reason)


@router.get("/audit", dependencies=[requires("admin")])
def audit_log(limit: Limit = 50, after: After = None) -> AuditLog:
    """Who did what, why and when, the newest first."""
    with reading() as session:
        rows, following = _newest(session, AuditEntry, limit, after)
    return AuditLog(entries=[AuditView.model_validate(row) for row in rows], next=following)


def _newest(session: Session, table: type[Row], limit: int, after: str | None) -> tuple[list[Row], str | None]:
    listing = table.__name__
    place = position(listing, after, int)
    older = [col(table.id) < place[0]] if place else []
    found = session.scalars(select(table).where(*older).order_by(col(table.id).desc()).limit(limit + 1)).all()
    rows, following = page(found, limit, lambda row: cursor(listing, row.id or 0))
    return list(rows), following


def _views(session: Session, rows: list[ReingestionRow]) -> list[ReingestionView]:
    changed = progress.changes(session, [row.id or 0 for row in rows])
    return [_view(row, changed[row.id or 0]) for row in rows]


def _view(row: ReingestionRow, changed: dict[str, int]) -> ReingestionView:
    words: dict[str, Any] = row.model_dump(exclude={"asked_by"})
    return ReingestionView(
        **words,
        asked_by=Asker(key=row.asked_by, name=row.asked_by_name),
        outcomes={name: getattr(row, name) for name in progress.OUTCOMES},
        changed_fields=changed,
    )
