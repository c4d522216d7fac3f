"""An operator's order to ingest something again.

It is a row, and `Reingest` is said in the transaction that writes it: whatever happens to Redis, an accepted
order is carried out.
"""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from services.admin import audit
from services.admin.models import ReingestionRow
from services.contracts.article import Words
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import Mode, Reingest, Reingestion, Scope
from services.contracts.urls import BadAddress, canonical_url
from services.runtime.database import is_sqlite
from services.runtime.ledger import say
from services.runtime.web import Storable, storable

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
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(storable)
]


class OrderedScope(Scope):
    """Exactly one of `all`, `source`, `urls` and `articles`; a misspelt name is refused, for it could mean more."""

    model_config = ConfigDict(extra="forbid")

    source: Text | None = None
    urls: tuple[Address, ...] = ()
    articles: tuple[ArticleId, ...] = ()

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        named = [name for name in ("all", "source", "urls", "articles") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(
                "A scope names exactly one of all, source, urls and articles; "
                f"this one names {' and '.join(named) or 'none'}."
            )
        if len(self.urls) + len(self.articles) > MANY:
            raise ValueError(f"An order names at most {MANY} addresses or articles; give several orders.")
        return self


class Order(Words):
    """What to ingest again, how, and why: `reparse` reads kept captures again, `refetch` looks afresh."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"scope": {"source": "war"}, "mode": "reparse", "dry_run": True, "reason": "New parser"}]
        },
    )

    scope: OrderedScope
    mode: Mode = "reparse"
    dry_run: bool = False
    reason: Text


def accept(
    session: Session, order: Order, caller: Caller, now: datetime, idempotency_key: str | None = None
) -> ReingestionRow:
    """The re-ingestion that this order makes, or made when it was first given under this key by this caller.

    A key is kept as long as its re-ingestion. `KeyUsedBefore`, when it came with another order then.
    """
    words = order.model_dump(mode="json", exclude={"scope"}) | {
        "scope": order.scope.model_dump(mode="json", exclude_defaults=True)
    }
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    made = session.execute(
        insert(ReingestionRow)
        .values(
            **words,
            asked_by=caller.key,
            asked_by_name=caller.name,
            asked_at=now,
            idempotency_key=idempotency_key,
            state="accepted",
        )
        .on_conflict_do_nothing(index_elements=["asked_by", "idempotency_key"])
        .returning(col(ReingestionRow.id))
    ).scalar_one_or_none()
    if made is None:
        return _as_before(session, words, caller, idempotency_key)
    reingestion = Reingestion(id=made, mode=order.mode, dry_run=order.dry_run)
    say(session, Reingest(reingestion=reingestion, scope=Scope(**words["scope"])), key=str(made), lane="bulk")
    audit.note(session, caller, "reingestion.ordered", f"reingestion {made}", now, reason=order.reason)
    return session.get_one(ReingestionRow, made)


def _as_before(session: Session, words: dict[str, Any], caller: Caller, idempotency_key: str | None) -> ReingestionRow:
    row = session.scalars(
        select(ReingestionRow).where(
            col(ReingestionRow.asked_by) == caller.key, col(ReingestionRow.idempotency_key) == idempotency_key
        )
    ).one()
    if any(getattr(row, name) != word for name, word in words.items()):
        raise KeyUsedBefore(
            f"This Idempotency-Key came with another order before (re-ingestion {row.id}); take a new key."
        )
    return row
