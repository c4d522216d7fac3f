"""One event log: a body is kept once, compressed, and deliveries refer to it"""

import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AT_ONCE = 500
FOREIGN_KEY = "deliveries_event_fkey"
THIN = ("id", "url", "source", "kind", "headline", "published_at", "revision", "first_seen", "updated")
FACETS = ("id", "type", "source", "kind", "cause", "changed", "occurred_at", "announced")

PENDING = sa.text("state = 'pending'")
TO_ANNOUNCE = sa.text("announced AND announced_at IS NULL")
PRIVATE = sa.text("sequence IS NULL")

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

AFTER = sa.MetaData()
LOG = sa.Table(
    "event_log",
    AFTER,
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("sequence", WIDE, nullable=True),
    sa.Column("type", sa.String(), nullable=False),
    sa.Column("subject", sa.String(), nullable=False),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=True),
    sa.Column("cause", sa.String(), nullable=True),
    sa.Column("changed", sa.JSON(), nullable=False),
    sa.Column("occurred_at", UtcDateTime(), nullable=False),
    sa.Column("announced", sa.Boolean(), nullable=False),
    sa.Column("announced_at", UtcDateTime(), nullable=True),
    sa.Column("owner", WIDE, nullable=True),
    sa.Column("trace_id", sa.String(), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("sequence"),
)

BEFORE = sa.MetaData()
EVENTS = sa.Table(
    "events",
    BEFORE,
    sa.Column("sequence", WIDE, nullable=False),
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("type", sa.String(), nullable=False),
    sa.Column("occurred_at", UtcDateTime(), nullable=False),
    sa.Column("article", sa.String(), nullable=False),
    sa.Column("revision", WIDE, nullable=False),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("cause", sa.String(), nullable=False),
    sa.Column("changed", sa.JSON(), nullable=False),
    sa.Column("announced", sa.Boolean(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
)
ANNOUNCEMENTS = sa.Table(
    "announcements",
    BEFORE,
    sa.Column("event", sa.String(), nullable=False),
    sa.Column("sequence", WIDE, nullable=False),
    sa.Column("type", sa.String(), nullable=False),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("article", sa.String(), nullable=True),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("thin", sa.LargeBinary(), nullable=False),
    sa.Column("trace_id", sa.String(), nullable=False),
    sa.Column("occurred_at", UtcDateTime(), nullable=False),
    sa.Column("announced_at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("event"),
)
LEDGER = sa.table("ledger", sa.column("kind"), sa.column("message"), sa.column("trace_id"))
DELIVERIES = sa.table("deliveries", sa.column("event"), sa.column("endpoint"))
ENDPOINTS = sa.table("endpoints", sa.column("id"), sa.column("owner"))


def upgrade() -> None:
    bind = op.get_bind()
    LOG.create(bind)
    for batch in _batches(_public(), EVENTS.c.sequence):
        bind.execute(LOG.insert(), [_carried(row) for row in batch])
    private = [*map(_kept_private, bind.execute(_private())), *_still_to_be_told(bind)]
    if private:
        bind.execute(LOG.insert(), private)
    op.drop_table("events")
    _rename_log()
    _refer(to="events", column="id", before="announcements")
    op.drop_table("announcements")
    op.create_index("deliveries_by_time", "deliveries", ["created_at", "id"])


def downgrade() -> None:
    bind = op.get_bind()
    op.drop_index("deliveries_by_time", "deliveries")
    ANNOUNCEMENTS.create(bind)
    op.create_index("announcements_by_time", "announcements", ["announced_at"])
    _drop_indexes()
    _rename("events", LOG.name, {"events_sequence_key": "event_log_sequence_key"})
    made = _made_events(bind)
    told = sa.select(LOG).where(sa.or_(LOG.c.announced_at.is_not(None), LOG.c.id.in_(sa.select(DELIVERIES.c.event))))
    for batch in _batches(told, LOG.c.id):
        bind.execute(ANNOUNCEMENTS.insert(), [_announced(row) for row in batch])
    for batch in _batches(sa.select(LOG).where(LOG.c.sequence.is_not(None)), LOG.c.sequence):
        bind.execute(made.insert(), [_restored(row) for row in batch])
    _refer(to="announcements", column="event", before="events")
    op.drop_table(LOG.name)


def _batches(query: sa.Select[Any], key: sa.ColumnElement[Any]) -> Iterator[list[sa.Row[Any]]]:
    # By the key, and not with a cursor left open: bodies are large, and the same connection writes.
    last = None
    while batch := op.get_bind().execute(_after(query, key, last).order_by(key).limit(AT_ONCE)).all():
        yield list(batch)
        last = getattr(batch[-1], str(key.name))


def _after(query: sa.Select[Any], key: sa.ColumnElement[Any], last: object) -> sa.Select[Any]:
    return query if last is None else query.where(key > last)


def _public() -> sa.Select[Any]:
    told = (ANNOUNCEMENTS.c.announced_at, ANNOUNCEMENTS.c.trace_id)
    return sa.select(EVENTS, *told).outerjoin(ANNOUNCEMENTS, ANNOUNCEMENTS.c.event == EVENTS.c.id)


def _private() -> sa.Select[Any]:
    owner = (
        sa.select(sa.func.min(ENDPOINTS.c.owner))
        .join(DELIVERIES, DELIVERIES.c.endpoint == ENDPOINTS.c.id)
        .where(DELIVERIES.c.event == ANNOUNCEMENTS.c.event)
        .scalar_subquery()
    )
    return sa.select(ANNOUNCEMENTS, sa.func.coalesce(owner, 0).label("owner")).where(
        ANNOUNCEMENTS.c.event.not_in(sa.select(LOG.c.id))
    )


def _carried(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FACETS} | {
        "sequence": row.sequence,
        "subject": row.article,
        "announced_at": row.announced_at,
        "owner": None,
        "trace_id": row.trace_id or "",
        "body": zlib.compress(row.body.encode()),
    }


def _kept_private(row: sa.Row[Any]) -> dict[str, Any]:
    about = {"id": row.event, "type": row.type, "occurred_at": row.occurred_at, "owner": row.owner}
    facts = about | {"trace_id": row.trace_id, "announced": False, "announced_at": row.announced_at}
    return _for_one(facts, bytes(row.body))


def _still_to_be_told(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """What was said to one owner alone and is on its way: its words were in the message only."""
    kept = set(bind.execute(sa.select(LOG.c.id)).scalars())
    said = bind.execute(sa.select(LEDGER).where(LEDGER.c.kind == "Announce")).all()
    for row in said:
        told = json.loads(row.message)
        if told["event"] not in kept:
            moment = datetime.fromisoformat(told["occurred_at"])
            about = {"id": told["event"], "type": told["type"], "occurred_at": moment, "owner": told.get("owner") or 0}
            facts = about | {"trace_id": row.trace_id, "announced": True, "announced_at": None}
            yield _for_one(facts, told["body"].encode())


def _for_one(facts: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    about = json.loads(body)["data"].get("endpoint", {}).get("id", 0)
    nothing = {"sequence": None, "source": "", "kind": None, "cause": None, "changed": []}
    return nothing | dict(facts) | {"subject": f"endpoint/{about}", "body": zlib.compress(body)}


def _rename_log() -> None:
    _rename(LOG.name, "events", {"event_log_sequence_key": "events_sequence_key"})
    op.create_index("events_by_type", "events", ["type", "sequence"])
    op.create_index("events_by_source", "events", ["source", "sequence"])
    op.create_index("events_by_kind", "events", ["kind", "sequence"])
    op.create_index("events_by_announced", "events", ["announced", "sequence"])
    op.create_index("events_by_subject", "events", ["subject", "type", "sequence"])
    where = {"sqlite_where": TO_ANNOUNCE, "postgresql_where": TO_ANNOUNCE}
    op.create_index("events_to_announce", "events", ["sequence"], **where)
    op.create_index("events_private", "events", ["occurred_at"], sqlite_where=PRIVATE, postgresql_where=PRIVATE)


def _drop_indexes() -> None:
    for name in ("private", "to_announce", "by_subject", "by_announced", "by_kind", "by_source", "by_type"):
        op.drop_index(f"events_{name}", "events")


def _rename(before: str, after: str, indexes: Mapping[str, str]) -> None:
    op.rename_table(before, after)
    if op.get_bind().dialect.name == "postgresql":
        for old, new in {f"{before}_pkey": f"{after}_pkey", **indexes}.items():
            op.execute(f"ALTER INDEX {old} RENAME TO {new}")


def _refer(*, to: str, column: str, before: str) -> None:
    """Makes `deliveries.event` refer to another table than before."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(FOREIGN_KEY, "deliveries", type_="foreignkey")
        op.create_foreign_key(FOREIGN_KEY, "deliveries", to, ["event"], [column])
        return
    names = {"fk": "%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
    with op.batch_alter_table("deliveries", naming_convention=names) as deliveries:
        deliveries.drop_constraint(f"deliveries_event_{before}", type_="foreignkey")
        deliveries.create_foreign_key(f"deliveries_event_{to}", to, ["event"], [column])


def _made_events(bind: sa.Connection) -> sa.Table:
    made = EVENTS.to_metadata(sa.MetaData())
    sa.Table("articles", made.metadata, sa.Column("id", sa.String(), primary_key=True))
    made.append_constraint(sa.PrimaryKeyConstraint("sequence"))
    made.append_constraint(sa.UniqueConstraint("id"))
    made.append_constraint(sa.ForeignKeyConstraint(["article"], ["articles.id"]))
    made.create(bind)
    op.create_index("ix_events_article", "events", ["article"])
    return made


def _restored(row: sa.Row[Any]) -> dict[str, Any]:
    body = zlib.decompress(row.body).decode()
    facts = {name: getattr(row, name) for name in (*FACETS, "sequence")}
    return facts | {"article": row.subject, "revision": json.loads(body)["data"]["article"]["revision"], "body": body}


def _announced(row: sa.Row[Any]) -> dict[str, Any]:
    body = zlib.decompress(row.body)
    about = {name: getattr(row, name) for name in ("type", "source", "trace_id", "occurred_at")}
    return about | {
        "event": row.id,
        "sequence": row.sequence or 0,
        "article": row.subject if row.sequence else None,
        "body": body,
        "thin": _thin(body),
        "announced_at": row.announced_at or row.occurred_at,
    }


def _thin(body: bytes) -> bytes:
    event = json.loads(body)
    if article := event["data"].get("article"):
        event["data"]["article"] = {name: article[name] for name in THIN if name in article}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
