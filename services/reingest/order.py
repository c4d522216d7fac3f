"""An operator's order to ingest something again.

It is a row, and its walk is said in the transaction that writes it: whatever happens to Redis, an accepted order is
carried out.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from services.contracts.article import Contract
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import Mode, Reingest, Scope
from services.contracts.urls import BadAddress, canonical_url
from services.reingest.models import ReingestionRow
from services.runtime import audit_log
from services.runtime.database import is_sqlite
from services.runtime.http.problems import Storable, storable
from services.runtime.ledger.jobs import enqueue
from services.runtime.settings import retention_settings

MANY = 1_000
"""Addresses or articles that one order may name; a source or everything has no such limit."""


class KeyUsedBefore(UserError):  # noqa: N818 - named for what is wrong
    """The same Idempotency-Key came with another order."""


def _address(url: str) -> str:
    try:
        canonical_url(url)
    except BadAddress as bad:
        raise ValueError(str(bad)) from None
    return url


Address = Annotated[Storable, AfterValidator(_address)]
ArticleId = Annotated[str, StringConstraints(pattern=r"^art_[a-z2-7]{16}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*$", max_length=40)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(storable)
]


class OrderedScope(Scope):
    """Either `all`, or one or more of the others, which must all hold; a misspelt name is refused, for it could mean
    more.
    """

    model_config = ConfigDict(extra="forbid")

    source: Text | None = None
    urls: tuple[Address, ...] = ()
    articles: tuple[ArticleId, ...] = ()
    layout: Text | None = None
    layout_before: Version | None = None
    parser_before: Version | None = None
    host: Text | None = None
    not_profile: Digest | None = None
    text: Text | None = None
    dead_lettered: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        entries = [name for name in Scope.model_fields if getattr(self, name)]
        if not entries:
            raise ValueError(f"A scope names all, or one or more of {', '.join(CONDITIONS)}; this one names none.")
        if self.all and len(entries) > 1:
            raise ValueError(f"This scope names {' and '.join(entries)}; all is everything, so leave it away.")
        if len(self.urls) + len(self.articles) > MANY:
            raise ValueError(f"An order names at most {MANY} addresses or articles; give several orders.")
        return self


CONDITIONS = tuple(name for name in Scope.model_fields if name != "all")


class Order(Contract):
    """What to ingest again, how, and why: `reparse` reads kept captures again, `refetch` looks afresh."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"scope": {"source": "war"}, "mode": "reparse", "dry_run": True, "reason": "New parser"}]
        },
    )

    scope: OrderedScope
    mode: Mode = "reparse"
    dry_run: bool = Field(default=False, description="Change nothing, keep every difference, to promote or discard")
    forced: bool = Field(default=False, description="Refetch whole pages, also those said to be not modified")
    announce: bool = Field(default=False, description="Tell endpoints also of what a reparse changes")
    reason: Text

    @model_validator(mode="after")
    def _forced_is_a_refetch(self) -> Self:
        if self.forced and self.mode != "refetch":
            raise ValueError("Only a refetch can be forced; a reparse asks nobody.")
        return self


def accept(
    session: Session,
    order: Order,
    caller: Caller,
    now: datetime,
    idempotency_key: str | None = None,
    expected: int | None = None,
) -> ReingestionRow:
    """The re-ingestion that this order makes, or made when it was first given under this key by this caller.

    A key is kept as long as its re-ingestion. `KeyUsedBefore`, when it came with another order then. `expected` is how
    many pages the scope holds now, for whoever wants to know how long it will take.
    """
    fields = order.model_dump(mode="json", exclude={"scope"}) | {
        "scope": order.scope.model_dump(mode="json", exclude_defaults=True)
    }
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    made = session.execute(
        insert(ReingestionRow)
        .values(
            **fields,
            asked_by=caller.key,
            asked_by_name=caller.name,
            asked_at=now,
            idempotency_key=idempotency_key,
            expected=expected,
            state="accepted",
        )
        .on_conflict_do_nothing(index_elements=["asked_by", "idempotency_key"])
        .returning(col(ReingestionRow.id))
    ).scalar_one_or_none()
    if made is None:
        return _as_before(session, fields, caller, idempotency_key)
    row = session.get_one(ReingestionRow, made)
    go_on(session, made)
    _discard_old(session, now)
    audit_log.note(session, caller, "reingestion.ordered", f"reingestion {made}", now, reason=order.reason)
    return row


def go_on(session: Session, reingestion: int) -> None:
    """Lets the walk of a re-ingestion take its next step, now; it may be over, resting, or on its way already."""
    enqueue(session, Reingest(reingestion=reingestion), lane="bulk")


def _as_before(session: Session, words: dict[str, Any], caller: Caller, idempotency_key: str | None) -> ReingestionRow:
    row = session.scalars(
        select(ReingestionRow).where(
            col(ReingestionRow.asked_by) == caller.key, col(ReingestionRow.idempotency_key) == idempotency_key
        )
    ).one()
    if any(getattr(row, name) != term for name, term in words.items()):
        raise KeyUsedBefore(
            f"This Idempotency-Key came with another order before (re-ingestion {row.id}); take a new key."
        )
    return row


def _discard_old(session: Session, now: datetime) -> None:
    """What old dry runs found and nobody wanted, when the next order is given: between orders it does not grow."""
    days = retention_settings().results
    if not days:
        return
    old = (col(ReingestionRow.finished_at) < now - timedelta(days=days), col(ReingestionRow.dry_run).is_(True))
    unwanted = or_(col(ReingestionRow.preview).is_(None), col(ReingestionRow.preview) == "cancelled")
    result = select(ReingestionRow).where(*old, unwanted).order_by(col(ReingestionRow.id)).with_for_update()
    for row in session.scalars(result):
        row.preview = "discarded"
        row.steps += 1
        go_on(session, row.id or 0)
