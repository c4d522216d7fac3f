"""The rows of the ledger, and the statements that every message needs.

The statements are made once: to make one costs more than to run it.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Field, SQLModel

from services.contracts.subject import Subject
from services.runtime.database import Table, UtcDateTime

_OPEN, _DEAD_LETTERED = text("dead_lettered_at IS NULL"), text("dead_lettered_at IS NOT NULL")

_HELD = text("lease_owner IS NOT NULL")

_TRIED = text("dead_lettered_at IS NULL AND attempts > 0")


def _of(name: str, column: str, *columns: str, only_open: bool = False) -> Index:
    """Serves those who ask for the messages about one thing; most messages are about no such thing."""
    about = text(f"{column} IS NOT NULL" + (" AND dead_lettered_at IS NULL" if only_open else ""))
    return Index(name, *(columns or (column,)), sqlite_where=about, postgresql_where=about)


class LedgerRow(Table, table=True):
    """One message that waits, is in flight, or was dead-lettered. What has been handled is gone from here."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ledger_open", "kind", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ledger_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        # What the sweep looks at: of each kind and lane, what is due for longest.
        Index("ledger_waiting", "lane", "kind", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        # What is in flight: few rows, among however many are due.
        Index("ledger_held", "lease_owner", sqlite_where=_HELD, postgresql_where=_HELD),
        # Few rows, to be counted, listed and found without a look at all that waits.
        Index(
            "ledger_dead_lettered", "id", "discarded_at", sqlite_where=_DEAD_LETTERED, postgresql_where=_DEAD_LETTERED
        ),
        # Of what is being retried, and what is in flight: few rows, shown every few seconds.
        Index("ledger_tried", "id", sqlite_where=_TRIED, postgresql_where=_TRIED),
        Index("ledger_causes", "kind", "cause", "id", sqlite_where=_DEAD_LETTERED, postgresql_where=_DEAD_LETTERED),
        Index("ledger_given_up", "kind", "key", sqlite_where=_DEAD_LETTERED, postgresql_where=_DEAD_LETTERED),
        # Of each host what goes first, and of that what is due for longest.
        _of("ledger_turns", "rank", "host", "rank", "due_at", only_open=True),
        _of("ledger_page", "page"),
        _of("ledger_article", "article", "article", "sequence", only_open=True),
        _of("ledger_endpoint", "endpoint"),
        _of("ledger_reingestion", "reingestion"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    """Made by the message, and opaque: what it is about stands in the columns at the end."""
    message: str = Field(sa_type=Text)
    lane: str = "live"
    enqueued_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_token: str | None = None
    lease_owner: str | None = None
    """Who holds it, as place/pid/instance: when a process or an instance is gone, its leases end."""
    woken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    again_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Enqueued again while in flight: due at this time, as `again_message`, once the present handling has ended."""
    again_message: str | None = Field(default=None, sa_type=Text)
    trace_id: str = ""
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it was last deferred, retried or dead-lettered: one sentence."""
    cause: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": text("''")})
    """Of what was dead-lettered: the reason without what differs from one message to the next (`causes.cause_of`)."""
    dead_lettered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    discarded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """A person decided that what was dead-lettered will not be enqueued again; the row stays, so that it is accounted
    for.
    """
    discarded_by: str | None = None
    discarded_because: str | None = Field(default=None, sa_type=Text)
    page: int | None = None
    sequence: int | None = None
    endpoint: int | None = None
    reingestion: int | None = None
    channel: int | None = None
    article: str | None = None
    host: str | None = None
    rank: int | None = None
    """`messages.Rank`, for what takes turns at its host; its host is empty where that is not known."""
    again_rank: int | None = None


ledger: Relation = SQLModel.metadata.tables["ledger"]
SUBJECT: tuple[str, ...] = tuple(field.name for field in fields(Subject))
"""The columns that tell what a message is about."""
OPEN: ColumnElement[bool] = ledger.c.dead_lettered_at.is_(None)
"""Neither handled nor given up on. In these words both databases see that their partial indexes serve."""
HELD: ColumnElement[bool] = ledger.c.lease_owner.is_not(None)
"""In flight, or was until its lease ended."""


def due_and_free(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a message may be claimed at this time."""
    free = or_(ledger.c.lease_until.is_(None), ledger.c.lease_until <= now)
    return OPEN, ledger.c.due_at <= now, free


def _say(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[Any]:
    new, in_flight = insert.excluded, ledger.c.lease_token.is_not(None)
    sooner = ~in_flight & (ledger.c.due_at > new.due_at)
    # What is said in the bulk lane leaves each in the lane, and at the turn, that it has.
    is_news = (new.lane == "live") & (sooner | (ledger.c.lane == "bulk"))
    sooner_again = in_flight & or_(ledger.c.again_at.is_(None), ledger.c.again_at > new.due_at)
    return insert.on_conflict_do_update(
        index_elements=["kind", "key"],
        index_where=_OPEN,
        set_={
            "due_at": case((sooner, new.due_at), else_=ledger.c.due_at),
            "message": case((sooner, new.message), else_=ledger.c.message),
            "woken_at": case((sooner, new.woken_at), else_=ledger.c.woken_at),
            # The one part of the subject that may change: a page moves to another host and stays the page it is.
            "host": func.coalesce(func.nullif(new.host, ""), ledger.c.host),
            "rank": case((~in_flight & (is_news | sooner & (ledger.c.lane == "bulk")), new.rank), else_=ledger.c.rank),
            "lane": case((new.lane == "live", "live"), else_=ledger.c.lane),
            "again_at": case((sooner_again, new.due_at), else_=ledger.c.again_at),
            "again_rank": case((sooner_again, new.rank), else_=ledger.c.again_rank),
            "again_message": case((sooner_again, new.message), else_=ledger.c.again_message),
        },
    ).returning(ledger.c.id, ledger.c.kind, ledger.c.key, ledger.c.lane, ledger.c.lease_token)


def _claim(*conditions: ColumnElement[bool]) -> Any:
    now = bindparam("now", type_=UtcDateTime)
    # SQLite gives the id of a deleted row to the next one: a wake-up that comes late may name a row of another kind.
    criteria = (ledger.c.kind == bindparam("of"), ledger.c.id.in_(bindparam("ids", expanding=True)))
    free = select(ledger.c.id).where(*criteria, *due_and_free(now), *conditions).with_for_update(skip_locked=True)
    return (
        update(ledger)
        .where(ledger.c.id.in_(free))
        .values(
            lease_token=bindparam("token"),
            lease_owner=bindparam("owner"),
            lease_until=bindparam("until"),
            attempts=ledger.c.attempts + 1,
            # Why it was deferred is no reason any more once it is taken up.
            reason=case((ledger.c.attempts == 0, null()), else_=ledger.c.reason),
        )
        .returning(
            ledger.c.id,
            ledger.c.key,
            ledger.c.host,
            ledger.c.lane,
            ledger.c.attempts,
            ledger.c.trace_id,
            ledger.c.message,
        )
    )


SAY = {"sqlite": _say(sqlite.insert(ledger)), "postgresql": _say(postgresql.insert(ledger))}
CLAIM, CLAIM_FRESH = _claim(), _claim(ledger.c.attempts == 0)

FREE: dict[str, Any] = {
    name: null()
    for name in ("again_at", "again_message", "again_rank", "lease_token", "lease_owner", "lease_until", "woken_at")
}
GIVEN_BACK = (ledger.c.id, ledger.c.lane, ledger.c.due_at)

_OURS = (ledger.c.id == bindparam("this"), ledger.c.lease_token == bindparam("token"))
CLAIM_OF = cast(ledger.c.id, String) + ":" + ledger.c.lease_token
"""Tells several messages, each under the token of its own claim; by their ids, asked as well, an index finds them."""
_THESE = (
    ledger.c.id.in_(bindparam("these", expanding=True)),
    CLAIM_OF.in_(bindparam("claims", expanding=True)),
)
END_ALL = delete(ledger).where(*_THESE, ledger.c.again_at.is_(None)).returning(ledger.c.id)
END = delete(ledger).where(*_OURS, ledger.c.again_at.is_(None)).returning(ledger.c.id)
END_FOR_NOW = (
    update(ledger)
    .where(*_OURS)
    .values(
        FREE
        | {
            "due_at": ledger.c.again_at,
            "message": ledger.c.again_message,
            "rank": func.coalesce(ledger.c.again_rank, ledger.c.rank),
            "attempts": 0,
            "reason": null(),
            "trace_id": bindparam("story"),
        }
    )
    .returning(*GIVEN_BACK)
)
