"""Backfills: what a source published before we came"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0022"
down_revision = "r0021"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WALK = ("channel", "parts", "looked", "fresh", "last", "late", "catches_up", "known_depth", "failures", "finished_at")
IS_OPEN, TO_LOOK_AT = sa.text("finished_at IS NULL"), sa.text("state = 'open'")


def walks(*key: str) -> None:
    """Makes the table of walks anew under this primary key; a walk of no re-ingestion stays."""
    op.create_table(
        "walks_anew",
        *(sa.Column(name, WIDE, nullable=False) for name in key),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("looked", WIDE, nullable=False),
        sa.Column("fresh", WIDE, nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("late", sa.Float(), nullable=False),
        sa.Column("catches_up", sa.Boolean(), nullable=False),
        sa.Column("known_depth", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(*key),
    )
    fields = ", ".join(WALK)
    further, zero = ("", "") if len(key) == 1 else (", reingestion", ", 0")
    only = " WHERE reingestion = 0" if len(key) == 1 else ""
    op.execute(f"INSERT INTO walks_anew ({fields}{further}) SELECT {fields}{zero} FROM walks{only}")  # noqa: S608
    op.drop_table("walks")
    op.rename_table("walks_anew", "walks")


def upgrade() -> None:
    walks("channel")
    op.create_table(
        "backfills",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", WIDE, nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outside", WIDE, nullable=False),
        sa.Column("reached", sa.Date(), nullable=True),
        sa.Column("cut", sa.Text(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "backfills_open", "backfills", ["source"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_table(
        "backfill_documents",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("backfill", WIDE, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("trail", WIDE, nullable=False),
        sa.Column("place", WIDE, nullable=False),
        sa.Column("barren", WIDE, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("backfill_documents_each_once", "backfill_documents", ["backfill", "key"], unique=True)
    op.create_index(
        "backfill_documents_open",
        "backfill_documents",
        ["backfill", "id"],
        sqlite_where=TO_LOOK_AT,
        postgresql_where=TO_LOOK_AT,
    )
    op.create_table(
        "backfill_pages",
        sa.Column("backfill", WIDE, autoincrement=False, nullable=False),
        sa.Column("page", WIDE, autoincrement=False, nullable=False),
        sa.Column("trail", WIDE, autoincrement=False, nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("backfill", "page", "trail"),
    )


def downgrade() -> None:
    for table in ("backfill_pages", "backfill_documents", "backfills"):
        op.drop_table(table)
    walks("channel", "reingestion")
