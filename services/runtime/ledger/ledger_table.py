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

_OPEN, _SET_ASIDE = text("set_aside_at IS NULL"), text("set_aside_at IS NOT NULL")

_HELD = text("lease_owner IS NOT NULL")

_TRIED = text("set_aside_at IS NULL AND attempts > 0")


def _of(name: str, column: str, *columns: str, only_open: bool = False) -> Index:
    """Serves those who ask for the messages about one thing; most messages are about no such thing."""
    about = text(f"{column} IS NOT NULL" + (" AND set_aside_at IS NULL" if only_open else ""))
    return Index(name, *(columns or (column,)), sqlite_where=about, postgresql_where=about)


class Entry(Table, table=True):
    """One message that waits, is in flight, or was set aside. What has been handled is gone from here."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ledger_open", "kind", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ledger_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        # What the sweep looks at: of each kind and lane, what is due for longest.
        Index("ledger_waiting", "lane", "kind", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        # What is in flight: few rows, among however many are due.
        Index("ledger_held", "lease_owner", sqlite_where=_HELD, postgresql_where=_HELD),
        # Few rows, to be counted, listed and found without a look at all that waits.
        Index("ledger_set_aside", "id", "discarded_at", sqlite_where=_SET_ASIDE, postgresql_where=_SET_ASIDE),
        # Of what is being retried, and what is in flight: few rows, shown every few seconds.
        Index("ledger_tried", "id", sqlite_where=_TRIED, postgresql_where=_TRIED),
        Index("ledger_given_up", "kind", "key", sqlite_where=_SET_ASIDE, postgresql_where=_SET_ASIDE),
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
    said_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_token: str | None = None
    lease_owner: str | None = None
    """Who holds it, as place/pid/instance: when a process or an instance is gone, its leases end."""
    hinted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    again_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Said again while in flight: due at this time, as `again_message`, once the present handling has ended."""
    again_message: str | None = Field(default=None, sa_type=Text)
    trace_id: str = ""
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it was last postponed, retried or set aside: one sentence."""
    set_aside_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    discarded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """A person decided that what was set aside will not be said again; the row stays, so that it is accounted for."""
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


rows: Relation = SQLModel.metadata.tables["ledger"]
SUBJECT: tuple[str, ...] = tuple(each.name for each in fields(Subject))
"""The columns that tell what a message is about."""
OPEN: ColumnElement[bool] = rows.c.set_aside_at.is_(None)
"""Neither handled nor given up on. In these words both databases see that their partial indexes serve."""
HELD: ColumnElement[bool] = rows.c.lease_owner.is_not(None)
"""In flight, or was until its lease ended."""


def due_and_free(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a message may be claimed at this time."""
    free = or_(rows.c.lease_until.is_(None), rows.c.lease_until <= now)
    return OPEN, rows.c.due_at <= now, free


def _say(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[Any]:
    new, in_flight = insert.excluded, rows.c.lease_token.is_not(None)
    sooner = ~in_flight & (rows.c.due_at > new.due_at)
    # What is said in the bulk lane leaves each in the lane, and at the turn, that it has.
    is_news = (new.lane == "live") & (sooner | (rows.c.lane == "bulk"))
    sooner_again = in_flight & or_(rows.c.again_at.is_(None), rows.c.again_at > new.due_at)
    return insert.on_conflict_do_update(
        index_elements=["kind", "key"],
        index_where=_OPEN,
        set_={
            "due_at": case((sooner, new.due_at), else_=rows.c.due_at),
            "message": case((sooner, new.message), else_=rows.c.message),
            "hinted_at": case((sooner, new.hinted_at), else_=rows.c.hinted_at),
            # The one part of the subject that may change: a page moves to another host and stays the page it is.
            "host": func.coalesce(func.nullif(new.host, ""), rows.c.host),
            "rank": case((~in_flight & (is_news | sooner & (rows.c.lane == "bulk")), new.rank), else_=rows.c.rank),
            "lane": case((new.lane == "live", "live"), else_=rows.c.lane),
            "again_at": case((sooner_again, new.due_at), else_=rows.c.again_at),
            "again_rank": case((sooner_again, new.rank), else_=rows.c.again_rank),
            "again_message": case((sooner_again, new.message), else_=rows.c.again_message),
        },
    ).returning(rows.c.id, rows.c.kind, rows.c.key, rows.c.lane, rows.c.lease_token)


def _claim(*conditions: ColumnElement[bool]) -> Any:
    now = bindparam("now", type_=UtcDateTime)
    # SQLite gives the id of a deleted row to the next one: a hint that comes late may name a row of another kind.
    wanted = (rows.c.kind == bindparam("of"), rows.c.id.in_(bindparam("ids", expanding=True)))
    free = select(rows.c.id).where(*wanted, *due_and_free(now), *conditions).with_for_update(skip_locked=True)
    return (
        update(rows)
        .where(rows.c.id.in_(free))
        .values(
            lease_token=bindparam("token"),
            lease_owner=bindparam("owner"),
            lease_until=bindparam("until"),
            attempts=rows.c.attempts + 1,
            # Why it was deferred is no reason any more once it is taken up.
            reason=case((rows.c.attempts == 0, null()), else_=rows.c.reason),
        )
        .returning(rows.c.id, rows.c.key, rows.c.host, rows.c.lane, rows.c.attempts, rows.c.trace_id, rows.c.message)
    )


SAY = {"sqlite": _say(sqlite.insert(rows)), "postgresql": _say(postgresql.insert(rows))}
CLAIM, CLAIM_FRESH = _claim(), _claim(rows.c.attempts == 0)

FREE: dict[str, Any] = {
    name: null()
    for name in ("again_at", "again_message", "again_rank", "lease_token", "lease_owner", "lease_until", "hinted_at")
}
GIVEN_BACK = (rows.c.id, rows.c.lane, rows.c.due_at)

_OURS = (rows.c.id == bindparam("this"), rows.c.lease_token == bindparam("token"))
CLAIM_OF = cast(rows.c.id, String) + ":" + rows.c.lease_token
"""Tells several messages, each under the token of its own claim; by their ids, asked as well, an index finds them."""
_THESE = (
    rows.c.id.in_(bindparam("these", expanding=True)),
    CLAIM_OF.in_(bindparam("claims", expanding=True)),
)
END_ALL = delete(rows).where(*_THESE, rows.c.again_at.is_(None)).returning(rows.c.id)
END = delete(rows).where(*_OURS, rows.c.again_at.is_(None)).returning(rows.c.id)
END_FOR_NOW = (
    update(rows)
    .where(*_OURS)
    .values(
        FREE
        | {
            "due_at": rows.c.again_at,
            "message": rows.c.again_message,
            "rank": func.coalesce(rows.c.again_rank, rows.c.rank),
            "attempts": 0,
            "reason": null(),
            "trace_id": bindparam("story"),
        }
    )
    .returning(*GIVEN_BACK)
)
